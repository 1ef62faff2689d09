"""A function that asks for the widest registers: it is marked, and gives the same bits."""

from typing import Any, cast

import numpy as np
from numpy.typing import NDArray

from orm_sim.core.compiled import Compiled, jit
from orm_sim.core.functions import log
from orm_sim.core.vectors import wide

Floats = NDArray[np.float64]


@jit
def _logs(values: Floats) -> Floats:
    found = np.empty(values.size)
    for i in range(values.size):
        found[i] = log(values[i])
    return found


@jit
def _wide_logs(values: Floats) -> Floats:
    wide()
    found = np.empty(values.size)
    for i in range(values.size):
        found[i] = log(values[i])
    return found


def code_of(function: Any) -> str:
    """What the compiler made of it before it was a machine's."""
    dispatcher = cast(Any, cast(Compiled[Any, Any], function).dispatcher)
    return str(dispatcher.inspect_llvm(dispatcher.signatures[0]))


def test_the_bits_are_the_same() -> None:
    values = np.random.default_rng(1).random(1003)
    assert _wide_logs(values).tobytes() == _logs(values).tobytes()


def test_the_function_is_marked() -> None:
    """Not its neighbours."""
    values = np.ones(3)
    _logs(values), _wide_logs(values)
    assert '"prefer-vector-width"="512"' in code_of(_wide_logs)
    assert "prefer-vector-width" not in code_of(_logs)
