"""Outlook: what a vendor knows at a planning date of demand, of its people, and of how service answers to staff."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray

from orm_sim.centre.pool_response import PoolResponse
from orm_sim.demand.scoring import Scoring
from orm_sim.vendor.assurance import Assured
from orm_sim.vendor.levers import Plans
from orm_sim.vendor.people import People
from orm_sim.vendor.platform import OutageAhead
from orm_sim.vendor.workforce import WorkforceTerms

Floats = NDArray[np.float64]

AGES: Final = 4
"""Months after a sale's own in which it can be cancelled unearned, its own included."""

KEPT_AFTER: Final = 3
"""Months from a sale to the one in which it counts as kept."""


@dataclass(frozen=True, slots=True)
class Requirement:
    """Hours on duty that the service asked for takes in a week, by hours of handle time offered; both ascending.

    `hours` includes what shifts waste. Beyond the last point the last slope goes on.
    """

    load: Floats
    hours: Floats


@dataclass(frozen=True, slots=True)
class Floor:
    """The people of one channel at a planning date.

    Attributes
    ----------
    agents
        On the floor.
    newness
        Mean of e^(-weeks on the floor / weeks to learn) over them: 1 all newcomers, 0 all proficient.
    coming : float64[n]
        Recruits and trainees by the month ahead in which they reach the floor.
    satisfaction
        0 to 1.
    weeks_owed
        Weeks of pay that an agent of mean service is owed on dismissal.
    """

    agents: float
    newness: float
    coming: Floats
    satisfaction: float
    weeks_owed: float = 0.0


@dataclass(frozen=True, slots=True)
class InboundOutlook:
    """Inbound contacts of the months ahead, as the client forecasts them for the vendor's share.

    Attributes
    ----------
    first, forecast : float64[n_months]
        First contacts expected, and contacts forecast (comebacks included).
    handle_s : float64[n_months]
        Mean handle time of proficient agents of this vendor, s.
    fcr : float
    fcr_delta : float or float64[n_futures]
        Share of contacts that proficient agents of the client resolve, and what is added for this vendor's.
    return_share : float
        Share of unresolved contacts that come back.
    short_share, base_handle_s : float
        Share of contacts that are short, and the mean handle time at which they last 1 to 10 s: handled more slowly,
        some of them last long enough to be payable.
    survey_share, satisfied, loss_unresolved, loss_per_minute : float
        Of the satisfaction survey.
    patience_s : float
        Mean patience: what abandoned contacts wait at most on average.
    requirement, response
        Of the pool; `asked` is the service level they are for.
    asked : float
    late : PoolResponse or None
        Of a pool that cuts off contacts past `threshold_s`; None where no plan does.
    in_time : PoolResponse or None
        Of a pool that serves contacts past `threshold_s` last; None where no plan does.
    threshold_s : float
    """

    first: Floats
    forecast: Floats
    handle_s: Floats
    fcr: float
    fcr_delta: float | Floats
    return_share: float
    short_share: float
    base_handle_s: float
    survey_share: float
    satisfied: float
    loss_unresolved: float
    loss_per_minute: float
    patience_s: float
    requirement: Requirement
    response: PoolResponse
    asked: float
    late: PoolResponse | None = None
    in_time: PoolResponse | None = None
    threshold_s: float = np.inf


