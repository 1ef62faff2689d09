"""The tables of a calibration: what was fitted, what it was fitted to, and what is unlike the rest."""

from __future__ import annotations

import numpy as np
import pandas as pd

from orm_sim.calibrate.contacts import Contacts
from orm_sim.calibrate.estimate import Estimate
from orm_sim.calibrate.fragment import Fragment, leaves
from orm_sim.calibrate.handle_time import HandleTime
from orm_sim.calibrate.inbound import InboundFit
from orm_sim.calibrate.interval_counts import IntervalFit
from orm_sim.calibrate.mix import mix_by_interval
from orm_sim.calibrate.outbound import OutboundFit
from orm_sim.calibrate.patience import Patience, cumulative_hazard
from orm_sim.calibrate.shift import OddPeriod, Series, Shift

Tables = dict[str, pd.DataFrame]

_SHIFT_COLUMNS = ["what", "kind", "at", "level", "compared_with", "statistic", "p_value"]


def figures_table(fragment: Fragment) -> pd.DataFrame:
    """Every shipped figure: figure (dotted path), value, se, n, unit, source, grade, note."""
    rows = [{"figure": at, **leaf} for at, leaf in leaves(fragment.data)]
    names = ["figure", "value", "se", "n", "unit", "source", "grade", "note"]
    return pd.DataFrame(rows).reindex(columns=names)


def records_table(figures: dict[str, Estimate]) -> pd.DataFrame:
    """What the records themselves show, every day counted: figure, value, se, n, unit."""
    rows = [
        {"figure": name, "value": e.value, "se": e.se, "n": e.n, "unit": e.unit}
        for name, e in figures.items()
    ]
    return pd.DataFrame(rows, columns=["figure", "value", "se", "n", "unit"])


def inbound_tables(fit: InboundFit, contacts: Contacts, interval_s: int) -> Tables:
    """Tables of one-row-a-contact records."""
    overall = fit.handle["all"]
    return {
        "records": records_table({
            "offered": Estimate(fit.service.offered, np.nan, fit.service.offered, "contacts"),
            "abandonment_rate": fit.service.abandonment_rate, "service_level": fit.service.service_level,
            "asa": fit.service.asa, "handle_time": overall.mean, "handle_time_cv": overall.cv,
            "handle_time_log_mean": overall.log_mean, "handle_time_log_sd": overall.log_sd,
            "patience_median": fit.patience.median, "patience_exponential_mean": fit.patience.exponential_mean,
            "short_share": fit.short_share, "contacts_per_week": fit.volume.per_week,
            "day_dispersion": fit.busyness.dispersion,
        }),
        "days": fit.days, "profile": _profiles(fit), "handle_time": _laws(fit.handle),
        "patience": patience_table(fit.patience), "hazard": _hazard(fit.patience), "agents": fit.agents,
        "incidents": fit.busyness.incidents, "changes": series_changes(fit.series),
        "mix_by_interval": mix_by_interval(contacts, interval_s),
    }  # fmt: skip


def interval_tables(fit: IntervalFit) -> Tables:
    """Tables of records with counts per interval."""
    known = {
        "offered": Estimate(float(fit.counts.sum()), np.nan, int(fit.counts.sum()), "contacts"),
        "contacts_per_week": fit.volume.per_week, "abandonment_rate": fit.abandonment_rate,
        "service_level": fit.service_level, "patience_exponential_mean": fit.exponential_mean,
        "handle_time": fit.handle_mean, "day_dispersion": fit.busyness.dispersion,
    }  # fmt: skip
    return {
        "records": records_table({name: each for name, each in known.items() if each is not None}),
        "days": fit.days, "profile": _profiles(fit), "incidents": fit.busyness.incidents,
        "changes": series_changes(fit.series),
    }  # fmt: skip


def outbound_tables(fit: OutboundFit) -> Tables:
    """Tables of outbound records."""
    attempts = [
        {"list_quality": name, "attempt": each.attempt, "last": each.last, "conversion": each.reached.value,
         "se": each.reached.se, "n": each.reached.n, "per_attempt": each.per_attempt.value,
         "per_attempt_se": each.per_attempt.se, "per_attempt_n": each.per_attempt.n}
        for name, all_of_it in fit.by_attempt.items() for each in all_of_it
    ]  # fmt: skip
    periods = [
        {"list_quality": name, "period": label, "order": order, "conversion": e.value, "se": e.se, "n": e.n}
        for name, within in fit.within.items() for order, (label, e) in enumerate(within.by_period.items())
    ]  # fmt: skip
    rows = [_shift_row("conversion", each, f"row {each.at * fit.block_rows + 1:,}") for each in fit.shifts]
    for name, within in fit.within.items():
        rows += [
            _shift_row(f"conversion, {name}", s, f"row {s.at * fit.block_rows + 1:,} of its own")
            for s in within.shifts
        ]
        rows += [_odd_row(f"conversion, {name}", each) for each in within.odd]
    talk = [
        {"outcome": name, "n": t.mean.n, "mean_s": t.mean.value, "mean_se": t.mean.se, "cv": t.cv.value,
         "log_sd": t.log_sd.value,
         **{f"distance_{law}": value for law, value in t.distance.items()}}
        for name, t in fit.talk.items()
    ]  # fmt: skip
    overall = {"conversion over all rows": fit.overall} | {
        f"conversion, {k}": v for k, v in fit.by_quality.items()
    }
    return {
        "records": records_table(overall), "by_attempt": pd.DataFrame(attempts), "by_period": pd.DataFrame(periods),
        "talk_time": pd.DataFrame(talk), "changes": pd.DataFrame(rows, columns=_SHIFT_COLUMNS),
    }  # fmt: skip


