"""What a shared programme counts for each vendor's contract, and contracts that read what it does not count."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from orm_sim.contract.clause import walk
from orm_sim.contract.contract import Contract
from orm_sim.contract.contract_file import meters_read, unsolved
from orm_sim.contract.duties.sharing import Sharing
from orm_sim.contract.period import EVENTS
from orm_sim.core.errors import InputError, Problem, in_order, name_hint
from orm_sim.kpi import INDICATORS
from orm_sim.scenario.vendors import Programme

CHANNEL: Final = "inbound"
OVERFLOW: Final = "overflow_contacts"
METERED: Final = (
    "offered", "answered", "answered_within", "abandoned", "wait_answered_s", "wait_all_s", "handled_s", "busy_s",
    "staffed_s", "productive_hours", "forecast_offered", OVERFLOW, "overflow_handled_s",
)  # fmt: skip
"""Meters of a vendor's month, all inbound. Contacts, waits and handled time are those of its own share, answered by
itself; what it takes for others is in `overflow_*` alone; busy, staffed and productive time is all that its agents
spend."""


def checked(programme: Programme) -> Programme:
    """The programme again, once its contracts can be settled on what is counted.

    Raises
    ------
    InputError
        For contracts without rates, for a meter that nobody counts, for overflow that is paid twice or not at all, for
        a KPI of the sharing rule that cannot be told, and for months beyond a term.
    """
    found = in_order(
        [
            *_contracts(programme), *_overflow_prices(programme), *_rule(programme),
        ]
    )  # fmt: skip
    if found:
        raise InputError(found)
    return programme


def _contracts(programme: Programme) -> Iterator[Problem]:
    thresholds = dict.fromkeys(kind.threshold_s for kind in programme.centre.contact_types)
    for name, contract in programme.contracts.items():
        at = ("vendors", name, "contract")
        if not contract.is_priced:
            rule = f"has no rate yet: that of {', '.join(unsolved(contract))} is to be solved"
            yield programme.problem(
                at, None, rule, "Write the rate into the contract: nothing is solved here"
            )
        if programme.terms.months > contract.term_months:
            rule = f"runs beyond the {contract.term_months} months of the contract of '{name}'"
            yield programme.problem(("months",), programme.terms.months, rule)
        for channel, meter in meters_read(contract):
            if channel == EVENTS:
                continue
            if channel != CHANNEL or meter not in METERED:
                rule = f"reads '{channel}.{meter}', which the centre does not deliver"
                yield programme.problem(at, None, rule, name_hint(meter, METERED))
        for label, within_s in _thresholds(contract):
            if set(thresholds) != {within_s}:
                counted = " and ".join(f"{each:g} s" for each in thresholds)
                rule = f"'{label}' measures contacts answered within {within_s:g} s; they are counted at {counted}"
                yield programme.problem(
                    at, None, rule, "Give every contact type the contract's `threshold_s`"
                )


def _thresholds(contract: Contract) -> Iterator[tuple[str, float]]:
    """Labels of clauses with the threshold that each of their measures names."""
    for _, clause in walk(contract.clauses):
        for goal in (clause, *getattr(clause, "measures", ()), getattr(clause, "if_", None)):
            within_s = getattr(goal, "within_s", None)
            if within_s is not None:
                yield clause.name, within_s


def _overflow_prices(programme: Programme) -> Iterator[Problem]:
    """Contacts taken for others are paid once: by the file's price, or by the taker's contract."""
    for name, vendor in programme.terms.vendors.items():
        overflow = vendor.overflow
        if overflow is None:
            continue
        priced = (CHANNEL, OVERFLOW) in meters_read(programme.contracts[overflow.to])
        at = ("vendors", name, "overflow")
        if priced and overflow.price_per_contact is not None:
            rule = f"is paid twice: the contract of '{overflow.to}' prices {OVERFLOW} too"
            where = (*at, "price_per_contact")
            yield programme.problem(where, overflow.price_per_contact, rule, "Leave one of the two out")
        if not priced and overflow.price_per_contact is None:
            rule = f"nobody pays '{overflow.to}' for the contacts it takes"
            hint = f"Give price_per_contact (0 for free), or let its contract price {OVERFLOW}"
            yield programme.problem(at, None, rule, hint)


def _rule(programme: Programme) -> Iterator[Problem]:
    """KPIs that cannot be told of a vendor, and contracts that divide the volume otherwise than the file."""
    measures = () if programme.terms.sharing is None else programme.terms.sharing.measured_by
    thresholds = dict.fromkeys(kind.threshold_s for kind in programme.centre.contact_types)
    for i, measure in enumerate(measures):
        at = ("sharing", "measured_by", i)
        missing = [each for each in INDICATORS[measure.kpi].needs if each not in METERED]
        if missing:
            known = [name for name, kpi in INDICATORS.items() if set(kpi.needs) <= set(METERED)]
            rule = f"needs {', '.join(missing)}, which the centre does not deliver"
            yield programme.problem((*at, "kpi"), measure.kpi, rule, name_hint(measure.kpi, known, few=8))
        if measure.within_s is not None and set(thresholds) != {measure.within_s}:
            counted = " and ".join(f"{each:g} s" for each in thresholds)
            yield programme.problem(
                (*at, "within_s"), measure.within_s, f"answers are counted within {counted}"
            )
    for name, contract in programme.contracts.items():
        if contract.sharing is not None and not _same(contract.sharing, programme.sharing, name):
            rule = f"the contract of '{name}' divides the volume otherwise than this file"
            hint = "Write the same shares, limits and rule in both, or leave `sharing` out of the contract"
            yield programme.problem(("vendors", name, "contract", "sharing"), None, rule, hint)


def _same(agreed: Sharing, lived: Sharing, vendor: str) -> bool:
    """Whether a contract says what is lived, whoever signs it and whoever takes what is too much."""
    ours = lived.model_copy(update={"this_vendor": vendor, "overflow": agreed.overflow})
    return agreed == ours or (agreed.rule == ours.rule == "fixed" and agreed.vendors == ours.vendors)
