"""Runs a batch: each item in a worker of its own, failures kept apart, the whole joined, reported and listed."""

from __future__ import annotations

import os
import re
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

import pandas as pd

from orm_sim.cli.api import Say, check_run, notebook_path, open_run, usable_cores
from orm_sim.cli.batch.assumed import assumed
from orm_sim.cli.batch.items import Found, find
from orm_sim.cli.batch.joined import JOINED, RESULTS, Batch, by_month, join_results, open_batch
from orm_sim.cli.batch.live import LiveOne, Settings, Turn, told
from orm_sim.cli.batch.together import groups
from orm_sim.core.errors import InputError, Place, Problem
from orm_sim.core.files import write_whole
from orm_sim.core.interrupts import ctrl_c_once
from orm_sim.core.tables import write_parquet
from orm_sim.scenario.scenario import Scenario
from orm_sim.study import RunFailed, RunPlan, plan_run
from orm_sim.study import manifest as manifests
from orm_sim.study.execute import Interrupted, OnProgress
from orm_sim.study.lock import locked
from orm_sim.study.pool import work_through
from orm_sim.study.store import make_folder, sha256

NOTEBOOK: Final = "notebooks/study_report.ipynb"
_MONTHLY: Final = {"kpis": ("option", "month", "channel"),
                   "ledger": ("option", "month", "payer", "payee", "account", "kind")}  # fmt: skip
Record = dict[str, Any]


class BatchInterrupted(Interrupted):
    """A batch of which the whole scenarios are kept, and the finished blocks of those begun."""

    def __str__(self) -> str:
        return (
            f"Stopped. {self.done} of {self.total} scenarios are whole; those begun keep their finished blocks.\n"
            f"Run the same command again to go on in {self.folder}."
        )


@dataclass(frozen=True, slots=True)
class Ended:
    """How a batch ended.

    Attributes
    ----------
    folder
        Of the batch.
    items
        One record per scenario: name, title, file, status, run or error.
    batch
        The joined result; None when every scenario failed.
    files
        What was written in the folder.
    lived
        Scenarios that were computed by this call; the others were whole already.
    """

    folder: Path
    items: tuple[Record, ...]
    batch: Batch | None
    files: tuple[Path, ...]
    lived: int

    @property
    def failed(self) -> tuple[Record, ...]:
        """Records of the scenarios that failed."""
        return tuple(each for each in self.items if each["status"] == "failed")


def batch(
    path: str | os.PathLike[str], *, replications: int | None = None, seed: int | None = None,
    workers: int | None = None, engine: str = "kernel", overrides: Mapping[str, Any] | None = None,
    out: str | os.PathLike[str] | None = None, report: bool = True, on_progress: OnProgress | None = None,
    say: Say | None = None,
) -> Ended:  # fmt: skip
    """Run every scenario of a folder, or every option of a study, each on its own; join and report them.

    Parameters
    ----------
    path
        A folder (files directly in it) or a study file.
    replications, seed, engine, overrides, out, say
        As in `compare`; they hold for every scenario.
    workers
        Processes, each with a scenario of its own and one notebook kernel; never more than there are cores.
    report
        Whether to render the notebooks.
    on_progress
        Called with steps done, steps in all, and an empty mapping: a step is a block of replications that scenarios
        live side by side, or a scenario made whole.

    Returns
    -------
    Ended
        A scenario that fails leaves its evidence in `errors/` of the batch's folder, and the rest goes on. What is
        whole already is not computed again; the same inputs give the same bytes, however often it was interrupted.

    Raises
    ------
    InputError
        When there is nothing to run, a setting is wrong, or the folder cannot be used; nothing was run.
    BatchInterrupted
        On Ctrl-C.
    """
    check_run(2 if replications is None else replications, workers, engine, seed or 0)
    given = tuple((name, str(value)) for name, value in (overrides or {}).items())
    settings = Settings(Path(out or "outputs"), replications, seed, engine, given, report)
    found = find(Path(path))
    _refuse_braces(settings.out)
    plan = _plan(found, settings)
    folder = settings.out / plan.run_id
    make_folder(folder)
    crew = min(workers or usable_cores(), usable_cores())
    with ctrl_c_once(), locked(folder):
        return _run(_Work(found, settings, plan, folder, crew), on_progress, say)


def _refuse_braces(out: Path) -> None:
    if {"{", "}"} & set(str(out.resolve())):
        rule = "must not hold the characters { or }: notebooks could not be written there"
        raise InputError(Problem(Place("--out"), "", str(out), rule, "Name another folder with --out"))


