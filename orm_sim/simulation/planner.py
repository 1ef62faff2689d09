"""The vendor plans: at signing and every quarter it weighs its plans by the contract it has signed."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Final

import numpy as np

from orm_sim.scenario.scenario import Scenario
from orm_sim.simulation.foresight import ShareOf, moment_of, outlook_of, purse_of
from orm_sim.simulation.operator import Operator
from orm_sim.simulation.setting import Setting
from orm_sim.vendor.decision.fluid import Fluid
from orm_sim.vendor.decision.futures import futures
from orm_sim.vendor.decision.valuation import Decision, Signed, best_response
from orm_sim.vendor.firm import Purse
from orm_sim.vendor.policy import ServiceRequest

WEEKS_BETWEEN: Final = 13
"""Weeks from one planning date to the next."""

NO_PLAN: Final = "no deal: no plan of the vendor is lawful and leaves agents time for contacts"
"""Why a vendor without a feasible plan does not sign."""


class Planner:
    """Plans for one vendor in one replication.

    Parameters
    ----------
    scenario, setting
        The deal, and the outside world as it is forecast.
    vendor : Operator
        Its people.
    service : ServiceRequest
        The service it is asked for.
    """

    def __init__(
        self, scenario: Scenario, setting: Setting, vendor: Operator, service: ServiceRequest
    ) -> None:
        self._scenario, self._setting, self._vendor, self._service = scenario, setting, vendor, service
        self._plans = scenario.vendor.feasible_plans

    @property
    def can_plan(self) -> bool:
        """Whether any plan can be carried out; a drawn wage may lie under the legal minimum."""
        return bool(self._plans.training.size)

    def decide(
        self, week: int, signed: Signed, share_of: ShareOf, purse: Purse, due: Iterable[tuple[int, float]]
    ) -> Decision:
        """What the vendor does from a week on.

        Parameters
        ----------
        week : int
            Weeks since contract start.
        signed : Signed
            The contract as far as it has been settled.
        share_of : callable
            Its share of a channel's contacts in a week, as planned today.
        purse : Purse
        due : iterable of (day, amount)
            Invoiced and not yet paid.
        """
        vendor = self._scenario.vendor
        moment = moment_of(self._setting, week, vendor.traits.horizon_months)
        outlook = outlook_of(
            self._scenario, self._setting, self._vendor, self._service, moment, share_of, signed.sold
        )
        ahead = futures(vendor.doubts, moment.n_months)
        money = purse_of(self._scenario, purse, due, 7 * week, self._setting.days)
        with np.errstate(over="ignore", invalid="ignore"):  # what is not finite is refused
            return best_response(
                signed, Fluid(outlook, vendor.doubts.service), self._plans, ahead, vendor.traits, money
            )
