"""The rooms of the package: in the order of the design, each introduced, none overgrown."""

import ast
import re
import tomllib
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
PACKAGE = ROOT / "orm_sim"
ORDER = [
    *("core", "demand", "centre", "kpi", "contract", "finance", "vendor", "risk", "relationship", "scenario"),
    *("calibrate", "simulation", "study", "decision", "negotiation", "report", "cli"),
]
SOURCES = sorted(PACKAGE.rglob("*.py"))
NAMES = [path.relative_to(ROOT).as_posix() for path in SOURCES]
TEXT = {".py", ".toml", ".yaml", ".yml", ".md", ".ipynb", ".lock", ".j2", ".json", ".cfg", ""}
TOP = {
    *("notebooks", "orm_sim", "scenarios", "outputs", "tests", "environment.yml", "README.md"),
    *("pyproject.toml", "requirements.lock", "run.py", "CHANGELOG.md"),
}
IGNORED = {".git", ".venv", ".venv.lock", "__pycache__"}


def tracked() -> list[Path]:
    """Every file that belongs to the repository, told by where it lies."""
    tops = [ROOT / name for name in (*TOP, ".ci", ".gitignore")]
    inside = [path for top in tops for path in ([top] if top.is_file() else top.rglob("*"))]
    return [
        path for path in inside if path.is_file() and not IGNORED & set(path.parts) and not is_result(path)
    ]


def is_result(path: Path) -> bool:
    return ROOT / "outputs" in path.parents or ".ipynb_checkpoints" in path.parts


def layers() -> list[str]:
    """Layers of the import contract, lowest first; parentheses mark a room that may be empty yet."""
    content = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))
    (contract,) = (c for c in content["tool"]["importlinter"]["contracts"] if c["type"] == "layers")
    assert contract["exhaustive"] is True
    return list(reversed(contract["layers"]))


def test_import_order_is_that_of_the_design() -> None:
    assert [layer.strip("()") for layer in layers()] == ORDER


def test_only_rooms_that_are_not_there_are_optional() -> None:
    present = {
        path.stem for path in PACKAGE.iterdir() if (path / "__init__.py").is_file() or path.suffix == ".py"
    }
    optional = {layer.strip("()") for layer in layers() if layer.startswith("(")}
    assert optional == set(ORDER) - present


@pytest.mark.parametrize("path", SOURCES, ids=NAMES)
def test_file_opens_by_saying_what_it_holds(path: Path) -> None:
    docstring = ast.get_docstring(ast.parse(path.read_text(encoding="utf-8")))
    assert docstring, "a file opens with one or two lines that say what it holds"
    assert len(docstring.splitlines()[0]) > 10


@pytest.mark.parametrize("path", SOURCES, ids=NAMES)
def test_sizes_are_healthy(path: Path) -> None:
    text = path.read_text(encoding="utf-8")
    assert text.count("\n") <= 400, "a module this long holds more than one concept"
    functions = (
        n for n in ast.walk(ast.parse(text)) if isinstance(n, ast.FunctionDef | ast.AsyncFunctionDef)
    )
    bodies = {function.name: lines_of_body(function) for function in functions}
    assert {name: lines for name, lines in bodies.items() if lines > 50} == {}


def lines_of_body(function: ast.FunctionDef | ast.AsyncFunctionDef) -> int:
    """Lines of a function without its head and docstring."""
    body = function.body[1:] if ast.get_docstring(function) is not None else function.body
    return body[-1].end_lineno - body[0].lineno + 1 if body and body[-1].end_lineno else 0


@pytest.mark.parametrize("path", SOURCES, ids=NAMES)
def test_nothing_hangs_on_the_hash_of_a_process(path: Path) -> None:
    """hash() of a text differs from process to process; names are hashed with blake2."""
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        assert not (isinstance(node, ast.Name) and node.id == "hash"), f"hash() in line {node.lineno}"


@pytest.mark.parametrize("path", SOURCES, ids=NAMES)
def test_names_say_what_things_are(path: Path) -> None:
    words = re.compile(r"(Manager|Handler|Helper)$|^(utils?|helpers?|misc|common)$")
    classes = {n.name for n in ast.walk(ast.parse(path.read_text("utf-8"))) if isinstance(n, ast.ClassDef)}
    assert [name for name in {path.stem, *classes} if words.search(name)] == []


def test_top_level_holds_what_the_design_names() -> None:
    present = {
        path.name for path in ROOT.iterdir() if not path.name.startswith(".") and path.name not in IGNORED
    }
    assert present - {"LICENSE"} == TOP


def test_no_file_names_a_folder_of_one_machine() -> None:
    places = [
        re.escape(str(ROOT)),
        re.escape(str(Path.home()) + "/"),
        r"[A-Z]:\\Users",
        "/home/[a-z]+/",
        "/Users/[a-z]+/",
    ]
    pattern = re.compile("|".join(places))
    found = [
        path.relative_to(ROOT).as_posix()
        for path in tracked()
        if path.suffix in TEXT and pattern.search(path.read_text(encoding="utf-8")) and path != Path(__file__)
    ]
    assert found == []
