"""The public functions: load, run and compare; what the command line does, Python can do."""

from __future__ import annotations

import gc
import math
import os
from collections.abc import Callable, Collection, Iterator, Mapping
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pandas as pd
import pyarrow as pa

from orm_sim.centre import engine as engine_of
from orm_sim.cli.rates import PRICES_FILE, solved_rates
from orm_sim.cli.tables import EVIDENCE, PRICES, TARGETS, evidence_table, prices_table, targets_table
from orm_sim.core.errors import InputError, Place, Problem
from orm_sim.core.files import shown
from orm_sim.decision import precision
from orm_sim.decision.hazard_effects import hazard_effects, register_table
from orm_sim.decision.rank import rank
from orm_sim.demand.programme import CHANNELS
from orm_sim.negotiation.tie_price import add_tie_multipliers
from orm_sim.scenario.load import LoadedStudy, as_study, is_study, load_scenario, load_study
from orm_sim.scenario.scenario import Scenario
from orm_sim.simulation.job import StudyJob
from orm_sim.simulation.pricing import ReferenceJob, free_options, priced
from orm_sim.study import Run, RunPlan, plan_run, run_study
from orm_sim.study.execute import OnProgress
from orm_sim.study.manifest import read_json
from orm_sim.study.tables import COMPARISON, HAZARD_EFFECTS, RISKS

if TYPE_CHECKING:
    from orm_sim.report.rank_table import RankTable

# The room `report` loads a chart library, which takes seconds: it is imported where it is needed, while workers run.

NOTEBOOK = "notebooks/compare_contracts.ipynb"
_SOLVED = "Prices are solved: over {n} histories of the central forecast each gives the reference vendor its margin."
Say = Callable[[str], None]


class Tables(Mapping[str, pd.DataFrame]):
    """The tables of a finished run, each read from its file when asked for: the ledger of a study fills memory."""

    def __init__(self, run_dir: Path) -> None:
        self._files = {path.stem: path for path in sorted((run_dir / "tables").glob("*.parquet"))}

    def __getitem__(self, name: str) -> pd.DataFrame:
        return _whole(self._files[name])

    def rows(self, name: str, options: Collection[str]) -> pd.DataFrame:
        """Rows of a table that belong to some options; no others are read."""
        return _whole(self._files[name], filters=[("option", "in", list(options))])

    def __iter__(self) -> Iterator[str]:
        return iter(self._files)

    def __len__(self) -> int:
        return len(self._files)


def _whole(file: Path, **how: Any) -> pd.DataFrame:
    try:
        return pd.read_parquet(file, **how)
    except (OSError, pa.ArrowException):
        rule = "cannot be read as a table: it is cut off or damaged"
        raise InputError(Problem(Place(shown(file)), "", None, rule, "Run the study again")) from None


@dataclass(frozen=True, slots=True)
class StudyCard:
    """What a result says of its study: identifier, question, zero line, titles by option, how its vendors decide,
    what the client means to spend, $, and from which month on a vendor takes all contacts of a channel, by option."""

    name: str
    title: str
    zero: str
    options: Mapping[str, str]
    policy: str = "contract_following"
    budget: float | None = None
    handed_over: Mapping[str, Mapping[str, int]] | None = None


@dataclass(frozen=True, slots=True)
class Comparison:
    """A finished study.

    Attributes
    ----------
    study
        Its identifier, question, zero line and options.
    tables
        DataFrames by name, read when asked for; options carry their ids.
    run_dir
        Folder of the run.
    notes
        Sentences that belong under every table.
    files
        What was written.
    """

    study: StudyCard
    tables: Mapping[str, pd.DataFrame]
    run_dir: Path
    notes: tuple[str, ...] = ()
    files: tuple[Path, ...] = ()

    @property
    def titled(self) -> Mapping[str, pd.DataFrame]:
        """The tables with titles in place of option ids."""
        from orm_sim.report import titled

        return titled(self.tables, self.study.options)

    def rank_table(self) -> RankTable:
        """The answer as a table for both sides."""
        from orm_sim.report import rank_table, titled

        named = titled({"comparison": self.tables["comparison"]}, self.study.options)
        return rank_table(
            named["comparison"], self.tables["evidence"], vendor_policy=self.study.policy, notes=self.notes
        )


def load(path: str | os.PathLike[str], overrides: Mapping[str, Any] | None = None) -> Scenario | LoadedStudy:
    """A scenario or a study, checked.

    Raises
    ------
    InputError
        With every problem found, each with file, line, path and rule.
    """
    return load_study(path, overrides) if is_study(path) else load_scenario(path, overrides)


