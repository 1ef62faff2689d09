"""Quality assurance: errors that are found and learned from, lessons that leave with people, sales that are found."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.special import bdtrik

from orm_sim.core.evidence import quantity
from orm_sim.core.streams import Key, uniforms
from orm_sim.core.terms import Rule, Term
from orm_sim.core.units import WEEKS_PER_YEAR

Floats = NDArray[np.float64]
WEEKS_PER_MONTH = WEEKS_PER_YEAR / 12.0


class Assurance(Term):
    """How the vendor's quality assurance finds errors, and what it takes to learn from them."""

    error_share: float = quantity(
        0.04, unit="share of contacts", source="assumption", grade="D", low=0.01, high=0.10, ge=0, lt=1
    )
    """Answered contacts done wrong while no incident has been learned from: today's resolution was observed so."""
    least_error_share: float = quantity(
        0.004, unit="share of contacts", source="assumption", grade="D", low=0.0, high=0.01, ge=0, lt=1
    )
    """What remains when every lesson has been learned by everybody."""
    share_of_coaching: float = quantity(
        0.50, unit="share of hours", source="assumption", grade="D", low=0.25, high=0.75, ge=0, le=1
    )
    """Part of the plan's hours of coaching and quality assurance in which contacts are listened to."""
    audits_per_hour: float = quantity(
        6.0, unit="contacts/hour", source="assumption", grade="D", low=3.0, high=10.0, ge=0, le=20
    )
    """Contacts listened to in an hour of it: with the standard half hour, six or seven an agent and month."""
    incidents_to_learn: float = quantity(
        40.0, unit="incidents", source="assumption", grade="D", low=20.0, high=120.0, gt=0
    )
    """Logged incidents after which 63 % of what is still to be learned has been."""
    client_listens_to: float = quantity(
        0.0, unit="share of sales", source="assumption", grade="D", low=0.0, high=0.10, ge=0, le=1
    )
    """Sales that the client listens to itself, whatever the vendor does."""

    rules = (
        Rule(
            ("error_share", "least_error_share"),
            lambda first, last: (
                None
                if last <= first
                else f"least_error_share {last:g} lies above error_share {first:g}: learning would add errors"
            ),
        ),
    )

    def audits(self, coaching_hours: Floats | float) -> Floats:
        """Contacts of an agent that are listened to in a week.

        Examples
        --------
        >>> float(Assurance().audits(0.5))
        1.5
        """
        return np.asarray(np.asarray(coaching_hours) * self.share_of_coaching * self.audits_per_hour)

    def errors(self, learned: Floats | float) -> Floats:
        """Share of contacts done wrong, by the share of lessons that those on the floor have learned."""
        most, least = self.error_share, self.least_error_share
        return np.asarray(least + (most - least) * (1.0 - np.asarray(learned)))

    def settles(self, learned: Floats | float) -> Floats:
        """Factor on resolution: a contact done wrong settles nothing; 1 while nothing has been learned."""
        return np.asarray((1.0 - self.errors(learned)) / (1.0 - self.error_share))

    def after_lessons(self, learned: Floats | float, incidents: Floats | float) -> Floats:
        """Share of lessons learned after some more incidents were logged."""
        left = np.exp(-np.asarray(incidents) / self.incidents_to_learn)
        return np.asarray(1.0 - (1.0 - np.asarray(learned)) * left)

    def found(self, coaching_hours: Floats | float, reached_per_week: Floats | float) -> Floats:
        """Share of unsuitable sales that are found, and cancelled: those that the vendor or the client listens to.

        Parameters
        ----------
        coaching_hours
            Of the plan, for each agent and week.
        reached_per_week
            Customers whom an agent talks to in a week: the share of them listened to is that of the sales.
        """
        own = np.clip(self.audits(coaching_hours) / np.maximum(reached_per_week, 1e-9), 0.0, 1.0)
        return np.asarray(1.0 - (1.0 - own) * (1.0 - self.client_listens_to))


@dataclass(slots=True)
class Assured:
    """What quality assurance has come to: lessons learned by those on the floor, and this week's audits.

    Attributes
    ----------
    terms : Assurance
    luck : Key
        Which audited contacts are among those done wrong.
    reached_per_week : float
        Customers whom an agent of the outbound list talks to in a week.
    learned : float
        Share of lessons that those on the floor have learned: newcomers have learned none.
    audited, logged : int
        Contacts listened to in the week, and errors found among them.
    """

    terms: Assurance
    luck: Key
    reached_per_week: float
    learned: float = 0.0
    audited: int = 0
    logged: int = 0
    _before: int = 0

    def week(self, week: int, agents: int, leavers: int, coaching_hours: float) -> None:
        """Live one week: lessons leave with leavers, newcomers bring none, incidents are logged and learned from."""
        stayed = max(min(self._before - leavers, agents), 0)
        self.learned *= stayed / agents if agents else 0.0
        self._before = agents
        self.audited = round(agents * float(self.terms.audits(coaching_hours)))
        wrong = float(self.terms.errors(self.learned))
        u = float(uniforms(self.luck, 1, week)[0])
        self.logged = _binomial(u, self.audited, wrong)
        self.learned = float(self.terms.after_lessons(self.learned, self.logged))

    def ahead(self, agents: Floats, coaching_hours: Floats, leaving: Floats, n_months: int) -> Floats:
        """Lessons learned in the months ahead under each plan, in the mean: float64[n_months, n_plans].

        Parameters
        ----------
        agents, coaching_hours, leaving : float64[n_plans]
            On the floor; of the plan; leavers a year for each of them, who are replaced.
        """
        learned = np.full(agents.shape, self.learned)
        stay = np.exp(-leaving / WEEKS_PER_YEAR)
        audited = agents * self.terms.audits(coaching_hours)
        months = np.empty((n_months, agents.size))
        weeks = 0.0
        for month in range(n_months):
            total, lived = np.zeros(agents.shape), 0
            while weeks < (month + 1) * WEEKS_PER_MONTH:
                learned = learned * stay
                learned = self.terms.after_lessons(learned, audited * self.terms.errors(learned))
                total, lived, weeks = total + learned, lived + 1, weeks + 1.0
            months[month] = total / lived
        return months


def _binomial(u: float, n: int, p: float) -> int:
    """The quantile of so many trials: successes at a uniform."""
    if n <= 0 or p <= 0.0 or u <= (1.0 - p) ** n:
        return 0
    return min(int(np.ceil(bdtrik(u, n, p) - 1e-9)), n)
