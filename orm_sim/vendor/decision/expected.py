"""Expected: what a vendor foresees for each plan in each future, month by month, before it is priced."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Final, Protocol

import numpy as np
from numpy.typing import NDArray

from orm_sim.contract.period import Meters
from orm_sim.vendor.decision.futures import Futures
from orm_sim.vendor.levers import Plans

Floats = NDArray[np.float64]

PEOPLE_COSTS: Final = ("wages", "hiring", "training", "quality", "seats")
"""Kinds of cost that each channel's people make."""

COSTS: Final = (*PEOPLE_COSTS, "platform", "overhead")
"""Kinds of cost a vendor foresees."""


@dataclass(frozen=True, slots=True)
class Expected:
    """What the months ahead bring under each plan, in each future.

    Attributes
    ----------
    meters
        One mapping a month: what the contract's clauses read, each broadcasting to float64[n_plans, n_futures].
    costs
        By kind (see `COSTS`), $; each broadcasts to float64[n_months, n_plans, n_futures].
    met
        Whether the service asked for was met, 0 or 1 (or the chance of it), float64[n_months, n_plans, n_futures].
    unsuitable
        Sales pressed on customers and contacts cut short, in all, float64[n_plans, n_futures].
    heads
        People on the floor and in training, float64[n_months, n_plans, n_futures].
    payroll
        The part of the costs that is paid on paydays, float64[n_months, n_plans, n_futures]; None where all is paid at
        the month's end.
    """

    meters: Sequence[Meters]
    costs: Mapping[str, Floats]
    met: Floats
    unsuitable: Floats
    heads: Floats
    payroll: Floats | None = None


class Operations(Protocol):
    """How a vendor foresees the outcome of its plans."""

    def expected(self, plans: Plans, futures: Futures) -> Expected:
        """The months ahead under every plan, in every future."""
        ...
