"""What a contract reads and the simulation does not count: refused at load, because it would be billed as nothing."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import numpy as np
from numpy.typing import NDArray

from orm_sim.contract.clause import walk
from orm_sim.contract.clauses.when import When
from orm_sim.contract.condition import Happening
from orm_sim.contract.contract import Contract
from orm_sim.contract.events import EVENTS as EVENT_WORDS
from orm_sim.contract.period import COVENANTS, EVENTS, NOTHING
from orm_sim.contract.settlement import settle
from orm_sim.kpi import METERS
from orm_sim.kpi.counters import OF_LEADS

INDICES = ("wages", "currency")
"""Price indices at the vendor's site that the simulation knows: wages, and the price of the local currency."""

_RUN_OFF_MONTHS = 6
_OF_AUDITS = ("audited", "errors")


class _Noted(dict[tuple[str, str], NDArray[np.float64]]):
    """Meters that are all 1, and remember which were asked for; of events none happens."""

    def __contains__(self, meter: object) -> bool:
        return not (isinstance(meter, tuple) and meter[0] == EVENTS)

    def get(self, meter: tuple[str, str], default: Any = None) -> Any:
        """A meter, where it is not of an event."""
        if meter not in self:
            return default
        return self[meter]

    def __missing__(self, meter: tuple[str, str]) -> NDArray[np.float64]:
        self[meter] = np.ones(1)
        return self[meter]


def unmetered(
    contract: Contract | None, threshold_s: float, audits: bool = False, leads: bool = False
) -> str | None:
    """A sentence about everything that a contract reads and nobody counts; None when there is no such thing.

    Parameters
    ----------
    contract
        Its meters are found by settling its whole term once.
    threshold_s
        Wait within which the simulation counts a contact as answered in time.
    audits
        Whether quality assurance counts inbound contacts audited, and errors among them.
    leads
        Whether leads handed over and reached are counted: where the contract is lived, and not in a run's tables.
    """
    if contract is None:
        return None
    found = [
        *_not_counted(contract, audits, leads),
        *_never(contract),
        *_never_opened(contract),
        *_other_thresholds(contract, threshold_s),
    ]
    if contract.payment.every == "week":
        found.append(
            "sends its invoices every week: the simulation settles a month at its end.  Leave `payment.every` out"
        )
    return "; ".join(found) or None


def _not_counted(contract: Contract, audits: bool, leads: bool) -> Iterator[str]:
    meters, state = _Noted(), NOTHING
    counted = {("inbound", name) for name in _OF_AUDITS if audits} | {
        ("outbound", name) for name in OF_LEADS if leads
    }
    priced = contract.with_rate(1.0)
    for month in range(contract.term_months + _RUN_OFF_MONTHS):
        _, state = settle(priced, state, meters, month)
    for channel, name in sorted(meters):
        if channel == "index":
            if name not in INDICES:
                yield f"cites the price index '{name}', of which nothing is known.  Indices: {', '.join(INDICES)}"
        elif channel == COVENANTS:
            yield f"asks for '{name}' as a party reports it: the simulation reports no such figure"
        elif "@" in channel:
            where, _, site = channel.partition("@")
            yield f"reads '{name}' of {where} contacts at the site '{site}': the simulation counts all sites together"
        elif (channel, name) in counted:
            continue
        elif name in METERS and channel not in METERS[name].channels:
            there = " and ".join(METERS[name].channels)
            where = (
                f"it is counted on {there} contacts only"
                if there
                else f"the simulation does not count it (a history may, in the column `{channel}.{name}`)"
            )
            yield f"reads '{name}' of {channel} contacts: {where}"


def _never(contract: Contract) -> Iterator[str]:
    """Clauses that wait for an event: none happens in a simulation, so they would be read and never act."""
    for _, clause in walk(contract.clauses):
        if isinstance(clause, When) and isinstance(clause.if_, Happening):
            yield (
                f"'{clause.name}' is owed only for a month with {EVENT_WORDS[clause.if_.event]}, which the simulation"
                " never brings about: leave the clause out, or price a history that has `events."
                f"{clause.if_.event}`"
            )


def _never_opened(contract: Contract) -> Iterator[str]:
    """Triggers that wait for an event: no simulated month has one, so they would never open anything."""
    for trigger in contract.triggers:
        if isinstance(trigger.if_, Happening):
            event = trigger.if_.event
            yield (
                f"the trigger '{trigger.name}' waits for {EVENT_WORDS[event]}, which the simulation never brings about:"
                f" leave the trigger out, or price a history that has `events.{event}`"
            )


def _other_thresholds(contract: Contract, threshold_s: float) -> Iterator[str]:
    asked_for = contract.service_level
    if asked_for is not None and asked_for.within_s != threshold_s:
        yield (
            f"its service_level asks for answers within {asked_for.within_s:g} s, but they are counted at"
            f" {threshold_s:g} s: set programme.inbound.service.threshold_s to the contract's"
        )
    for _, clause in walk(contract.clauses):
        asked = getattr(clause, "if_", ())
        goals = (clause, *getattr(clause, "measures", ()), *(asked if isinstance(asked, tuple) else (asked,)))
        for measure in goals:
            if getattr(measure, "within_s", None) not in (None, threshold_s):
                yield (
                    f"'{clause.name}' measures contacts answered within {measure.within_s:g} s, but they are counted at"
                    f" {threshold_s:g} s: set programme.inbound.service.threshold_s to the contract's"
                )
