"""Quotes moved to what they are quoted for: on gains known in closed form, with surfaces that mislead."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from orm_sim.negotiation import lived as room
from orm_sim.negotiation.landscape import Landscape, survey
from orm_sim.negotiation.lived import Lived, Lives, Settings
from orm_sim.negotiation.quotes import Measure, Quote
from orm_sim.negotiation.settling import ROUNDS, Goal, settle
from orm_sim.negotiation.sheets import deal_of, design, to_unit
from orm_sim.negotiation.zone import Views
from orm_sim.scenario.load import LoadedStudy, load_study
from orm_sim.scenario.scenario import Scenario

STUDY = load_study(Path(__file__).resolve().parents[2] / "scenarios" / "studies" / "negotiation.yaml")
DEAL = deal_of(STUDY, 15.0)
MEAN = Measure(0.0, 0.1)
OWN = {"base": 0.5, "commission": 0.5, "net_days": 45.0}
Gain = Callable[[float], float]


def _land(client_slope: float, vendor_slope: float) -> Landscape:
    """Planes over the commission alone."""
    sheets = design(DEAL, 16, 1)
    share = np.array([sheet["commission"] for sheet in sheets])
    n = len(sheets)
    views = Views(client_slope * share, vendor_slope * share, np.zeros(n), np.ones(n, bool))
    assert to_unit(DEAL, sheets).shape == (16, 3)
    return survey(DEAL, sheets, views, 0.1)


def _lived(client: float, vendor: float) -> Lived:
    """A vendor that has nan does not sign: nothing is gained."""
    luck = np.linspace(-100.0, 100.0, 20)
    none, zero = np.zeros(20, bool), np.zeros(20)
    if np.isnan(vendor):
        return Lived(zero, zero, zero, none, ~none, none, pd.Series(dtype=np.float64))
    return Lived(client + luck, vendor - luck, np.full(20, 1e3), none, none, none, pd.Series({"fees": 1e3}))


def _quote(name: str, kind: str, commission: float) -> Quote:
    return Quote(name, kind, name, {**OWN, "commission": commission}, {})


class Sea:
    """Lives quotes by two curves of the commission, and counts how often."""

    def __init__(self, client: Gain, vendor: Gain) -> None:
        self._client, self._vendor = client, vendor
        self.calls: list[list[str]] = []

    def __call__(self, quotes: Sequence[Quote], what: str) -> list[Quote]:
        self.calls.append([quote.name for quote in quotes])
        return [
            replace(q, lived=_lived(self._client(q.sheet["commission"]), self._vendor(q.sheet["commission"])))
            for q in quotes
        ]


def _settled(sea: Sea, land: Landscape, quotes: list[Quote], tolerance: float) -> list[Quote]:
    goal = Goal(land, "commission", "deal", "deal", MEAN, tolerance)
    return settle(sea(quotes, "quotes"), goal, sea, lambda text: None)


QUOTES = [
    _quote("deal", "deal", 0.5),
    _quote("curve_0", "curve", 0.7),
    _quote("offer_0", "offer", 0.3),
    _quote("meeting_0", "meeting", 1.5),
]


@pytest.mark.row("R074")
def test_marks_and_offers_end_within_the_tolerance_though_surfaces_err() -> None:
    """The vendor has 10,000·(s + s²), the client −8,000·s·(1 + s/2); surfaces say twice and half the slope.

    A mark and an offer at the deal's other terms have one answer, the deal's commission of 0.5.
    """
    sea = Sea(lambda s: -8_000.0 * s * (1.0 + s / 2.0), lambda s: 10_000.0 * (s + s * s))
    found = {q.name: q for q in _settled(sea, _land(-6_000.0, 40_000.0), QUOTES, 50.0)}
    for name, side in (("curve_0", "vendor"), ("offer_0", "client")):
        gap = getattr(found[name].known, side).mean() - getattr(found["deal"].known, side).mean()
        assert abs(gap) <= 50.0
        assert found[name].sheet["commission"] == pytest.approx(0.5, abs=0.01)
    assert found["meeting_0"].sheet["commission"] == 1.5
    assert len(sea.calls) <= 1 + ROUNDS and all("meeting_0" not in names for names in sea.calls[1:])


def test_a_move_never_makes_a_quote_worse() -> None:
    """On a surface of the wrong sign every move leads away: the quote stays where it was."""
    sea = Sea(lambda s: -1_000.0 * s, lambda s: 1_000.0 * s)
    found = _settled(sea, _land(500.0, -500.0), QUOTES, 1.0)
    for before, after in zip(QUOTES[1:3], found[1:3], strict=True):
        assert abs(after.sheet["commission"] - 0.5) <= abs(before.sheet["commission"] - 0.5)


def test_a_quote_that_jumps_over_its_target_is_left_at_its_nearest() -> None:
    """A vendor that acts otherwise from 0.5 on: 900 short below, 300 over above. Nothing lies between."""
    sea = Sea(lambda s: 0.0, lambda s: -900.0 if s < 0.5 else (0.0 if s == 0.5 else 300.0))
    found = _settled(sea, _land(-1_000.0, 1_000.0), [QUOTES[0], _quote("curve_0", "curve", 0.2)], 10.0)
    miss = found[1].known.vendor.mean() - found[0].known.vendor.mean()
    assert abs(miss) == pytest.approx(300.0) and len(sea.calls) <= 1 + ROUNDS


def test_a_mark_that_is_not_signed_is_near_nothing_and_goes_towards_what_is() -> None:
    """Unsigned below 0.45 the vendor gains nothing, which is what it gains under the deal: no answer for all that.

    An offer that is not signed stays: what helps the vendor takes it away from what it is worth to the client.
    """
    sea = Sea(lambda s: -1_000.0 * s, lambda s: np.nan if s < 0.45 else 1_000.0 * (s - 0.5))
    quotes = [QUOTES[0], _quote("curve_0", "curve", 0.2), _quote("offer_0", "offer", 0.4)]
    found = _settled(sea, _land(-1_000.0, 1_000.0), quotes, 20.0)
    assert found[1].known.signs and found[1].sheet["commission"] == pytest.approx(0.5, abs=0.03)
    assert not found[2].known.signs and found[2].sheet["commission"] == 0.4


def test_an_offer_that_is_not_signed_gives_way_to_a_spare() -> None:
    """Signed from 0.45 on. The first spare, 0.3, is not signed either; the second, 0.55, is moved to the deal's 0.5."""
    sea = Sea(lambda s: -1_000.0 * s, lambda s: np.nan if s < 0.45 else 1_000.0 * (s - 0.5))
    spares = [{**OWN, "commission": commission} for commission in (0.3, 0.55)]
    goal = Goal(_land(-1_000.0, 1_000.0), "commission", "deal", "deal", MEAN, 5.0, spares)
    found = settle(sea([QUOTES[0], _quote("offer_0", "offer", 0.4)], "quotes"), goal, sea, lambda text: None)
    assert found[1].known.signs and found[1].sheet["commission"] == pytest.approx(0.5, abs=0.005)


