"""Sharing: how a client divides its volume among vendors, and what their results make of the next period's shares."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import ClassVar, Literal

import numpy as np

from orm_sim.contract.duties.duty import Duties
from orm_sim.contract.period import Array
from orm_sim.contract.reading import threshold_missing
from orm_sim.contract.wording import listing, number, plain, share
from orm_sim.core.evidence import optional, required
from orm_sim.core.terms import Many, Rule, Term
from orm_sim.kpi import INDICATORS, KpiId


def _outside(start: float, minimum: float | None, maximum: float | None) -> str | None:
    if not (minimum or 0.0) <= start <= (1.0 if maximum is None else maximum):
        return f"begins with {share(start)}, outside its own minimum and maximum"
    return None


class Part(Term):
    """One vendor's part of the volume."""

    name: str
    """The vendor."""
    share: float = required(unit="share", ge=0.0, le=1.0)
    """Its share in the first period."""
    minimum: float | None = optional(unit="share", gt=0.0, le=1.0)
    """The least it is given; where not given, nothing."""
    maximum: float | None = optional(unit="share", gt=0.0, le=1.0)
    """The most it is given; where not given, all."""

    rules: ClassVar[tuple[Rule, ...]] = (Rule(("share", "minimum", "maximum"), _outside),)


class Weighted(Term):
    """A KPI by which vendors are compared."""

    kpi: KpiId
    """The KPI of the dictionary."""
    weight: float = required(unit="factor", gt=0.0)
    """How much it counts beside the others."""
    within_s: float | None = optional(unit="s", gt=0.0)
    """For service_level: the threshold in seconds."""

    rules: ClassVar[tuple[Rule, ...]] = (Rule(("kpi", "within_s"), threshold_missing),)


def _parts_of_a_whole(vendors: tuple[Part, ...]) -> str | None:
    names = [part.name for part in vendors]
    if len(names) < 2:
        return "divides volume among fewer than two vendors"
    if len(set(names)) < len(names):
        return "names a vendor twice"
    whole = sum(part.share for part in vendors)
    return (
        None if abs(whole - 1.0) <= 1e-9 else f"the shares of the vendors sum to {share(whole)}, not to 100 %"
    )


def _not_among(this_vendor: str, vendors: tuple[Part, ...]) -> str | None:
    names = [part.name for part in vendors]
    return None if this_vendor in names else f"'{this_vendor}' is none of the vendors: {', '.join(names)}"


def _overflow_to_nobody(overflow: tuple[str, ...], vendors: tuple[Part, ...]) -> str | None:
    names = [part.name for part in vendors]
    unknown = [name for name in overflow if name not in names]
    if unknown:
        return f"passes what is too much to '{unknown[0]}', which is none of the vendors: {', '.join(names)}"
    return "names a vendor twice in the order of overflow" if len(set(overflow)) < len(overflow) else None


def _rule_without_measures(rule: str, measures: tuple[Weighted, ...], step: float | None) -> str | None:
    if rule == "fixed" and (measures or step is not None):
        return "keeps shares fixed, so nothing is measured and no share moves"
    if rule != "fixed" and not measures:
        return "shares follow results: say which (`measured_by`)"
    if rule == "champion_challenger" and step is None:
        return "the best vendor gains a share: how much (`step`)?"
    return None


class Sharing(Duties):
    """The rule by which a client divides its volume among vendors; nothing here is paid."""

    this_vendor: str
    """Which of them signs this contract."""
    vendors: Many[Part]
    """All of them, with the shares they begin with."""
    every: Literal["month", "quarter", "year"] = "quarter"
    """How often shares are reckoned anew."""
    rule: Literal["fixed", "performance", "champion_challenger"] = "fixed"
    """Shares stay; they follow results in proportion; or the best vendor gains what the others lose."""
    measured_by: Many[Weighted] = ()
    """The KPIs by which vendors are compared."""
    step: float | None = optional(unit="share", gt=0.0, le=1.0)
    """The most that a share moves at once; for champion_challenger, what the best vendor gains."""
    overflow: Many[str] = ()
    """Who takes what another cannot serve, the first first; where not given, nobody."""

    rules: ClassVar[tuple[Rule, ...]] = (
        Rule(("vendors",), _parts_of_a_whole),
        Rule(("this_vendor", "vendors"), _not_among),
        Rule(("overflow", "vendors"), _overflow_to_nobody),
        Rule(("rule", "measured_by", "step"), _rule_without_measures),
    )

    def wording(self) -> Iterator[str]:
        """What is agreed, a sentence each."""
        yield f"The client divides its volume: {', '.join(map(_part, self.vendors))}; '{self.this_vendor}' signs here"
        measures = " and ".join(_measure(each) for each in self.measured_by)
        if self.rule == "fixed":
            yield f"Shares are looked at every {self.every} and stay as they are"
        elif self.rule == "performance":
            most = "" if self.step is None else f", by at most {share(self.step)} at once"
            yield f"Every {self.every} each share changes in proportion to the vendor's results in {measures}{most}"
        else:
            yield f"Every {self.every} the best in {measures} gains {share(self.step or 0.0)}, which the others lose"
        if self.overflow:
            yield f"What one vendor cannot serve goes to {listing(self.overflow)}, in this order"


