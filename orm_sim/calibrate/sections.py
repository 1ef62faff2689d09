"""The sections of the page of diagnostics, for each kind of records."""

from __future__ import annotations

from itertools import pairwise
from typing import Final

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from orm_sim.calibrate import charts
from orm_sim.calibrate.arrivals import Profile
from orm_sim.calibrate.contacts import Contacts
from orm_sim.calibrate.diagnostics import Section
from orm_sim.calibrate.handle_time import fitted_laws, plausible
from orm_sim.calibrate.inbound import InboundFit
from orm_sim.calibrate.interval_counts import IntervalFit
from orm_sim.calibrate.mapping import ContactMapping
from orm_sim.calibrate.outbound import OutboundFit
from orm_sim.calibrate.reached import Reached
from orm_sim.calibrate.shift import Series, Shift

Tables = dict[str, pd.DataFrame]

_HAZARD_SHOWN_S: Final = 180
_POINTS: Final = 120
_NO_LAW: Final = pd.DataFrame({"at": [1.0], "share": [np.nan], "law": ["lognormal"]})
_INCIDENTS: Final = 12
_BLOCKS_SHOWN: Final = 1500
_HANDLE_WORDS: Final = (
    "Answered contacts that are neither short nor implausibly long; four laws at their maximum likelihood."
)
_AGENT_WORDS: Final = (
    "Each agent against all at the same types; bars are two standard errors, the band the spread."
)
_MONTH_WORDS: Final = (
    "Recorded contacts through the simulator, with derived staffing times the fitted availability: the total of "
    "abandonment is fitted; its months, the service level and the ASA are not."
)
_CONVERSION_WORDS: Final = (
    "Where the level changes, the overall share describes no list: figures are given by quality of list."
)
_ATTEMPT_WORDS: Final = (
    "Sales over customers whose last contact was this attempt (shipped); in the table also over all customers who got "
    "that far, had every attempt reached them."
)


def inbound_sections(
    fit: InboundFit, contacts: Contacts, mapping: ContactMapping, tables: Tables
) -> tuple[Section, ...]:
    """Sections for one-row-a-contact records."""
    chosen = plausible(contacts, mapping.short_below_s, mapping.handle_at_most_s)
    lengths = _distribution(contacts.handle_s[chosen], "handle time, s")
    hazard = charts.hazard_chart(tables["hazard"], _hazard_by_second(fit))
    sections = [
        *_arrival_sections(fit, tables),
        Section(
            "Handle time",
            _HANDLE_WORDS,
            (lengths, charts.handle_chart(tables["handle_time"])),
            (tables["handle_time"],),
        ),
        Section(
            "Patience",
            "Contacts that had to wait; those answered count as waits cut off.",
            (charts.patience_chart(tables["patience"]), hazard),
            (tables["hazard"],),
        ),
    ]
    if fit.agent_spread.known:
        spread = charts.agents_chart(fit.agents, fit.agent_spread.value)
        sections.append(Section("Agents", _AGENT_WORDS, (spread,)))
    if "months" in tables:
        shown = charts.months_chart(tables["months"])
        sections.append(Section("Availability", _MONTH_WORDS, (shown,), (tables["months"],)))
    return (*sections, _level_section(fit.series))


def interval_sections(fit: IntervalFit, tables: Tables) -> tuple[Section, ...]:
    """Sections for records with counts per interval."""
    return (*_arrival_sections(fit, tables), _level_section(fit.series))


def outbound_sections(fit: OutboundFit, reached: Reached, tables: Tables) -> tuple[Section, ...]:
    """Sections for outbound records."""
    through = _conversion(reached.sale, fit.block_rows, fit.shifts)
    sections = [
        _broken(tables["broken"]),
        Section("Conversion through the file", _CONVERSION_WORDS, (through,), (tables["records"],)),
    ]
    if len(tables["by_attempt"]):
        attempts = charts.attempt_chart(tables["by_attempt"])
        sections.append(
            Section("Conversion by attempt", _ATTEMPT_WORDS, (attempts,), (tables["by_attempt"],))
        )
    if len(tables["by_period"]) > len(fit.by_quality):
        periods = charts.period_chart(tables["by_period"])
        sections.append(Section("Conversion by period", "Periods of the file in order.", (periods,)))
    members = {"sale": reached.sale, "no_sale": ~reached.sale}
    talks = {name: reached.talk_s[members[name] & (reached.talk_s > 0)] for name in fit.talk}
    if talks:
        shown = tuple(_distribution(times, f"talk time, s ({name})") for name, times in talks.items())
        sections.append(Section("Talk time", "By outcome.", shown, (tables["talk_time"],)))
    return tuple(sections)