def run(path: str | os.PathLike[str], **settings: Any) -> Comparison:
    """Run one scenario against in-house as is; settings as in `compare`."""
    overrides = dict(settings.get("overrides") or {})
    return compare_loaded(as_study(load_scenario(path, overrides), Path(path), overrides), **settings)


def compare(path: str | os.PathLike[str], **settings: Any) -> Comparison:
    """Run the options of a study and compare them for both sides.

    Parameters
    ----------
    path
        Study file.
    replications, seed, workers, engine
        Defaults: those of the scenario; one process per core; the compiled kernel.
    overrides
        Values by path, laid over every option.
    out
        Folder of runs; `outputs` by default.
    report
        Whether to write figures and render the notebook.
    on_progress, say
        Hooks for progress and messages.

    Returns
    -------
    Comparison
        Tables, titles and the folder of the run. A run that was interrupted goes on where it stopped.
    """
    return compare_loaded(load_study(path, settings.get("overrides") or {}), **settings)


def compare_loaded(
    study: LoadedStudy, *, replications: int | None = None, seed: int | None = None, workers: int | None = None,
    engine: str = "kernel", overrides: Mapping[str, Any] | None = None, out: str | os.PathLike[str] | None = None,
    report: bool = True, on_progress: OnProgress | None = None, say: Say | None = None,
) -> Comparison:  # fmt: skip
    """`compare` for a study already loaded."""
    evaluation = study.base.evaluation
    count = evaluation.replications if replications is None else replications
    root = evaluation.seed if seed is None else seed
    check_run(count, workers, engine, root)
    plan = run_plan(study, count, root, engine)
    folder = Path(out or "outputs")
    crew = workers or usable_cores()
    rates = solved_rates(
        study, folder / plan.run_id, ReferenceJob(free_options(study.options), root, engine), crew, say
    )
    job = StudyJob(priced(study, rates), study.zero, root, engine)
    done = run_study(plan, job, folder, crew, on_progress)
    ranked = _decide(study, done, rates)
    card = StudyCard(
        study.name, study.title, study.zero, study.titles, policy_of(study), study.base.client.budget,
        {name: handed_over(scenario) for name, scenario in study.options.items()},
    )  # fmt: skip
    notes = (_SOLVED.format(n=evaluation.price_replications),) if rates else ()
    done.amend(card=asdict(card), notes=list(notes), precision=precision(ranked))
    result = Comparison(card, Tables(done.folder), done.folder, notes)
    files = [
        done.folder / "manifest.json",
        done.folder / PRICES_FILE,
        *(done.store.table_path(name) for name in result.tables),
    ]
    del done, ranked
    if report:
        files += _report(result, say)
    return replace(result, files=tuple(files))


def run_plan(
    study: LoadedStudy, replications: int | None = None, seed: int | None = None, engine: str = "kernel"
) -> RunPlan:
    """What decides the tables of a study's run, and so the name of its folder."""
    evaluation = study.base.evaluation
    count = evaluation.replications if replications is None else replications
    root = evaluation.seed if seed is None else seed
    return plan_run(study.name, study.files, root, count, engine, study.overrides)


def open_run(run_dir: str | os.PathLike[str]) -> Comparison:
    """A finished run read back from its folder.

    Raises
    ------
    InputError
        When the folder holds no finished run.
    """
    folder = Path(run_dir)
    manifest = read_json(folder / "manifest.json")
    if manifest is None or manifest.get("status") != "complete" or "card" not in manifest:
        rule = "holds no finished run; run the study again to finish it"
        raise InputError(Problem(Place(str(run_dir)), "", None, rule))
    try:
        card, notes = StudyCard(**manifest["card"]), tuple(manifest["notes"])
    except (TypeError, KeyError):
        rule = "manifest.json is damaged or of another version; run the study again"
        raise InputError(Problem(Place(str(run_dir)), "", None, rule)) from None
    return Comparison(card, Tables(folder), folder, notes)


def usable_cores() -> int:
    """Processor cores this process may use."""
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1


