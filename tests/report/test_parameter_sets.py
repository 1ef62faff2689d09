"""Notebooks under papermill with other parameters than their own: other files, terms, runs."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import pytest

from orm_sim.report.html import active_content
from orm_sim.report.render import render
from tests.cli.small import ROOT, scenario
from tests.report import synthetic
from tests.report.test_p4p_vs_baseline import OPTIONS, decisions

HOSTILE = "=1+1<script>alert(1)</script>{x}"
Given = dict[str, str | int]
SHAPES: Given = {
    "programme": str(ROOT / "scenarios" / "programmes" / "retail_bank.yaml"),
    "mapping": str(ROOT / "scenarios" / "mappings" / "anonymous_bank_calls.yaml"),
}


@dataclass(frozen=True, slots=True)
class Places:
    """What parameters point at: small files, and folders of invented runs."""

    folder: Path

    def run(self, name: str, options: tuple[str, ...]) -> str:
        """A finished run of invented tables."""
        run = self.folder / name
        (run / "tables").mkdir(parents=True)
        made = {**synthetic.tables(12, options), "decisions": decisions()}
        if name != "run":
            made["outcomes"] = synthetic.outcomes_only(12, options)
        for table, frame in made.items():
            frame.to_parquet(run / "tables" / f"{table}.parquet")
        titles = {each: f"{HOSTILE} {each}" for each in options}
        card = {"name": name, "title": HOSTILE, "zero": options[0], "options": titles}
        (run / "manifest.json").write_text(json.dumps({"status": "complete", "card": card, "notes": []}))
        return str(run)

    def shares(self) -> Given:
        """Three runs for the notebook on base shares."""
        keys = ("out_dir", "poor_out_dir", "follow_out_dir")
        return {key: self.run(key, OPTIONS) for key in keys}

    def deal(self, title: str = "A small deal") -> str:
        """A small scenario."""
        return str(scenario(self.folder / "deals", "deal", "per_minute_and_hour", title))


SETS: dict[str, tuple[str, Callable[[Places], Given]]] = {
    "first page, another change": (
        "00_start_here",
        lambda p: {"scenario": p.deal(), "months": 0, "change": "client.transition_cost", "value": "2e6"},
    ),
    "first page, another seed": (
        "00_start_here",
        lambda p: {"scenario": p.deal(HOSTILE), "months": 7, "seed": 9},
    ),
    "one deal, as written": (
        "scenario_report",
        lambda p: {"scenario": p.deal(HOSTILE), "months": 0, "replications": 3},
    ),
    "a folder of deals": (
        "study_report",
        lambda p: {"study": str(Path(p.deal(HOSTILE)).parent), "months": 0},
    ),
    "a run of contracts": (
        "compare_contracts",
        lambda p: {"out_dir": p.run("run", synthetic.OPTIONS), "seed": 2},
    ),
    "runs of base shares": ("p4p_vs_baseline", lambda p: {**p.shares(), "seed": 2}),
    "shapes alone": ("calibration", lambda p: {**SHAPES, "records": "", "draws": 2}),
    "shapes alone, another fit": (
        "calibration",
        lambda p: {**SHAPES, "records": "no.csv", "fit_until": "1999-03-31"},
    ),
}
"""Beside these, tests of the batch render `scenario_report` and `study_report`; others have tests of their own."""


@pytest.mark.parametrize("name", SETS)
def test_it_renders_with_other_parameters(name: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    notebook, given = SETS[name]
    monkeypatch.chdir(tmp_path)
    (tmp_path / "outputs").mkdir()
    parameters = given(Places(tmp_path / "given"))
    done = render(ROOT / "notebooks" / f"{notebook}.ipynb", tmp_path / "pages", parameters)
    page = done.html.read_text()
    assert active_content(page) == [] and "<script" not in page
    assert "stderr" not in page.split("</style>")[1]
    if HOSTILE in str(parameters) or notebook in ("compare_contracts", "study_report"):
        assert "&lt;script&gt;" in page
