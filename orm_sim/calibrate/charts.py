"""Charts of a calibration, fitted against observed: pure functions of its tables."""

from __future__ import annotations

import itertools
from typing import Any, Final

import altair as alt
import numpy as np
import pandas as pd

from orm_sim.calibrate.shift import Series

Chart = alt.Chart | alt.LayerChart | alt.FacetChart | alt.HConcatChart | alt.VConcatChart

OBSERVED: Final = "#0072B2"
FITTED: Final = "#D55E00"
OTHER: Final = "#9A9A9A"
INK: Final = "#222222"
WIDTH: Final = 640
HEIGHT: Final = 230
_AGENTS_SHOWN: Final = 60
_STATUS: Final = ("normal", "holiday", "gap", "missing", "closed")
_LAWS: Final = ("lognormal", "exponential", "gamma", "weibull")
_LAW_COLOURS: Final = [FITTED, OTHER, "#009E73", "#CC79A7"]
_COLOURS: Final = [OBSERVED, FITTED, OTHER, "#009E73", "#CC79A7", "#E69F00", "#56B4E9"]


def days_chart(days: pd.DataFrame) -> Chart:
    """Contacts of each day as recorded and as expected; holidays, gaps and missing days marked."""
    frame = days[["date", "offered", "expected", "status"]]
    base = alt.Chart(frame).encode(x=alt.X("date:T", title=None))
    line = base.mark_line(color=FITTED, strokeWidth=1.2).encode(y=alt.Y("expected:Q", title="contacts a day"))
    points = base.mark_point(filled=True, size=18, opacity=0.9).encode(
        y="offered:Q",
        color=alt.Color(
            "status:N", title="days (line: expected)",
            scale=alt.Scale(domain=list(_STATUS), range=_COLOURS[:1] + _COLOURS[3:]),
        ),
    )  # fmt: skip
    return _sized(line + points)


def profile_chart(days: pd.DataFrame, counts: np.ndarray[Any, Any], profile: pd.DataFrame) -> Chart:
    """Share of the day's contacts by time of day: the shared profile, and each weekday of its own."""
    hours = np.arange(counts.shape[1]) * 24.0 / counts.shape[1]
    normal = days["status"].eq("normal").to_numpy()
    own = []
    for weekday in dict.fromkeys(days["weekday"]):
        total = counts[normal & days["weekday"].eq(weekday).to_numpy()].sum(axis=0)
        if total.sum():
            own.append(pd.DataFrame({"from_hour": hours, "share": total / total.sum(), "weekday": weekday}))
    points = alt.Chart(pd.concat(own)).mark_point(size=12, filled=True, opacity=0.6).encode(
        x=alt.X("from_hour:Q", title="hour of the day", scale=alt.Scale(domain=[0, 24])),
        y=alt.Y("share:Q", title="share of the day's contacts"),
        color=alt.Color("weekday:N", title="observed"),
    )  # fmt: skip
    lines = alt.Chart(profile).mark_line(interpolate="step-after", color=INK, strokeWidth=1.5).encode(
        x="from_hour:Q", y="share:Q", strokeDash=alt.StrokeDash("profile:N", title="shipped profile")
    )  # fmt: skip
    return _sized(points + lines)


def busyness_chart(days: pd.DataFrame, cv: float) -> Chart:
    """Busyness of whole days (observed over expected), with the spread that was fitted."""
    frame = days[days["status"].eq("normal") & (days["expected"] > 0)]
    frame = pd.DataFrame({"date": frame["date"], "ratio": frame["offered"] / frame["expected"]})
    band = alt.Chart(pd.DataFrame({"low": [1 - cv], "high": [1 + cv]})).mark_rect(color=FITTED, opacity=0.15).encode(
        y=alt.Y("low:Q", title="contacts / expected", scale=alt.Scale(zero=False)), y2="high:Q"
    )  # fmt: skip
    line = alt.Chart(frame).mark_line(point=alt.OverlayMarkDef(size=14), color=OBSERVED, strokeWidth=0.7).encode(
        x=alt.X("date:T", title=None), y="ratio:Q"
    )  # fmt: skip
    return _sized(band + line)


def distribution_chart(observed: pd.DataFrame, fitted: pd.DataFrame, unit: str) -> Chart:
    """Shares below a length of time: observed (points) and each fitted law (lines), on a logarithmic axis."""
    x = alt.X("at:Q", title=unit, scale=alt.Scale(type="log"))
    points = alt.Chart(observed).mark_point(size=10, filled=True, color=OBSERVED).encode(
        x=x, y=alt.Y("share:Q", title="share below")
    )  # fmt: skip
    lines = alt.Chart(fitted).mark_line(strokeWidth=1.4).encode(
        x="at:Q", y="share:Q",
        color=alt.Color("law:N", title="fitted (points: observed)", scale=_law_colours()),
    )  # fmt: skip
    return _sized(points + lines)


