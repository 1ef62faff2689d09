"""An invoice as the vendor sends it, held line by line against what the contract comes to."""

from __future__ import annotations

import os
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Final

from orm_sim.contract.cells import Decimal, months_of, numbers
from orm_sim.contract.contract import Contract
from orm_sim.contract.priced import Priced
from orm_sim.contract.sheet import Cell, Sheet, read_sheet
from orm_sim.contract.wording import TOTALS, folded, money
from orm_sim.core.errors import InputError, Problem, in_order, name_hint, nearest

NEEDED: Final = ("month", "label", "amount")
_OPTIONAL: Final = ("kind",)
Key = tuple[int, str, str]
"""Month from 1, label, kind ("" where all kinds of a label are taken together)."""


@dataclass(frozen=True, slots=True)
class Line:
    """One row of an invoice."""

    month: int
    label: str
    kind: str
    amount: float
    line: int


@dataclass(frozen=True, slots=True)
class Invoice:
    """The rows of an invoice file, or of several months' invoices in one file."""

    file: str
    lines: tuple[Line, ...]


@dataclass(frozen=True, slots=True)
class Difference:
    """One place where an invoice and the contract disagree.

    Parameters
    ----------
    month : int
        From 1.
    label, kind : str
        The line; the kind is "" where all kinds of a label are compared together.
    billed, owed : float
        What the invoice says, and what the contract comes to.
    lines : tuple of int
        Lines of the invoice file; none where it does not bill what is owed.
    sentence : str
        The difference in words.
    """

    month: int
    label: str
    kind: str
    billed: float
    owed: float
    lines: tuple[int, ...]
    sentence: str

    @property
    def amount(self) -> float:
        """What is billed above what is owed; negative where too little is billed."""
        return round(self.billed - self.owed, 2)


def read_invoice(
    path: str | os.PathLike[str], contract: Contract, n_months: int, *, decimal: Decimal | None = None
) -> Invoice:
    """The rows of an invoice file.

    Parameters
    ----------
    path : str or path
        CSV with the columns `month`, `label` (as the contract calls the clause, or "total") and `amount` (negative for
        credits), and optionally `kind`; other columns are not looked at.
    contract : Contract
        Says when month 1 is, where the file names months of the calendar.
    n_months : int
        Months of the history that the contract was settled on.
    decimal : {"point", "comma"}, optional
        The mark before decimals, where the file does not give it away.

    Raises
    ------
    InputError
        With every cell that cannot be read and every month that the history does not hold.
    """
    sheet = read_sheet(path, NEEDED)
    at = {cell.text.lower(): cell.column - 1 for cell in sheet.header}
    months, problems = months_of(sheet, [row[at["month"]] for row in sheet.rows], contract.starts)
    amounts, wrong = numbers(sheet, [row[at["amount"]] for row in sheet.rows], decimal=decimal)
    problems += [*sheet.problems, *wrong, *_unlike(sheet, at)]
    for cell, month in months.items():
        if month > n_months:
            rule = f"is month {month}, but the history ends with month {n_months}"
            problems.append(sheet.problem(cell, rule, "Give the KPIs of every month that is invoiced"))
    for row in sheet.rows:
        if row[at["label"]].is_blank:
            problems.append(sheet.problem(row[at["label"]], "is empty: which clause is the amount for?"))
    if problems:
        raise InputError(in_order(problems))
    return Invoice(sheet.file, tuple(_line(row, at, months, amounts) for row in sheet.rows))


def _unlike(sheet: Sheet, at: Mapping[str, int]) -> Iterator[Problem]:
    """Columns whose name looks like one that is read, but is not: a mistyped `kind` would be passed over."""
    for cell in sheet.header:
        name = cell.text.lower()
        close = nearest(name, _OPTIONAL)
        if name not in (*NEEDED, *_OPTIONAL) and close is not None and close not in at:
            yield sheet.problem(cell, "is no column of an invoice", f"Did you mean '{close}'?", name="header")


def _line(
    row: tuple[Cell, ...], at: Mapping[str, int], months: Mapping[Cell, int], amounts: Mapping[Cell, float]
) -> Line:
    kind = row[at["kind"]].text.lower().replace(" ", "_") if "kind" in at else ""
    month = row[at["month"]]
    return Line(months[month], row[at["label"]].text, kind, amounts[row[at["amount"]]], month.line)


