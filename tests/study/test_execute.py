"""Execution: the same bytes for any number of workers, and after every way a run can be cut short."""

import contextlib
import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pandas as pd
import psutil
import pytest

from orm_sim.core.errors import InputError
from orm_sim.core.processes import ONE_THREAD
from orm_sim.study import Run, RunFailed, RunInterrupted, execute, run_study
from orm_sim.study.plan import Unit
from orm_sim.study.pool import work_through
from orm_sim.study.store import Store
from tests.study.toy import CONTRACTS, OUTCOMES, Toy, heed_ctrl_c, plan

ROOT = Path(__file__).resolve().parents[2]
UNITS = 10


@pytest.fixture(scope="module")
def truth(tmp_path_factory: pytest.TempPathFactory) -> dict[str, bytes]:
    """Tables of the toy study, lived in one process without a pause."""
    out = tmp_path_factory.mktemp("truth")
    return contents(run_study(plan(), Toy(log=str(out)), out, contracts=CONTRACTS))


def contents(run: Run) -> dict[str, bytes]:
    return {path.name: path.read_bytes() for path in sorted(run.store.tables.iterdir())}


def lived(log: Path) -> list[int]:
    """Indices of the units begun, in order."""
    return [
        int(path.name.split("-")[0])
        for path in sorted(log.iterdir(), key=lambda p: int(p.name.split("-")[1]))
    ]


@pytest.fixture
def log(tmp_path: Path) -> Path:
    (tmp_path / "log").mkdir()
    return tmp_path / "log"


