"""The strict papermill wrapper: what it refuses, what it leaves when a cell fails, the same bytes twice."""

import json
import sys
from pathlib import Path
from typing import Any

import nbformat
import papermill
import pytest

from orm_sim.core.errors import InputError
from orm_sim.report.html import active_content
from orm_sim.report.render import RenderError, accepted_parameters, render

new = nbformat.v4
GIVEN = "study = 'a.yaml'\nreplications: int = 3\nratio = 0.5\nflag = True\nstudies = ['a']\n"


def _write(path: Path, *code: str, given: str = GIVEN) -> Path:
    cells = [
        new.new_markdown_cell("# A heading", id="words"),
        new.new_code_cell(given, id="given", metadata={"tags": ["parameters"]}),
        *(new.new_code_cell(text, id=f"cell-{i}") for i, text in enumerate(code)),
    ]
    nbformat.write(new.new_notebook(cells=cells), path)
    return path


@pytest.fixture
def notebook(tmp_path: Path) -> Path:
    return _write(tmp_path / "a.ipynb", "print(study)")


@pytest.fixture
def never_run(monkeypatch: pytest.MonkeyPatch) -> None:
    def run(*_: Any, **__: Any) -> None:
        pytest.fail("the notebook was run")

    monkeypatch.setattr(papermill, "execute_notebook", run)


def test_parameters_are_the_plain_assignments_of_the_tagged_cell(notebook: Path) -> None:
    assert accepted_parameters(nbformat.read(notebook, as_version=4)) == {
        "study": "a.yaml",
        "replications": 3,
    }


@pytest.mark.usefixtures("never_run")
@pytest.mark.parametrize(
    ("parameters", "said"),
    [
        (
            {"replicatons": 5},
            "replicatons\n    unknown parameter.  Did you mean 'replications'?  Allowed: study, replications",
        ),
        ({"ratio": 1}, "unknown parameter"),
        ({"study": 5}, "study = 5\n    must be text, as in the notebook"),
        ({"replications": "5"}, "must be a whole number, as in the notebook"),
        ({"replications": 0.5}, "replications = 0.5\n    must be text or a whole number"),
        ({"replications": True}, "must be text or a whole number"),
        ({"study": None}, "must be text or a whole number"),
        ({"study": Path("a")}, "must be text or a whole number"),
        ({"import os; os.abort()": 1}, "is not a name"),
        ({"x = 1\n__import__('os')": 1}, "is not a name"),
        ({"class": 1}, "parameter 'class' is not a name"),
    ],
)
def test_parameters_refused(notebook: Path, tmp_path: Path, parameters: dict[Any, Any], said: str) -> None:
    with pytest.raises(InputError) as refusal:
        render(notebook, tmp_path / "out", parameters)
    assert said in str(refusal.value)
    assert str(refusal.value).endswith("1 problem. Nothing was run.")
    assert list((tmp_path / "out").glob("*")) == []


@pytest.mark.usefixtures("never_run")
@pytest.mark.parametrize("name", ["../a", "a/b", "{study}", "a}", "", ".hidden", "C:a", "..", "a\\b", "a\0b"])
def test_names_that_lead_elsewhere_refused(notebook: Path, tmp_path: Path, name: str) -> None:
    with pytest.raises(InputError, match="must be a plain file name inside the output folder"):
        render(notebook, tmp_path / "out", name=name)


@pytest.mark.usefixtures("never_run")
def test_all_problems_at_once(notebook: Path, tmp_path: Path) -> None:
    with pytest.raises(InputError, match="4 problems"):
        render(notebook, tmp_path / "{x}", {"studi": "b", "replications": 1.5}, name="../x")
    assert sorted(tmp_path.iterdir()) == [notebook]


