"""Feasible plans: those that the law allows and that leave agents time for contacts."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from orm_sim.vendor.labour import Labour, rules_of, unlawful_wage
from orm_sim.vendor.levers import Levers, Plans
from orm_sim.vendor.people import STANDARD_COACHING
from orm_sim.vendor.workforce import WorkforceTerms

LEAST_ON_DUTY = 1.0
"""Hours a week that an agent must be left with for contacts."""


def feasible(levers: Levers, country: str, labour: Labour, terms: WorkforceTerms) -> Plans:
    """The plans of some levers that can be carried out; there may be none.

    A plan is left out where its premium takes the wage under the legal minimum, or its coaching leaves less than
    `LEAST_ON_DUTY` hours a week for contacts.
    """
    plans = levers.plans()
    return plans.kept(_lawful(plans, country, labour, terms) & _workable(plans, terms))


def no_feasible_plan(levers: Levers, country: str, labour: Labour, terms: WorkforceTerms) -> str | None:
    """The sentence for a grid of levers without a feasible plan; a wage that is unlawful itself is another's matter."""
    plans = levers.plans()
    lawful, workable = _lawful(plans, country, labour, terms), _workable(plans, terms)
    if (lawful & workable).any() or unlawful_wage(terms.wage_per_hour, country, labour) is not None:
        return None
    if not lawful.any():
        rules = rules_of(country, labour)
        least = rules.minimum_wage_per_hour if rules is not None else 0.0
        top = terms.wage_per_hour * (1.0 + float(plans.wage_premium.max()))
        return (
            f"no plan is feasible: every wage premium takes the wage under the minimum of {least:g} $ an hour in"
            f" {country} (at most {top:.2f} $); add a higher one to levers.wage_premium"
        )
    return (
        f"no plan is feasible: of {terms.on_duty_hours_per_agent_week:g} hours on duty a week every plan leaves less"
        f" than {LEAST_ON_DUTY:g} for contacts; add fewer hours to levers.coaching_hours"
    )


def _lawful(plans: Plans, country: str, labour: Labour, terms: WorkforceTerms) -> NDArray[np.bool_]:
    rules = rules_of(country, labour)
    least = rules.minimum_wage_per_hour if rules is not None else 0.0
    return np.asarray(terms.wage_per_hour * (1.0 + plans.wage_premium) >= least - 1e-9)


def _workable(plans: Plans, terms: WorkforceTerms) -> NDArray[np.bool_]:
    left = terms.on_duty_hours_per_agent_week - (plans.coaching_hours - STANDARD_COACHING)
    return np.asarray(left >= LEAST_ON_DUTY)
