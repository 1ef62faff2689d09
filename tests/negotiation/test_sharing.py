"""Priorities told: the logrolling exercise with its known optimum; the counterparty's panel line by line."""

from __future__ import annotations

import itertools

import numpy as np
import pandas as pd
import pytest

from orm_sim.negotiation.counterparty import LINES, panel
from orm_sim.negotiation.lived import TRAINING, Lived
from orm_sim.negotiation.quotes import Measure, Quote
from orm_sim.negotiation.sharing import SPLIT, logroll, shared

MEAN = Measure(0.0, 0.1)
STEPS = (0, 5, 10)


def _quote(name: str, client: float, vendor: float, fails: int = 0, kind: str = "offer") -> Quote:
    """Ten histories with luck that cancels in the mean."""
    luck = np.linspace(-3.0, 3.0, 10)
    failed = np.arange(10) < fails
    lived = Lived(
        client + luck,
        vendor - luck,
        np.ones(10),
        failed,
        np.zeros(10, bool),
        failed,
        pd.Series({"fees": 100.0}),
    )
    return Quote(name, kind, name, {}, {}, lived)


def _exercise() -> list[Quote]:
    """Two issues of ten points; the client has 8 $ a point of the first and 2 of the second, the vendor the reverse.

    The client gets a and b points, the vendor the rest: halves are worth 5 x 8 + 5 x 2 = 50 to each, 100 together.
    All of what one minds more is 10 x 8 = 80 to each, 160 together: no sheet has more, for a point moved away from
    the side that minds it more loses 8 and gains 2.
    """
    quotes = []
    for a, b in itertools.product(STEPS, STEPS):
        kind = SPLIT if (a, b) == (5, 5) else "offer"
        gains = 8.0 * a + 2.0 * b, 2.0 * (10 - a) + 8.0 * (10 - b)
        quotes.append(_quote(f"{a}-{b}", *gains, kind=kind))
    return quotes


@pytest.mark.row("R072")
def test_the_logrolling_exercise_ends_at_its_known_optimum() -> None:
    found = shared(_exercise(), MEAN, 0.0, 0.1)
    assert found is not None and found.split_agreed
    assert found.title == "10-0"
    assert (found.halved, found.known, found.rise) == pytest.approx((100.0, 160.0, 60.0))
    assert (found.client.value, found.vendor.value) == pytest.approx((30.0, 30.0))
    assert found.client.high - found.client.low == pytest.approx(0.0, abs=1e-9), (
        "paired: the luck is the same"
    )


@pytest.mark.row("R072")
def test_sides_of_one_mind_gain_nothing_by_telling() -> None:
    """Where both mind every issue alike, each sheet divides the same 100."""
    quotes = [_quote(f"{a}", 10.0 * a, 10.0 * (10 - a), kind=SPLIT if a == 5 else "offer") for a in range(11)]
    found = shared(quotes, MEAN, 0.0, 0.1)
    assert found is not None
    assert (found.title, found.rise, found.client.value) == ("5", 0.0, 0.0)


def test_a_larger_sum_at_the_cost_of_one_side_is_not_agreed_to() -> None:
    gains = np.array([50.0, 49.0, 60.0]), np.array([50.0, 200.0, 55.0])
    assert logroll(*gains, (50.0, 50.0)) == 2
    assert logroll(*gains, (70.0, 70.0)) is None
    assert logroll(np.array([np.nan, 1.0]), np.array([9.0, 1.0]), (0.0, 0.0)) == 1


@pytest.mark.row("R072")
def test_a_sheet_that_ruins_the_vendor_is_nobodys_optimum() -> None:
    quotes = [
        _quote("half", 50.0, 50.0, kind=SPLIT),
        _quote("ruin", 90.0, 90.0, fails=2),
        _quote("last", 60.0, 55.0),
    ]
    found = shared(quotes, MEAN, 0.0, 0.1)
    assert found is not None and found.title == "last"


@pytest.mark.row("R072")
def test_halves_that_one_side_refuses_are_no_deal() -> None:
    """The client has 45 less than it walks away for: nothing is agreed, and telling brings all of 110 - 95 + 40."""
    quotes = [_quote("half", 50.0, 50.0, kind=SPLIT), _quote("told", 110.0, 40.0)]
    found = shared(quotes, MEAN, 95.0, 0.1)
    assert found is not None and not found.split_agreed
    assert (found.halved, found.known) == pytest.approx((0.0, 55.0)) and found.title == "told"
    none = shared(quotes, MEAN, 200.0, 0.1)
    assert none is not None and (none.title, none.rise) == ("", 0.0)
    assert shared(quotes[1:], MEAN, 95.0, 0.1) is None


@pytest.mark.row("R072")
def test_the_panel_holds_every_dollar_once() -> None:
    """Fees 900 and extras 20, credits 40, wages 500, hiring 30, training 50, seats 60, overhead 70, interest 10: 160.

    160 of 920 - 40 received is 18.2 %; the vendor fails in 3 of 10 histories.
    """
    books = {
        "fees": 900.0, "hidden_fees": 20.0, "credits": -40.0, "vendor_labour": -500.0, "vendor_hiring": -30.0,
        TRAINING: -50.0, "vendor_seats": -60.0, "vendor_overhead": -70.0, "vendor_interest": -10.0,
    }  # fmt: skip
    quote = _quote("deal", 0.0, 0.0, fails=3)
    lived = quote.known
    full = Lived(
        lived.client, lived.vendor, lived.fees, lived.failed, lived.no_deal, lived.broken, pd.Series(books)
    )
    row = panel([Quote("deal", "deal", "the deal", {}, {}, full)]).iloc[0]
    told = [row[line] for line in (*LINES, "other", "margin")]
    assert told == pytest.approx([920.0, -40.0, -500.0, -30.0, -50.0, -60.0, -70.0, -10.0, 160.0])
    assert row["margin_share"] == pytest.approx(160.0 / 880.0)
    assert row["p_failure"] == pytest.approx(0.3)


def test_a_vendor_that_does_not_sign_has_empty_books() -> None:
    lived = _quote("deal", 0.0, 0.0).known
    none = Lived(
        lived.client,
        lived.vendor,
        lived.fees,
        lived.failed,
        np.ones(10, bool),
        lived.broken,
        pd.Series(dtype=np.float64),
    )
    row = panel([Quote("deal", "deal", "the deal", {}, {}, none)]).iloc[0]
    assert row["margin"] == 0.0 and np.isnan(row["margin_share"]) and not row["signs"]
