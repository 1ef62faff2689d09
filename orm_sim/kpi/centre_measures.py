"""What the measures of a centre alone are: numerator, denominator and unit, from the dictionary where it has them."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from orm_sim.kpi.counters import COUNTERS, Better, Unit
from orm_sim.kpi.dictionary import KPIS


@dataclass(frozen=True, slots=True)
class CentreMeasure:
    """One measure of a centre over a horizon; of a ratio, numerator and denominator are summed first.

    Parameters
    ----------
    id : str
        Its name in the results, before the split in brackets.
    name : str
        What a table calls it.
    unit : Unit
        What it is measured in.
    better : {"higher", "lower"}
        The direction in which it improves, for the client.
    numerator, denominator : str
        The formula in words, with the population counted; a count or sum has no denominator ("").
    kpi : str
        Its id in the KPI dictionary; empty where that has none.
    """

    id: str
    name: str
    unit: Unit
    better: Better
    numerator: str
    denominator: str = ""
    kpi: str = ""

    @property
    def formula(self) -> str:
        """The definition in words: numerator / denominator."""
        return f"{self.numerator} / {self.denominator}" if self.denominator else self.numerator


def _known(name: str, kpi: str | None = None, numerator: str | None = None) -> CentreMeasure:
    """A measure that the dictionary defines, perhaps under another name or for another numerator."""
    found = KPIS[kpi or name]
    return CentreMeasure(
        name, found.name, found.unit, found.better, numerator or found.numerator, found.denominator, found.id
    )


_ATTEMPTS = (
    CentreMeasure(
        "arrived", "contacts arrived", "count", "higher", "attempts to reach the centre, redials and returns included"
    ),
    _known("offered"),
    _known("answered"),
    _known("answered_within"),
    _known("abandoned"),
    CentreMeasure(
        "balked", "contacts balked", "count", "lower",
        "arrived contacts that leave at once because no agent is free; no part of abandoned",
    ),
    CentreMeasure(
        "blocked", "contacts blocked", "count", "lower",
        "arrived contacts that find every line taken, or the platform out",
    ),
    CentreMeasure(
        "cleared", "contacts cleared", "count", "lower",
        "offered contacts that wait as the centre clears its lines, or would wait for ever with nobody left to serve",
    ),
    CentreMeasure(
        "voicemail", "messages left", "count", "lower",
        "offered contacts that leave a message after waiting for as long as their type allows",
    ),
    CentreMeasure(
        "undecided", "contacts undecided", "count", "lower",
        "offered contacts that still wait when the horizon of a centre that never closes ends; waits count until then",
    ),
    CentreMeasure("redials", "redials", "count", "lower", "arrived contacts that are not a first attempt"),
)  # fmt: skip

_RATIOS = (
    _known("service_level"),
    _known("abandonment_rate"),
    CentreMeasure(
        "delay_probability", "delay probability", "share", "lower", "offered contacts that wait longer than 0 s",
        COUNTERS["offered"].counted,
    ),
    _known("asa_s", "asa"),
    _known("mean_wait_s", "mean_wait", "waits of offered contacts until they leave the line, added up"),
    CentreMeasure(
        "sum_wait_s", "waiting time", "s", "lower", "waits of offered contacts until they leave the line, added up"
    ),
    _known(
        "aht_s", "aht",
        "agents' time on answered contacts, wrap-up and every start included, by the contact's type and period of"
        " arrival and the group that spent it; until the horizon ends",
    ),
    _known("occupancy"),
    CentreMeasure(
        "cost_busy", "cost of busy time", "money", "lower",
        "agents' time on contacts, in the period in which it is worked, times the cost per hour of the agent's group",
    ),
    CentreMeasure(
        "cost_idle", "cost of idle time", "money", "lower",
        "time of agents staffed and not on a contact, in the period in which it passes, times the cost per hour of"
        " their group",
    ),
)  # fmt: skip

CENTRE_MEASURES: Final = {each.id: each for each in (*_ATTEMPTS, *_RATIOS)}
"""Every measure of a centre by its name in the results."""