def compare(priced: Priced, invoice: Invoice, *, tolerance: float = 0.0) -> tuple[Difference, ...]:
    """Where an invoice disagrees with the contract, for the months it bills.

    Parameters
    ----------
    priced : Priced
        The contract, settled on the history.
    invoice : Invoice
        Its rows of one month and label (and kind, where it gives one) are added up.
    tolerance : float
        Money by which a line may be off; 0 compares to the cent.
    """
    billed: dict[Key, list[Line]] = {}
    names = {folded(label): label for label, _ in priced.amounts()}
    for line in invoice.lines:
        label = names.get(folded(line.label), line.label)
        billed.setdefault((line.month, label, line.kind), []).append(line)
    owed = _owed(priced, billed)
    found = []
    for key in sorted(
        {**billed, **owed}, key=lambda each: (each[0], list(owed).index(each) if each in owed else 999)
    ):
        amount = round(sum(line.amount for line in billed.get(key, ())), 2)
        due = owed.get(key, 0.0)
        if abs(amount - due) > tolerance + 1e-6:
            lines = tuple(line.line for line in billed.get(key, ()))
            sentence = _sentence(key, amount, key in billed, owed.get(key), priced)
            found.append(Difference(*key, amount, due, lines, sentence))
    return tuple(found)


def _owed(priced: Priced, billed: Iterable[Key]) -> dict[Key, float]:
    """What the contract comes to in each line of the invoice: by kind where the invoice gives it, else by label.

    A month of which only the total is billed is held against the total alone.
    """
    keys = set(billed)
    by_kind = {(month, label) for month, label, kind in keys if kind}
    found: dict[Key, float] = {}
    itemised = {month for month, label, _ in keys if folded(label) not in TOTALS}
    for month in sorted({month for month, _, _ in keys}):
        for (label, kind), amounts in priced.amounts().items():
            if month in amounts and month in itemised:
                split = (month, label) in by_kind and (
                    (month, label, kind) in keys or (month, label, "") not in keys
                )
                key = (month, label, kind if split else "")
                found[key] = round(found.get(key, 0.0) + amounts[month], 2)
        for _, label, kind in (key for key in keys if key[0] == month and folded(key[1]) in TOTALS):
            found.setdefault((month, label, kind), priced.invoices()[month - 1])
    return found


def _sentence(key: Key, billed: float, is_billed: bool, owed: float | None, priced: Priced) -> str:
    month, label, kind = key
    said = f"month {month}, {label}" + (f" ({kind.replace('_', ' ')})" if kind else "")
    if owed is None:
        labels = list(dict.fromkeys(each for each, _ in priced.amounts()))
        kinds = [each for name, each in priced.amounts() if kind and name == label]
        hint = name_hint(kind, kinds, few=8) if kinds else name_hint(label, labels, few=8)
        return f"{said}: {money(billed)} is billed, but the contract owes nothing under that name.  {hint}"
    off = round(billed - owed, 2)
    more = f"{money(abs(off))} too {'much' if off > 0 else 'little'}"
    head = f"{said}: the invoice says {money(billed)}" if is_billed else f"{said}: is not on the invoice"
    because = _because(billed, owed, label, priced, month) if is_billed else ""
    return f"{head}, the contract comes to {money(owed)}: {more}{because}.{_reckoned(key, priced)}"


def _because(billed: float, owed: float, label: str, priced: Priced, month: int) -> str:
    """What the two amounts have in common, where that says how the difference may have come about."""
    if billed == -owed:
        return ", the sign is turned round"
    if abs(billed - owed) <= 0.05:
        return ", a difference of rounding"
    others = [
        other
        for (name, _), amounts in priced.amounts().items()
        for other, amount in amounts.items()
        if name == label and other != month and amount == billed
    ]
    return f", it is the amount of month {others[0]}" if others else ""


def _reckoned(key: Key, priced: Priced) -> str:
    month, label, kind = key
    items = [item for item in priced.months[month - 1] if item.label == label and kind in ("", item.kind)]
    return "".join(f"  {item.sentence()}" for item in items[:3])
