"""Figures and tables as pure functions of result tables, the brief, and the strict way to render."""

from orm_sim.report.attention import exception_list, kpi_course, kpi_targets
from orm_sim.report.bands import bands, misfits
from orm_sim.report.base_share import (
    Sentences,
    base_share_table,
    failure_by_base_share,
    plan_course,
    value_by_base_share,
)
from orm_sim.report.beside import beside
from orm_sim.report.brief import Brief, brief
from orm_sim.report.budget import budget_table
from orm_sim.report.control_chart import control_chart
from orm_sim.report.course import cash_fan, kpi_by_month
from orm_sim.report.drivers import driver_chart
from orm_sim.report.exceedance import exceedance_table, loss_exceedance
from orm_sim.report.gallery import draw, draw_ranked, figures, save_figures
from orm_sim.report.options import contenders, leader, locate, rows_of, target, titled, zero_line
from orm_sim.report.rank_table import RankTable, rank_table
from orm_sim.report.ranking import both_sides, rank_chart
from orm_sim.report.risks import hazard_chart, hazard_table, risk_matrix, risk_table
from orm_sim.report.spread import quantile_dots, s_curve
from orm_sim.report.talks import both_gains, clause_prices, deal_map, protection, trade
from orm_sim.report.talks_tables import (
    clause_table,
    curve_table,
    protected,
    protection_table,
    quotes_table,
    their_view,
)
from orm_sim.report.talks_words import findings
from orm_sim.report.theme import Picture, save_png, show
from orm_sim.report.waterfall import bridge, waterfall

__all__ = [
    "Brief",
    "Picture",
    "RankTable",
    "Sentences",
    "bands",
    "base_share_table",
    "beside",
    "both_gains",
    "both_sides",
    "bridge",
    "brief",
    "budget_table",
    "cash_fan",
    "clause_prices",
    "clause_table",
    "contenders",
    "control_chart",
    "curve_table",
    "deal_map",
    "draw",
    "draw_ranked",
    "driver_chart",
    "exceedance_table",
    "exception_list",
    "failure_by_base_share",
    "figures",
    "findings",
    "hazard_chart",
    "hazard_table",
    "kpi_by_month",
    "kpi_course",
    "kpi_targets",
    "leader",
    "locate",
    "loss_exceedance",
    "misfits",
    "plan_course",
    "protected",
    "protection",
    "protection_table",
    "quantile_dots",
    "quotes_table",
    "rank_chart",
    "rank_table",
    "risk_matrix",
    "risk_table",
    "rows_of",
    "s_curve",
    "save_figures",
    "save_png",
    "show",
    "target",
    "their_view",
    "titled",
    "trade",
    "value_by_base_share",
    "waterfall",
    "zero_line",
]
