"""One contact centre over a stretch of time: a plan goes in, an engine runs, an outcome comes out.

Engines that walk the contacts one by one take a `DayPlan` and return a `DayOutcome`: `kernel` (compiled, the
default) and `reference` (SimPy, slow, the specification). `erlang` holds closed forms of the stationary case.
"""

from collections.abc import Callable
from importlib import import_module
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


ENGINES: Final = ("kernel", "reference")
"""Names of the engines; each is a module of this room."""


def engine(name: str) -> Engine:
    """The engine of a name: ``"kernel"`` or ``"reference"``.

    Raises
    ------
    ValueError
        When there is none of that name.
    """
    if name not in ENGINES:
        raise ValueError(f"no engine is called {name!r}; there are: {', '.join(ENGINES)}")
    run: Engine = import_module(f"orm_sim.centre.{name}").run  # when asked for: several skills need neither
    return run