def _arrival_sections(fit: InboundFit | IntervalFit, tables: Tables) -> tuple[Section, ...]:
    odd = ~fit.days["status"].isin(["normal", "closed"])
    unlike = fit.days.loc[odd, ["date", "weekday", "status", "holiday", "offered"]]
    days_words = (
        "Level × month × weekday × holiday. Gaps and missing days take no part in the fits of arrivals."
    )
    busy_words = (
        "Beyond month and weekday; the band is one fitted standard deviation. Incidents are not fitted."
    )
    profile = charts.profile_chart(fit.days, fit.counts, tables["profile"])
    busy = charts.busyness_chart(fit.days, fit.busyness.day_cv.value)
    return (
        _broken(tables["broken"]),
        Section("Days", days_words, (charts.days_chart(fit.days),), (unlike,)),
        Section("Profile of the day", _profile_words(fit.profiles), (profile,)),
        Section("Busyness", busy_words, (busy,), (tables["incidents"].head(_INCIDENTS),)),
    )


def _level_section(series: tuple[Series, ...]) -> Section:
    shown = tuple(charts.series_chart(each) for each in series if len(each.level))
    return Section("Levels through the records", "Steps are lasting changes.", shown)


def _broken(broken: pd.DataFrame) -> Section:
    if not len(broken):
        return Section("Broken rows", "No row was broken.")
    words = "Broken rows are left out, repaired ones kept with the value put right."
    return Section("Broken rows", words, (), (broken.drop(columns="first_line"),))


def _profile_words(profiles: dict[str, Profile]) -> str:
    apart = "; ".join(
        f"{name}: {each.distance:.3f}" for name, each in profiles.items() if len(each.weekdays) > 1
    )
    words = "Weekdays that share a profile, and each of its own."
    return (
        f"{words} Largest share of contacts a weekday has elsewhere in the day: {apart}." if apart else words
    )


def _distribution(times: NDArray[np.float64], unit: str) -> charts.Chart:
    """Observed and fitted shares below a length of time."""
    ordered = np.sort(times)
    at = np.geomspace(max(ordered[0], 1.0), ordered[-1], _POINTS)
    observed = pd.DataFrame({"at": at, "share": np.searchsorted(ordered, at, side="right") / len(ordered)})
    fitted = [
        pd.DataFrame({"at": at, "share": law(at), "law": name})
        for name, law in fitted_laws(ordered[ordered > 0]).items()
    ]
    return charts.distribution_chart(observed, pd.concat([_NO_LAW, *fitted]), unit)


def _hazard_by_second(fit: InboundFit) -> pd.DataFrame:
    """Chance of giving up in each second of waiting, from the Kaplan–Meier curve."""
    curve = fit.patience.curve
    at = np.arange(1, _HAZARD_SHOWN_S + 1, dtype=np.float64)
    share = np.append(curve.share, 1.0)[np.searchsorted(curve.at_s, np.append(0.0, at), side="right") - 1]
    with np.errstate(divide="ignore", invalid="ignore"):
        return (
            pd.DataFrame({"at_s": at, "per_s": -np.diff(np.log(share))})
            .replace([np.inf, -np.inf], np.nan)
            .dropna()
        )


def _conversion(sale: NDArray[np.bool_], rows: int, shifts: tuple[Shift, ...]) -> charts.Chart:
    shown, rows = rows, rows * -(-len(sale) // (rows * _BLOCKS_SHOWN))
    n = len(sale) // rows
    share = sale[: n * rows].reshape(n, rows).mean(axis=1)
    edges = [0, *(shift.at * shown for shift in shifts), len(sale)]
    steps = [{"from": a, "to": b, "mean": sale[a:b].mean()} for a, b in pairwise(edges)]
    blocks = pd.DataFrame({"row": np.arange(n) * rows + rows / 2, "conversion": share})
    return charts.conversion_chart(blocks, pd.DataFrame(steps))