@pytest.mark.usefixtures("never_run")
def test_places_and_notebooks_that_cannot_be_used(notebook: Path, tmp_path: Path) -> None:
    with pytest.raises(InputError, match="there is no such notebook"):
        render(tmp_path / "b.ipynb", tmp_path / "out")
    broken = tmp_path / "broken.ipynb"
    broken.write_text("{")
    with pytest.raises(InputError, match="is not a notebook that can be read"):
        render(broken, tmp_path / "out")
    with pytest.raises(InputError, match="the cell tagged 'parameters' is not Python"):
        render(_write(tmp_path / "c.ipynb", given="study ="), tmp_path / "out")
    with pytest.raises(InputError, match="the output folder cannot be made"):
        render(notebook, notebook / "out")


@pytest.fixture
def foreign_kernel(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """An installed kernel called python3 that is some other program."""
    folder = tmp_path / "jupyter" / "kernels" / "python3"
    folder.mkdir(parents=True)
    argv = ["/bin/false", "{connection_file}"]
    (folder / "kernel.json").write_text(json.dumps({"argv": argv, "display_name": "x", "language": "python"}))
    monkeypatch.setenv("JUPYTER_PATH", str(tmp_path / "jupyter"))


@pytest.mark.usefixtures("foreign_kernel")
def test_renders_with_this_interpreter_to_the_same_bytes(
    tmp_path: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    chart = (
        "from html import escape\nfrom IPython.display import SVG\n"
        "SVG(f'<svg xmlns=\"http://www.w3.org/2000/svg\"><text>{escape(study)}</text></svg>')"
    )
    source = _write(tmp_path / "a.ipynb", "import sys\nprint(study, replications, sys.executable)", chart)
    hostile = "<script>alert(1)</script> {x} \"'\\\n"
    first = render(source, tmp_path / "one", {"study": hostile, "replications": 7})
    again = render(str(source), tmp_path / "two", {"study": hostile, "replications": 7})
    assert [path.read_bytes() for path in first] == [path.read_bytes() for path in again]
    assert sorted(path.name for path in (tmp_path / "one").iterdir()) == ["a.html", "a.ipynb"]
    run = nbformat.read(first.ipynb, as_version=4)
    assert run.cells[3].outputs[0].text == f"{hostile} 7 {sys.executable}\n"
    body = first.html.read_text()
    assert active_content(body) == [] and "<script" not in body
    assert "<svg" in body and "<title>A heading</title>" in body
    assert str(tmp_path) not in first.ipynb.read_text()
    assert capfd.readouterr() == ("", "")


def test_a_failing_cell_leaves_evidence_and_a_sentence(tmp_path: Path) -> None:
    source = _write(tmp_path / "a.ipynb", "print('so far')", "raise KeyError('fees')", "print('never')")
    with pytest.raises(RenderError) as failure:
        render(source, tmp_path / "out")
    evidence = tmp_path / "out" / "a.failed.ipynb"
    assert str(failure.value) == f"{source}, cell 4 failed: KeyError: 'fees'. What ran is kept in {evidence}."
    kept = nbformat.read(evidence, as_version=4)
    assert any("so far" in str(cell.get("outputs")) for cell in kept.cells)
    assert [path.name for path in (tmp_path / "out").iterdir()] == ["a.failed.ipynb"]


def _starts(monkeypatch: pytest.MonkeyPatch, failures: int) -> list[int]:
    """Papermill whose kernel fails to start so many times; the list grows with each try."""
    tries: list[int] = []

    def run(node: nbformat.NotebookNode, *_: Any, **settings: Any) -> nbformat.NotebookNode:
        assert settings["extra_arguments"] == ["--IPKernelApp.log_level=40"]
        tries.append(1)
        if len(tries) <= failures:
            raise RuntimeError("Kernel died before replying to kernel_info")
        return node

    monkeypatch.setattr(papermill, "execute_notebook", run)
    return tries


def test_a_kernel_that_does_not_start_gets_one_more_try(
    notebook: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    tries = _starts(monkeypatch, failures=1)
    assert render(notebook, tmp_path / "out").html.exists()
    assert len(tries) == 2
    tries = _starts(monkeypatch, failures=9)
    with pytest.raises(RenderError, match="died or did not start: Kernel died before replying"):
        render(notebook, tmp_path / "out")
    assert len(tries) == 2
