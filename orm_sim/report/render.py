"""The strict way to run a notebook with papermill: nothing unknown goes in, nothing is written elsewhere."""

from __future__ import annotations

import ast
import keyword
import os
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import Any, NamedTuple

import nbformat
import papermill
from jupyter_client.kernelspec import KernelSpecManager
from jupyter_client.manager import AsyncKernelManager
from nbclient.exceptions import DeadKernelError
from papermill.exceptions import PapermillExecutionError

from orm_sim.core.errors import InputError, Place, Problem, name_hint
from orm_sim.report.html import PageError, page

Parameter = str | int
"""What a notebook may be given: text and whole numbers."""


class RenderError(Exception):
    """A notebook that failed as it ran; the message says in which cell, why, and where the evidence lies."""


class Rendered(NamedTuple):
    """The two files a rendered notebook leaves."""

    ipynb: Path
    html: Path


class _PinnedKernel(AsyncKernelManager):
    """Starts the interpreter that is running now, whatever kernel specifications are installed, over TCP."""

    def __init__(self, **settings: Any) -> None:
        super().__init__(kernel_spec_manager=KernelSpecManager(kernel_dirs=[]), transport="tcp", **settings)


def render(
    notebook: Path | str,
    out_dir: Path | str,
    parameters: Mapping[str, Parameter] | None = None,
    *,
    name: str | None = None,
) -> Rendered:
    """Run a notebook with parameters and keep it, executed, as ``.ipynb`` and as a self-contained page.

    Parameters
    ----------
    notebook
        The notebook; the cell tagged ``parameters`` names, by plain assignments, what may be passed.
    out_dir
        Folder for both files; made when missing.
    parameters
        New values for names in that cell, of the same type (text or whole number) as the value found there.
    name
        Name of the files without ending; by default the notebook's own.

    Raises
    ------
    InputError
        For every unknown or ill-typed parameter, an unreadable notebook, a name that leads out of `out_dir`.
        Nothing has been run.
    RenderError
        When a cell fails or the kernel does not start twice. The notebook as far as it came is kept in
        `out_dir` as ``<name>.failed.ipynb``.

    Notes
    -----
    The notebook runs in the current folder. Times and the paths papermill records are taken out of the files
    afterwards: the same run gives the same bytes, as far as its parameters and the cells' own outputs are the same.
    """
    source, folder, given = Path(notebook), Path(out_dir), dict(parameters or {})
    node = _checked(source, folder, given, name)
    stem = source.stem if name is None else name
    evidence = folder / f"{stem}.failed.ipynb"
    executed = _settled(_execute(node, source, evidence, given))
    try:
        text = page(executed, _heading(node) or stem)
    except PageError as error:
        raise RenderError(f"{source}: {error}. What ran is kept in {evidence}.") from None
    result = Rendered(folder / f"{stem}.ipynb", folder / f"{stem}.html")
    result.ipynb.write_text(nbformat.writes(executed) + "\n", encoding="utf-8")
    result.html.write_text(text, encoding="utf-8")
    evidence.unlink(missing_ok=True)
    return result


def accepted_parameters(node: nbformat.NotebookNode) -> dict[str, Parameter]:
    """Names and values in the cell tagged ``parameters``: plain assignments of text and whole numbers."""
    found: dict[str, Parameter] = {}
    for cell in node.cells:
        if cell.cell_type != "code" or "parameters" not in cell.metadata.get("tags", []):
            continue
        for line in ast.parse(cell.source).body:
            target = line.targets[0] if isinstance(line, ast.Assign) and len(line.targets) == 1 else None
            if isinstance(line, ast.AnnAssign):
                target = line.target
            value = getattr(line, "value", None)
            if isinstance(target, ast.Name) and isinstance(value, ast.Constant) and _plain(value.value):
                found[target.id] = value.value  # type: ignore[assignment]
    return found


def _heading(node: nbformat.NotebookNode) -> str:
    """The first heading of a notebook; empty when it has none."""
    lines = (line for cell in node.cells if cell.cell_type == "markdown" for line in cell.source.splitlines())
    return next((line.lstrip("# ").strip() for line in lines if line.startswith("# ")), "")


def _plain(value: object) -> bool:
    """Whether a value is text or a whole number (True and False are neither)."""
    return isinstance(value, (str, int)) and not isinstance(value, bool)


