"""The notebook that compares contracts: renders from a run's tables, names in them inert; nothing fetched."""

from pathlib import Path

import nbformat
import pandas as pd
import pytest

from orm_sim.report.html import active_content
from orm_sim.report.render import accepted_parameters, render

NOTEBOOK = Path(__file__).resolve().parents[2] / "notebooks" / "compare_contracts.ipynb"
STAND_IN = """import pathlib, types
import pandas as pd
import orm_sim
read = lambda folder: {p.stem: pd.read_parquet(p) for p in pathlib.Path(folder).glob("*.parquet")}
plan = types.SimpleNamespace(options={"inbound_only": types.SimpleNamespace(title="Only the calls in")}, budget=None)
orm_sim.open_run = lambda folder: types.SimpleNamespace(tables=read(folder), notes=("prices: solved",), study=plan)
"""


def test_its_parameters() -> None:
    found = accepted_parameters(nbformat.read(NOTEBOOK, as_version=4))
    assert list(found) == ["study", "out_dir", "replications", "seed"]
    assert found["study"] == "scenarios/studies/which_contract.yaml" and found["out_dir"] == ""


def test_it_renders_from_the_tables_of_a_run(hostile: dict[str, pd.DataFrame], tmp_path: Path) -> None:
    folder = tmp_path / "run"
    folder.mkdir()
    for name, table in hostile.items():
        table.to_parquet(folder / f"{name}.parquet")
    node = nbformat.read(NOTEBOOK, as_version=4)
    node.cells.insert(1, nbformat.v4.new_code_cell(STAND_IN, id="stand-in"))
    source = tmp_path / "compare_contracts.ipynb"
    nbformat.write(node, source)
    done = render(source, tmp_path / "out", {"out_dir": str(folder)})
    body = done.html.read_text()
    assert active_content(body) == []
    assert body.count("<svg") == 15 and body.count("<table") == 8
    assert "<script" not in body and "&lt;script&gt;" in body
    assert "No recommendation: 12 replications are too few" in body
    assert "prices: solved" in body and "Only the calls in" in body
    assert "stderr" not in body.split("</style>")[1]


@pytest.mark.parametrize(
    "word", ["question", "inputs", "answer", "sure", "why", "when", "change", "vendor", "limits", "next"]
)
def test_it_covers_what_an_executive_asks(word: str) -> None:
    ids = [cell.id for cell in nbformat.read(NOTEBOOK, as_version=4).cells if cell.cell_type == "markdown"]
    assert any(each.startswith(word) for each in ids)
