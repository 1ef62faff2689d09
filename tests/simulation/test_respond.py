"""Why the vendor does that: plans in order, splits that add up, and the decision that the lived contract took."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from pydantic import ValidationError

from orm_sim.contract import PerUnit
from orm_sim.core.errors import InputError
from orm_sim.scenario.load import load_scenario
from orm_sim.scenario.scenario import Scenario
from orm_sim.simulation.draws import draw_inputs, with_inputs
from orm_sim.simulation.history import History
from orm_sim.simulation.job import StudyJob
from orm_sim.simulation.respond import Response, in_words, planning_week, respond, varied
from orm_sim.simulation.setting import make_setting
from orm_sim.vendor.levers import STANDARD, Plans
from orm_sim.vendor.traits import Traits
from tests.simulation.bank import ROOT, SEED, shrunk


def reacting(scenario: Scenario, outside: float | None = None) -> Scenario:
    """The option with a vendor that does what it finds best."""
    vendor = scenario.vendor
    traits = vendor.traits.model_copy(update={"outside_margin": outside})
    update = {"policy": "best_response", "traits": traits}
    return scenario.model_copy(update={"vendor": vendor.model_copy(update=update)})


@pytest.fixture(scope="module")
def signing(small: dict[str, Scenario]) -> Response:
    return respond(reacting(small["commission"]), seed=SEED)


def test_parts_add_up_and_the_best_is_chosen(signing: Response) -> None:
    decision = signing.decision
    np.testing.assert_allclose(sum(decision.split.values()), decision.value, rtol=0, atol=1e-6)
    ordered = decision.value[signing.order]
    assert (np.diff(ordered) <= 0.0).all() and signing.order[0] == decision.chosen
    assert sorted(signing.order) == list(range(180))
    assert signing.week == 0 and signing.month == 0 and signing.rates == {}


@pytest.mark.parametrize("at", [0, 4, 8])
def test_it_is_the_decision_that_the_contract_was_lived_with(small: dict[str, Scenario], at: int) -> None:
    """The same plan as in the study's own history of that replication, at the last planning date by then."""
    scenario = reacting(small["commission"])
    found = respond(scenario, at=at, seed=SEED, replication=1)
    taken = dict(lived_in_a_study(scenario, 1).decisions)
    assert found.week == {0: 0, 4: 13, 8: 26}[at]
    assert taken[found.week] == found.decision.plan


def lived_in_a_study(scenario: Scenario, replication: int) -> History:
    """The scenario as a study lives it."""
    return StudyJob({"one": scenario}, "one", SEED, "kernel").live(replication)[1]["one"]


@pytest.fixture(scope="module")
def on_commission(tmp_path_factory: pytest.TempPathFactory) -> Scenario:
    """A small outbound list for commission alone, at a rate near which a vendor signs or does not."""
    file = tmp_path_factory.mktemp("outbound") / "outbound.yaml"
    file.write_text(
        f"extends: {ROOT}/scenarios/bank_outbound.yaml\nname: outbound\ntitle: Outbound\n"
        f"contract: {{extends: {ROOT}/scenarios/contracts/outbound_commission.yaml}}\n",
        encoding="utf-8",
    )
    found = shrunk(load_scenario(file, {"vendor.account_overhead_per_month": 500}), 6)
    assert found.contract is not None
    return found.model_copy(update={"contract": found.contract.with_rate(16.0)})


@pytest.mark.parametrize("replication", [0, 1, 2, 3])
def test_who_signs_knows_the_list_as_little_as_in_a_study(on_commission: Scenario, replication: int) -> None:
    """The contact rate is drawn, and the vendor signs before it is known: `respond` shows what it then does."""
    drawn = draw_inputs(on_commission, SEED, replication)
    assert (
        abs(drawn["programme.outbound.contact_rate"] - on_commission.programme.outbound.contact_rate) > 1e-3
    )
    found = respond(on_commission, seed=SEED, replication=replication)
    history = lived_in_a_study(on_commission, replication)
    assert found.participation.signs == (history.no_deal is None)
    assert dict(history.decisions) == {} or dict(history.decisions)[0] == found.decision.plan


def test_the_runner_up_and_what_separates_them(signing: Response) -> None:
    """Worked from the table: the gap is the difference of values, and the parts named are the largest."""
    decision, (first, second) = signing.decision, signing.order[:2]
    gap = decision.value[first] - decision.value[second]
    assert f"is worth ${gap:,.0f} less" in signing.why
    moved = {name: float(part[second] - part[first]) for name, part in decision.split.items()}
    worst = min(moved, key=lambda name: moved[name])
    assert f"loses ${-moved[worst]:,.0f} on {worst}" in signing.why


def test_equal_plans_are_told_and_are_no_runner_up(signing: Response) -> None:
    """Half of the plans do the same as the other half: what separates the rest is still said."""
    decision, n = signing.decision, signing.decision.value.size
    both = np.concatenate([np.arange(n), np.arange(n)])
    late = np.repeat([0.0, 1.0], n)
    doubled = replace(
        decision,
        plans=Plans(*(values[both] for values in decision.plans))._replace(cut_late=late),
        value=decision.value[both],
        split={name: part[both] for name, part in decision.split.items()},
    )
    why = replace(signing, decision=doubled).why
    assert "like 1 other plan (the first of equals is taken)" in why
    assert why.partition("The runner-up")[2] == signing.why.partition("The runner-up")[2]
    same = replace(doubled, value=np.zeros(2 * n))
    assert "Its other plans are worth as much" in replace(signing, decision=same).why


