"""The brief: one sentence that recommends, or a banner that refuses to, with the figures that carry it."""

from __future__ import annotations

import html
import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

import pandas as pd

from orm_sim.report import words
from orm_sim.report.rank_table import Row, assumption_note, assumption_share, three, tie_price

ASSUMED_LIMIT: Final = 0.5
"""Share of the variance resting on grade D inputs above which the brief refuses to recommend."""
_NAMED: Final = 3
_WARNING: Final = ' style="background:#FBE3D6;border-left:6px solid #D55E00;padding:.6em"'


@dataclass(frozen=True, slots=True)
class Brief:
    """One page's worth of answer.

    Parameters
    ----------
    banner
        Why there is no recommendation; empty when there is one.
    sentence
        The recommendation, or what leads when the banner refuses one.
    client, vendor
        Three figures for each side: what it is, and the figure with its range.
    drivers
        The inputs that explain most of the spread.
    turning
        What would change the answer.
    footer
        Sample, settings and what it rests on.
    """

    banner: str
    sentence: str
    client: tuple[tuple[str, str], ...]
    vendor: tuple[tuple[str, str], ...]
    drivers: tuple[str, ...]
    turning: tuple[str, ...]
    footer: tuple[str, ...]

    @property
    def refuses(self) -> bool:
        """Whether the result does not carry a recommendation."""
        return bool(self.banner)

    def text(self) -> str:
        """The brief as plain text."""
        lines = [f"!! {self.banner}", ""] if self.banner else []
        lines += [self.sentence, ""]
        for name, rows in (("Client", self.client), ("Vendor", self.vendor)):
            lines += [f"{name}: {what}: {figure}" for what, figure in rows]
        for name, items in (("What drives it", self.drivers), ("What would change it", self.turning)):
            lines += [f"{name}: {item}" for item in items]
        return "\n".join([*lines, *self.footer]) + "\n"

    def _repr_html_(self) -> str:
        esc = html.escape
        banner = f"<p{_WARNING}><b>{esc(self.banner)}</b></p>"
        sides = "".join(
            f'<td style="vertical-align:top;padding-right:2em"><b>{name}</b>'
            + "".join(f"<br>{esc(what)}: <b>{esc(figure)}</b>" for what, figure in rows)
            + "</td>"
            for name, rows in (("Client", self.client), ("Vendor", self.vendor))
        )
        lists = "".join(
            f"<p><b>{name}</b></p><ul>{''.join(f'<li>{esc(item)}</li>' for item in items)}</ul>"
            for name, items in (("What drives it", self.drivers), ("What would change it", self.turning))
            if items
        )
        foot = " ".join(esc(line) for line in self.footer)
        return (
            f'<div class="tex2jax_ignore mathjax_ignore">{banner if self.banner else ""}'
            f'<p style="font-size:1.25em">{esc(self.sentence)}</p><table><tr>{sides}</tr></table>{lists}'
            f'<p style="color:#666"><small>{foot}</small></p></div>'
        )


def brief(
    comparison: pd.DataFrame,
    evidence: pd.DataFrame | None = None,
    *,
    imprecise: str = "",
    preliminary: bool = False,
    facts: Sequence[str] = (),
) -> Brief:
    """The answer of a study on one page; refused when the sample or the evidence does not carry it.

    Parameters
    ----------
    comparison
        Table ``comparison``.
    evidence
        Columns path, grade, share for the best option's value, of `decision.evidence_share`; None if not computed.
    imprecise
        Why the precision asked for was not reached; empty when it was. A sample too small for its tail is
        found out here.
    preliminary
        Replications are still running.
    facts
        More for the footer: seed, digest of the scenario.
    """
    rows = [{str(k): v for k, v in row.items()} for row in comparison.sort_values("rank").to_dict("records")]
    if not rows:
        raise ValueError("the comparison has no options")
    share = assumption_share(evidence)
    banner = _banner(rows[0], share, imprecise, preliminary)
    shown = next((row for row in rows if row["option"] != row["zero"]), rows[0])
    partner = shown if not math.isnan(float(shown["vendor_value"])) else None
    footer = (
        f"n = {rows[0]['n']} replications, λ = {rows[0]['lam']:g}, β = {rows[0]['beta']:g}, "
        f"{float(rows[0]['level']) * 100:g} % intervals.",
        assumption_note(share),
        *facts,
    )
    return Brief(
        banner,
        _refused(rows) if banner else _sentence(rows),
        _client(shown),
        _vendor(partner) if float(shown["p_no_deal"]) != 1.0 else _REFUSED,
        _drivers(evidence),
        _turning(rows),
        footer,
    )


