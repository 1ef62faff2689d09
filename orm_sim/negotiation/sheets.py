"""Term sheets: values of the issues, and the deal on the table with those values in it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from orm_sim.contract.clause import walk
from orm_sim.contract.contract import Contract
from orm_sim.core.document import Document
from orm_sim.core.errors import InputError, Place, Problem
from orm_sim.core.loader import build, override
from orm_sim.scenario.load import LoadedStudy, is_study
from orm_sim.scenario.negotiation import Issue, Negotiation
from orm_sim.scenario.scenario import Scenario

Floats = NDArray[np.float64]
Sheet = Mapping[str, float]
"""A value for each issue, by name."""


@dataclass(frozen=True, slots=True)
class Deal:
    """The option on the table, and how sheets change it.

    Attributes
    ----------
    name : str
        Of the option.
    scenario : Scenario
        Its free rates, where it has some, not filled in.
    rate : float
        The solved rate; 1 where rates are quoted.
    issues : mapping of str to Issue
    """

    name: str
    scenario: Scenario
    rate: float
    issues: Mapping[str, Issue]

    @property
    def own(self) -> dict[str, float]:
        """The deal's own values of the issues."""
        return {name: self._own(issue) for name, issue in self.issues.items()}

    def rates(self, sheet: Sheet) -> dict[str, float]:
        """The rates of a sheet by the labels of their clauses, in the clauses' units."""
        return {
            issue.label: sheet[name] * issue.full * self.rate
            for name, issue in self.issues.items()
            if issue.label is not None
        }

    def scenario_of(self, sheet: Sheet, changes: Mapping[str, Any] | None = None) -> Scenario:
        """The deal with a sheet's values, and with further values by path.

        Raises
        ------
        InputError
            When the scenario does not allow a value.
        """
        contract = contract_in(self.scenario)
        filled = contract.with_rate(self.rate) if not contract.is_priced else contract
        given = dict(changes or {})
        data = _plain(self.scenario.model_copy(update={"contract": filled}).model_dump(by_alias=True))
        if given:
            laid = build(Scenario, override(Document(data), given, place=Place("negotiation.clauses")))
            data = _plain(laid.model_dump(by_alias=True))
        rates = self.rates(sheet)
        for clause in data["contract"]["clauses"]:
            _put_rates(clause, rates)
        paths = {
            issue.path: _typed(sheet[name], issue)
            for name, issue in self.issues.items()
            if issue.path is not None and issue.path not in given
        }
        return build(Scenario, override(Document(data), paths))

    def rounded(self, sheet: Sheet) -> dict[str, float]:
        """A sheet inside the issues' bounds, in their steps."""
        return {name: float(_rounded(sheet[name], issue)) for name, issue in self.issues.items()}

    def _own(self, issue: Issue) -> float:
        if issue.path is not None:
            value: Any = self.scenario.model_dump(by_alias=True)
            for part in issue.path.split("."):
                value = value[part]
            return float(value)
        contract = contract_in(self.scenario)
        label = str(issue.label)
        if label in contract.solved:
            return contract.solved[label] / issue.full
        clause: Any = next(c for _, c in walk(contract.clauses) if c.name == label)
        return float(clause.rate) / (issue.full * self.rate)


def deal_of(study: LoadedStudy, rate: float) -> Deal:
    """The deal a study puts on the table.

    Raises
    ------
    InputError
        When the study has no negotiation, or an issue names something that the deal has not got.
    """
    talks = asked(study)
    deal = Deal(talks.deal, study.options[talks.deal], rate, talks.issues)
    where = _place(study)
    problems = []
    if deal.scenario.contract is None:
        rule = f"'{talks.deal}' has no contract, so there is nothing to talk about"
        raise InputError(Problem(where, "negotiation.deal", talks.deal, rule))
    labels = [c.name for _, c in walk(deal.scenario.contract.clauses) if "rate" in type(c).model_fields]
    for name, issue in talks.issues.items():
        at = f"negotiation.issues.{name}"
        if issue.label is not None and issue.label not in labels:
            rule = f"no clause of '{talks.deal}' with one rate has this label; there are: {', '.join(labels)}"
            problems.append(Problem(where, f"{at}.label", issue.label, rule))
        if issue.path is not None and not _has(deal.scenario, issue.path):
            rule = "is no number of the scenario"
            problems.append(
                Problem(
                    where, f"{at}.path", issue.path, rule, "Give a path such as contract.payment.net_days"
                )
            )
    same = [(issue.label, issue.path) for issue in talks.issues.values()]
    for number, (name, issue) in enumerate(talks.issues.items()):
        if same.index(same[number]) < number:
            rule = "is what another issue is about already"
            problems.append(Problem(where, f"negotiation.issues.{name}", issue.label or issue.path, rule))
    problems = problems or _not_allowed(deal, talks, where)
    if problems:
        raise InputError(problems)
    return deal


