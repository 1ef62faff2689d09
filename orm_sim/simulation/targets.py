"""Targets on the outbound list: what the client's own established people would sell on it, seats manned."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from orm_sim.core.units import SECONDS_PER_HOUR
from orm_sim.demand.leads import conversion_table, expected_attempt_s
from orm_sim.demand.programme import Outbound
from orm_sim.demand.shapes import OutboundShape
from orm_sim.simulation.setting import Setting

Floats = NDArray[np.float64]


def attempts_of_a_lead(outbound: Outbound) -> Floats:
    """Chance that a lead comes to each of its attempts, float64[max_attempts]: nobody was reached before."""
    return np.asarray((1.0 - outbound.contact_rate) ** np.arange(outbound.max_attempts))


def sold_when_reached(outbound: Outbound, shape: OutboundShape) -> float:
    """Sales for a customer reached, over the attempts and the qualities of the list, by established agents."""
    missed = attempts_of_a_lead(outbound)
    quality = np.array([q.share for q in outbound.list_quality])
    return float(quality @ (conversion_table(outbound, shape) @ (missed / missed.sum())) / quality.sum())


def sales_expected(setting: Setting) -> Floats:
    """Funded sales that the client expects of each month of the term, by what it takes its list for.

    Parameters
    ----------
    setting : Setting
        Its calendar; the list is as it was believed at signing, not as it is drawn.

    Returns
    -------
    float64[n_months]
        Attempts x contact rate x conversion x funded share, attempts being what the seats make in the calling hours of
        the month or what its leads allow, whichever is less.
    """
    outbound, shape = (setting.believed or setting.programme).outbound, setting.programme.shapes.outbound
    starts = setting.days.month_starts
    months = range(setting.days.n_months)
    days = np.array([int(setting.calling[starts[m] : starts[m + 1]].sum()) for m in months])
    hours = outbound.seats * (outbound.closes_hour - outbound.opens_hour) * days
    allowed = outbound.leads_per_month * attempts_of_a_lead(outbound).sum()
    attempts = np.minimum(hours * SECONDS_PER_HOUR / expected_attempt_s(outbound, shape), allowed)
    reached = attempts * outbound.contact_rate
    return np.asarray(reached * sold_when_reached(outbound, shape) * outbound.funded_share)
