"""Notebooks: stored without results, and thin: what they show is worked out in the package."""

import ast
import json
from pathlib import Path
from typing import Any

import pytest

ROOT = Path(__file__).resolve().parents[2]
NOTEBOOKS = sorted(p for p in (ROOT / "notebooks").rglob("*.ipynb") if ".ipynb_checkpoints" not in p.parts)
NAMES = [path.relative_to(ROOT).as_posix() for path in NOTEBOOKS]
MAX_LINES = 15


def cells(path: Path) -> list[dict[str, Any]]:
    """Code cells of a notebook."""
    content = json.loads(path.read_text(encoding="utf-8"))
    return [cell for cell in content["cells"] if cell["cell_type"] == "code"]


def source(cell: dict[str, Any]) -> str:
    """Python of a cell, without lines for IPython."""
    lines = "".join(cell["source"]).splitlines()
    return "\n".join("pass" if line.lstrip().startswith(("%", "!")) else line for line in lines)


def test_there_is_a_notebook() -> None:
    assert NOTEBOOKS


@pytest.mark.parametrize("path", NOTEBOOKS, ids=NAMES)
def test_stored_without_results(path: Path) -> None:
    with_results = [
        cell["source"] for cell in cells(path) if cell["outputs"] or cell["execution_count"] is not None
    ]
    assert with_results == [], "clean it with: nbstripout notebooks/*.ipynb"
    content = json.loads(path.read_text(encoding="utf-8"))
    assert set(content["metadata"]) <= {"kernelspec", "language_info", "title"}
    assert content["metadata"]["kernelspec"]["name"] == "python3"


@pytest.mark.parametrize("path", NOTEBOOKS, ids=NAMES)
def test_defines_nothing(path: Path) -> None:
    kinds = ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef
    for cell in cells(path):
        named = [node.name for node in ast.walk(ast.parse(source(cell))) if isinstance(node, kinds)]
        assert named == [], "it belongs into the package, where it is tested"


@pytest.mark.parametrize("path", NOTEBOOKS, ids=NAMES)
def test_cells_are_short(path: Path) -> None:
    too_long = [text for text in map(source, cells(path)) if len(text.splitlines()) > MAX_LINES]
    assert too_long == []


@pytest.mark.parametrize("path", NOTEBOOKS, ids=NAMES)
def test_opens_with_words(path: Path) -> None:
    first = json.loads(path.read_text(encoding="utf-8"))["cells"][0]
    assert first["cell_type"] == "markdown", "a notebook says first what it shows"
    assert "".join(first["source"]).startswith("# ")


def test_the_readme_names_every_notebook_with_its_question() -> None:
    """A table row each: number, name, question, input, form of the conclusion; numbered in the order of reading."""
    rows = [line.split("|")[1:-1] for line in (ROOT / "README.md").read_text(encoding="utf-8").splitlines()
            if line.startswith("| ") and ".ipynb`" in line]  # fmt: skip
    assert sorted(row[1].strip(" `") for row in rows) == sorted(path.name for path in NOTEBOOKS)
    assert [row[0].strip() for row in rows] == [str(number) for number in range(len(rows))]
    assert all(len(row) == 5 and row[2].strip().endswith("?") and row[4].strip() for row in rows)
