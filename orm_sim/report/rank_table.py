"""The rank table: what each option is worth to both sides, for the terminal, for a page and as plain data."""

from __future__ import annotations

import html
import io
import math
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

import pandas as pd
from rich import box
from rich.console import Console, Group
from rich.table import Table
from rich.text import Text

from orm_sim.report import words
from orm_sim.study.tables import ENDS, MEASURES

FOLLOWS_CONTRACT: Final = "vendor follows the contract; incentive effects not included"
COVERING_N: Final = 500
"""Replications below which the intervals of tail figures cover less than they say."""
Row = Mapping[str, Any]


_STRONG: Final = ' style="font-weight:600"'
_RIGHT: Final = ' style="text-align:right;white-space:nowrap"'


@dataclass(frozen=True, slots=True)
class _Heading:
    """A column of a sheet: its two header lines, and the words for a row of the comparison."""

    name: str
    unit: str
    cell: Callable[[Row], str]


@dataclass(frozen=True, slots=True)
class Sheet:
    """One side's table: a title, headings with their units, and rows of text."""

    title: str
    headings: tuple[tuple[str, str], ...]
    rows: tuple[tuple[str, ...], ...]
    emphasised: tuple[bool, ...]

    def table(self) -> Table:
        """The sheet as a rich table; names are text, never markup."""
        drawn = Table(
            box=box.SIMPLE_HEAD,
            title=Text(self.title),
            title_justify="left",
            title_style="bold",
            padding=(0, 1),
            collapse_padding=True,
            pad_edge=False,
        )
        for place, (name, unit) in enumerate(self.headings):
            first = place == 0
            drawn.add_column(
                Text(f"{name}\n{unit}"),
                justify="left" if first else "right",
                no_wrap=not first,
                overflow="fold",
                min_width=15 if first else None,
                ratio=1 if first else None,
            )
        for row, strong in zip(self.rows, self.emphasised, strict=True):
            drawn.add_row(*(Text(cell, style="bold" if strong else "") for cell in row))
        return drawn

    def html(self) -> str:
        """The sheet as an HTML table without script; every text escaped."""
        head = "".join(
            f"<th>{html.escape(name)}<br><small>{html.escape(unit)}</small></th>"
            for name, unit in self.headings
        )
        body = "".join(
            f"<tr{_STRONG if strong else ''}>"
            + "".join(f"<td{'' if i == 0 else _RIGHT}>{html.escape(cell)}</td>" for i, cell in enumerate(row))
            + "</tr>"
            for row, strong in zip(self.rows, self.emphasised, strict=True)
        )
        caption = f'<caption style="text-align:left;font-weight:600">{html.escape(self.title)}</caption>'
        return f"<table>{caption}<thead><tr>{head}</tr></thead><tbody>{body}</tbody></table>"


@dataclass(frozen=True, slots=True)
class RankTable:
    """The rank table, ready for the terminal, for a notebook or page, and as plain data.

    Parameters
    ----------
    client, vendor
        One sheet for each side, options in the same order.
    notes
        Sentences that stand under the sheets: settings, sample, what the figures rest on.
    data
        The same as plain numbers, text and lists; see `as_dict`.
    """

    client: Sheet
    vendor: Sheet
    notes: tuple[str, ...]
    data: dict[str, Any]

    def __rich__(self) -> Group:
        under = Table.grid(padding=(0, 1))
        for note in self.notes:
            under.add_row(Text("·", style="dim"), Text(note, style="dim"))
        return Group(self.client.table(), self.vendor.table(), under)

    def __repr__(self) -> str:
        return f"RankTable({len(self.client.rows)} options)"

    def text(self, width: int = 126) -> str:
        """The table as plain text, lines at most `width` characters wide."""
        page = io.StringIO()
        Console(file=page, width=width, color_system=None, legacy_windows=False).print(self)
        return "\n".join(line.rstrip() for line in page.getvalue().splitlines()) + "\n"

    def as_dict(self) -> dict[str, Any]:
        """Plain data for ``--json``: settings, options best first, notes.

        Each measure is ``{"value", "low", "high"}`` in its own unit (``units`` names them): money in $, shares
        0 to 1. What could not be estimated is None; a payback that never comes is the text ``never``.
        """
        return self.data

    def _repr_html_(self) -> str:
        notes = "".join(f"<li>{html.escape(note)}</li>" for note in self.notes)
        sheets = f"{self.client.html()}<br>{self.vendor.html()}"
        return f'<div class="tex2jax_ignore mathjax_ignore">{sheets}<ul style="color:#555">{notes}</ul></div>'