def _not_allowed(deal: Deal, talks: Negotiation, where: Place) -> list[Problem]:
    """Ends of the issues and changes of clauses that the scenario does not allow, found before anything is run."""
    tried: list[tuple[str, Sheet, Mapping[str, Any]]] = [
        (f"negotiation.issues.{name}.{end}", {**deal.own, name: getattr(issue, end)}, {})
        for name, issue in talks.issues.items()
        for end in ("low", "high")
    ]
    tried += [(f"negotiation.clauses.{name}.set", deal.own, each.set) for name, each in talks.clauses.items()]
    found = []
    for at, sheet, changes in tried:
        try:
            deal.scenario_of(sheet, changes)
        except InputError as error:
            found += [Problem(where, at, None, f"{p.path}: {p.rule}", p.hint) for p in error.problems]
    return found


def asked(study: LoadedStudy) -> Negotiation:
    """What the study lets its sides talk about.

    Raises
    ------
    InputError
        When it says nothing of that.
    """
    if study.negotiation is None:
        rule = "says nothing of what is negotiated"
        hint = "Add a section 'negotiation:' with deal, issues and curve; scenarios/studies/negotiation.yaml shows one"
        raise InputError(Problem(_place(study), "negotiation", None, rule, hint))
    return study.negotiation


def _place(study: LoadedStudy) -> Place:
    """The study's own file among those that were read for it."""
    return Place(next((str(file) for file in study.files if is_study(file)), "study"))


def contract_in(scenario: Scenario) -> Contract:
    """The contract of a scenario that has one."""
    if scenario.contract is None:
        raise ValueError(f"{scenario.name} has no contract")
    return scenario.contract


def design(deal: Deal, size: int, seed: int) -> list[dict[str, float]]:
    """Sheets spread evenly over the issues' ranges (scrambled Sobol points), in the issues' steps.

    Parameters
    ----------
    size : int
        Sheets; a power of two spreads best.
    seed : int
        Of the scrambling.
    """
    from scipy.stats import qmc  # slow to import: only where sheets are drawn

    sampler = qmc.Sobol(len(deal.issues), seed=seed)
    unit = sampler.random_base2(max(size - 1, 1).bit_length())[:size]
    return [deal.rounded(sheet) for sheet in from_unit(deal, unit)]


def from_unit(deal: Deal, unit: Floats) -> list[dict[str, float]]:
    """Points of the unit cube as sheets."""
    return [
        {
            name: i.low + float(at) * (i.high - i.low)
            for at, (name, i) in zip(row, deal.issues.items(), strict=True)
        }
        for row in unit
    ]


def to_unit(deal: Deal, sheets: list[dict[str, float]]) -> Floats:
    """Sheets as points of the unit cube, float64[sheet, issue]."""
    rows = [[(sheet[name] - i.low) / (i.high - i.low) for name, i in deal.issues.items()] for sheet in sheets]
    return np.asarray(rows, dtype=np.float64)


def _plain(value: Any) -> Any:
    """Tuples as the lists they were in the file."""
    if isinstance(value, Mapping):
        return {key: _plain(each) for key, each in value.items()}
    return [_plain(each) for each in value] if isinstance(value, (list, tuple)) else value


def _put_rates(clause: dict[str, Any], rates: Mapping[str, float]) -> None:
    if clause.get("label") in rates:
        clause["rate"] = rates[clause["label"]]
    for inner in clause.get("of") or ():
        if isinstance(inner, dict):
            _put_rates(inner, rates)


def _rounded(value: float, issue: Issue) -> float:
    if issue.step is not None:
        value = round(value / issue.step) * issue.step
    return min(max(value, issue.low), issue.high)


def _typed(value: float, issue: Issue) -> float | int:
    whole = issue.step is not None and float(issue.step).is_integer()
    return round(value) if whole else value


def _has(scenario: Scenario, path: str) -> bool:
    value: Any = scenario.model_dump(by_alias=True)
    try:
        for part in path.split("."):
            value = value[part]
    except (KeyError, TypeError):
        return False
    return isinstance(value, (int, float)) and not isinstance(value, bool)
