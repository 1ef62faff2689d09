"""Staffing derived from the agents' own activity, where no sign-on records exist: an upper bound."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from orm_sim.calibrate.contacts import DAY_S, Contacts

Floats = NDArray[np.float64]


def derive_staffing(contacts: Contacts, session_gap_s: float, interval_s: int) -> Floats:
    """Agents signed on in each interval, on average over it.

    Parameters
    ----------
    contacts : Contacts
        Offered contacts; those answered by a named agent show when that agent was there.
    session_gap_s : float
        An agent idle for longer is taken to have signed off at the last contact's end and on at the next one's start.
    interval_s : int
        Length of an interval, seconds.

    Returns
    -------
    float64[n_days * n_intervals]
        Agents from midnight of the first day; fractions where one comes or goes within the interval.

    Notes
    -----
    Breaks, wrap-up and idling away from the desk count as presence: the bound is too high by a factor that
    `fit_availability` measures.
    """
    known = contacts.answered & (contacts.agent >= 0)
    agent, start = contacts.agent[known], (contacts.at_s + contacts.wait_s)[known]
    order = np.lexsort((start, agent))
    agent, start = agent[order], start[order]
    end = start + contacts.handle_s[known][order]
    horizon = contacts.n_days * DAY_S
    if not len(agent):
        return np.zeros(contacts.n_days * int(DAY_S // interval_s))
    apart = agent * 4.0 * horizon  # keeps one agent's ends from reaching into the next one's
    latest: Floats = np.asarray(np.maximum.accumulate(end + apart) - apart)
    fresh = np.r_[True, (agent[1:] != agent[:-1]) | (start[1:] - latest[:-1] > session_gap_s)]
    first = np.flatnonzero(fresh)
    last = np.r_[first[1:] - 1, len(agent) - 1]
    n_edges = contacts.n_days * int(DAY_S // interval_s) + 1
    edges: Floats = np.asarray(np.arange(n_edges) * float(interval_s), np.float64)
    came, went = _seconds_after(start[first], edges), _seconds_after(latest[last], edges)
    return np.asarray(np.diff(came - went) / interval_s)


def _seconds_after(moment: Floats, edges: Floats) -> Floats:
    """Sum over moments of the time from each to an edge, where it has passed."""
    ordered = np.sort(moment)
    total = np.r_[0.0, np.cumsum(ordered)]
    passed = np.searchsorted(ordered, edges)
    return np.asarray(passed * edges - total[passed])


def whole_agents(staffed: Floats) -> NDArray[np.int64]:
    """Fractions of agents turned into whole ones, the rest carried on to the next interval.

    Examples
    --------
    >>> whole_agents(np.array([1.5, 1.5, 0.0, 2.0])).tolist()
    [2, 1, 0, 2]
    """
    upto = np.floor(np.cumsum(staffed) + 0.5 + 1e-9)
    return np.asarray(np.diff(np.r_[0.0, upto]), np.int64)
