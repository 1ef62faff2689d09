"""What a centre shows to who plans it: availability, skills, forecast error, and the way from contact to schedule."""

from typing import Any

import numpy as np
import pytest

from orm_sim.centre.centre_checks import centre_of
from orm_sim.centre.centre_file import CentreFile
from orm_sim.centre.replicate import Replications, replicate
from orm_sim.centre.requirement import Target
from orm_sim.centre.skills import kernel
from orm_sim.centre.skills.build import Centre
from orm_sim.centre.staff_centre import need
from orm_sim.centre.trace import trace
from orm_sim.core.document import Document

RATES = [120, 160, 220, 260, 240, 200, 180, 140]
TARGET = Target("service_level", 0.8)


def pool(**changes: Any) -> dict[str, Any]:
    """A day of one type and group; fields of the type or the group may be replaced."""
    kind = {
        "name": "sales", "rate_per_hour": RATES, "patience": {"law": "exponential", "mean_s": 180},
        "handle": {"law": "exponential", "mean_s": 300}, "groups": ["desk"],
    }  # fmt: skip
    group = {"name": "desk", "agents": 20, "cost_per_hour": 12}
    for name, value in changes.items():
        (group if name in ("agents", "handle_multiplier") else kind)[name] = value
    return {
        "horizon": {"days": 1, "opens": "08:00", "closes": "16:00"}, "period_s": 3600,
        "contact_types": [kind], "agent_groups": [group],
    }  # fmt: skip


def runs(data: dict[str, Any], replications: int = 30) -> Replications:
    return replicate(of(data), engine_name="kernel", replications=replications, seed=7, workers=1)


def of(data: dict[str, Any]) -> CentreFile:
    return centre_of(Document(data))


def mean(found: Replications, name: str) -> float:
    figure = found.figures()[name].mean
    assert figure is not None
    return figure


def differs(one: Replications, other: Replications, name: str) -> float:
    """Mean of (other - one) on the same draws, in its standard errors."""
    k = one.names.index(name)
    apart = other.values[:, k] - one.values[:, k]
    return float(apart.mean() / (apart.std(ddof=1) / np.sqrt(apart.size)))


@pytest.mark.row("R136")
def test_an_available_platform_blocks_fewer() -> None:
    """Outages of 0 to 2 of 8 hours: those who arrive in one are blocked, the rest are not; answered falls with it."""
    answered = []
    for length_s in (0, 900, 3600, 7200):
        data = pool(rate_per_hour=200)
        if length_s:
            data["outages"] = [{"at_s": 7200, "until_s": 7200 + length_s}]
        found = runs(data)
        expected = 200 * length_s / 3600
        assert mean(found, "blocked") == pytest.approx(expected, abs=4 * np.sqrt(expected / 30) + 1e-12)
        arrived, offered, blocked = (
            found.values[:, found.names.index(name)] for name in ("arrived", "offered", "blocked")
        )
        assert (arrived == offered + blocked).all()
        answered.append(mean(found, "answered"))
    assert np.all(np.diff(answered) < 0.0)


@pytest.mark.row("R142")
def test_agents_of_both_skills_wait_less_and_let_wait_less() -> None:
    """On the same contacts, the same agents with both skills: shorter waits, less idle time, less cost a contact."""
    found = []
    for groups in (["one"], ["two"]), (["one", "two"], ["two", "one"]):
        kinds = [
            {
                "name": name, "rate_per_hour": 60, "patience": {"law": "exponential", "mean_s": 180},
                "handle": {"law": "exponential", "mean_s": 300}, "groups": served,
            }
            for name, served in zip("ab", groups, strict=True)
        ]  # fmt: skip
        desks = [{"name": name, "agents": 5, "cost_per_hour": 12} for name in ("one", "two")]
        data = pool() | {"contact_types": kinds, "agent_groups": desks}
        found.append(runs(data))
    apart, together = found
    for name, sign in (("mean_wait_s", -1), ("abandonment_rate", -1), ("cost_idle", -1), ("occupancy", 1)):
        assert sign * differs(apart, together, name) > 3, name
    cost = [
        (mean(each, "cost_busy") + mean(each, "cost_idle")) / mean(each, "answered")
        for each in (apart, together)
    ]
    assert cost[1] < cost[0]


