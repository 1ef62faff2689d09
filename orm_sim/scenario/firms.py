"""The file of several vendors that react: one scenario's programme shared among firms, each with its own contract."""

from __future__ import annotations

import os
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, ClassVar, Final, Literal

from orm_sim.centre.centre_file import Name
from orm_sim.contract.duties.sharing import Sharing
from orm_sim.core.document import Document
from orm_sim.core.errors import InputError, Problem, collect, in_order, name_hint
from orm_sim.core.evidence import Figure, quantity
from orm_sim.core.files import readable_file
from orm_sim.core.loader import build, load_extended
from orm_sim.core.terms import Many, Rule, Term
from orm_sim.kpi import COUNTERS, INDICATORS
from orm_sim.scenario.better_offer import BetterOffer, offers_made
from orm_sim.scenario.load import laid_over
from orm_sim.scenario.scenario import Scenario
from orm_sim.scenario.vendors import Sharer, SharingRule, divided, overflows, problem_at, sharing_of

_ONE_FOR_ALL: Final = ("programme", "client", "evaluation")
"""Sections that all vendors have in common."""


class FirmVendor(Sharer):
    """One vendor of the programme: a firm that lives its contract."""

    title: str = ""
    """Words for tables; its name where left out."""
    set: Mapping[str, Any] = {}
    """What differs from the scenario: `vendor`, `contract`, `relationship`, `risks`."""


class FirmsFile(Term):
    """Several vendors that react, on one programme."""

    title: str
    """What it is, in a line."""
    scenario: str
    """The scenario whose programme and client they share, relative to this file."""
    set: Mapping[str, Any] = {}
    """What differs from it for all of them; a vendor's own differences are laid over it."""
    vendors: dict[Name, FirmVendor]
    """The vendors. The first has the luck of a vendor alone."""
    sharing: SharingRule | None = None
    """How results move shares; they stay where not given."""
    notice_weeks: int = quantity(
        4, unit="weeks", source="design_choice", grade="D", low=0, high=12, ge=0, le=12
    )
    """Weeks from the end of the period whose results move shares to the week in which they move."""
    when_one_leaves: Literal["others", "in_house"] = "others"
    """Who takes the volume of a vendor that fails, refuses or is sent away: the others up to their maximum, in
    proportion, the rest going to the client's own centre; or that centre at once."""
    better_offer: BetterOffer | None = None
    """When the client leaves a vendor for another that costs less; never where not given."""
    fixed_cost_share: float = quantity(
        0.5, unit="share", source="design_choice", grade="D", low=0.2, high=1.0, ge=0, le=1
    )
    """Part of the client's cost of transition and oversight that each vendor takes whatever its volume; the rest goes
    with its opening share."""
    evaluation: Mapping[str, Any] = {}
    """Changes to how the scenario is run and judged."""
    evidence: Many[Figure] = ()
    """Evidence for the figures that are set here."""

    rules: ClassVar[tuple[Rule, ...]] = (Rule(("vendors",), lambda vendors: divided(vendors)),)


@dataclass(frozen=True, slots=True)
class Firms:
    """A file of several vendors that react, with what it refers to.

    Parameters
    ----------
    file : str
        Where it was read from.
    terms : FirmsFile
    scenarios : mapping of str to Scenario
        What each vendor has signed, in the order of the file, as if it had all volume.
    """

    file: str
    terms: FirmsFile
    scenarios: Mapping[str, Scenario]

    @property
    def sharing(self) -> Sharing:
        """The shares and the rule that moves them, as a contract says it."""
        return sharing_of(self.terms.vendors, self.terms.sharing)

    @property
    def titles(self) -> dict[str, str]:
        """Words for each vendor."""
        return {name: each.title or name for name, each in self.terms.vendors.items()}

    @property
    def home(self) -> Scenario:
        """The zero line: nothing is signed."""
        first = next(iter(self.scenarios.values()))
        return first.model_copy(update={"contract": None, "name": "in_house"})


def are_firms(path: str | os.PathLike[str]) -> bool:
    """Whether the vendors of a file react: it names a scenario, where one whose vendors do not has a centre."""
    return "scenario" in load_extended(path).data