def rank_table(
    comparison: pd.DataFrame,
    evidence: pd.DataFrame | None = None,
    *,
    preliminary: bool = False,
    vendor_policy: str = "contract_following",
    notes: Sequence[str] = (),
) -> RankTable:
    """The rank table of a study, best option first.

    Parameters
    ----------
    comparison
        Table ``comparison``.
    evidence
        Columns path, grade and share (0 to 1) of the variance of the best option's value, as
        `decision.evidence_share` gives them; None when not computed, and the notes then say so.
    preliminary
        Marks both sheets PRELIMINARY: replications are still running.
    vendor_policy
        How the vendor decides. Unless it is ``best_response`` a note says that incentives have no effect.
    notes
        More sentences for under the table.
    """
    rows = _rows(comparison)
    first = rows[0]
    mark = "PRELIMINARY · " if preliminary else ""
    how = "mean value" if first["ranked_by"] == "mean_value" else "risk-adjusted value"
    heading = f"{mark}Client: options by {how} against {first['zero']}"
    client = _sheet(f"{heading} · $ million, present value, unless said otherwise", _CLIENT, rows)
    vendor = _sheet(
        f"{mark}Vendor: the same options, the other side · $ million, present value", _VENDOR, rows
    )
    share = assumption_share(evidence)
    under = (*_notes(rows, share, vendor_policy), *notes)
    if preliminary:
        under = (f"PRELIMINARY: {first['n']} replications so far; figures will move.", *under)
    return RankTable(client, vendor, under, _plain(rows, under, preliminary, share))


def _rows(comparison: pd.DataFrame) -> list[dict[str, Any]]:
    """The comparison as dictionaries, best option first."""
    if comparison.empty:
        raise ValueError("the comparison has no options")
    return [{str(k): v for k, v in row.items()} for row in comparison.sort_values("rank").to_dict("records")]


def _sheet(title: str, headings: Sequence[_Heading], rows: Sequence[Row]) -> Sheet:
    return Sheet(
        title,
        tuple((each.name, each.unit) for each in headings),
        tuple(tuple(each.cell(row) for each in headings) for row in rows),
        tuple(bool(row["tied_with_best"]) for row in rows),
    )


def three(row: Row, name: str) -> tuple[float, float, float]:
    """A measure of a row of the comparison: value, low and high."""
    return float(row[name]), float(row[name + "_low"]), float(row[name + "_high"])


def _amount(name: str) -> Callable[[Row], str]:
    return lambda row: words.millions(*three(row, name))


def _interval(name: str) -> Callable[[Row], str]:
    return lambda row: words.millions_between(*three(row, name))


def _share(name: str, places: int = 0) -> Callable[[Row], str]:
    return lambda row: words.percent(float(row[name]), places)


def _headline(row: Row) -> str:
    """The value that ranks, with its interval."""
    return words.millions_give_or_take(*three(row, str(row["ranked_by"])))


def margin_or_no_deal(row: Row) -> str:
    """The vendor's margin with its interval, or "no deal" where it never signs."""
    if float(row["p_no_deal"]) == 1.0:
        return words.NO_DEAL
    return words.percent_between(*three(row, "vendor_margin"))


def deal_notes(rows: Sequence[Row]) -> list[str]:
    """What becomes of the contract besides its running to the end; nothing where that never happens."""
    refused = _happened(rows, "p_no_deal")
    ended = _happened(rows, "p_ended")
    found = []
    if refused:
        found.append(
            f"{words.NO_DEAL[0].upper()}{words.NO_DEAL[1:]}, share of replications in which the vendor would earn more"
            f" elsewhere and everything stays in-house: {refused}."
        )
    if ended:
        found.append(f"Ended by the client for cause, share of replications: {ended}.")
    return found


def _happened(rows: Sequence[Row], name: str) -> str:
    seen = [(str(row["option"]), float(row[name])) for row in rows if float(row[name]) > 0.0]
    return "; ".join(f"{option} {words.percent(share, 0 if share >= 0.1 else 1)}" for option, share in seen)


def _payback(row: Row) -> str:
    """The median month of payback; the zero line has nothing to pay back."""
    return words.NONE if row["option"] == row["zero"] else words.months(float(row["payback_month"]))


def tie_price(row: Row) -> str:
    """How far the option's price must move until it ties with the best: "−13 %", "best" or a dash."""
    if int(row["rank"]) == 1:
        return "best"
    multiplier = float(row["tie_multiplier"])
    if math.isnan(multiplier):
        return words.NONE
    change = words.percent(multiplier - 1.0, 0 if abs(multiplier - 1.0) >= 0.05 else 1)
    return change if change.startswith("−") else f"+{change}"


