"""pyproject.toml, environment.yml and requirements.lock name the same packages, in the same ranges."""

import ast
import re
import sys
import tomllib
from importlib.metadata import packages_distributions
from pathlib import Path
from typing import Any

import pytest
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name
from ruamel.yaml import YAML

ROOT = Path(__file__).resolve().parents[2]
LOCK = (ROOT / "requirements.lock").read_text(encoding="utf-8")
LOCKED_LINE = re.compile(r"(?P<name>[A-Za-z0-9._-]+)==(?P<version>[^ ]+)(?: ; (?P<marker>.+?))? \\")


def project() -> dict[str, Any]:
    """What pyproject.toml holds."""
    return tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))


def declared() -> dict[str, Requirement]:
    """What is needed to run, to test and to install, by canonical name."""
    content = project()
    groups = content["dependency-groups"]
    lines = [*content["project"]["dependencies"], *(x for group in groups.values() for x in group)]
    needs = [Requirement(line) for line in lines if isinstance(line, str)]
    return {canonicalize_name(need.name): need for need in needs}


def locked() -> dict[str, list[str]]:
    """Versions in the lock by canonical name; more than one where Pythons or systems differ."""
    versions: dict[str, list[str]] = {}
    for line in LOCK.splitlines():
        if not line.startswith(" "):
            match = LOCKED_LINE.fullmatch(line)
            assert match, f"not a pinned package: {line}"
            versions.setdefault(canonicalize_name(match["name"]), []).append(match["version"])
    return versions


def test_every_package_is_locked_inside_its_range() -> None:
    versions = locked()
    outside = {
        name: versions.get(name)
        for name, need in declared().items()
        if name not in versions or not all(need.specifier.contains(version) for version in versions[name])
    }
    assert not outside, f"make the lock anew, as pyproject.toml says at its top: {outside}"


def test_every_locked_file_has_a_digest() -> None:
    blocks = re.split(r"\n(?! )", LOCK.strip())
    without = [
        block.splitlines()[0] for block in blocks if not re.search(r"--hash=sha256:[0-9a-f]{64}", block)
    ]
    assert not without


def test_lock_holds_no_address() -> None:
    assert not re.search(r"://|@|--(extra-)?index|--find-links|\bfile:|/|^-", LOCK, re.MULTILINE)


def test_conda_environment_repeats_names_and_ranges() -> None:
    environment = YAML(typ="safe").load(ROOT / "environment.yml")
    lines = [line.split(" ", maxsplit=1) for line in environment["dependencies"]]
    ranges = {canonicalize_name(name): "".join(rest) for name, *rest in lines}
    assert ranges.pop("python") == project()["project"]["requires-python"]
    assert ranges.pop("pip") == ""
    assert {name: Requirement(f"x{text}").specifier for name, text in ranges.items()} == {
        name: need.specifier for name, need in declared().items()
    }
    assert environment["channels"] == ["conda-forge", "nodefaults"]


@pytest.mark.parametrize("name", sorted(declared()))
def test_every_range_has_both_ends(name: str) -> None:
    operators = {clause.operator for clause in declared()[name].specifier}
    assert operators == {">=", "<"}, f"{name} admits versions nobody has tried"


def test_python_versions_agree() -> None:
    content = project()
    assert content["project"]["requires-python"] == ">=3.11"
    assert content["tool"]["ruff"]["target-version"] == "py311"
    assert content["tool"]["mypy"]["python_version"] == "3.11"
    assert "OLDEST, NEWEST = (3, 11), (3, 14)" in (ROOT / "run.py").read_text(encoding="utf-8")


def test_what_tests_need_is_not_needed_to_run() -> None:
    content = project()
    to_run = {canonicalize_name(Requirement(line).name) for line in content["project"]["dependencies"]}
    to_test = {
        Requirement(line).name for line in content["dependency-groups"]["test"] if isinstance(line, str)
    }
    assert not to_run & set(map(canonicalize_name, to_test))


NOT_IMPORTED = {"ipykernel", "jupyterlab"}  # no line imports them: notebooks are opened and run with them


def imported() -> set[str]:
    """Packages from elsewhere that the package imports, by canonical name."""
    providers = packages_distributions()
    tops: set[str] = set()
    for path in (ROOT / "orm_sim").rglob("*.py"):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.Import):
                tops |= {alias.name for alias in node.names}
            elif isinstance(node, ast.ImportFrom) and node.module:
                tops.add(node.module)
    foreign = {top.split(".")[0] for top in tops} - {"orm_sim"} - sys.stdlib_module_names
    # a namespace such as `ruamel` is named by its dots
    return {canonicalize_name(providers.get(top, [top])[0]) for top in foreign}


def test_what_is_imported_is_declared_and_the_other_way_round() -> None:
    needed = {canonicalize_name(Requirement(line).name) for line in project()["project"]["dependencies"]}
    extra = {"distributed", "dask"}  # the extra `cluster`
    assert imported() - extra - needed == set()
    assert needed - imported() == NOT_IMPORTED
