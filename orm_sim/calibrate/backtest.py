"""The backtest: fitted on the first months, the simulator run on the arrivals of the rest, waits compared."""

from __future__ import annotations

import datetime
from pathlib import Path
from typing import Final

import numpy as np
import pandas as pd

from orm_sim.calibrate.contacts import Contacts, read_contacts
from orm_sim.calibrate.estimate import Estimate
from orm_sim.calibrate.handle_time import fit_handle_times
from orm_sim.calibrate.inbound import availability_of
from orm_sim.calibrate.mapping import ContactMapping, load_mapping
from orm_sim.calibrate.patience import fit_patience
from orm_sim.calibrate.replay import (
    Laws,
    arrived,
    draw,
    laws_of,
    month_levels,
    observed,
    replay,
    service_figures,
)
from orm_sim.calibrate.short_contacts import fit_short_share
from orm_sim.calibrate.staffing import derive_staffing
from orm_sim.core.errors import refuse

TOLERANCE: Final = {"abandonment": 0.03, "service_level": 0.08, "asa": 15.0}
"""How near each month must come: share of offered, share of offered, seconds."""
DRAWS: Final = 8
LEVELS: Final = ("of the month", "of the fit")


def backtest(
    records: Path | str, mapping: Path | str, fit_until: datetime.date, draws: int = DRAWS
) -> pd.DataFrame:
    """Observed and simulated service of every month, with everything fitted on the records up to a day.

    Parameters
    ----------
    records : path
        Records with one row a contact.
    mapping : path
        Their mapping file.
    fit_until : date
        Last day of the fit; later months are the test.
    draws : int
        Simulated histories averaged.

    Returns
    -------
    DataFrame
        month, period (``fitted`` or ``tested``), handle_time_level (``of the month``: an input like the volume, or
        ``of the fit``: kept from the months fitted), offered, handle_time_s, availability, then for abandonment,
        service_level and asa: ``*_observed``, ``*_simulated``, ``*_off`` (simulated less observed), and ``within`` (all
        three inside `TOLERANCE`).

    Raises
    ------
    InputError
        When the records cannot be read, name no agents, or the day leaves nothing to fit or to test.

    Notes
    -----
    From the months tested come the arrivals, the types and the staffing derived from who answered when; from the
    months fitted the handle-time law, short contacts, patience and availability. As the staffing is derived from the
    same contacts, the test does not show that staffing could have been foreseen.
    """
    setting = load_mapping(Path(mapping))
    if not isinstance(setting, ContactMapping):
        raise refuse(
            "a backtest needs records with one row a contact",
            file=str(mapping),
            path="kind",
            value=setting.kind,
        )
    contacts, _ = read_contacts(Path(records), setting, Path(mapping))
    last = contacts.first_day + datetime.timedelta(days=contacts.n_days - 1)
    if not contacts.first_day < fit_until < last:
        raise refuse(
            "must lie within the records, with days left to test",
            file="fit_until",
            value=str(fit_until),
            hint=f"They run from {contacts.first_day} to {last}",
        )
    laws, factor = _fit(contacts.until(fit_until), setting)
    frames = [
        compare_months(contacts, laws, factor.value, setting, level, draws).assign(handle_time_level=level)
        for level in LEVELS
    ]
    table = pd.concat(frames, ignore_index=True)
    tested = table["month"] > f"{fit_until:%Y-%m}"
    table.insert(1, "period", np.where(tested, "tested", "fitted"))
    table.insert(2, "handle_time_level", table.pop("handle_time_level"))
    table.insert(5, "availability", factor.value)
    return table


def _fit(early: Contacts, setting: ContactMapping) -> tuple[Laws, Estimate]:
    """Laws and availability of the months fitted."""
    handle = fit_handle_times(early, setting.short_below_s, setting.handle_at_most_s)
    if not handle:
        raise refuse("no handle time can be fitted up to this day", file="fit_until")
    patience = fit_patience(early, setting.hazard_until_s)
    short = fit_short_share(early, setting.short_below_s)
    laws = laws_of(early.types, handle, short.value, setting.short_below_s, patience.pieces)
    staffed = derive_staffing(early, setting.session_gap_s, setting.days.interval_s)
    fitted = availability_of(early, laws, staffed, setting)
    if fitted is None or not fitted.inside:
        raise refuse(
            "no availability can be fitted: agents, abandonments or both are missing", file="records"
        )
    return laws, fitted.factor


def compare_months(
    contacts: Contacts,
    laws: Laws,
    factor: float,
    setting: ContactMapping,
    level: str = LEVELS[0],
    draws: int = DRAWS,
) -> pd.DataFrame:
    """Observed and simulated service by month, for given laws and availability."""
    threshold = setting.days.threshold_s
    by_month = month_levels(contacts, laws, setting.short_below_s, setting.handle_at_most_s)
    factor_on_mean = by_month if level == LEVELS[0] else np.ones(len(by_month))
    staffed = derive_staffing(contacts, setting.session_gap_s, setting.days.interval_s)
    replayed = arrived(contacts, factor_on_mean, staffed, setting.days.interval_s)
    runs = [replay(replayed, draw(replayed, laws, number), factor, threshold) for number in range(draws)]
    month, seen, rows = contacts.month, observed(contacts), []
    for number in np.unique(month):
        chosen = month == number
        here = service_figures(seen, chosen, threshold)
        there = np.mean([service_figures(run, chosen, threshold) for run in runs], axis=0)
        mean = float((laws.mean_s[contacts.type[chosen]] * factor_on_mean[chosen]).mean())
        row: dict[str, object] = {
            "month": f"{number // 12:04d}-{number % 12 + 1:02d}", "offered": int(chosen.sum()), "handle_time_s": mean,
        }  # fmt: skip
        off = []
        for name, a, b in zip(TOLERANCE, here, there, strict=True):
            row |= {f"{name}_observed": a, f"{name}_simulated": float(b), f"{name}_off": float(b - a)}
            off.append(abs(b - a) <= TOLERANCE[name])
        rows.append(row | {"within": bool(all(off))})
    return pd.DataFrame(rows)
