"""Compiled access to the kernel's arrays by their address, so that a step is handed one record and nothing else.

Handing every step some forty arrays costs more than the step: numba counts a reference for each. The
arrays are kept alive by `state.Memory` as long as a block runs.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from orm_sim.centre.laws import LawTable
from orm_sim.centre.skills.state import CENTRE, CONTACT, EVENT, GROUP, KIND, PAIR, Centre, Records
from orm_sim.core.compiled import Late, jit, jit_inline


def _made_pointer() -> Any:
    """The intrinsic that takes an address as a pointer, without a cost."""
    from llvmlite import ir
    from numba import types
    from numba.extending import intrinsic

    def _as_pointer(context: Any, address: Any) -> Any:
        def generate(context: Any, builder: Any, signature: Any, arguments: Any) -> Any:
            return builder.inttoptr(arguments[0], ir.IntType(8).as_pointer())

        return types.voidptr(types.int64), generate

    return intrinsic(_as_pointer)


def _made_array() -> Any:
    import numba

    return numba.carray  # type: ignore[attr-defined]  # not in its list of names, though in its manual


_pointer: Any = Late(_made_pointer)
_array: Any = Late(_made_array)


@jit_inline
def centre_at(record: int) -> Centre:
    """The record of a block."""
    return _array(_pointer(record), (1,), dtype=CENTRE)[np.uint64(0)]


@jit_inline
def contact(c: Centre, slot: int) -> Records:
    """A contact."""
    return _array(_pointer(c.slots), (1,), dtype=CONTACT)[np.uint64(slot)]


@jit_inline
def kind_at(c: Centre, t: int) -> Records:
    """A contact type."""
    return _array(_pointer(c.kinds), (1,), dtype=KIND)[np.uint64(t)]


@jit_inline
def group_at(c: Centre, g: int) -> Records:
    """A group."""
    return _array(_pointer(c.groups), (1,), dtype=GROUP)[np.uint64(g)]


@jit_inline
def pair_at(c: Centre, t: int, g: int) -> Records:
    """What holds for a type at a group."""
    return _array(_pointer(c.pairs), (1,), dtype=PAIR)[np.uint64(t * c.n_groups + g)]


@jit_inline
def event(heap: int, place: int) -> Records:
    """An event of a heap."""
    return _array(_pointer(heap), (1,), dtype=EVENT)[np.uint64(place)]


@jit_inline
def number(address: int, place: int) -> float:
    """A number of an array of numbers."""
    return float(_array(_pointer(address), (1,), dtype=np.float64)[np.uint64(place)])


@jit_inline
def numbers_at(address: int, place: int, n: int) -> Any:
    """Some numbers of an array of numbers, as an array."""
    return _array(_pointer(address + 8 * place), (n,), dtype=np.float64)


@jit_inline
def whole(address: int, place: int) -> int:
    """A number of an array of whole numbers."""
    return int(_array(_pointer(address), (1,), dtype=np.int64)[np.uint64(place)])


@jit_inline
def whole_at(address: int, place: int, n: int) -> Any:
    """Some numbers of an array of whole numbers, as an array."""
    return _array(_pointer(address + 8 * place), (n,), dtype=np.int64)


@jit_inline
def flag(address: int, place: int) -> bool:
    """A flag of an array of flags."""
    return bool(_array(_pointer(address), (1,), dtype=np.bool_)[np.uint64(place)])


@jit_inline
def set_number(address: int, place: int, value: float) -> None:
    """Write into an array of numbers."""
    _array(_pointer(address), (1,), dtype=np.float64)[np.uint64(place)] = value


@jit_inline
def set_whole(address: int, place: int, value: int) -> None:
    """Write into an array of whole numbers."""
    _array(_pointer(address), (1,), dtype=np.int64)[np.uint64(place)] = value


@jit
def laws_of(c: Centre) -> LawTable:
    """The table of laws."""
    n, m = c.n_laws, c.n_values
    return LawTable(
        _array(_pointer(c.law_kind), (n,), dtype=np.int64),
        _array(_pointer(c.law_a), (n,), dtype=np.float64),
        _array(_pointer(c.law_b), (n,), dtype=np.float64),
        _array(_pointer(c.law_first), (n,), dtype=np.int64),
        _array(_pointer(c.law_stop), (n,), dtype=np.int64),
        _array(_pointer(c.law_x), (m,), dtype=np.float64),
        _array(_pointer(c.law_y), (m,), dtype=np.float64),
    )
