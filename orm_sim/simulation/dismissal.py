"""Dismissal: a vendor whose plan needs far fewer people lets some go, with the notice and severance of its country."""

from __future__ import annotations

from collections.abc import Callable

from orm_sim.demand.programme import CHANNELS, Channel
from orm_sim.scenario.scenario import Scenario
from orm_sim.simulation.history import Books, Event
from orm_sim.simulation.operator import Operator
from orm_sim.simulation.people_costs import PeopleCosts
from orm_sim.simulation.setting import Planning, Setting
from orm_sim.vendor.labour import rules_of

_WEEKS_AHEAD = (0, 4, 8, 12)


def dismiss(
    scenario: Scenario,
    setting: Setting,
    planning: Planning,
    costs: PeopleCosts,
    books: Books,
    week: int,
    share_of: Callable[[Channel, int], float],
) -> None:
    """Let go whom the plan does not need within the quarter, the last hired first; nothing where this is switched off.

    Parameters
    ----------
    costs : PeopleCosts
        The vendor's: what is owed to those who go falls due at the month's end.
    share_of : callable
        The vendor's share of a channel's contacts in a week, as planned today.
    """
    above, vendor = scenario.vendor.dismiss_above, costs.operator
    if above is None:
        return
    for channel in CHANNELS:
        most = _needed(vendor, setting, planning, channel, week, share_of) * (1.0 + above)
        people, years = vendor.workforce[channel].dismiss(vendor.workforce[channel].agents - int(most), week)
        if people:
            weeks = weeks_owed(scenario, people, years)
            costs.owe(channel, 7 * week, weeks)
            books.events.append(Event(7 * week, f"{channel}: the vendor dismisses {people}"))


def weeks_owed(scenario: Scenario, people: float, years: float) -> float:
    """Weeks of pay that dismissed people are owed: notice each, and severance for their years of service in all."""
    rules = rules_of(scenario.vendor.country, scenario.vendor.labour)
    if rules is None:
        return 0.0
    return people * rules.notice_weeks + years * rules.severance_weeks_per_year


def _needed(
    vendor: Operator,
    setting: Setting,
    planning: Planning,
    channel: Channel,
    week: int,
    share_of: Callable[[Channel, int], float],
) -> float:
    """Most agents that the plan needs in any of the weeks to the next planning date."""
    ahead = [week + later for later in _WEEKS_AHEAD]
    return max(vendor.agents_for(setting, planning, channel, w, share_of(channel, w)) for w in ahead)
