"""The explorer's notebook: thin, and run by papermill with other parameters than its own."""

from __future__ import annotations

from pathlib import Path

import nbformat
import papermill
import pytest

from orm_sim.report.render import accepted_parameters

ROOT = Path(__file__).resolve().parents[3]
NOTEBOOK = ROOT / "notebooks" / "executive_explorer.ipynb"


def test_it_takes_a_study_and_a_folder() -> None:
    node = nbformat.read(str(NOTEBOOK), as_version=4)
    assert set(accepted_parameters(node)) == {"study", "out_dir"}


@pytest.mark.parametrize("study", ["scenarios/bank_per_hour.yaml", "scenarios/studies/p4p_poor_product.yaml"])
def test_it_runs_with_other_parameters(tmp_path: Path, study: str) -> None:
    given = {"study": str(ROOT / study), "out_dir": str(tmp_path / "runs")}
    done = papermill.execute_notebook(
        str(NOTEBOOK),
        str(tmp_path / "done.ipynb"),
        given,
        kernel_name="python3",
        progress_bar=False,
        cwd=str(ROOT),
    )
    shown = [kind for cell in done.cells for out in cell.get("outputs", []) for kind in out.get("data", {})]
    assert "application/vnd.jupyter.widget-view+json" in shown
