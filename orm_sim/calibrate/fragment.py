"""The fragment of a programme: every fitted shape with its value, standard error, n, unit, source and grade."""

from __future__ import annotations

import calendar
import math
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

from orm_sim.calibrate.arrivals import Profile, Volume
from orm_sim.calibrate.busyness import Busyness
from orm_sim.calibrate.estimate import Estimate, rounded
from orm_sim.calibrate.handle_time import LAWS
from orm_sim.calibrate.inbound import InboundFit
from orm_sim.calibrate.interval_counts import IntervalFit
from orm_sim.calibrate.mapping import ContactMapping, IntervalMapping, OutboundMapping
from orm_sim.calibrate.mapping_terms import WEEKDAYS, Remark, Source
from orm_sim.calibrate.outbound import OutboundFit
from orm_sim.calibrate.patience import Patience

MONTHS = tuple(name.lower() for name in calendar.month_name[1:])
Plain = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Fragment:
    """A fragment as plain data, and the words that stand above some of its keys in the file.

    Attributes
    ----------
    data : dict
        `inbound` or `outbound`, in the layout of `orm_sim.demand.shapes`.
    comments : dict of tuple of str to str
        Path of a key to the comment above it.
    """

    data: Plain
    comments: dict[tuple[str, ...], str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class _Sourced:
    """Turns estimates into figures that name their source; what the mapping remarks about them is added."""

    source: Source
    remarks: tuple[Remark, ...]

    def figure(self, at: str, estimate: Estimate) -> Plain:
        se = rounded(estimate.se, 3) if math.isfinite(estimate.se) else None
        plain: Plain = {"value": rounded(estimate.value), "se": se, "n": estimate.n, "unit": estimate.unit}
        return plain | self.origin(at)

    def origin(self, at: str) -> Plain:
        remark = self._remark(at)
        grade = self.source.grade if remark is None or remark.grade is None else remark.grade
        origin: Plain = {"source": self.source.id, "grade": grade}
        own = remark is not None and remark.figure == at and remark.note is not None
        return origin | {"note": remark.note} if own and remark is not None else origin

    def _remark(self, at: str) -> Remark | None:
        """The remark about a figure, or about the group it stands in."""
        fitting = [each for each in self.remarks if at == each.figure or at.startswith(f"{each.figure}.")]
        return max(fitting, key=lambda each: len(each.figure), default=None)

    def notes(self, root: str, data: Plain) -> dict[tuple[str, ...], str]:
        """Notes about groups of figures, as comments above them."""
        found = {}
        for each in self.remarks:
            node, parts = data, each.figure.split(".")
            for part in parts:
                node = node.get(part, {}) if isinstance(node, dict) else {}
            if each.note is not None and node and "note" not in node:
                found[(root, *parts)] = each.note
        return found


def inbound_fragment(fit: InboundFit, mapping: ContactMapping) -> Fragment:
    """Shapes of inbound contacts; a figure that could not be fitted is left out."""
    sourced = _Sourced(mapping.source, mapping.remarks)
    figure = sourced.figure
    data: Plain = {"types": {name: _type(name, mix, fit, sourced) for name, mix in fit.mix.items()}}
    data |= _arrival_shapes(fit.volume, fit.profiles, fit.busyness, mapping.days.interval_s, sourced)
    patience = _patience(fit.patience, sourced)
    if patience:
        data["patience"] = patience
    data["short_share"] = figure("short_share", fit.short_share)
    if fit.agent_spread.known:
        data["agent_spread"] = figure("agent_spread", fit.agent_spread)
    if fit.availability is not None and fit.availability.inside:
        data["availability"] = figure("availability", fit.availability.factor)
    comments: dict[tuple[str, ...], str] = {
        ("inbound", "types", name): _laws(each) for name, each in fit.handle.items() if name in fit.mix
    }
    comments |= _busyness_words(fit.busyness)
    comments["inbound", "patience"] = (
        f"distance from Kaplan-Meier: piecewise hazard {fit.patience.pieces_distance:.3f}, "
        f"exponential {fit.patience.exponential_distance:.3f}"
    )
    return Fragment({"inbound": data}, comments | sourced.notes("inbound", data))


def interval_fragment(fit: IntervalFit, mapping: IntervalMapping) -> Fragment:
    """The part of the inbound shapes that counts per interval allow; to be laid over a whole programme."""
    sourced = _Sourced(mapping.source, mapping.remarks)
    data = _arrival_shapes(fit.volume, fit.profiles, fit.busyness, mapping.days.interval_s, sourced)
    if fit.exponential_mean is not None:
        data["patience"] = {
            "exponential_mean_s": sourced.figure("patience.exponential_mean_s", fit.exponential_mean)
        }
    if fit.availability is not None and fit.availability.inside:
        data["availability"] = sourced.figure("availability", fit.availability.factor)
    return Fragment({"inbound": data}, _busyness_words(fit.busyness) | sourced.notes("inbound", data))


def outbound_fragment(fit: OutboundFit, mapping: OutboundMapping) -> Fragment:
    """Shapes of outbound contacts."""
    sourced = _Sourced(mapping.source, mapping.remarks)
    figure = sourced.figure
    conversion: Plain = {
        "by_list_quality": {
            name: figure(f"conversion.by_list_quality.{name}", each)
            for name, each in fit.by_quality.items()
            if each.known
        }
    }
    if fit.by_attempt:
        conversion["by_attempt"] = {
            name: [
                {"attempt": each.attempt, "last": each.last} | figure(f"conversion.by_attempt.{name}", each.reached)
                for each in attempts if each.reached.known
            ]
            for name, attempts in fit.by_attempt.items()
        }  # fmt: skip
    data: Plain = {"conversion": conversion}
    comments: dict[tuple[str, ...], str] = {}
    if fit.talk:
        data["talk_time"] = {
            name: {
                "mean_s": figure(f"talk_time.{name}.mean_s", each.mean),
                "cv": figure(f"talk_time.{name}.cv", each.cv),
                "log_sd": figure(f"talk_time.{name}.log_sd", each.log_sd),
            }
            for name, each in fit.talk.items()
        }
        comments |= {("outbound", "talk_time", name): _laws(each) for name, each in fit.talk.items()}
    return Fragment({"outbound": data}, comments | sourced.notes("outbound", data))


def _type(name: str, mix: Estimate, fit: InboundFit, sourced: _Sourced) -> Plain:
    at = f"types.{name}"
    own = fit.handle.get(name)
    shape: Plain = {"mix": sourced.figure(f"{at}.mix", mix)}
    for key, part in (
        ("handle_relative_mean", "relative_mean"),
        ("handle_cv", "cv"),
        ("handle_log_sd", "log_sd"),
    ):
        estimate: Estimate = getattr(own or fit.handle["all"], part)
        shape[key] = sourced.figure(f"{at}.{key}", estimate)
        if own is None:
            shape[key] |= {"grade": "D", "note": "too few contacts of this type: the figure of all types"}
    return shape


def _arrival_shapes(
    volume: Volume, profiles: dict[str, Profile], busyness: Busyness, interval_s: int, sourced: _Sourced
) -> Plain:
    figure = sourced.figure
    assumed: Plain = {"value": 1.0, "se": None, "n": 0, "unit": "ratio", "source": "assumption", "grade": "D"}
    data: Plain = {
        "season": {
            name: figure(f"season.{name}", volume.season[name]) if name in volume.season else dict(assumed)
            for name in MONTHS
        },
        "weekday": {name: figure(f"weekday.{name}", volume.weekday[name]) for name in WEEKDAYS},
        "holiday": figure("holiday", volume.holiday) if volume.holiday.known
        else assumed | {"note": "no holiday is named in the mapping"},
        "profile": {name: _profile(name, each, interval_s, sourced) for name, each in profiles.items()},
    }  # fmt: skip
    data["busyness"] = {
        "day_cv": figure("busyness.day_cv", busyness.day_cv),
        "day_lag1": figure("busyness.day_lag1", busyness.day_lag1),
        "interval_cv": figure("busyness.interval_cv", busyness.interval_cv),
    }
    return data


def _profile(name: str, profile: Profile, interval_s: int, sourced: _Sourced) -> Plain:
    plain: Plain = {
        "weekdays": list(profile.weekdays), "interval_s": interval_s,
        "value": [rounded(float(each), 4) for each in profile.value],
        "se": [rounded(float(each), 2) if math.isfinite(each) else 0.0 for each in profile.se],
        "n": profile.n, "unit": "share",
    }  # fmt: skip
    return plain | sourced.origin(f"profile.{name}")


def _patience(patience: Patience, sourced: _Sourced) -> Plain:
    if not patience.pieces or not patience.exponential_mean.known:
        return {}
    plain: Plain = {}
    if patience.median.known:
        plain["median_s"] = sourced.figure("patience.median_s", patience.median)
    plain["exponential_mean_s"] = sourced.figure("patience.exponential_mean_s", patience.exponential_mean)
    pieces = [
        {"until_s": float(each.until_s) if math.isfinite(each.until_s) else None, "per_s": rounded(each.per_s.value, 4),
         "se": rounded(each.per_s.se, 2) if math.isfinite(each.per_s.se) else None, "n": each.per_s.n}
        for each in patience.pieces
    ]  # fmt: skip
    plain["hazard"] = {"unit": "per_s"} | sourced.origin("patience.hazard") | {"pieces": pieces}
    return plain


def _laws(fitted: Any) -> str:
    """The distance of the lognormal, and of the laws beside it."""
    distance: dict[str, float] = fitted.distance
    if not distance:
        return "too few different lengths to compare laws"
    others = ", ".join(f"{law} {distance[law]:.3f}" for law in LAWS[1:])
    nearest = min(distance, key=distance.__getitem__)
    best = "" if nearest == "lognormal" else f"; {nearest} is nearer, the lognormal is kept for its tail"
    return f"Kolmogorov-Smirnov distance: lognormal {distance['lognormal']:.3f} ({others}){best}"


def _busyness_words(busyness: Busyness) -> dict[tuple[str, ...], str]:
    words = (
        f"beyond Poisson; a day's variance is {busyness.dispersion.value:.0f} times its mean. "
        f"{len(busyness.incidents)} intervals beyond 5 sd are incidents and left out of interval_cv "
        f"(with them {busyness.with_incidents:.2f}); "
        f"neighbouring intervals correlate by {busyness.interval_lag1:.2f}"
    )
    return {("inbound", "busyness"): words}


_PARTS = {
    "inbound": (
        "types", "season", "weekday", "holiday", "profile", "busyness", "patience", "short_share", "agent_spread",
        "availability",
    ),
    "outbound": ("conversion", "talk_time"),
}  # fmt: skip


def names_no_figure(fragment: Fragment, figure: str) -> list[str]:
    """Names that could stand where a remark's path goes astray; empty when the path is right.

    A part that could not be fitted to these records is no mistake.
    """
    ((root, node),) = fragment.data.items()
    first, *rest = figure.split(".")
    if first not in node:
        return [] if first in _PARTS[root] else list(_PARTS[root])
    node = node[first]
    for part in rest:
        if not isinstance(node, dict) or part not in node:
            return [str(key) for key in node] if isinstance(node, dict) else ["(nothing)"]
        node = node[part]
    return []


def leaves(data: Plain, at: tuple[str, ...] = ()) -> Iterator[tuple[str, Plain]]:
    """Every figure of a fragment with its dotted path; hazard pieces and attempts by number."""
    for key, value in data.items():
        here = (*at, key)
        if isinstance(value, dict):
            if "value" in value and not isinstance(value["value"], list):
                yield ".".join(here), value
            elif "value" not in value:
                yield from leaves(value, here)
        elif isinstance(value, list) and value and isinstance(value[0], dict):
            for number, each in enumerate(value):
                if "value" in each:
                    yield f"{'.'.join(here)}[{number}]", each
                elif "per_s" in each:
                    piece = {"value": each["per_s"], "unit": data.get("unit"), "source": data.get("source")}
                    yield f"{'.'.join(here)}[{number}]", each | piece | {"grade": data.get("grade")}
