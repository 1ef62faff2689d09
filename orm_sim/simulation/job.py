"""A block of replications as tables: every option of a study lives the same draws, callers and leads."""

from __future__ import annotations

import gc
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from functools import cache
from typing import Any

import numpy as np
import pandas as pd

from orm_sim.centre import engine as engine_of
from orm_sim.risk.site import Harm
from orm_sim.scenario.scenario import Scenario
from orm_sim.simulation.draws import draw_inputs, with_inputs
from orm_sim.simulation.history import History
from orm_sim.simulation.outcomes import (
    breach_rows,
    client_flows,
    decision_rows,
    failure_rows,
    index_rows,
    kpi_rows,
    ledger_rows,
    outcome_row,
    strike_rows,
)
from orm_sim.simulation.setting import Setting, make_setting
from orm_sim.simulation.world import simulate
from orm_sim.vendor.levers import Plan

LEDGER_COLUMNS = ("option", "replication", "month", "payer", "payee", "account", "kind", "amount")
STRIKE_COLUMNS = ("option", "replication", "hazard", "site", "strikes", "caught", "hours", "contacts_lost")
BREACH_COLUMNS = ("option", "replication", "site", "breaches", *Harm._fields, "borne_by_vendor")
FAILURE_COLUMNS = ("option", "replication", "cash_stress", "cuts", "quality", "default")
INDEX_COLUMNS = ("option", "replication", "month", "wages", "currency")


@dataclass(frozen=True, slots=True)
class StudyJob:
    """What a worker needs to live a block of replications.

    Attributes
    ----------
    options
        Priced scenarios by name, the zero line first.
    zero
        Name of the zero line.
    seed
        Root of every stream.
    engine
        Name of the centre engine.
    """

    options: Mapping[str, Scenario]
    zero: str
    seed: int
    engine: str

    def run_unit(self, unit: Any) -> dict[str, pd.DataFrame]:
        """Tables of one block (`unit.replications`), all options; a pure function of the block."""
        settle()
        rows = Rows(self)
        for replication in unit.replications:
            with no_collection():
                values, histories = self.live(replication)
            rows.add(replication, values, histories)
        return rows.tables()

    def live(
        self, replication: int, outside: Outside | None = None
    ) -> tuple[dict[str, float], dict[str, History]]:
        """One replication of every option: the uncertain inputs drawn, and the history of each option.

        Parameters
        ----------
        replication
            Its number.
        outside
            The world outside, where others meet it too; it is theirs to be released.
        """
        values = draw_inputs(self.options[self.zero], self.seed, replication)
        met = outside or Outside(self.seed, replication)
        histories: dict[str, History] = {}
        for name, option in self.options.items():
            scenario = with_inputs(option, values)
            histories[name] = simulate(scenario, met.setting(scenario, option), engine_of(self.engine))
        if outside is None:
            met.release()
        return values, histories

    @property
    def rate(self) -> float:
        """The client's discount rate, decimal per year."""
        return self.options[self.zero].client.discount_rate_per_year


class Outside:
    """The world outside in one replication: one `Setting` for all who meet the same programme, one after another."""

    def __init__(self, seed: int, replication: int) -> None:
        self._seed, self._replication = seed, replication
        self._setting: Setting | None = None

    def setting(self, scenario: Scenario, believed: Scenario) -> Setting:
        """What a scenario meets; the last one's where programmes are equal.

        Parameters
        ----------
        scenario, believed
            With its uncertain inputs drawn, and as those who sign take it to be.
        """
        if self._setting is None or self._setting.programme != scenario.programme:
            self.release()
            forecast_cv = scenario.evaluation.forecast_cv
            drawn = make_setting(
                scenario.programme, forecast_cv, self._seed, self._replication, believed.programme
            )
            self._setting = drawn
            return drawn
        return self._setting

    def release(self) -> None:
        """Forget it, with the contacts and days it holds."""
        if self._setting is not None:
            self._setting.release()
        self._setting = None