def series_changes(series: tuple[Series, ...]) -> pd.DataFrame:
    """Changes of level found: what, kind (``lasting`` or ``period``), at, level, compared_with, statistic, p_value."""
    rows = []
    for each in series:
        rows += [_shift_row(each.name, shift, str(each.date[shift.at].date())) for shift in each.shifts]
        rows += [_odd_row(each.name, odd) for odd in each.odd]
    return pd.DataFrame(rows, columns=_SHIFT_COLUMNS)


def _shift_row(what: str, shift: Shift, at: str) -> dict[str, object]:
    values = ("lasting", at, shift.after, shift.before, shift.statistic, shift.p_value)
    return dict(zip(_SHIFT_COLUMNS, (what, *values), strict=True))


def _odd_row(what: str, odd: OddPeriod) -> dict[str, object]:
    values = ("period", odd.period, odd.level, odd.others, odd.z, odd.p_value)
    return dict(zip(_SHIFT_COLUMNS, (what, *values), strict=True))


def change_sentences(changes: pd.DataFrame) -> tuple[str, ...]:
    """Each change of level in a sentence."""
    said = []
    for row in changes.to_dict("records"):
        name, level, other = str(row["what"]), float(row["level"]), float(row["compared_with"])
        by = f"{level / other - 1:+.0%}" if other else "from 0"
        if row["kind"] == "lasting":
            said.append(
                f"{name}: from {row['at']} on {level:.3g} after {other:.3g} ({by}, p = {float(row['p_value']):.1g})"
            )
        else:
            said.append(
                f"{name}: {level:.3g} in {row['at']}, {other:.3g} in the others ({by}, p = {float(row['p_value']):.1g})"
            )
    return tuple(said)


def _profiles(fit: InboundFit | IntervalFit) -> pd.DataFrame:
    frames = []
    for name, each in fit.profiles.items():
        hours = np.arange(len(each.value)) * 24.0 / len(each.value)
        frames.append(pd.DataFrame({"profile": name, "from_hour": hours, "share": each.value, "se": each.se}))
    return pd.concat(frames, ignore_index=True)


def _laws(handle: dict[str, HandleTime]) -> pd.DataFrame:
    rows = [
        {"type": name, "n": h.mean.n, "mean_s": h.mean.value, "mean_se": h.mean.se, "cv": h.cv.value,
         "log_mean": h.log_mean.value, "log_sd": h.log_sd.value, "relative_mean": h.relative_mean.value,
         **{f"distance_{law}": value for law, value in h.distance.items()}}
        for name, h in handle.items()
    ]  # fmt: skip
    return pd.DataFrame(rows)


def patience_table(patience: Patience, points: int = 240) -> pd.DataFrame:
    """Share still waiting by waiting time: Kaplan–Meier with its error, exponential, piecewise hazard."""
    curve = patience.curve
    if not len(curve.at_s):
        return pd.DataFrame(columns=["at_s", "share", "se", "exponential", "pieces"])
    chosen = np.unique(
        np.searchsorted(curve.at_s, np.linspace(0, min(curve.at_s[-1], 900.0), points)).clip(
            0, len(curve.at_s) - 1
        )
    )
    at = curve.at_s[chosen]
    mean = patience.exponential_mean.value
    return pd.DataFrame(
        {"at_s": at, "share": curve.share[chosen], "se": curve.se[chosen], "exponential": np.exp(-at / mean),
         "pieces": np.exp(-cumulative_hazard(at, patience.pieces))}
    )  # fmt: skip


def _hazard(patience: Patience) -> pd.DataFrame:
    starts = [0.0, *(piece.until_s for piece in patience.pieces[:-1])]
    rows = [
        {
            "from_s": start,
            "until_s": piece.until_s,
            "per_s": piece.per_s.value,
            "se": piece.per_s.se,
            "n": piece.per_s.n,
        }
        for start, piece in zip(starts, patience.pieces, strict=False)
    ]
    return pd.DataFrame(rows, columns=["from_s", "until_s", "per_s", "se", "n"])
