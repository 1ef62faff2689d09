"""Three versions of one run: a page for the executive, the analyst's figures, and what the vendor may see."""

from __future__ import annotations

import html
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Final, Literal, get_args

import nbformat
import pandas as pd

from orm_sim.core.errors import name_hint, refuse
from orm_sim.decision.exceedance import Tolerance
from orm_sim.decision.exceptions import WATCHED, paths_of
from orm_sim.decision.failure_orders import failure_orders, stages_before
from orm_sim.kpi.periods import Every, by_period
from orm_sim.report import words
from orm_sim.report.attention import exception_list, kpi_course, kpi_targets
from orm_sim.report.brief import brief
from orm_sim.report.budget import budget_table
from orm_sim.report.control_chart import control_chart
from orm_sim.report.course import cash_fan
from orm_sim.report.exceedance import exceedance_table, loss_exceedance
from orm_sim.report.html import page
from orm_sim.report.options import contenders, rows_of, target
from orm_sim.report.rank_table import rank_table
from orm_sim.report.ranking import rank_chart
from orm_sim.report.risks import risk_matrix, risk_table
from orm_sim.report.spread import quantile_dots
from orm_sim.report.theme import SERIES, Figure, show
from orm_sim.report.vendor_view import vendor_course, vendor_money, vendor_tables

Audience = Literal["executive", "analyst", "vendor"]
"""Whom a version of a run is written for."""

_LISTED: Final = 5
_DRAWN: Final = 3
_STYLE: Final = "<style>.output, .output svg { overflow: visible; } figure { margin: 0 0 0 3em; }</style>"
_COMPACT: Final = """<style>@page { size: A4; margin: 9mm; }
.output { margin: .3em 0; } p, li { margin: .25em 0; max-width: none; }
ul { margin: .1em 0; } table { font-size: 13px; }
@media print { body { font-size: 11.5px; line-height: 1.3; } table { font-size: 11px; } th, td { padding: .2em .5em; }
  h1 { font-size: 1.4em; margin: 0 0 .2em; } .picture { max-width: 430px; } }
.picture { max-width: 560px; }</style>"""


def audience(name: str, *, at: str = "--for") -> Audience:
    """The audience of this name.

    Raises
    ------
    InputError
        When there is none, with the nearest name.
    """
    for each in get_args(Audience):
        if name == each:
            return each  # type: ignore[no-any-return]
    raise refuse("is no audience", file=at, value=name, hint=name_hint(name, list(get_args(Audience))))


@dataclass(frozen=True, slots=True)
class Subject:
    """What a version is made of.

    Parameters
    ----------
    title
        The study's question.
    tables
        Tables of the run, options under the names to show.
    option
        The option looked at closely: the vendor's contract in its version.
    facts
        Run, seed and the like, for the last lines of the client's versions.
    handed_over
        By channel, the first month in which all contacts are the vendor's.
    policy
        How the vendor decides.
    budget
        The client's, $.
    notes
        Sentences that belong under every table.
    """

    title: str
    tables: Mapping[str, pd.DataFrame]
    option: str
    facts: tuple[str, ...] = ()
    handed_over: Mapping[str, int] = field(default_factory=dict)
    policy: str = "contract_following"
    budget: float | None = None
    notes: tuple[str, ...] = ()


def written_for(
    reader: Audience, subject: Subject, *, every: Every = "month", tolerance: Sequence[Tolerance] = ()
) -> str:
    """The version of a run for a reader: one HTML page that fetches and runs nothing.

    Parameters
    ----------
    reader
        Whom it is for.
    subject
        The run.
    every
        Length of the periods of its tables; the executive's page has none.
    tolerance
        Losses, $, with the chance that can be borne.
    """
    if reader == "vendor":
        return _page(_vendor(subject, every), f"Service and account: {subject.option}")
    parts = _executive(subject) if reader == "executive" else _analyst(subject, every, tolerance)
    return _page(parts, subject.title)


def _page(parts: Sequence[str], title: str) -> str:
    """The parts, escaped already, as one page; refused if anything in it would run or fetch."""
    cells = [
        nbformat.v4.new_code_cell(
            "", id=f"part-{place}", outputs=[nbformat.v4.new_output("display_data", data={"text/html": part})]
        )
        for place, part in enumerate((f"{_STYLE}<h1>{html.escape(title)}</h1>", *parts))
    ]
    return page(nbformat.v4.new_notebook(cells=cells), title)


def _executive(subject: Subject) -> list[str]:
    """The brief, at most five options, one picture."""
    comparison, evidence = subject.tables["comparison"], subject.tables.get("evidence")
    answer = brief(comparison, evidence, facts=subject.facts)
    drawn = quantile_dots(subject.tables["outcomes"], contenders(comparison)[:_DRAWN])
    sheet = rank_table(comparison, evidence, vendor_policy=subject.policy).client
    keep = [0, 1, 2, 6, 11, 12]
    rows = pd.DataFrame(
        [list(row) for row in sheet.rows], columns=[" ".join(h).strip() for h in sheet.headings]
    )
    rows = rows.rename(columns={"value ± interval": "value, $ million ± interval"})
    left_out = (
        f"<p><small>{len(rows) - _LISTED} more options rank below.</small></p>" if len(rows) > _LISTED else ""
    )
    picture = f'<div class="picture">{_figure(drawn)}</div>'
    return [_COMPACT + answer._repr_html_(), _table(rows.iloc[:_LISTED, keep]) + left_out, picture]


