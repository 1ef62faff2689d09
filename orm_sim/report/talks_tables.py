"""What a negotiator takes to the table, in words, tables and plain data."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import asdict
from typing import Any, Final

import numpy as np
import pandas as pd

from orm_sim.core.units import dollars, minus
from orm_sim.negotiation.counterparty import LINES
from orm_sim.negotiation.talks import Talks

THOUSAND: Final = 1e3


def findings(talks: Talks) -> tuple[str, ...]:
    """The negotiation in sentences: reservation values, the zone, the deal, what is not known."""
    n = len(talks.sheets)
    zone = (
        f"There is no zone of agreement: {talks.empty}."
        if talks.empty
        else f"Both sides gain, and the vendor lasts, in {talks.sheets['inside'].sum()} of the {n} sheets surveyed."
    )
    walks = f"The client walks away below {dollars(talks.client_reserve)}"
    client = f"{walks}: what “{talks.reserve_option}” is worth to it"
    vendor = f"the vendor below a margin of {talks.outside_margin:.0%}, what its people would earn elsewhere"
    return tuple(
        line
        for line in (
            f"{client} against the zero line; {vendor}. Gains below are counted from there ({talks.measure.words}).",
            zone,
            _deal(talks),
            _offers(talks),
            _price_of_risk(talks),
            _sharing(talks),
            _trust(talks),
        )
        if line
    )


def quotes_table(talks: Talks, *kinds: str) -> pd.DataFrame:
    """The quotes of these kinds, ready to read: terms in shares and in rates, both gains in $ thousand, chances."""
    rows = []
    for row in talks.quotes[talks.quotes["kind"].isin(kinds)].to_dict("records"):
        shown: dict[str, object] = {"": row["title"]}
        shown |= {
            issue.title: f"{row[name]:.2f}".rstrip("0").rstrip(".")
            for name, issue in talks.deal.issues.items()
        }
        shown |= {
            str(name).removeprefix("rate: ") + ", rate": f"{value:,.2f}"
            for name, value in row.items()
            if str(name).startswith("rate: ")
        }
        for name, title in (("client", "client gains, $k"), ("vendor", "vendor gains, $k")):
            shown[title] = _span(row, name)
        shown["vendor fails"] = _chance(row)
        if "offer" in kinds:
            shown["objection"] = row["objection"] or "none"
        rows.append(shown)
    return pd.DataFrame(rows)


def clause_table(talks: Talks) -> pd.DataFrame:
    """What each change of a clause is worth to both sides against the deal, paired, $ thousand with 95 % intervals."""
    rows = [
        {
            "change": row["title"],
            "to the client, $k": _span(row, "client_change"),
            "to the vendor, $k": _span(row, "vendor_change"),
        }
        for row in talks.of_kind("clause").to_dict("records")
    ]
    return pd.DataFrame(rows, columns=["change", "to the client, $k", "to the vendor, $k"])


def their_view(talks: Talks) -> pd.DataFrame:
    """The vendor's profit and loss under each quoted sheet, $ thousand over the term, and how often it fails."""
    rows = []
    for row in talks.their_books.to_dict("records"):
        shown = {"": row["title"]}
        shown |= {line: minus(f"{row[line] / THOUSAND:,.0f}") for line in (*LINES, "other", "margin")}
        share = row["margin_share"]
        shown["of revenue"] = minus(f"{share:.0%}") if math.isfinite(share) else "–"
        shown["fails"] = f"{row['p_failure']:.0%}"
        rows.append(shown)
    return pd.DataFrame(rows)


def protection_table(talks: Talks) -> pd.DataFrame:
    """What each quoted sheet leaves the client in its worst histories, how often the vendor fails, and what beats it.

    By point values; empty where too few histories carry a tail.
    """
    rows = [
        {
            "": row["title"],
            f"client, worst {talks.measure.beta:.0%}, $k": _span(row, "client_tail"),
            "vendor fails": _chance(row),
            "dominated by": row["dominated_by"] or "none",
        }
        for row in talks.quotes.to_dict("records")
        if math.isfinite(row["client_tail"]) and row["p_no_deal"] < 0.5
    ]
    return pd.DataFrame(rows)


