"""Runner: a study lived call by call in the background, with progress, and stopped when asked."""

from __future__ import annotations

import threading
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any, Final, Literal

import pandas as pd

from orm_sim.core.errors import InputError
from orm_sim.report.dashboard.settings import ALL, Settings
from orm_sim.scenario.load import LoadedStudy
from orm_sim.scenario.scenario import Scenario
from orm_sim.simulation.job import StudyJob
from orm_sim.simulation.pricing import ReferenceJob, free_options, priced, solve_rates
from orm_sim.study import Unit, plan_run, run_study
from orm_sim.study.execute import RunInterrupted
from orm_sim.study.pool import RunFailed, work_through

State = Literal["idle", "pricing", "running", "cancelled", "failed", "done"]
ENGINE: Final = "kernel"


@dataclass(frozen=True, slots=True)
class Progress:
    """How far a run is.

    Attributes
    ----------
    state
        ``idle`` before the first run; ``pricing`` while solved prices are found; then ``running`` to its end.
    done, total
        Blocks of replications.
    message
        Why it failed, or what became of it.
    """

    state: State = "idle"
    done: int = 0
    total: int = 0
    message: str = ""

    @property
    def at_work(self) -> bool:
        """Whether a run is going on."""
        return self.state in ("pricing", "running")

    @property
    def words(self) -> str:
        """The progress as a sentence."""
        said = {
            "idle": "Nothing has been run yet.",
            "pricing": "Solving the study's prices by simulation (once) ...",
            "running": f"Simulating contact by contact: {self.done} of {self.total} replications blocks done ...",
            "cancelled": "Cancelled. What was finished is kept: the same run goes on from there.",
            "done": "The run is finished.",
        }
        return said.get(self.state, self.message)


@dataclass(frozen=True, slots=True)
class Lived:
    """A finished run: where the sliders stood, and its tables."""

    settings: Settings
    outcomes: pd.DataFrame
    draws: pd.DataFrame
    ledger: Callable[[str], pd.DataFrame]


class Runner:
    """Runs a study in a thread, one run at a time; the tables lie in a folder, and a run that was stopped resumes.

    Parameters
    ----------
    study : LoadedStudy
    out : Path
        Folder of runs.
    workers : int
        Processes beside this one, so that sliders stay alive.
    shaped : callable
        The option's scenarios at a position of the sliders, from those with their solved rates.
    tell : callable
        Is called, from the thread, whenever the progress has changed.
    """

    def __init__(
        self,
        study: LoadedStudy,
        out: Path,
        workers: int,
        shaped: Callable[[Mapping[str, Scenario], Settings], dict[str, Scenario]],
        tell: Callable[[], None] = lambda: None,
    ) -> None:
        self._study, self._out, self._workers, self._shaped = study, out, workers, shaped
        self.tell = tell
        self.progress = Progress()
        self.lived: Lived | None = None
        self._stop = threading.Event()
        self._thread: threading.Thread | None = None
        self._rates: dict[str, float] | None = None

    def start(self, settings: Settings, replications: int) -> bool:
        """Begin a run; False while another is at work."""
        if self.progress.at_work:
            return False
        self._stop.clear()
        self._say(Progress("pricing"))
        self._thread = threading.Thread(target=self._run, args=(settings, replications), daemon=True)
        self._thread.start()
        return True

    def cancel(self) -> None:
        """Stop the run at the end of the block in hand."""
        self._stop.set()

    def wait(self, seconds: float | None = None) -> None:
        """Until the run has ended, or so many seconds are over."""
        if self._thread is not None:
            self._thread.join(seconds)

    def _say(self, progress: Progress) -> None:
        self.progress = progress
        self.tell()

    def _run(self, settings: Settings, replications: int) -> None:
        try:
            self.lived = self._live(settings, replications)
        except RunInterrupted:
            self._say(Progress("cancelled", self.progress.done, self.progress.total))
        except Exception as error:  # noqa: BLE001 - whatever it is, the next run must be possible and this one told
            known = isinstance(error, InputError | RunFailed | ValueError | OSError)
            self._say(Progress("failed", message=f"The run failed: {error if known else repr(error)}"))
        else:
            self._say(Progress("done", self.progress.total, self.progress.total))

    def _live(self, settings: Settings, replications: int) -> Lived:
        study = self._study
        seed = study.base.evaluation.seed
        options = self._shaped(self._priced(seed), settings)
        given = {
            **study.overrides,
            **{f"explorer.{name}": str(getattr(settings, name)) for name in ("deal", *ALL)},
        }
        plan = plan_run(f"{study.name}-explored", study.files, seed, replications, ENGINE, given)
        done = run_study(
            plan, StudyJob(options, study.zero, seed, ENGINE), self._out, self._workers, self._heard
        )
        folder = done.store.table_path("ledger")

        def ledger(option: str) -> pd.DataFrame:
            return pd.read_parquet(folder, filters=[("option", "==", option)])

        return Lived(settings, done.table("outcomes"), done.table("draws"), ledger)

    def _heard(self, done: int, total: int, tables: Mapping[str, Any]) -> None:
        """After each block: tell, and stop where that was asked for."""
        self._say(Progress("running", done, total))
        if self._stop.is_set() and done < total:
            raise RunInterrupted(done, total, self._out)

    def _priced(self, seed: int) -> dict[str, Scenario]:
        """The options as the study prices them, solved once."""
        study = self._study
        if self._rates is None:
            free = free_options(study.options)
            count = study.base.evaluation.price_replications if free else 0
            units = [Unit(r, r, r + 1) for r in range(count)]
            found = {}
            for unit, lived in (
                work_through(ReferenceJob(free, seed, ENGINE), units, self._workers) if units else ()
            ):
                found[unit] = lived
                self._say(replace(self.progress, done=len(found), total=count))
                if self._stop.is_set():
                    raise RunInterrupted(0, 0, self._out)
            self._rates = solve_rates(study.options, [each for unit in units for each in found[unit]])
        return priced(study, self._rates)