def _analyst(subject: Subject, every: Every, tolerance: Sequence[Tolerance]) -> list[str]:
    """Ranks with intervals, what the spread rests on, KPIs by period, exceptions, losses, budget."""
    tables, option = subject.tables, subject.option
    comparison, evidence, outcomes = tables["comparison"], tables.get("evidence"), tables["outcomes"]
    kpis, targets = rows_of(tables, "kpis", [option]), tables.get("targets")
    ranks = rank_table(comparison, evidence, vendor_policy=subject.policy, notes=subject.notes)
    options = contenders(comparison)
    parts = [
        brief(comparison, evidence, facts=subject.facts)._repr_html_(),
        _heading("Ranks and intervals") + ranks._repr_html_() + _figure(rank_chart(comparison)),
        _heading("What the spread rests on") + _evidence(evidence),
        _heading("What could go wrong")
        + _figure(loss_exceedance(outcomes, options[: len(SERIES)], tolerance=tolerance))
        + _table(exceedance_table(outcomes, options, tolerance=tolerance)),
        _heading("What the whole venture costs") + _table(budget_table(outcomes, subject.budget)),
    ]
    risks = tables.get("risks")
    if risks is not None:
        parts.insert(4, _heading("Risk register") + _figure(risk_matrix(risks)) + _table(risk_table(risks)))
    failures = tables.get("failures")
    if failures is not None and failures["default"].notna().any():
        parts += [
            _heading("How vendors failed"),
            _table(failure_orders(failures)),
            _table(stages_before(failures)),
        ]
    return parts + _service(kpis, targets, option, every, [name for name, _ in WATCHED])


def _vendor(subject: Subject, every: Every) -> list[str]:
    """Its service against targets, its invoices and credits, its cash; made from its own tables alone."""
    option = subject.option
    own = vendor_tables(subject.tables, option, subject.handed_over)
    outcomes = own["outcomes"]
    n = len(outcomes)
    earned, spent = (float(outcomes[name].sum()) for name in ("vendor_revenue", "vendor_cost"))
    margin = words.percent(1.0 - spent / earned, 1) if earned > 0.0 else "nothing was earned"
    since = max(subject.handed_over.values()) + 1
    told = (
        f"As simulated: {n} random histories of this contract. Service is told from month {since}, when all contacts "
        f"are yours, and until the contract ends. Margin over the term: {margin}; "
        f"insolvent in {words.percent(float(outcomes['insolvent'].mean()))} of histories; ended by the client for "
        f"cause in {words.percent(float(outcomes['ended'].mean()))}."
    )
    if every != "month":
        told += f" The first and the last {every} may hold fewer months."
    money = [
        _heading("Invoices, credits and cash")
        + "<p>Mean over histories; the cash starts at zero, and shows the median and the middle 80 %.</p>"
        + _table(vendor_money(own, option, every=every)),
        _figure(cash_fan(own["ledger"], option, "vendor")),
    ]
    service = _service(own["kpis"], own.get("targets"), option, every, ())
    course = _heading("Your KPIs") + _table(vendor_course(own, every=every))
    return [f"<p>{html.escape(told)}</p>", *service, course, *money]


def _service(
    kpis: pd.DataFrame, targets: pd.DataFrame | None, option: str, every: Every, names: Sequence[str]
) -> list[str]:
    """Exceptions, targets, control charts, and the KPIs named, period by period."""
    parts = [
        _heading(f"What needs attention: {option}")
        + _table(exception_list(kpis, targets, option, every=every))
    ]
    if targets is not None and not targets.empty:
        parts.append(_heading("Targets") + _table(kpi_targets(kpis, targets, option, every=every)))
    table = by_period(kpis, every)
    for kpi, channel in WATCHED:
        if kpi in table.columns and len(paths_of(table, kpi, channel)) > 1:
            aimed = target(targets, kpi, channel)
            parts.append(_figure(control_chart(table, option, kpi, channel, target=aimed, every=every)))
    if names:
        parts.append(_heading("KPIs") + _table(kpi_course(kpis, names, every=every)))
    return parts


def _evidence(evidence: pd.DataFrame | None) -> str:
    """Shares of the variance by input, with the grade of their evidence."""
    if evidence is None or evidence.empty:
        return "<p>Not computed: nothing varies, or there are too few histories for it.</p>"
    rows = evidence.sort_values("share", ascending=False)
    return _table(
        pd.DataFrame(
            {
                "input": rows["path"],
                "grade": rows["grade"],
                "share of the variance": [words.percent(float(each), 1) for each in rows["share"]],
            }
        )
    )


def _heading(text: str) -> str:
    return f"<h2>{html.escape(text)}</h2>"


def _table(frame: pd.DataFrame) -> str:
    """A table, every text in it escaped."""
    return frame.to_html(index=False, border=0, escape=True, justify="left")


def _figure(chart: Figure) -> str:
    """A chart as inline SVG that says what it shows to those who cannot see it."""
    drawn = show(chart)
    named = html.escape(drawn.title, quote=True)
    opened = re.sub(
        r"^(\s*<svg\b[^>]*?)>", rf'\1 role="img" aria-label="{_plain(named)}"><title>{_plain(named)}</title>',
        drawn.text, count=1,
    )  # fmt: skip
    return f"<figure>{opened}</figure>"


def _plain(text: str) -> str:
    """Text that stands for itself in a replacement."""
    return text.replace("\\", "\\\\")