@dataclass(frozen=True, slots=True)
class OutboundOutlook:
    """Leads of the months ahead, and what calls on them bring.

    Attributes
    ----------
    seat_hours : float64[n_months]
        Hours a week of the vendor's share of the programme's seats, holidays aside: what people are hired for.
    calling_weeks : float64[n_months]
        Days on which customers are called, in weeks of five.
    attempts : float64[n_months]
        Attempts that the leads allow.
    attempt_s : float
        Agent seconds of an attempt without what proficiency speeds up; `talk_s` what it does.
    talk_s : float
    reached : float
        Customers reached for an attempt.
    sold : float
        Sales for a customer reached, by proficient agents.
    funded : float
        Share of sales that are funded.
    cancelled : float
        Share of funded sales cancelled before day 90, and how their unearned parts fall on the months: `unearned`.
    unearned : float64[AGES]
    past_cancelled, past_kept : float64[KEPT_AFTER]
        Sales that will have been cancelled and kept among those made in each of the months before the planning date,
        the latest first.
    leads : float64[n_months]
        Leads handed over to the vendor.
    scoring : Scoring or None
        How well its score tells leads apart; None where no plan leaves any.
    """

    seat_hours: Floats
    calling_weeks: Floats
    attempts: Floats
    attempt_s: float
    talk_s: float
    reached: float
    sold: float
    funded: float
    cancelled: float
    unearned: Floats
    past_cancelled: Floats
    past_kept: Floats
    leads: Floats
    scoring: Scoring | None = None


@dataclass(frozen=True, slots=True)
class Guests:
    """Inbound agents who dial, as planned today.

    Attributes
    ----------
    ratio, hours : float64[n]
        Hours on duty that they dial in a whole week of calling, by staffing ratio, ascending.
    weeks : float64[n_months]
        Such weeks in each month, in parts where the vendor's share is one.
    of_seats : float64[n]
        The hours that they save callers, over those of all seats.
    output : float
        Speed of a guest against a caller.
    paid : float
        Paid hours for an hour on duty.
    """

    ratio: Floats
    hours: Floats
    weeks: Floats
    of_seats: Floats
    output: float
    paid: float

    def by_month(self, plans: Plans) -> Floats:
        """Hours on duty that they dial: float64[n_months, n_plans, 1]."""
        return np.multiply.outer(self.weeks, np.interp(plans.staffing_ratio, self.ratio, self.hours))[
            ..., None
        ]

    def seat_ratio(self, plans: Plans) -> Floats:
        """Seats that callers have to be employed for, over those of the programme: float64[n_plans]."""
        return np.clip(
            plans.seat_ratio - np.interp(plans.staffing_ratio, self.ratio, self.of_seats), 0.0, None
        )


@dataclass(frozen=True, slots=True)
class Outlook:
    """All that a plan is judged on, prices aside.

    Attributes
    ----------
    inbound, outbound
        None where the contract does not cover the channel.
    floors
        By channel.
    terms, people
        Of employment, and of how people answer.
    wage_level : float64[n_months]
        Loaded cost of a paid hour at the market wage.
    platform_per_month : float
        Cost of standing by with the whole platform, $ a month: a plan pays its share.
    overhead_per_month : float
        Of the account.
    wages_index : float64[n_months]
        Price index "wages" of the months ahead.
    dismiss_above : float or None
        Agents above a plan's need by more than this share are dismissed at once; None dismisses nobody.
    currency_index : float
        Price index "currency" of the months ahead: as it stands today.
    outages : OutageAhead or None
        What is expected of the platform; None where it does not fail.
    guests : Guests or None
        Inbound agents who dial; None where the groups are kept apart.
    assurance : Assured or None
        What quality assurance has come to; None where nothing is found.
    """

    inbound: InboundOutlook | None
    outbound: OutboundOutlook | None
    floors: dict[str, Floor]
    terms: WorkforceTerms
    people: People
    wage_level: Floats
    platform_per_month: float
    overhead_per_month: float
    wages_index: Floats
    dismiss_above: float | None = None
    currency_index: float = 1.0
    outages: OutageAhead | None = None
    guests: Guests | None = None
    assurance: Assured | None = None

    def up(self, plans: Plans) -> Floats:
        """Share of time in which the platform is up: float64[n_plans, 1], or 1 where it does not fail."""
        if self.outages is None:
            return np.ones(1)
        return np.asarray(1.0 - self.outages.down(plans.redundancy)[:, None])

    @property
    def n_months(self) -> int:
        """Months ahead."""
        return int(self.wage_level.size)