def load_firms(path: str | os.PathLike[str], overrides: Mapping[str, Any] | None = None) -> Firms:
    """Several vendors that react from a file; an override by path applies to each of them.

    Raises
    ------
    InputError
        With every problem of the file, of the scenario and of each vendor's differences, and between them.
    """
    document = load_extended(path)
    terms = build(FirmsFile, document)
    base = Path(path).parent / terms.scenario
    readable_file(base, place=document.place(("scenario",)), at="scenario")
    beneath = load_extended(os.path.normpath(base))
    problems: list[Problem] = []
    scenarios: dict[str, Scenario] = {}
    for name, vendor in terms.vendors.items():
        with collect(problems):
            laid = laid_over(beneath, document, ("vendors", name), vendor.title or name, overrides or {})
            scenarios[name] = build(Scenario, laid)
    problems += overflows(document, terms.vendors)
    if not problems:
        problems += [
            *_vendors(document, scenarios),
            *_overflow(document, terms),
            *_rule(document, terms, scenarios),
            *offers_made(document, terms.better_offer, tuple(scenarios), _months(scenarios)),
        ]
    if problems:
        raise InputError(in_order(list(dict.fromkeys(problems))))
    return Firms(os.fspath(path), terms, scenarios)


def _months(scenarios: Mapping[str, Scenario]) -> int:
    return next(iter(scenarios.values())).programme.months


def _vendors(document: Document, scenarios: Mapping[str, Scenario]) -> Iterator[Problem]:
    """Vendors without a contract, or for other work than inbound contacts, or with another client than the first."""
    first = next(iter(scenarios.values()))
    for name, scenario in scenarios.items():
        at = ("vendors", name)
        if scenario.contract is None:
            rule = f"'{name}' signs no contract: give it one under `set`, or the scenario one for all"
            yield problem_at(document, at, None, rule)
        elif scenario.contract.scope != ("inbound",):
            given = ", ".join(scenario.contract.scope)
            rule = f"shares are of inbound contacts; the contract of '{name}' is for {given}"
            yield problem_at(document, at, None, rule, "Write `scope: [inbound]` into it")
        for section in _ONE_FOR_ALL:
            if getattr(scenario, section) != getattr(first, section):
                rule = f"sets `{section}` otherwise than '{next(iter(scenarios))}': all vendors share one"
                yield problem_at(
                    document, (*at, "set"), None, rule, f"Set `{section}` at the top of the file"
                )


def _overflow(document: Document, terms: FirmsFile) -> Iterator[Problem]:
    """Overflow without a price, or in a circle."""
    to = {name: each.overflow.to for name, each in terms.vendors.items() if each.overflow is not None}
    for name, vendor in terms.vendors.items():
        at = ("vendors", name, "overflow")
        if vendor.overflow is not None and vendor.overflow.price_per_contact is None:
            rule = f"nobody pays '{vendor.overflow.to}' for the contacts it takes"
            yield problem_at(document, at, None, rule, "Give price_per_contact (0 for free)")
        passed, there = [name], to.get(name)
        while there is not None and there not in passed:
            passed.append(there)
            there = to.get(there)
        if there == name:
            rule = f"goes in a circle: {' -> '.join((*passed, name))}"
            yield problem_at(document, at, None, rule, "Leave one of them out: a day is lived in this order")


def _rule(document: Document, terms: FirmsFile, scenarios: Mapping[str, Scenario]) -> Iterator[Problem]:
    """KPIs of the rule that cannot be told of a vendor."""
    counted = {each.id for each in COUNTERS.values() if each.always and "inbound" in each.channels}
    threshold = next(iter(scenarios.values())).programme.inbound.service.threshold_s
    for i, measure in enumerate(() if terms.sharing is None else terms.sharing.measured_by):
        at = ("sharing", "measured_by", i)
        missing = [each for each in INDICATORS[measure.kpi].needs if each not in counted]
        if missing:
            known = [name for name, kpi in INDICATORS.items() if set(kpi.needs) <= counted]
            rule = f"needs {', '.join(missing)}, which is not counted of inbound contacts"
            hint = name_hint(measure.kpi, known, few=8)
            yield problem_at(document, (*at, "kpi"), measure.kpi, rule, hint)
        if measure.within_s is not None and measure.within_s != threshold:
            rule = f"answers are counted within {threshold:g} s"
            yield problem_at(document, (*at, "within_s"), measure.within_s, rule)
