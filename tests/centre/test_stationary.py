"""Both engines against Erlang A in steady state: within three standard errors, each under 0.3 % of the value."""

import math

import numpy as np
import pytest

from orm_sim.centre import ENGINES, DayPlan, Engine, kernel
from tests.centre.exact import exact_erlang_a

WARM_UP_S = 600.0


def ratio(part: np.ndarray, whole: np.ndarray) -> tuple[float, float]:
    """A ratio of sums over independent blocks, and its standard error (linearised)."""
    value = part.sum() / whole.sum()
    spread = part - value * whole
    return value, math.sqrt(spread.var(ddof=1) / part.size) / whole.mean()


def measured(
    run: Engine,
    load: float,
    handle_s: float,
    patience_s: float,
    agents: int,
    threshold_s: float,
    blocks: int,
    contacts: int,
) -> dict[str, tuple[float, float]]:
    """Long-run figures from blocks that start empty; the first and last 600 s of each are not counted."""
    figures = []
    length = max(contacts * handle_s / load, WARM_UP_S)
    for seed in range(blocks):
        rng = np.random.default_rng([2026, seed])
        n = rng.poisson((length + 2 * WARM_UP_S) * load / handle_s)
        outcome = run(
            DayPlan(
                arrival_s=np.sort(rng.random(n) * (length + 2 * WARM_UP_S)),
                handle_s=rng.exponential(handle_s, n),
                patience_s=rng.exponential(patience_s, n),
                staffed=np.full(math.ceil(length / WARM_UP_S) + 2, agents),
                interval_s=WARM_UP_S,
                threshold_s=threshold_s,
                end_s=length + 2 * WARM_UP_S,
            )
        )
        steady = slice(1, -2)
        counted = np.concatenate([outcome.counts[:, :-1], outcome.waits_s[:, :-1]])[:, steady].sum(axis=1)
        time = outcome.busy_s[steady].sum(), outcome.staffed_s[steady].sum()
        figures.append([*counted, *time])
    offered, answered, within, abandoned, answered_wait, wait, busy, staffed = np.array(figures).T
    return {
        "service_level": ratio(within, offered),
        "abandonment_rate": ratio(abandoned, offered),
        "mean_wait_s": ratio(wait, offered),
        "asa_s": ratio(answered_wait, answered),
        "occupancy": ratio(busy, staffed),
    }


@pytest.mark.parametrize(
    ("run", "load", "patience_s", "agents", "threshold_s", "contacts"),
    [
        (ENGINES["reference"], 7.0, 60.0, 4, 10.0, 5_500),
        (ENGINES["kernel"], 7.0, 60.0, 4, 10.0, 5_500),
        (ENGINES["kernel"], 38.0, 30.0, 36, 10.0, 120_000),
        (ENGINES["kernel"], 300.0, 120.0, 290, 20.0, 120_000),
    ],
    ids=["reference, 4 agents", "kernel, 4 agents", "kernel, 36 agents", "kernel, 290 agents"],
)
def test_erlang_a(
    run: Engine, load: float, patience_s: float, agents: int, threshold_s: float, contacts: int
) -> None:
    handle_s = 60.0
    exact = exact_erlang_a(load / handle_s, handle_s, patience_s, agents, threshold_s)._asdict()
    found = measured(run, load, handle_s, patience_s, agents, threshold_s, 40, contacts)
    for name, (value, error) in found.items():
        assert error < 0.003 * exact[name], name
        assert value == pytest.approx(exact[name], rel=0, abs=3 * error), name


def test_endless_patience_is_erlang_c() -> None:
    """The other end: nobody gives up, and waits are those of M/M/n."""
    handle_s, load, agents = 60.0, 6.0, 10
    found = measured(kernel.run, load, handle_s, math.inf, agents, 10.0, 40, 200_000)
    power, rate = agents / handle_s, load / handle_s
    below = sum(load**k / math.factorial(k) for k in range(agents))
    top = load**agents / math.factorial(agents) / (1 - load / agents)
    waits = top / (below + top)
    assert found["abandonment_rate"] == (0, 0)
    for name, exact in (
        ("service_level", 1 - waits * math.exp(-(power - rate) * 10)),
        ("mean_wait_s", waits / (power - rate)),
        ("occupancy", load / agents),
    ):
        value, error = found[name]
        assert error < 0.01 * exact, name
        assert value == pytest.approx(exact, rel=0, abs=3 * error), name
