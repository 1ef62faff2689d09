"""Who moves between the channels, by hand: calm and busy intervals, empty seats, whole agents, and bad input."""

from __future__ import annotations

import numpy as np
import pytest
from pydantic import ValidationError

from orm_sim.vendor.blending import Blending, moved, weight
from orm_sim.vendor.decision.outlook import Guests
from orm_sim.vendor.levers import STANDARD, plans_of

TERMS = Blending(lend_below=0.7, borrow_above=0.9, shared=0.5)


@pytest.mark.parametrize(
    ("inbound", "outbound", "load", "seats", "found"),
    [
        (10, 0, 4.2, 9.0, 4),  # 4.2 erlangs keep 6 agents busy for 70 %
        (10, 0, 4.3, 9.0, 3),  # 7 are needed then: whole agents
        (10, 0, 0.7, 9.0, 5),  # 9 would do, half are trained for both
        (10, 7, 4.2, 9.0, 2),  # two empty seats
        (10, 9, 4.2, 9.0, 0),  # none
        (10, 9, 4.2, 0.0, 0),  # nobody is called
        (10, 4, 8.0, 9.0, 0),  # 80 %: neither calm nor busy
        (10, 4, 9.9, 9.0, -1),  # 11 are needed for 90 %
        (10, 4, 20.0, 9.0, -2),  # 23 would be, half of the callers can
        (0, 0, 0.0, 9.0, 0),
    ],
)
def test_agents_who_move_in_an_interval(
    inbound: int, outbound: int, load: float, seats: float, found: int
) -> None:
    arrays = np.array([inbound]), np.array([outbound]), np.array([load]), np.array([seats])
    assert moved(TERMS, *arrays).tolist() == [found]


def test_nobody_who_is_trained_for_one_channel_moves() -> None:
    nobody = TERMS.model_copy(update={"shared": 0.0})
    assert moved(nobody, np.array([10]), np.array([0]), np.array([1.0]), np.array([9.0])).tolist() == [0]


def test_what_guests_make_of_a_group() -> None:
    """Six own agents and three guests at 2/3 of their speed: a quarter of the output is theirs."""
    assert weight(6.0, 3.0, 2.0 / 3.0) == pytest.approx(0.25)
    assert weight(0.0, 3.0, 0.5) == 1.0


def test_guests_of_the_months_ahead() -> None:
    """20 hours in a week at a ratio of 1.0 and 40 at 1.2: 30 at 1.1; half a month's share takes half."""
    guests = Guests(
        np.array([1.0, 1.2]), np.array([20.0, 40.0]), np.array([2.0, 4.0]), np.array([0.1, 0.2]), 0.9, 1.4
    )
    plans = plans_of(
        STANDARD._replace(staffing_ratio=1.1), STANDARD._replace(staffing_ratio=0.8, seat_ratio=0.05)
    )
    assert guests.by_month(plans)[:, :, 0] == pytest.approx(np.array([[60.0, 40.0], [120.0, 80.0]]))
    assert guests.seat_ratio(plans) == pytest.approx([0.85, 0.0])


def test_lending_and_borrowing_at_once_is_refused() -> None:
    with pytest.raises(ValidationError, match=r"below an occupancy of 0.9 and borrows above 0.85"):
        Blending(lend_below=0.9, borrow_above=0.85)


@pytest.mark.parametrize("field", ["shared", "guest_output", "lend_below"])
def test_shares_beyond_one_are_refused(field: str) -> None:
    with pytest.raises(ValidationError, match=field):
        Blending.model_validate({field: 80.0})
