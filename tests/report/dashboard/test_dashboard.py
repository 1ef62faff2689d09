"""The dashboard without a browser: sliders, answers, banners, runs that are cancelled and go on, corners."""

from __future__ import annotations

import time
from dataclasses import replace
from pathlib import Path

import pytest

from orm_sim.core.errors import InputError
from orm_sim.report.dashboard import Dashboard
from orm_sim.report.dashboard.settings import ALL, Settings
from orm_sim.scenario.load import LoadedStudy
from tests.report.dashboard import small

WAIT_S = 240.0


@pytest.fixture(scope="module")
def dashboard(tmp_path_factory: pytest.TempPathFactory) -> Dashboard:
    return Dashboard(small.study(), tmp_path_factory.mktemp("runs"), workers=1)


@pytest.fixture(autouse=True)
def as_written(dashboard: Dashboard) -> None:
    dashboard.choose("per_minute")
    dashboard.settings = dashboard.written("per_minute")
    dashboard.show("estimate")


def finished(dashboard: Dashboard, replications: int) -> str:
    assert dashboard.run(replications) == ""
    dashboard.runner.wait(WAIT_S)
    return dashboard.progress.state


def test_eight_sliders_with_names_and_ranges(dashboard: Dashboard) -> None:
    names = [each.name for each in dashboard.sliders]
    assert sorted(names) == sorted(ALL) and len(names) == 8
    for slider in dashboard.sliders:
        value = getattr(dashboard.settings, slider.name)
        assert slider.low * slider.factor <= value <= slider.high * slider.factor
        assert slider.value(slider.shown(value)) == pytest.approx(
            value, abs=slider.step * slider.factor / 1.99
        )


def test_a_move_changes_the_answer_and_says_what_was_moved(dashboard: Dashboard) -> None:
    before = dashboard.shown()
    assert dashboard.shown() is before
    dashboard.move("price", 1.3)
    after = dashboard.shown()
    fees = [s.outcomes.groupby("option")["client_fees_pv"].mean() for s in (before, after)]
    assert fees[1]["per_minute"] == pytest.approx(1.3 * fees[0]["per_minute"], rel=1e-3)
    assert fees[1]["baseline"] == fees[0]["baseline"]
    assert dashboard.moved() == ["price"]
    assert "(your terms)" in after.titles["per_minute"] and "(your terms)" not in before.titles["per_minute"]
    dashboard.reset()
    assert dashboard.moved() == []


def test_positions_beyond_the_range_are_taken_back(dashboard: Dashboard) -> None:
    dashboard.move("volume", 99.0)
    dashboard.move("at_risk", -1.0)
    assert (dashboard.settings.volume, dashboard.settings.at_risk) == (1.5, 0.0)
    with pytest.raises(InputError, match="Did you mean 'wage'"):
        dashboard.move("wages", 3.0)


def test_another_option_begins_with_its_own_terms(dashboard: Dashboard) -> None:
    dashboard.move("wage", 4.0)
    dashboard.move("price", 1.2)
    dashboard.choose("baseline")
    assert dashboard.settings.price == 1.0 and dashboard.settings.wage == 4.0
    assert 0.5 < dashboard.settings.base_share < 0.9


def test_it_says_why_it_recommends_nothing(dashboard: Dashboard) -> None:
    """Most of this spread rests on assumptions; an estimate is no less honest about that than a run."""
    answer = dashboard.shown().answer
    assert answer.refuses and "grade D" in answer.banner and answer.sentence
    assert dashboard.shown().label.startswith("ESTIMATE")
    told = dashboard.shown().notes[0]
    assert "takes outages at their mean" in told and "the client end a contract for cause" in told
    assert "leaves out storms" in told


def test_corners_are_told_in_sentences(dashboard: Dashboard) -> None:
    dashboard.settings = replace(dashboard.settings, price=0.1)
    assert any("the vendor fails in" in each for each in dashboard.shown().warnings)
    dashboard.reset()
    dashboard.settings = replace(dashboard.settings, wage=0.5)
    assert dashboard.run(4).startswith("No vendor signs at these terms: a wage of $0.50 an hour")
    assert dashboard.progress.state != "running"


def test_a_vendor_that_does_not_sign_is_told_with_the_reason(tmp_path: Path) -> None:
    planning = Dashboard(small.reacting(small.study(("in_house", "per_minute"))), tmp_path, workers=1)
    planning.move("price", 0.5)
    (said,) = planning.shown().warnings
    assert (
        said.startswith("No vendor signs “")
        and "at these terms because the vendor's best plan is worth" in said
    )


def test_replications_are_checked(dashboard: Dashboard) -> None:
    assert dashboard.run(1) == "Replications must be 2 to 2,000."
    assert dashboard.banner() == ""


