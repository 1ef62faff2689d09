"""Fluid: a vendor's foresight, month by month in means: people, the pool's answer to them, sales, meters and costs."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from orm_sim.vendor.decision.books_ahead import BooksAhead, Month
from orm_sim.vendor.decision.expected import COSTS, Expected
from orm_sim.vendor.decision.futures import Futures
from orm_sim.vendor.decision.inbound_ahead import InboundAhead
from orm_sim.vendor.decision.outbound_ahead import OutboundAhead
from orm_sim.vendor.decision.outlook import Outlook
from orm_sim.vendor.levers import Plans

Floats = NDArray[np.float64]


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
        books = BooksAhead(
            {name: np.zeros(shape) for name in COSTS}, np.ones(shape), np.zeros(shape), np.zeros(shape[1:])
        )
        months: list[Month] = [{("index", "wages"): np.asarray(level)} for level in outlook.wages_index]
        if outlook.inbound is not None:
            InboundAhead(outlook, outlook.inbound, plans, futures, self._service_sd).live(months, books)
        if outlook.outbound is not None:
            OutboundAhead(outlook, outlook.outbound, plans, futures).live(months, books)
        books.costs["overhead"] += outlook.overhead_per_month
        books.costs["platform"] += outlook.platform_per_month * plans.redundancy[:, None]
        return Expected(months, books.costs, books.met, books.unsuitable, books.heads)
