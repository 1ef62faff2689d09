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
from orm_sim.scenario.scenario import Scenario
from orm_sim.simulation.draws import draw_inputs, with_inputs
from orm_sim.simulation.history import History
from orm_sim.simulation.outcomes import (
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
        _settle()
        outcomes: list[dict[str, object]] = []
        kpis: list[dict[str, Any]] = []
        ledger: list[tuple[object, ...]] = []
        draws: list[tuple[int, str, float]] = []
        decisions: list[tuple[object, ...]] = []
        strikes: list[tuple[object, ...]] = []
        indices: list[tuple[object, ...]] = []
        failures: list[tuple[object, ...]] = []
        for replication in unit.replications:
            with _no_collection():
                values, histories = self.live(replication)
            draws += [(replication, path, value) for path, value in sorted(values.items())]
            flows = client_flows(histories[self.zero], self._rate())
            for name, history in histories.items():
                scenario = with_inputs(self.options[name], values)
                outcomes.append(
                    outcome_row(name, replication, scenario, history, histories[self.zero], flows)
                )
                kpis.append(kpi_rows(name, replication, history))
                ledger += ledger_rows(name, replication, history)
                decisions += decision_rows(name, replication, history)
                strikes += strike_rows(name, replication, scenario, history)
                indices += index_rows(name, replication, history)
                failures += failure_rows(name, replication, scenario, history)
        return {
            "outcomes": pd.DataFrame(outcomes).astype(
                {"replication": "int64", "insolvent": "bool", "no_deal": "bool", "ended": "bool"}
            ),
            "kpis": _joined(kpis),
            "ledger": _typed(pd.DataFrame(ledger, columns=list(LEDGER_COLUMNS))),
            "draws": pd.DataFrame(draws, columns=["replication", "path", "value"]).astype(
                {"replication": "int64", "path": "str", "value": "float64"}
            ),
            "decisions": _decisions(decisions),
            "strikes": _numbers(strikes, STRIKE_COLUMNS, ("option", "hazard", "site")),
            "indices": _numbers(indices, INDEX_COLUMNS, ("option",)),
            "failures": _numbers(failures, FAILURE_COLUMNS, ("option",)),
        }

    def live(self, replication: int) -> tuple[dict[str, float], dict[str, History]]:
        """One replication of every option: the uncertain inputs drawn, and the history of each option."""
        base = self.options[self.zero]
        values = draw_inputs(base, self.seed, replication)
        setting: Setting | None = None
        histories: dict[str, History] = {}
        for name, option in self.options.items():
            scenario = with_inputs(option, values)
            if setting is None or setting.programme != scenario.programme:
                if setting is not None:
                    setting.release()
                setting = make_setting(
                    scenario.programme,
                    scenario.evaluation.forecast_cv,
                    self.seed,
                    replication,
                    option.programme,
                )
            histories[name] = simulate(scenario, setting, engine_of(self.engine))
        if setting is not None:
            setting.release()
        return values, histories

    def _rate(self) -> float:
        return self.options[self.zero].client.discount_rate_per_year


@contextmanager
def _no_collection() -> Iterator[None]:
    """The garbage collector waits for the end of a replication, whose worlds live until then anyway."""
    works = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if works:
            gc.enable()


@cache
def _settle() -> None:
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
