"""Trades and offers on surfaces whose every answer is known: gains linear in the issues."""

from __future__ import annotations

from types import SimpleNamespace
from typing import cast

import numpy as np
import pytest

from orm_sim.negotiation.landscape import OFFERS, SPARES, Landscape, client_equal, meeting_sheets, survey
from orm_sim.negotiation.sheets import Deal, from_unit, to_unit
from orm_sim.negotiation.zone import Views
from orm_sim.scenario.negotiation import Issue
from orm_sim.scenario.scenario import Scenario

ISSUES = {
    "base": Issue(title="base pay", label="base", low=0.0, high=1.0),
    "commission": Issue(title="commission", label="commission", low=0.0, high=2.0),
}
GRID = [{"base": b, "commission": c} for b in np.linspace(0, 1, 6) for c in np.linspace(0, 2, 6)]


def _land(failure: float = 0.0, cost: float = 100.0) -> Landscape:
    """Pay is 100·base + 60·commission; the client has 150 less pay, the vendor pay less its cost."""
    deal = Deal("deal", cast(Scenario, SimpleNamespace()), 1.0, ISSUES)
    pay = np.array([100.0 * s["base"] + 60.0 * s["commission"] for s in GRID])
    views = Views(150.0 - pay, pay - cost, np.full(len(GRID), failure), np.ones(len(GRID), bool))
    return survey(deal, GRID, views, 0.1)


@pytest.mark.row("R074")
@pytest.mark.parametrize(("base", "commission"), [(0.2, 1.5), (0.5, 1.0), (0.8, 0.5)])
def test_equal_vendor_value_is_the_line_of_equal_pay(base: float, commission: float) -> None:
    """Pay of 110 needs commission (110 − 100·base) / 60."""
    tie = _land().answer({"base": base, "commission": 0.3}, "commission", "vendor", 10.0)
    assert tie.rate == pytest.approx(commission, abs=1e-6)


def test_no_answer_says_why() -> None:
    tie = _land().answer({"base": 1.0, "commission": 0.0}, "commission", "vendor", -50.0)
    assert tie.rate is None and "stays above" in tie.reason


def test_offers_are_equal_to_the_client_and_apart() -> None:
    land = _land()
    offers = client_equal(land, 20.0, "commission")
    assert len(offers) == OFFERS + SPARES
    for sheet in offers:
        assert 150.0 - 100.0 * sheet["base"] - 60.0 * sheet["commission"] == pytest.approx(20.0, abs=1e-6)
    unit = to_unit(land.deal, offers)
    gaps = [float(np.linalg.norm(unit[i] - unit[j])) for i in range(3) for j in range(i)]
    assert min(gaps) > 0.2


def test_meetings_on_a_linear_pie_divide_it_equally() -> None:
    """A surplus of 50 to be divided as one likes: Nash, Kalai–Smorodinsky and equal gains all give 25."""
    edge, found = meeting_sheets(_land(), 0.5)
    assert len(edge) > 10
    for meeting, sheet in found[:3]:
        assert (meeting.client, meeting.vendor) == pytest.approx((25.0, 25.0), abs=0.5)
        assert 100.0 * sheet["base"] + 60.0 * sheet["commission"] == pytest.approx(125.0, abs=1.0)


def test_an_empty_zone_has_no_meetings_and_no_offers() -> None:
    for land in (_land(failure=0.3), _land(cost=160.0)):
        edge, found = meeting_sheets(land, 0.5)
        assert not len(edge) and not found
        assert client_equal(land, 20.0, "commission") == []


def test_units_go_there_and_back() -> None:
    deal = _land().deal
    assert from_unit(deal, to_unit(deal, GRID)) == [pytest.approx(sheet) for sheet in GRID]