def _banner(best: Row, share: float | None, imprecise: str, preliminary: bool) -> str:
    """Why nothing is recommended; empty when something is."""
    reasons = []
    if preliminary:
        reasons.append("replications are still running")
    if imprecise:
        reasons.append(imprecise.rstrip("."))
    elif best["ranked_by"] == "mean_value" and float(best["lam"]) > 0.0:
        needed = math.ceil(25 / float(best["beta"]))
        reasons.append(f"{best['n']} replications are too few to know the bad cases ({needed} are needed)")
    if share is not None and share > ASSUMED_LIMIT:
        reasons.append(
            f"{words.percent(share)} of the variance rests on assumptions that nobody has measured (grade D)"
        )
    return f"No recommendation: {words.listed(reasons)}." if reasons else ""


def _worth(row: Row) -> str:
    """An option's value in words, with its interval."""
    name = str(row["ranked_by"])
    value, low, high = three(row, name)
    between = "" if math.isnan(low) or low == high else f" ({words.money(low)} to {words.money(high)})"
    counted = "with its bad cases counted" if name == "risk_adjusted_value" else "on average"
    return f"{words.money(value)}{between} more than {row['zero']}, {counted}"


def _refused(rows: Sequence[Row]) -> str:
    """What leads, without recommending it."""
    return (
        f"So far {rows[0]['option']} leads: worth {_worth(rows[0])}."
        if rows[0]["option"] != rows[0]["zero"]
        else (f"So far no option is worth more than {rows[0]['zero']}.")
    )


def _sentence(rows: Sequence[Row]) -> str:
    """The recommendation."""
    best, zero = rows[0], str(rows[0]["zero"])
    tied = [str(row["option"]) for row in rows[1:] if row["tied_with_best"]]
    if best["option"] == zero:
        also = f" {words.listed(tied)} cannot be told apart from it." if tied else ""
        return f"Stay with {zero}: no option is worth more once its bad cases count.{also}"
    if zero in tied:
        return (
            f"Do not move for this alone: {best['option']} leads, worth {_worth(best)}, "
            f"but cannot be told apart from {zero}."
        )
    if tied:
        return (
            f"Choose between {words.listed([str(best['option']), *tied])} on other grounds: their values cannot "
            f"be told apart. {best['option']} is worth {_worth(best)}."
        )
    ahead = -float(rows[1]["difference_to_best"])
    behind = f"{words.money(ahead)} ahead of the next, {rows[1]['option']}"
    return f"Choose {best['option']}: worth {_worth(best)}, and {behind}."


def _chance(row: Row, name: str) -> str:
    """A chance in per cent and as people say it."""
    value, high = float(row[name]), float(row[f"{name}_high"])
    if value == 0.0:
        return f"none seen; at most {words.percent(high, 1)}"
    return f"{words.percent(value)}, {words.odds(value)}"


def _client(row: Row) -> tuple[tuple[str, str], ...]:
    ranked = str(row["ranked_by"])
    value = words.millions_between(*three(row, ranked))
    saved = words.percent_between(*three(row, "saving"))
    return (
        (f"value of {row['option']} against {row['zero']}, $ million", value),
        (f"saving on the cost of {row['zero']}", saved),
        (f"chance of being worse off than {row['zero']}", _chance(row, "p_loss")),
    )


_REFUSED = ((words.NO_DEAL, "the vendor does not sign the leading option: everything stays in-house"),)


def _vendor(row: Row | None) -> tuple[tuple[str, str], ...]:
    if row is None:
        return (("no vendor", "the leading option stays in-house"),)
    return (
        (f"margin under {row['option']}", words.percent_between(*three(row, "vendor_margin"))),
        ("present value of the contract, $ million", words.millions_between(*three(row, "vendor_value"))),
        ("chance of insolvency within the term", _chance(row, "p_insolvent")),
        *(
            (told, _chance(row, name))
            for name, told in (
                ("p_no_deal", "chance that it does not sign"),
                ("p_ended", "chance that the client ends the contract for cause"),
            )
            if float(row[name]) > 0.0
        ),
    )


def _drivers(evidence: pd.DataFrame | None) -> tuple[str, ...]:
    """The inputs that explain most of the spread."""
    if evidence is None or evidence.empty:
        return ()
    top = evidence.sort_values("share", ascending=False).head(_NAMED)
    rows = zip(top["path"], top["share"], top["grade"], strict=True)
    return tuple(
        f"{path} explains {words.percent(share)} of the spread (grade {grade})"
        for path, share, grade in rows
        if share > 0.0
    )


def _turning(rows: Sequence[Row]) -> tuple[str, ...]:
    """Prices at which the order changes, nearest first."""
    best = rows[0]["option"]
    priced = [row for row in rows[1:] if not math.isnan(float(row["tie_multiplier"]))]
    priced.sort(key=lambda row: abs(float(row["tie_multiplier"]) - 1.0))
    return tuple(
        f"{row['option']} draws level with {best} when its price moves by {tie_price(row)}"
        for row in priced[:_NAMED]
    )