class Rows:
    """Rows of the tables of a study, while its replications are lived."""

    def __init__(self, job: StudyJob) -> None:
        self._job = job
        self._outcomes: list[dict[str, object]] = []
        self._kpis: list[dict[str, Any]] = []
        self._ledger: list[tuple[object, ...]] = []
        self._draws: list[tuple[int, str, float]] = []
        self._decisions: list[tuple[object, ...]] = []
        self._strikes: list[tuple[object, ...]] = []
        self._indices: list[tuple[object, ...]] = []
        self._failures: list[tuple[object, ...]] = []
        self._breaches: list[tuple[object, ...]] = []

    def add(self, replication: int, values: dict[str, float], histories: Mapping[str, History]) -> None:
        """Take down one replication, as `StudyJob.live` gives it."""
        job, zero = self._job, histories[self._job.zero]
        self._draws += [(replication, path, value) for path, value in sorted(values.items())]
        flows = client_flows(zero, job.rate)
        for name, history in histories.items():
            scenario = with_inputs(job.options[name], values)
            self._outcomes.append(outcome_row(name, replication, scenario, history, zero, flows))
            self._kpis.append(kpi_rows(name, replication, history))
            self._ledger += ledger_rows(name, replication, history)
            self._decisions += decision_rows(name, replication, history)
            self._strikes += strike_rows(name, replication, scenario, history)
            self._indices += index_rows(name, replication, history)
            self._failures += failure_rows(name, replication, scenario, history)
            self._breaches += breach_rows(name, replication, scenario, history)

    def tables(self) -> dict[str, pd.DataFrame]:
        """The tables, by name."""
        return {
            "outcomes": pd.DataFrame(self._outcomes).astype(
                {"replication": "int64", "insolvent": "bool", "no_deal": "bool", "ended": "bool"}
            ),
            "kpis": _joined(self._kpis),
            "ledger": _typed(pd.DataFrame(self._ledger, columns=list(LEDGER_COLUMNS))),
            "draws": pd.DataFrame(self._draws, columns=["replication", "path", "value"]).astype(
                {"replication": "int64", "path": "str", "value": "float64"}
            ),
            "decisions": _decisions(self._decisions),
            "strikes": _numbers(self._strikes, STRIKE_COLUMNS, ("option", "hazard", "site")),
            "indices": _numbers(self._indices, INDEX_COLUMNS, ("option",)),
            "failures": _numbers(self._failures, FAILURE_COLUMNS, ("option",)),
            "breaches": _numbers(self._breaches, BREACH_COLUMNS, ("option", "site")),
        }


@contextmanager
def no_collection() -> Iterator[None]:
    """The garbage collector waits for the end of a replication, whose worlds live until then anyway."""
    works = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if works:
            gc.enable()


@cache
def settle() -> None:
    """Once in a process: what has been imported is not looked through again by the garbage collector."""
    gc.collect()
    gc.freeze()


def _joined(rows: list[dict[str, Any]]) -> pd.DataFrame:
    """Column blocks of several histories as one table."""
    names = list(rows[0])
    columns = {name: np.concatenate([np.asarray(row[name]) for row in rows]) for name in names}
    frame = pd.DataFrame(columns)
    return frame.astype({"option": "str", "channel": "str", "replication": "int64", "month": "int64"})


def _decisions(rows: list[tuple[object, ...]]) -> pd.DataFrame:
    frame = pd.DataFrame(rows, columns=["option", "replication", "week", *Plan._fields])
    levers = dict.fromkeys(Plan._fields, "float64")
    return frame.astype({"option": "str", "replication": "int64", "week": "int64", **levers})


def _numbers(rows: list[tuple[object, ...]], columns: tuple[str, ...], text: tuple[str, ...]) -> pd.DataFrame:
    """Rows of words, whole numbers (replication and month) and numbers."""
    frame = pd.DataFrame(rows, columns=list(columns))
    kinds = dict.fromkeys(columns, "float64")
    kinds |= dict.fromkeys(text, "str") | {n: "int64" for n in ("replication", "month") if n in columns}
    return frame.astype(kinds)


def _typed(frame: pd.DataFrame) -> pd.DataFrame:
    text = dict.fromkeys(("option", "payer", "payee", "account", "kind"), "str")
    return frame.astype({**text, "replication": "int64", "month": "int64", "amount": "float64"})
