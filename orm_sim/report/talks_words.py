"""What a negotiator takes to the table, in sentences and as plain data."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import asdict
from typing import Any

import numpy as np
import pandas as pd

from orm_sim.core.units import dollars
from orm_sim.negotiation.talks import Talks
from orm_sim.report.talks_tables import chance, unequal


def findings(talks: Talks) -> tuple[str, ...]:
    """The negotiation in sentences: walk-away points, the zone, the deal, trades, what is not known."""
    told = (
        _walking_away(talks),
        _zone(talks),
        _deal(talks),
        _replaced(talks),
        _price_of_risk(talks),
        _offers(talks),
        *_clauses(talks),
        _sharing(talks),
        _trust(talks),
    )
    return tuple(line for line in told if line)


def talks_as_dict(talks: Talks) -> dict[str, Any]:
    """Plain data for ``--json``."""
    return {
        "findings": list(findings(talks)),
        "measure": talks.measure.words,
        "client_reserve": talks.client_reserve,
        "reserve_option": talks.reserve_option,
        "outside_margin": talks.outside_margin,
        "empty": talks.empty,
        "power": _none(talks.power),
        "errors": dict(talks.errors),
        "tolerance": talks.tolerance,
        "their_books": _records(talks.their_books),
        "sharing": None if talks.sharing is None else asdict(talks.sharing),
        "sheets": _records(talks.sheets),
        "curve": _records(talks.curve),
        "quotes": _records(talks.quotes),
    }


def _walking_away(talks: Talks) -> str:
    zero = talks.client_reserve == 0.0
    client = f"The client walks away from whatever is worth less to it than “{talks.reserve_title}”" + (
        "" if zero else f", which is worth {dollars(talks.client_reserve)} to it against its own centre"
    )
    margin = f"a margin below {talks.outside_margin:.0%} of revenue, what its people would earn elsewhere"
    gains = f"Gains are counted from there, as present value over the term ({talks.measure.words})"
    return f"{client}; the vendor from {margin}. {gains}."


def _zone(talks: Talks) -> str:
    if talks.empty:
        return f"There is no zone of agreement: {talks.empty}."
    found = f"{talks.sheets['inside'].sum()} of the {len(talks.sheets)} sheets surveyed"
    allowed = f"the vendor fails in {talks.max_failure:.0%} of histories or fewer"
    return f"There is a zone of agreement: in {found} both sides gain and {allowed} (by the {talks.surveyed_by})."


def _deal(talks: Talks) -> str:
    row = talks.quotes.to_dict("records")[0]
    if not row["signs"]:
        return "The vendor does not sign the deal on the table."
    gains = f"the client gains {_told(row, 'client')}, the vendor {_told(row, 'vendor')}"
    fails = f"the vendor fails in {chance(row)} of histories"
    if math.isnan(talks.power):
        return f"Under the deal on the table {gains}; {fails}."
    power = f"Nash's solution divides so when the client has {talks.power:.2f} of the bargaining power"
    return f"Under the deal on the table {gains}; {fails}. {power}."


def _replaced(talks: Talks) -> str:
    """What one end of the curve asks for in place of the other, and whether more of one is always less of the other."""
    curve = talks.of_kind("curve").sort_values(talks.given)
    if len(curve) < 2:
        return ""
    given, answer = (talks.deal.issues[name] for name in (talks.given, talks.answer))
    marks = []
    for row in curve.to_dict("records"):
        more = dollars(abs(row["vendor_change"])) + (" more" if row["vendor_change"] > 0.0 else " less")
        off = f" (worth {more} to the vendor: the nearest found that it signs)" if unequal(talks, row) else ""
        marks.append(f"{row[talks.answer]:.2f} at {given.title} {row[talks.given]:g}{off}")
    falls = bool((np.diff(curve[talks.answer]) < 0.0).all())
    order = (
        ""
        if falls
        else f" More {given.title} does not always mean less {answer.title} here: compare the intervals."
    )
    return f"At equal value to the vendor, {answer.title} is {', '.join(marks)}.{order}"


def _offers(talks: Talks) -> str:
    proposed = talks.of_kind("offer")
    offers = proposed[proposed["objection"] == ""]
    if not len(offers):
        return "No offers are equal to the client and last with the vendor."
    known = talks.quotes.iloc[:1] if talks.as_the_deal else offers
    gains = pd.concat([known, offers])["client"]
    spread = dollars(float(gains.max() - gains.min()))
    same = "as much as the deal" if talks.as_the_deal else "the same"
    met = len(proposed) - len(offers)
    left = f" {met} more met an objection when lived." if met else ""
    apart = dollars(float(offers["vendor"].max() - offers["vendor"].min()))
    differ = f"; to the vendor they differ by up to {apart}" if len(offers) > 1 else ""
    count = "1 offer gives" if len(offers) == 1 else f"{len(offers)} offers give"
    return (
        f"{count} the client {same}, {dollars(offers['client'].mean())}: at most {spread} apart, within the tolerance"
        f" of ± {dollars(talks.tolerance)} (0.5 % of fees){differ}.{left}"
    )


def _clauses(talks: Talks) -> tuple[str, ...]:
    return tuple(
        f"The deal, {row['title']}: worth {_told(row, 'client_change')} to the client and"
        f" {_told(row, 'vendor_change')} to the vendor{_undecided(row)}."
        for row in talks.of_kind("clause").to_dict("records")
    )


def _undecided(row: Mapping[Any, Any]) -> str:
    open_ = [
        side
        for side in ("client", "vendor")
        if row[f"{side}_change_low"] <= 0.0 <= row[f"{side}_change_high"]
        and row[f"{side}_change_low"] < row[f"{side}_change_high"]
    ]
    return f"; for the {' and the '.join(open_)} it cannot be told from nothing" if open_ else ""


def _price_of_risk(talks: Talks) -> str:
    curve, cost = talks.of_kind("curve").sort_values(talks.given), talks.price_of_risk
    if len(curve) < 2 or cost is None:
        return ""
    low, *_, high = curve.to_dict("records")
    title = talks.deal.issues[talks.given].title
    gains = "gains" if cost.value >= 0.0 else "loses"
    size = dollars(abs(cost.value))
    clear = "" if cost.low > 0.0 or cost.high < 0.0 else ", which cannot be told from nothing"
    fails = f"the vendor fails in {chance(high)} of histories instead of {chance(low)}"
    step = f"going from {title} {low[talks.given]:g} to {high[talks.given]:g} the client {gains} {size}"
    return f"Along that line, {step} ({dollars(cost.low)} to {dollars(cost.high)}){clear}, and {fails}."


def _sharing(talks: Talks) -> str:
    found = talks.sharing
    if found is None:
        return ""
    halved = (
        f"Without knowing each other's priorities they halve every issue and gain {dollars(found.halved)} together"
        if found.split_agreed
        else "Halving every issue, without knowing each other's priorities, ends without agreement"
    )
    if found.rise <= 0.0:
        return f"{halved}; no quoted sheet brings more without a loss to one of them."
    sides = (
        f"{side} {dollars(each.value)}"
        + (f" ({dollars(each.low)} to {dollars(each.high)})" if each.estimable else "")
        for side, each in (("client", found.client), ("vendor", found.vendor))
    )
    return (
        f"{halved}; told to each other, priorities lead to “{found.title}” and {dollars(found.known)},"
        f" {dollars(found.rise)} more: {', '.join(sides)}. The best of several sheets looks a little better than it is."
    )


def _trust(talks: Talks) -> str:
    if not talks.errors:
        return "Too few sheets are signed to draw surfaces: only simulated sheets are shown."
    return (
        "Between the sheets surveyed surfaces only point the way: they miss a sheet left out by"
        f" {dollars(talks.errors['client'])} (client), {dollars(talks.errors['vendor'])} (vendor) and"
        f" {talks.errors['failure']:.0%} of histories (failure). So every sheet named above was simulated again in"
        f" {talks.replications} histories of other luck; intervals are 95 %."
    )


def _told(row: Mapping[Any, Any], name: str) -> str:
    value, low, high = (row[name + end] for end in ("", "_low", "_high"))
    return (
        f"{dollars(value)} ({dollars(low)} to {dollars(high)})" if math.isfinite(value) else "not estimable"
    )


def _none(value: float) -> float | None:
    return value if math.isfinite(value) else None


def _records(frame: pd.DataFrame) -> list[dict[str, Any]]:
    plain = frame.astype(object).where(frame.notna(), None)
    return [
        {str(k): v.item() if isinstance(v, np.generic) else v for k, v in row.items()}
        for row in plain.to_dict("records")
    ]
