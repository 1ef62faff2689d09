"""One look for all charts: units on every axis, the palette alone, intervals drawn, readable colour-blind."""

from __future__ import annotations

import importlib
import inspect
import itertools
import pkgutil
import re
from collections.abc import Callable, Iterator
from typing import Any
from xml.etree import ElementTree

import numpy as np
import pytest

from orm_sim import report
from orm_sim.decision.hazard_effects import hazard_effects, register_table
from orm_sim.report import theme
from orm_sim.scenario.load import load_scenario
from tests.negotiation.test_talks import _talks
from tests.report.synthetic import ZERO, outcomes_only
from tests.report.test_p4p_vs_baseline import OPTIONS, decisions
from tests.report.test_risks import VARIANTS, outcomes, strikes
from tests.simulation.bank import ROOT

Tables = dict[str, Any]
REGISTER = load_scenario(ROOT / "scenarios" / "bank.yaml").risks.entries
SHARES = outcomes_only(12, OPTIONS).assign(insolvent=False)
CHARTS: dict[str, Callable[[Tables], theme.Figure]] = {
    "rank_chart": lambda t: report.rank_chart(t["comparison"]),
    "both_sides": lambda t: report.both_sides(t["comparison"]),
    "waterfall": lambda t: report.waterfall(t["ledger"], "per_minute", ZERO, t["outcomes"]),
    "quantile_dots": lambda t: report.quantile_dots(t["outcomes"], ["per_minute", "per_hour"]),
    "s_curve": lambda t: report.s_curve(t["outcomes"], ["per_minute", "per_hour"]),
    "cash_fan": lambda t: report.cash_fan(t["ledger"], "per_minute", opening=1e5, credit_line=2e5),
    "kpi_by_month": lambda t: report.kpi_by_month(t["kpis"], "service_level", "inbound", [ZERO], target=0.8),
    "driver_chart": lambda t: report.driver_chart(t["evidence"], "per_minute"),
    "plan_course": lambda t: report.plan_course(decisions(), "thin"),
    "value_by_base_share": lambda t: report.value_by_base_share(SHARES),
    "failure_by_base_share": lambda t: report.failure_by_base_share(SHARES),
    "control_chart": lambda t: report.control_chart(
        t["kpis"], "per_minute", "service_level", "inbound", target=0.8
    ),
    "loss_exceedance": lambda t: report.loss_exceedance(t["outcomes"], ["per_minute", "per_hour"]),
    "hazard_chart": lambda t: report.hazard_chart(hazard_effects(outcomes(), strikes(), VARIANTS, 36)),
    "risk_matrix": lambda t: report.risk_matrix(register_table(REGISTER, strikes(), outcomes(), "a", 36)),
    "deal_map": lambda t: report.deal_map(t["talks"]),
    "both_gains": lambda t: report.both_gains(t["talks"]),
    "trade": lambda t: report.trade(t["talks"]),
    "clause_prices": lambda t: report.clause_prices(t["talks"]),
    "protection": lambda t: report.protection(t["talks"]),
}
"""Every function of the room that draws a chart, each drawn once."""
WITHOUT_INTERVAL = {
    "quantile_dots": "is a distribution itself",
    "s_curve": "is a distribution itself",
    "driver_chart": "shares of a variance",
    "deal_map": "term sheets, what each is and not how much",
    "both_gains": "a cloud of term sheets; the table beside it has their intervals",
    "risk_matrix": "scores on a grid",
    "plan_course": "means of what was decided, to be read as a course",
}
UNIT = re.compile(
    r"\$|share|chance|month|week|second|minute|hour|ratio|multiple|per cent|count|score|contacts|seats",
    re.IGNORECASE,
)
PALETTE = {each.upper() for each in (*theme.SERIES, theme.GAIN, theme.LOSS, theme.ASSUMED, theme.INK)}
LEAST_APART = 8.0  # in CIE L*a*b*; 2.3 is just noticeable, printed lines need some times that


@pytest.fixture(scope="module")
def given(small: Tables, tmp_path_factory: pytest.TempPathFactory) -> Tables:
    """What charts are drawn from: the tables of a run, and a negotiation."""
    with pytest.MonkeyPatch.context() as patch:
        return {**small, "talks": _talks(patch, tmp_path_factory.mktemp("talks"))}


def charts_of_the_room() -> Iterator[str]:
    """Names of the public functions of `orm_sim.report` that return a chart, built from tables or from values."""
    for module in pkgutil.iter_modules(report.__path__):
        if module.ispkg or module.name == "theme":
            continue
        for name, function in inspect.getmembers(importlib.import_module(f"orm_sim.report.{module.name}")):
            own = inspect.isfunction(function) and function.__module__ == f"orm_sim.report.{module.name}"
            if own and not name.startswith("_") and function.__annotations__.get("return") == "Figure":
                yield name


