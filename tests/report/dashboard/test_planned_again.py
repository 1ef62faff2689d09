"""Planning again and ends for cause in the estimate: by hand, by the simulation's streams, by the published table."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from orm_sim.demand.inbound import busyness
from orm_sim.relationship.exit import ExitRule
from orm_sim.report.dashboard.deal import _rebuilt
from orm_sim.report.dashboard.drawn import N_DRAWS
from orm_sim.report.dashboard.estimate import Estimate, Estimator
from orm_sim.report.dashboard.planned_again import months_of
from orm_sim.scenario.load import load_study
from orm_sim.simulation.setting import make_setting
from tests.report.dashboard import small
from tests.report.dashboard.small import at
from tests.simulation.bank import STUDY

SIMULATED = {
    "per_hour": 4.58, "commission": 2.34, "baseline": 2.29, "per_minute": 2.15, "inbound_only": 0.32,
    "in_house": 0.0, "in_house_improved": -0.58,
}  # fmt: skip
"""Risk-adjusted value of the default study in $ million over 300 replications, as the README gives it."""

ENDED = {"per_hour": 0.0, "commission": 0.22, "baseline": 0.19, "per_minute": 0.21}
"""Share of the 300 in which the client ends the contract, of options whose vendor also has the list to earn by."""

GROUPS = (
    {"per_hour"}, {"commission", "baseline", "per_minute"}, {"inbound_only", "in_house"}, {"in_house_improved"},
)  # fmt: skip
"""Its order up to ties."""


def worth(found: Estimate, option: str) -> float:
    """Mean and mean of the worst tenth of an option against in-house, half and half, $ million."""
    rows = found.outcomes[found.outcomes["option"] == option]
    values = np.sort(rows["client_incremental_npv"].to_numpy(np.float64))
    return float(0.5 * values.mean() + 0.5 * values[: round(len(values) / 10)].mean()) / 1e6


def test_the_default_study_is_ranked_as_it_is_simulated() -> None:
    """Order up to simulated ties, values within 0.6 M$, ends within an eighth; they had been 1.5 M$ out.

    Of inbound service alone too many are ended late, as other levers than staffing stay as signed: a simulated vendor
    pays its people more before it is left. It costs little then, so the value holds.
    """
    estimator = Estimator(load_study(Path(STUDY), {}))
    assert estimator._months.dates.tolist() == [
        0,
        3,
        6,
        9,
        11,
        14,
        17,
        20,
        23,
        26,
        29,
        32,
    ]  # of every 13 weeks
    found = estimator.estimate(at(estimator, "per_hour"))
    guessed = {option: worth(found, option) for option in SIMULATED}
    ordered = sorted(guessed, key=lambda option: -guessed[option])
    for group in GROUPS:
        assert set(ordered[: len(group)]) == group, guessed
        ordered = ordered[len(group) :]
    for option, simulated in SIMULATED.items():
        assert guessed[option] == pytest.approx(simulated, abs=0.6), option
    ended = found.outcomes.groupby("option")["ended"].mean()
    for option, simulated in ENDED.items():
        assert ended[option] == pytest.approx(simulated, abs=0.125), option
    assert ended["per_hour"] < 0.03 and ended["inbound_only"] > 0.20


def watched(rule: ExitRule | None, ratios: tuple[float, ...], heeds: bool = True) -> Estimator:
    """The small study with an exit rule and a vendor that may choose among staffing ratios, and signs anything."""
    study = small.reacting(small.study(("in_house", "per_minute")))
    for name, scenario in study.options.items():
        vendor = scenario.vendor
        traits = vendor.traits.model_copy(update={"heeds_exit": heeds, "outside_margin": None})
        levers = vendor.levers.model_copy(update={"staffing_ratio": ratios})
        relationship = scenario.relationship.model_copy(update={"exit_rule": rule})
        changed = vendor.model_copy(update={"traits": traits, "levers": levers})
        study.options[name] = scenario.model_copy(update={"relationship": relationship, "vendor": changed})
    return Estimator(study)


@pytest.fixture(scope="module")
def strict() -> Estimator:
    """Two failed months of three end it, a busy month excuses nobody, and the vendor staffs a fifth too few."""
    return watched(ExitRule(failed_months=2, of_months=3, forecast_band=None), (0.8,))


def test_an_end_follows_the_rule_and_its_notice(strict: Estimator) -> None:
    """The months served are those that the rule itself gives, month by month, from what was met."""
    flows = strict.estimate(at(strict, "per_minute")).flows["per_minute"]
    scenario, days = strict.study.options["per_minute"], strict._situations["per_minute"].setting.days
    rule = scenario.relationship.exit_rule
    first = int(np.searchsorted(days.month_starts, 7 * scenario.relationship.ramp[-1].week))
    notice, n = 3, days.n_months
    seen = set()
    for draw in range(N_DRAWS):
        failed, last = [], n + 1
        for month in range(first, n):
            failed.append(flows.ahead.met[month, draw] == 0.0)
            if rule.broken(failed) and month + notice < n - 1:
                last = min(last, month + notice)
        np.testing.assert_array_equal(flows.ahead.kept[:, draw], np.arange(n) <= last)
        seen.add(last)
    assert len(seen) > 2


def test_who_has_gone_is_paid_no_more_and_the_client_pays_for_the_way_back(strict: Estimator) -> None:
    found = strict.estimate(at(strict, "per_minute"))
    rows = found.outcomes[found.outcomes["option"] == "per_minute"]
    flows, client = found.flows["per_minute"], strict.study.base.client
    ended = rows["ended"].to_numpy(bool)
    assert ended.sum() > 0
    kept = flows.course.kept[: flows.ahead.met.shape[0]] == 0.0
    assert (flows.course.costs[: kept.shape[0]][kept] == 0.0).all()
    np.testing.assert_allclose(
        flows.client["exit"].sum(axis=0)[ended], -client.transition_cost * client.exit_share
    )
    np.testing.assert_array_equal(rows["ended_month"].to_numpy()[ended], kept.argmax(axis=0)[ended] - 1.0)
    patient = watched(None, (0.8,))
    calm = patient.estimate(at(patient, "per_minute")).outcomes
    before = calm[calm["option"] == "per_minute"]["client_incremental_npv"].to_numpy()
    assert (rows["client_incremental_npv"].to_numpy()[ended] < before[ended]).mean() > 0.9


def test_a_rebuilt_centre_is_one_of_newcomers(strict: Estimator) -> None:
    """By hand: speed 0.61 at the start, 12 weeks to learn; people of a month produce 1 − 0.39·e^(−4.345/12)."""
    flows = strict.estimate(at(strict, "per_minute")).flows["per_minute"]
    situation = strict._situations["per_minute"]
    rebuilt = _rebuilt(situation, flows.course, flows.ahead.met.shape)
    gone = flows.course.works[: flows.ahead.met.shape[0]] == 0.0
    draw = int(np.flatnonzero(gone.any(axis=0))[0])
    month = int(gone[:, draw].argmax())
    leaving, learning = situation.scenario.client.in_house.workforce.attrition_per_year, 52.0 / 12.0
    usual = 1.0 - 0.39 * leaving / (leaving + learning)
    assert rebuilt.heads[month, draw] == pytest.approx(usual / (1.0 - 0.39 * np.exp(-4.345 / 12.0)), rel=0.01)
    assert rebuilt.hires[month, draw] == rebuilt.heads[month, draw]
    assert rebuilt.serves[month, draw] < 0.8 and rebuilt.serves[month + 1, draw] == 1.0
    assert (rebuilt.heads[:month, draw] == 0.0).all()


def test_months_are_those_of_the_replications_own_streams() -> None:
    """Busyness of replication 7, its intervals' own luck taken out, averaged by hand; and its forecast errors."""
    scenario = small.study(("in_house",)).options["in_house"]
    programme, seed = scenario.programme, scenario.evaluation.seed
    setting = make_setting(programme, 0.05, seed, 7)
    found = months_of(setting, 0.05)
    np.testing.assert_allclose(found.planned[:, 7], setting.forecast_factor, rtol=1e-12)
    inbound = programme.shapes.inbound
    even = inbound.busyness.model_copy(
        update={"interval_cv": inbound.busyness.interval_cv.model_copy(update={"value": 0.0})}
    )
    assert found.dates.tolist() == [int(setting.days.month[91 * quarter]) for quarter in range(4)]
    factors = busyness(inbound.model_copy(update={"busyness": even}), setting.days.n_days, seed, 7)[:, 0]
    rates = setting.expected.rates.sum(axis=1)
    for month in (0, 5, 11):
        inside = slice(setting.days.month_starts[month], setting.days.month_starts[month + 1])
        by_hand = float((factors * rates)[inside].sum() / rates[inside].sum())
        assert found.surge[month, 7] == pytest.approx(by_hand, rel=1e-9)


def test_a_vendor_that_heeds_the_rule_staffs_to_keep_its_contract() -> None:
    """At the solved price one that reckons with it keeps it, one that is surprised never meets; at 85 % some let go."""
    rule = ExitRule(failed_months=2, of_months=3, forecast_band=None)
    ended = {}
    for heeds in (True, False):
        opened = watched(rule, (0.6, 1.1), heeds)
        for price in (1.0, 0.85):
            found = opened.estimate(at(opened, "per_minute", price=price)).outcomes
            ended[heeds, price] = float(found[found["option"] == "per_minute"]["ended"].mean())
    assert ended[True, 1.0] < 0.05 and ended[False, 1.0] > 0.95
    assert 0.05 < ended[True, 0.85] < ended[False, 0.85]
