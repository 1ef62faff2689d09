"""Agents for a target: against 40 digits, by laws that must hold, and interval by interval there and back."""

import math
from collections.abc import Callable

import mpmath as mp
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from orm_sim.centre.erlang import Stationary, erlang_a
from orm_sim.centre.general_patience import general_patience
from orm_sim.centre.intervals import answer_intervals
from orm_sim.centre.requirement import Measure, Target, agents_for, agents_per_interval
from orm_sim.centre.survival import Survival, constant, exponential, lognormal, piecewise_hazard, weibull
from tests.centre.exact import exact_erlang_a

HANDLE_S, PATIENCE_S, THRESHOLD_S = 380.0, 200.0, 20.0
LAWS: dict[str, Survival] = {
    "lognormal": lognormal(200.0, 1.2),
    "weibull": weibull(100.0, 2.0),
    "piecewise hazard": piecewise_hazard(np.array([5.0, 60.0, np.inf]), np.array([0.002, 0.004, 0.001])),
}
TARGETS = [
    Target("service_level", 0.5), Target("service_level", 0.8), Target("service_level", 0.99),
    Target("abandonment_rate", 0.03), Target("abandonment_rate", 0.2),
    Target("asa_s", 5.0), Target("asa_s", 40.0), Target("occupancy", 0.6), Target("occupancy", 0.9),
]  # fmt: skip


def told(target: Target) -> str:
    return f"{target.measure} {target.value:g}"


def of_time(low: Stationary, high: Stationary, share: float, whole: int, measure: Measure) -> mp.mpf:
    """A measure of a pool that has one agent more for a share of the time, by its definition and nothing else."""
    times = (1 - mp.mpf(share), mp.mpf(share))
    answered = [
        time * (1 - mp.mpf(each.abandonment_rate)) for time, each in zip(times, (low, high), strict=True)
    ]
    if measure == "asa_s":
        waited = [
            part * each.asa_s for part, each in zip(answered, (low, high), strict=True) if part and each.asa_s
        ]
        return mp.fsum(waited) / mp.fsum(answered)
    if measure == "occupancy":
        busy = times[0] * whole * mp.mpf(low.occupancy) + times[1] * (whole + 1) * mp.mpf(high.occupancy)
        return busy / (whole + mp.mpf(share))
    return times[0] * mp.mpf(getattr(low, measure)) + times[1] * mp.mpf(getattr(high, measure))


@pytest.mark.parametrize("target", TARGETS, ids=told)
@pytest.mark.parametrize("load", [3.0, 38.0, 120.0])
def test_the_inverse_of_erlang_a_is_that_of_forty_digits(load: float, target: Target) -> None:
    """At the answer the measure is the target to 1e-8; the whole number below it misses, that above it does not."""
    rate = load / HANDLE_S
    agents = agents_for(target, rate, HANDLE_S, PATIENCE_S, THRESHOLD_S)
    whole = math.ceil(agents) - 1
    low, high = (exact_erlang_a(rate, HANDLE_S, PATIENCE_S, n, THRESHOLD_S) for n in (whole, whole + 1))
    assert not target.met(getattr(low, target.measure)) and target.met(getattr(high, target.measure))
    assert float(of_time(low, high, agents - whole, whole, target.measure)) == pytest.approx(
        target.value, rel=1e-8
    )


@pytest.mark.parametrize("load", [3.0, 38.0, 400.0])
@pytest.mark.parametrize(
    "target", [Target("service_level", 0.8), Target("asa_s", 10.0), Target("occupancy", 0.85)], ids=told
)
def test_the_inverse_of_erlang_c(load: float, target: Target) -> None:
    """Endless patience, by the textbook's sums in 40 digits; occupancy is load over agents, whatever the queue."""

    def figure(n: int) -> mp.mpf:
        if n <= load:
            return mp.mpf(0) if target.measure == "service_level" else mp.inf
        with mp.workdps(40):
            top = mp.mpf(load) ** n / mp.factorial(n) * n / (n - load)
            waits = top / (mp.fsum(mp.mpf(load) ** k / mp.factorial(k) for k in range(n)) + top)
            if target.measure == "asa_s":
                return waits * HANDLE_S / (n - load)
            return 1 - waits * mp.exp(-(n - load) * mp.mpf(THRESHOLD_S) / HANDLE_S)

    agents = agents_for(target, load / HANDLE_S, HANDLE_S, math.inf, THRESHOLD_S)
    if target.measure == "occupancy":
        assert agents == pytest.approx(load / 0.85, rel=1e-12)
        return
    whole = math.ceil(agents) - 1
    low, high, share = figure(whole), figure(whole + 1), agents - whole
    assert target.met(float(high)) and not target.met(float(low))
    assert share == 1.0 or float((1 - share) * low + share * high) == pytest.approx(target.value, rel=1e-8)


@pytest.mark.parametrize("target", TARGETS, ids=told)
@pytest.mark.parametrize("name", LAWS)
def test_any_law_of_patience(name: str, target: Target) -> None:
    """There and back through the closed form, which is held against 40 digits elsewhere; a little less misses."""
    for load in (0.7, 38.0, 900.0):
        agents = agents_for(target, load / HANDLE_S, HANDLE_S, LAWS[name], THRESHOLD_S)
        reached = general_patience(load / HANDLE_S, HANDLE_S, LAWS[name], agents, THRESHOLD_S)
        figure = getattr(reached, target.measure)
        if agents == 1.0:
            assert target.met(figure + 1e-12)
            continue
        assert figure == pytest.approx(target.value, rel=1e-8)
        less = general_patience(load / HANDLE_S, HANDLE_S, LAWS[name], agents - 0.01, THRESHOLD_S)
        assert not target.met(getattr(less, target.measure))