def curve_table(talks: Talks) -> pd.DataFrame:
    """The trade along the curve: what answers each mark, both sides' figures, or why nothing answers."""
    given, answer = talks.given, talks.answer
    known = {row["name"]: row for row in talks.of_kind("curve").to_dict("records")}
    rows = []
    for row in talks.curve.to_dict("records"):
        quote = known.get(row["name"])
        shown = {talks.deal.issues[given].title: f"{row[given]:g}"}
        title = talks.deal.issues[answer].title
        if quote is None:
            shown |= {title: "none", "": row["reason"]}
        else:
            shown |= {
                title: f"{quote[answer]:.3f}",
                "vendor against the deal, $k": _span(quote, "vendor_change"),
                "client against the deal, $k": _span(quote, "client_change"),
                "vendor fails": _chance(quote),
                "": "",
            }
        rows.append(shown)
    return pd.DataFrame(rows).fillna("–")


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


def _deal(talks: Talks) -> str:
    row = talks.quotes.iloc[0]
    gains = f"the client gains {dollars(row['client'])}, the vendor {dollars(row['vendor'])}"
    fails = f"the vendor fails in {row['p_failure']:.0%} of histories"
    if math.isnan(talks.power):
        return f"Under the deal on the table {gains}, and {fails}."
    power = f"Nash's point divides so at a power of the client of {talks.power:.2f}"
    return f"Under the deal on the table {gains}, and {fails}; {power}."


def _offers(talks: Talks) -> str:
    proposed = talks.of_kind("offer")
    offers = proposed[proposed["objection"] == ""]
    if not len(offers):
        return "No offers are equal to the client and last with the vendor."
    spread = float(offers["client"].max() - offers["client"].min())
    held = "within" if spread <= 2.0 * talks.tolerance else "further apart than"
    left = (
        f"; {len(proposed) - len(offers)} more met an objection when lived"
        if len(proposed) > len(offers)
        else ""
    )
    return (
        f"{len(offers)} offers give the client {dollars(offers['client'].mean())}; they differ by {dollars(spread)},"
        f" {held} the tolerance of ± {dollars(talks.tolerance)} (0.5 % of fees), and by"
        f" {dollars(float(offers['vendor'].max() - offers['vendor'].min()))} to the vendor{left}."
    )


def _price_of_risk(talks: Talks) -> str:
    curve = talks.of_kind("curve").sort_values(talks.given)
    if len(curve) < 2:
        return ""
    low, high = curve.iloc[0], curve.iloc[-1]
    title = talks.deal.issues[talks.given].title
    cost = talks.price_of_risk
    if cost is None:
        return ""
    worth = f"{dollars(cost.value)} ({dollars(cost.low)} to {dollars(cost.high)})"
    fails = f"the vendor fails in {high['p_failure']:.0%} of histories instead of {low['p_failure']:.0%}"
    step = f"going from {title} {low[talks.given]:g} to {high[talks.given]:g}"
    return f"At equal value to the vendor, {step} is worth {worth} to the client, and {fails}."


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
        "Surfaces between sheets miss a sheet left out by"
        f" {dollars(talks.errors['client'])} (client), {dollars(talks.errors['vendor'])} (vendor) and"
        f" {talks.errors['failure']:.0%} (failure): what is quoted was simulated again."
    )


def _span(row: Mapping[Any, Any], name: str) -> str:
    value, low, high = (row[name + end] / THOUSAND for end in ("", "_low", "_high"))
    if not math.isfinite(value):
        return "not estimable"
    return minus(f"{value:,.0f} ({low:,.0f} to {high:,.0f})")


def _none(value: float) -> float | None:
    return value if math.isfinite(value) else None


def _records(frame: pd.DataFrame) -> list[dict[str, Any]]:
    plain = frame.astype(object).where(frame.notna(), None)
    return [
        {str(k): v.item() if isinstance(v, np.generic) else v for k, v in row.items()}
        for row in plain.to_dict("records")
    ]


def _chance(row: Mapping[Any, Any]) -> str:
    return f"{row['p_failure']:.0%} ({row['p_failure_low']:.0%} to {row['p_failure_high']:.0%})"