def test_the_least_that_the_vendor_signs_is_sought_where_it_refuses_what_is_equal() -> None:
    """Equal at 0.5, signed from 0.6 on alone: tried at 0.5 and 0.66, then half way, 0.58, and half way back, 0.62."""
    sea = Sea(lambda s: 0.0, lambda s: np.nan if s < 0.6 else 1_000.0 * (s - 0.5))
    deal = replace(QUOTES[0], sheet={**OWN, "commission": 0.5})
    found = settle(
        [replace(deal, lived=_lived(0.0, 0.0)), *sea([_quote("curve_0", "curve", 0.5)], "quotes")],
        Goal(_land(-1_000.0, 1_000.0), "commission", "deal", "deal", MEAN, 20.0),
        sea,
        lambda text: None,
    )
    assert found[1].known.signs and found[1].sheet["commission"] == pytest.approx(0.62)


def test_a_sheet_is_lived_once_under_whatever_name(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    asked: list[tuple[str, list[str]]] = []

    def live(
        study: LoadedStudy, what: str, sheets: Mapping[str, Scenario], settings: Settings
    ) -> dict[str, Lived]:
        asked.append((what, list(sheets)))
        return {name: _lived(float(len(asked)), 0.0) for name in sheets}

    monkeypatch.setattr(room, "live_sheets", live)
    lives = Lives(STUDY, Settings(1, 2, "kernel", 1, tmp_path))
    one, other = DEAL.scenario_of(OWN), DEAL.scenario_of({**OWN, "base": 0.75})
    first = lives.live("quotes", {"deal": one, "curve_2": DEAL.scenario_of(OWN)})
    assert first["deal"] is first["curve_2"]
    again = lives.live("quotes-1", {"deal": one, "moved": other})
    assert again["deal"] is first["deal"]
    assert asked == [("quotes", ["deal"]), ("quotes-1", ["moved"])]
    lives.live("quotes-2", {"moved": other})
    assert len(asked) == 2
