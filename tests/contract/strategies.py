"""Strategies that build valid contracts out of every clause, and meters for them: for laws that hold for all."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
from hypothesis import strategies as st
from pydantic import ValidationError

from orm_sim.contract import Contract
from orm_sim.contract.clauses import AnyClause
from orm_sim.contract.events import EVENTS
from orm_sim.kpi import METERS

Draw = Callable[[st.SearchStrategy[Any]], Any]
Data = dict[str, Any]

KINDS = {str(each.model_fields["clause"].default): each for each in AnyClause.__origin__.__args__}
"""Every clause that a contract may be made of, by the word that names it in a file."""

TERM = 12


def decimals(low: float, high: float, places: int = 2) -> st.SearchStrategy[float]:
    """Numbers as people write them."""
    scale = 10**places
    return st.integers(round(low * scale), round(high * scale)).map(lambda n: n / scale)


windows = st.sampled_from(["month", "quarter", "year"])
rates, shares, whole_months = decimals(0.05, 90.0), decimals(0.01, 0.99), st.integers(1, 6)
GOALS: list[Data] = [
    {"kpi": "service_level", "target": 0.8, "within_s": 20.0}, {"kpi": "fcr", "target": 0.7},
    {"kpi": "abandonment_rate", "target": 0.05}, {"kpi": "csat", "target": 0.85},
]  # fmt: skip


TESTED: list[Data] = [
    {"kpi": "wait_s", "statistic": "percentile", "at": 0.85, "target": 30.0, "credit": {"by": "lump", "amount": 3.0}},
    {"kpi": "wait_s", "statistic": "tail_share", "above_s": 20.0, "target": 0.2, "of": "answered",
     "credit": {"by": "point", "points": "exact", "amount": 2.0}},
    {"kpi": "abandonment_rate", "target": 0.04, "window": "week", "credit": {"by": "lump", "amount": 4.0}},
    {"kpi": "handle_time_s", "statistic": "mean", "target": 300.0, "window": "day", "missed_at_most": 0.1,
     "credit": {"by": "point", "points": "up", "share": 0.001}},
]  # fmt: skip
"""Targets with a statistic of their choice, or tested by the day or week."""

OF_FAMILIES = (
    "weeks_missed_service_level",
    "days_missed_wait_p90_s",
    "tail_share_20s",
    "handle_time_p95_s",
    "wait_p50_s",
    "tail_share_answered_120s",
    "wait_p85_s",
    "tail_share_answered_20s",
    "weeks_missed_abandonment_rate",
    "days_missed_aht",
    "cancelled_on_clock_lag0_sold_lag0",
    "cancelled_on_clock_lag0_sold_lag1",
    "cancelled_on_clock_lag1_sold_lag1",
    "cancelled_on_clock_lag1_sold_lag2",
)
"""Meters that no list holds, which those targets and the worked examples read."""


def bound(draw: Draw) -> Data:
    """An amount, fixed or metered."""
    if draw(st.booleans()):
        return {"amount": draw(decimals(10.0, 5000.0))}
    return {
        "rate": draw(rates), "share": draw(shares), "channel": "inbound", "meter": "productive_hours",
    }  # fmt: skip


def tiers(draw: Draw) -> list[Data]:
    """Two or three tiers."""
    edges = sorted(set(draw(st.lists(st.integers(10, 900), min_size=1, max_size=2))))
    return [{"up_to": float(edge), "rate": draw(rates)} for edge in edges] + [{"rate": draw(rates)}]


def schedule(draw: Draw, name: str, values: st.SearchStrategy[float]) -> list[Data]:
    """Two steps over months."""
    first = draw(whole_months)
    return [{name: first, **_one(draw, values)}, {name: first + draw(whole_months), **_one(draw, values)}]


def _one(draw: Draw, values: st.SearchStrategy[Any]) -> Data:
    return dict(draw(values))


def per_unit(draw: Draw) -> Data:
    """A price for each unit, with and without limits."""
    more: list[Data] = [
        {"meter": "offered"}, {"meter": "productive_hours", "share": draw(shares)},
        {"meter": "handled_s", "per": "minute", "aht_cap": {"baseline_s": 300.0, "share": 1.05}},
        {"meter": "answered", "less": ["repeat_contacts"]},
        {"meter": "answered", "limit": {"meter": "productive_hours", "per": draw(rates)}},
    ]  # fmt: skip
    return {"channel": "inbound", "rate": draw(rates), **draw(st.sampled_from(more))}


def commission(draw: Draw) -> Data:
    """A price per sale."""
    data: Data = {
        "channel": "outbound", "rate": draw(rates),
        "clawback": draw(st.sampled_from(["pro_rata_to_day_90", "none"])),
    }  # fmt: skip
    if draw(st.booleans()):
        steps = [{"up_to": 0.5, "multiple": draw(rates)}, {"multiple": draw(rates)}]
        data["scale"] = {"per": "productive_hours", "steps": steps}
    if draw(st.booleans()):
        data["reserve"] = {"share": draw(shares), "release_after_months": draw(whole_months)}
    return data


def credit_terms(draw: Draw) -> Data:
    """What a miss costs."""
    return draw(
        st.sampled_from([
            {"by": "point", "points": "up", "amount": draw(rates)}, {"by": "lump", "share": draw(shares)},
            {"by": "point", "points": "exact", "share": 0.01},
        ])
    )  # fmt: skip


def service_credit(draw: Draw) -> Data:
    """Credits for missed targets."""
    goals = draw(st.lists(st.sampled_from(GOALS), min_size=1, max_size=2, unique_by=lambda goal: goal["kpi"]))
    data: Data = {
        "channel": "inbound", "fees": ["base"], "at_risk": draw(decimals(0.01, 0.1)),
        "grace_months": draw(st.integers(0, 3)), "window": draw(windows),
        "measures": [goal | {"credit": credit_terms(draw)} for goal in goals],
        "excess": draw(st.sampled_from(["dropped", "carried_forward"])),
    }  # fmt: skip
    tested = draw(st.sampled_from([None, *TESTED]))
    if tested is not None:
        data["measures"] = [*data["measures"], tested]
    optional = {"forecast_band": 0.2, "multiplier": 1.5, "exclusions": ["force_majeure"], "sole_remedy": True}
    return data | {name: value for name, value in optional.items() if draw(st.booleans())}


def bonus(draw: Draw) -> Data:
    """A bonus for surpassing a target."""
    goal = draw(st.sampled_from(GOALS))
    return {
        "channel": "inbound", "fees": ["base"], "at_most": draw(shares), "window": draw(windows),
        "measures": [goal | {"bonus": {"by": "lump", "amount": draw(rates)}}],
    }  # fmt: skip


def gain_share(draw: Draw) -> Data:
    """A share of savings."""
    return {
        "channel": "inbound", "meter": "realised_savings", "vendor_share": draw(shares),
        "baseline": draw(decimals(0.0, 50.0)), "losses": draw(st.sampled_from(["client", "shared"])),
        "window": draw(windows), "cap": draw(decimals(100.0, 900.0)),
    }  # fmt: skip


def volume_adjustment(draw: Draw) -> Data:
    """ARC and RRC."""
    base: Data = draw(st.sampled_from([{"baseline": 400.0}, {"forecast": "forecast_offered"}]))
    return base | {
        "channel": "inbound", "dead_band": draw(decimals(0.0, 0.3)), "arc_rate": draw(rates),
        "rrc_rate": draw(rates), "window": draw(windows),
    }  # fmt: skip


def condition(draw: Draw) -> Data:
    """A condition on a KPI or an event."""
    return draw(
        st.sampled_from([
            {"event": "force_majeure"}, {"kpi": "fcr", "channel": "inbound", "below": draw(shares)},
            {"failures_of": "measured", "in_a_row": draw(whole_months)},
            {"covenant": "liquidity", "below": draw(shares)},
            {"outside": draw(shares), "channel": "inbound", "meter": "offered", "forecast": "forecast_offered",
             "window": draw(windows)},
        ])
    )  # fmt: skip


PRIMITIVES: dict[str, Callable[[Draw], Data]] = {
    "fixed": lambda draw: {
        "amount": draw(rates), "payer": draw(st.sampled_from(["client", "vendor"])),
        **draw(st.sampled_from([{}, {"when": "once", "month": 2}])),
    },
    "per_unit": per_unit,
    "tiered": lambda draw: {
        "channel": "inbound", "meter": "offered", "window": draw(windows), "tiers": tiers(draw),
        "mode": draw(st.sampled_from(["marginal", "whole_volume", "band"])),
    },
    "commission": commission,
    "service_credit": service_credit,
    "bonus": bonus,
    "minimum_commitment": lambda draw: {
        "channel": "inbound", "fee": "base", "share": draw(shares), "window": draw(windows),
        "units_per_contact": draw(rates),
    },
    "cost_plus": lambda draw: {
        "channel": "inbound", **draw(st.sampled_from([{"markup": draw(shares)}, {"fee": draw(rates)}])),
        **draw(st.sampled_from([{}, {"cap": bound(draw), "over_cap_share": draw(shares)}])),
    },
    "pass_through": lambda draw: {
        "channel": "inbound", "admin_share": draw(shares), **draw(st.sampled_from([{}, {"cap": bound(draw)}])),
    },
    "damages": lambda draw: {
        "channel": "inbound", "meter": "abandoned", "rate": draw(rates),
        **draw(st.sampled_from([{}, {"less": ["abandoned_short"]}, {"exclusions": ["force_majeure"]}])),
        **draw(st.sampled_from([{}, {"free": {"meter": "offered", "per": draw(shares)}}])),
        **draw(st.sampled_from([{}, {"at_most": bound(draw)}])),
    },
    "gain_share": gain_share,
    "volume_adjustment": volume_adjustment,
    "clawback": lambda draw: {
        "channel": "outbound", "fee": "sales",
        "schedule": [{"before_months": 1, "share": 1.0}, {"before_months": 2, "share": draw(shares)}],
        **draw(st.sampled_from([{}, {"clock": "stops_while_suspended", "suspended_at_most": 1}])),
    },
    "termination_fee": lambda draw: draw(st.sampled_from([
        {"schedule": [{"through_month": 3, "amount": draw(rates)}, {"through_month": 9, "amount": draw(rates)}]},
        {"unamortised": draw(rates), "over_months": 10}, {"months_of_fees": 2.0, "fees": ["base"]},
    ])),
    "upfront": lambda draw: {
        "amount": draw(rates), "payer": draw(st.sampled_from(["client", "vendor"])), "in_month": draw(whole_months),
        **draw(st.sampled_from([
            {"given_back": "in_parts", "over_months": draw(whole_months)}, {"given_back": "at_end"},
            {"given_back": "early_end", "over_months": 8}, {"given_back": "at_end", "early_end": "kept"},
        ])),
    },
}  # fmt: skip
"""How to draw the terms of each clause that stands alone."""

COMBINATORS: dict[str, Callable[[Draw], Data]] = {
    "all": lambda draw: {},
    "cap": lambda draw: {"at": bound(draw)},
    "floor": lambda draw: {"at": bound(draw), "recoverable": draw(st.booleans())},
    "indexed": lambda draw: draw(st.sampled_from([
        {"index": "wages", "cap_per_year": draw(shares)},
        {"index": {"wages": 0.6, "prices": 0.4}, "share": draw(shares), "plus": -0.02},
        {"index": "wages", "every_months": draw(whole_months), "against": "base", "dead_band": 0.03},
    ])),
    "benchmark": lambda draw: {
        "index": "prices", "price": draw(rates), "every_months": draw(whole_months),
        **draw(st.sampled_from([{}, {"dead_band": draw(shares), "reset": "edge"}, {"rises": True, "at_most": 0.2}])),
    },
    "liability_cap": lambda draw: {
        "window": draw(st.sampled_from(["year", "term"])),
        **draw(st.sampled_from([{"amount": draw(rates)}, {"months_of_fees": draw(shares), "fees": ["base"]}])),
    },
    "scale": lambda draw: {"by": draw(rates)},
    "between": lambda draw: {"from_month": draw(whole_months), "through_month": 6 + draw(whole_months)},
    "ramp": lambda draw: {
        "steps": [{"through_month": draw(whole_months), "multiple": draw(rates)}, {"multiple": draw(rates)}],
    },
    "tail": lambda draw: {"months": draw(whole_months), "multiple": draw(shares)},
    "carry_forward": lambda draw: {"at_most": bound(draw), "at_end": draw(st.sampled_from(["due", "lapses"]))},
    "holdback": lambda draw: {"share": draw(shares), "release_after_months": draw(whole_months)},
    "when": lambda draw: {"if": condition(draw)},
    "earn_back": lambda draw: {
        "channel": "inbound", "within_months": draw(whole_months), "window": "month",
        "measures": [{"kpi": "fcr", "target": draw(shares)}], "share": draw(shares),
    },
}  # fmt: skip
"""How to draw the terms of each clause that is made of others."""

_FRAME: list[Data] = [
    {"clause": "per_unit", "label": "base", "channel": "inbound", "meter": "answered", "rate": 1.37},
    {"clause": "commission", "label": "sales", "channel": "outbound", "rate": 40.0, "clawback": "none"},
    {
        "clause": "service_credit", "label": "measured", "channel": "inbound", "fees": ["base"], "at_risk": 0.05,
        "grace_months": 0, "measures": [GOALS[1] | {"credit": {"by": "lump", "amount": 5.0}}],
    },
]  # fmt: skip
"""What other clauses cite."""


def clause_of(draw: Draw, kind: str, label: str) -> Data:
    """One clause of a kind, a combinator with one or two clauses inside."""
    if kind in PRIMITIVES:
        return {"clause": kind, "label": label, **PRIMITIVES[kind](draw)}
    fit = {"earn_back": ["service_credit"], "liability_cap": ["damages", "service_credit"]}.get(
        kind, sorted(PRIMITIVES)
    )
    inner = draw(st.lists(st.sampled_from(fit), min_size=1, max_size=2))
    of = [clause_of(draw, each, f"{label}.{position}") for position, each in enumerate(inner)]
    return {"clause": kind, "label": label, **COMBINATORS[kind](draw), "of": of}


def contract_data(clauses: list[Data]) -> Data:
    """A contract as a file would hold it."""
    return {
        "title": "drawn", "scope": ["inbound", "outbound"], "term_months": TERM, "notice_days": 30,
        "payment": {"net_days": 30}, "clauses": [*_FRAME, *clauses],
    }  # fmt: skip


@st.composite
def contracts(draw: Draw, kind: str | None = None) -> Contract:
    """Any valid contract; with a clause of a kind, where one is named."""
    kinds = (
        [kind] if kind is not None else draw(st.lists(st.sampled_from(sorted(KINDS)), min_size=1, max_size=3))
    )
    found = None
    for _ in range(8):
        clauses = [clause_of(draw, each, f"{each} {position}") for position, each in enumerate(kinds)]
        try:
            found = Contract.model_validate(contract_data(clauses))
        except ValidationError:
            continue  # two clauses that contradict each other
        break
    return found or Contract.model_validate(contract_data([]))


def drawn(seed: int, shape: tuple[int, ...] = ()) -> dict[tuple[str, str], Any]:
    """Any meters at all: months of feast and of nothing, with whatever may happen."""
    draw = np.random.Generator(np.random.PCG64(seed))
    meters: dict[tuple[str, str], Any] = {}
    for channel in ("inbound", "outbound"):
        for name in (*METERS, *OF_FAMILIES):
            meters[channel, name] = draw.uniform(0.0, 1000.0, shape) * (draw.random(shape) < 0.9)
    for name in ("wages", "prices"):
        meters["index", name] = draw.uniform(0.9, 1.2, shape)
    meters["covenants", "liquidity"] = draw.uniform(0.0, 2.0, shape)
    for name in EVENTS:
        meters["events", name] = 1.0 * (draw.random(shape) < 0.1)
    return meters
