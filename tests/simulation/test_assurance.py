"""Quality assurance lived: what it finds costs the vendor what its contract says, and the client the sales."""

from __future__ import annotations

from typing import Any

import pytest

from orm_sim.contract.clause import Clause, walk
from orm_sim.contract.clauses.per_unit import PerUnit
from orm_sim.contract.contract import Contract
from orm_sim.core.loader import build, parse_yaml
from orm_sim.scenario.metered import unmetered
from orm_sim.vendor.assurance import Assurance
from tests.simulation import mutations
from tests.simulation.mutations import base, outputs

LISTENED = {"vendor.assurance": "on", "vendor.assurance.client_listens_to": 0.9}
PRESSED: dict[str, Any] = {"vendor.levers.pressure": [1.0]}
CREDIT = """
label: errors
clause: service_credit
channel: inbound
fees: [inbound hours]
at_risk: 0.2
grace_months: 0
measures: [{kpi: error_rate, target: 0.01, credit: {by: lump, share: 0.2}}]
"""


def paid_for(monkeypatch: pytest.MonkeyPatch, meter: str) -> dict[str, float]:
    """What listening to nine sales in ten takes off the best plan and the sales kept, paid so much for each sale."""
    clause = PerUnit(label="per sale", channel="outbound", meter=meter, rate=60.0)
    found = base()
    contract = found.contract
    assert contract is not None
    told = found.model_copy(
        update={"contract": contract.model_copy(update={"clauses": (*contract.clauses, clause)})}
    )
    monkeypatch.setattr(mutations, "base", lambda: told)
    mutations._outputs.cache_clear()
    heard, unheard = outputs({**PRESSED, **LISTENED}), outputs({**PRESSED, "vendor.assurance": "on"})
    mutations._outputs.cache_clear()
    return {
        name: heard[name] - unheard[name] for name in ("part_revenue", "value", "kept_share", "conversion")
    }


@pytest.mark.row("R049")
def test_what_is_found_costs_the_vendor_where_it_is_paid_for_sales_kept(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """The same sales are found under both contracts, and the client keeps fewer; only one of the vendors minds."""
    kept, gross = paid_for(monkeypatch, "sales_kept"), paid_for(monkeypatch, "sales_gross")
    assert kept["part_revenue"] < -100.0 and kept["value"] < -100.0
    assert gross["part_revenue"] == gross["value"] == 0.0
    assert kept["kept_share"] == gross["kept_share"] < -0.03
    assert kept["conversion"] == gross["conversion"] == 0.0


def test_nothing_is_found_of_what_is_not_done() -> None:
    """Honest sellers lose nothing by being listened to."""
    heard, unheard = outputs(LISTENED), outputs({"vendor.assurance": "on"})
    assert heard["kept_share"] == unheard["kept_share"] and heard["value"] == unheard["value"]


@pytest.mark.row("R053")
def test_a_credit_on_errors_makes_assurance_worth_its_hours(monkeypatch: pytest.MonkeyPatch) -> None:
    """Two hours of coaching against hardly any save credits where errors are credited, and none where they are free."""
    found = base()
    contract = found.contract
    assert contract is not None
    label = next(c.name for _, c in walk(contract.clauses) if isinstance(c, PerUnit))
    gains = []
    for text in (None, CREDIT.replace("inbound hours", label)):
        clauses: tuple[Clause, ...] = () if text is None else (parsed(text),)
        told = found.model_copy(
            update={"contract": contract.model_copy(update={"clauses": (*contract.clauses, *clauses)})}
        )
        monkeypatch.setattr(mutations, "base", lambda told=told: told)
        mutations._outputs.cache_clear()
        with_, without = (
            outputs({"vendor.assurance": "on", "vendor.assurance.incidents_to_learn": 3.0,
                     "vendor.levers.coaching_hours": [hours]}) for hours in (2.0, 0.05)
        )  # fmt: skip
        assert with_["error_share"] < 0.015 < without["error_share"]
        gains.append(with_["part_credits"] - without["part_credits"])
    mutations._outputs.cache_clear()
    assert gains[0] == 0.0 < gains[1]


def parsed(text: str) -> Clause:
    from orm_sim.contract.clauses.service_credit import ServiceCredit

    return build(ServiceCredit, parse_yaml(text, "a.yaml"))


def test_a_contract_on_errors_is_refused_where_nobody_audits() -> None:
    contract = base().contract
    assert contract is not None
    label = next(c.name for _, c in walk(contract.clauses) if isinstance(c, PerUnit))
    told: Contract = contract.model_copy(
        update={"clauses": (*contract.clauses, parsed(CREDIT.replace("inbound hours", label)))}
    )
    refused = unmetered(told, 20.0)
    assert refused is not None and "reads 'audited' of inbound contacts" in refused
    assert unmetered(told, 20.0, audits=Assurance() is not None) is None
