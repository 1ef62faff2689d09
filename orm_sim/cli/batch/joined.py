"""The runs of a batch joined: one table of results, and what the workbook holds beside it."""

from __future__ import annotations

import html
import math
import os
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

import pandas as pd

from orm_sim.cli.api import Comparison, Tables, open_run
from orm_sim.core.errors import InputError, Place, Problem
from orm_sim.core.files import shown
from orm_sim.core.tables import Column, TableContract
from orm_sim.decision.rank import rank
from orm_sim.negotiation.tie_price import add_tie_multipliers
from orm_sim.study.manifest import read_json
from orm_sim.study.tables import COMPARISON, ENDS

if TYPE_CHECKING:
    from orm_sim.report import Picture, RankTable, Sentences

IN_HOUSE: Final = "in-house as is"
"""The line of a batch: to each scenario, its own."""
JOINED: Final = "joined"
"""Status of a batch whose tables are whole, while its notebook is rendered from them."""
OF_THE_BATCH: Final = ("rank", "group", "tied_with_best", "ranked_by", "tie_multiplier", "tie_reason")
"""What of a comparison depends on who else is in it, beside the difference to the best."""
_OF_A_LINE: Final = ("cost_per_resolved", "cost_per_kept_sale", "sla_met")
RESULTS: Final = TableContract(
    "results",
    (*COMPARISON.columns, Column("title", "str", "text"), Column("run", "str", "text")),
    ("option",),
)
"""One row per scenario, best first, and one for the line they are measured against."""


ALL_RAN: Final = "Every scenario ran."
NONE_RAN: Final = (
    "No scenario ran, so there is nothing to rank. Mend the files as the table says, and run it again."
)
Record = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Failures:
    """Scenarios that failed and why, as a table that a notebook shows in full."""

    why: Mapping[str, str]

    def __str__(self) -> str:
        return "\n".join(f"{name}: {why}" for name, why in self.why.items()) or ALL_RAN

    def _repr_html_(self) -> str:
        if not self.why:
            return f"<p>{ALL_RAN}</p>"
        cells = [
            [html.escape(text, quote=False).replace("\n", "<br>") for text in row] for row in self.why.items()
        ]
        rows = "".join(f"<tr><td>{name}</td><td>{why}</td></tr>" for name, why in cells)
        return f"<table><thead><tr><th>scenario</th><th>why it failed</th></tr></thead><tbody>{rows}</tbody></table>"


@dataclass(frozen=True, slots=True)
class Batch:
    """A batch read back from its folder.

    Attributes
    ----------
    title
        What was run.
    tables
        `results`, `kpis_by_month`, `ledger_by_month` and `assumptions`; none where no scenario ran.
    failures
        Message by scenario that failed.
    runs
        Folder of the run by scenario.
    folder
        Folder of the batch.
    notes
        What was left out, and how scenarios were ranked.
    """

    title: str
    tables: Mapping[str, pd.DataFrame]
    failures: Mapping[str, str]
    runs: Mapping[str, Path]
    folder: Path
    notes: tuple[str, ...]

    @property
    def comparison(self) -> pd.DataFrame:
        """The results as a comparison, scenarios named by their titles: what tables and charts are made of."""
        table = self.tables["results"]
        same = table["title"].duplicated(keep=False)
        named = table["title"].where(~same, table["title"] + " (" + table["option"] + ")")
        return table.assign(option=named)[[column.name for column in COMPARISON.columns]]

    @property
    def outcomes(self) -> pd.DataFrame:
        """Every scenario's own outcomes, named by their titles."""
        names = dict(zip(self.tables["results"]["option"], self.comparison["option"], strict=True))
        parts = [own_outcomes(open_run(folder), names[name]) for name, folder in self.runs.items()]
        return pd.concat(parts, ignore_index=True)

    @property
    def failed(self) -> Failures:
        """The scenarios that failed, as a table."""
        return Failures(self.failures)

    def rank_table(self) -> RankTable | Sentences:
        """The answer as a table for both sides; a sentence where no scenario ran."""
        from orm_sim.report import Sentences, rank_table

        if not self.runs:
            return Sentences((NONE_RAN,))
        evidence = self.best.tables["evidence"]
        return rank_table(self.comparison, evidence, vendor_policy=self.policy, notes=self.notes)

    def pictures(self) -> dict[str, Picture]:
        """Pictures of ranks, both sides and spread, saved in the batch's folder; none where no scenario ran."""
        from orm_sim.report import draw_ranked

        return draw_ranked(self.comparison, self.outcomes, self.folder / "figures") if self.runs else {}

    def by_grade(self) -> pd.DataFrame | None:
        """How many numbers the scenarios that ran rest on, by grade of their evidence."""
        if not self.runs:
            return None
        return self.tables["assumptions"].groupby("grade")["path"].count().rename("numbers").to_frame()

    def folders(self) -> pd.DataFrame | None:
        """Where each scenario that ran lies, best first."""
        if not self.runs:
            return None
        results = self.tables["results"][["rank", "title", "run"]]
        return results[results["run"] != ""].set_index("rank")

    @property
    def policy(self) -> str:
        """How the vendors decide; where they differ, that of one who does not react."""
        policies = {open_run(folder).study.policy for folder in self.runs.values()}
        return "best_response" if policies == {"best_response"} else "contract_following"

    @property
    def best(self) -> Comparison:
        """The run of the best scenario."""
        first = next(name for name in self.tables["results"]["option"] if name in self.runs)
        return open_run(self.runs[first])