@settings(max_examples=150)
@given(
    load=st.floats(0.01, 500.0),
    more=st.floats(1.001, 2.0),
    pair=st.sampled_from(
        [
            ("service_level", 0.7, 0.9),
            ("abandonment_rate", 0.1, 0.03),
            ("asa_s", 30.0, 8.0),
            ("occupancy", 0.9, 0.7),
        ]
    ),
    patience_s=st.sampled_from([30.0, 200.0, 2000.0]),
)
def test_harder_targets_and_more_contacts_never_take_fewer(
    load: float, more: float, pair: tuple[Measure, float, float], patience_s: float
) -> None:
    measure, easy, hard = pair

    def needed(value: float, load: float) -> float:
        return agents_for(Target(measure, value), load / HANDLE_S, HANDLE_S, patience_s, THRESHOLD_S)

    assert needed(hard, load) >= needed(easy, load) - 1e-9
    assert needed(easy, more * load) >= needed(easy, load) - 1e-9
    assert needed(easy, load) >= 0.0


def test_worked_by_hand() -> None:
    """One contact a minute of one minute, patience of one minute: with one agent π_n = e^-1, so 1/e give up."""
    assert agents_for(Target("abandonment_rate", 1 / math.e), 1 / 60, 60.0, 60.0) == pytest.approx(
        1.0, abs=1e-9
    )
    assert agents_for(Target("abandonment_rate", (1 + 1 / math.e) / 2), 1 / 60, 60.0, 60.0) == pytest.approx(
        0.5
    )
    assert agents_for(Target("occupancy", 0.8), 4 / 60, 60.0, math.inf) == pytest.approx(5.0)
    assert agents_for(Target("service_level", 0.8), 0.0, 60.0, 60.0) == 0.0


def test_where_few_agents_are_enough() -> None:
    """Even without agents no more than the impatient half give up; rare contacts need one agent for a short wait."""
    from orm_sim.centre.survival import mixture

    half = mixture((exponential(math.inf), constant(60.0)), np.array([0.5, 0.5]))
    assert agents_for(Target("abandonment_rate", 0.6), 0.01, 60.0, half) == 0.0
    assert agents_for(Target("asa_s", 60.0), 1e-4, 60.0, 200.0) == 1.0
    assert agents_for(Target("occupancy", 0.5), 1e-4, 60.0, 200.0) == 1.0


OFFERED = np.array([0.0, 20.0, 60.0, 110.0, 90.0, 30.0])


@pytest.mark.parametrize("target", TARGETS, ids=told)
@pytest.mark.parametrize("cv", [0.0, 0.3])
def test_interval_by_interval_there_and_back(target: Target, cv: float) -> None:
    """What `answer_intervals` says of the answer is the target, where there are contacts; the rest needs nobody."""
    handle, patience = lognormal(300.0, 1.2), 180.0
    agents = agents_per_interval(target, OFFERED, handle, patience, THRESHOLD_S, busyness_cv=cv)
    assert agents[0] == 0.0 and (agents[1:] >= 1.0).all()
    found = answer_intervals(OFFERED, handle, patience, agents, THRESHOLD_S, busyness_cv=cv)
    if target.measure == "occupancy":
        figures = OFFERED[1:] * (1 - found.abandonment_rate[1:]) * 300.0 / (agents[1:] * 1800.0)
    else:
        figures = getattr(found, target.measure)[1:]
    exactly = agents[1:] > 1.0
    np.testing.assert_allclose(figures[exactly], target.value, rtol=1e-7)
    assert all(target.met(figure) for figure in figures[~exactly])


@pytest.mark.parametrize(
    ("make", "said"),
    [
        (lambda: Target("service_level", 1.0), "service_level must lie between 0 and 1"),
        (lambda: Target("service_level", 80.0), "service_level must lie between 0 and 1"),
        (lambda: Target("abandonment_rate", 0.0), "abandonment_rate must lie between 0 and 1"),
        (lambda: Target("occupancy", 1.0), "occupancy must lie between 0 and 1"),
        (lambda: Target("asa_s", 0.0), "asa_s must be above 0 and finite"),
        (lambda: Target("asa_s", math.nan), "asa_s must be above 0 and finite"),
        (lambda: Target("csat", 0.5), "not on csat"),  # type: ignore[arg-type]
        (lambda: agents_for(Target("abandonment_rate", 0.1), 1.0, 60.0, math.inf), "nobody gives up here"),
        (lambda: agents_for(Target("abandonment_rate", 0.1), 1.0, 60.0, exponential(math.inf)), "nobody gives up"),
        (lambda: agents_for(Target("asa_s", 9.0), -1.0, 60.0, 60.0), "arrivals_per_s"),
        (lambda: agents_for(Target("asa_s", 9.0), 1.0, 0.0, 60.0), "handle_s"),
    ],
)  # fmt: skip
def test_impossible_targets_are_refused(make: Callable[[], object], said: str) -> None:
    with pytest.raises(ValueError, match=said):
        make()


def test_the_answer_is_used_as_a_share_of_time() -> None:
    """A fraction is time with one agent more: `erlang_a` of the answer is the target."""
    agents = agents_for(Target("abandonment_rate", 0.05), 38 / HANDLE_S, HANDLE_S, PATIENCE_S)
    assert agents != round(agents)
    assert erlang_a(38 / HANDLE_S, HANDLE_S, PATIENCE_S, agents, 20.0).abandonment_rate == pytest.approx(0.05)
