"""Better offers: what a vendor's volume would have cost under another's contract, against what switching costs."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Final, NamedTuple

import numpy as np

from orm_sim.contract.contract import Contract
from orm_sim.contract.period import EVENTS, NOTHING, LineItem, Meters
from orm_sim.contract.settlement import settle, settle_history
from orm_sim.demand.calendar import Calendar
from orm_sim.scenario.better_offer import BetterOffer
from orm_sim.simulation.standing import last_day
from orm_sim.simulation.vendors.agreed import Agreed
from orm_sim.simulation.vendors.seat import Seat

_OWN: Final = ("index", EVENTS)
"""Channels that are a vendor's own, not counted contacts."""
_LEAST: Final = 1e-12


class Lived(NamedTuple):
    """A vendor's contract, and the meters of its months so far, the first month first."""

    contract: Contract
    months: Sequence[Meters]

    def monthly(self, latest: int) -> float:
        """The mean invoice of the latest months, settled from the first month on."""
        return float(settle_history(self.contract, self.months)["invoice"][-latest:].mean())


@dataclass(frozen=True, slots=True)
class Bid:
    """What it comes to that one vendor takes over from another.

    Attributes
    ----------
    bill, saving : float
        A month of the vendor that would be left, and what it costs less with the other, $.
    months : int
        Left of the term once the notice is served.
    cost : float
        Of switching, $.
    """

    bill: float
    saving: float
    months: int
    cost: float

    def gain(self, margin: float) -> float:
        """What is saved over the months left, less the cost and the margin that the client wants beyond it.

        Examples
        --------
        >>> Bid(bill=1000.0, saving=200.0, months=10, cost=1500.0).gain(margin=0.04)
        100.0
        """
        return self.months * self.saving - self.cost - margin * self.months * self.bill


@dataclass(frozen=True, slots=True)
class Switch:
    """A vendor that is left for another: the month, from 0, at whose end it is told; its last day."""

    vendor: str
    to: str
    month: int
    last_day: int
    cost: float


def saved(now: Lived, other: Lived, offered: Contract, latest: int) -> tuple[float, float]:
    """A month's bill of one vendor, and what it would cost less if another had that volume too.

    The other is settled on the counters of both together, as offered, less what it is paid for its own: a fixed sum
    that it has anyway is not counted twice, and its tiers see all the volume.

    Parameters
    ----------
    now, other : Lived
    offered : Contract
        The other's contract as it offers it.
    latest : int
        Months that are looked at.
    """
    bill = now.monthly(latest)
    both = [_both(mine, theirs) for mine, theirs in zip(now.months, other.months, strict=True)]
    more = Lived(offered, both).monthly(latest) - other.monthly(latest)
    return bill, bill - more


def exit_charge(now: Lived, months: int) -> float:
    """What a contract asks of a client that ends it for convenience so many months after the latest one.

    Until then the months are as the latest.
    """
    ahead: list[Meters] = [now.months[-1]] * months
    ahead[-1] = {**now.months[-1], (EVENTS, "terminated_for_convenience"): 1.0}
    memory = NOTHING
    items: tuple[LineItem, ...] = ()
    for month, meters in enumerate((*now.months, *ahead)):
        items, memory = settle(now.contract, memory, meters, month)
    return sum(float(each.amount) for each in items if each.kind == "termination_fee")


def _both(mine: Meters, theirs: Meters) -> Meters:
    """Counters of two vendors together, indices as the second has them."""
    return {key: value if key[0] in _OWN else np.add(value, mine[key]) for key, value in theirs.items()}


class Offers:
    """The client's look at other vendors, at the end of every month.

    Parameters
    ----------
    rule : BetterOffer
    days : Calendar
    transition_cost : float
        Of all the volume, as far as it goes with a share.
    exit_cost : float
        Of the transition away from a vendor by its name, which its own books pay.
    """

    def __init__(
        self, rule: BetterOffer, days: Calendar, transition_cost: float, exit_cost: dict[str, float]
    ) -> None:
        self._rule, self._days = rule, days
        self._transition, self._exit = transition_cost, exit_cost

    def best(self, month: int, seats: Sequence[Seat], agreed: Agreed) -> Switch | None:
        """The switch that pays most at the end of a month among those who stay; None where none pays."""
        if month + 1 < self._rule.from_month:
            return None
        found = [each for each in self._switches(month, seats, agreed) if each[0] > 0.0]
        return max(found, key=lambda each: each[0])[1] if found else None

    def _switches(self, month: int, seats: Sequence[Seat], agreed: Agreed) -> Iterator[tuple[float, Switch]]:
        shares, most = agreed.latest, agreed.most
        lived = {seat.name: self._lived(seat, month) for seat in seats}
        for now in seats:
            share = float(shares[now.place])
            last = self._last_day(now, month)
            if share <= _LEAST or last is None:
                continue
            for other in seats:
                if other is now or shares[other.place] + share > most[other.place] + 1e-9:
                    continue
                offered = other.billing.offered(self._rule.level(other.name))
                bill, saving = saved(lived[now.name], lived[other.name], offered, self._rule.look_back_months)
                own = self._transition * share + self._rule.switching_cost
                until = int(self._days.month[last])
                charge = exit_charge(lived[now.name], until - month)
                bid = Bid(bill, saving, self._days.n_months - until - 1, own + self._exit[now.name] + charge)
                yield bid.gain(self._rule.margin), Switch(now.name, other.name, month, last, own)

    def _lived(self, seat: Seat, month: int) -> Lived:
        return Lived(seat.billing.contract, [seat.billing.metered(m) for m in range(month + 1)])

    def _last_day(self, seat: Seat, month: int) -> int | None:
        """The end of the month in which the notice runs out; at least a month later."""
        said = self._rule.notice_days
        notice = seat.billing.contract.notice_days if said is None else said
        return last_day(self._days, int(self._days.month_starts[month + 1]) - 1 + max(notice, 1))
