"""Every event of a small case in order: what happened, when, to whom."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from typing import Any, Final

import numpy as np

from orm_sim.centre.centre_file import CentreFile
from orm_sim.centre.skills.draws import attempt_of
from orm_sim.centre.skills.outcome import (
    ABANDONED,
    ANSWERED,
    BALKED,
    BLOCKED,
    CLEARED,
    CUT_OFF,
    DONE,
    UNRESOLVED,
    VOICEMAIL,
    Outcome,
)
from orm_sim.centre.skills.plan import ATTEMPT_BITS, INDEX_BITS, TYPE_BITS, Block, Carry

MOST_EVENTS: Final = 200_000
"""Events above which a case is not small."""

Event = dict[str, Any]
"""Day, seconds from opening, what happened, and whom it concerns."""

_DECIDED = {
    ANSWERED: "starts", ABANDONED: "abandons", BALKED: "balks", BLOCKED: "is blocked", CLEARED: "is cleared",
    VOICEMAIL: "leaves a message",
}  # fmt: skip
_ENDED = {DONE: "is done", UNRESOLVED: "is done, unresolved", CUT_OFF: "is cut off", 0: "is put back in line"}
_STAFF, _PUT_BACK, _OUTAGE, _CUT_OFF, _CLOSE, _CLEAR, _END, _ASSIGN, _ARRIVAL, _OVERFLOW, _LEAVE = range(11)
"""Steps of a moment, as `skills/RULES.md` orders them."""
_AT_ONCE = (BALKED, BLOCKED)

_Placed = tuple[float, int, tuple[int, ...], Event]
"""When, in which step of that moment, at which place in it; what."""


def trace(file: CentreFile, days: Iterable[tuple[Block, Outcome]]) -> Iterator[Event]:
    """Events of one replication in the order in which they happen, those of one moment in the order of its steps.

    An attempt is named by its type, its number among the first attempts of its day, which attempt it is, and the day
    of the first one where that is another. Those undecided at the end of the horizon have arrived, and no more.
    """
    for day, (block, outcome) in enumerate(days):
        happened = [
            *_of_rota(file, block),
            *_decisions(file, block, outcome),
            *_services(file, block, outcome),
        ]
        happened.extend(_carried_on(file, block, outcome.carry))
        for at_s, _, _, event in sorted(happened, key=lambda each: each[:3]):
            if event.get("first_day") == day:
                del event["first_day"]
            yield {"day": day, "at_s": at_s, **event}


def _of_rota(file: CentreFile, block: Block) -> Iterator[_Placed]:
    """Staffing, outages and closing."""
    groups = [group.name for group in file.agent_groups]
    changes = zip(block.change_at_s, block.change_group, block.change_to, strict=True)
    for i, (at_s, g, agents) in enumerate(changes):
        yield float(at_s), _STAFF, (i,), {"event": "staff", "group": groups[g], "agents": int(agents)}
    for i, (at_s, until_s) in enumerate(zip(block.outage_at_s, block.outage_until_s, strict=True)):
        if at_s >= 0.0:
            yield float(at_s), _OUTAGE, (1, i), {"event": "outage begins"}
        if until_s <= block.end_s:  # a longer one ends in a block to come
            yield float(until_s), _OUTAGE, (0, i), {"event": "outage ends"}
    if block.closes_s < block.end_s:
        yield block.closes_s, _CLOSE, (), {"event": "closes"}


def _decisions(file: CentreFile, block: Block, outcome: Outcome) -> Iterator[_Placed]:
    """Arrivals, and what became of them; a block's rows stand in the order of deciding."""
    groups = [group.name for group in file.agent_groups]
    turn = _turns(block)
    for i in range(outcome.ref.size):
        ref, t, state = int(outcome.ref[i]), int(outcome.type[i]), int(outcome.state[i])
        whom = _whom(ref, file.contact_types[t].name)
        arrival_s, at_s, g = float(outcome.arrival_s[i]), float(outcome.at_s[i]), int(outcome.group[i])
        if arrival_s >= 0.0:
            yield arrival_s, _ARRIVAL, (*turn(ref), 0), {"event": "arrives", **whom}
        where = {"group": groups[g]} if state == ANSWERED else {}
        event = {"event": _DECIDED[state], **whom, **where, "wait_s": at_s - arrival_s}
        if state in _AT_ONCE or (state == ANSWERED and at_s == arrival_s):
            yield at_s, _ARRIVAL, (*turn(ref), 1), event
        elif state == ANSWERED:
            after = float(block.layout.eligible_after_s[t, g])
            yield at_s, _OVERFLOW if after > 0.0 and arrival_s + after == at_s else _ASSIGN, (i,), event
        else:
            yield at_s, _CLEAR if state == CLEARED else _LEAVE, (i,), event


