"""The SMART check: whether a KPI is specific, measurable, aimed, and bound to a stretch of time."""

from __future__ import annotations

from typing import get_args

from orm_sim.kpi.counters import Better, Unit
from orm_sim.kpi.dictionary import Kpi
from orm_sim.kpi.reported import METERS

_VAGUE = frozenset({"good", "better", "quality", "performance", "satisfactory", "appropriate", "adequate"})
"""Words that name a wish and nothing that could be counted."""


def smart_problems(kpi: Kpi) -> tuple[str, ...]:
    """What keeps a KPI from being SMART, as sentences; none when it is.

    Notes
    -----
    Specific: the formula says what is counted, in more than a word, and no word of it is a matter of taste.
    Measurable: unit, estimator and sample size stand on counters of the dictionary. Achievable and relevant
    are properties of a target, not of a KPI; what a KPI owes them is its direction. Time-bound: it has a
    window.
    """
    problems: list[str] = []
    words = set(kpi.formula.lower().replace(",", " ").split())
    if len(kpi.numerator.split()) < 2:
        problems.append("not specific: the numerator does not say what is counted, and in which population")
    if words & _VAGUE:
        problems.append(f"not specific: '{sorted(words & _VAGUE)[0]}' is a matter of taste")
    if kpi.unit == "share" and not kpi.denominator:
        problems.append("not specific: a share needs a denominator")
    if kpi.unit not in get_args(Unit):
        problems.append(f"not measurable: '{kpi.unit}' is no unit")
    unknown = [each for each in (*kpi.needs, kpi.n) if each not in METERS]
    if unknown or not kpi.needs:
        problems.append(f"not measurable: {unknown[0] if unknown else 'nothing'} is not counted")
    if kpi.better not in get_args(Better):
        problems.append("not aimed: it does not say which direction is better")
    if not kpi.window:
        problems.append("not time-bound: it has no window")
    return tuple(problems)
