"""A short, small bank lived with one mechanism off and on, under common random numbers: what the table compares."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache
from pathlib import Path
from typing import Any

from orm_sim.centre import engine
from orm_sim.contract import PerUnit
from orm_sim.core.loader import load_yaml
from orm_sim.risk.breach import Breach
from orm_sim.scenario.load import load_scenario
from orm_sim.scenario.scenario import Scenario
from orm_sim.simulation.draws import with_inputs
from orm_sim.simulation.history import OPERATORS, History
from orm_sim.simulation.planner import Planner
from orm_sim.simulation.setting import Setting, make_setting
from orm_sim.simulation.world import simulate
from orm_sim.vendor.assurance import Assurance
from orm_sim.vendor.blending import Blending
from orm_sim.vendor.decision.valuation import Decision

TABLE = load_yaml(Path(__file__).with_name("mutations.yaml")).data
RATE = 18.0
"""$ per productive hour of the small bank."""
SWITCHES: dict[str, Any] = {
    "vendor.assurance": Assurance(), "vendor.blending": Blending(), "risks.breach.vendor": Breach(per_year=12.0),
}  # fmt: skip
"""Mechanisms that a scenario has or has not: what `on: "on"` stands for at their paths."""
PER_SALE = "$ per sale"
"""In the place of a path: a price of each funded sale, on top of the contract's clauses."""


@cache
def base() -> Scenario:
    """The bank per hour, six months of it and a seventh of its size, with a vendor that plans."""
    found = load_scenario(
        Path(__file__).resolve().parents[2] / "scenarios" / "bank_per_hour.yaml", TABLE["base"]
    )
    contract = found.contract
    assert contract is not None
    return found.model_copy(update={"contract": contract.with_rate(RATE)})


@cache
def _setting(months: int) -> Setting:
    programme = base().programme.model_copy(update={"months": months})
    return make_setting(programme, base().evaluation.forecast_cv, 5, 0)


def outputs(changes: Mapping[str, Any]) -> dict[str, float]:
    """What the small bank comes to with these values at these paths."""
    return _outputs(
        tuple(sorted((path, tuple(v) if isinstance(v, list) else v) for path, v in changes.items()))
    )


@cache
def _outputs(changes: tuple[tuple[str, Any], ...]) -> dict[str, float]:
    given = {path: SWITCHES[path] if value == "on" else value for path, value in changes}
    contract = base().contract
    assert contract is not None
    per_sale = given.pop(PER_SALE, 0.0)
    if per_sale:
        clause = PerUnit(label="per sale", channel="outbound", meter="sales_net", rate=per_sale)
        contract = contract.model_copy(update={"clauses": (*contract.clauses, clause)})
    scenario = with_inputs(base().model_copy(update={"contract": contract}), given)
    setting = _setting(scenario.programme.months)
    decisions: list[Decision] = []
    plain = Planner.decide

    def kept(self: Planner, *arguments: Any) -> Decision:
        decisions.append(plain(self, *arguments))
        return decisions[-1]

    Planner.decide = kept  # type: ignore[method-assign]
    try:
        history = simulate(scenario, setting, engine("kernel"))
    finally:
        Planner.decide = plain  # type: ignore[method-assign]
    return _of_history(history) | (_of_decision(decisions[0]) if decisions else {})


def _of_history(history: History) -> dict[str, float]:
    paid = {e.account: 0.0 for e in history.entries()} | {"vendor_interest": 0.0}
    for entry in history.entries():
        if "vendor" in (entry.payer, entry.payee) and entry.kind == "cash":
            paid[entry.account] = paid.get(entry.account, 0.0) + entry.amount
    total = {
        (c, n): float(history.of(n, c, "vendor").sum())  # type: ignore[arg-type]
        for c in ("inbound", "outbound")
        for n in ("offered", "answered", "answered_within", "handled_s", "resolved", "fte", "paid_hours", "attempts",
                  "reached", "audited", "errors", "sales_gross", "sales_net", "sales_kept")
    }  # fmt: skip
    vendor = OPERATORS.index("vendor")
    down = [s.hours for s in history.strikes if (s.hazard, s.site) == ("outage", "vendor")]
    harms = [s.harm for s in history.strikes if s.harm is not None and s.site == "vendor"]
    within, answered = total["inbound", "answered_within"], max(total["inbound", "answered"], 1.0)
    return {
        "kept_out": float(history.lost[vendor, 0]), "cut_off": float(history.lost[vendor, 1]),
        "dialled": float(history.of("productive_hours", "outbound", "vendor").sum()),
        "attempts": total["outbound", "attempts"],
        "error_share": total["inbound", "errors"] / max(total["inbound", "audited"], 1.0),
        "records_lost": sum(h.records for h in harms), "remediation": sum(h.remediation for h in harms),
        "fines": sum(h.fine for h in harms), "margin_lost": sum(h.margin for h in harms),
        "down_hours": sum(down), "productive": float(history.of("productive_hours", "inbound", "vendor").sum()),
        "labour": paid.get("vendor_labour", 0.0), "hiring": paid.get("vendor_hiring", 0.0),
        "seats": paid.get("vendor_seats", 0.0), "overhead": paid.get("vendor_overhead", 0.0),
        "interest": paid["vendor_interest"], "other_business": paid.get("other_business", 0.0),
        "cash": history.closing_cash, "failed": float(history.insolvent_day is not None),
        "heads": total["inbound", "fte"] + total["outbound", "fte"],
        "service_level": within / max(total["inbound", "offered"], 1.0),
        "handle_time": total["inbound", "handled_s"] / answered,
        "resolved_share": total["inbound", "resolved"] / answered,
        "conversion": total["outbound", "sales_gross"] / max(total["outbound", "reached"], 1.0),
        "kept_share": total["outbound", "sales_kept"] / max(total["outbound", "sales_net"], 1.0),
    }  # fmt: skip


def _of_decision(decision: Decision) -> dict[str, float]:
    """Of the first planning date: the best plan, what it is worth, and its parts."""
    best = decision.chosen
    parts = {f"part_{name}": float(value[best]) for name, value in decision.split.items()}
    plan = {f"plan_{name}": value for name, value in decision.plan._asdict().items()}
    return {"value": float(decision.value[best]), "ruin": float(decision.ruin[best])} | parts | plan