def handle_chart(handle: pd.DataFrame) -> Chart:
    """Kolmogorov–Smirnov distance of four laws from the handle times of each type."""
    columns = [name for name in handle.columns if name.startswith("distance_")]
    frame = handle.melt(id_vars="type", value_vars=columns, var_name="law", value_name="distance").dropna()
    frame["law"] = frame["law"].str.removeprefix("distance_")
    return _sized(
        alt.Chart(frame).mark_point(filled=True, size=70).encode(
            x=alt.X("distance:Q", title="Kolmogorov-Smirnov distance"), y=alt.Y("type:N", title=None, sort=None),
            color=alt.Color("law:N", scale=_law_colours()),
            shape="law:N",
        ), 26 * max(len(handle), 3)
    )  # fmt: skip


def patience_chart(patience: pd.DataFrame) -> Chart:
    """Share still waiting: Kaplan–Meier with one standard error, the exponential law and the piecewise hazard."""
    frame = patience.assign(low=patience["share"] - patience["se"], high=patience["share"] + patience["se"])
    x = alt.X("at_s:Q", title="seconds waited")
    band = alt.Chart(frame).mark_area(color=OBSERVED, opacity=0.25).encode(
        x=x, y=alt.Y("low:Q", title="share still waiting", scale=alt.Scale(domain=[0, 1])), y2="high:Q"
    )  # fmt: skip
    laws = frame.melt(
        id_vars="at_s", value_vars=["share", "pieces", "exponential"], var_name="law", value_name="left"
    )
    laws["law"] = laws["law"].replace({"share": "Kaplan-Meier", "pieces": "piecewise hazard"})
    lines = alt.Chart(laws).mark_line(strokeWidth=1.4).encode(
        x=x, y="left:Q",
        color=alt.Color("law:N", title=None, scale=alt.Scale(domain=["Kaplan-Meier", "piecewise hazard", "exponential"],
                                                             range=[OBSERVED, FITTED, OTHER])),
    )  # fmt: skip
    return _sized(band + lines)


def shipped_patience_chart(curves: pd.DataFrame) -> Chart:
    """Share still waiting by the two shipped laws."""
    laws = curves.melt(
        id_vars="at_s", value_vars=["pieces", "exponential"], var_name="law", value_name="left"
    )
    laws["law"] = laws["law"].replace({"pieces": "piecewise hazard"})
    return _sized(
        alt.Chart(laws)
        .mark_line(strokeWidth=1.6)
        .encode(
            x=alt.X("at_s:Q", title="seconds waited"),
            y=alt.Y("left:Q", title="share still waiting", scale=alt.Scale(domain=[0, 1])),
            color=alt.Color("law:N", title=None, scale=alt.Scale(range=[OTHER, FITTED])),
        )
    )


def shipped_profile_chart(profile: pd.DataFrame) -> Chart:
    """Shares of the day by time of day, one line a profile."""
    return _sized(
        alt.Chart(profile)
        .mark_line(interpolate="step-after")
        .encode(
            x=alt.X("from_hour:Q", title="hour of the day", scale=alt.Scale(domain=[0, 24])),
            y=alt.Y("share:Q", title="share of the day's contacts"),
            color=alt.Color("profile:N", title=None, scale=alt.Scale(range=[OBSERVED, FITTED, OTHER])),
        )
    )


def note_chart(words: str) -> Chart:
    """A sentence where a chart would stand."""
    frame = pd.DataFrame({"words": [words]})
    return _sized(alt.Chart(frame).mark_text(fontSize=13, limit=WIDTH).encode(text="words:N"), 60)


def hazard_chart(hazard: pd.DataFrame, observed: pd.DataFrame) -> Chart:
    """Chance of giving up in the next second: seen second by second, and the pieces fitted."""
    end = float(observed["at_s"].max()) if len(observed) else 1.0
    steps = hazard[hazard["from_s"] < end].assign(until_s=lambda f: f["until_s"].clip(upper=end))
    points = alt.Chart(observed).mark_point(size=10, filled=True, color=OBSERVED, opacity=0.6).encode(
        x=alt.X("at_s:Q", title="seconds waited"), y=alt.Y("per_s:Q", title="chance of giving up in a second")
    )  # fmt: skip
    lines = (
        alt.Chart(steps)
        .mark_rule(color=FITTED, strokeWidth=2.2)
        .encode(x="from_s:Q", x2="until_s:Q", y="per_s:Q")
    )
    return _sized(points + lines)


