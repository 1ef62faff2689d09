"""Blending: agents of either channel move to the other, interval by interval, by expected occupancy."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from orm_sim.core.evidence import quantity
from orm_sim.core.terms import Rule, Term

Floats = NDArray[np.float64]
Whole = NDArray[np.int64]


def _no_room(lend_below: float, borrow_above: float) -> str | None:
    if lend_below < borrow_above:
        return None
    return (
        f"lends agents below an occupancy of {lend_below:g} and borrows above {borrow_above:g}: an interval would do"
        " both; lend_below must lie under borrow_above"
    )


class Blending(Term):
    """Staff moved between the channels by whoever plans the day; no dialler decides from contact to contact."""

    lend_below: float = quantity(
        0.70, unit="share", source="occupancy_practice", grade="D", low=0.5, high=0.8, gt=0, lt=1
    )
    """Occupancy expected of the inbound group under which some of it dial, as many as bring it up to this."""
    borrow_above: float = quantity(
        0.90, unit="share", source="occupancy_practice", grade="C", low=0.85, high=0.98, gt=0, le=1
    )
    """Occupancy expected of the inbound group above which callers take contacts, as many as bring it down to this."""
    shared: float = quantity(
        0.50, unit="share of agents", source="assumption", grade="D", low=0.2, high=1.0, ge=0, le=1
    )
    """Agents of either group who are trained for both."""
    guest_output: float = quantity(
        0.90, unit="ratio", source="assumption", grade="D", low=0.7, high=1.0, gt=0, le=1
    )
    """Speed of a guest against an agent of the group who is as experienced."""

    rules = (Rule(("lend_below", "borrow_above"), _no_room),)


def moved(terms: Blending, inbound: Whole, outbound: Whole, load: Floats, seats: Floats) -> Whole:
    """Agents who work for the other channel in each interval: above 0 of the inbound group, below 0 callers.

    Parameters
    ----------
    terms : Blending
    inbound, outbound : int64[...]
        Agents on duty of either group.
    load : float64[...]
        Erlangs of inbound contacts that are expected; guests count like anybody else.
    seats : float64[...]
        Outbound seats to be manned in the interval: 0 where nobody is called, so that nobody dials then.

    Examples
    --------
    Ten agents for 4.2 erlangs are busy for 42 % of their time; six would be for 70 %. Two seats are empty:

    >>> seats = np.array([5.0])
    >>> moved(Blending(), np.array([10]), np.array([3]), np.array([4.2]), seats).tolist()
    [2]
    >>> moved(Blending(), np.array([10]), np.array([3]), np.array([9.9]), seats).tolist()
    [-1]
    """
    spare = np.floor(inbound - load / terms.lend_below + 1e-9)
    lent = np.minimum(np.minimum(spare, np.floor(terms.shared * inbound)), np.ceil(seats) - outbound)
    short = np.ceil(load / terms.borrow_above - inbound - 1e-9)
    helping = np.minimum(short, np.floor(terms.shared * outbound))
    both = np.where(seats > 0.0, np.clip(lent, 0.0, None) - np.clip(helping, 0.0, None), 0.0)
    return np.asarray(both, np.int64)


def weight(own: float, guests: float, relative: float) -> float:
    """Share of a group's output that guests make, who are `relative` as fast.

    Examples
    --------
    >>> weight(3.0, 2.0, 0.5)
    0.25
    >>> weight(3.0, 0.0, 0.5)
    0.0
    """
    if guests <= 0.0:
        return 0.0
    return guests * relative / (own + guests * relative)
