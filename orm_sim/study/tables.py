"""The tables a study writes: columns, units, ranges and keys. Everything after the study reads only these."""

from __future__ import annotations

from typing import Final

from orm_sim.core.tables import Column, TableContract, register
from orm_sim.kpi.counters import COUNTERS
from orm_sim.kpi.dictionary import KPIS
from orm_sim.risk.site import HAZARDS, SITES

ENDS: Final = ("", "_low", "_high")
"""Suffixes of an estimated column: the value and the ends of its interval."""


def _money(name: str, *, low: float | None = None, nullable: bool = False) -> Column:
    return Column(name, "float64", "$", low=low, nullable=nullable)


_OPTION: Final = Column("option", "str", "text")
_REPLICATION: Final = Column("replication", "int64", "index", low=0)
_MONTH: Final = Column("month", "int64", "index of the month since contract start, 0 the first", low=0)

_UNITS: Final = {
    "h": "hours",
    "money": "$",
    "per_hour": "count per hour",
}  # of the KPI dictionary, in words of core

LEVERS: Final = {
    "staffing_ratio": "ratio",
    "seat_ratio": "ratio",
    "wage_premium": "share",
    "training": "multiple",
    "coaching_hours": "hours/week",
    "redundancy": "multiple",
    "pressure": "share",
    "cut_late": "flag",
    "cherry_pick": "share",
    "in_time_first": "flag",
}
"""The columns of a vendor's plan and their units; see `orm_sim.vendor.levers.Plan`."""

OUTCOMES: Final = register(
    TableContract(
        "outcomes",
        (
            _OPTION,
            _REPLICATION,
            _money("client_npv"),
            _money("client_incremental_npv"),  # less the zero line's, same replication
            _money("client_outlay_pv"),  # transition + fees net of credits + governance
            _money(
                "client_fees_pv", nullable=True
            ),  # what a change of price scales; nan where nothing is priced
            _money("client_cost_pv"),
            _money("cost_total"),  # undiscounted
            _money("cost_inbound", nullable=True),
            _money("cost_outbound", nullable=True),
            _money("vendor_npv"),
            _money("vendor_revenue"),
            _money("vendor_cost"),
            Column("vendor_margin", "float64", "share of revenue", high=1.0, nullable=True),
            Column(
                "vendor_attrition", "float64", "leavers per agent-year", low=0.0, nullable=True
            ),  # nan where nobody worked for a vendor
            Column("insolvent", "bool", "flag"),
            Column("insolvent_month", "float64", "months since contract start", low=0.0, nullable=True),
            _money("peak_cash", low=0.0),
            Column(
                "payback_month",
                "float64",
                "months since contract start, inf for never",
                low=0.0,
                high=float("inf"),
            ),
            Column(
                "sla_met", "float64", "share of months with the service targets met", 0.0, 1.0, nullable=True
            ),
            Column("resolved", "float64", "contacts", low=0.0),
            Column("sales_kept", "float64", "sales", low=0.0),
            Column("no_deal", "bool", "flag"),  # the vendor did not sign, so everything stayed in-house
            Column("ended", "bool", "flag"),  # the client ended the contract for cause
            Column("ended_month", "float64", "months since contract start", low=0.0, nullable=True),
        ),
        ("option", "replication"),
    )
)
"""One row per option and replication: what one history was worth to both sides."""

_COUNTS: Final = tuple(
    Column(each.id, "float64", _UNITS.get(each.unit, each.unit), nullable=not each.always)
    for each in COUNTERS.values()
)
_RATIOS: Final = tuple(
    Column(kpi.id, "float64", _UNITS.get(kpi.unit, kpi.unit), nullable=True)
    for kpi in KPIS.values()
    if kpi.id not in COUNTERS
)

KPI_TABLE: Final = register(
    TableContract(
        "kpis",
        (_OPTION, _REPLICATION, _MONTH, Column("channel", "str", "text"), *_COUNTS, *_RATIOS),
        ("option", "replication", "month", "channel"),
    )
)
"""Counters and KPIs by month and channel; a KPI whose denominator is zero is nan."""

LEDGER: Final = register(
    TableContract(
        "ledger",
        (
            _OPTION,
            _REPLICATION,
            _MONTH,
            Column("payer", "str", "text"),
            Column("payee", "str", "text"),
            Column("account", "str", "text"),
            Column("kind", "str", "text", allowed=("cash", "invoice", "value")),
            _money("amount", low=0.0),
        ),
        ("option", "replication", "month", "payer", "payee", "account", "kind"),
    )
)
"""Monthly sums of the ledger's entries; an invoice and its payment are separate rows."""

DRAWS: Final = register(
    TableContract(
        "draws",
        (_REPLICATION, Column("path", "str", "text"), Column("value", "float64", "unit of the path")),
        ("replication", "path"),
    )
)
"""The uncertain inputs each replication was lived with, by their path in the scenario."""

DECISIONS: Final = register(
    TableContract(
        "decisions",
        (
            _OPTION,
            _REPLICATION,
            Column("week", "int64", "index of the week since contract start, 0 the first", low=0),
            *(Column(name, "float64", unit) for name, unit in LEVERS.items()),
        ),
        ("option", "replication", "week"),
    )
)
"""What a vendor that plans chose to do, from which week; no rows where it does not plan or did not sign."""

STRIKES: Final = register(
    TableContract(
        "strikes",
        (
            _OPTION,
            _REPLICATION,
            Column("hazard", "str", "text", allowed=HAZARDS),
            Column("site", "str", "text", allowed=SITES),
            Column("strikes", "float64", "events", low=0.0),
            Column("caught", "float64", "events", low=0.0),  # what stood by took over
            Column(
                "hours", "float64", "hours down, or hours of work lost by an agent around the clock", low=0.0
            ),
            Column("contacts_lost", "float64", "contacts kept out or cut off", low=0.0),
        ),
        ("option", "replication", "hazard", "site"),
    )
)
"""What each hazard has done at each site in the term; a row of zeros where it could strike and did not."""

