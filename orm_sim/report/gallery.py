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
from orm_sim.report.theme import Figure, Picture, save_png, show
from orm_sim.report.waterfall import waterfall

SERVICE = (("service_level", "inbound"), ("aht", "inbound"), ("conversion", "outbound"))
"""KPIs, with their channel, that the standard set shows month by month."""


SPREAD = 8
"""Scenarios whose spread is drawn: there are no more colours."""


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
    }
    if tables.get("hazard_effects") is not None:
        drawn["hazards"] = hazard_chart(tables["hazard_effects"])
    for kpi, channel in SERVICE:
        if _measured(months, kpi, channel):
            aim = target(tables.get("targets"), kpi, channel)
            drawn[kpi] = kpi_by_month(months, kpi, channel, [zero, best], target=aim)
    return drawn


def draw(tables: Mapping[str, pd.DataFrame], folder: Path | None = None) -> dict[str, Picture]:
    """All standard figures as pictures by name; with a folder, each is also saved there as SVG and as PNG."""
    return drawn_into(figures(tables), folder)


def draw_ranked(
    comparison: pd.DataFrame, outcomes: pd.DataFrame, folder: Path | None = None
) -> dict[str, Picture]:
    """Pictures of many scenarios: ranks, both sides, the spread of the best ones; saved as by `draw`."""
    best = contenders(comparison)[:SPREAD]
    charts: dict[str, Figure] = {
        "rank": rank_chart(comparison),
        "both_sides": both_sides(comparison),
        "dots": quantile_dots(outcomes, best),
        "s_curve": s_curve(outcomes, best),
    }
    return drawn_into(charts, folder)


def drawn_into(charts: Mapping[str, Figure], folder: Path | None) -> dict[str, Picture]:
    """Charts as pictures by name, each saved in a folder, made when missing, as SVG and (for slides) as PNG."""
    pictures = {name: show(chart) for name, chart in charts.items()}
    if folder is not None:
        folder.mkdir(parents=True, exist_ok=True)
        for name, chart in charts.items():
            pictures[name].save(folder / f"{name}.svg")
            save_png(chart, folder / f"{name}.png")
    return pictures


def save_figures(tables: Mapping[str, pd.DataFrame], folder: Path) -> list[Path]:
    """Write all standard figures as SVG and PNG files into a folder, made when missing, and return their paths."""
    return [folder / f"{name}.{ending}" for name in draw(tables, folder) for ending in ("svg", "png")]


def _measured(months: pd.DataFrame, kpi: str, channel: str) -> bool:
    """Whether a KPI has any value on a channel: a contract may leave it out."""
    rows = months.loc[months["channel"] == channel, kpi] if kpi in months else pd.Series(dtype="float64")
    return bool(rows.notna().any())
