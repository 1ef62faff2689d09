"""The page of diagnostics stands alone, and names from the file are text in it, never markup."""

import base64
import re
from pathlib import Path

from orm_sim.calibrate import Calibration, calibrate
from tests.calibrate import synthetic

SECTIONS = (
    "Broken rows",
    "Days",
    "Profile of the day",
    "Busyness",
    "Handle time",
    "Patience",
    "Agents",
    "Availability",
)


def test_nothing_is_fetched_or_run(calls: Calibration, bank: Calibration) -> None:
    for page in (calls.diagnostics_html, bank.diagnostics_html):
        assert re.findall(r'(?:src|href)="(?!data:image/svg\+xml;base64,)', page) == []
        assert re.findall(r"<(script|link|iframe|object|style[^>]*@import)", page) == []
        for drawn in re.findall(r'base64,([^"]+)"', page):
            svg = base64.b64decode(drawn).decode()
            assert svg.startswith("<svg")
            assert re.findall(r'(?:href|src)="(?!#|data:)', svg) == []
            assert "<script" not in svg


def test_fitted_stands_beside_observed(calls: Calibration) -> None:
    for title in SECTIONS:
        assert f"<h2>{title}</h2>" in calls.diagnostics_html
    assert calls.diagnostics_html.count("<img") == 12


def test_names_are_escaped(tmp_path: Path) -> None:
    rows = synthetic.frame(synthetic.contacts(1, n_days=28, level=120.0, n_agents=3))
    rows["type"] = rows["type"].replace("bills", "<img src=x onerror=alert(1)>")
    told = calibrate(*synthetic.store(tmp_path, rows))
    assert "<img src=x" not in told.diagnostics_html
    assert "&lt;img src=x" in told.diagnostics_html
