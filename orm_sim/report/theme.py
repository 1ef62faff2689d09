"""One look for every chart: the palette, the axes with their units, and SVG that is safe inside a page."""

from __future__ import annotations

import hashlib
import re
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Final, cast

import altair as alt
import vl_convert
from altair.utils import schemapi

CLIENT: Final = "#0072B2"
"""Blue, the client's side (this and the next are Okabe and Ito's, safe for colour-blind readers)."""
VENDOR: Final = "#E69F00"
"""Orange, the vendor's side."""
LOSS: Final = "#D55E00"
"""Vermilion, costs and losses."""
GAIN: Final = "#009E73"
"""Bluish green, savings and gains."""
INK: Final = "#222222"
"""Totals, lines of reference and text."""
ASSUMED: Final = "#9A9A9A"
"""Grey, for results that rest on assumptions rather than on data."""
SERIES: Final = (CLIENT, LOSS, GAIN, "#CC79A7", VENDOR, "#56B4E9", INK, "#7A5C00")
"""Colours of the options of one chart, in the order of the options."""
DASHES: Final = ([1, 0], [6, 3], [2, 2], [9, 3, 2, 3], [4, 1], [1, 3], [12, 4], [5, 5])
"""One dash pattern per colour, so that a chart printed in black and white stays readable."""
WIDTH: Final = 620
MILLION: Final = 1e6

_CONFIG: Final[dict[str, Any]] = {
    "font": "Helvetica Neue, Arial, Liberation Sans, DejaVu Sans, sans-serif",
    "background": "white",
    "padding": 8,
    "view": {"stroke": None},
    "title": {
        "anchor": "start",
        "frame": "bounds",
        "fontSize": 15,
        "fontWeight": 600,
        "color": INK,
        "offset": 14,
        "subtitleFontSize": 12,
        "subtitleColor": "#555555",
        "subtitlePadding": 5,
        "subtitleLineHeight": 16,
    },
    "axis": {
        "labelFontSize": 12,
        "titleFontSize": 12,
        "titleFontWeight": "normal",
        "titleColor": "#444444",
        "labelColor": INK,
        "gridColor": "#E8E8E8",
        "domainColor": "#BBBBBB",
        "tickColor": "#BBBBBB",
        "labelLimit": 370,
        "titlePadding": 8,
    },
    "legend": {
        "labelFontSize": 12,
        "titleFontSize": 12,
        "titleFontWeight": "normal",
        "titleColor": "#444444",
        "orient": "top",
        "labelLimit": 340,
        "columns": 2,
        "symbolStrokeWidth": 2.5,
        "symbolSize": 110,
    },
    "header": {
        "labelFontSize": 12,
        "labelFontWeight": 600,
        "labelAnchor": "start",
        "labelColor": INK,
        "labelLimit": 560,
        "title": None,
    },
}

Figure = alt.LayerChart | alt.FacetChart | alt.HConcatChart | alt.VConcatChart
"""The kinds of chart that the functions of this room return."""


@dataclass(slots=True)
class _Checks:
    """Whether charts are held against the grammar of charts; how many threads draw without."""

    without: int = 0
    lock: threading.Lock = field(default_factory=threading.Lock)

    @property
    def on(self) -> bool:
        return not self.without


_CHECKS: Final = _Checks()


@contextmanager
def unchecked() -> Iterator[None]:
    """Draw without holding charts against the grammar, which takes long; the picture is the same."""
    with _CHECKS.lock:
        _CHECKS.without += 1
        schemapi.disable_debug_mode()
    try:
        yield
    finally:
        with _CHECKS.lock:
            _CHECKS.without -= 1
            if not _CHECKS.without:
                schemapi.enable_debug_mode()


def finish(chart: Figure, title: str, *subtitle: str, preliminary: bool = False) -> Figure:
    """A chart with its title, its subtitle lines and the common look; a preliminary one says so first."""
    heading = f"PRELIMINARY · {title}" if preliminary else title
    text = alt.TitleParams(heading, subtitle=[line for line in subtitle if line])
    finished: Figure = chart.properties(title=text, description=heading).configure(**_CONFIG)
    return finished


def colours(options: list[str]) -> alt.Scale:
    """The scale that gives each option its colour, always in the order given."""
    return alt.Scale(domain=options, range=[SERIES[i % len(SERIES)] for i in range(len(options))])


def stroke_legend() -> alt.Legend:
    """A legend of line samples, long enough to show their dashes."""
    return alt.Legend(symbolType="stroke", symbolOpacity=1, symbolSize=500)


def dashes(options: list[str]) -> alt.Scale:
    """The scale that gives each option its dash pattern."""
    return alt.Scale(domain=options, range=[DASHES[i % len(DASHES)] for i in range(len(options))])


def labels(base: alt.Chart, *, dx: int = 6, **where: str) -> alt.LayerChart:
    """Words beside marks, with a white rim that keeps them readable where they cross a line."""
    rim = base.mark_text(align="left", dx=dx, fontSize=12, stroke="white", strokeWidth=4, strokeJoin="round")
    text = base.mark_text(align="left", dx=dx, fontSize=12, color=INK)
    return cast(alt.LayerChart, alt.layer(rim.encode(**where), text.encode(**where)))


def svg(chart: Figure) -> str:
    """The chart as SVG text: the same chart gives the same text, with ids that no other chart on the page uses.

    Nothing is fetched while it is drawn. Ids are numbered by their order of appearance and carry a digest of
    the picture: the drawing library counts them up over the life of the process, and charts of two processes on
    one page would clip themselves with the first one's frame.
    """
    drawn = vl_convert.vegalite_to_svg(chart.to_dict(validate=_CHECKS.on), allowed_base_urls=[])
    names = list(dict.fromkeys(re.findall(r'<[A-Za-z]+[^<>]*? id="([^"]+)"', drawn)))
    numbered = _renamed(drawn, {name: f"id{i}" for i, name in enumerate(names)})
    digest = hashlib.sha256(numbered.encode()).hexdigest()[:10]
    return _renamed(drawn, {name: f"c{digest}-{i}" for i, name in enumerate(names)})


def _renamed(drawn: str, ids: dict[str, str]) -> str:
    """SVG text with its ids, and the references to them, replaced."""

    def swap(found: re.Match[str]) -> str:
        return found[1] + ids.get(found[2], found[2]) + found[3]

    return re.sub(r'( id="|url\(#|href="#)([^")]+)(["\)])', swap, drawn)


@dataclass(frozen=True, slots=True)
class Picture:
    """A drawn chart: a notebook shows it as SVG, with no script and nothing to fetch."""

    text: str = field(repr=False)
    title: str = ""

    def _repr_svg_(self) -> str:
        return self.text

    def save(self, path: Path) -> Path:
        """Write the SVG file and return its path."""
        path.write_text(self.text, encoding="utf-8")
        return path


def show(chart: Figure) -> Picture:
    """The chart as a picture that a notebook displays and that can be saved."""
    title = chart.description if isinstance(chart.description, str) else ""
    return Picture(svg(chart), title)


def save_png(chart: Figure, path: Path, scale: float = 2.0) -> Path:
    """Write the chart as a PNG file (for slides) and return its path."""
    path.write_bytes(vl_convert.vegalite_to_png(chart.to_dict(), scale=scale, allowed_base_urls=[]))
    return path
