"""Bargaining points against closed forms, on a linear and on a known concave frontier."""

from __future__ import annotations

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from orm_sim.negotiation.bargaining import Frontier, Meeting, frontier, meetings, power_behind


def _line(client: float, vendor: float) -> Frontier:
    return Frontier(np.array([0.0, client]), np.array([vendor, 0.0]), np.array([0, 1]))


def _concave(points: int = 4001) -> Frontier:
    x = np.linspace(0.0, 1.0, points)
    return Frontier(x, 1.0 - x**2, np.arange(points))


def _named(found: tuple[Meeting, ...]) -> dict[str, tuple[float, float]]:
    return {each.name: (each.client, each.vendor) for each in found}


@pytest.mark.row("R067")
@given(st.floats(0.1, 1e6), st.floats(0.1, 1e6), st.floats(0.05, 0.95))
def test_a_linear_frontier_has_its_closed_forms(client: float, vendor: float, power: float) -> None:
    """On u_v = v(1 − u_c/c): Nash (power·c, (1−power)·v), Kalai–Smorodinsky (c/2, v/2), equal gains cv/(c+v)."""
    found = _named(meetings(_line(client, vendor), power))
    assert found["Nash"] == pytest.approx((power * client, (1.0 - power) * vendor), rel=1e-9)
    assert found["Kalai–Smorodinsky"] == pytest.approx((client / 2.0, vendor / 2.0), rel=1e-9)
    equal = client * vendor / (client + vendor)
    assert found["egalitarian"] == pytest.approx((equal, equal), rel=1e-9)
    assert sum(found["largest sum"]) == pytest.approx(max(client, vendor), rel=1e-12)


@pytest.mark.row("R067")
def test_a_concave_frontier_has_its_closed_forms() -> None:
    """On u_v = 1 − u_c², cut into 4,000 pieces: within a piece's length, 1/4,000, of the exact points."""
    found = _named(meetings(_concave()))
    golden = (math.sqrt(5.0) - 1.0) / 2.0  # x = 1 − x²
    step = 1.0 / 4000.0
    assert found["Nash"] == pytest.approx((1.0 / math.sqrt(3.0), 2.0 / 3.0), abs=step)
    assert found["Kalai–Smorodinsky"] == pytest.approx((golden, golden), abs=step)
    assert found["egalitarian"] == pytest.approx((golden, golden), abs=step)
    assert found["largest sum"] == pytest.approx((0.5, 0.75), abs=step)


@pytest.mark.parametrize("power", [0.2, 0.5, 0.7])
def test_nash_with_power_on_the_concave_frontier(power: float) -> None:
    """x^p (1−x²)^(1−p) is largest at x² = p/(2−p)."""
    found = _named(meetings(_concave(), power))["Nash"]
    assert found[0] == pytest.approx(math.sqrt(power / (2.0 - power)), abs=1.0 / 4000.0)


@given(st.lists(st.tuples(st.floats(-5, 5), st.floats(-5, 5)), min_size=1, max_size=40))
def test_nothing_inside_the_zone_beats_the_frontier(points: list[tuple[float, float]]) -> None:
    """A point of the frontier matches or beats every point of the zone for both sides; none beats another."""
    client, vendor = (np.array(side) for side in zip(*points, strict=True))
    edge = frontier(client, vendor)
    inside = (client >= 0.0) & (vendor >= 0.0)
    assert bool(len(edge)) == bool(inside.any())
    for c, v in zip(client[inside], vendor[inside], strict=True):
        assert bool(((edge.client >= c) & (edge.vendor >= v)).any())
    assert bool((np.diff(edge.client) > 0.0).all()) and bool((np.diff(edge.vendor) < 0.0).all())


def test_a_frontier_of_one_point_is_every_meeting() -> None:
    edge = frontier(np.array([2.0, -1.0]), np.array([3.0, 9.0]))
    assert set(_named(meetings(edge)).values()) == {(2.0, 3.0)}


def test_power_behind_an_offer() -> None:
    """On u_v = 4 − u_c Nash's point gives the client just its power, so an offer of three quarters shows 0.75."""
    assert power_behind(3.0, 1.0, _line(4.0, 4.0)) == pytest.approx(0.75, abs=0.005)


def test_nothing_to_meet_at_is_refused() -> None:
    nothing = frontier(np.array([-1.0]), np.array([np.nan]))
    with pytest.raises(ValueError, match="without points"):
        meetings(nothing)
    with pytest.raises(ValueError, match="power"):
        meetings(_line(1.0, 1.0), 1.0)
    with pytest.raises(ValueError, match="divide nothing"):
        power_behind(0.0, 0.0, _line(1.0, 1.0))
