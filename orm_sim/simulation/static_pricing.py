"""Static pricing: one lived history under many contracts, not lived again, where nobody would have acted otherwise."""

from __future__ import annotations

import json
import os
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from hashlib import sha256
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from orm_sim.contract.clause import walk
from orm_sim.contract.contract import Contract
from orm_sim.contract.contract_file import meters_read
from orm_sim.contract.period import NOTHING, total
from orm_sim.contract.settlement import settle
from orm_sim.contract.wording import number, share
from orm_sim.core.errors import InputError, Place, Problem, name_hint
from orm_sim.core.files import shown
from orm_sim.core.loader import load_extended
from orm_sim.demand.calendar import calendar
from orm_sim.kpi.counters import COUNTERS
from orm_sim.scenario.load import LoadedStudy, as_study, load_scenario, load_study
from orm_sim.scenario.metered import INDICES, unmetered
from orm_sim.scenario.scenario import Scenario

Floats = NDArray[np.float64]
_FOLLOWS = ("contract_following", "fixed")
_GROWTH = "vendor.workforce.wage_growth_per_year"
_WINDOWS = {"month": 1, "quarter": 3, "year": 12}


@dataclass(frozen=True, slots=True)
class Lived:
    """One option of a finished run: what was counted, and under which terms.

    Attributes
    ----------
    name, title
        The option.
    scenario
        Its scenario, rates as in its file.
    rate
        The rate that was solved for it; None where its contract was quoted.
    replications
        Replications whose vendor did not fail: only these are priced.
    n_failed
        Those that are left out.
    counters
        float64[replication, month] by (channel, counter), both operators together, run-off included.
    wage_growth
        float64[replication]: yearly growth of the vendor's wages.
    indices
        float64[replication, month] by name, as they were lived: growth and shocks; where there is none, wages grow
        and the currency stands still.
    """

    name: str
    title: str
    scenario: Scenario
    rate: float | None
    replications: tuple[int, ...]
    n_failed: int
    counters: Mapping[tuple[str, str], Floats]
    wage_growth: Floats
    indices: Mapping[str, Floats] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class StaticPrice:
    """What an option's history comes to under a contract.

    Attributes
    ----------
    option, contract
        Name of the option, title of the contract.
    first, last
        Months that are counted, from 1: those the vendor worked alone.
    invoices
        float64[replication, month]: the invoice of each of these months.
    refused
        Why it is not priced; then there are no invoices.
    """

    option: str
    contract: str
    first: int
    last: int
    invoices: Floats
    refused: str | None = None

    @property
    def per_month(self) -> Floats:
        """Mean invoice of a month by replication."""
        return np.asarray(self.invoices.mean(axis=1))


def open_lived(run_dir: str | os.PathLike[str], options: Sequence[str] = ()) -> tuple[Lived, ...]:
    """The options of a finished run that have a vendor, or those that are named.

    Raises
    ------
    InputError
        When the folder holds no finished run, its files have changed since, or an option is not in it.
    """
    folder = Path(run_dir)
    manifest = _manifest(folder)
    study = _study(folder, manifest)
    known = [name for name, each in study.options.items() if each.contract is not None]
    wrong = [name for name in options if name not in known]
    if wrong:
        raise InputError(
            Problem(
                Place("--option"), "", name, "is no option with a vendor in this run", name_hint(name, known)
            )
            for name in wrong
        )
    rates: dict[str, float] = json.loads((folder / "prices.json").read_text(encoding="utf-8"))
    return tuple(_lived(folder, study, name, rates.get(name)) for name in (options or known))


def _manifest(folder: Path) -> dict[str, Any]:
    try:
        manifest = json.loads((folder / "manifest.json").read_text(encoding="utf-8"))
    except (OSError, ValueError):
        manifest = {}
    if manifest.get("status") != "complete" or not (folder / "tables" / "kpis.parquet").is_file():
        rule = "holds no finished run: there is no complete manifest.json with tables/kpis.parquet"
        raise InputError(Problem(Place(shown(folder)), "", None, rule))
    return dict(manifest)


