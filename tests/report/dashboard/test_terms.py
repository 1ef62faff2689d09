"""Terms under sliders: pay moves as the words say, and what comes out is still a contract."""

from __future__ import annotations

import pytest

from orm_sim.contract.contract import Contract
from orm_sim.core.document import Document
from orm_sim.core.loader import build
from orm_sim.report.dashboard.deal import invoiced
from orm_sim.report.dashboard.estimate import Estimator
from orm_sim.report.dashboard.terms import (
    at_risk,
    base_clauses,
    commissions,
    service_credits,
    shaped,
    unmoved,
)
from orm_sim.vendor.levers import STANDARD
from tests.report.dashboard.small import at


def paid(estimator: Estimator, deal: str, contract: Contract) -> tuple[float, float]:
    """Expected pay by the hour and by the sale, as the contract settles it."""
    ahead = estimator._ahead(estimator._situations[deal], STANDARD, at(estimator, deal))
    by_label = invoiced(contract, ahead, 6).by_label
    names = ({each.name for each in found} for found in (base_clauses(contract), commissions(contract)))
    base, commission = (sum(by_label.get(name, 0.0) for name in each) for each in names)
    return base, commission


@pytest.mark.parametrize("deal", ["per_minute", "baseline", "commission"])
@pytest.mark.parametrize("share", [0.0, 0.4, 1.0])
def test_base_share_moves_pay_at_the_same_expected_total(
    estimator: Estimator, deal: str, share: float
) -> None:
    """Also where the contract as written has no base, or no commission: then it gets one."""
    contract, pay = estimator.contracts[deal], estimator.pays[deal]
    found = shaped(contract, at(estimator, deal, base_share=share), pay)
    base, commission = paid(estimator, deal, found)
    assert base + commission == pytest.approx(pay.total, rel=0.002)
    assert base / (base + commission) == pytest.approx(share, abs=0.002)


def test_a_multiple_of_the_commission(estimator: Estimator) -> None:
    contract, pay = estimator.contracts["baseline"], estimator.pays["baseline"]
    base, commission = paid(
        estimator, "baseline", shaped(contract, at(estimator, "baseline", commission=2.0), pay)
    )
    assert (base, commission) == (
        pytest.approx(pay.base, rel=1e-6),
        pytest.approx(2.0 * pay.commission, rel=1e-4),
    )


def test_what_is_not_moved_is_the_contract_itself(estimator: Estimator) -> None:
    for deal, contract in estimator.contracts.items():
        assert shaped(contract, at(estimator, deal), estimator.pays[deal]) is contract


def test_the_amount_at_risk(estimator: Estimator) -> None:
    contract = estimator.contracts["baseline"]
    assert at_risk(contract) == 0.10
    found = shaped(contract, at(estimator, "baseline", at_risk=0.25), estimator.pays["baseline"])
    assert [each.at_risk for each in service_credits(found)] == [0.25]


@pytest.mark.parametrize("deal", ["per_minute", "baseline", "commission", "inbound_only"])
def test_what_comes_out_is_a_contract_that_reads_back(estimator: Estimator, deal: str) -> None:
    """Every slider moved at once: no contradiction, and a term sheet."""
    asked = at(estimator, deal, price=1.2, base_share=0.3, commission=1.5, at_risk=0.2)
    found = shaped(estimator.contracts[deal], asked, estimator.pays[deal])
    assert build(Contract, Document(found.dump(), {}, ())) == found
    assert "1.2" in str(found)


def test_sliders_without_an_object_say_why(estimator: Estimator) -> None:
    assert set(unmoved(estimator.contracts["inbound_only"])) == {"base_share", "commission"}
    assert "in-house" in unmoved(estimator.contracts["inbound_only"])["commission"]
    bare = estimator.contracts["baseline"]
    without = bare.model_copy(
        update={"clauses": tuple(c for c in bare.clauses if c.kind != "service_credit")}
    )
    assert "no service credit" in unmoved(without)["at_risk"]