def _plan(found: Found, settings: Settings) -> RunPlan:
    """What decides a batch's results, and so the name of its folder."""
    told = dict(settings.overrides)
    told |= {"--replications": str(settings.replications), "--seed": str(settings.seed)}
    told["--items"] = repr([(item.name, item.file.name) for item in found.items])
    count, seed = settings.replications or 1, settings.seed or 0
    return plan_run(f"batch_{found.name}", found.files, seed, count, settings.engine, told)


@dataclass(frozen=True, slots=True)
class _Work:
    """A batch and the folder it is at work in."""

    found: Found
    settings: Settings
    plan: RunPlan
    folder: Path
    workers: int


def _run(work: _Work, on_progress: OnProgress | None, say: Say | None) -> Ended:
    """Live what is not whole, then join and report, unless all of that is there."""
    begun = time.monotonic()
    ended: dict[int, Record] = {}
    before = manifests.read(work.folder)
    if before is None:
        _write(work, "running", [], begun)
    try:
        steps = _lived_together(work, on_progress)
        for index, record in _lived(work):
            ended[index] = record
            if on_progress is not None:
                on_progress(steps + len(ended), steps + len(work.found.items), {})
        records = [_record(work, index, ended[index]) for index in sorted(ended)]
        if not _is_there(work, before, records):
            _write(work, "running", records, begun)
            files, notes = _joined(work, records, say)
            _write(work, "complete" if _runs(work, records) else "failed", records, begun, files, notes)
    except KeyboardInterrupt:
        _write(work, "interrupted", [_record(work, index, ended[index]) for index in sorted(ended)], begun)
        done = sum(each["status"] == "whole" for each in ended.values())
        raise BatchInterrupted(done, len(work.found.items), work.folder) from None
    lived = sum(bool(each.get("lived")) for each in ended.values())
    manifest = manifests.read(work.folder) or {}
    listed = [work.folder / name for name in manifest.get("files", {})]
    whole = open_batch(work.folder) if manifest.get("status") == "complete" else None
    return Ended(work.folder, tuple(records), whole, (work.folder / manifests.FILE, *listed), lived)


def _lived_together(work: _Work, on_progress: OnProgress | None) -> int:
    """Live the blocks of scenarios that meet the same callers; how many steps of progress that was."""
    found = groups(work.found.items, work.settings, work.workers)
    total = sum(len(group.units) for group in found)
    before = 0
    if on_progress is not None:
        on_progress(0, total + len(work.found.items), {})
    for group in found:
        with closing(group.live()) as blocks:  # on Ctrl-C too: its folders are locked
            for done, _ in enumerate(blocks, start=1):
                if on_progress is not None:
                    on_progress(before + done, total + len(work.found.items), {})
        before += len(group.units)
    return total


def _lived(work: _Work) -> Iterator[tuple[int, Record]]:
    """Every item's index and how it ended, as they end; one that kills its workers is a failure of its own."""
    task = LiveOne(work.found.items, work.settings)
    turns = [Turn(index, item.name) for index, item in enumerate(work.found.items)]
    left = {turn.index for turn in turns}
    for group, crew in [(turns, min(work.workers, len(turns))), *(([turn], 1) for turn in turns)]:
        waiting = [turn for turn in group if turn.index in left]
        lost: RunFailed | None = None
        try:
            for turn, record in work_through(task, waiting, crew):
                left.discard(turn.index)
                yield turn.index, record
        except RunFailed as error:
            lost = error
        if lost is not None and len(group) == 1:
            yield group[0].index, {"status": "failed", "error": told(lost)}


def _record(work: _Work, index: int, ended: Record) -> Record:
    """What the manifest says of an item."""
    item = work.found.items[index]
    kept: Record = {name: ended[name] for name in ("status", "run", "error") if name in ended}
    return {"name": item.name, "title": item.title, "file": item.file.name, "option": item.option, **kept}


def _runs(work: _Work, records: Sequence[Record]) -> dict[str, Path]:
    """Folder of the run by scenario, of those that ran."""
    return {each["name"]: work.settings.out / each["run"] for each in records if each["status"] == "whole"}


def _is_there(work: _Work, before: Record | None, records: Sequence[Record]) -> bool:
    """Whether the folder already holds what would be written, byte for byte."""
    if before is None or before.get("status") != "complete" or before.get("items") != list(records):
        return False
    if before.get("source") != _source(work):
        return False
    try:
        return all(sha256(work.folder / name) == digest for name, digest in before["files"].items())
    except (OSError, KeyError):
        return False


def _source(work: _Work) -> str:
    """Digest of the notebook over all scenarios; empty where none is asked for."""
    found = notebook_path(NOTEBOOK) if work.settings.report else None
    return "" if found is None else sha256(found)


