"""Sheets lived call by call: what each is worth to both sides, replication by replication, on the same luck."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from orm_sim.scenario.load import LoadedStudy
from orm_sim.scenario.scenario import Scenario
from orm_sim.simulation.job import StudyJob
from orm_sim.study import plan_run, run_study
from orm_sim.study.execute import OnProgress

Floats = NDArray[np.float64]
TRAINING = "vendor_training"
"""What the vendor pays people who train, in `Lived.accounts`; the ledger books it with the cost of recruiting them."""

REFUSED = 0.1
"""A sheet that the vendor refuses in this share of histories or more is not signed: it would be luck."""


@dataclass(frozen=True, slots=True)
class Settings:
    """How sheets are lived.

    Attributes
    ----------
    seed : int
        Root of the streams.
    replications : int
        Of every sheet.
    engine : str
        Name of the centre engine.
    workers : int
        Processes.
    out : Path
        Folder of runs.
    on_progress : callable, optional
    """

    seed: int
    replications: int
    engine: str
    workers: int
    out: Path
    on_progress: OnProgress | None = None


@dataclass(frozen=True, slots=True)
class Lived:
    """What one sheet came to, float64 or bool[replication].

    Attributes
    ----------
    client
        Value against the zero line, $.
    vendor
        Value of the contract less what the same revenue would earn elsewhere, $: 0 where it does not sign.
    fees
        Present value of the fees net of credits, $.
    failed, no_deal
        Whether the vendor fails; whether it does not sign.
    broken
        Whether the two part before their time: the vendor fails, or the contract ends early.
    accounts : Series
        What the vendor receives (above 0) and pays by account, mean over replications, $ undiscounted; its other
        business left out.
    """

    client: Floats
    vendor: Floats
    fees: Floats
    failed: NDArray[np.bool_]
    no_deal: NDArray[np.bool_]
    broken: NDArray[np.bool_]
    accounts: pd.Series

    @property
    def signs(self) -> bool:
        """Whether the vendor signs, forecasts being what they may."""
        return float(self.no_deal.mean()) < REFUSED


@dataclass(slots=True)
class Lives:
    """Sheets lived on one seed, each once: a sheet that was lived, under whatever name, is not lived again."""

    study: LoadedStudy
    settings: Settings
    _known: dict[str, Lived] = field(default_factory=dict)

    def live(self, what: str, sheets: Mapping[str, Scenario]) -> dict[str, Lived]:
        """What sheets come to, by name; `what` is a word for the folder of the run of those not known yet."""
        told = {name: _told(scenario) for name, scenario in sheets.items()}
        new = {text: name for name, text in reversed(told.items()) if text not in self._known}
        if new:
            names = [name for name in sheets if name in new.values()]
            lived = live_sheets(self.study, what, {name: sheets[name] for name in names}, self.settings)
            self._known |= {told[name]: lived[name] for name in names}
        return {name: self._known[text] for name, text in told.items()}


def live_sheets(
    study: LoadedStudy, what: str, sheets: Mapping[str, Scenario], settings: Settings
) -> dict[str, Lived]:
    """Live sheets beside the zero line.

    Parameters
    ----------
    study : LoadedStudy
        Whose zero line and files count.
    what : str
        A word for the folder of the run.
    sheets : mapping of str to Scenario
        Priced.

    Returns
    -------
    dict of str to Lived
        A run that was interrupted goes on where it stopped; one that is whole is read.

    Raises
    ------
    RunInterrupted, RunFailed
        See `run_study`.
    """
    told = {name: _told(scenario) for name, scenario in sheets.items()}
    plan = plan_run(
        f"{study.name}-{what}", study.files, settings.seed, settings.replications, settings.engine,
        {**study.overrides, **told},
    )  # fmt: skip
    options = {study.zero: study.base, **sheets}
    job = StudyJob(options, study.zero, settings.seed, settings.engine)
    run = run_study(plan, job, settings.out, settings.workers, settings.on_progress)
    outcomes, ledger = run.table("outcomes"), run.table("ledger")
    revenue, books = _revenue(ledger, options), _books(ledger)
    return {
        name: _of(name, scenario, outcomes, revenue, books.get(name, pd.Series(dtype=np.float64)))
        for name, scenario in sheets.items()
    }


def _told(scenario: Scenario) -> str:
    """What tells one sheet from another in the name of a run."""
    return json.dumps(scenario.model_dump(mode="json", by_alias=True), sort_keys=True)


def _revenue(ledger: pd.DataFrame, options: Mapping[str, Scenario]) -> pd.Series:
    """Present value of what the client pays the vendor, by option and replication; dated by the month, to its end."""
    received = ledger[
        (ledger["payee"] == "vendor") & (ledger["payer"] == "client") & (ledger["kind"] == "cash")
    ]
    yearly = received["option"].map(
        {name: s.evaluation.vendor_discount_rate_per_year for name, s in options.items()}
    )
    worth = received["amount"] * (1.0 + yearly.astype(np.float64)) ** (-(received["month"] + 1.0) / 12.0)
    found: pd.Series = worth.groupby([received["option"], received["replication"]]).sum()
    return found


def _books(ledger: pd.DataFrame) -> dict[str, pd.Series]:
    """The vendor's sums of cash by account, for each option that has a vendor; summed over replications."""
    cash = ledger[(ledger["kind"] == "cash") & (ledger["account"] != "other_business")]
    trains = (cash["account"] == "vendor_hiring") & (cash["payee"] == "staff")
    cash = cash.assign(account=cash["account"].astype(object).mask(trains, TRAINING))
    sums = []
    for side, sign in (("payee", 1.0), ("payer", -1.0)):
        own = cash[cash[side] == "vendor"]
        sums.append(sign * own.groupby(["option", "account"])["amount"].sum())
    both: pd.Series = pd.concat(sums).groupby(level=[0, 1]).sum()
    return {str(option): own.droplevel(0) for option, own in both.groupby(level=0)}


def _of(name: str, scenario: Scenario, outcomes: pd.DataFrame, revenue: pd.Series, books: pd.Series) -> Lived:
    own = outcomes[outcomes["option"] == name].sort_values("replication")
    no_deal = own["no_deal"].to_numpy(bool)
    npv = own["vendor_npv"].to_numpy(np.float64)
    keys = pd.MultiIndex.from_arrays([np.full(len(own), name, dtype=object), own["replication"]])
    received = revenue.reindex(keys).fillna(0.0).to_numpy(np.float64)
    outside = (scenario.vendor.traits.outside_margin or 0.0) * received
    return Lived(
        own["client_incremental_npv"].to_numpy(np.float64),
        np.where(no_deal, 0.0, npv - outside),
        np.nan_to_num(own["client_fees_pv"].to_numpy(np.float64)),
        own["insolvent"].to_numpy(bool),
        no_deal,
        (own["insolvent"] | own["ended"]).to_numpy(bool),
        books / len(own),
    )
