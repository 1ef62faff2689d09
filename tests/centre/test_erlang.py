"""The closed forms against textbook values, and against the same quantities computed to 40 digits another way."""

import math

import mpmath as mp
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from orm_sim.centre.erlang import erlang_a, erlang_b, erlang_c, service_level
from tests.centre.exact import exact_erlang_a


@pytest.mark.parametrize(("load", "agents"), [(0.5, 1), (10.0, 10), (38.0, 40), (300.0, 250), (1900.0, 2000)])
def test_erlang_b_and_c(load: float, agents: int) -> None:
    with mp.workdps(40):
        top = mp.mpf(load) ** agents / mp.factorial(agents)
        blocked = top / mp.fsum(mp.mpf(load) ** k / mp.factorial(k) for k in range(agents + 1))
        waits = 1 if load >= agents else blocked / (1 - mp.mpf(load) / agents * (1 - blocked))
    assert erlang_b(load, agents) == pytest.approx(float(blocked), rel=1e-12)
    assert erlang_c(load, agents) == pytest.approx(float(waits), rel=1e-12)


@pytest.mark.parametrize(
    ("load", "handle_s", "patience_s", "agents", "threshold_s"),
    [
        (0.4, 380, 200, 1, 20),
        (8.0, 380, 300, 10, 20),
        (38.0, 380, 200, 40, 20),
        (38.0, 380, 200, 30, 20),
        (38.0, 380, 20, 36, 120),
        (3.8, 380, 200, 20, 20),
        (180.0, 300, 60, 170, 20),
        (300.0, 380, 600, 250, 60),
        (1900.0, 380, 120, 1900, 20),
        (1900.0, 380, 120, 2100, 20),
        (600.0, 380, 900, 60, 20),
    ],
)
def test_erlang_a(load: float, handle_s: float, patience_s: float, agents: int, threshold_s: float) -> None:
    """By the law of the offered wait (an integral), where the module sums over the states of the line."""
    rate = load / handle_s
    figures = erlang_a(rate, handle_s, patience_s, agents, threshold_s)
    exact = exact_erlang_a(rate, handle_s, patience_s, agents, threshold_s)
    assert figures == pytest.approx(exact, rel=1e-9, abs=1e-14)
    assert service_level(rate, handle_s, patience_s, agents, threshold_s) == figures.service_level


def test_patience_like_handle_time_is_infinitely_many_agents() -> None:
    """With patience and handle time of the same mean, contacts in the centre are Poisson."""
    load, agents = 12.0, 10
    weights = [math.exp(-load) * load**k / math.factorial(k) for k in range(80)]
    lost = sum((k - agents) * p for k, p in enumerate(weights) if k > agents) / load
    figures = erlang_a(load / 60, 60.0, 60.0, agents, 20.0)
    assert figures.abandonment_rate == pytest.approx(lost, rel=1e-12)
    assert figures.wait_probability == pytest.approx(sum(weights[agents:]), rel=1e-12)


def test_endless_patience_is_erlang_c() -> None:
    rate, handle_s, agents = 0.1, 380.0, 40
    figures = erlang_a(rate, handle_s, math.inf, agents, 20.0)
    spare = agents / handle_s - rate
    waits = erlang_c(rate * handle_s, agents)
    assert figures.wait_probability == pytest.approx(waits, rel=1e-12)
    assert figures.mean_wait_s == figures.asa_s == pytest.approx(waits / spare, rel=1e-12)
    assert figures.service_level == pytest.approx(1 - waits * math.exp(-spare * 20), rel=1e-12)
    assert figures.abandonment_rate == 0
    patient = erlang_a(rate, handle_s, 1e8, agents, 20.0)
    assert patient == pytest.approx(figures, rel=1e-4, abs=1e-5)
    assert erlang_a(0.2, handle_s, math.inf, agents, 20.0) == (1, 0, 0, math.inf, math.inf, 1)


