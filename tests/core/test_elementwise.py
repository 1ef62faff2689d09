"""Passes over many cases: bit by bit what numpy gives step by step, nan, infinities and signed zeros included."""

from __future__ import annotations

import numpy as np
import pytest

from orm_sim.contract.credit import SLACK
from orm_sim.contract.rounding import product_to_cents, to_cents
from orm_sim.contract.tiers import marginal, price_of
from orm_sim.core import elementwise as e
from orm_sim.kpi import ratio

N = 700
DRAW = np.random.Generator(np.random.PCG64(3))
ODD = np.array([0.0, -0.0, np.nan, np.inf, -np.inf, 2.675, -2.675, 1.005, 1e15, 5e-324])


def row(low: float = -900.0, high: float = 900.0) -> np.ndarray:
    """A long row with odd values in it."""
    values = DRAW.uniform(low, high, N)
    values[: len(ODD)] = DRAW.permutation(ODD)
    values[20:40] = 0.0
    return values


def same(one: np.ndarray, other: np.ndarray) -> bool:
    """Whether two rows agree to the bit, any nan taken for another."""
    return bool(
        np.array_equal(one, other, equal_nan=True) and np.array_equal(np.signbit(one)[~np.isnan(one)],
                                                                      np.signbit(other)[~np.isnan(other)])
    )  # fmt: skip


def halves(values: np.ndarray) -> np.ndarray:
    """The same values as a row in two dimensions, which most passes leave to numpy."""
    return values.reshape(7, -1)


@pytest.fixture(autouse=True)
def _quiet() -> object:
    with np.errstate(all="ignore"):
        yield


def test_what_is_long_and_flat() -> None:
    assert e.flat(row()) and e.alike(row(), row())
    assert not e.flat(row()[::2]) and not e.flat(row().astype(np.float32)) and not e.flat(row()[: e.MANY - 1])
    assert not e.flat(3.0) and not e.flat(halves(row())) and not e.alike(row(), row()[:600])


def test_cents() -> None:
    amounts, rates = row(), row(0.0, 5.0)
    assert same(to_cents(amounts), to_cents(halves(amounts)).reshape(-1))
    assert same(to_cents(amounts), np.array([float(to_cents(float(each))) for each in amounts]))
    assert same(to_cents(amounts), np.array([float(to_cents(np.asarray(each))) for each in amounts]))
    assert same(product_to_cents(amounts, 0.37), to_cents(amounts * 0.37))
    assert same(product_to_cents(amounts, rates), to_cents(amounts * rates))


def test_quotients() -> None:
    top, bottom = row(), row()
    assert same(ratio(top, bottom), ratio(halves(top), halves(bottom)).reshape(-1))


@pytest.mark.parametrize("bounds", [[], [10.0], [10.0, 40.0, 300.0]])
def test_tiers(bounds: list[float]) -> None:
    rates = [4.0, 3.5, 3.1, 0.7][: len(bounds) + 1]
    volume, width = row(0.0), row(0.0, 9.0)
    assert same(price_of(volume, bounds, rates), price_of(halves(volume), bounds, rates).reshape(-1))
    assert same(marginal(volume, bounds, rates), marginal(halves(volume), bounds, rates).reshape(-1))
    by_width = marginal(halves(volume), bounds, rates, halves(width)).reshape(-1)
    assert same(marginal(volume, bounds, rates, width), by_width)


@pytest.mark.parametrize("higher", [True, False])
def test_misses(higher: bool) -> None:
    value = row(0.0, 1.0)
    points, due = np.empty(N), np.empty(N, dtype=np.bool_)
    e.fallen_short(value, 0.8, higher, 100.0, SLACK, points, due)
    expected = np.fmax(0.8 - value if higher else value - 0.8, 0.0) * 100.0
    assert np.array_equal(points, expected) and np.array_equal(due, expected > SLACK)


def test_sums() -> None:
    rows = [row() for _ in range(7)]
    sums = rows[0].copy()
    e.added(sums, *rows[1:])
    expected = rows[0]
    for each in rows[1:]:
        expected = expected + each
    assert same(sums, expected)
    cents = np.empty(N)
    e.sum_rounded(rows[0], rows[1], cents)
    assert same(cents, to_cents(halves(rows[0] + rows[1])).reshape(-1))
