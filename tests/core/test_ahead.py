"""Object files of entries: a warm process does without numba, gives the same, and trusts no damaged file."""

import subprocess
import sys
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
import pytest

from orm_sim.core import ahead, compiled
from orm_sim.core.ahead import entry
from orm_sim.core.compiled import jit


class Pair(NamedTuple):
    whole: Any
    real: Any


ROW = np.dtype([("n", np.int64), ("x", np.float64)], align=True)


@entry
@jit
def mixed(pair: Pair, rows: Any, k: int, x: float) -> float:
    """A number that every argument enters, by another weight."""
    total = x + 10.0 * k
    for i in range(pair.whole.shape[0]):
        for j in range(pair.whole.shape[1]):
            total += 100.0 * (i + 1) * pair.whole[i, j] + j
    for i in range(rows.size):
        total += 1000.0 * rows[i].n + rows[i].x
        rows[i].n += 1
    return total + pair.real[-1]


@entry
@jit
def above(k: int, x: float) -> bool:
    """Whether k is above x."""
    return k > x


@entry
@jit
def count(x: Any) -> int:
    """Elements above 0."""
    n = 0
    for i in range(x.size):
        n += x[i] > 0
    return n


@entry
@jit
def fail(x: Any) -> None:
    """Raise where the first number is below 0."""
    if x[0] < 0.0:
        raise ValueError("below 0")
    x[0] = 7.0


def fresh(function: Any) -> Any:
    """The same entry as a new process has it: nothing loaded, nothing compiled."""
    return entry(jit(function.py_func))


def arguments() -> tuple[Any, ...]:
    rows = np.zeros(2, ROW)
    rows["n"], rows["x"] = (1, 2), (0.25, 0.5)
    return Pair(np.arange(6).reshape(2, 3), np.array([1.0, 0.125])), rows, 3, np.float64(0.5)


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setattr(compiled, "_CHOSEN", [tmp_path])
    return tmp_path


def without_compiler(monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(*_: Any) -> None:
        raise LookupError("the compiler was asked")

    monkeypatch.setattr(compiled, "_numba", refuse)


def test_object_file_gives_what_numba_and_python_give(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    # 0.5 + 30 + 100 (0+1+2) + 3 + 200 (3+4+5) + 3 + 1000.25 + 2000.5 + 0.125
    by_hand = 5737.375
    first = arguments()
    assert fresh(mixed)(*first) == by_hand
    assert first[1]["n"].tolist() == [2, 3]
    assert [above(2, 1.0), above(0, 1.0), count(np.array([1.0, -1.0, 2.0]))] == [True, False, 2]
    assert len(list(folder.glob("*.o"))) == 3
    without_compiler(monkeypatch)
    again, second = fresh(mixed), arguments()
    assert again(*second) == by_hand
    assert second[1]["n"].tolist() == [2, 3]
    assert again(*second) == by_hand + 2000.0
    assert [fresh(above)(2, 1.0), fresh(above)(0, 1.0), fresh(count)(np.array([1.0, -1.0, 2.0]))] == [
        True,
        False,
        2,
    ]
    assert fresh(above)(2, 1.0) is True


@pytest.mark.parametrize("damage", ["cut", "changed", "empty", "text"])
def test_damaged_file_is_not_run_but_written_anew(
    folder: Path, monkeypatch: pytest.MonkeyPatch, damage: str
) -> None:
    assert fresh(count)(np.ones(3)) == 3
    (path,) = folder.glob("count-*.o")
    whole = path.read_bytes()
    middle = len(whole) // 2
    path.write_bytes(
        {
            "cut": whole[:middle],
            "changed": whole[:middle] + bytes([whole[middle] ^ 1]) + whole[middle + 1 :],
            "empty": b"",
            "text": b"not machine code",
        }[damage]
    )
    assert fresh(count)(np.ones(4)) == 4
    without_compiler(monkeypatch)
    assert fresh(count)(np.ones(5)) == 5


def test_other_types_processors_and_settings_have_files_of_their_own(
    folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    entered = fresh(count)
    assert entered(np.ones(3)) == 3
    assert entered(np.ones(3, np.int64)) == 3
    assert entered(np.ones(6)[::2]) == 3  # not contiguous: no file, numba itself
    still = np.ones(3)
    still.setflags(write=False)
    assert entered(still) == 3
    assert len(list(folder.glob("count-*.o"))) == 2
    key = ahead._key((np.ones(3),), [])
    assert key is not None
    paths = {ahead._path(count.py_func, key)}  # type: ignore[attr-defined]
    monkeypatch.setenv("NUMBA_OPT", "1")
    paths.add(ahead._path(count.py_func, key))  # type: ignore[attr-defined]
    monkeypatch.setattr(ahead, "_processor", lambda: ("another", "processor", ""))
    paths.add(ahead._path(count.py_func, key))  # type: ignore[attr-defined]
    assert len(paths) == 3
    monkeypatch.setattr(compiled, "_CHOSEN", [None])
    assert ahead._path(count.py_func, key) is None  # type: ignore[attr-defined]
    assert fresh(count)(np.ones(3)) == 3


@pytest.mark.parametrize("outside", [True, 2**63, np.int32(1), np.float32(1.0), None, (1, 2), np.array(1.0)])
def test_what_has_no_place_in_a_frame_goes_to_numba(outside: object) -> None:
    assert ahead._key((1.0, outside), []) is None


@pytest.mark.filterwarnings("ignore::pytest.PytestUnraisableExceptionWarning")
def test_error_inside_is_never_a_result(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    fresh(fail)(np.ones(1))
    without_compiler(monkeypatch)
    loaded, x = fresh(fail), np.ones(1)
    loaded(x)
    assert x[0] == 7.0
    with pytest.raises(RuntimeError, match="stopped before its end"):
        loaded(np.array([-1.0]))


def test_only_compiled_functions_are_entries() -> None:
    with pytest.raises(TypeError, match="declared with jit"):
        entry(lambda x: x)


RUN = """
import sys
from orm_sim.cli.centre import run_centre
from pathlib import Path
run_centre(
    Path({file!r}), engine_name="kernel", replications=1, seed=1, workers=1, as_json=True, trace=None, table=None
)
heavy = [name for name in ("numba", "pandas", "scipy", "simpy", "rich") if name in sys.modules]
print(heavy, file=sys.stderr)
from orm_sim.core.streams import normal_quantile
print(normal_quantile(0.5), file=sys.stderr)
"""


def test_warm_process_simulates_a_centre_without_numba(tmp_path: Path) -> None:
    file = Path(__file__).parents[2] / "scenarios" / "centres" / "two_skills.yaml"

    def run() -> tuple[str, list[str]]:
        said = subprocess.run(
            [sys.executable, "-c", RUN.format(file=str(file))], capture_output=True, text=True, check=True
        )
        return said.stdout, said.stderr.splitlines()

    run()
    cold_or_warm, _ = run()
    warm, (heavy, middle) = run()
    assert warm == cold_or_warm
    assert heavy == "[]"
    assert float(middle) == 0.0, "numba must still work once its two small libraries are loaded"


def test_who_asks_is_told_once_before_compiling_and_not_when_code_is_loaded(folder: Path) -> None:
    told: list[str] = []
    ahead.before_compiling(lambda: told.append("compiling"))
    assert fresh(above)(3, 2.5) and fresh(count)(np.ones(2)) == 2
    assert told == ["compiling"], "once, though two were compiled"
    ahead.before_compiling(lambda: told.append("again"))
    assert fresh(above)(3, 2.5)
    assert told == ["compiling"]
    ahead.before_compiling(lambda: None)
