"""How a pool responds to staffing ratio, handle time and load: tabulated from the kernel once, then looked up."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Final, NamedTuple

import numpy as np

from orm_sim.centre import kernel
from orm_sim.centre.experiments import draw_block
from orm_sim.centre.laws import LOGNORMAL, LawTable
from orm_sim.centre.plan import DayPlan, Floats
from orm_sim.core.streams import key, uniforms

RATIOS: Final = (
    0.5,
    0.6,
    0.7,
    0.75,
    *(0.8 + 0.025 * k for k in range(17)),
    1.25,
    1.3,
    1.4,
    1.5,
    1.6,
    1.7,
    1.85,
    2.0,
)
LOADS: Final = (4.0, 6.0, 9.0, 14.0, 20.0, 30.0, 45.0, 65.0, 100.0, 150.0)
_WARM_UP: Final = 10.0  # mean handle times
_EXAMINED: Final = 40


class Response(NamedTuple):
    """Long-run shares of offered contacts; arrays of one shape.

    ``service_level``: answered within the threshold · ``abandonment_rate``.
    """

    service_level: Floats
    abandonment_rate: Floats


@dataclass(frozen=True, slots=True, eq=False)
class ResponseTable:
    """Service level and abandonment by staffing ratio, mean handle time and load. Build it with `build`.

    Attributes
    ----------
    ratio : float64[n_ratios]
        Agents over load, ascending.
    handle_s : float64[n_handles]
        Mean handle times, seconds, ascending.
    load : float64[n_loads]
        Erlangs offered, ascending.
    values : float64[2, n_ratios, n_handles, n_loads]
        Service level and abandonment rate.
    error : (float, float)
        Largest difference between the table and the kernel at points between its nodes, drawn over the whole table:
        of service level and of abandonment. It holds what interpolation costs and the noise of both.
    """

    ratio: Floats
    handle_s: Floats
    load: Floats
    values: Floats
    error: tuple[float, float]

    @classmethod
    def build(
        cls,
        patience: LawTable,
        handle_s: Sequence[float],
        handle_cv: float,
        threshold_s: float,
        *,
        ratios: Sequence[float] = RATIOS,
        loads: Sequence[float] = LOADS,
        contacts: int = 30_000,
        seed: int = 1,
        in_time_first: bool = False,
    ) -> ResponseTable:
        """Tabulate: 3 to 5 s for four handle times and the default nodes.

        Parameters
        ----------
        patience : LawTable
            Law 1 is the law of patience; law 0 is not read.
        handle_s : sequence of float
            Mean handle times, seconds, ascending, above 0; lognormal.
        handle_cv : float
            Their coefficient of variation, above 0.
        threshold_s : float
            Threshold of the service level, seconds.
        ratios, loads : sequence of float
            Nodes, ascending, above 0.
        contacts : int
            Contacts behind each node.
        seed : int
            Root of the draws; every node of a load and handle time meets the same contacts.
        in_time_first : bool
            Whether contacts that are not yet late are served before those that are.

        Raises
        ------
        ValueError
            When nodes do not ascend from above 0, or the spread is not above 0.
        """
        axes = [np.asarray(each, np.float64) for each in (ratios, handle_s, loads)]
        if any(a.size < 1 or a[0] <= 0.0 or not np.all(np.diff(a) > 0.0) for a in axes):
            raise ValueError("ratios, handle_s and loads must ascend from above 0")
        if not (handle_cv > 0.0 and threshold_s >= 0.0 and contacts > 0):
            raise ValueError("handle_cv and contacts must be above 0, threshold_s 0 or more")
        pool = _Pool(patience, handle_cv, threshold_s, contacts, seed, in_time_first)
        values = np.empty((2, axes[0].size, axes[1].size, axes[2].size))
        for h, mean_s in enumerate(axes[1].tolist()):
            for k, load in enumerate(axes[2].tolist()):
                values[:, :, h, k] = pool.responses(axes[0] * load, mean_s, load)
        table = cls(axes[0], axes[1], axes[2], values, (math.nan, math.nan))
        return replace(table, error=table._examined(pool))

    def answer(self, ratio: Floats, handle_s: Floats, load: Floats) -> Response:
        """Response by interpolation: linear in the ratio and in the logarithms of handle time and load.

        Parameters
        ----------
        ratio, handle_s, load : float64, of shapes that broadcast
            Within the table.

        Raises
        ------
        ValueError
            When a point lies outside the table.
        """
        points = np.broadcast_arrays(ratio, handle_s, load)
        weights = [
            _between(name, axis, point)
            for name, axis, point in zip(
                ("ratio", "handle_s", "load"), (self.ratio, self.handle_s, self.load), points, strict=True
            )
        ]
        found = np.zeros((2, *points[0].shape))
        for corner in np.ndindex(2, 2, 2):
            share, place = np.ones(points[0].shape), []
            for side, (left, upper, part) in zip(corner, weights, strict=True):
                share = share * (part if side else 1.0 - part)
                place.append(upper if side else left)
            found += share * self.values[:, place[0], place[1], place[2]]
        return Response(found[0], found[1])

    def _examined(self, pool: _Pool) -> tuple[float, float]:
        """Largest differences to the kernel at points drawn over the whole table."""
        stream = key(pool.seed, 1, "response")
        places = [uniforms(stream, _EXAMINED, axis) for axis in range(3)]
        ratio = self.ratio[0] + (self.ratio[-1] - self.ratio[0]) * places[0]
        handle_s, load = (
            axis[0] * (axis[-1] / axis[0]) ** place
            for axis, place in zip((self.handle_s, self.load), places[1:], strict=True)
        )
        table = np.stack(self.answer(ratio, handle_s, load))
        direct = np.concatenate(
            [
                pool.responses(np.array([r * erlangs]), s, erlangs)
                for r, s, erlangs in zip(ratio.tolist(), handle_s.tolist(), load.tolist(), strict=True)
            ],
            axis=1,
        )
        level, loss = np.abs(table - direct).max(axis=1).tolist()
        return level, loss


@dataclass(frozen=True, slots=True, eq=False)
class _Pool:
    """Pools that differ in agents, handle time and load alone."""

    patience: LawTable
    handle_cv: float
    threshold_s: float
    contacts: int
    seed: int
    in_time_first: bool

    def responses(self, agents: Floats, handle_s: float, load: float) -> Floats:
        """Service level and abandonment rate at each number of agents, fractions mixed: float64[2, n]."""
        warm = _WARM_UP * handle_s
        length = self.contacts * handle_s / load + 2.0 * warm
        spread = math.log1p(self.handle_cv**2)
        kind, a, b = self.patience.kind.copy(), self.patience.a.copy(), self.patience.b.copy()
        kind[0], a[0], b[0] = LOGNORMAL, math.log(handle_s) - 0.5 * spread, math.sqrt(spread)
        laws = self.patience._replace(kind=kind, a=a, b=b)
        arrival, handle, patience = draw_block(
            *key(self.seed, 0, "response"), 0, load / handle_s, length, laws
        )
        handle = handle * (load * length / handle.sum())  # else chance would make every node too busy alike
        drawn = arrival, handle, patience
        whole = {
            n: self._whole(n, drawn, warm, length)
            for n in sorted({int(x) for x in agents} | {int(x) + 1 for x in agents})
        }
        found = []
        for wanted in agents.tolist():
            low = int(wanted)
            found.append(whole[low] * (1.0 - (wanted - low)) + whole[low + 1] * (wanted - low))
        return np.array(found).T

    def _whole(self, agents: int, drawn: tuple[Floats, Floats, Floats], warm: float, length: float) -> Floats:
        arrival, handle, patience = drawn
        outcome = kernel.run(
            DayPlan(
                arrival_s=arrival, handle_s=handle, patience_s=patience, threshold_s=self.threshold_s,
                staffed=np.full(math.ceil(length / warm), agents), interval_s=warm, end_s=length,
                in_time_first=self.in_time_first,
            )
        )  # fmt: skip
        offered, _, within, abandoned = outcome.counts[:, 1:-3].sum(axis=1).tolist()
        return np.array([within / offered, abandoned / offered])


def _between(
    name: str, axis: Floats, point: Floats
) -> tuple[np.ndarray[tuple[int, ...]], np.ndarray[tuple[int, ...]], Floats]:
    """Node to the left, node to the right, and how far between them a point lies."""
    slack = 1e-9 * axis[-1]
    if not np.all((point >= axis[0] - slack) & (point <= axis[-1] + slack)):
        raise ValueError(f"{name} lies outside the table, which holds {axis[0]:g} to {axis[-1]:g}")
    left = np.clip(np.searchsorted(axis, point, side="right") - 1, 0, max(axis.size - 2, 0))
    right = np.minimum(left + 1, axis.size - 1)
    if name == "ratio":
        part = (point - axis[left]) / np.where(right > left, axis[right] - axis[left], 1.0)
    else:
        part = np.log(point / axis[left]) / np.where(right > left, np.log(axis[right] / axis[left]), 1.0)
    return left, right, np.clip(part, 0.0, 1.0)
