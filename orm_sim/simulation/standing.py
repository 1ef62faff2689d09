"""Standing: whether the contract is in force, under notice, ended, or its vendor failed; failed months counted."""

from __future__ import annotations

from dataclasses import dataclass, field
from math import ceil

import numpy as np
from numpy.typing import NDArray

from orm_sim.core.units import DAYS_PER_MONTH
from orm_sim.demand.calendar import Calendar
from orm_sim.relationship.exit import ExitRule
from orm_sim.scenario.scenario import Scenario
from orm_sim.simulation.history import Books
from orm_sim.simulation.setting import Setting
from orm_sim.simulation.targets import sales_expected
from orm_sim.vendor.decision.tolerance import Tolerance
from orm_sim.vendor.policy import ServiceRequest


@dataclass(slots=True)
class Standing:
    """Where one contract stands as the days pass.

    Attributes
    ----------
    signed
        Whether there is a contract.
    insolvent_day
        Day on which the vendor failed.
    notice_day, last_day
        Day on which the client gave notice, and the last day of service under it: always a month's end.
    ended_day
        That day once it has come.
    failed
        For each month since the ramp, whether the service asked for was missed.
    left_for
        Why the client ends the contract, in words.
    switching
        What its leaving costs the client beside the exit, $.
    """

    signed: bool
    insolvent_day: int | None = None
    notice_day: int | None = None
    last_day: int | None = None
    ended_day: int | None = None
    failed: list[bool] = field(default_factory=list)
    left_for: str = "cause"
    switching: float = 0.0

    @property
    def solvent(self) -> bool:
        """Whether there is a vendor that has not failed; it may have been told to go."""
        return self.signed and self.insolvent_day is None

    @property
    def in_force(self) -> bool:
        """Whether the vendor works under the contract."""
        return self.solvent and self.ended_day is None

    @property
    def gone_day(self) -> int | None:
        """Day on which the vendor left, whatever the reason."""
        return self.insolvent_day if self.insolvent_day is not None else self.ended_day

    def serves(self, week: int) -> bool:
        """Whether the vendor is expected to work in a week, as far as is known today."""
        return self.in_force and (self.last_day is None or 7 * week <= self.last_day)


@dataclass(frozen=True, slots=True)
class ExitWatch:
    """Counts failed months, and gives notice when the rule is broken.

    Attributes
    ----------
    rule
        None never ends a contract.
    asked
        Share of contacts to be answered in time.
    notice_days
        Of the contract; the month in which it runs out is still served.
    from_day
        First day of full service: months before it do not count.
    heeded
        Whether the vendor reckons with the rule when it plans.
    sales
        float64[n_months]: funded sales that the client expects of the outbound list; empty where it is not watched.
    """

    rule: ExitRule | None
    asked: float
    notice_days: int
    from_day: int
    heeded: bool
    sales: NDArray[np.float64] = field(default_factory=lambda: np.empty(0))

    def month_end(self, month: int, day: int, books: Books, standing: Standing) -> bool:
        """Note a month of the vendor's service; returns whether the client gives notice now."""
        days = books.days
        if self.rule is None or not standing.in_force or days.month_starts[month] < self.from_day:
            return False
        within, offered, forecast = (
            float(books.of("vendor", "inbound", name)[month])
            for name in ("answered_within", "offered", "forecast_offered")
        )
        failed = self.rule.fails(within, offered, self.asked, forecast)
        if self.sales.size:
            sold = float(books.of("vendor", "outbound", "sales_net")[month])
            failed = failed or self.rule.sells_too_little(sold, float(self.sales[month]))
        standing.failed.append(failed)
        if standing.notice_day is not None or not self.rule.broken(standing.failed):
            return False
        last = last_day(days, day + self.notice_days)
        if last is None:
            return False
        standing.notice_day, standing.last_day = day, last
        return True

    def tolerance(self, days: Calendar, month: int, standing: Standing) -> Tolerance | None:
        """What the vendor knows of the rule when it plans in a month."""
        last = standing.last_day
        if not self.heeded or (self.rule is None and last is None):
            return None
        if self.rule is None:
            never = days.n_months + 1
            return Tolerance((), never, never, None, 0, never, int(days.month[last]) - month)
        first = int(np.searchsorted(days.month_starts, self.from_day))
        return Tolerance(
            tuple(standing.failed),
            self.rule.failed_months,
            self.rule.of_months,
            self.rule.forecast_band,
            ceil(self.notice_days / DAYS_PER_MONTH),
            max(first - month, 0),
            None if last is None else int(days.month[last]) - month,
            tuple((self.rule.sales_share or 0.0) * self.sales[month:]),
        )


def watch_of(
    scenario: Scenario, asked: ServiceRequest, unlimited: bool, setting: Setting | None = None
) -> ExitWatch:
    """The client's watch over its vendor; the `unlimited` reference vendor of price solving is never sent away.

    Sales are watched where the rule asks for them and the setting says what the list is taken for.
    """
    contract, rule = scenario.contract, None if unlimited else scenario.relationship.exit_rule
    watched = rule is not None and rule.sales_share is not None and scenario.outsourced("outbound")
    return ExitWatch(
        rule,
        asked.share,
        contract.notice_days if contract is not None else 0,
        7 * scenario.relationship.ramp[-1].week,
        scenario.vendor.traits.heeds_exit,
        sales_expected(setting) if watched and setting is not None else np.empty(0),
    )


def last_day(days: Calendar, day: int) -> int | None:
    """Last day of the month in which notice runs out; None where the term is over before the next month begins."""
    if day >= days.n_days:
        return None
    last = int(days.month_starts[int(days.month[day]) + 1]) - 1
    return last if last + 1 < days.n_days else None
