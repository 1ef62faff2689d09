"""The standard set of figures of a study, by the name of their file."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

import pandas as pd

from orm_sim.report.course import cash_fan, kpi_by_month
from orm_sim.report.drivers import driver_chart
from orm_sim.report.options import contenders, leader, rows_of, target, zero_line
from orm_sim.report.ranking import both_sides, rank_chart
from orm_sim.report.risks import hazard_chart, risk_matrix
from orm_sim.report.spread import quantile_dots, s_curve
from orm_sim.report.theme import Figure, show
from orm_sim.report.waterfall import waterfall

SERVICE = (("service_level", "inbound"), ("aht", "inbound"), ("conversion", "outbound"))
"""KPIs, with their channel, that the standard set shows month by month."""


def figures(tables: Mapping[str, pd.DataFrame]) -> dict[str, Figure]:
    """All standard figures of a study: which option, how sure, why, when, for both sides.

    Parameters
    ----------
    tables
        ``outcomes``, ``kpis``, ``ledger`` and ``comparison``; ``evidence`` (path, grade, share) and ``targets``
        (kpi, channel, value) where the study has them.

    Returns
    -------
    dict
        Chart by name; the name serves as file name.
    """
    comparison, outcomes = tables["comparison"], tables["outcomes"]
    zero, first, best = zero_line(comparison), leader(comparison), leader(comparison, outsourced=True)
    ledger, months = (rows_of(tables, name, (zero, best)) for name in ("ledger", "kpis"))
    options = contenders(comparison)
    drawn = {
        "rank": rank_chart(comparison),
        "both_sides": both_sides(comparison),
        "dots": quantile_dots(outcomes, options),
        "s_curve": s_curve(outcomes, options),
        "waterfall": waterfall(ledger, best, zero, outcomes),
        "client_cash": cash_fan(ledger, best, "client", reference=zero),
        "vendor_cash": cash_fan(ledger, best, "vendor"),
        "drivers": driver_chart(tables.get("evidence"), first),
        "risk_matrix": risk_matrix(tables.get("risks")),
        "hazards": hazard_chart(tables.get("hazard_effects")),
    }
    for kpi, channel in SERVICE:
        aim = target(tables.get("targets"), kpi, channel)
        drawn[kpi] = kpi_by_month(months, kpi, channel, [zero, best], target=aim)
    return drawn


def save_figures(tables: Mapping[str, pd.DataFrame], folder: Path) -> list[Path]:
    """Write all standard figures as SVG files into a folder, made when missing, and return their paths."""
    folder.mkdir(parents=True, exist_ok=True)
    return [show(chart).save(folder / f"{name}.svg") for name, chart in figures(tables).items()]
