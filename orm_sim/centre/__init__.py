"""One contact centre over a stretch of time: a plan goes in, an engine runs, an outcome comes out.

Engines that walk the contacts one by one take a `DayPlan` and return a `DayOutcome`: `kernel` (compiled, the
default) and `reference` (SimPy, slow, the specification). `erlang` holds closed forms of the stationary case.
"""

from collections.abc import Callable, Mapping
from types import MappingProxyType
from typing import Final

from orm_sim.centre.outcome import ABANDONED, ANSWERED, DayOutcome, Tally
from orm_sim.centre.plan import DAY_S, INTERVAL_S, Carry, DayPlan

__all__ = [
    "ABANDONED",
    "ANSWERED",
    "DAY_S",
    "ENGINES",
    "INTERVAL_S",
    "Carry",
    "DayOutcome",
    "DayPlan",
    "Engine",
    "Tally",
    "engine",
]

Engine = Callable[[DayPlan], DayOutcome]


def _kernel(plan: DayPlan) -> DayOutcome:
    from orm_sim.centre import kernel  # imported when first run: a centre of several skills needs neither

    return kernel.run(plan)


def _reference(plan: DayPlan) -> DayOutcome:
    from orm_sim.centre import reference

    return reference.run(plan)


ENGINES: Final[Mapping[str, Engine]] = MappingProxyType({"kernel": _kernel, "reference": _reference})


def engine(name: str) -> Engine:
    """The engine of a name: ``"kernel"`` or ``"reference"``.

    Raises
    ------
    ValueError
        When there is none of that name.
    """
    if name not in ENGINES:
        raise ValueError(f"no engine is called {name!r}; there are: {', '.join(ENGINES)}")
    return ENGINES[name]