def _turns(block: Block) -> Callable[[int], tuple[int, int]]:
    """In which order attempts that come at the same moment arrive."""
    place = {int(ref): i for i, ref in enumerate(block.ref)}
    return lambda ref: (0, place[ref]) if ref in place else (1, ref)


def _services(file: CentreFile, block: Block, outcome: Outcome) -> Iterator[_Placed]:
    """Ends of services; and the beginnings after the first, of contacts that had been put back."""
    answered = outcome.state == ANSWERED
    first = dict(zip(outcome.ref[answered].tolist(), outcome.at_s[answered].tolist(), strict=True))
    for i in range(outcome.done_ref.size):
        ref, g, result = int(outcome.done_ref[i]), int(outcome.done_group[i]), int(outcome.result[i])
        start_s, end_s = float(outcome.done_start_s[i]), float(outcome.done_end_s[i])
        whom = _whom(ref, file.contact_types[outcome.done_type[i]].name)
        where = {"group": file.agent_groups[g].name} if g >= 0 else {}
        waited = result == CUT_OFF and start_s == end_s  # it was cleared while in line, having been put back
        if start_s >= 0.0 and not waited and first.get(ref) != start_s:
            yield start_s, _ASSIGN, (i,), {"event": "starts again", **whom, **where}
        step = _END if result in (DONE, UNRESOLVED) else _PUT_BACK if result != CUT_OFF else _CUT_OFF
        yield end_s, _CLEAR if waited else step, (i,), {
            "event": _ENDED[result], **whom, **where, "start_s": start_s
        }  # fmt: skip


def _carried_on(file: CentreFile, block: Block, carry: Carry) -> Iterator[_Placed]:
    """What began in a block and goes on after it: contacts in line, and services that are not their contact's first."""
    turn = _turns(block)
    for i in np.flatnonzero(
        np.isnan(carry.waiting_first_start_s) & (carry.waiting_arrival_s >= -block.end_s)
    ):
        ref = int(carry.waiting_ref[i])
        event = {"event": "arrives", **_whom(ref, file.contact_types[carry.waiting_type[i]].name)}
        yield float(carry.waiting_arrival_s[i]) + block.end_s, _ARRIVAL, (*turn(ref), 0), event
    again = carry.busy_start_s != carry.busy_first_start_s
    for i in np.flatnonzero(again & (carry.busy_start_s >= -block.end_s)):
        whom = _whom(int(carry.busy_ref[i]), file.contact_types[carry.busy_type[i]].name)
        where = {"group": file.agent_groups[carry.busy_group[i]].name}
        at_s = float(carry.busy_start_s[i]) + block.end_s
        yield at_s, _ASSIGN, (int(i),), {"event": "starts again", **whom, **where}


def _whom(ref: int, kind: str) -> Event:
    index = ref & ((1 << INDEX_BITS) - 1)
    first_day = ref >> (INDEX_BITS + ATTEMPT_BITS + TYPE_BITS)
    return {"type": kind, "contact": index, "attempt": attempt_of(ref), "first_day": first_day}


def line_of(event: Event) -> str:
    """An event as a line of text.

    Examples
    --------
    >>> line_of({"day": 0, "at_s": 7.0, "event": "arrives", "type": "sales", "contact": 0, "attempt": 0})
    'day 0       7.000 s  arrives             type sales, contact 0, attempt 0'
    """
    rest = [
        f"{name} {_shown(value)}" for name, value in event.items() if name not in ("day", "at_s", "event")
    ]
    return f"day {event['day']} {event['at_s']:11.3f} s  {event['event']:19} {', '.join(rest)}".rstrip()


def _shown(value: Any) -> str:
    return f"{value:.3f}" if isinstance(value, float) else str(value)
