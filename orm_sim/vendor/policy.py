"""How an operator decides: it keeps its plan, staffs what the contract asks for, or chooses what pays best."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

PolicyName = Literal["fixed", "contract_following", "best_response"]


@dataclass(frozen=True, slots=True)
class ServiceRequest:
    """A service level to staff for: share of offered contacts answered within `threshold_s` seconds."""

    share: float
    threshold_s: float


@dataclass(frozen=True, slots=True)
class StaffingPlan:
    """What an operator means to do until it plans again."""

    service: ServiceRequest
    staffing_ratio: float
    may_hire: bool


def fixed(programme: ServiceRequest, staffing_ratio: float) -> StaffingPlan:
    """The in-house plan: the programme's own service target, always hiring for it."""
    return StaffingPlan(programme, staffing_ratio, True)


def contract_following(
    contract: ServiceRequest | None,
    programme: ServiceRequest,
    liquidity: float,
    monthly_payroll: float,
    reserve_months: float,
) -> StaffingPlan:
    """The plan of a vendor that staffs to the contract's service level, else to the programme's, while its cash lasts.

    Hiring stops while liquidity is below `reserve_months` of payroll: those on the floor are paid first.
    """
    cash_binds = liquidity < reserve_months * monthly_payroll
    return StaffingPlan(contract or programme, 1.0, not cash_binds)
