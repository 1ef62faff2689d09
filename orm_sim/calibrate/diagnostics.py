"""The page of diagnostics: what was fitted against what was recorded, in one file that fetches nothing."""

from __future__ import annotations

import base64
import html
import math
from dataclasses import dataclass
from typing import Any, Final

import numpy as np
import pandas as pd
import vl_convert

from orm_sim.calibrate import charts
from orm_sim.calibrate.shift import TEST

_STYLE: Final = """
body {font: 15px/1.5 Helvetica Neue, Arial, Liberation Sans, sans-serif; color: #222; max-width: 58rem;
      margin: 2rem auto; padding: 0 1rem}
h1 {font-size: 1.4rem} h2 {font-size: 1.1rem; margin-top: 2.2rem} figure {margin: .8rem 0} img {max-width: 100%}
table {border-collapse: collapse; font-size: .82rem; margin: .6rem 0}
td, th {padding: .15rem .6rem; border-bottom: 1px solid #ddd; text-align: right}
td:first-child, th:first-child {text-align: left} .change {color: #B03A00; font-weight: 600}
pre {white-space: pre-wrap; font: inherit}
"""
_CONFIG: Final[dict[str, Any]] = {
    "font": "Helvetica Neue, Arial, Liberation Sans, DejaVu Sans, sans-serif", "background": "white",
    "view": {"stroke": None}, "axis": {"gridColor": "#E8E8E8", "domainColor": "#BBBBBB", "tickColor": "#BBBBBB"},
    "legend": {"orient": "top"},
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Section:
    """A heading, a sentence on what to look for, charts and tables."""

    title: str
    words: str
    charts: tuple[charts.Chart, ...] = ()
    tables: tuple[pd.DataFrame, ...] = ()


def page(
    title: str, summary: tuple[str, ...], changes: tuple[str, ...], sections: tuple[Section, ...]
) -> str:
    """The page as HTML: charts as SVG inside it, every text escaped, no script, nothing fetched."""
    said = [f"<li class=change>{html.escape(each)}</li>" for each in changes] or ["<li>none found</li>"]
    parts = [
        "<!DOCTYPE html><html lang=en><head><meta charset=utf-8>",
        f"<title>{html.escape(title)}</title><style>{_STYLE}</style></head><body><h1>{html.escape(title)}</h1>",
        f"<pre>{html.escape(chr(10).join(summary))}</pre>",
        f"<h2>Changes of level inside the records</h2><p>{html.escape(TEST)}; and months unlike the rest.</p><ul>",
        *said, "</ul>",
    ]  # fmt: skip
    for section in sections:
        parts.append(f"<h2>{html.escape(section.title)}</h2><p>{html.escape(section.words)}</p>")
        parts += [_figure(chart, section.title) for chart in section.charts]
        parts += [_table(table) for table in section.tables]
    return "\n".join([*parts, "</body></html>\n"])


def _figure(chart: charts.Chart, title: str) -> str:
    svg = vl_convert.vegalite_to_svg(chart.configure(**_CONFIG).to_dict(validate=False), allowed_base_urls=[])
    data = base64.b64encode(svg.encode()).decode()
    return f'<figure><img alt="{html.escape(title, quote=True)}" src="data:image/svg+xml;base64,{data}"></figure>'


def _table(table: pd.DataFrame) -> str:
    head = "".join(f"<th>{html.escape(str(name))}</th>" for name in table.columns)
    rows = [
        "".join(f"<td>{html.escape(_shown(value))}</td>" for value in row)
        for row in table.itertuples(index=False)
    ]
    return f"<table><tr>{head}</tr>" + "".join(f"<tr>{row}</tr>" for row in rows) + "</table>"


def _shown(value: object) -> str:
    if isinstance(value, pd.Timestamp):
        return str(value.date())
    if isinstance(value, float | np.floating):
        number = float(value)
        return "" if math.isnan(number) else f"{number:.4g}" if abs(number) < 1e5 else f"{number:,.0f}"
    if isinstance(value, int | np.integer) and not isinstance(value, bool):
        return f"{value:,}"
    return "" if value is None else str(value)