def _checked(
    source: Path, folder: Path, given: dict[str, Parameter], name: str | None
) -> nbformat.NotebookNode:
    """The notebook read, after every complaint about it, the parameters and the place of the output."""
    problems = _place_problems(folder, name)
    node: nbformat.NotebookNode | None = None
    try:
        node = nbformat.read(str(source), as_version=4)
        allowed = accepted_parameters(node)
    except FileNotFoundError:
        problems.append(Problem(Place(str(source)), rule="there is no such notebook"))
    except (
        nbformat.reader.NotJSONError,
        nbformat.ValidationError,
        UnicodeDecodeError,
        OSError,
        AttributeError,
    ) as error:
        problems.append(
            Problem(Place(str(source)), rule=f"is not a notebook that can be read: {_first_line(error)}")
        )
    except SyntaxError as error:
        problems.append(
            Problem(Place(str(source)), rule=f"the cell tagged 'parameters' is not Python: {error.msg}")
        )
    else:
        for key, value in given.items():
            problems += _parameter_problems(source, allowed, key, value)
    if problems or node is None:
        raise InputError(problems)
    return node


def _place_problems(folder: Path, name: str | None) -> list[Problem]:
    """What is wrong with the place asked for: papermill fills in braces, and a name may climb out of it."""
    problems = []
    if "{" in str(folder) or "}" in str(folder):
        problems.append(
            Problem(Place(str(folder)), rule="an output folder must not hold the characters { or }")
        )
    else:
        try:
            folder.mkdir(parents=True, exist_ok=True)
        except OSError as error:
            rule = f"the output folder cannot be made: {error.strerror}"
            problems.append(Problem(Place(str(folder)), rule=rule))
        else:
            if not os.access(folder, os.W_OK | os.X_OK):
                problems.append(Problem(Place(str(folder)), rule="the output folder cannot be written to"))
    if name is not None and (not name or name.startswith(".") or set(name) & set("{}/\\:\0")):
        problems.append(
            Problem(Place("name"), value=name, rule="must be a plain file name inside the output folder")
        )
    return problems


def _parameter_problems(
    source: Path, allowed: Mapping[str, Parameter], key: str, value: object
) -> list[Problem]:
    """What is wrong with one parameter: its name, its type."""
    place = Place(str(source))
    if not key.isidentifier() or keyword.iskeyword(key):
        return [Problem(place, rule=f"parameter {key!r} is not a name")]
    if key not in allowed:
        return [Problem(place, key, rule="unknown parameter", hint=name_hint(key, list(allowed)))]
    if not _plain(value):
        return [Problem(place, key, repr(value), "must be text or a whole number")]
    if isinstance(allowed[key], str) != isinstance(value, str):
        wanted = "text" if isinstance(allowed[key], str) else "a whole number"
        return [Problem(place, key, repr(value), f"must be {wanted}, as in the notebook")]
    return []


def _execute(
    node: nbformat.NotebookNode,
    source: Path,
    evidence: Path,
    given: dict[str, Parameter],
    *,
    last: bool = False,
) -> nbformat.NotebookNode:
    """The notebook run to its end; a kernel that does not start gets one more try."""
    try:
        executed: nbformat.NotebookNode = papermill.execute_notebook(
            node,
            str(evidence),
            given,
            kernel_name="python3",
            language="python",
            progress_bar=False,
            kernel_manager_class=_PinnedKernel,
            extra_arguments=["--IPKernelApp.log_level=40"],
            record_timing=False,
            shutdown_kernel="immediate",  # a polite end interrupts the kernel, which then complains on our stderr
        )
        return executed
    except PapermillExecutionError as error:
        where = f"{source}, cell {error.cell_index + 1} failed"
        why = f"{error.ename}: {_sentence(error.evalue)}"
        raise RenderError(f"{where}: {why}. What ran is kept in {evidence}.") from None
    except (DeadKernelError, RuntimeError, OSError) as error:
        if last or _began(evidence):
            why = f"the kernel of {sys.executable} died or did not start: {_first_line(error)}"
            raise RenderError(f"{source}: {why}. What ran is kept in {evidence}.") from error
    return _execute(node, source, evidence, given, last=True)


def _began(evidence: Path) -> bool:
    """Whether any cell had run when the kernel was lost."""
    if not evidence.exists():
        return False
    return any(cell.get("execution_count") for cell in nbformat.read(str(evidence), as_version=4).cells)


def _settled(node: nbformat.NotebookNode) -> nbformat.NotebookNode:
    """The executed notebook without what changes from run to run: times, paths, random ids."""
    node.metadata.pop("papermill", None)
    node.metadata.get("language_info", {}).pop("version", None)
    for number, cell in enumerate(node.cells):
        for key in ("papermill", "execution"):
            cell.metadata.pop(key, None)
        if "injected-parameters" in cell.metadata.get("tags", []):
            cell["id"] = f"given-{number}"
    return node


def _sentence(text: str) -> str:
    """The first lines of an error's text in one, as far as they fit."""
    return " ".join(text.split())[:300].rstrip(".")


def _first_line(error: object) -> str:
    """The first line of an error's text, without its full stop."""
    return (str(error).strip().splitlines() or [type(error).__name__])[0].rstrip(".")
