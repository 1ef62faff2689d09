"""Pools with patience of any law: against Erlang A, against 40 digits, and by laws that must hold."""

import itertools
import math

import mpmath as mp
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from orm_sim.centre.erlang import erlang_a
from orm_sim.centre.general_patience import general_patience
from orm_sim.centre.known_values import ERLANG_A, ERLANG_B, ERLANG_C, GENERAL_PATIENCE, PATIENCE_LAWS, Waiting
from orm_sim.centre.laws import LawTable, quantile
from orm_sim.centre.survival import (
    Survival,
    constant,
    empirical,
    exponential,
    gamma,
    lognormal,
    mixture,
    piecewise_hazard,
    tabulated,
    uniform,
    weibull,
)

LAWS: dict[str, Survival] = {
    "exponential": exponential(200.0),
    "constant": constant(60.0),
    "lognormal": lognormal(200.0, 1.2),
    "weibull": weibull(100.0, 2.0),
    "gamma": gamma(100.0, 0.4),
    "uniform": uniform(10.0, 200.0),
    "piecewise hazard": piecewise_hazard(
        np.array([5.0, 15.0, 60.0, np.inf]), np.array([0.002, 0.01, 0.004, 0.001])
    ),
    "empirical": empirical(np.array([3.0, 40.0, 41.0, 300.0])),
    "mixture": mixture((constant(0.0), exponential(300.0)), np.array([0.1, 0.9])),
}


@pytest.mark.parametrize("name", LAWS)
def test_summed_share_is_the_integral_of_the_share(name: str) -> None:
    """Simpson's rule over pieces between the law's own breaks; and the mean is the whole integral."""
    law = LAWS[name]
    borders = np.unique([0.0, *law.breaks_s, 0.01, 1.0, 10.0, 100.0, 900.0])
    total = 0.0
    for low, high in itertools.pairwise(borders):
        x = np.linspace(low, high, 4001)
        x[0] += 1e-12 * (1.0 + low)  # a jump counts to its left
        y = law.share(x)
        total += (high - low) / 12_000.0 * (y[0] + y[-1] + 4 * y[1:-1:2].sum() + 2 * y[2:-1:2].sum())
        assert law.lasted_s(np.array([high]))[0] == pytest.approx(total, rel=1e-6)
    assert law.lasted_s(np.array([1e6]))[0] == pytest.approx(law.mean_s, rel=1e-4)


@pytest.mark.parametrize(
    ("load", "handle_s", "patience_s", "agents", "threshold_s"),
    [
        (0.4, 380, 200, 1, 20),
        (38.0, 380, 200, 40, 20),
        (38.0, 380, 200, 30.25, 20),
        (600.0, 380, 900, 60, 20),
        (9900.0, 300, 300, 10_000, 20),
        (12_000.0, 300, 300, 10_000, 20),
        (3.8, 380, math.inf, 5, 20),
    ],
)
def test_exponential_patience_is_erlang_a(
    load: float, handle_s: float, patience_s: float, agents: float, threshold_s: float
) -> None:
    rate = load / handle_s
    found = general_patience(rate, handle_s, exponential(patience_s), agents, threshold_s)
    assert found == pytest.approx(
        erlang_a(rate, handle_s, patience_s, agents, threshold_s), rel=1e-9, abs=1e-13
    )


def by_quadrature(pool: Waiting, share: object, lasted: object, breaks: list[float]) -> tuple[float, ...]:
    """The four figures by mpmath's quadrature, with Erlang B by the incomplete gamma function."""
    with mp.workdps(30):
        rate, power = mp.mpf(pool.load) / pool.handle_s, mp.mpf(pool.agents) / pool.handle_s

        def density(x: mp.mpf) -> mp.mpf:
            return mp.e ** (rate * lasted(x) - power * x)

        below, load = [x for x in breaks if x < pool.threshold_s], mp.mpf(pool.load)
        waits = mp.quad(density, breaks)
        stays = mp.quad(lambda x: density(x) * share(x), breaks)
        waited = mp.quad(lambda x: density(x) * lasted(x), breaks)
        soon = mp.quad(lambda x: density(x) * share(x), [*below, pool.threshold_s])
        free = mp.e**load * load ** (1 - pool.agents) * mp.gammainc(pool.agents, load)
        norm = free + rate * waits
        return (
            float(rate * waits / norm),
            float(1 - rate * waits / norm + rate * soon / norm),
            float(rate * (waits - stays) / norm),
            float(rate * waited / norm),
        )


