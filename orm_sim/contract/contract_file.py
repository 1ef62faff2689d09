"""Contracts from files, and what a contract reads when it is settled."""

from __future__ import annotations

import os
from collections.abc import Iterator

import numpy as np
from numpy.typing import NDArray

from orm_sim.contract.contract import Contract
from orm_sim.contract.period import NOTHING
from orm_sim.contract.settlement import settle
from orm_sim.core.errors import InputError, Place, Problem
from orm_sim.core.files import shown
from orm_sim.core.loader import Document, build, load_extended

RUN_OFF_MONTHS = 6
"""Months after the term in which clawbacks, reserves and tails may still read meters."""


def read_contract(path: str | os.PathLike[str]) -> Contract:
    """The contract of a file; see `read_document`."""
    return read_document(path)[0]


def read_document(path: str | os.PathLike[str]) -> tuple[Contract, Document]:
    """The contract of a file, one of its own or that of a scenario, and the places of its terms in the file.

    Raises
    ------
    InputError
        With every problem of the contract; of a scenario, its other parts are not looked at.
    """
    document = load_extended(path)
    where = Place(shown(path), 1)
    if "options" in document.data:
        rule = "is a study, which compares several contracts"
        raise InputError(Problem(where, "", None, rule, "Name the file of one contract"))
    if "contract" not in document.data:
        return build(Contract, document), document
    if not isinstance(document.data["contract"], dict):
        rule = "is a scenario without a contract: everything stays in-house"
        raise InputError(Problem(document.place(("contract",)), "contract", None, rule))
    section = document.section(("contract",))
    return build(Contract, section), section


class _Noted(dict[tuple[str, str], NDArray[np.float64]]):
    """Meters that are all 1, and remember which were asked for."""

    def __contains__(self, meter: object) -> bool:
        return True

    def __missing__(self, meter: tuple[str, str]) -> NDArray[np.float64]:
        self[meter] = np.ones(())
        return self[meter]


def meters_read(contract: Contract) -> tuple[tuple[str, str], ...]:
    """Every (channel, meter) that the contract reads over its term and run-off, clauses before triggers."""
    meters, state = _Noted(), NOTHING
    priced = contract if contract.is_priced else contract.with_rate(1.0)
    for month in range(contract.term_months + RUN_OFF_MONTHS):
        _, state = settle(priced, state, meters, month)
    asked = (meter for trigger in contract.triggers for meter in trigger.if_.relies_on)
    return tuple(dict.fromkeys([*meters, *asked]))


def unsolved(contract: Contract) -> Iterator[str]:
    """Labels of the clauses whose rate is still to be solved, each with the multiple of the solved rate it takes."""
    for label, multiple in contract.solved.items():
        yield f"'{label}'" if multiple == 1.0 else f"'{label}' (at {multiple:g} times it)"