def test_a_free_rate_is_priced_first_and_told(small: dict[str, Scenario], study: object) -> None:
    from orm_sim.scenario.load import load_study
    from tests.simulation.bank import FOLLOWING, STUDY

    free = shrunk(load_study(STUDY, FOLLOWING).options["per_hour"])
    said: list[str] = []
    found = respond(free, seed=SEED, say=said.append)
    clauses = small["per_hour"].contract.clauses  # type: ignore[union-attr]
    expected = {c.label: c.rate for c in clauses[0].of}  # type: ignore[attr-defined]
    assert found.rates == pytest.approx(expected, rel=1e-6)
    assert "Solving free rates" in said[0] and not found.reacts


def test_a_vendor_that_would_not_sign_still_shows_its_plans(small: dict[str, Scenario]) -> None:
    scenario = reacting(small["per_hour"], 0.99)
    found = respond(scenario, seed=SEED)
    assert not found.participation.signs and found.decision.plans.training.size == 180
    with pytest.raises(InputError, match="no deal: the vendor's best plan"):
        respond(scenario, at=5, seed=SEED)


def test_a_vendor_that_is_gone_decides_nothing(small: dict[str, Scenario]) -> None:
    scenario = small["commission"]
    firm = scenario.vendor.firm.model_copy(update={"opening_cash": 20_000.0, "credit_line": 0.0})
    poor = scenario.model_copy(update={"vendor": scenario.vendor.model_copy(update={"firm": firm})})
    with pytest.raises(InputError, match="the vendor has failed or been sent away"):
        respond(poor, at=8, seed=SEED)


def test_what_cannot_be_asked_is_refused_at_once(small: dict[str, Scenario]) -> None:
    with pytest.raises(InputError) as refused:
        respond(small["in_house"], at=9, seed=-1, replication=-2)
    text = str(refused.value)
    assert "has no contract" in text and "0 (signing) to 8" in text and text.count("must be 0 or more") == 2


def test_planning_dates_are_every_thirteen_weeks(small: dict[str, Scenario]) -> None:
    """Days 0, 91, 182: in January, and in April and July of 2027 (months 3 and 6)."""
    setting = make_setting(small["per_hour"].programme, 0.05, SEED, 0)
    assert [planning_week(setting, month) for month in range(9)] == [0, 0, 0, 13, 13, 13, 26, 26, 26]


def test_plans_in_words(signing: Response) -> None:
    assert in_words(STANDARD, ("staffing_ratio", "wage_premium")) == "staffing 1.00, wage +0%"
    assert varied(signing.decision) == (
        "staffing_ratio", "wage_premium", "training", "coaching_hours", "pressure",
    )  # fmt: skip


@pytest.mark.parametrize(
    "values",
    [
        {"programme.inbound.contacts_per_week": 1.0},
        {"programme.inbound.handle_time_s": 0.3},
        {"programme.inbound.resolution.fcr": 0.01, "programme.inbound.resolution.return_share": 1.0},
    ],
    ids=["one contact a week", "contacts of a third of a second", "everybody comes back"],
)
def test_values_that_the_schema_accepts_are_planned_for(
    small: dict[str, Scenario], values: dict[str, float]
) -> None:
    decision = respond(with_inputs(reacting(small["per_hour"]), values), seed=SEED).decision
    assert np.isfinite(decision.value).all()


def test_a_plan_that_is_worth_no_sum_is_an_error_and_no_reason(small: dict[str, Scenario]) -> None:
    contract = small["per_hour"].contract
    assert contract is not None
    dear = contract.model_copy(
        update={"clauses": (PerUnit(label="hours", channel="inbound", meter="productive_hours", rate=1e306),)}
    )
    with pytest.raises(InputError, match="plans are worth no finite sum"):
        respond(small["per_hour"].model_copy(update={"contract": dear}), seed=SEED)
    with pytest.raises(ValidationError, match="greater than or equal to 1"):
        Traits.model_validate({"risk_tolerance": 1e-300})


@pytest.mark.parametrize("months", [6, 12, 24])
def test_no_horizon_of_the_stated_range_refuses_a_deal_that_pays(
    small: dict[str, Scenario], months: int
) -> None:
    """Three months, all of them start-up, did; the range begins where a quarter after the start is seen."""
    assert Traits.model_fields["horizon_months"].json_schema_extra["low"] == 6  # type: ignore[index,call-overload]
    scenario = reacting(small["per_hour"], 0.04)
    traits = scenario.vendor.traits.model_copy(update={"horizon_months": months})
    vendor = scenario.vendor.model_copy(update={"traits": traits})
    assert respond(scenario.model_copy(update={"vendor": vendor}), seed=SEED).participation.signs
