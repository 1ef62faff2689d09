"""run.py: what it says where Python will not do, when it builds, and what it hands over."""

import ast
import importlib.util
import json
import os
import shutil
import subprocess
import sys
from collections import namedtuple
from collections.abc import Iterator
from pathlib import Path
from types import ModuleType

import pytest

ROOT = Path(__file__).resolve().parents[2]
Version = namedtuple("Version", "major minor micro releaselevel serial")


class Built:
    """A copy of run.py in an empty place, whose commands are noted down instead of run."""

    def __init__(self, run: ModuleType, root: Path) -> None:
        self.run, self.root = run, root
        self.commands: list[list[str]] = []
        self.failing: tuple[str, ...] = ()

    def command(self, command: list[str]) -> int:
        """Note a command; it succeeds unless a word of `failing` is in it. A venv command leaves a python."""
        self.commands.append(command)
        if any(word in command or word == os.path.basename(command[0]) for word in self.failing):
            return 1
        if command[1:3] == ["-m", "venv"]:
            for name in ("python", "uv"):
                path = Path(self.run.program(name))
                path.parent.mkdir(parents=True, exist_ok=True)
                path.touch()
        return 0

    def did(self) -> list[str]:
        """What the noted commands were for, in order."""
        words = {"-m venv": "venv", "uv.txt": "uv", "requirements.lock": "packages", "--editable": "project"}
        words["warm"] = "engine"
        return [next(is_for for word, is_for in words.items() if word in " ".join(c)) for c in self.commands]


@pytest.fixture
def built(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Built]:
    for name in ("run.py", "requirements.lock", "pyproject.toml"):
        shutil.copy(ROOT / name, tmp_path / name)
    specification = importlib.util.spec_from_file_location("copied_run", tmp_path / "run.py")
    assert specification is not None
    assert specification.loader is not None
    run = importlib.util.module_from_spec(specification)
    specification.loader.exec_module(run)
    result = Built(run, tmp_path)
    monkeypatch.setattr(run, "run", result.command)
    before = Path.cwd()
    yield result
    os.chdir(before)


def left(root: Path) -> set[str]:
    return {path.name for path in root.iterdir()} - {
        "run.py",
        "requirements.lock",
        "pyproject.toml",
        "__pycache__",
    }


# -- Pythons that will not do --------------------------------------------------------------------------------


def test_an_old_python_can_read_it() -> None:
    ast.parse((ROOT / "run.py").read_text(encoding="utf-8"), feature_version=(3, 6))


