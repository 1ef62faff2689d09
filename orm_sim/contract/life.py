"""The life of a contract as a state machine, month by month, for one history or thousands at once."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from enum import IntEnum
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from orm_sim.contract.clause import walk
from orm_sim.contract.life_terms import Life, Renewal, Trigger, months_of
from orm_sim.contract.period import Array, Billed, Flags, LineItem, Meters, Period

if TYPE_CHECKING:
    from orm_sim.contract.contract import Contract

Months = NDArray[np.int64]


class State(IntEnum):
    """Where a contract stands."""

    TRANSITION = 0
    RAMP = 1
    STEADY = 2
    RENEWED = 3
    CURE = 4
    STEP_IN = 5
    NOTICE = 6
    EXPIRED = 7
    TERMINATED = 8


@dataclass(frozen=True, slots=True)
class LifeState:
    """Where contracts stand at the start of a month, elementwise; never changed, always replaced.

    Parameters
    ----------
    state : array of int
        Codes of `State`.
    since : array of int
        The month, from 0, with which the state began.
    term_months : array of int
        Months from the start of the contract to the end of its current term.
    renewals : array of int
        How often it has been renewed.
    refused : array of bool
        Whether notice that it is not to be renewed was given in time.
    exit_open : array of bool
        Whether the client may end it at once without a fee.
    asked : tuple of dict
        What the condition of each trigger remembers.
    """

    state: Months
    since: Months
    term_months: Months
    renewals: Months
    refused: Flags
    exit_open: Flags
    asked: tuple[dict[str, Array], ...]

    @property
    def in_force(self) -> Flags:
        """Whether the contract is neither expired nor terminated."""
        return np.asarray(self.state < State.EXPIRED)


@dataclass(frozen=True, slots=True)
class Happened:
    """Something that happened in the life of a contract at the end of a month.

    Parameters
    ----------
    month : int
        The month, from 0.
    what : str
        In words: "a cure is opened by 'chronic failure'".
    where : array of bool
        To which elements.
    """

    month: int
    what: str
    where: Flags


def born(contract: Contract, shape: tuple[int, ...] = ()) -> LifeState:
    """The state in which the first month begins, for so many histories at once."""
    life = contract.life or Life.model_construct()
    first = State.TRANSITION if life.transition_months else State.RAMP if life.ramp_months else State.STEADY
    zero, no = np.zeros(shape, dtype=np.int64), np.zeros(shape, dtype=np.bool_)
    asked: tuple[dict[str, Array], ...] = tuple({} for _ in contract.triggers)
    return LifeState(zero + first, zero, zero + contract.term_months, zero, no, no, asked)


def advance(
    contract: Contract, life: LifeState, month: int, items: Sequence[LineItem], meters: Meters
) -> tuple[LifeState, tuple[Happened, ...]]:
    """The state in which the month after this one begins, and what happened.

    Parameters
    ----------
    contract : Contract
        With its `life` and `triggers`; without them it is steady until its term ends or an event ends it.
    life : LifeState
        The state in which this month began.
    month : int
        The month that ends, from 0.
    items : sequence of LineItem
        What `settle` gave for the month: triggers read from it which targets were missed.
    meters : Meters
        The same as for `settle`, with what happened under "events".

    Notes
    -----
    Terms in days count as begun months of 30 days. At the end of a month, in this order: phases end; triggers open
    a cure, a step-in or a right of exit; cure and step-in end; notice is given or runs out; the term ends, in
    renewal or expiry; what ends a contract at once ends it. Expired and terminated contracts stay so, unless both
    sides agree to renew (event `renewed`). Triggers open nothing at the end of a month of transition. A cure
    has succeeded when no trigger that opens one holds any more.
    Pure and elementwise.
    """
    step = _Step(contract, life, month, items, meters)
    step.phases()
    step.remedies()
    step.notice()
    step.term()
    step.endings()
    return step.after(), tuple(step.happened)


class _Step:
    """One month end, while it is worked out."""

    def __init__(
        self, contract: Contract, life: LifeState, month: int, items: Sequence[LineItem], meters: Meters
    ) -> None:
        self.contract, self.before, self.month = contract, life, month
        self.terms = contract.life or Life.model_construct()
        self.period = _period(contract, month, items, meters)
        shape = np.broadcast_shapes(np.shape(life.state), *(np.shape(each) for each in meters.values()))
        self.state = np.broadcast_to(life.state, shape).copy()
        self.since = np.broadcast_to(life.since, shape).copy()
        self.term_months = np.broadcast_to(life.term_months, shape).copy()
        self.renewals = np.broadcast_to(life.renewals, shape).copy()
        self.refused = np.broadcast_to(life.refused, shape).copy()
        self.exit_open = np.zeros(shape, dtype=np.bool_)
        self.asked: list[dict[str, Array]] = []
        self.happened: list[Happened] = []

    def _is(self, *states: State) -> Flags:
        return np.isin(self.state, states)

    def _lives(self) -> Flags:
        return np.asarray(self.state < State.EXPIRED)

    def _event(self, name: str) -> Flags:
        return np.broadcast_to(self.period.event(name) > 0.0, self.state.shape)

    def _tell(self, where: Flags, what: str) -> None:
        if np.any(where):
            self.happened.append(Happened(self.month, what, where))

    def _go(self, where: Flags, state: State | Months, what: str) -> None:
        """Move to a state, which begins with the next month."""
        self.state = np.where(where, state, self.state)
        self.since = np.where(where, self.month + 1, self.since)
        self._tell(where, what)

    def _lasted(self, days: int | None) -> Flags:
        return np.asarray(self.month + 1 - self.since >= months_of(days or 0))

    def phases(self) -> None:
        """Transition and ramp end when their months are over; reviews fall due."""
        transition = self.terms.transition_months or 0
        ramp = transition + (self.terms.ramp_months or 0)
        ended = self._is(State.TRANSITION) & (self.month + 1 >= transition)
        self._go(ended & (self.month + 1 < ramp), State.RAMP, "the transition ends, the ramp begins")
        ended = self._is(State.TRANSITION, State.RAMP) & (self.month + 1 >= ramp)
        self._go(ended, State.STEADY, "the steady state begins")
        every = self.terms.review_every_months
        if every is not None and (self.month + 1) % every == 0:
            self._tell(self._lives(), "prices and targets are reviewed")

    def remedies(self) -> None:
        """Triggers open cure, step-in and exit; cure and step-in end."""
        holding = {"cure": self.exit_open, "step_in": self.exit_open, "exit": self.exit_open}
        opened = self._lives() & ~self._is(State.NOTICE) & (self.before.state != State.TRANSITION)
        fresh = self._is(State.RAMP, State.STEADY, State.RENEWED)
        over = (self._is(State.CURE) & self._lasted(self.terms.cure_days)) | (
            self._is(State.STEP_IN) & self._lasted(self.terms.step_in_days)
        )
        for trigger, kept in zip(self.contract.triggers, self.before.asked, strict=True):
            holds, after = trigger.if_.holds(self.period, kept)
            holds = np.broadcast_to(holds, self.state.shape) & opened
            if trigger.opens in holding:
                holding[trigger.opens] = holding[trigger.opens] | holds
                self._open(trigger, holds, fresh)
            else:
                after |= self._told_once(trigger, holds, kept)
            self.asked.append(after)
        failing = holding["cure"] | holding["step_in"]
        self._end_remedies(over, failing)
        late = self._is(State.CURE, State.STEP_IN) & over & failing
        stays = self.before.exit_open & self._is(State.CURE, State.STEP_IN)
        self.exit_open = holding["exit"] | late | stays

    def _told_once(self, trigger: Trigger, holds: Flags, kept: Mapping[str, Array]) -> dict[str, Array]:
        """A right that moves the contract to no other state: told in the month in which it begins to hold."""
        new = holds & ~(np.asarray(kept.get("opened", 0.0)) > 0.0)
        self._tell(new, f"owing to '{trigger.name}' {trigger.opened}")
        return {"opened": np.asarray(holds, dtype=np.float64)}

    def _open(self, trigger: Trigger, holds: Flags, fresh: Flags) -> None:
        if trigger.opens == "exit":
            new = holds & ~self.before.exit_open
            self._tell(new, f"'{trigger.name}' gives the client a right of exit")
            return
        state = State.CURE if trigger.opens == "cure" else State.STEP_IN
        where = holds & (fresh | (self._is(State.CURE) & (state == State.STEP_IN)))
        where &= ~self._is(state)
        words = "a cure" if state == State.CURE else "a step-in"
        self._go(where, state, f"'{trigger.name}' opens {words}")

    def _end_remedies(self, over: Flags, failing: Flags) -> None:
        over = over & self._is(State.CURE, State.STEP_IN) & (self.since <= self.month)
        back = np.where(self.renewals > 0, State.RENEWED, State.STEADY)
        uncured = over & failing & self._is(State.CURE)
        self._tell(uncured, "the cure fails, which gives the client a right of exit")
        if self.terms.step_in_days is not None:
            self._go(uncured, State.STEP_IN, "the client may step in")
        self._go(over & ~failing, back, "the failure is cured")

    def notice(self) -> None:
        """Notice runs out, or is given."""
        days = self.contract.notice_days
        over = self._is(State.NOTICE) & self._lasted(days)
        self._go(over, State.TERMINATED, "the notice runs out, the contract ends")
        given = self._event("notice") & self._lives() & ~self._is(State.NOTICE)
        self._go(given, State.NOTICE, f"notice is given, of {days} days")
        if months_of(days) == 0:
            self._go(given, State.TERMINATED, "the contract ends")
        renewal = self._renewal()
        if renewal is not None and renewal.auto:
            last = self.term_months - months_of(renewal.notice_days or 0)
            refused = self._event("non_renewal") & self._lives()
            in_time = self.month + 1 <= last
            self._tell(refused & ~in_time, "notice against renewal comes too late")
            self.refused = self.refused | (refused & in_time)

    def term(self) -> None:
        """The term ends, in renewal or expiry; an ended contract comes back only where both sides agree."""
        ends = self._lives() & (self.month + 1 >= self.term_months)
        renewal = self._renewal()
        if renewal is None:
            self._go(ends, State.EXPIRED, "the term ends")
            return
        agreed = self._event("renewed")
        itself = ends & ~self.refused & ~self._is(State.NOTICE) if renewal.auto else np.zeros_like(ends)
        late = agreed & ~self._lives()
        self._go(ends & ~itself & ~agreed, State.EXPIRED, "the term ends")
        again = itself | (ends & agreed) | late
        base = np.where(late, self.month + 1, self.term_months)
        self.term_months = np.where(again, base + renewal.months, self.term_months)
        self.renewals = np.where(again, self.renewals + 1, self.renewals)
        self.refused = self.refused & ~again
        self._go(again, State.RENEWED, f"the contract is renewed for {renewal.months} months")

    def endings(self) -> None:
        """What ends a contract at once."""
        for name, what in (
            ("terminated_for_convenience", "the client ends the contract for convenience"),
            ("terminated_for_cause", "the contract is terminated for cause"),
            ("insolvency", "the vendor is insolvent, the contract ends"),
        ):
            self._go(self._event(name) & self._lives(), State.TERMINATED, what)
        used = self._event("exit") & self._lives() & (self.exit_open | self.before.exit_open)
        self._go(used, State.TERMINATED, "the client uses its right of exit")

    def after(self) -> LifeState:
        """The state in which the next month begins."""
        return replace(
            self.before,
            state=np.asarray(self.state, dtype=np.int64),
            since=self.since,
            term_months=self.term_months,
            renewals=self.renewals,
            refused=self.refused,
            exit_open=self.exit_open & self._lives(),
            asked=tuple(self.asked),
        )

    def _renewal(self) -> Renewal | None:
        return self.terms.renewal if isinstance(self.terms.renewal, Renewal) else None


def _period(contract: Contract, month: int, items: Sequence[LineItem], meters: Meters) -> Period:
    """The month as conditions see it: its meters, and how the credits went, by label."""
    billed = dict(_results(contract, items))
    return Period(
        meters=meters,
        month=month,
        term_months=contract.term_months,
        in_force=True,
        net_days=contract.payment.net_days,
        scale=1.0,
        path="triggers",
        billed=billed,
    )


def _results(contract: Contract, items: Sequence[LineItem]) -> Iterator[tuple[str, Billed]]:
    cited = {label for trigger in contract.triggers for label in trigger.if_.cites}
    for place, clause in walk(contract.clauses):
        if clause.name in cited:
            path = _path(place)
            own = [item for item in items if item.path == path or item.path.startswith(f"{path}.")]
            yield clause.name, Billed(tuple(own))


def _path(place: tuple[str | int, ...]) -> str:
    """The path of a line item of the clause at a place: `clauses[1].of[0]`."""
    parts = (f"{place[at]}[{place[at + 1]}]" for at in range(0, len(place), 3))
    return ".".join(parts)
