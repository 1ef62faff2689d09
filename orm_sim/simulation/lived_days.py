"""Days of one contract's life: who was on duty is noted day by day, contacts are lived a month at a time.

Nothing in a replication looks at the contacts of a month before it is over, so that they may wait until then.
"""

from __future__ import annotations

from typing import Protocol

from orm_sim.centre import Engine
from orm_sim.simulation.duty import InboundDuty, OutboundDuty
from orm_sim.simulation.history import Books, Counts
from orm_sim.simulation.inbound_pool import InboundPool
from orm_sim.simulation.outbound_pool import OutboundPool
from orm_sim.simulation.remembered import Remembered
from orm_sim.simulation.setting import Setting

Duties = tuple[tuple[InboundDuty, ...], tuple[OutboundDuty, ...]]
"""Who is on duty on a day, inbound and outbound."""


class Contacts(Protocol):
    """Inbound contacts as they are lived, of one contract's operators or of those of several."""

    def live(self, first: int, duties: tuple[tuple[InboundDuty, ...], ...]) -> list[Counts]:
        """Live the days from `first` on with whoever is on duty; what they add to the counters."""
        ...

    def release(self) -> None:
        """Forget them."""
        ...


class LivedDays:
    """Contacts of both channels, lived in one setting.

    An operator is left out until it has work for the first time: what it would have been like on duty changes nothing,
    and options that differ in that alone share their days. `inbound` where several contracts share the contacts.
    """

    def __init__(self, setting: Setting, engine: Engine, inbound: Contacts | None = None) -> None:
        own = Remembered(lambda: InboundPool(setting, engine), setting.memory["inbound"])
        self._inbound: Contacts = inbound or own
        self._outbound = Remembered(lambda: OutboundPool(setting, engine), setting.memory["outbound"])
        self._answering: set[str] = set()
        self._calling: set[str] = set()
        self._noted: list[Duties] = []

    def roster(
        self, inbound: list[list[InboundDuty]], outbound: list[list[OutboundDuty]]
    ) -> tuple[list[tuple[InboundDuty, ...]], list[tuple[OutboundDuty, ...]]]:
        """The duties of a week by day, of those who work in it or have worked before; given by operator."""
        self._answering.update([week[0].operator for week in inbound if week[0].share])
        self._calling.update([week[0].operator for week in outbound if any(map(_calls, week))])
        answering = [week for week in inbound if week[0].operator in self._answering]
        calling = [week for week in outbound if week[0].operator in self._calling]
        idle: list[tuple[InboundDuty, ...]] = [()] * len(inbound[0])
        nobody: list[tuple[OutboundDuty, ...]] = [()] * len(inbound[0])
        return list(zip(*answering, strict=True)) or idle, list(zip(*calling, strict=True)) or nobody

    def note(self, day: Duties) -> None:
        """The day after those noted so far is lived by these, once somebody asks."""
        self._noted.append(day)

    def count(self, until: int, books: Books) -> None:
        """Live the days that have been noted, the last of them before `until`, and enter them in the books."""
        if not self._noted:
            return
        inbound, outbound = zip(*self._noted, strict=True)
        first = until - len(self._noted)
        self._noted.clear()
        for counts in (*self._inbound.live(first, inbound), *self._outbound.live(first, outbound)):
            books.count(counts)

    def release(self) -> None:
        """Forget the pools' state."""
        self._inbound.release()
        self._outbound.release()


def _calls(duty: OutboundDuty) -> bool:
    return duty.staffed != bytes(len(duty.staffed))
