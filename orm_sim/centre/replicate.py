"""Independent replications of a centre over workers, and the mean, spread and interval of every measure."""

from __future__ import annotations

import importlib
import math
from collections.abc import Callable
from concurrent.futures import Executor, ProcessPoolExecutor, ThreadPoolExecutor
from dataclasses import dataclass
from functools import partial
from typing import Final, cast

import numpy as np

from orm_sim.centre import ENGINES
from orm_sim.centre.centre_file import CentreFile
from orm_sim.centre.skills.build import Centre, Run
from orm_sim.centre.skills.plan import Floats
from orm_sim.centre.student import t_quantile
from orm_sim.core.processes import single_threaded, worker_context

LEVEL: Final = 0.95
"""Coverage of the intervals."""


@dataclass(frozen=True, slots=True)
class Figure:
    """A measure over replications; None where it cannot be told.

    Attributes
    ----------
    mean : float or None
        Over the replications in which it has a value: a ratio has none where nothing is counted below.
    sd : float or None
        Standard deviation of one replication; needs two.
    half_width : float or None
        Of the interval of 95 % for the mean, by Student's t.
    """

    mean: float | None
    sd: float | None = None
    half_width: float | None = None


@dataclass(frozen=True, slots=True, eq=False)
class Replications:
    """Measures of every replication.

    Attributes
    ----------
    names : tuple of str
        Measures with their splits.
    values : float64[n_replications, n_names]
        nan where a ratio has nothing below.
    """

    names: tuple[str, ...]
    values: Floats

    def figures(self) -> dict[str, Figure]:
        """Mean, standard deviation and half width of every measure."""
        counted = np.count_nonzero(~np.isnan(self.values), axis=0)
        present = np.where(np.isnan(self.values), 0.0, self.values)
        mean = present.sum(axis=0) / np.maximum(counted, 1)
        first = np.nanmax(np.vstack([self.values, np.full(mean.size, -np.inf)]), axis=0)
        same = (np.isnan(self.values) | (self.values == first)).all(axis=0)
        mean = np.where(same & (counted > 0), first, mean)  # sums of what is always the same would be rounded
        apart = np.where(np.isnan(self.values), 0.0, self.values - mean)
        sd = np.sqrt((apart * apart).sum(axis=0) / np.maximum(counted - 1, 1))
        reach = {n: t_quantile(LEVEL, int(n) - 1) / math.sqrt(n) for n in set(counted.tolist()) if n > 1}
        return {
            name: Figure(
                float(mean[i]) if counted[i] else None,
                float(sd[i]) if counted[i] > 1 else None,
                float(sd[i]) * reach[int(counted[i])] if counted[i] > 1 else None,
            )
            for i, name in enumerate(self.names)
        }


def engine(name: str) -> Run:
    """An engine by its name; the module is imported when first asked for.

    Raises
    ------
    ValueError
        When there is no engine of that name.
    """
    if name not in ENGINES:
        raise ValueError(f"there is no engine '{name}'; there are: {', '.join(ENGINES)}")
    return cast(Run, importlib.import_module(f"orm_sim.centre.skills.{name}").run)


def replicate(
    file: CentreFile, *, engine_name: str, replications: int, seed: int, workers: int
) -> Replications:
    """Run independent replications; what they give does not depend on the number of workers.

    Parameters
    ----------
    file : CentreFile
    engine_name : {"kernel", "reference"}
    replications : int
        Each has draws of its own, decided by seed and number.
    seed : int
    workers : int
        Threads for the kernel, which runs beside other threads; processes for the reference engine.
    """
    n, ours = min(workers, replications), range(replications)
    one: Callable[[int], dict[str, float]] = partial(run_one, file, engine_name, seed)
    if n <= 1 or engine_name == "kernel":
        one = partial(Centre.build(file).measures, seed, run=engine(engine_name))
    if n <= 1:
        results = list(map(one, ours))
    else:
        with _pool(engine_name, n) as pool:
            results = list(pool.map(one, ours))
    names = tuple(results[0])
    return Replications(names, np.array([[each[name] for name in names] for each in results]))


def _pool(engine_name: str, workers: int) -> Executor:
    if engine_name == "kernel":
        return ThreadPoolExecutor(workers)
    with single_threaded():
        return ProcessPoolExecutor(workers, mp_context=worker_context(["orm_sim.centre.replicate"]))


def run_one(file: CentreFile, engine_name: str, seed: int, replication: int) -> dict[str, float]:
    """Measures of one replication."""
    return Centre.build(file).measures(seed, replication, engine(engine_name))


def parse_name(name: str) -> tuple[str, dict[str, str]]:
    """A measure's name and its split.

    Examples
    --------
    >>> parse_name("answered[type=sales,period=3]")
    ('answered', {'type': 'sales', 'period': '3'})
    """
    measure, bracket, rest = name.partition("[")
    pairs = [pair.partition("=") for pair in rest.removesuffix("]").split(",")] if bracket else []
    return measure, {key: value for key, _, value in pairs}