@pytest.mark.parametrize("arguments", [[], ["test"], ["compare", "study.yaml"]])
def test_old_python_is_told_so_and_nothing_is_written(
    built: Built, arguments: list[str], monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(sys, "version_info", Version(3, 9, 2, "final", 0))
    monkeypatch.setattr(built.run.shutil, "which", lambda name: None)
    with pytest.raises(SystemExit) as end:
        built.run.main(arguments)
    said = capsys.readouterr()
    assert end.value.code == 3
    assert said.out == ""
    assert said.err.splitlines() == [
        f"run.py: Python 3.11 or newer is needed; this is Python 3.9.2 ({sys.executable}).",
        "    Install a newer one and start this file with it:  python3.14 run.py",
        "Nothing was run.",
    ]
    assert left(built.root) == set()
    assert built.commands == []


def test_old_python_is_shown_the_newer_one(
    built: Built, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(sys, "version_info", Version(3, 10, 0, "final", 0))
    monkeypatch.setattr(built.run.shutil, "which", lambda name: "x" if name == "python3.12" else None)
    with pytest.raises(SystemExit):
        built.run.main([])
    assert "This machine has a newer one:  python3.12 run.py" in capsys.readouterr().err


def test_missing_ensurepip_is_told_and_nothing_is_written(
    built: Built, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(built.run.importlib.util, "find_spec", lambda name: None)
    with pytest.raises(SystemExit) as end:
        built.run.main([])
    version = f"{sys.version_info[0]}.{sys.version_info[1]}"
    assert end.value.code == 3
    assert capsys.readouterr().err.splitlines() == [
        "run.py: This Python cannot make an environment: its module ensurepip is missing.",
        f"    On Debian or Ubuntu:  sudo apt install python{version}-venv",
        "Nothing was run.",
    ]
    assert left(built.root) == set()
    assert built.commands == []


def test_python_without_ensurepip_is_told_so_in_earnest(tmp_path: Path) -> None:
    """A real process in which the module cannot be found, as on Debian without python3-venv."""
    shutil.copy(ROOT / "run.py", tmp_path)
    for name in ("requirements.lock", "pyproject.toml"):
        shutil.copy(ROOT / name, tmp_path)
    (tmp_path / "sitecustomize.py").write_text(
        "import importlib.util as u; real = u.find_spec\n"
        "u.find_spec = lambda name, *a: None if name == 'ensurepip' else real(name, *a)\n"
    )
    ended = subprocess.run(
        [sys.executable, "-B", "run.py"],
        cwd=tmp_path,
        env=os.environ | {"PYTHONPATH": str(tmp_path)},
        capture_output=True,
        text=True,
        check=False,
    )
    assert ended.returncode == 3
    assert "ensurepip is missing" in ended.stderr
    assert "Traceback" not in ended.stderr
    assert not (tmp_path / ".venv").exists()


# -- when it builds ------------------------------------------------------------------------------------------


def test_first_use_builds_and_the_next_does_not(built: Built) -> None:
    built.run.prepare()
    assert built.did() == ["venv", "uv", "packages", "project", "engine"]
    built.run.prepare()
    assert len(built.commands) == 5
    assert left(built.root) == {".venv", ".venv.lock"}


@pytest.mark.parametrize("change", ["lock", "python", "place"])
def test_lock_python_or_place_changed_builds_anew(built: Built, change: str) -> None:
    built.run.prepare()
    old = built.root / ".venv" / "left_over"
    old.touch()
    if change == "lock":
        (built.root / "requirements.lock").write_text("uv==0.0.1 \\\n    --hash=sha256:00\n")
    else:
        stamp = json.loads(Path(built.run.STAMP).read_text())
        Path(built.run.STAMP).write_text(json.dumps(stamp | {change: "another"}))
        assert built.run.wanted_stamp()[change]
    built.commands.clear()
    built.run.prepare()
    assert built.did() == ["venv", "uv", "packages", "project", "engine"]
    assert not old.exists()


def test_changed_project_is_installed_anew_and_nothing_else(built: Built) -> None:
    built.run.prepare()
    built.commands.clear()
    with (built.root / "pyproject.toml").open("a") as handle:
        handle.write("\n# changed\n")
    built.run.prepare()
    assert built.did() == ["project", "engine"]
    built.run.prepare()
    assert len(built.commands) == 2


@pytest.mark.parametrize("at", ["venv", "uv.txt", "requirements.lock", "--editable"])
def test_build_killed_anywhere_is_done_again(built: Built, at: str, monkeypatch: pytest.MonkeyPatch) -> None:
    def killed(command: list[str]) -> int:
        if at in " ".join(command):
            raise KeyboardInterrupt
        return built.command(command)

    monkeypatch.setattr(built.run, "run", killed)
    with pytest.raises(KeyboardInterrupt):
        built.run.prepare()
    assert built.run.read_stamp() is None
    built.commands.clear()
    monkeypatch.setattr(built.run, "run", built.command)
    built.run.prepare()
    assert built.did() == ["venv", "uv", "packages", "project", "engine"]
    assert built.run.read_stamp() == built.run.wanted_stamp()


def test_pip_takes_over_where_uv_fails(built: Built) -> None:
    built.failing = ("uv",)
    built.run.prepare()
    by = ["uv" if os.path.basename(command[0]) == "uv" else "pip" for command in built.commands[2:-1]]
    assert by == ["uv", "pip", "uv", "pip"]
    assert all("--require-hashes" in command for command in built.commands[1:4])
    assert built.run.read_stamp() == built.run.wanted_stamp()


def test_failed_installation_leaves_no_environment(built: Built, capsys: pytest.CaptureFixture[str]) -> None:
    built.failing = ("--require-hashes",)
    with pytest.raises(SystemExit) as end:
        built.run.prepare()
    assert end.value.code == 3
    assert "could not be installed" in capsys.readouterr().err
    assert left(built.root) == {".venv.lock"}


def test_environment_of_someone_else_is_left_alone(built: Built, capsys: pytest.CaptureFixture[str]) -> None:
    theirs = built.root / ".venv" / "pyvenv.cfg"
    theirs.parent.mkdir()
    theirs.write_text("home = elsewhere\n")
    with pytest.raises(SystemExit):
        built.run.prepare()
    assert "was not made by run.py" in capsys.readouterr().err
    assert theirs.read_text() == "home = elsewhere\n"
    assert built.commands == []


def test_only_uv_is_taken_from_the_lock(built: Built) -> None:
    lines = built.run.locked("uv", (ROOT / "requirements.lock").read_text()).splitlines()
    assert lines[0].startswith("uv==")
    assert len(lines) > 1
    assert all(line.lstrip().startswith("--hash=sha256:") for line in lines[1:])
    assert not lines[-1].endswith("\\")


# -- what it hands over --------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("arguments", "command"),
    [
        ([], ["orm-sim", "compare", "scenarios/studies/which_contract.yaml"]),
        (["--seed", "3"], ["orm-sim", "compare", "scenarios/studies/which_contract.yaml", "--seed", "3"]),
        (["validate", "a.yaml"], ["orm-sim", "validate", "a.yaml"]),
        (["run", "--help"], ["orm-sim", "run", "--help"]),
        (["--version"], ["orm-sim", "--version"]),
    ],
)
def test_arguments_are_handed_over(
    built: Built, arguments: list[str], command: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    handed: list[list[str]] = []

    def become(command: list[str]) -> int:
        handed.append([os.path.basename(command[0]), *(word.replace(os.sep, "/") for word in command[1:])])
        return 7

    monkeypatch.setattr(built.run, "become", become)
    assert built.run.main(arguments) == 7
    assert handed == [command]


def test_default_study_exists(built: Built) -> None:
    assert (ROOT / built.run.STUDY).is_file()


def test_help_needs_no_environment(built: Built, capsys: pytest.CaptureFixture[str]) -> None:
    assert built.run.main(["--help"]) == 0
    said = capsys.readouterr().out
    assert said.startswith("usage: python3 run.py")
    assert all(command in said for command in ("test", "compare", "run", "validate", "calibrate", "schema"))
    assert left(built.root) == set()


def test_all_checks_are_run_and_any_failure_counts(built: Built, capsys: pytest.CaptureFixture[str]) -> None:
    assert built.run.run_tests([]) == 0
    names = [os.path.basename(command[0]) for command in built.commands]
    assert names == ["ruff", "ruff", "lint-imports", "mypy", "pytest"]
    assert built.commands[-1][-3:] == ["tests", "orm_sim", "notebooks"]
    assert "--nbval-lax" in built.commands[-1]
    built.failing = ("mypy",)
    assert built.run.run_tests(["-k", "word"]) == 1
    assert built.commands[-1][-5:] == ["-k", "word", "tests", "orm_sim", "notebooks"]
    assert capsys.readouterr().out.splitlines()[-1] == "run.py test: failed: types"


def test_named_tests_are_the_only_ones(built: Built) -> None:
    (built.root / "tests").mkdir()
    (built.root / "tests" / "test_x.py").touch()
    built.run.run_tests(["tests/test_x.py::test_y", "-q"])
    assert built.commands[-1][-2:] == ["tests/test_x.py::test_y", "-q"]