_CLIENT: Final = (
    _Heading("option", "", lambda row: str(row["option"])),
    _Heading("value", "± interval", _headline),
    _Heading("tie", "", lambda row: str(row["group"])),
    _Heading("mean", "E", _amount("mean_value")),
    _Heading("CVaR", "tail", _amount("cvar")),
    _Heading("RA", "ROI", _share("risk_adjusted_roi")),
    _Heading("saving", "", _share("saving")),
    _Heading("$ per", "contact", lambda row: words.unit_price(float(row["cost_per_resolved"]))),
    _Heading("$ per", "sale", lambda row: words.unit_price(float(row["cost_per_kept_sale"]))),
    _Heading("peak", "cash", _amount("peak_cash")),
    _Heading("pays", "back", _payback),
    _Heading("P", "(loss)", _share("p_loss")),
    _Heading("tie", "price", tie_price),
)
_VENDOR: Final = (
    _Heading("option", "", lambda row: str(row["option"])),
    _Heading("margin", "[interval]", margin_or_no_deal),
    _Heading("value", "mean [interval]", _interval("vendor_value")),
    _Heading("risk-adj.", "value", _amount("vendor_risk_adjusted_value")),
    _Heading("CVaR", "tail", _amount("vendor_cvar")),
    _Heading("P(loss)", "", _share("p_vendor_loss")),
    _Heading("P(insolvent)", "[interval]", lambda row: words.percent_between(*three(row, "p_insolvent"))),
)


def _notes(rows: Sequence[Row], share: float | None, vendor_policy: str) -> tuple[str, ...]:
    """The sentences that must stand under the table."""
    first = rows[0]
    lam, beta, n, level = (first[name] for name in ("lam", "beta", "n", "level"))
    tail = f"CVaR{beta * 100:g}"
    found = [
        f"Value = (1−λ)·E + λ·{tail} of the client's present value against {first['zero']}, λ = {lam:g}, "
        f"β = {beta:g}; {level * 100:g} % intervals; n = {n} replications, the same for every option.",
        f"{tail}: mean of the worst {beta * 100:g} %. RA ROI: value per $ of transition, fees, governance. "
        "Saving: of the zero line's cost. $ per contact: resolved; per sale: kept. Pays back: median month.",
        "Options that share a letter are tied (the interval of their paired difference contains 0); bold: tied "
        "with the best. Tie price: change of the option's price at which it would tie with the best.",
    ]
    if first["ranked_by"] == "mean_value" and lam > 0.0:
        found.append(
            f"Ranked by mean value: {n} replications cannot carry a tail figure, "
            f"{math.ceil(25 / beta)} are needed."
        )
    elif n < COVERING_N:
        found.append(
            f"Below {COVERING_N} replications the intervals of tail figures undercover: the truth lies "
            f"outside more often than {100 - level * 100:g} %."
        )
    found += deal_notes(rows)
    reasons = {str(row["option"]): str(row["tie_reason"]) for row in rows if row["tie_reason"]}
    if reasons:
        found.append(
            "No tie price: " + "; ".join(f"{option}: {why}" for option, why in reasons.items()) + "."
        )
    if vendor_policy != "best_response":
        found.append(f"{FOLLOWS_CONTRACT[0].upper()}{FOLLOWS_CONTRACT[1:]}.")
    found.append(assumption_note(share))
    return tuple(found)


def assumption_share(evidence: pd.DataFrame | None) -> float | None:
    """Share of the variance that rests on inputs of grade D; None when it has not been computed."""
    if evidence is None or evidence.empty:
        return None
    return float(evidence.loc[evidence["grade"] == "D", "share"].sum())


def assumption_note(share: float | None) -> str:
    """The sentence on how much of the spread rests on assumptions of grade D."""
    if share is None:
        return "The share of the spread that rests on assumptions (grade D) has not been computed here."
    return (
        f"{words.percent(share)} of the variance of the best option's value rests on assumptions (grade D)."
    )


def _plain(
    rows: Sequence[Row], notes: Sequence[str], preliminary: bool, share: float | None
) -> dict[str, Any]:
    """The table as data that JSON can hold."""
    first = rows[0]
    options = [
        {
            "option": str(row["option"]),
            "rank": int(row["rank"]),
            "group": str(row["group"]),
            "tied_with_best": bool(row["tied_with_best"]),
            "tie_multiplier": _number(row["tie_multiplier"]),
            "tie_reason": str(row["tie_reason"]),
            "notes": str(row["notes"]),
            **{
                name: dict(
                    zip(("value", "low", "high"), (_number(row[name + end]) for end in ENDS), strict=True)
                )
                for name in MEASURES
            },
        }
        for row in rows
    ]
    return {
        "preliminary": preliminary,
        "ranked_by": str(first["ranked_by"]),
        "zero": str(first["zero"]),
        "n": int(first["n"]),
        "lam": float(first["lam"]),
        "beta": float(first["beta"]),
        "level": float(first["level"]),
        "assumption_share": share,
        "units": dict(MEASURES),
        "options": options,
        "notes": list(notes),
    }


def _number(value: Any) -> float | str | None:
    """A float for JSON: None for what could not be estimated, "never" for what does not come."""
    number = float(value)
    if math.isnan(number):
        return None
    return "never" if math.isinf(number) else number
