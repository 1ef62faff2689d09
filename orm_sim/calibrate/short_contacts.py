"""Short contacts: answered and ended within a few seconds, before any service was given."""

from __future__ import annotations

import numpy as np

from orm_sim.calibrate.contacts import Contacts
from orm_sim.calibrate.estimate import Estimate
from orm_sim.calibrate.jackknife import block_sums, jackknife


def fit_short_share(contacts: Contacts, short_below_s: float) -> Estimate:
    """Share of answered contacts with a handle time under `short_below_s`; errors by leaving out a week at a time."""
    answered = contacts.answered
    with np.errstate(invalid="ignore"):
        short = answered & (contacts.handle_s < short_below_s)
    value, se = jackknife(
        block_sums(contacts.week, short, answered), lambda s: s[..., 0] / np.maximum(s[..., 1], 1.0)
    )
    return Estimate(float(value), float(se), int(answered.sum()), "share")