def _joined(
    work: _Work, records: Sequence[Record], say: Say | None
) -> tuple[dict[str, str], tuple[str, ...]]:
    """Evidence of failures, joined tables, workbook and notebook; digest by file, and the notes."""
    made = _evidence(work.folder / "errors", records)
    runs = {name: open_run(folder) for name, folder in _runs(work, records).items()}
    notes = work.found.left_out
    if runs:
        if say is not None:
            say("Joining the results and writing the workbook ...")
        results, ranking = join_results(runs)
        notes = (*ranking, *(f"Left out: {each}" for each in notes))
        made += _tables(work, results, records, notes)
        if work.settings.report:
            _write(work, JOINED, records, time.monotonic(), {}, notes)  # the notebook reads this folder
            made += _rendered(work, say)
    return {each.relative_to(work.folder).as_posix(): sha256(each) for each in made}, notes


def _tables(
    work: _Work, results: pd.DataFrame, records: Sequence[Record], notes: Sequence[str]
) -> list[Path]:
    """The joined tables as Parquet, the results as CSV too, and the workbook of all of them."""
    from orm_sim.cli.batch.pages import summary, write_report
    from orm_sim.report.workbook import inert_csv

    runs = {name: open_run(folder) for name, folder in _runs(work, records).items()}
    folder = work.folder / "tables"
    folder.mkdir(exist_ok=True)
    tables = {"results": results, "assumptions": assumed(_scenarios(work, records))}
    tables |= {f"{name}_by_month": by_month(runs, name, keys) for name, keys in _MONTHLY.items()}
    made = [write_parquet(tables["results"], folder / "results.parquet", RESULTS)]
    made += [
        write_parquet(each, folder / f"{name}.parquet") for name, each in tables.items() if name != "results"
    ]
    made.append(write_whole(folder / "results.csv", inert_csv(results)))
    words = summary(work.found.title, records, notes)
    made.append(write_report(work.folder / "report.xlsx", work.found.title, tables, words))
    return made


def _scenarios(work: _Work, records: Sequence[Record]) -> dict[str, Scenario]:
    """Scenario by name, of those that ran."""
    found = {}
    for item, record in zip(work.found.items, records, strict=True):
        if record["status"] == "whole":
            study = item.load(dict(work.settings.overrides))
            (option,) = (each for each in study.options if each != study.zero)
            found[item.name] = study.options[option]
    return found


def _rendered(work: _Work, say: Say | None) -> list[Path]:
    from orm_sim.report.render import render

    notebook = notebook_path(NOTEBOOK)
    if notebook is None:
        raise InputError(Problem(Place(NOTEBOOK), "", None, "there is no such notebook", "Use --no-report"))
    if say is not None:
        say("Rendering the notebook over all scenarios ...")
    pages = render(notebook, work.folder / "notebooks", {"out_dir": str(work.folder.resolve())})
    return [*pages, *sorted((work.folder / "figures").glob("*.*"))]


def _evidence(folder: Path, records: Sequence[Record]) -> list[Path]:
    """A text and a JSON file for each failure; those of an earlier try that succeeded now are taken away."""
    made = []
    for number, each in enumerate(records, start=1):
        if each["status"] == "failed":
            folder.mkdir(exist_ok=True)
            stem = f"{number:03d}-{re.sub(r'[^A-Za-z0-9_]+', '-', each['name'])[:60]}"
            error = each["error"]
            text = f"{each['name']} ({each['file']}): {error['kind']}\n\n{error['message']}\n\n{error['traceback']}"
            made += [write_whole(folder / f"{stem}.txt", text.encode()),
                     write_whole(folder / f"{stem}.json", manifests.to_json(each))]  # fmt: skip
    for old in folder.glob("*"):
        if old not in made:
            old.unlink()
    return made


def _write(
    work: _Work, status: str, records: Sequence[Record], begun: float, files: Mapping[str, str] | None = None,
    notes: Sequence[str] = (),
) -> None:  # fmt: skip
    """The manifest of the batch."""
    plan = manifests.begin(work.plan, work.workers)
    names = ("run_id", "package", "engine", "inputs", "overrides", "versions")
    kept: Record = {name: plan[name] for name in names}
    told_ = {
        "kind": "batch", "title": work.found.title, "status": status, **kept,
        "replications": work.settings.replications, "seed": work.settings.seed, "items": list(records),
        "notes": list(notes), "source": _source(work), "files": dict(files or {}),
        "seconds": round(time.monotonic() - begun, 3),
    }  # fmt: skip
    manifests.write(work.folder, told_)