def _part(part: Part) -> str:
    limits = "" if part.minimum is None else f", at least {share(part.minimum)}"
    limits += "" if part.maximum is None else f", at most {share(part.maximum)}"
    return f"'{part.name}' begins with {share(part.share)}{f' ({limits[2:]})' if limits else ''}"


def _measure(each: Weighted) -> str:
    within = "" if each.within_s is None else f" within {number(each.within_s)} s"
    return f"{INDICATORS[each.kpi].name}{within} (weight {plain(each.weight)})"


def scores(terms: Sharing, measures: Mapping[str, Array]) -> Array:
    """How good each vendor was: 1 is the average of all, above it is better.

    Parameters
    ----------
    terms : Sharing
        Its `measured_by` says what counts how much.
    measures : mapping of KPI id to float64[..., n_vendors]
        Of the period, vendors in the order of the terms; nan where nothing was measured, which counts as average.

    Returns
    -------
    float64[..., n_vendors]
        The weighted mean over KPIs of value / average, or 2 - value / average where less is better; never below 0.
    """
    weight = sum(each.weight for each in terms.measured_by)
    together: Array = np.zeros(())
    for each in terms.measured_by:
        value = np.asarray(measures[each.kpi], dtype=np.float64)
        known = ~np.isnan(value)
        sums = np.where(known, value, 0.0).sum(axis=-1, keepdims=True)
        mean = sums / np.maximum(known.sum(axis=-1, keepdims=True), 1)
        ratio = np.divide(value, mean, out=np.ones_like(value), where=known & (mean > 0.0))
        good = ratio if INDICATORS[each.kpi].better == "higher" else 2.0 - ratio
        together = together + np.maximum(good, 0.0) * (each.weight / weight)
    return together


def next_shares(terms: Sharing, shares: Array, measures: Mapping[str, Array]) -> Array:
    """The shares of the next period, from those of this one and its results.

    Parameters
    ----------
    terms : Sharing
        The rule.
    shares : float64[..., n_vendors]
        Of this period, vendors in the order of the terms.
    measures : mapping of KPI id to float64[..., n_vendors]
        See `scores`; not read where shares are fixed.

    Returns
    -------
    float64[..., n_vendors]
        They sum to 1, and lie within each vendor's minimum and maximum. What a limit takes from one vendor goes to
        the others in proportion to the room they have.

    Raises
    ------
    ValueError
        When the shares do not sum to 1 or lie outside the limits.
    """
    now = np.asarray(shares, dtype=np.float64)
    low = np.array([part.minimum or 0.0 for part in terms.vendors])
    high = np.array([1.0 if part.maximum is None else part.maximum for part in terms.vendors])
    if np.any(np.abs(now.sum(axis=-1) - 1.0) > 1e-9) or np.any((now < low - 1e-9) | (now > high + 1e-9)):
        raise ValueError(f"shares must sum to 1 within the vendors' limits; got {now}")
    if terms.rule == "fixed":
        return now
    good = scores(terms, measures)
    if terms.rule == "champion_challenger":
        return _fitted(now + _to_the_best(now, good, terms.step or 0.0), low, high)
    merit = now * good
    whole = merit.sum(axis=-1, keepdims=True)
    wanted = np.divide(merit, whole, out=now + 0.0 * merit, where=whole > 0.0)
    step = 1.0 if terms.step is None else terms.step
    return _fitted(wanted, np.maximum(low, now - step), np.minimum(high, now + step))


def _to_the_best(now: Array, good: Array, step: float) -> Array:
    """What each vendor gains: the best `step`, less where the others have less; of equals the one with most volume."""
    best = np.zeros(np.broadcast_shapes(now.shape, good.shape))
    first = np.argmax(good + 1e-9 * now, axis=-1)
    np.put_along_axis(best, np.expand_dims(first, -1), 1.0, axis=-1)
    others = now * (1.0 - best)
    whole = others.sum(axis=-1, keepdims=True)
    given = np.minimum(step, whole)
    lost = np.divide(others * given, whole, out=np.zeros_like(best), where=whole > 0.0)
    return np.asarray(best * given - lost)


def _fitted(wanted: Array, low: Array, high: Array) -> Array:
    """Shares within limits that sum to 1."""
    inside = np.clip(wanted, low, high)
    rest = 1.0 - inside.sum(axis=-1, keepdims=True)
    room = np.where(rest > 0.0, high - inside, inside - low)
    whole = room.sum(axis=-1, keepdims=True)
    return np.asarray(inside + np.divide(rest * room, whole, out=np.zeros_like(inside), where=whole > 0.0))


def served(terms: Sharing, offered: Array, capacity: Array) -> tuple[Array, Array]:
    """What each vendor serves once those with room have taken what others cannot, and what nobody can.

    Parameters
    ----------
    terms : Sharing
        Its `overflow` says who takes first.
    offered, capacity : float64[..., n_vendors]
        Volume given to each vendor, and the most it can serve.

    Returns
    -------
    served : float64[..., n_vendors]
        Each at most its capacity.
    left : float64[...]
        What is served by nobody.
    """
    taken = np.minimum(offered, capacity)
    left = np.asarray(np.sum(offered - taken, axis=-1))
    names = [part.name for part in terms.vendors]
    for name in terms.overflow:
        at = names.index(name)
        more = np.minimum(left, (capacity - taken)[..., at])
        taken[..., at] += more
        left = left - more
    return taken, left