def _study(folder: Path, manifest: Mapping[str, Any]) -> LoadedStudy:
    """The study a run was made of, if its files still say the same."""
    problems = []
    for each in manifest["inputs"]:
        path = Path(each["path"])
        if not path.is_file():
            problems.append(
                Problem(Place(shown(path)), "", None, f"was read by the run in {folder.name}, and is gone")
            )
        elif sha256(path.read_bytes()).hexdigest() != each["sha256"]:
            rule = f"has changed since the run in {folder.name}: its history belongs to other terms"
            problems.append(Problem(Place(shown(path)), "", None, rule, "Run the study again"))
    if problems:
        raise InputError(problems)
    overrides = {each["path"]: each["value"] for each in manifest["overrides"]}
    for each in reversed(manifest["inputs"]):
        data = load_extended(each["path"]).data
        if data.get("study") == manifest["study"] and "options" in data:
            return load_study(each["path"], overrides)
    for each in reversed(manifest["inputs"]):
        if load_extended(each["path"]).data.get("name") == manifest["study"]:
            return as_study(load_scenario(each["path"], overrides), Path(each["path"]), overrides)
    raise InputError(Problem(Place(shown(folder)), "", None, "names no study or scenario among its inputs"))


def _lived(folder: Path, study: LoadedStudy, name: str, rate: float | None) -> Lived:
    scenario = study.options[name]
    tables = folder / "tables"
    here = [("option", "==", name)]
    outcomes = pd.read_parquet(
        tables / "outcomes.parquet", columns=["replication", "insolvent"], filters=here
    )
    survived = sorted(int(each) for each in outcomes.loc[~outcomes["insolvent"].astype(bool), "replication"])
    always = [each.id for each in COUNTERS.values() if each.always]
    kpis = pd.read_parquet(
        tables / "kpis.parquet", columns=["replication", "month", "channel", *always], filters=here
    )
    kpis = kpis[kpis["replication"].isin(survived)].sort_values(["replication", "month"])
    counters = {
        (str(channel), counter): rows[counter].to_numpy(dtype=np.float64).reshape(len(survived), -1)
        for channel, rows in kpis.groupby("channel")
        for counter in always
    }
    draws = pd.read_parquet(tables / "draws.parquet")
    drawn = draws[draws["path"] == _GROWTH].set_index("replication")["value"]
    usual = scenario.vendor.workforce.wage_growth_per_year
    growth = np.array([float(drawn.get(each, usual)) for each in survived])
    return Lived(
        name,
        study.titles[name],
        scenario,
        rate,
        tuple(survived),
        len(outcomes) - len(survived),
        counters,
        growth,
        _lived_indices(folder, name, survived),
    )


def _lived_indices(folder: Path, name: str, survived: Sequence[int]) -> dict[str, Floats]:
    """Price indices of the replications that are priced, by name."""
    file = folder / "tables" / "indices.parquet"
    if not file.is_file():
        return {}
    rows = pd.read_parquet(file, filters=[("option", "==", name)])
    rows = rows[rows["replication"].isin(survived)].sort_values(["replication", "month"])
    return {
        index: rows[index].to_numpy(dtype=np.float64).reshape(len(survived), -1)
        for index in INDICES
        if len(rows)
    }


def _indices(lived: Lived, month: int, years: int) -> dict[tuple[str, str], Floats]:
    """Price indices of a month as a contract reads them."""
    even = {"wages": (1.0 + lived.wage_growth) ** years, "currency": np.ones_like(lived.wage_growth)}
    return {
        ("index", name): lived.indices[name][:, month] if name in lived.indices else even[name]
        for name in INDICES
    }


