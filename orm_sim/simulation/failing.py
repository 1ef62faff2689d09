"""How a vendor failed: the days on which cash grew short, plans were cut, quality fell and payment stopped."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray

from orm_sim.core.units import DAYS_PER_MONTH
from orm_sim.scenario.scenario import Scenario
from orm_sim.simulation.history import OPERATORS, SERVED, History
from orm_sim.vendor.levers import STANDARD

Floats = NDArray[np.float64]

STAGES: Final = ("cash stress", "cuts", "quality", "default")
"""What is looked for, in the order in which it is looked for."""

_VENDOR: Final = OPERATORS.index("vendor")
_CUT: Final = ("staffing_ratio", "seat_ratio", "wage_premium", "training", "coaching_hours")
_FALL: Final = 0.05  # of the service level, and of the share of contacts resolved, that counts as a fall
_LATELY, _SEEN = 28, 56  # days that are held against those before them, and the fewest of those


@dataclass(frozen=True, slots=True)
class Failing:
    """The first day of each stage of a failure; None where there was no such day.

    Attributes
    ----------
    cash_stress
        Cash and credit line hold less than a month of payroll.
    cuts
        Hiring has stopped for lack of cash, or the vendor's plan takes less of something than its plan before.
    quality
        Four weeks have ended, looked at day by day, whose service level or share of contacts resolved lies five points
        under that of all days before them, of which there must be eight weeks; and so has it been since, up to the end.
        Service comes and goes with season and luck in any pool: only a fall without recovery is part of a failure.
    default
        A payment could not be met.
    """

    cash_stress: int | None
    cuts: int | None
    quality: int | None
    default: int | None

    @property
    def order(self) -> tuple[str, ...]:
        """The stages that were seen, in the order of their days; of one day, in the order of `STAGES`."""
        days = (self.cash_stress, self.cuts, self.quality, self.default)
        seen = [(day, place) for place, day in enumerate(days) if day is not None]
        return tuple(STAGES[place] for _, place in sorted(seen))


def failing(history: History, scenario: Scenario) -> Failing:
    """The stages of a history, read off its ledger and counters: nothing in the simulation orders them.

    Parameters
    ----------
    history : History
        Of a contract that was lived; stages are looked for up to the day of failure, or the end of the term.
    scenario : Scenario
        What it was lived under.
    """
    end = (
        history.days.n_days
        if history.insolvent_day is None
        else min(history.insolvent_day + 1, history.days.n_days)
    )
    liquidity = _cash(history, end) + scenario.vendor.firm.credit_line
    payroll = _payroll(history, scenario, end)
    at_work = payroll > 0.0
    reserve = scenario.vendor.hiring_reserve_months / (1.0 + scenario.vendor.workforce.on_cost)
    stops = _first(at_work & (liquidity < reserve * payroll))
    cuts = [day for day in (stops, _plan_cut(history)) if day is not None]
    return Failing(
        cash_stress=_first(at_work & (liquidity < payroll)),
        cuts=min(cuts, default=None),
        quality=_quality(history, end),
        default=history.insolvent_day,
    )


def orders(found: Iterable[Failing]) -> dict[tuple[str, ...], float]:
    """Share of failures that took each order, the commonest first; histories without a default are left out."""
    counted = Counter(each.order for each in found if each.default is not None)
    return {order: count / counted.total() for order, count in counted.most_common()}


def _first(flags: NDArray[np.bool_]) -> int | None:
    return int(np.argmax(flags)) if flags.any() else None


def _cash(history: History, end: int) -> Floats:
    """The vendor's cash at the end of each day."""
    moves = np.zeros(end)
    for entry in history.entries():
        if entry.kind == "cash" and entry.day < end and "vendor" in (entry.payer, entry.payee):
            moves[entry.day] += entry.amount if entry.payee == "vendor" else -entry.amount
    return np.asarray(history.opening_cash + np.cumsum(moves))


def _payroll(history: History, scenario: Scenario, end: int) -> Floats:
    """What a month of the people of each day costs at the market wage."""
    hours = (history.paid_hours[_VENDOR] + history.trainee_hours[_VENDOR]).sum(axis=0)[:end]
    level = np.array([scenario.vendor.workforce.wage_level(day) for day in range(end)])
    return np.asarray(hours * level * DAYS_PER_MONTH)


def _plan_cut(history: History) -> int | None:
    """The first planning date, signing aside, whose plan takes less of something than the one before."""
    before = history.decisions[0][1] if history.decisions else STANDARD
    for week, plan in history.decisions[1:]:
        if any(getattr(plan, name) < getattr(before, name) for name in _CUT):
            return 7 * week
        before = plan
    return None


def _quality(history: History, end: int) -> int | None:
    """The last day of the first four weeks since when service or resolution has been down."""
    daily = history.served[:, :end]
    served = np.flatnonzero(daily[0] > 0.0)
    if served.size == 0 or end - served[0] < _SEEN + _LATELY:
        return None
    days = np.arange(int(served[0]) + _SEEN + _LATELY, end + 1)
    total = np.concatenate([np.zeros((len(SERVED), 1)), np.cumsum(daily, axis=1)], axis=1)
    lately, before = total[:, days] - total[:, days - _LATELY], total[:, days - _LATELY]
    fallen = np.zeros(days.size, np.bool_)
    for part, count in (("answered_within", "offered"), ("resolved", "answered")):
        now, then = (_rate(each[SERVED.index(part)], each[SERVED.index(count)]) for each in (lately, before))
        fallen |= (lately[0] > 0.0) & (now < then - _FALL)
    if not fallen[-1]:
        return None
    up = np.flatnonzero(~fallen)
    return int(days[up[-1] + 1 if up.size else 0]) - 1


def _rate(part: Floats, whole: Floats) -> Floats:
    return np.asarray(part / np.maximum(whole, 1e-9))