def test_every_chart_is_looked_at() -> None:
    assert sorted(CHARTS) == sorted(charts_of_the_room())


def axes(chart: theme.Figure) -> Iterator[tuple[str, list[str]]]:
    """The title of every axis that is drawn, and the words along it."""
    root = ElementTree.fromstring(report.show(chart).text)  # noqa: S314 - drawn here a moment before
    for group in root.iter():
        if "role-axis" in (group.get("class") or "").split():
            parts = {role: _words(group, f"role-axis-{role}") for role in ("title", "label")}
            if parts["label"]:
                yield " ".join(parts["title"]), parts["label"]


def _words(group: ElementTree.Element, role: str) -> list[str]:
    found = [each for each in group.iter() if role in (each.get("class") or "").split()]
    return ["".join(text.itertext()) for each in found for text in each.iter() if text.tag.endswith("text")]


@pytest.mark.row("R193")
@pytest.mark.parametrize("name", CHARTS)
def test_units_stand_on_every_axis_of_numbers(given: Tables, name: str) -> None:
    found = list(axes(CHARTS[name](given)))
    of_numbers = [
        title for title, words in found if all(re.fullmatch(r"[−$]?[0-9.,]+%?", each) for each in words)
    ]
    assert of_numbers and [title for title in of_numbers if not UNIT.search(title)] == []


def coloured(node: Any) -> Iterator[str]:
    """Every colour in a chart's specification and in the data it draws."""
    if isinstance(node, dict):
        for each in node.values():
            yield from coloured(each)
    elif isinstance(node, list):
        for each in node:
            yield from coloured(each)
    elif isinstance(node, str) and re.fullmatch(r"#[0-9A-Fa-f]{6}", node):
        yield node.upper()


def grey(colour: str) -> bool:
    return colour[1:3] == colour[3:5] == colour[5:7]


@pytest.mark.row("R193")
@pytest.mark.parametrize("name", CHARTS)
def test_colours_are_those_of_the_palette_and_the_look_is_the_common_one(given: Tables, name: str) -> None:
    spec = CHARTS[name](given).to_dict()
    assert {each for each in coloured(spec) if not grey(each)} <= PALETTE
    assert spec["config"] == CHARTS["rank_chart"](given).to_dict()["config"]
    assert spec["config"]["font"] and spec["title"]["text"]


@pytest.mark.parametrize("name", CHARTS)
def test_what_is_estimated_has_its_interval(given: Tables, name: str) -> None:
    drawn = re.search(r'"[xy]2":', CHARTS[name](given).to_json()) is not None
    assert drawn or name in WITHOUT_INTERVAL


def test_what_rests_on_assumptions_is_grey() -> None:
    assert grey(theme.ASSUMED) and theme.ASSUMED not in theme.SERIES


_SEEN = {  # Machado, Oliveira and Fernandes 2009, severity 1, on linear RGB
    "normal": np.eye(3),
    "protanopia": [
        [0.152286, 1.052583, -0.204868],
        [0.114503, 0.786281, 0.099216],
        [-0.003882, -0.048116, 1.051998],
    ],
    "deuteranopia": [
        [0.367322, 0.860646, -0.227968],
        [0.280085, 0.672501, 0.047413],
        [-0.011820, 0.042940, 0.968881],
    ],
    "tritanopia": [
        [1.255528, -0.076749, -0.178779],
        [-0.078411, 0.930809, 0.147602],
        [0.004733, 0.691367, 0.303900],
    ],
}


def lab(colour: str, sight: str) -> np.ndarray:
    """A colour as somebody sees it, in CIE L*a*b* (D65)."""
    code = np.array([int(colour[i : i + 2], 16) for i in (1, 3, 5)]) / 255
    linear = np.where(code <= 0.04045, code / 12.92, ((code + 0.055) / 1.055) ** 2.4)
    seen = np.clip(np.asarray(_SEEN[sight]) @ linear, 0, 1)
    to_xyz = np.array([[0.4124, 0.3576, 0.1805], [0.2126, 0.7152, 0.0722], [0.0193, 0.1192, 0.9505]])
    x, y, z = np.cbrt(np.maximum(to_xyz @ seen / np.array([0.9505, 1.0, 1.089]), 1e-4))
    return np.array([116 * y - 16, 500 * (x - y), 200 * (y - z)])


@pytest.mark.row("R193")
@pytest.mark.parametrize("sight", _SEEN)
def test_series_differ_for_every_eye(sight: str) -> None:
    seen = {each: lab(each, sight) for each in theme.SERIES}
    near = {
        (a, b): round(float(np.linalg.norm(seen[a] - seen[b])), 1)
        for a, b in itertools.combinations(theme.SERIES, 2)
        if np.linalg.norm(seen[a] - seen[b]) < LEAST_APART
    }
    assert near == {}
    assert len({tuple(dash) for dash in theme.DASHES}) == len(theme.SERIES)  # and without any colour at all