@pytest.mark.parametrize(("workers", "block"), [(1, 3), (2, 2), (2, 7)])
def test_any_workers_and_any_cut_give_the_same_bytes(
    workers: int, block: int, tmp_path: Path, log: Path, truth: dict[str, bytes]
) -> None:
    run = run_study(plan(block=block), Toy(log=str(log)), tmp_path, workers, contracts=CONTRACTS)
    assert contents(run) == truth
    assert run.lived == len(lived(log)) == -(-20 // block)
    assert sorted(path.name for path in run.folder.iterdir()) == ["manifest.json", "tables"]
    assert run.manifest["status"] == "complete"


def test_a_complete_run_is_not_lived_again(tmp_path: Path, log: Path, truth: dict[str, bytes]) -> None:
    job = Toy(log=str(log))
    run_study(plan(), job, tmp_path, contracts=CONTRACTS)
    again = run_study(plan(), job, tmp_path, contracts=CONTRACTS)
    assert again.lived == 0
    assert len(lived(log)) == UNITS
    again.store.table_path("outcomes").write_bytes(b"spoilt")
    mended = run_study(plan(), job, tmp_path, contracts=CONTRACTS)
    assert mended.lived == UNITS
    assert contents(mended) == truth


def test_another_seed_is_another_folder(tmp_path: Path) -> None:
    folders = [
        run_study(plan(4, 4, seed=seed), Toy(), tmp_path, contracts=CONTRACTS).folder for seed in (1, 2)
    ]
    assert folders[0] != folders[1]


def test_a_killed_worker_costs_its_block_alone(tmp_path: Path, log: Path, truth: dict[str, bytes]) -> None:
    run = run_study(plan(), Toy(log=str(log), dies=2), tmp_path, 2, contracts=CONTRACTS)
    assert contents(run) == truth
    assert sorted(lived(log)) == sorted([*range(UNITS), 1, 1])


def test_a_block_that_always_kills_its_worker_ends_the_run_and_keeps_the_rest(
    tmp_path: Path, log: Path, truth: dict[str, bytes]
) -> None:
    with pytest.raises(
        RunFailed, match=r"replications 2 to 3 ended its worker process \(try 3, exit code -9\)"
    ):
        run_study(plan(), Toy(log=str(log), dies=99), tmp_path, 2, contracts=CONTRACTS)
    store = Store(tmp_path / plan().run_id, CONTRACTS)
    kept = [unit.index for unit in plan().units if store.is_whole(unit)]
    assert kept == [0, *range(2, UNITS)]
    run = run_study(plan(), Toy(log=str(log), dies=0), tmp_path, contracts=CONTRACTS)
    assert run.lived == UNITS - len(kept)
    assert contents(run) == truth


def test_workers_that_all_die_end_the_run_soon() -> None:
    units = [Unit(i, i, i + 1) for i in range(50)]
    with pytest.raises(RunFailed, match=r"ended its worker process \(try 1, exit code 3\)"):
        list(work_through(die, units, 2))


def die(unit: Unit) -> None:
    os._exit(3)


def test_an_exception_of_the_job_comes_through(tmp_path: Path) -> None:
    with pytest.raises(ZeroDivisionError, match="no agents") as caught:
        run_study(plan(4), Toy(raises="no agents"), tmp_path, 2, contracts=CONTRACTS)
    assert any("In replications 2 to 3" in note and "_misbehave" in note for note in caught.value.__notes__)
    with pytest.raises(InputError, match="must be 0 or more"):
        run_study(plan(4), Toy(raises="input"), tmp_path, 2, contracts=CONTRACTS)
    with pytest.raises(RunFailed, match="cannot be rebuilt"):
        run_study(plan(4), Toy(raises="unpicklable"), tmp_path, 2, contracts=CONTRACTS)
    with pytest.raises(ZeroDivisionError):
        run_study(plan(4), Toy(raises="here"), tmp_path, 1, contracts=CONTRACTS)


def test_the_hook_sees_the_preview_grow(tmp_path: Path, log: Path) -> None:
    seen: list[tuple[int, int, int]] = []

    def hook(done: int, total: int, tables: object) -> None:
        seen.append((done, total, len(tables["outcomes"])))  # type: ignore[index]

    job = Toy(log=str(log))
    store = Store(tmp_path / "run", CONTRACTS)
    execute(job, plan().units[:3], 1, store, hook)
    execute(job, plan().units[:4], 1, store, hook)
    assert seen == [(0, 3, 0), (1, 3, 6), (2, 3, 12), (3, 3, 18), (3, 4, 18), (4, 4, 24)]
    assert len(lived(log)) == 4


def test_ctrl_c_in_this_process_keeps_what_is_finished(
    tmp_path: Path, log: Path, truth: dict[str, bytes]
) -> None:
    def hook(done: int, total: int, tables: object) -> None:
        if done == 4:
            raise KeyboardInterrupt

    with pytest.raises(RunInterrupted) as stopped:
        run_study(plan(), Toy(log=str(log)), tmp_path, 1, hook, CONTRACTS)
    assert stopped.value.exit_code == 130
    assert str(stopped.value).startswith("Stopped. 4 of 10 blocks are kept in ")
    assert "same command again to resume" in str(stopped.value)
    run = run_study(plan(), Toy(log=str(log)), tmp_path, 1, contracts=CONTRACTS)
    assert sorted(lived(log)) == list(range(UNITS))
    assert contents(run) == truth
    assert run.manifest["timings"]["sessions"] == 2


def start(out: Path, log: Path, workers: int = 2) -> subprocess.Popen[str]:
    command = [
        sys.executable,
        "-m",
        "tests.study.toy",
        str(out),
        str(workers),
        str(log),
        "4.0",
    ]  # slow: the test must be quicker than the run
    return subprocess.Popen(command, cwd=ROOT, start_new_session=True, text=True, stdout=subprocess.PIPE,
                            stderr=subprocess.PIPE, preexec_fn=heed_ctrl_c)  # fmt: skip


def wait_for_parts(out: Path) -> None:
    until = time.monotonic() + 240
    while not list(out.glob("*/parts/block-*.json")):
        assert time.monotonic() < until, "no parts appeared"
        time.sleep(0.02)


def test_ctrl_c_of_the_program_exits_130_and_resumes(
    tmp_path: Path, log: Path, truth: dict[str, bytes]
) -> None:
    program = start(tmp_path, log)
    wait_for_parts(tmp_path)
    with pytest.raises(InputError, match=f"process {program.pid}"):  # meanwhile, nobody else gets in
        run_study(plan(), Toy(), tmp_path, contracts=CONTRACTS)
    os.killpg(program.pid, signal.SIGINT)  # as a terminal does: parent and workers alike
    _, told = program.communicate(timeout=30)
    assert program.returncode == 130
    assert told.startswith("Stopped. ")
    assert "Traceback" not in told
    kept = len(list(tmp_path.glob("*/parts/block-*.json")))
    assert 1 <= kept < UNITS
    run = run_study(plan(), Toy(log=str(log)), tmp_path, contracts=CONTRACTS)
    assert run.lived == UNITS - kept
    assert contents(run) == truth


def test_a_killed_run_resumes_and_ends_with_the_same_bytes(
    tmp_path: Path, log: Path, truth: dict[str, bytes]
) -> None:
    program = start(tmp_path, log)
    wait_for_parts(tmp_path)
    (folder,) = tmp_path.glob("toy-*")
    workers = psutil.Process(program.pid).children(recursive=True)
    program.kill()
    program.communicate(timeout=30)
    _, alive = psutil.wait_procs(workers, timeout=10)
    assert not alive  # workers end with their parent
    (folder / ".manifest.json.1.part").write_text("half")
    run = run_study(plan(), Toy(log=str(log)), tmp_path, contracts=CONTRACTS)
    assert 0 < run.lived < UNITS
    assert contents(run) == truth
    assert sorted(path.name for path in folder.iterdir()) == ["manifest.json", "tables"]


def test_parts_of_other_versions_or_another_cut_are_not_resumed_from(
    tmp_path: Path, log: Path, truth: dict[str, bytes], monkeypatch: pytest.MonkeyPatch
) -> None:
    def hook(done: int, total: int, tables: object) -> None:
        if done == 4:
            raise KeyboardInterrupt

    job = Toy(log=str(log))
    for block, library in ((2, "1.0"), (4, "1.0"), (4, "2.0")):
        monkeypatch.setattr("orm_sim.study.manifest.library_version", lambda name, v=library: v)
        with pytest.raises(RunInterrupted):
            run_study(plan(block=block), job, tmp_path, 1, hook, CONTRACTS)
    assert len(lived(log)) == 12
    run = run_study(plan(block=4), job, tmp_path, contracts=CONTRACTS)
    assert run.lived == 1
    assert contents(run) == truth


def test_a_folder_that_cannot_be_written_stops_before_anything_runs(tmp_path: Path, log: Path) -> None:
    (tmp_path / "outputs").write_text("a file")
    with pytest.raises(InputError, match="results cannot be written there"):
        run_study(plan(), Toy(log=str(log)), tmp_path / "outputs", contracts=CONTRACTS)
    assert lived(log) == []


def test_no_workers_is_refused(tmp_path: Path) -> None:
    with pytest.raises(ValueError, match="0 workers"):
        run_study(plan(), Toy(), tmp_path, 0, contracts=CONTRACTS)


def test_computed_tables_and_precision_join_the_manifest(tmp_path: Path) -> None:
    run = run_study(plan(4, 4), Toy(), tmp_path, contracts=CONTRACTS)
    frame = run.table("outcomes").head(2)
    comparison = type(OUTCOMES)("comparison", OUTCOMES.columns, OUTCOMES.key)
    path = run.add_table(comparison, frame)
    run.amend(precision={"half_width": 1.5})
    assert path.name == "comparison.parquet"
    assert run.manifest["tables"]["comparison"]["rows"] == 2
    assert set(run.manifest["tables"]) == {"outcomes", "draws", "comparison"}
    assert run.manifest["precision"] == {"half_width": 1.5}
    again = run_study(plan(4, 4), Toy(), tmp_path, contracts=CONTRACTS)
    assert again.lived == 0
    pd.testing.assert_frame_equal(again.table("comparison"), frame)


def test_the_manifest_tells_what_and_with_what_but_the_tables_tell_no_time(tmp_path: Path) -> None:
    run = run_study(plan(4, 4), Toy(), tmp_path, contracts=CONTRACTS)
    told = run.manifest
    assert told["run_id"] == plan(4, 4).run_id
    assert (told["seed"], told["replications"], told["replications_done"]) == (1, 4, 4)
    assert {"python", "numpy", "pandas", "pyarrow", "numba", "scipy", "simpy"} <= set(told["versions"])
    assert told["timings"]["seconds"] >= 0
    again = run_study(plan(4, 4), Toy(), tmp_path / "later", contracts=CONTRACTS)
    assert contents(again) == contents(run)


def environment(unit: Unit) -> tuple[list[str | None], int, float]:
    import numba

    resident = psutil.Process().memory_info().rss / 2**20
    return [os.environ.get(name) for name in ONE_THREAD], numba.get_num_threads(), resident


def test_a_worker_has_one_thread_and_modest_memory() -> None:
    before = dict(os.environ)
    results = dict(work_through(environment, [Unit(0, 0, 1)], 1))
    variables, threads, resident = results[Unit(0, 0, 1)]
    assert variables == ["1"] * len(ONE_THREAD)
    assert threads == 1
    assert resident < 400
    assert dict(os.environ) == before


def test_leaving_the_work_ends_the_workers() -> None:
    work = work_through(_pid, [Unit(i, i, i + 1) for i in range(50)], 2)
    _, first = next(work)
    work.close()  # type: ignore[attr-defined]
    with contextlib.suppress(psutil.NoSuchProcess):
        psutil.Process(first).wait(timeout=10)
    assert not psutil.pid_exists(first)


def _pid(unit: Unit) -> int:
    return os.getpid()
