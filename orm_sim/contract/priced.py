"""A contract settled over a history, month by month: lines, invoices, total, as a table, sentences or plain data."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import numpy as np

from orm_sim.contract.clause import walk
from orm_sim.contract.clauses import Tail
from orm_sim.contract.contract import Contract
from orm_sim.contract.contract_file import unsolved
from orm_sim.contract.history import EVENTS, KpiHistory
from orm_sim.contract.lived import live, signed
from orm_sim.contract.period import COVENANTS, LineItem, Meters, total
from orm_sim.contract.wording import money
from orm_sim.core.errors import InputError, Place, Problem

MONTHS_ABREAST = 6
"""Months that stand side by side in the table."""


@dataclass(frozen=True, slots=True)
class Priced:
    """What a history came to under a contract.

    Parameters
    ----------
    contract : Contract
        With its rates filled in.
    months : tuple of tuple of LineItem
        Lines of each month's invoice, the first month first.
    happened : tuple of (int, str)
        What happened in the contract's life: the month, from 1, at whose end, and what, in words.
    """

    contract: Contract
    months: tuple[tuple[LineItem, ...], ...]
    happened: tuple[tuple[int, str], ...] = ()

    def amounts(self) -> dict[tuple[str, str], dict[int, float]]:
        """Money by label and kind, and by month from 1; in the order of the contract."""
        found: dict[tuple[str, str], dict[int, float]] = {}
        for month, items in enumerate(self.months, start=1):
            for item in items:
                line = found.setdefault((item.label, item.kind), {})
                line[month] = _cents(line.get(month, 0.0) + float(item.amount))
        return found

    def invoices(self) -> tuple[float, ...]:
        """The invoice of each month."""
        return tuple(float(total(items)) for items in self.months)

    def total(self) -> float:
        """All invoices together."""
        return _cents(sum(self.invoices()))

    def lines(self) -> Iterator[str]:
        """The table of lines and months, some months abreast, with the invoice under them."""
        amounts = self.amounts()
        kinds = {key: key[1].replace("_", " ") for key in amounts}
        names = {key: key[0] if kinds[key] in key[0] else f"{key[0]} ({kinds[key]})" for key in amounts}
        width = max([len(name) for name in names.values()] + [len("invoice")])
        invoices = self.invoices()
        for first in range(1, len(self.months) + 1, MONTHS_ABREAST):
            abreast = range(first, min(first + MONTHS_ABREAST, len(self.months) + 1))
            yield f"{'month':{width}}" + "".join(f"{month:>15}" for month in abreast)
            for key, line in amounts.items():
                if any(line.get(month) is not None for month in abreast):
                    cells = (f"{line[month]:15,.2f}" if month in line else f"{'-':>15}" for month in abreast)
                    yield f"{names[key]:{width}}" + "".join(cells)
            yield f"{'invoice':{width}}" + "".join(f"{invoices[month - 1]:15,.2f}" for month in abreast)
            yield ""
        for month, what in self.happened:
            yield f"At the end of month {month}: {what}."
        yield f"Total of {len(self.months)} month{'s' if len(self.months) > 1 else ''}: {money(self.total())}"

    def sentences(self) -> Iterator[str]:
        """Every line explained, month by month."""
        for month, items in enumerate(self.months, start=1):
            yield f"Month {month}"
            for item in items:
                yield f"  {item.sentence()}"

    def as_dict(self) -> dict[str, Any]:
        """Plain data for JSON."""
        invoices = self.invoices()
        return {
            "contract": self.contract.title,
            "months": [
                {"month": month, "items": [_plain(item) for item in items], "invoice": invoices[month - 1]}
                for month, items in enumerate(self.months, start=1)
            ],
            "total": self.total(),
            "happened": [{"month": month, "what": what} for month, what in self.happened],
        }


def price_history(contract: Contract, history: KpiHistory, *, file: str = "contract") -> Priced:
    """Settle every month of a history, renewals and endings as the contract and the history's events have them.

    Parameters
    ----------
    contract : Contract
        With or without its rates filled in.
    history : KpiHistory
        From `read_history` for this contract.
    file : str
        Where the contract was read from, for the message.

    Raises
    ------
    InputError
        While a rate is still to be solved.

    Notes
    -----
    After the contract's end only cancellations are read, unless it has a clause that outlives it (`tail`): what is
    worked then is worked under another contract.
    """
    if not contract.is_priced:
        rule = f"has no rate yet: that of {', '.join(unsolved(contract))} is to be solved"
        raise InputError(
            Problem(
                Place(file), "price.solve", None, rule, "Give it with --rate, or write it in the contract"
            )
        )
    has_tail = any(isinstance(clause, Tail) for _, clause in walk(contract.clauses))
    lived, months, happened = signed(contract), [], []
    for month, meters in enumerate(history.months):
        over = not bool(np.all(lived.life.in_force)) and not has_tail
        items, lived, found = live(lived, _run_off(meters) if over else meters, month)
        months.append(items)
        happened += [(month + 1, each.what) for each in found if bool(np.any(each.where))]
    return Priced(contract, tuple(months), tuple(happened))


def _run_off(meters: Meters) -> Meters:
    """Meters of a month after the end: cancellations of earlier sales, indices and events as they are, work as 0."""
    return {
        (channel, name): value
        if channel in ("index", EVENTS, COVENANTS) or name.startswith("cancelled_")
        else 0.0
        for (channel, name), value in meters.items()
    }


def _cents(amount: float) -> float:
    return round(amount, 2) + 0.0


def _plain(item: LineItem) -> dict[str, Any]:
    rate = float(item.rate)
    return {
        "label": item.label, "kind": item.kind, "path": item.path, "channel": item.channel,
        "quantity": float(item.quantity), "rate": None if rate != rate else rate, "amount": float(item.amount),
        "net_days": item.net_days, "sentence": item.sentence(),
    }  # fmt: skip
