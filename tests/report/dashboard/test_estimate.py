"""The estimate: held against the simulation, against the contract's own settlement, and against arithmetic by hand."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from orm_sim.contract.period import NOTHING, total
from orm_sim.contract.settlement import settle
from orm_sim.core.errors import InputError
from orm_sim.finance.discounting import discount_factor
from orm_sim.report.dashboard.deal import course_of
from orm_sim.report.dashboard.drawn import N_DRAWS, out_of_reach
from orm_sim.report.dashboard.estimate import Estimator, _payback
from orm_sim.risk.outage import Outage, OutageSites
from orm_sim.risk.register import Risks
from orm_sim.simulation.job import StudyJob
from orm_sim.simulation.outcomes import payback_month
from orm_sim.study import Unit
from orm_sim.study.tables import OUTCOMES
from tests.report.dashboard import small
from tests.report.dashboard.small import at

REPLICATIONS = 16


@pytest.fixture(scope="module")
def lived(estimator: Estimator) -> pd.DataFrame:
    """The same options at the same rates, simulated."""
    study = estimator.study
    options = {
        name: scenario.model_copy(update={"contract": estimator.contracts.get(name)})
        for name, scenario in study.options.items()
    }
    job = StudyJob(options, study.zero, study.base.evaluation.seed, "kernel")
    return job.run_unit(Unit(0, 0, REPLICATIONS))["outcomes"]


@pytest.mark.parametrize("option", ["per_minute", "baseline", "commission", "inbound_only"])
def test_it_lies_near_what_is_simulated(estimator: Estimator, lived: pd.DataFrame, option: str) -> None:
    """On the same draws: money within an eighth of the fees (a tiny pool has whole agents), cost within a tenth."""
    guessed = estimator.estimate(at(estimator, "baseline")).outcomes
    rows = [f[(f["option"] == option) & (f["replication"] < REPLICATIONS)] for f in (guessed, lived)]
    mine, theirs = (each.set_index("replication").sort_index() for each in rows)
    fees = theirs["client_fees_pv"].mean()
    for column in ("client_incremental_npv", "vendor_npv", "vendor_revenue"):
        assert abs(mine[column].mean() - theirs[column].mean()) < fees / 8.0, column
    assert mine["vendor_cost"].mean() == pytest.approx(theirs["vendor_cost"].mean(), rel=0.1)
    assert mine["resolved"].mean() == pytest.approx(theirs["resolved"].mean(), rel=0.05)


def test_draws_move_it_as_they_move_the_simulation(estimator: Estimator, lived: pd.DataFrame) -> None:
    """Draw r of the estimate is that of replication r: what is lucky in one is lucky in the other."""
    guessed = estimator.estimate(at(estimator, "baseline")).outcomes
    pairs = [
        f[(f["option"] == "per_minute") & (f["replication"] < REPLICATIONS)].sort_values("replication")[
            "client_npv"
        ]
        for f in (guessed, lived)
    ]
    assert np.corrcoef(*(each.to_numpy() for each in pairs))[0, 1] > 0.8


def test_the_table_is_that_of_a_run(estimator: Estimator) -> None:
    found = estimator.estimate(at(estimator, "baseline")).outcomes
    OUTCOMES.check(found)
    assert found.groupby("option").size().eq(N_DRAWS).all()
    zero = found[found["option"] == "in_house"]
    assert (zero["client_incremental_npv"] == 0.0).all() and (zero["vendor_npv"] == 0.0).all()


def test_invoices_are_the_contracts_own_settlement(estimator: Estimator) -> None:
    """One draw settled by itself, month by month, comes to the same cent."""
    flows = estimator.estimate(at(estimator, "baseline")).flows["baseline"]
    contract = estimator.contracts["baseline"]
    memory, draw = NOTHING, 17
    for month, meters in enumerate(flows.ahead.meters):
        one = {
            name: np.atleast_1d(np.broadcast_to(meters[name], N_DRAWS))[draw]
            for name in meters
            if name[0] != "index"
        }
        one["index", "wages"] = meters["index", "wages"][draw]
        items, memory = settle(contract, memory, one, month)
        assert float(total(items)) == pytest.approx(float(flows.invoices.net[month, draw]), abs=0.011)


def test_a_price_moves_money_from_one_side_to_the_other(estimator: Estimator) -> None:
    """While nobody fails, 1 % of the price costs the client 1 % of the fees and gives it to the vendor."""
    before, after = (estimator.estimate(at(estimator, "per_minute", price=p)).outcomes for p in (1.0, 1.01))
    one, other = (f[f["option"] == "per_minute"].reset_index() for f in (before, after))
    lasts = ~(one["insolvent"] | other["insolvent"])
    assert lasts.mean() > 0.9
    one, other = one[lasts], other[lasts]
    lost = one["client_npv"] - other["client_npv"]
    np.testing.assert_allclose(lost, 0.01 * one["client_fees_pv"], rtol=2e-4)
    np.testing.assert_allclose(other["vendor_revenue"], 1.01 * one["vendor_revenue"], rtol=2e-4)
    np.testing.assert_allclose(other["vendor_cost"], one["vendor_cost"], rtol=1e-4)  # interest, no more


def test_a_wage_is_the_vendors_to_pay(estimator: Estimator) -> None:
    """Hours are paid more, what stands beside the wage is not; the client pays the agreed price."""
    base = at(estimator, "per_minute")
    before, after = (estimator.estimate(at(estimator, "per_minute", wage=base.wage * f)) for f in (1.0, 1.1))
    costs = [
        sum(c.sum() for c in e.flows["per_minute"].ahead.costs["inbound"].values()) for e in (before, after)
    ]
    assert 1.03 < costs[1] / costs[0] < 1.1
    clients = [e.flows["per_minute"].client["fees"] for e in (before, after)]
    np.testing.assert_array_equal(*clients)


def test_volume_moves_contacts_fees_and_people(estimator: Estimator) -> None:
    before, after = (
        estimator.estimate(at(estimator, "per_minute", volume=v)).flows["per_minute"] for v in (1.0, 1.2)
    )
    for channel, meter in (("inbound", "answered"), ("outbound", "productive_hours")):
        ratio = after.ahead.counted(channel, meter).sum() / before.ahead.counted(channel, meter).sum()
        assert ratio == pytest.approx(1.2, rel=0.03), meter
    heads = [f.ahead.heads["inbound"][6:].mean() for f in (before, after)]
    assert 1.05 < heads[1] / heads[0] < 1.22  # a larger pool needs less for each contact
    assert after.invoices.fees.sum() / before.invoices.fees.sum() == pytest.approx(1.2, rel=0.04)


def test_standing_by_costs_its_share_of_the_platform(estimator: Estimator) -> None:
    flows = [
        estimator.estimate(at(estimator, "per_minute", continuity=c)).flows["per_minute"] for c in (0.0, 0.5)
    ]
    more = (flows[1].course.costs - flows[0].course.costs)[:12]
    more = more[:, flows[1].course.alive[-1] == 1.0]
    assert more.shape[1] > 0.9 * N_DRAWS
    np.testing.assert_allclose(more, 0.5 * estimator.study.base.vendor.platform_per_month)


def test_a_vendor_without_money_fails_and_the_client_rebuilds(estimator: Estimator) -> None:
    """At a tenth of the price nothing covers costs: the vendor fails, is paid no more, and the exit is paid."""
    found = estimator.estimate(at(estimator, "per_minute", price=0.1))
    rows = found.outcomes[found.outcomes["option"] == "per_minute"]
    flows = found.flows["per_minute"]
    assert rows["insolvent"].mean() > 0.9
    last = int(rows["insolvent_month"].max())
    assert flows.course.alive[last:].sum() == 0.0
    assert (flows.course.costs[last + 1 :] == 0.0).all()
    client = estimator.study.base.client
    failed = rows["insolvent"].to_numpy()
    np.testing.assert_allclose(
        flows.client["exit"].sum(axis=0)[failed], -client.transition_cost * client.exit_share
    )


def test_cash_is_opening_cash_and_every_move(estimator: Estimator) -> None:
    flows = estimator.estimate(at(estimator, "baseline")).flows["baseline"]
    course, situation = flows.course, estimator._situations["baseline"]
    moved = course.receipts - course.costs - course.interest + situation.other
    opening = estimator.study.base.vendor.firm.opening_cash
    np.testing.assert_allclose(course.cash, opening + np.cumsum(moved, axis=0), rtol=1e-9)
    from orm_sim.report.course import cumulative_cash

    drawn = cumulative_cash(
        estimator.estimate(at(estimator, "baseline")).ledger("baseline"), "baseline", "vendor", opening
    )
    np.testing.assert_allclose(drawn.to_numpy(), course.cash, rtol=1e-9)
    again = course_of(situation, flows.ahead, flows.invoices, 0.0)
    np.testing.assert_array_equal(again.cash, course.cash)


def test_the_ledger_adds_up_to_the_outcomes(estimator: Estimator) -> None:
    found = estimator.estimate(at(estimator, "baseline"))
    rows = found.ledger("baseline")
    mine = rows[(rows["payer"] == "client") | (rows["payee"] == "client")]
    signed = mine["amount"] * np.where(mine["payee"] == "client", 1.0, -1.0)
    by_draw = signed.groupby(mine["replication"]).sum().to_numpy()
    np.testing.assert_allclose(by_draw, sum(v.sum(axis=0) for v in found.flows["baseline"].client.values()))
    factor = discount_factor(found.month_ends, estimator.study.base.client.discount_rate_per_year)[:, None]
    npv = sum((v * factor).sum(axis=0) for v in found.flows["baseline"].client.values())
    own = found.outcomes[found.outcomes["option"] == "baseline"]["client_npv"]
    np.testing.assert_allclose(own, npv)


def test_payback_of_all_draws_is_that_of_each() -> None:
    paths = np.array(
        [[-2.0, -1.0, 1.0, 3.0], [-2.0, 1.0, -1.0, -1.0], [1.0, 2.0, 3.0, 4.0], [-1.0, 1.0, -1.0, 2.0]]
    )
    np.testing.assert_allclose(_payback(paths.T), [payback_month(each) for each in paths])


def test_solved_rates_give_the_stated_margin(estimator: Estimator) -> None:
    rows = estimator.estimate(at(estimator, "baseline")).outcomes.groupby("option")
    for option in ("per_minute", "baseline", "commission", "inbound_only"):
        own = rows.get_group(option)
        margin = 1.0 - own["vendor_cost"].mean() / own["vendor_revenue"].mean()
        assert margin == pytest.approx(0.12, abs=0.01), option


def test_a_vendor_that_plans_refuses_a_price_that_does_not_pay() -> None:
    """No deal is worth exactly what in-house is worth, and the reason is told."""
    planning = Estimator(small.reacting(small.study(("in_house", "per_minute"))))
    found = planning.estimate(at(planning, "per_minute", price=0.5))
    assert "no deal" in found.refusals["per_minute"]
    rows = found.outcomes[found.outcomes["option"] == "per_minute"]
    assert rows["no_deal"].all() and (rows["client_incremental_npv"] == 0.0).all()
    assert planning.estimate(at(planning, "per_minute", price=1.5)).refusals == {}


def test_a_study_without_contracts_is_refused() -> None:
    alone = small.study(("in_house", "in_house_improved"))
    with pytest.raises(InputError, match="no option with a contract"):
        Estimator(alone)


def test_inputs_that_only_a_run_varies_are_named(estimator: Estimator) -> None:
    assert estimator.unreached == []
    assert out_of_reach([{"vendor.firm.opening_cash": 1.0, "client.sale.incrementality": 0.5}]) == [
        "vendor.firm.opening_cash"
    ]


def test_a_platform_that_stands_by_keeps_contacts_from_being_lost() -> None:
    """Sixty outages a year of 12 hours stop 8.2 % of the time; four in five caught in 10 minutes leave 1.66 %."""
    failing = small.study(("in_house", "per_minute"))
    for name, scenario in failing.options.items():
        risks = Risks(outage=OutageSites(vendor=Outage(per_year=60.0, mean_hours=12.0)))
        failing.options[name] = scenario.model_copy(update={"risks": risks})
    opened = Estimator(failing)
    flows = [opened.estimate(at(opened, "per_minute", continuity=c)).flows for c in (0.0, 1.0)]
    down = [60 * 12 / 8766, 60 * (0.2 * 12 + 0.8 / 6) / 8766]
    vendor = [each["per_minute"].ahead for each in flows]
    assert [each.kept_out for each in vendor] == pytest.approx([d / (1 - d) for d in down], rel=1e-3)
    lost = [each["per_minute"].client["abandoned_loss"].sum(axis=0).mean() for each in flows]
    drawn = np.mean([each["client.loss_per_abandoned"] for each in opened.values])
    worth = drawn * (1.0 - opened.study.base.client.redialled_share)
    saved = [each.kept_out * each.counted("inbound", "offered").sum(axis=0).mean() for each in vendor]
    assert lost[1] - lost[0] == pytest.approx(worth * (saved[0] - saved[1]), rel=0.1)
    calm = small.study(("in_house", "per_minute"))
    for name, scenario in calm.options.items():
        calm.options[name] = scenario.model_copy(update={"risks": scenario.risks.calm()})
    still = Estimator(calm)
    home = still.estimate(at(still, "per_minute")).flows["in_house"].home
    np.testing.assert_allclose(flows[0]["in_house"].home.abandoned, home.abandoned)  # its own site has none