@pytest.mark.row("R177", "R178")
def test_a_better_forecast_waits_less_and_costs_less() -> None:
    """Staffed to a forecast that errs by turns upwards and downwards: the total is right, the periods are not.

    From 0 to 30 % error staffing error, wait and cost a contact rise and the service level falls, step by step and
    ever faster, though about as many agents are paid.
    """
    errors = (0.0, 0.1, 0.2, 0.3)
    right = np.array([row.scheduled for row in need(of(pool()), [TARGET])])
    staffing, waits, levels, costs = [], [], [], []
    for error in errors:
        forecast = [rate * (1 + (error if period % 2 else -error)) for period, rate in enumerate(RATES)]
        agents = [row.scheduled for row in need(of(pool(rate_per_hour=forecast)), [TARGET])]
        found = runs(pool(agents=agents), 60)
        staffing.append(np.abs(agents - right).sum() / right.sum())
        waits.append(mean(found, "mean_wait_s"))
        levels.append(mean(found, "service_level"))
        costs.append((mean(found, "cost_busy") + mean(found, "cost_idle")) / mean(found, "answered"))
        assert sum(agents) == pytest.approx(right.sum(), rel=0.03)
    assert np.all(np.diff(staffing) > 0) and np.all(np.diff(levels) < 0) and np.all(np.diff(costs) > 0)
    assert np.all(np.diff(waits) > 0) and np.all(np.diff(waits, 2) > 0)
    assert waits[-1] > 1.8 * waits[0]


def test_busy_and_quiet_days_do_not_cancel_out() -> None:
    """At fixed staffing and the same mean volume, waits and losses rise ever faster with the day factor's cv.

    500 days of a two-hour centre each, on the same draws; the reference engine has the same figures on 3 of them.
    """
    short = pool(rate_per_hour=192, agents=18) | {"horizon": {"days": 1, "opens": "08:00", "closes": "10:00"}}
    waits, losses = [], []
    for cv in (0.0, 0.15, 0.3, 0.45):
        data = short | ({"busyness": {"law": "gamma", "shape": cv**-2}} if cv else {})
        found = replicate(of(data), engine_name="kernel", replications=500, seed=7, workers=1)
        plain = replicate(of(data), engine_name="reference", replications=3, seed=7, workers=1)
        assert plain.names == found.names
        np.testing.assert_allclose(plain.values, found.values[:3], rtol=1e-9, atol=1e-6)
        totals = {
            name: found.values[:, found.names.index(name)].sum()
            for name in ("offered", "sum_wait_s", "abandoned")
        }
        waits.append(totals["sum_wait_s"] / totals["offered"])
        losses.append(totals["abandoned"] / totals["offered"])
    for figures in (waits, losses):
        assert np.all(np.diff(figures) > 0) and np.all(np.diff(figures, 2) > 0), figures
        assert figures[-1] > 2 * figures[0]


@pytest.mark.row("R185", "R142")
def test_from_contact_to_measure_to_the_next_schedule() -> None:
    """Staffed for 60 % of what comes; what was counted, by period, and how long it took make the next schedule.

    The counts are those of the trace's events; the schedule made of them reaches the target, as the first does not.
    """
    guess = [row.scheduled for row in need(of(pool(rate_per_hour=[0.6 * rate for rate in RATES])), [TARGET])]
    file = of(pool(agents=guess))
    first = runs(pool(agents=guess), 20)
    events = list(trace(file, Centre.build(file).blocks(7, 0, kernel.run)))
    arrived = [event["at_s"] for event in events if event["event"] == "arrives"]
    by_period = np.histogram(arrived, np.arange(9) * 3600.0)[0]
    counted = [first.values[0, first.names.index(f"arrived[period={p}]")] for p in range(8)]
    np.testing.assert_array_equal(counted, by_period)
    seen = [mean(first, f"arrived[period={p}]") for p in range(8)]
    handle = {"law": "exponential", "mean_s": mean(first, "aht_s")}
    following = [row.scheduled for row in need(of(pool(rate_per_hour=seen, handle=handle)), [TARGET])]
    second = runs(pool(agents=following), 20)
    assert mean(first, "service_level") < 0.5
    assert mean(second, "service_level") > 0.8 - 0.02


@pytest.mark.row("R185", "R136")
def test_history_at_hand_shortens_contacts_and_settles_more() -> None:
    """Handle times of 85 % and 0.9 instead of 0.7 resolved: AHT falls by 15 % exactly, returns to a third."""
    returns = {"probability": 1.0, "delay": {"law": "exponential", "mean_s": 900}}
    without, with_it = (
        runs(pool(returns={"resolved": share, **returns}, handle_multiplier=factor, agents=60), 20)
        for share, factor in ((0.7, 1.0), (0.9, 0.85))
    )
    assert mean(with_it, "aht_s") / mean(without, "aht_s") == pytest.approx(0.85, rel=0.01)
    assert mean(with_it, "redials") < 0.4 * mean(without, "redials")
    assert differs(without, with_it, "cost_busy") < -3
