"""The mix of contact types among offered contacts."""

from __future__ import annotations

import numpy as np
import pandas as pd

from orm_sim.calibrate.contacts import Contacts
from orm_sim.calibrate.estimate import Estimate
from orm_sim.calibrate.jackknife import block_sums, jackknife


def fit_mix(contacts: Contacts) -> dict[str, Estimate]:
    """Share of each type among offered contacts; errors by leaving out one week at a time."""
    member = [contacts.type == index for index in range(len(contacts.types))]
    sums = block_sums(contacts.week, *member)
    value, se = jackknife(sums, lambda s: s / s.sum(axis=-1, keepdims=True))
    n = len(contacts.at_s)
    return {
        name: Estimate(float(v), float(e), n, "share")
        for name, v, e in zip(contacts.types, value, se, strict=True)
    }


def mix_by_interval(contacts: Contacts, interval_s: int) -> pd.DataFrame:
    """Contacts by type and interval of the day: type, interval, from_hour, offered, share of the type's contacts."""
    per_day = 86_400 // interval_s
    interval = np.minimum((contacts.at_s % 86_400) // interval_s, per_day - 1).astype(np.int64)
    count = np.bincount(contacts.type * per_day + interval, minlength=len(contacts.types) * per_day)
    rows = pd.DataFrame(
        {
            "type": np.repeat(np.array(contacts.types), per_day),
            "interval": np.tile(np.arange(per_day), len(contacts.types)),
            "offered": count,
        }
    )
    rows["from_hour"] = rows["interval"] * interval_s / 3600
    rows["share"] = rows["offered"] / rows.groupby("type")["offered"].transform("sum")
    return rows
