"""What a negotiator takes to the table, in tables."""

from __future__ import annotations

import math
from collections.abc import Mapping
from typing import Any, Final

import pandas as pd

from orm_sim.core.units import minus
from orm_sim.negotiation.counterparty import LINES
from orm_sim.negotiation.talks import Talks
from orm_sim.scenario.negotiation import Issue

THOUSAND: Final = 1e3


def quotes_table(talks: Talks, *kinds: str) -> pd.DataFrame:
    """The quotes of these kinds, ready to read: terms with their rates, both gains in $ thousand, chances."""
    rows = []
    for row in talks.quotes[talks.quotes["kind"].isin(kinds)].to_dict("records"):
        shown: dict[str, object] = {"": row["title"]}
        shown |= {issue.title: _term(row, name, issue) for name, issue in talks.deal.issues.items()}
        for name, title in (("client", "client gains, $k"), ("vendor", "vendor gains, $k")):
            shown[title] = _span(row, name)
        shown["vendor fails"] = chance(row) if row["signs"] else "does not sign"
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
        shown["fails"] = f"{row['p_failure']:.0%}" if row["signs"] else "does not sign"
        rows.append(shown)
    return pd.DataFrame(rows)


def protection_table(talks: Talks) -> pd.DataFrame:
    """What each quoted sheet leaves the client in its worst histories, how often the two part early, what beats it.

    By point values; empty where too few histories carry a tail.
    """
    rows = [
        {
            "": row["title"],
            f"client, worst {worst_share(talks):.0%}, $k": _span(row, "client_tail"),
            "part early": chance(row, "p_broken"),
            "dominated by": row["dominated_by"] or "none",
        }
        for row in protected(talks).to_dict("records")
    ]
    return pd.DataFrame(rows)


def protected(talks: Talks) -> pd.DataFrame:
    """The quotes that are signed and whose worst histories could be estimated."""
    table = talks.quotes
    return table[table["client_tail"].notna() & table["signs"]]


def worst_share(talks: Talks) -> float:
    """The share of worst histories that protection is told by."""
    return talks.measure.tail(talks.replications)


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
            shown |= {title: "none", "": _no_answer(talks, row["reason"])}
        else:
            shown |= {
                title: f"{quote[answer]:.3f}",
                "vendor against the deal, $k": _span(quote, "vendor_change"),
                "client against the deal, $k": _span(quote, "client_change"),
                "vendor fails": chance(quote),
                "": _off(talks, quote),
            }
        rows.append(shown)
    return pd.DataFrame(rows).fillna("–")


def _off(talks: Talks, quote: Mapping[Any, Any]) -> str:
    """What to mind about a mark where the vendor has not what it has under the deal."""
    return "not equal: the nearest found that it signs" if unequal(talks, quote) else ""


def unequal(talks: Talks, quote: Mapping[Any, Any]) -> bool:
    """Whether a mark of the curve is further from the deal's value to the vendor than the tolerance."""
    return bool(abs(quote["vendor_change"]) > talks.tolerance)


def _no_answer(talks: Talks, reason: str) -> str:
    """Why no value answers a mark, in the words of the table."""
    answer = talks.deal.issues[talks.answer]
    if "stays above" in reason:
        return f"the vendor has more at any {answer.title}"
    if "stays below" in reason:
        return f"the vendor has less at any {answer.title}"
    return reason


def _span(row: Mapping[Any, Any], name: str) -> str:
    value, low, high = (row[name + end] / THOUSAND for end in ("", "_low", "_high"))
    if not math.isfinite(value):
        return "not estimable"
    return minus(f"{value:,.0f} ({low:,.0f} to {high:,.0f})")


def chance(row: Mapping[Any, Any], name: str = "p_failure") -> str:
    """A share of histories with its interval, in words."""
    return f"{row[name]:.0%} ({row[f'{name}_low']:.0%} to {row[f'{name}_high']:.0%})"


def _term(row: Mapping[Any, Any], name: str, issue: Issue) -> str:
    """A value of an issue, with the rate it stands for."""
    value = f"{row[name]:.3f}".rstrip("0").rstrip(".")
    return value if issue.label is None else f"{value} (${row[f'rate: {issue.label}']:,.2f})"
