"""The trace of a centre's file, worked by hand: ties in the order of the rules, contacts put back, midnight."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from orm_sim.centre import ENGINES
from orm_sim.centre.centre_checks import load_centre
from orm_sim.centre.replicate import engine
from orm_sim.centre.skills.build import Centre
from orm_sim.centre.trace import trace

OFFICE = 'horizon: {days: 1, opens: "08:00", closes: "09:00"}'
ALWAYS = "horizon: {days: 2}"


@pytest.fixture(params=ENGINES)
def told(request: pytest.FixtureRequest, tmp_path: Path) -> Any:
    """What an engine's trace tells of one contact type served by one group: day, moment, event, contact."""

    def tell(
        horizon: str, arrivals: list[float], handle_s: float, group: str
    ) -> list[tuple[int, float, str, int | None]]:
        path = tmp_path / "centre.yaml"
        path.write_text(
            f"{horizon}\nperiod_s: 3600\ncontact_types:\n  - name: a\n    arrivals_s: {arrivals}\n"
            f"    handle: {{law: constant, value_s: {handle_s}}}\n    groups: [g]\n"
            f"agent_groups:\n  - {{name: g, {group}}}\n"
        )
        file = load_centre(path)
        days = Centre.build(file).blocks(1, 0, engine(request.param))
        return [(e["day"], e["at_s"], e["event"], e.get("contact")) for e in trace(file, days)]

    return tell


def test_one_moment_is_told_in_the_order_of_the_rules(told: Any) -> None:
    changes = "changes: [{at_s: 0, agents: 1}, {at_s: 10, agents: 2}]"
    assert [each[2:] for each in told(OFFICE, [0, 4, 10, 10], 10, changes) if each[1] == 10.0] == [
        ("staff", None),
        ("is done", 0),
        ("starts", 1),  # who has waited goes before who arrives now
        ("arrives", 2),
        ("starts", 2),
        ("arrives", 3),
    ]


def test_who_is_put_back_starts_again(told: Any) -> None:
    changes = "changes: [{at_s: 0, agents: 2}, {at_s: 10, agents: 1}, {at_s: 20, agents: 2}]"
    events = told(OFFICE, [0, 5], 30, f"{changes}, on_leaving: preempt_resume")
    assert [each[1:3] for each in events if each[3] == 1] == [
        (5.0, "arrives"), (5.0, "starts"), (10.0, "is put back in line"), (20.0, "starts again"), (45.0, "is done"),
    ]  # fmt: skip


def test_who_was_put_back_and_is_sent_away_does_not_start_again(told: Any) -> None:
    changes = "changes: [{at_s: 0, agents: 1}, {at_s: 3550, agents: 0}]"
    events = told(OFFICE, [3500], 300, f"{changes}, on_leaving: preempt_resume")
    assert [each[2] for each in events[1:]] == [
        "arrives", "starts", "staff", "is put back in line", "closes", "is cut off",
    ]  # fmt: skip


def test_who_waits_or_starts_again_before_midnight_is_told_on_that_day(told: Any) -> None:
    changes = (
        "changes: [{at_s: 0, agents: 2, day: 0}, {at_s: 86330, agents: 1, day: 0},"
        " {at_s: 86340, agents: 2, day: 0}]"
    )
    events = told(ALWAYS, [86300, 86310, 86320], 200, f"{changes}, on_leaving: preempt_restart")
    assert [each[:3] for each in events[:14] if each[3] == 1] == [
        (0, 86310.0, "arrives"), (0, 86310.0, "starts"), (0, 86330.0, "is put back in line"),
        (0, 86340.0, "starts again"), (1, 140.0, "is done"),
    ]  # fmt: skip
    assert [each[:3] for each in events[:14] if each[3] == 2] == [
        (0, 86320.0, "arrives"), (1, 100.0, "starts"), (1, 300.0, "is done"),
    ]  # fmt: skip
    assert events[-1] == (1, 86320.0, "arrives", 2)  # undecided at the end of the horizon


def test_an_outage_over_midnight_ends_once(told: Any) -> None:
    outage = f"{ALWAYS}\noutages: [{{at_s: 86000, until_s: 86500, day: 0}}]"
    events = told(outage, [1], 10, "agents: 1")
    assert [each[:3] for each in events if "outage" in each[2]] == [
        (0, 86000.0, "outage begins"), (1, 100.0, "outage ends"),
    ]  # fmt: skip