def agents_chart(agents: pd.DataFrame, spread: float) -> Chart:
    """Agents' mean log handle time against that of the same types, with two standard errors and the fitted spread."""
    frame = agents.dropna(subset=["log_effect", "log_se"])
    frame = frame[frame["fitted_contacts"] >= 100].sort_values("log_effect")
    frame = frame.iloc[np.unique(np.linspace(0, len(frame) - 1, min(len(frame), _AGENTS_SHOWN)).astype(int))]
    frame = frame.assign(
        low=frame["log_effect"] - 2 * frame["log_se"], high=frame["log_effect"] + 2 * frame["log_se"]
    )
    y = alt.Y("agent:N", sort=None, title=None)
    band = alt.Chart(pd.DataFrame({"low": [-spread], "high": [spread]})).mark_rect(color=FITTED, opacity=0.15).encode(
        x=alt.X("low:Q", title="log handle time beyond that of the same types"), x2="high:Q"
    )  # fmt: skip
    rule = alt.Chart(frame).mark_rule(color=OBSERVED).encode(x="low:Q", x2="high:Q", y=y)
    point = alt.Chart(frame).mark_point(filled=True, size=40).encode(
        x="log_effect:Q", y=y,
        color=alt.Color(
            "short_share:Q", title="short contacts", scale=alt.Scale(scheme="viridis"), legend=alt.Legend(format=".0%")
        ),
    )  # fmt: skip
    return _sized(band + rule + point, 15 * max(len(frame), 4))


def months_chart(months: pd.DataFrame) -> Chart:
    """Abandonment, service level and ASA of each month: recorded, and simulated with the fitted availability."""
    parts: list[alt.Chart] = []
    for name, title in (
        ("abandonment", "abandoned"),
        ("service_level", "within threshold"),
        ("asa", "ASA, s"),
    ):
        frame = months.melt(
            id_vars="month", value_vars=[f"{name}_observed", f"{name}_simulated"], value_name="value"
        )
        frame["what"] = frame["variable"].str.removeprefix(f"{name}_")
        parts.append(
            alt.Chart(frame).mark_line(point=True).encode(
                x=alt.X("month:O", title=None), y=alt.Y("value:Q", title=title),
                color=alt.Color("what:N", title=None, scale=alt.Scale(range=[OBSERVED, FITTED])),
            ).properties(width=WIDTH // 3 - 50, height=HEIGHT - 40)
        )  # fmt: skip
    return alt.hconcat(*parts)


def series_chart(series: Series) -> Chart:
    """A level day by day, and the means on either side of each lasting change."""
    edges = [0, *(shift.at for shift in series.shifts), len(series.level)]
    frame = pd.DataFrame({"date": series.date, "level": series.level})
    steps = pd.DataFrame(
        [{"from": series.date[a], "to": series.date[b - 1], "mean": series.level[a:b].mean()}
         for a, b in itertools.pairwise(edges)]
    )  # fmt: skip
    points = alt.Chart(frame).mark_point(size=12, filled=True, color=OBSERVED).encode(
        x=alt.X("date:T", title=None),
        y=alt.Y("level:Q", title=f"{series.name} ({series.unit})", scale=alt.Scale(zero=False)),
    )  # fmt: skip
    lines = alt.Chart(steps).mark_rule(color=FITTED, strokeWidth=2).encode(x="from:T", x2="to:T", y="mean:Q")
    return _sized(points + lines, HEIGHT - 60)


def conversion_chart(blocks: pd.DataFrame, steps: pd.DataFrame) -> Chart:
    """Conversion of neighbouring rows through the file, and the levels between the changes found."""
    points = alt.Chart(blocks).mark_point(size=14, filled=True, color=OBSERVED).encode(
        x=alt.X("row:Q", title="row of the file"), y=alt.Y("conversion:Q", title="conversion of a block of rows")
    )  # fmt: skip
    lines = (
        alt.Chart(steps).mark_rule(color=FITTED, strokeWidth=2.2).encode(x="from:Q", x2="to:Q", y="mean:Q")
    )
    return _sized(points + lines)


def attempt_chart(by_attempt: pd.DataFrame) -> Chart:
    """Conversion by attempt and quality of list, with two standard errors."""
    frame = by_attempt.assign(
        low=(by_attempt["conversion"] - 2 * by_attempt["se"]).clip(lower=0),
        high=by_attempt["conversion"] + 2 * by_attempt["se"],
    )
    base = alt.Chart(frame).encode(
        x=alt.X("attempt:O", title="attempt (the last: and later)"), color="list_quality:N"
    )
    return _sized(base.mark_rule().encode(y=alt.Y("low:Q", title="conversion of customers reached"), y2="high:Q")
                  + base.mark_line(point=True).encode(y="conversion:Q"))  # fmt: skip


def period_chart(by_period: pd.DataFrame) -> Chart:
    """Conversion by period of the file and quality of list; the size of a point is its rows."""
    return _sized(
        alt.Chart(by_period).mark_point(filled=True).encode(
            x=alt.X("period:N", sort=None, title=None), y=alt.Y("conversion:Q"), color="list_quality:N",
            size=alt.Size("n:Q", title="rows"),
        )
    )  # fmt: skip


def _law_colours() -> alt.Scale:
    return alt.Scale(domain=list(_LAWS), range=_LAW_COLOURS)


def _sized(chart: Any, height: int = HEIGHT) -> Chart:
    sized: Chart = chart.properties(width=WIDTH, height=height)
    return sized
