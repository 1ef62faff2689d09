"""A contract as it is lived: settlement and life side by side, month by month, renewals and change orders included."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from orm_sim.contract.change_order import ChangeOrder, carried_over
from orm_sim.contract.contract import Contract
from orm_sim.contract.life import Happened, LifeState, advance, born
from orm_sim.contract.period import NOTHING, LineItem, Memory, Meters
from orm_sim.contract.settlement import settle


@dataclass(frozen=True, slots=True)
class Lived:
    """What a contract has become by the start of a month.

    Parameters
    ----------
    contract : Contract
        The terms as last settled, with change orders and renewals.
    memory : Memory
        What its clauses remember.
    life : LifeState
        Where it stands.
    """

    contract: Contract
    memory: Memory
    life: LifeState


def signed(contract: Contract, shape: tuple[int, ...] = ()) -> Lived:
    """A contract on its first day."""
    return Lived(contract, NOTHING, born(contract, shape))


def live(
    lived: Lived, meters: Meters, month: int, orders: Sequence[ChangeOrder] = ()
) -> tuple[tuple[LineItem, ...], Lived, tuple[Happened, ...]]:
    """One month: change orders that begin with it take effect, it is settled, and the life moves on.

    Parameters
    ----------
    lived : Lived
        From `signed`, or from the month before.
    meters : Meters
        As for `settle`.
    month : int
        From 0, one after the other.
    orders : sequence of ChangeOrder
        All that are agreed; those that begin with this month act now.

    Raises
    ------
    ValueError
        When some of the histories at once have ended or been renewed and others not: those must be settled apart.
    """
    contract, memory = lived.contract, lived.memory
    for order in orders:
        if order.from_month - 1 == month:
            changed = contract.changed_by(order)
            memory = carried_over(contract.clauses, changed.clauses, memory)
            contract = changed
    in_force = bool(_same(lived.life.in_force))
    items, memory = settle(contract, memory, meters, month, ended=not in_force)
    life, happened = advance(contract, lived.life, month, items, meters)
    if np.any(life.renewals != lived.life.renewals):
        longer = contract.renewed(int(_same(life.term_months)), month + 1, int(_same(life.renewals)))
        memory = carried_over(contract.clauses, longer.clauses, memory)
        contract = longer
    return items, Lived(contract, memory, life), happened


def _same(values: np.ndarray[tuple[int, ...], np.dtype[np.generic]]) -> np.generic:
    """The one value of all histories."""
    if np.any(values != values.flat[0]):
        raise ValueError("some of the histories have ended or been renewed and others not: settle them apart")
    return values.flat[0]
