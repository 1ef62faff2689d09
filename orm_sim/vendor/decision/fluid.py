"""Fluid: a vendor's foresight, month by month in means: people, the pool's answer to them, sales, meters and costs."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from orm_sim.core.compiled import jit
from orm_sim.vendor.decision.books_ahead import BooksAhead, Month
from orm_sim.vendor.decision.expected import PEOPLE_COSTS, Expected
from orm_sim.vendor.decision.futures import Futures
from orm_sim.vendor.decision.inbound_ahead import InboundAhead
from orm_sim.vendor.decision.outbound_ahead import OutboundAhead
from orm_sim.vendor.decision.outlook import OutboundOutlook, Outlook
from orm_sim.vendor.levers import Plans

Floats = NDArray[np.float64]
Whole = NDArray[np.int64]


class Fluid:
    """The vendor's foresight; see `Operations`.

    Parameters
    ----------
    outlook : Outlook
    service_sd : float
        Standard deviation of a month's service level around its mean: the month's luck.

    Notes
    -----
    Means, not contacts: a month's service is the pool's long-run answer to its staff, moved by the month's luck. What
    it leaves out (a queue that carries over, a day's busyness beyond the response table) is what the simulation is for.
    """

    def __init__(self, outlook: Outlook, service_sd: float) -> None:
        self._outlook, self._service_sd = outlook, service_sd

    def expected(self, plans: Plans, futures: Futures) -> Expected:
        """The months ahead under every plan, in every future."""
        outlook = self._outlook
        shape = (outlook.n_months, plans.training.size, futures.volume.size)
        books = _books(shape)
        months = [Month() for _ in outlook.wages_index]
        for month, level in zip(months, outlook.wages_index, strict=True):
            month.put("index", "wages", np.asarray(level))
            month.put("index", "currency", np.asarray(outlook.currency_index))
        if outlook.inbound is not None:
            InboundAhead(outlook, outlook.inbound, plans, futures, self._service_sd).live(months, books)
        if outlook.outbound is not None:
            self._call(outlook.outbound, plans, futures, months, books)
        standing = outlook.platform_per_month * plans.redundancy[:, None]
        costs = books.costs | {
            "platform": np.broadcast_to(standing, (len(months), *standing.shape)),
            "overhead": np.full((len(months), 1, 1), outlook.overhead_per_month),
        }
        return Expected(months, costs, books.met, books.unsuitable, books.heads, books.payroll)

    def _call(
        self,
        outbound: OutboundOutlook,
        plans: Plans,
        futures: Futures,
        months: list[Month],
        books: BooksAhead,
    ) -> None:
        """Live the outbound list once for plans that differ in nothing it feels."""
        felt = np.stack(
            [
                plans.seat_ratio,
                plans.wage_premium,
                plans.training,
                plans.coaching_hours,
                plans.pressure,
                plans.redundancy,
                plans.cherry_pick,
                *([] if self._outlook.guests is None else [plans.staffing_ratio]),
            ]
        )
        first, where = _alike(felt)
        few = Plans(*(lever[first] for lever in plans))
        own = _books((len(months), first.size, futures.volume.size))
        OutboundAhead(self._outlook, outbound, few, futures).live(months, own, where)
        for name in PEOPLE_COSTS:
            _spread(own.costs[name], where, books.costs[name])
        _spread(own.heads, where, books.heads)
        _spread(own.payroll, where, books.payroll)
        books.unsuitable += own.unsuitable[where]


def _alike(felt: Floats) -> tuple[Whole, Whole]:
    """Columns that differ, and which of those each column is."""
    places: dict[bytes, int] = {}
    columns = [column.tobytes() for column in np.ascontiguousarray(felt.T)]
    where = np.array([places.setdefault(column, len(places)) for column in columns], np.int64)
    return np.searchsorted(np.maximum.accumulate(where), np.arange(len(places))), where


@jit
def _spread(own: Floats, where: Whole, books: Floats) -> None:
    """Add what few plans cost to the books of all."""
    for month in range(books.shape[0]):
        for plan in range(books.shape[1]):
            few = where[plan]
            for future in range(books.shape[2]):
                books[month, plan, future] += own[month, few, future]


def _books(shape: tuple[int, ...]) -> BooksAhead:
    costs = {name: np.zeros(shape) for name in PEOPLE_COSTS}
    return BooksAhead(costs, np.ones(shape), np.zeros(shape), np.zeros(shape[1:]), np.zeros(shape))