def test_known_values_are_what_mpmath_finds() -> None:
    """Those that the certificate is printed with: constant and lognormal patience, Erlang A, B and C."""
    fixed, spread = GENERAL_PATIENCE[0], GENERAL_PATIENCE[2]
    breaks = [0, 5, 10, 20, 30, 40, 50, 60, 70, 80, 100, 150, 300]
    found = by_quadrature(fixed, lambda x: mp.mpf(x <= 60), lambda x: min(x, mp.mpf(60)), breaks)
    assert fixed[5:] == pytest.approx(found, rel=1e-12)
    sd = mp.sqrt(mp.log(1 + mp.mpf("1.2") ** 2))
    log_mean = mp.log(200) - sd**2 / 2

    def share(x: mp.mpf) -> mp.mpf:
        return mp.ncdf((log_mean - mp.log(x)) / sd) if x > 0 else mp.mpf(1)

    def lasted(x: mp.mpf) -> mp.mpf:
        return x * share(x) + 200 * mp.ncdf((mp.log(x) - log_mean) / sd - sd) if x > 0 else mp.mpf(0)

    breaks = [0, 1, 3, 7, 12, 20, 30, 45, 60, 80, 100, 150, 200, 300, 400, 1200]
    assert spread[5:] == pytest.approx(by_quadrature(spread, share, lasted, breaks), rel=1e-10)
    for pool in ERLANG_A:
        mean = mp.mpf(PATIENCE_LAWS[pool.patience].mean_s)
        over = mp.log(mp.mpf(pool.load) / pool.agents)
        peak, width = max(mean * over, mp.mpf(0)), mp.sqrt(mean * pool.handle_s / pool.agents)
        breaks = [
            mp.mpf(0),
            *(x for k in range(-60, 80, 4) if (x := peak + k * width) > 0),
        ]
        found = by_quadrature(
            pool, lambda x, m=mean: mp.e ** (-x / m), lambda x, m=mean: m * (1 - mp.e ** (-x / m)), breaks
        )
        assert pool[5:] == pytest.approx(found, rel=1e-12, abs=1e-25)
    with mp.workdps(40):
        for load, agents, value in ERLANG_B:
            blocked = 1 / (mp.e**load * mp.mpf(load) ** -agents * mp.gammainc(agents + 1, load))
            assert value == pytest.approx(float(blocked), rel=1e-14)
        for load, agents, value in ERLANG_C:
            blocked = 1 / (mp.e**load * mp.mpf(load) ** -agents * mp.gammainc(agents + 1, load))
            assert value == pytest.approx(
                float(blocked / (1 - mp.mpf(load) / agents * (1 - blocked))), rel=1e-14
            )


def test_piecewise_known_value_is_what_mpmath_finds() -> None:
    pool = GENERAL_PATIENCE[1]
    ends, hazards = [0, 5, 15, 60], [mp.mpf(k) for k in ("0.002", "0.01", "0.004", "0.001")]

    def both(x: mp.mpf) -> tuple[mp.mpf, mp.mpf]:
        alive, lasted = mp.mpf(1), mp.mpf(0)
        for begin, end, hazard in zip(ends, [*ends[1:], mp.inf], hazards, strict=True):
            length = min(x, end) - begin
            if length <= 0:
                break
            lasted += alive * (1 - mp.e ** (-hazard * length)) / hazard
            alive *= mp.e ** (-hazard * length)
        return alive, lasted

    breaks = [0, 5, 15, 20, 40, 60, 80, 100, 150, 200, 300, 400, 1200]
    found = by_quadrature(pool, lambda x: both(x)[0], lambda x: both(x)[1], breaks)
    assert pool[5:] == pytest.approx(found, rel=1e-10)


@settings(max_examples=60)
@given(
    st.sampled_from(sorted(LAWS)),
    st.floats(0.5, 300),
    st.floats(30, 1200),
    st.integers(1, 330),
    st.floats(0, 200),
)
def test_laws(name: str, load: float, handle_s: float, agents: int, threshold_s: float) -> None:
    """Shares are shares, an agent more never hurts, and work done is work answered."""
    law, rate = LAWS[name], load / handle_s
    figures = general_patience(rate, handle_s, law, agents, threshold_s)
    more = general_patience(rate, handle_s, law, agents + 1, threshold_s)
    slack = 1e-9
    assert -slack <= figures.service_level <= 1 - figures.abandonment_rate + slack
    assert -slack <= figures.abandonment_rate <= figures.wait_probability + slack <= 1 + 2 * slack
    assert figures.occupancy == pytest.approx((1 - figures.abandonment_rate) * load / agents, rel=1e-9)
    assert more.service_level >= figures.service_level - slack
    assert more.abandonment_rate <= figures.abandonment_rate + slack


def test_who_never_gives_up_can_be_too_many() -> None:
    """Half of them wait for ever, twice what the agents can answer: waits without end."""
    law = mixture((exponential(math.inf), exponential(60.0)), np.array([0.5, 0.5]))
    figures = general_patience(4.0 / 60.0, 60.0, law, 1, 20.0)
    assert figures.mean_wait_s == math.inf
    assert figures.abandonment_rate == pytest.approx(0.75)


def test_without_agents_everyone_gives_up() -> None:
    figures = general_patience(0.1, 60.0, constant(60.0), 0, 20.0)
    assert figures.abandonment_rate == 1
    assert figures.service_level == 0
    assert figures.mean_wait_s == 60


def test_a_table_of_laws_says_the_same_as_its_quantiles() -> None:
    """The share above the quantile of u is 1 - u, for each law that engines draw from."""
    table = LawTable(
        kind=np.array([1, 2, 3, 4, 5, 6]),
        a=np.array([200.0, 5.0, 100.0, 10.0, 40.0, 0.0]),
        b=np.array([0.0, 0.9, 1.5, 190.0, 2.5, 0.0]),
        first=np.array([0, 0, 0, 0, 0, 0]),
        stop=np.array([0, 0, 0, 0, 0, 3]),
        x=np.array([10.0, 60.0, np.inf]),
        y=np.array([0.001, 0.01, 0.004]),
    )
    for law in range(6):
        for u in (0.01, 0.3, 0.5, 0.9, 0.99):
            x = np.array([quantile(table, law, u)])
            assert tabulated(table, law).share(x)[0] == pytest.approx(1 - u, rel=1e-6), (law, u)


@pytest.mark.parametrize(
    "change",
    [{"arrivals_per_s": 0.0}, {"handle_s": -1.0}, {"agents": -1.0}, {"threshold_s": math.nan}],
)
def test_what_cannot_be_is_refused(change: dict[str, float]) -> None:
    good = {"arrivals_per_s": 0.1, "handle_s": 300.0, "agents": 30.0, "threshold_s": 20.0}
    with pytest.raises(ValueError, match="must be"):
        general_patience(patience=constant(60.0), **(good | change))
