"""A vendor's part of the volume that its client outsources: all of it, or one firm's among several."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final, Protocol

from orm_sim.demand.programme import Channel
from orm_sim.scenario.scenario import Scenario
from orm_sim.simulation.billing import Billing, Extra
from orm_sim.simulation.history import Books
from orm_sim.simulation.standing import Standing

_TRACE: Final = 1e-9
"""A share smaller than this is left by rounding alone."""


class Part(Protocol):
    """What a world asks about volume that other vendors may have, and what it tells them."""

    @property
    def is_whole(self) -> bool:
        """Whether there is no other vendor."""
        ...

    @property
    def keeps_home(self) -> bool:
        """Whether the client's own centre is lived in this world."""
        ...

    @property
    def moves_until(self) -> int:
        """Week after which no share is known to move."""
        ...

    @property
    def afterwards(self) -> str:
        """Who has the work of a vendor that has left, in words."""
        ...

    def of(self, week: int) -> float:
        """This vendor's part of what is outsourced in a week, as planned today."""
        ...

    def others(self, channel: Channel, week: int) -> float:
        """Share of a channel's contacts that other vendors have in a week, as planned today."""
        ...

    def joined(self, shares: Shares, books: Books, standing: Standing, billing: Billing | None) -> None:
        """The world of this vendor has been made; what it keeps of shares, counters, the contract and its state."""
        ...

    def owed(self, month: int) -> Sequence[Extra]:
        """What the client owes this vendor for a month beside its contract: contacts taken for others."""
        ...

    def noticed(self, last_day: int | None) -> None:
        """The client has given notice: the vendor serves to a day."""
        ...

    def left(self, day: int) -> None:
        """The vendor has left, or failed: from the next day on it serves nobody."""
        ...


class Whole:
    """All that is outsourced goes to one vendor."""

    is_whole: Final = True
    keeps_home: Final = True
    moves_until: Final = 0
    afterwards: Final = "the client rebuilds in-house"

    def of(self, week: int) -> float:
        """All of it."""
        return 1.0

    def others(self, channel: Channel, week: int) -> float:
        """Nobody else has any."""
        return 0.0

    def joined(self, shares: Shares, books: Books, standing: Standing, billing: Billing | None) -> None:
        """Nobody looks at it from outside."""

    def owed(self, month: int) -> Sequence[Extra]:
        """Nothing: there is nobody to take contacts for."""
        return ()

    def noticed(self, last_day: int | None) -> None:
        """Nobody takes over."""

    def left(self, day: int) -> None:
        """Nobody takes over."""


WHOLE: Final = Whole()


class Shares:
    """Who has which share of a channel's contacts, as planned today."""

    def __init__(self, scenario: Scenario, standing: Standing, part: Part) -> None:
        self._scenario, self._standing, self._part = scenario, standing, part
        last = scenario.relationship.ramp[-1].week
        self._ramp = [scenario.relationship.share(week) for week in range(last + 1)]

    @property
    def moves_until(self) -> int:
        """Week after which no share is known to move."""
        return max(len(self._ramp) - 1, self._part.moves_until)

    @property
    def returns(self) -> bool:
        """Whether work may be on its way back to the client's own centre, which then hires ahead."""
        return self._standing.last_day is not None or (self._part.keeps_home and not self._part.is_whole)

    def vendor(self, channel: Channel, week: int) -> float:
        """The vendor's share in a week."""
        if not self._standing.serves(week) or not self._scenario.outsourced(channel):
            return 0.0
        return self._ramp[min(week, len(self._ramp) - 1)] * self._part.of(week)

    def home(self, channel: Channel, week: int) -> float:
        """Share in a week of the client's own centre; 0 where it is lived with another vendor."""
        return self.rest(channel, week, self.vendor(channel, week))

    def rest(self, channel: Channel, week: int, share: float) -> float:
        """What stays with the client's own centre where the vendor has a share."""
        if not self._part.keeps_home:
            return 0.0
        rest = 1.0 - share - self._part.others(channel, week)
        return rest if rest > _TRACE else 0.0