def filled(contract: Contract, lived: Sequence[Lived], rate: float | None) -> Contract | None:
    """A contract with its free rate: the one given, or the one that was solved for the same contract in the run."""
    if contract.is_priced:
        return contract
    if rate is None:
        same = (each.rate for each in lived if each.scenario.contract == contract)
        rate = next((each for each in same if each is not None), None)
    return None if rate is None else contract.with_rate(rate)


def refused(lived: Lived, contract: Contract) -> str | None:
    """Why a history cannot be priced under a contract without living it again; None where it can."""
    scenario, own = lived.scenario, lived.scenario.contract
    if own is None:
        return "there is no vendor in it"
    if scenario.vendor.policy not in _FOLLOWS:
        return f"its vendor's policy is {scenario.vendor.policy}: under other terms it would have acted otherwise"
    if set(contract.scope) != set(own.scope):
        ran, about = (" and ".join(each) for each in (own.scope, contract.scope))
        return f"the vendor ran {ran} contacts, the contract is about {about}"
    if contract.term_months != own.term_months:
        return f"it was lived for {own.term_months} months, the contract runs for {contract.term_months}"
    here, there = _asked(scenario, contract), _asked(scenario, own)
    if scenario.vendor.policy == "contract_following" and here != there:
        return f"the vendor staffed for {_said(there)}, the contract asks for {_said(here)}"
    missing = unmetered(
        contract, scenario.programme.inbound.service.threshold_s, scenario.vendor.assurance is not None
    )
    return f"the contract {missing}" if missing else None


def _asked(scenario: Scenario, contract: Contract) -> tuple[float, float]:
    level = contract.requested_service_level()
    service = scenario.programme.inbound.service
    return (service.share, service.threshold_s) if level is None else (level.target, level.within_s)


def _said(level: tuple[float, float]) -> str:
    return f"{share(level[0])} in {number(level[1])} s"


def first_alone(lived: Lived, contracts: Sequence[Contract]) -> int:
    """The first month, from 0, of which everything that the contracts read belongs to the vendor alone.

    The table counts both operators, so months of the ramp are left out, those that later months look back to with
    them, and the rest of a window (quarter, year) that has begun.
    """
    days = calendar(lived.scenario.programme.start, lived.scenario.programme.months)
    last_step = 7 * lived.scenario.relationship.ramp[-1].week
    month = int(np.searchsorted(days.month_starts, last_step))
    clauses = [clause for contract in contracts for _, clause in walk(contract.clauses)]
    back = [getattr(getattr(clause, "reserve", None), "release_after_months", 0) for clause in clauses]
    lags = [int(name[-1]) for contract in contracts for _, name in meters_read(contract) if "_lag" in name]
    month += max([0, *back, *lags])
    window = max([1, *(_WINDOWS.get(getattr(clause, "window", "month"), 1) for clause in clauses)])
    return -(-month // window) * window


def price_static(lived: Lived, contract: Contract, first: int) -> StaticPrice:
    """The invoices of an option's history under a priced contract, from a month (from 0) to the end of the term.

    Notes
    -----
    Nobody acts: neither the vendor's staffing nor its cash is lived again. Replications whose vendor failed are left
    out.
    """
    last = contract.term_months
    why = refused(lived, contract)
    if why is None and first >= last:
        why = f"the vendor works alone only from month {first + 1} on, and the term ends with month {last}"
    if why is None and not lived.replications:
        why = "its vendor failed in every replication"
    if why is not None:
        return StaticPrice(lived.name, contract.title, first + 1, last, np.zeros((0, 0)), why)
    days = calendar(lived.scenario.programme.start, lived.scenario.programme.months)
    state, months = NOTHING, []
    for month in range(last):
        meters: dict[tuple[str, str], Floats] = {
            key: values[:, month] for key, values in lived.counters.items()
        }
        meters |= _indices(lived, month, (int(days.month_starts[month + 1]) - 1) // 365)
        items, state = settle(contract, state, meters, month)
        months.append(np.broadcast_to(total(items), (len(lived.replications),)))
    return StaticPrice(lived.name, contract.title, first + 1, last, np.stack(months[first:], axis=1))