def preliminary(study: LoadedStudy, tables: Mapping[str, pd.DataFrame]) -> RankTable:
    """The rank table of the replications lived so far, marked as preliminary."""
    from orm_sim.report import rank_table, titled

    outcomes = _complete(tables["outcomes"])
    evaluation = study.base.evaluation
    ranked = rank(outcomes, evaluation.risk_weight, evaluation.tail, study.zero)
    ranked = add_tie_multipliers(ranked, outcomes)
    return rank_table(
        titled({"comparison": ranked}, study.titles)["comparison"],
        preliminary=True,
        vendor_policy=policy_of(study),
    )


def policy_of(study: LoadedStudy) -> str:
    """How the vendors of a study decide; where they differ, that of one who does not react."""
    policies = {s.vendor.policy for s in study.options.values() if s.contract is not None}
    return "best_response" if policies == {"best_response"} else "contract_following"


def handed_over(scenario: Scenario) -> dict[str, int]:
    """The first month in which every contact of a channel is the vendor's, by channel; none where all stays in-house.

    A month has 28 days or more, so that month w / 4 begins in or after week w.
    """
    month = math.ceil(scenario.relationship.ramp[-1].week / 4)
    return {channel: month for channel in CHANNELS if scenario.outsourced(channel)}


def _complete(outcomes: pd.DataFrame) -> pd.DataFrame:
    return outcomes.sort_values(["option", "replication"], ignore_index=True)


def check_run(replications: int, workers: int | None, engine: str, seed: int) -> None:
    """Refuse settings of a run that cannot be.

    Raises
    ------
    InputError
        With every problem.
    """
    problems = []
    if seed < 0:
        problems.append(Problem(Place("--seed"), "seed", str(seed), "must be 0 or more"))
    if replications < 2:
        problems.append(
            Problem(Place("--replications"), "replications", str(replications), "must be 2 or more")
        )
    if workers is not None and workers < 1:
        problems.append(Problem(Place("--workers"), "workers", str(workers), "must be 1 or more"))
    try:
        engine_of(engine)
    except ValueError as error:
        problems.append(Problem(Place("--engine"), "engine", engine, str(error)))
    if problems:
        raise InputError(problems)


def _decide(study: LoadedStudy, done: Run, rates: dict[str, float]) -> pd.DataFrame:
    """Rank the options, find what their variance rests on, and write the tables that say so."""
    outcomes, draws = done.table("outcomes"), done.table("draws")
    evaluation = study.base.evaluation
    ranked = add_tie_multipliers(
        rank(outcomes, evaluation.risk_weight, evaluation.tail, study.zero), outcomes
    )
    best = str(ranked[ranked["option"] != study.zero].sort_values("rank")["option"].iloc[0])
    _weigh_risks(study, done, best)
    computed = {
        COMPARISON: ranked,
        EVIDENCE: evidence_table(study, outcomes, draws, best),
        TARGETS: targets_table(study),
        PRICES: prices_table(study, rates),
    }
    for contract, frame in computed.items():
        done.add_table(contract, frame)
    return ranked


def _weigh_risks(study: LoadedStudy, done: Run, best: str) -> None:
    """What hazards take, where they were left out in turn, and the register beside what is simulated of it."""
    outcomes, strikes = done.table("outcomes"), done.table("strikes")
    months = study.base.programme.months
    if study.variants:
        done.add_table(HAZARD_EFFECTS, hazard_effects(outcomes, strikes, study.variants, months))
        best = list(study.variants)[-1][0]
    entries = study.base.risks.entries
    if entries:
        done.add_table(RISKS, register_table(entries, strikes, outcomes, best, months, study.variants))


def _report(result: Comparison, say: Say | None) -> list[Path]:
    """Figures as SVG and PNG, drawn while the notebook's own process executes it, and its page."""
    from concurrent.futures import ThreadPoolExecutor

    from orm_sim.report import save_figures
    from orm_sim.report.render import render

    if say is not None:
        say("Drawing figures and rendering the notebook ...")
    gc.collect()
    pa.default_memory_pool().release_unused()  # the notebook's own process needs the room
    notebook = notebook_path(NOTEBOOK)
    given = {"out_dir": str(result.run_dir.resolve())}
    titled = result.titled
    with ThreadPoolExecutor(1) as beside:
        figures = beside.submit(save_figures, titled, result.run_dir / "figures")
        page = render(notebook, result.run_dir / "notebooks", given) if notebook is not None else ()
        return [*figures.result(), *page]


def notebook_path(relative: str) -> Path | None:
    """A notebook of the project one works in, else of the one the package lies in; None where there is none."""
    for root in (Path.cwd(), Path(__file__).resolve().parents[2]):
        if (root / relative).exists():
            return root / relative
    return None
