"""Hazards in one world: their processes set going at both sites, and the days, wages and upkeep they change."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import get_args

import simpy

from orm_sim.core.streams import Key, key
from orm_sim.core.units import MONTHS_PER_YEAR
from orm_sim.risk.breach import Breach, breaches
from orm_sim.risk.outage import Outage, hours_caught, outages
from orm_sim.risk.shock import Moved, Shock, steps
from orm_sim.risk.site import HazardName, Site, Strike
from orm_sim.risk.weather import Weather, storms
from orm_sim.scenario.scenario import Scenario
from orm_sim.simulation.breached import Breached
from orm_sim.simulation.duty import InboundDuty, OutboundDuty, inbound_struck, outbound_struck
from orm_sim.simulation.employers import payroll
from orm_sim.simulation.operator import Operator
from orm_sim.simulation.setting import Setting
from orm_sim.vendor.firm import Purse
from orm_sim.vendor.platform import OutageAhead


def hazard_key(setting: Setting, hazard: HazardName, site: str, *names: str) -> Key:
    """Stream of a hazard at a site: it moves no other, and every option of a replication meets the same."""
    return key(setting.seed_of(site), setting.replication, "hazard", hazard, site, *names)


class Hazards:
    """What strikes the sites of one contract's life; `operators` are the client's centre and the vendor."""

    def __init__(self, scenario: Scenario, setting: Setting, operators: tuple[Operator, Operator]) -> None:
        self._scenario, self._risks, self._setting = scenario, scenario.risks, setting
        vendor_works = scenario.contract is not None
        self._operators = {o.name: o for o in operators if vendor_works or o.name == "in_house"}
        self._vendor = operators[1]
        self._sites: dict[str, Site] = {name: o.site for name, o in self._operators.items()}
        self._home_days, self._vendor_days = (o.site.struck_days for o in operators)

    @property
    def strikes(self) -> tuple[Strike, ...]:
        """What has struck so far, in order of time."""
        return tuple(sorted((s for site in self._sites.values() for s in site.strikes), key=_when))

    def begin(
        self, env: simpy.Environment, changed: Callable[[Operator, int], None], breached: Breached
    ) -> None:
        """Set every hazard going.

        `changed` is told of an operator whose people cost something else from a day on, `breached` of data breaches.
        """
        for operator in self._operators.values():
            for hazard in self._risks.active:
                self._set_going(env, hazard, operator, changed, breached)

    def _set_going(
        self,
        env: simpy.Environment,
        hazard: HazardName,
        operator: Operator,
        changed: Callable[[Operator, int], None],
        breached: Breached,
    ) -> None:
        site = operator.site
        terms, stream = self._risks.at(hazard, site.name), hazard_key(self._setting, hazard, site.name)
        if isinstance(terms, Outage):
            env.process(outages(env, terms, site, operator.platform, stream))
        elif isinstance(terms, Weather):
            days = self._setting.days
            env.process(storms(env, terms, site, days.month_of_year[: days.n_days], stream))
        elif isinstance(terms, Breach):
            holds = partial(breached.exposed, site.name)
            env.process(breaches(env, terms, site, stream, holds, partial(breached.book, env)))
        elif isinstance(terms, Shock):
            for moved in get_args(Moved):
                if (price := getattr(terms, moved)) is not None:
                    own = hazard_key(self._setting, hazard, site.name, moved)
                    env.process(steps(env, price, moved, site, own, lambda day: changed(operator, day)))

    def inbound(self, day: int, duties: tuple[InboundDuty, ...]) -> tuple[InboundDuty, ...]:
        """Inbound duties of a day as hazards leave them."""
        if not self._strike(day):
            return duties
        return tuple(inbound_struck(d, self._sites[d.operator], day) if self._hit(d.operator, day) else d
                     for d in duties)  # fmt: skip

    def outbound(self, day: int, duties: tuple[OutboundDuty, ...]) -> tuple[OutboundDuty, ...]:
        """Outbound duties of a day as hazards leave them."""
        if not self._strike(day):
            return duties
        return tuple(outbound_struck(d, self._sites[d.operator], day) if self._hit(d.operator, day) else d
                     for d in duties)  # fmt: skip

    def _strike(self, day: int) -> bool:
        return day in self._home_days or day in self._vendor_days

    def _hit(self, operator: str, day: int) -> bool:
        return operator in self._sites and day in self._sites[operator].struck_days

    def upkeep(self, seats: float, purse: Purse) -> float:
        """What the vendor leaves out of a month's seats: its platform's upkeep, while cash binds as it does for hiring.

        What cannot fail needs no upkeep, so that nothing is saved by leaving it out.
        """
        if self._risks.outage_at("vendor") is None:
            return 0.0
        reserve = self._scenario.vendor.hiring_reserve_months * payroll(self._scenario, self._vendor)
        short = not purse.unlimited and purse.liquidity < reserve
        platform = self._vendor.platform
        platform.month_end(funded=not short)
        return seats * platform.terms.upkeep_share if short else 0.0


def outage_ahead(scenario: Scenario, vendor: Operator) -> OutageAhead | None:
    """What the vendor expects of outages at its site as its platform stands; None where none can strike."""
    terms = scenario.risks.outage_at("vendor")
    if terms is None or terms.hits == "contacts":
        return None
    platform = vendor.platform
    return OutageAhead(
        terms.per_year / MONTHS_PER_YEAR * platform.wear, terms.mean_hours, hours_caught(terms, platform.terms),
        platform.terms,
    )  # fmt: skip


def _when(strike: Strike) -> tuple[float, str, str]:
    return strike.day, strike.hazard, strike.site
