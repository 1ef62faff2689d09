"""What each vendor did in a month: contacts of its own share, those passed on and taken, and its agents' time."""

from __future__ import annotations

from typing import Final

import numpy as np

from orm_sim.centre.skills.outcome import ABANDONED, ANSWERED, BALKED, BLOCKED, CLEARED, VOICEMAIL, Outcome
from orm_sim.centre.skills.owners import OwnedCentre
from orm_sim.centre.skills.plan import Block, Floats, Whole
from orm_sim.core.units import SECONDS_PER_HOUR

COUNTS: Final = (
    "offered", "answered", "answered_within", "abandoned", "cleared", "voicemail", "passed_on",
    "passed_on_within", "wait_answered_s", "wait_all_s", "handled_s", "overflow_contacts", "overflow_handled_s",
    "busy_s", "staffed_s", "staff_cost",
)  # fmt: skip
"""Of contacts decided in a month: offered = answered + abandoned + cleared + voicemail + passed on, all of the vendor's
own share; `passed_on` were answered by another vendor, for whom they are `overflow_contacts`."""

Counts = dict[str, Floats]
"""Each count by its name, float64[n_vendors]."""


def nothing(n_vendors: int) -> Counts:
    """Counts of a month before its first day."""
    return {name: np.zeros(n_vendors) for name in COUNTS}


def add_block(total: Counts, centre: OwnedCentre, block: Block, outcome: Outcome) -> None:
    """Add a block's decisions, completions and time.

    Notes
    -----
    A contact counts in the month in which it is decided, its handled time in the month in which it ends: a bill
    holds what is over by its cut-off.
    """
    n = centre.n_owners

    def add(name: str, owner: Whole, weight: Floats | None = None) -> None:
        total[name] += np.bincount(owner, weight, minlength=n)

    inside = (outcome.state != BALKED) & (outcome.state != BLOCKED)
    owner, state = centre.owner(outcome.type[inside]), outcome.state[inside]
    wait = outcome.at_s[inside] - outcome.arrival_s[inside]
    within = wait <= block.layout.threshold_s[outcome.type[inside]]
    by = np.where(state == ANSWERED, centre.of_group[outcome.group[inside]], -1)
    own, passed = by == owner, (by != owner) & (by >= 0)
    add("offered", owner)
    add("wait_all_s", owner, wait)
    for name, which in (
        ("answered", own), ("answered_within", own & within), ("abandoned", state == ABANDONED),
        ("cleared", state == CLEARED), ("voicemail", state == VOICEMAIL), ("passed_on", passed),
        ("passed_on_within", passed & within),
    ):  # fmt: skip
        add(name, owner[which])
    add("wait_answered_s", owner[own], wait[own])
    add("overflow_contacts", by[passed])
    worker = centre.of_group[outcome.done_group]
    spent = outcome.done_end_s - outcome.done_start_s
    mine = worker == centre.owner(outcome.done_type)
    add("handled_s", worker[mine], spent[mine])
    add("overflow_handled_s", worker[~mine], spent[~mine])
    _add_time(total, centre, outcome)


def _add_time(total: Counts, centre: OwnedCentre, outcome: Outcome) -> None:
    per_s = np.array([group.cost_per_hour for group in centre.centre.file.agent_groups]) / SECONDS_PER_HOUR
    busy, staffed = outcome.busy_s.sum(axis=1), outcome.staffed_s.sum(axis=1)
    for name, seconds in (("busy_s", busy), ("staffed_s", staffed), ("staff_cost", staffed * per_s)):
        total[name] += np.bincount(centre.of_group, seconds, minlength=centre.n_owners)