def open_batch(folder: str | os.PathLike[str]) -> Batch:
    """A batch read back from its folder.

    Raises
    ------
    InputError
        When the folder holds no batch, or one that was interrupted.
    """
    path = Path(folder)
    manifest = read_json(path / "manifest.json") or {}
    rule = None
    if manifest.get("kind") != "batch":
        rule = "holds no batch; give the folder that orm-sim batch wrote"
    elif manifest.get("status") not in (JOINED, "complete", "failed"):
        rule = (
            "holds a batch that is not complete; run orm-sim batch again with the same settings to finish it"
        )
    if rule is not None:
        raise InputError(Problem(Place(shown(path)), "", None, rule))
    items = manifest["items"]
    return Batch(
        manifest["title"],
        Tables(path),
        {each["name"]: each["error"]["message"] for each in items if each["status"] == "failed"},
        {each["name"]: path.parent / each["run"] for each in items if each["status"] == "whole"},
        path,
        tuple(manifest["notes"]),
    )


def own_outcomes(run: Comparison, name: str) -> pd.DataFrame:
    """Outcomes of a run's scenario, without its line, under a name."""
    (option,) = (each for each in run.study.options if each != run.study.zero)
    table = run.tables["outcomes"]
    return table[table["option"] == option].assign(option=name)


def join_results(runs: Mapping[str, Comparison]) -> tuple[pd.DataFrame, tuple[str, ...]]:
    """One row per scenario, best first, with its estimates against its own line, and notes on how they are ranked.

    Scenarios lived over the same replications are compared pair by pair, so that ties are named; others are put in
    the order of their mean values, and nothing is said of ties.
    """
    rows = {name: _own_row(name, run) for name, run in runs.items()}
    settings = {(row["n"], row["lam"], row["beta"], _seed(runs[name])) for name, row in rows.items()}
    together = _ranked(runs, rows) if len(settings) == 1 else None
    notes = [f"'{IN_HOUSE}' is to each scenario its own centre as it is, with its own demand."]
    if together is None:
        notes.append(
            "Scenarios differ in replications, seed or risk weight: they are in order of mean value, ties unknown."
        )
        order = sorted(rows, key=lambda name: (-rows[name]["mean_value"], name))
        found = [{**rows[name], "rank": place, "group": "", "tied_with_best": place == 1, "ranked_by": "mean_value"}
                 for place, name in enumerate(order, start=1)]  # fmt: skip
        for row in found:
            row.update({f"difference_to_best{end}": math.nan for end in ("", "_low", "_high")})
    else:
        found = [_placed({str(k): v for k, v in each.items()}, rows) for each in together.to_dict("records")]
    columns = [column.name for column in RESULTS.columns]
    return RESULTS.check(pd.DataFrame(found)[columns]), tuple(notes)


def _seed(run: Comparison) -> object:
    """Root of the random streams a run was lived with."""
    return (read_json(run.run_dir / "manifest.json") or {}).get("seed")


def _own_row(name: str, run: Comparison) -> Record:
    """A scenario's row of its own run's comparison."""
    table = run.tables["comparison"]
    row = {str(k): v for k, v in table[table["option"] != run.study.zero].iloc[0].to_dict().items()}
    title = run.study.options[row["option"]]
    return {**row, "option": name, "zero": IN_HOUSE, "title": title, "run": run.run_dir.name}


def _ranked(runs: Mapping[str, Comparison], rows: Mapping[str, Record]) -> pd.DataFrame:
    """All scenarios and one line, ranked on the replications they share."""
    lines = [_line(run) for run in runs.values()]
    own = [own_outcomes(run, name) for name, run in runs.items()]
    one = next(iter(rows.values()))
    together = pd.concat([lines[0], *own], ignore_index=True)
    ranked = add_tie_multipliers(rank(together, one["lam"], one["beta"], IN_HOUSE), together)
    if not all(lines[0].equals(each) for each in lines):
        costs = [name + end for name in _OF_A_LINE for end in ENDS]
        ranked.loc[ranked["option"] == IN_HOUSE, costs] = math.nan  # each scenario has its own
    return ranked


def _line(run: Comparison) -> pd.DataFrame:
    """Outcomes of a run's in-house line."""
    table = run.tables["outcomes"]
    return table[table["option"] == run.study.zero].assign(option=IN_HOUSE).reset_index(drop=True)


def _placed(row: Record, rows: Mapping[str, Record]) -> Record:
    """A row of the joint ranking with the scenario's own estimates."""
    if row["option"] not in rows:
        return {**row, "title": IN_HOUSE, "run": ""}
    kept = {name: value for name, value in row.items()
            if name in OF_THE_BATCH or name.startswith("difference_to_best")}  # fmt: skip
    return {**rows[row["option"]], **kept}


def by_month(runs: Mapping[str, Comparison], table: str, keys: Sequence[str]) -> pd.DataFrame:
    """Means over replications of a run's monthly table, for every scenario and its line.

    A ledger entry that a replication lacks counts as 0; a KPI without a value in a replication is left out of its
    mean.
    """
    parts = []
    for name, run in runs.items():
        frame = run.tables[table]
        grouped = frame.drop(columns="replication").groupby(list(keys), sort=True, observed=True)
        n = frame["replication"].nunique()
        means = grouped.sum() / n if table == "ledger" else grouped.mean()
        means = means.dropna(axis="columns", how="all").reset_index()
        means["option"] = ["scenario" if each != run.study.zero else IN_HOUSE for each in means["option"]]
        parts.append(means.assign(scenario=name))
    joined = pd.concat(parts, ignore_index=True)
    front = ["scenario", *keys]
    return joined[[*front, *(column for column in joined.columns if column not in front)]]