@pytest.mark.row("R058")
def test_cancelled_resumed_finished_and_told_apart(dashboard: Dashboard) -> None:
    """A run is stopped after a block, keeps it, goes on; then the banner says where picture and sliders differ."""
    seen: list[str] = []

    def tell() -> None:
        seen.append(dashboard.progress.state)
        if dashboard.progress.done >= 1 and dashboard.progress.state == "running":
            dashboard.cancel()

    dashboard.runner.tell = tell
    dashboard.move("wage", 3.5)
    assert finished(dashboard, 6) == "cancelled"
    assert "pricing" in seen and dashboard.lived() is None
    dashboard.runner.tell = lambda: None
    dashboard.move("wage", 3.6)  # sliders are alive beside a run
    dashboard.move("wage", 3.5)
    assert finished(dashboard, 6) == "done"
    dashboard.show("run")
    shown = dashboard.shown()
    assert shown.kind == "run" and shown.n == 6 and shown.label.startswith("SIMULATED")
    assert dashboard.banner() == ""
    dashboard.move("wage", 4.0)
    assert (
        dashboard.banner()
        == "The picture shows wage $3.50 an hour; the sliders say wage $4.00 an hour: press Run it."
    )
    dashboard.show("estimate")
    assert "the picture is an estimate" in dashboard.banner()
    _weigh(dashboard)


def _weigh(dashboard: Dashboard) -> None:
    """Risk appetite weighs what was lived; nothing is lived again, and no banner asks for it."""
    dashboard.move("wage", 3.5)
    dashboard.show("run")
    for weight in (0.0, 1.0):
        dashboard.move("risk_weight", weight)
        assert float(dashboard.shown().comparison["lam"].iloc[0]) == weight
        assert dashboard.banner() == ""


def test_the_run_lives_what_the_sliders_say(dashboard: Dashboard) -> None:
    asked = replace(dashboard.settings, volume=1.5, wage=4.0, continuity=0.5, price=1.1, risk_weight=0.2)
    found = dashboard.options_at(dashboard.study.options, asked)["per_minute"]
    written = dashboard.study.options["per_minute"]
    assert found.programme.inbound.contacts_per_week == 1.5 * written.programme.inbound.contacts_per_week
    assert found.programme.outbound.seats == round(1.5 * written.programme.outbound.seats)
    assert found.vendor.workforce.wage_per_hour == 4.0
    assert (
        found.vendor.platform.redundancy == written.vendor.platform.redundancy + 0.5
    )  # who does not plan is given it
    more = found.vendor.account_overhead_per_month - written.vendor.account_overhead_per_month
    assert more == pytest.approx(0.5 * written.vendor.platform_per_month)
    planning = small.reacting(dashboard.study).options
    assert dashboard.options_at(planning, asked)["per_minute"].vendor.levers.redundancy == (0.5,)
    assert found.contract.clauses[0].by == 1.1
    assert found.evaluation.risk_weight == 0.2


def test_two_runs_at_once_are_refused(dashboard: Dashboard) -> None:
    assert dashboard.run(40) == ""
    assert dashboard.run(4) == "A run is at work: cancel it first."
    dashboard.cancel()
    dashboard.runner.wait(WAIT_S)
    assert dashboard.progress.state == "cancelled"


def test_a_run_that_fails_says_so(dashboard: Dashboard, tmp_path: Path) -> None:
    blocked = tmp_path / "file"
    blocked.write_text("not a folder")
    dashboard.runner._out, kept = blocked, dashboard.runner._out
    dashboard.move("wage", 3.7)
    state = finished(dashboard, 2)
    dashboard.runner._out = kept
    assert state == "failed" and dashboard.progress.words.startswith("The run failed:")


def test_after_a_failure_nobody_foresaw_the_next_run_goes_on(
    dashboard: Dashboard, monkeypatch: pytest.MonkeyPatch
) -> None:
    def breaks(settings: Settings, replications: int) -> None:
        raise MemoryError

    with monkeypatch.context() as patched:
        patched.setattr(dashboard.runner, "_live", breaks)
        assert finished(dashboard, 2) == "failed"
        assert "MemoryError" in dashboard.progress.words
    assert finished(dashboard, 2) == "done"


@pytest.mark.parametrize("name", ["volume", "price", "continuity", "wage", "base_share", "at_risk"])
def test_what_is_no_number_moves_nothing(dashboard: Dashboard, name: str) -> None:
    with pytest.raises(InputError, match="is not a number"):
        dashboard.move(name, float("nan"))
    assert dashboard.moved() == []


def test_an_option_that_is_none_is_refused_with_the_nearest_name(dashboard: Dashboard) -> None:
    with pytest.raises(InputError, match="Did you mean 'per_minute'"):
        dashboard.choose("per_minit")


def test_an_estimate_takes_a_fraction_of_a_second(dashboard: Dashboard) -> None:
    """Processor time of the best of five fresh positions: a busy machine does not decide."""
    took = []
    for step in range(5):
        dashboard.move("wage", 3.0 + 0.07 * step)
        begun = time.process_time()
        dashboard.estimate()
        took.append(time.process_time() - begun)
    assert min(took) < 0.3, took


def test_a_scenario_is_opened_as_a_study_of_two(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="no option with a contract"):
        Dashboard.open("scenarios/bank.yaml", str(tmp_path))
    with pytest.raises(InputError):
        Dashboard.open("scenarios/not_there.yaml", str(tmp_path))


def test_settings_tell_what_differs() -> None:
    one = Settings("a", 1.0, 3.3, 1.0, 0.5, 1.0, 0.1, 0.0, 0.5)
    assert one.differences(replace(one, price=1.1, risk_weight=0.9, deal="b")) == ["deal", "price"]


def test_hostile_titles_are_told_apart() -> None:
    twice: LoadedStudy = small.study(
        ("in_house", "per_minute", "baseline"), per_minute="Same", baseline="Same"
    )
    from orm_sim.report.dashboard.shown import distinct

    assert distinct(twice.titles)["baseline"] == "Same (baseline)"
