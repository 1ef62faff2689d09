"""Every event of a small case in order: what happened, when, to whom."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Any, Final

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
from orm_sim.centre.skills.plan import ATTEMPT_BITS, INDEX_BITS, TYPE_BITS, Block

MOST_EVENTS: Final = 200_000
"""Events above which a case is not small."""

Event = dict[str, Any]
"""Day, seconds from opening, what happened, and whom it concerns."""

_DECIDED = {
    ANSWERED: "starts", ABANDONED: "abandons", BALKED: "balks", BLOCKED: "is blocked", CLEARED: "is cleared",
    VOICEMAIL: "leaves a message",
}  # fmt: skip
_ENDED = {DONE: "is done", UNRESOLVED: "is done, unresolved", CUT_OFF: "is cut off", 0: "is put back in line"}
_STAFF, _END, _ARRIVAL, _START, _LEAVE = 0, 1, 2, 3, 4
_RANK = {
    ANSWERED: _START,
    ABANDONED: _LEAVE,
    VOICEMAIL: _LEAVE,
    CLEARED: _STAFF,
    BALKED: _ARRIVAL,
    BLOCKED: _ARRIVAL,
}


def trace(file: CentreFile, days: Iterable[tuple[Block, Outcome]]) -> Iterator[Event]:
    """Events of one replication, in the order of their moments; those of one moment by staff, ends, arrivals,
    starts and leavings.

    An attempt is named by its type, its number among the first attempts of its day, which attempt it is, and the day
    of the first one where that is another. Those still undecided at the end of the horizon are not told.
    """
    for day, (block, outcome) in enumerate(days):
        events = sorted(_of_day(file, block, outcome), key=lambda each: each[:2])
        for at_s, _, event in events:
            if event.get("first_day") == day:
                del event["first_day"]
            yield {"day": day, "at_s": at_s, **event}


def _of_day(file: CentreFile, block: Block, outcome: Outcome) -> Iterator[tuple[float, int, Event]]:
    kinds = [kind.name for kind in file.contact_types]
    groups = [group.name for group in file.agent_groups]
    for at_s, g, agents in zip(block.change_at_s, block.change_group, block.change_to, strict=True):
        yield float(at_s), _STAFF, {"event": "staff", "group": groups[g], "agents": int(agents)}
    for at_s, until_s in zip(block.outage_at_s, block.outage_until_s, strict=True):
        if at_s >= 0.0:
            yield float(at_s), _STAFF, {"event": "outage begins"}
        yield float(until_s), _STAFF, {"event": "outage ends"}
    if block.closes_s < block.end_s:
        yield block.closes_s, _STAFF, {"event": "closes"}
    for i in range(outcome.ref.size):
        whom = _whom(int(outcome.ref[i]), kinds[outcome.type[i]])
        arrival_s, state = float(outcome.arrival_s[i]), int(outcome.state[i])
        if arrival_s >= 0.0:
            yield arrival_s, _ARRIVAL, {"event": "arrives", **whom}
        where = {"group": groups[outcome.group[i]]} if state == ANSWERED else {}
        waited = {"wait_s": float(outcome.at_s[i]) - arrival_s}
        yield float(outcome.at_s[i]), _RANK[state], {"event": _DECIDED[state], **whom, **where, **waited}
    for i in range(outcome.done_ref.size):
        whom = _whom(int(outcome.done_ref[i]), kinds[outcome.done_type[i]])
        g = int(outcome.done_group[i])
        where = {"group": groups[g]} if g >= 0 else {}
        since = {"start_s": float(outcome.done_start_s[i])}
        yield (
            float(outcome.done_end_s[i]),
            _END,
            {"event": _ENDED[int(outcome.result[i])], **whom, **where, **since},
        )


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