def test_far_overload_loses_the_excess() -> None:
    """A hundred agents, a load of 760 erlang and patience of hours: no overflow, and flow is what is left."""
    figures = erlang_a(2.0, 380.0, 36_000.0, 100, 20.0)
    assert figures.abandonment_rate == pytest.approx(1 - 100 / 760, rel=1e-9)
    assert figures.mean_wait_s == pytest.approx(36_000 * (1 - 100 / 760), rel=1e-9)
    assert figures.service_level == pytest.approx(0, abs=1e-12)
    assert figures.occupancy == pytest.approx(1)


def test_nobody_at_work_and_nobody_calling() -> None:
    assert erlang_a(0.1, 380.0, 200.0, 0, 20.0)[:4] == (1, 0, 1, 200)
    assert math.isnan(erlang_a(0.1, 380.0, 200.0, 0, 20.0).asa_s)
    assert erlang_a(0.0, 380.0, 200.0, 3, 20.0)[:4] == (0, 1, 0, 0)
    assert erlang_b(0.0, 0) == 1


def test_a_fraction_of_an_agent_is_a_fraction_of_the_time() -> None:
    low, mixed, high = (erlang_a(0.1, 380.0, 200.0, n, 20.0) for n in (36, 36.25, 37))
    assert mixed[:4] == pytest.approx(0.75 * np.array(low[:4]) + 0.25 * np.array(high[:4]))
    answered = 0.75 * (1 - low.abandonment_rate), 0.25 * (1 - high.abandonment_rate)
    asa_s = (answered[0] * low.asa_s + answered[1] * high.asa_s) / sum(answered)
    assert mixed.asa_s == pytest.approx(asa_s)
    assert mixed.occupancy == pytest.approx(0.1 * 380 * (1 - mixed.abandonment_rate) / 36.25)
    alone = erlang_a(0.01, 380.0, 200.0, 0.5, 20.0)
    assert alone.asa_s == pytest.approx(erlang_a(0.01, 380.0, 200.0, 1, 20.0).asa_s)


@settings(max_examples=200, deadline=None, derandomize=True)
@given(
    st.floats(0.001, 400),
    st.floats(30, 1200),
    st.floats(5, 3600),
    st.integers(1, 450),
    st.floats(0, 300),
)
def test_laws(load: float, handle_s: float, patience_s: float, agents: int, threshold_s: float) -> None:
    """Shares are shares, an agent more never hurts, and what is not abandoned keeps agents busy."""
    rate = load / handle_s
    figures = erlang_a(rate, handle_s, patience_s, agents, threshold_s)
    more = erlang_a(rate, handle_s, patience_s, agents + 1, threshold_s)
    tolerance = 1e-12
    assert 0 <= figures.service_level <= 1 - figures.abandonment_rate + tolerance
    assert 0 <= figures.abandonment_rate <= figures.wait_probability + tolerance <= 1 + 2 * tolerance
    assert figures.mean_wait_s == pytest.approx(patience_s * figures.abandonment_rate, rel=1e-9)
    assert figures.occupancy <= 1 + tolerance
    assert more.service_level >= figures.service_level - tolerance
    assert more.abandonment_rate <= figures.abandonment_rate + tolerance


@pytest.mark.parametrize(
    "change",
    [
        {"arrivals_per_s": -1.0},
        {"arrivals_per_s": math.nan},
        {"handle_s": 0.0},
        {"patience_s": 0.0},
        {"agents": -1.0},
        {"agents": math.inf},
        {"threshold_s": -1.0},
    ],
)
def test_what_cannot_be_is_refused(change: dict[str, float]) -> None:
    good = {
        "arrivals_per_s": 0.1,
        "handle_s": 380.0,
        "patience_s": 200.0,
        "agents": 40.0,
        "threshold_s": 20.0,
    }
    with pytest.raises(ValueError, match="must be 0 or more"):
        erlang_a(**(good | change))