BREACHES: Final = register(
    TableContract(
        "breaches",
        (
            _OPTION,
            _REPLICATION,
            Column("site", "str", "text", allowed=SITES),
            Column("breaches", "float64", "events", low=0.0),
            Column("records", "float64", "count of customers", low=0.0),
            *(_money(name, low=0.0) for name in ("remediation", "fine", "margin", "borne_by_vendor")),
        ),
        ("option", "replication", "site"),
    )
)
"""What data breaches have come to at each site in the term; no rows where no scenario asks for them."""

INDICES: Final = register(
    TableContract(
        "indices",
        (
            _OPTION,
            _REPLICATION,
            _MONTH,
            Column("wages", "float64", "ratio to contract start", low=0.0),
            Column("currency", "float64", "ratio to contract start", low=0.0),
        ),
        ("option", "replication", "month"),
    )
)
"""Price indices at the vendor's site, shocks included, as the contract of the option read them."""

FAILURES: Final = register(
    TableContract(
        "failures",
        (
            _OPTION,
            _REPLICATION,
            *(
                Column(stage, "float64", "days since contract start", low=0.0, nullable=True)
                for stage in ("cash_stress", "cuts", "quality", "default")
            ),
        ),
        ("option", "replication"),
    )
)
"""The first day of each stage of a vendor's failure, nan where it was not seen; a row for every contract signed."""

HAZARD_EFFECTS: Final = register(
    TableContract(
        "hazard_effects",
        (
            _OPTION,
            Column("hazard", "str", "text", allowed=(*HAZARDS, "all")),
            Column("n", "int64", "replications", low=1),
            Column("per_year", "float64", "events/year at the site that works", low=0.0),
            *(_money(f"{side}{end}", nullable=True) for side in ("client", "vendor") for end in ENDS),
        ),
        ("option", "hazard"),
    )
)
"""What each hazard takes from both sides: present value with it less without it, on the same replications."""

RISKS: Final = register(
    TableContract(
        "risks",
        (
            Column("name", "str", "text"),
            Column("likelihood", "int64", "score 1 to 5", 1, 5),
            Column("impact", "int64", "score 1 to 5", 1, 5),
            Column("score", "int64", "score 1 to 25", 1, 25),
            Column("rank", "int64", "index", low=1),
            Column("hazards", "str", "text"),
            Column("per_year", "float64", "events/year", low=0.0, nullable=True),
            Column("loss_per_year", "float64", "$/year", nullable=True),
            Column("loss_p95", "float64", "$", nullable=True),
            Column("simulated_likelihood", "float64", "score 1 to 5", 1.0, 5.0, nullable=True),
            Column("simulated_impact", "float64", "score 1 to 5", 1.0, 5.0, nullable=True),
        ),
        ("name",),
    )
)
"""The expert's register beside what is simulated of it; nan where nothing is."""

MEASURES: Final[dict[str, str]] = {
    "risk_adjusted_value": "$",
    "mean_value": "$",
    "cvar": "$",
    "difference_to_best": "$",
    "difference_to_zero": "$",
    "risk_adjusted_roi": "$ per $ laid out",
    "roi": "$ per $ laid out",
    "saving": "share of the zero line's cost",
    "cost_per_resolved": "$ per resolved contact",
    "cost_per_kept_sale": "$ per sale kept",
    "peak_cash": "$",
    "peak_cash_p90": "$",
    "payback_month": "months since contract start, inf for never",
    "p_no_payback": "share",
    "p_loss": "share",
    "sla_met": "share of months",
    "vendor_risk_adjusted_value": "$",
    "vendor_value": "$",
    "vendor_cvar": "$",
    "vendor_margin": "share of revenue",
    "p_vendor_loss": "share",
    "p_insolvent": "share",
    "p_no_deal": "share",
    "p_ended": "share",
}
"""The estimated columns of the comparison, each with `_low` and `_high` beside it, and their units."""


def _measured(name: str, unit: str) -> tuple[Column, ...]:
    chance = name.startswith("p_")
    low, high = (0.0, 1.0) if chance else (None, float("inf") if name == "payback_month" else None)
    return tuple(Column(name + end, "float64", unit, low, high, nullable=True) for end in ENDS)


COMPARISON: Final = register(
    TableContract(
        "comparison",
        (
            _OPTION,
            Column("rank", "int64", "index", low=1),
            Column("group", "str", "text"),
            Column("tied_with_best", "bool", "flag"),
            Column("ranked_by", "str", "text", allowed=("risk_adjusted_value", "mean_value")),
            Column("n", "int64", "replications", low=1),
            Column("lam", "float64", "share that the tail weighs", 0.0, 1.0),
            Column("beta", "float64", "share of replications in the tail", 0.0, 1.0),
            Column("level", "float64", "share covered", 0.0, 1.0),
            Column("zero", "str", "text"),
            *(column for name, unit in MEASURES.items() for column in _measured(name, unit)),
            Column("tie_multiplier", "float64", "multiple of the price", low=0.0, nullable=True),
            Column("tie_reason", "str", "text"),
            Column("notes", "str", "text"),
        ),
        ("option",),
    )
)
"""The rank table: one row per option, best first."""

SIMULATED: Final = (OUTCOMES, KPI_TABLE, LEDGER, DRAWS, DECISIONS, STRIKES, INDICES, FAILURES, BREACHES)
"""The tables that replications write; the comparison is computed from them."""
