"""Compiled code: never stale, never in the source folder, and no other user of numba notices."""

import os
import shutil
import subprocess
import sys
from pathlib import Path

import numba
import numpy as np
import pytest

from orm_sim.core import compiled
from orm_sim.core.compiled import jit

CALLEE = """
from orm_sim.core.compiled import jit
from orm_sim.core.constant import RATE

@jit
def low(x):
    return x * RATE
"""
CALLER = """
from orm_sim.core.compiled import jit
from orm_sim.core.callee import low

@jit
def high(x):
    return low(x) + 1.0
"""
PRINT = (
    "from orm_sim.core.caller import high; print(high(2.0), sum(high.dispatcher.stats.cache_hits.values()))"
)


@pytest.fixture
def package(tmp_path: Path) -> Path:
    """A small package with this cache: `caller` calls `callee`, which reads a number from `constant`."""
    core = tmp_path / "code" / "orm_sim" / "core"
    core.mkdir(parents=True)
    (core.parent / "__init__.py").touch()
    (core / "__init__.py").touch()
    shutil.copy(compiled.__file__, core / "compiled.py")
    (core / "constant.py").write_text("RATE = 10.0\n")
    (core / "callee.py").write_text(CALLEE)
    (core / "caller.py").write_text(CALLER)
    (core / "unrelated.py").write_text("WORD = 'none of this is compiled'\n")
    return core.parent


def ran(package: Path, **environment: str) -> tuple[float, int]:
    """Value of high(2.0) in a fresh process, and how many functions came from the cache."""
    said = subprocess.run(
        [sys.executable, "-B", "-c", PRINT],
        cwd=package.parent,
        env=os.environ | environment,
        capture_output=True,
        text=True,
        check=True,
    )
    value, hits = said.stdout.split()
    return float(value), int(hits)


def test_changed_callee_or_constant_is_compiled_anew(package: Path, tmp_path: Path) -> None:
    cache = {"NUMBA_CACHE_DIR": str(tmp_path / "cache")}
    assert ran(package, **cache) == (21.0, 0)
    assert ran(package, **cache) == (21.0, 1)
    (package / "core" / "constant.py").write_text("RATE = 20.0\n")
    assert ran(package, **cache) == (41.0, 0)
    callee = package / "core" / "callee.py"
    callee.write_text(callee.read_text().replace("x * RATE", "x - RATE"))
    assert ran(package, **cache) == (-17.0, 0)
    assert not list(package.rglob("*.nb[ci]")), "machine code was put beside the sources"


def test_runs_where_no_place_can_be_written(package: Path, tmp_path: Path) -> None:
    blocked = tmp_path / "a_file"
    blocked.touch()
    nowhere = dict.fromkeys(
        ("NUMBA_CACHE_DIR", "XDG_CACHE_HOME", "LOCALAPPDATA", "TMPDIR", "HOME"), str(blocked / "x")
    )
    source = "import tempfile; tempfile.tempdir = '" + str(blocked) + "'; " + PRINT
    said = subprocess.run(
        [sys.executable, "-B", "-c", source],
        cwd=package.parent,
        env=os.environ | nowhere,
        capture_output=True,
        text=True,
        check=True,
    )
    assert said.stdout.split() == ["21.0", "0"]


def test_sources_are_those_that_compiled_code_may_read(package: Path) -> None:
    names = {path.relative_to(package).as_posix() for path in compiled.compiled_sources(package)}
    assert {"core/compiled.py", "core/callee.py", "core/caller.py", "core/constant.py"} <= names
    assert "core/unrelated.py" not in names
    before = compiled.sources_digest(package)
    (package / "core" / "unrelated.py").write_text("WORD = 'changed'\n")
    assert compiled.sources_digest(package) == before
    (package / "core" / "constant.py").write_text("RATE = 11.0\n")
    assert compiled.sources_digest(package) != before


def test_folder_others_can_write_is_not_trusted(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    if not hasattr(os, "getuid"):
        pytest.skip("no owners of folders on this system")
    shared = tmp_path / "shared"
    shared.mkdir()
    shared.chmod(0o777)
    monkeypatch.setattr(compiled, "_CHOSEN", [])
    monkeypatch.setenv("NUMBA_CACHE_DIR", str(shared))
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "own"))
    monkeypatch.setenv("HOME", str(tmp_path / "own"))
    chosen = compiled.cache_folder()
    assert chosen is not None
    assert tmp_path / "own" in chosen.parents
    assert not list(shared.iterdir())


def test_folders_unused_for_a_month_are_removed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    for name, age_days in (("compiled-old", 31), ("compiled-recent", 29)):
        (tmp_path / name / "room").mkdir(parents=True)
        when = compiled.time.time() - age_days * 86_400
        os.utime(tmp_path / name, (when, when))
    monkeypatch.setattr(compiled, "_CHOSEN", [])
    monkeypatch.setenv("NUMBA_CACHE_DIR", str(tmp_path))
    folder = compiled.cache_folder()
    assert folder is not None
    assert {path.name for path in tmp_path.iterdir() if path.is_dir()} == {"compiled-recent", folder.name}


def test_noted_digest_is_that_of_the_sources(tmp_path: Path) -> None:
    right = compiled.sources_digest()
    assert compiled._known_digest(tmp_path) == right
    (note,) = tmp_path.iterdir()
    assert compiled._known_digest(tmp_path) == right
    note.write_text("../elsewhere")
    assert compiled._known_digest(tmp_path) == right
    assert note.read_text() == right


def test_numba_elsewhere_keeps_its_own_setting() -> None:
    before = numba.config.CACHE_DIR
    assert jit(lambda x: x)(1) == 1
    after = numba.config.CACHE_DIR
    assert after == before


def test_arithmetic_is_that_of_numpy_and_in_the_order_written() -> None:
    @jit
    def ratio(x: float, y: float) -> float:
        return x / y

    @jit
    def lost(x: float, y: float) -> float:
        return (x + y) - x  # y, were it reordered as fastmath does

    assert ratio(1.0, 0.0) == np.inf
    assert np.isnan(ratio(0.0, 0.0))
    assert lost(1e16, 1.0) == 0.0
