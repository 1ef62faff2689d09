"""Settlement: what is owed for one billing period, a function of contract, state and what was metered."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from orm_sim.contract.clause import settle_all
from orm_sim.contract.clauses.commission import Commission
from orm_sim.contract.clauses.holdback import Holdback
from orm_sim.contract.contract import Contract
from orm_sim.contract.period import NOTHING, Array, LineItem, Memory, Meters, Period, total
from orm_sim.contract.rounding import to_cents


def settle(
    contract: Contract, state: Memory, meters: Meters, month: int, *, ended: bool = False
) -> tuple[tuple[LineItem, ...], Memory]:
    """What client and vendor owe each other for one billing period.

    Parameters
    ----------
    contract : Contract
        Its rates must be numbers: see `Contract.with_rate`.
    state : Memory
        What the months before left behind; `NOTHING` at the start.
    meters : mapping of (channel, meter id) to array
        Counters of the period, numbers or arrays over any leading axes; price indices under ("index", name).
    month : int
        Billing month since the start of the contract, from 0. From `term_months` on no units are paid and no fees
        fall due, whatever the meters say, unless a clause outlives the contract (`tail`); cost that still comes in is
        repaid, and clawbacks, reserves and holdbacks run off.
    ended : bool
        Whether the contract has ended before its term, in this month or earlier. Fixed sums, targets and commission
        end with it; units that are still metered were worked before its last day, and are paid.

    Returns
    -------
    items : tuple of LineItem
        Lines of the invoice in the order of the contract, each rounded to the cent; `total(items)` is the
        invoice.
    state : Memory
        To be passed with the next month.

    Raises
    ------
    KeyError
        When the period lacks a meter that a clause reads.
    ValueError
        While a rate is still to be solved.

    Notes
    -----
    Pure: the same arguments give the same items, and nothing is changed. Every amount is elementwise over the
    leading axes, so that one call prices one month or thousands of imagined ones, to the same cent.
    """
    period = Period(
        meters=meters,
        month=month,
        term_months=contract.term_months,
        in_force=month < contract.term_months and not ended,
        net_days=contract.payment.net_days,
        scale=1.0,
        path="",
        billed={},
        starts=contract.starts,
    )
    return settle_all(contract.clauses, period, state)


def settle_history(contract: Contract, meters_by_month: Sequence[Meters]) -> dict[str, Array]:
    """What each clause came to, month by month.

    Parameters
    ----------
    contract : Contract
        With its rates filled in.
    meters_by_month : sequence of Meters
        Periods from month 0 on.

    Returns
    -------
    dict of str to array
        For each label of a clause that billed anything, and for "invoice", the amounts over (leading axes,
        month); 0 in months in which a clause billed nothing.
    """
    state = NOTHING
    months: list[dict[str, Array]] = []
    for month, meters in enumerate(meters_by_month):
        items, state = settle(contract, state, meters, month)
        owed: dict[str, Array] = {"invoice": total(items)}
        for item in items:
            owed[item.label] = to_cents(owed.get(item.label, np.asarray(0.0)) + item.amount)
        months.append(owed)
    labels = dict.fromkeys(label for owed in months for label in owed)
    shape = np.broadcast_shapes(*(amount.shape for owed in months for amount in owed.values()))
    zero = np.zeros(shape)
    return {
        label: np.stack([np.broadcast_to(owed.get(label, zero), shape) for owed in months], axis=-1)
        for label in labels
    }


def reserve_balance(contract: Contract, state: Memory) -> Array:
    """Commission and fees withheld and not yet released, over the leading axes: what is lost if nobody releases it."""
    held = np.asarray(0.0)
    stack = list(zip(contract.clauses, state.inner, strict=False))
    while stack:
        clause, memory = stack.pop()
        stack.extend(zip(getattr(clause, "of", ()), memory.inner, strict=False))
        if isinstance(clause, Commission | Holdback):
            held = held + sum(
                (value for name, value in memory.values.items() if name.startswith("held")), np.asarray(0.0)
            )
    return to_cents(held)
