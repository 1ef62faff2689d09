"""Figures and tables as pure functions of result tables, the brief, and the strict way to render."""

# ruff: noqa: E402 - what follows the imports below must already find the module gone

import sys

# jsonschema, which charts and notebooks load, would compile a grammar of web addresses for seconds in every process;
# nothing here checks one, and it does without when the module is not to be had.
sys.modules.setdefault("rfc3987_syntax", None)  # type: ignore[arg-type]

from orm_sim.report.brief import Brief, brief
from orm_sim.report.course import cash_fan, kpi_by_month
from orm_sim.report.drivers import driver_chart
from orm_sim.report.gallery import figures, save_figures
from orm_sim.report.options import contenders, leader, locate, target, titled, zero_line
from orm_sim.report.rank_table import RankTable, rank_table
from orm_sim.report.ranking import both_sides, rank_chart
from orm_sim.report.spread import quantile_dots, s_curve
from orm_sim.report.theme import Picture, save_png, show
from orm_sim.report.waterfall import bridge, waterfall

__all__ = [
    "Brief",
    "Picture",
    "RankTable",
    "both_sides",
    "bridge",
    "brief",
    "cash_fan",
    "contenders",
    "driver_chart",
    "figures",
    "kpi_by_month",
    "leader",
    "locate",
    "quantile_dots",
    "rank_chart",
    "rank_table",
    "s_curve",
    "save_figures",
    "save_png",
    "show",
    "target",
    "titled",
    "waterfall",
    "zero_line",
]
