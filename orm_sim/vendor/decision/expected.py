"""Expected: what a vendor foresees for each plan in each future, month by month, before it is priced."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final, Protocol

import numpy as np
from numpy.typing import NDArray

from orm_sim.contract.period import Array, Meters
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


class InRows(Mapping[tuple[str, str], Array | float]):
    """Meters of one month, each a number or one row of all plans and futures: settlement takes rows in single passes.

    Parameters
    ----------
    meters
        As foreseen: each broadcasts to `shape`.
    shape : (n_plans, n_futures)
    """

    def __init__(self, meters: Meters, shape: tuple[int, int]) -> None:
        self._meters, self._shape = meters, shape
        self._rows: dict[tuple[str, str], Array] = {}

    def __getitem__(self, name: tuple[str, str]) -> Array:
        """A meter, made a row where it is read for the first time."""
        row = self._rows.get(name)
        if row is None:
            row = np.asarray(self._meters[name], np.float64)
            if row.ndim:
                whole = row if row.shape == self._shape else np.broadcast_to(row, self._shape)
                row = whole.reshape(-1)
            self._rows[name] = row
        return row

    def get(self, name: tuple[str, str], default: Any = None) -> Any:
        """A meter, or what is given for one that there is not; clauses ask thousands of times."""
        row = self._rows.get(name)
        if row is not None:
            return row
        return self[name] if name in self._meters else default

    def __contains__(self, name: object) -> bool:
        """Whether there is such a meter."""
        return name in self._meters

    def __iter__(self) -> Iterator[tuple[str, str]]:
        """Names of the meters."""
        return iter(self._meters)

    def __len__(self) -> int:
        """How many there are."""
        return len(self._meters)
