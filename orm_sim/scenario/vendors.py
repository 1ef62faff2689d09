"""The file of one programme shared among several vendors: centre, contracts, shares of volume, overflow."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any, ClassVar, Final, Literal, TypeVar

from orm_sim.centre.centre_checks import centre_of
from orm_sim.centre.centre_file import CentreFile, Name
from orm_sim.contract.contract import Contract
from orm_sim.contract.contract_file import read_contract
from orm_sim.contract.duties.sharing import Part, Sharing, Weighted
from orm_sim.core.document import Document, Parts, format_path
from orm_sim.core.errors import InputError, Place, Problem, collect, in_order, name_hint, show_value
from orm_sim.core.evidence import optional, quantity, required
from orm_sim.core.files import readable_file, shown
from orm_sim.core.loader import build, load_extended
from orm_sim.core.terms import Many, Rule, Term

T = TypeVar("T")

_ROUNDING: Final = 1e-9


class Overflow(Term):
    """Contacts that a vendor does not take in time may go to another."""

    to: Name
    """The vendor whose groups may take them; they rank there like contacts of that vendor's own."""
    after_s: float = required(unit="s", ge=0)
    """Wait after which they may."""
    price_per_contact: float | None = optional(unit="$/contact", ge=0)
    """What the client pays the other vendor for each it takes; not given where that vendor's contract prices
    `overflow_contacts`."""


class Need(Term):
    """Agents by the closed form instead of the file's, for a vendor whose contacts are one pool."""

    service_level: float = required(unit="share", gt=0, lt=1)
    """Share answered within the threshold that the agents are to reach with the vendor's opening share."""
    ratio: float = quantity(1.0, unit="factor", source="design_choice", grade="C", gt=0)
    """Factor on the agents that needs."""


class Sharer(Term):
    """One of several vendors: what it is given."""

    share: float = required(unit="share", ge=0, le=1)
    """Its share of first contacts in the first month."""
    minimum: float | None = optional(unit="share", gt=0, le=1)
    """The least share it is given; nothing where not given."""
    maximum: float | None = optional(unit="share", gt=0, le=1)
    """The most it is given; all where not given."""
    overflow: Overflow | None = None
    """Where contacts go that wait too long for it."""

    rules: ClassVar[tuple[Rule, ...]] = (
        Rule(
            ("share", "minimum", "maximum"),
            lambda share, low, high: (
                None
                if (low or 0.0) <= share <= (1.0 if high is None else high)
                else f"share {share:g} lies outside its own minimum and maximum"
            ),
        ),
    )


class VendorTerms(Sharer):
    """One vendor of the programme, its agents as the file has them."""

    contract: str | dict[str, Any]
    """Its contract: the name of a file, relative to this one, or the contract itself."""
    agents: float | None = optional(unit="factor", gt=0)
    """Factor on the agents of its groups in the centre's file."""
    need: Need | None = None
    """Agents by the closed form instead."""

    rules: ClassVar[tuple[Rule, ...]] = (
        *Sharer.rules,
        Rule(
            ("agents", "need"),
            lambda agents, need: (
                "either agents or need may be given, not both" if None not in (agents, need) else None
            ),
        ),
    )


class SharingRule(Term):
    """How results move shares; the words are those of a contract's `sharing`."""

    every: Literal["month", "quarter", "year"] = "quarter"
    """How often shares are reckoned anew."""
    rule: Literal["performance", "champion_challenger"]
    """Shares follow results in proportion; or the best vendor gains what the others lose."""
    measured_by: Many[Weighted]
    """The KPIs by which vendors are compared."""
    step: float | None = optional(unit="share", gt=0, le=1)
    """The most that a share moves at once; for champion_challenger, what the best vendor gains."""

    rules: ClassVar[tuple[Rule, ...]] = (
        Rule(("rule", "step"), lambda rule, step: _no_step(rule, step)),
        Rule(("measured_by",), lambda measures: None if measures else "must name at least one KPI"),
    )


def _no_step(rule: str, step: float | None) -> str | None:
    wanted = rule == "champion_challenger" and step is None
    return "the best vendor gains a share: how much (`step`)?" if wanted else None


class VendorsFile(Term):
    """Several vendors on one programme."""

    title: str | None = None
    """What it is, in a line."""
    months: int = required(unit="months", ge=1, le=600)
    """Months lived; each is the horizon of the centre's file once more."""
    centre: str | dict[str, Any]
    """The centre: the name of a file, relative to this one, or the centre itself. Each group names its vendor."""
    vendors: dict[Name, VendorTerms]
    """The vendors by the names that groups give them."""
    sharing: SharingRule | None = None
    """How results move shares; they stay where not given."""

    rules: ClassVar[tuple[Rule, ...]] = (Rule(("vendors",), lambda vendors: divided(vendors)),)


def divided(vendors: Mapping[str, Sharer]) -> str | None:
    """Why vendors do not share a programme; None where they do."""
    if len(vendors) < 2:
        return "shares a programme among fewer than two vendors: that is orm-sim centre or orm-sim run"
    total = sum(each.share for each in vendors.values())
    return None if abs(total - 1.0) <= _ROUNDING else f"the shares sum to {total:g}, not to 1"


@dataclass(frozen=True, slots=True)
class Programme:
    """A file of several vendors, with what it refers to.

    Parameters
    ----------
    file : str
        Where it was read from.
    terms : VendorsFile
    centre : CentreFile
        As its own file has it: one month.
    contracts : mapping of str to Contract
        By vendor, in the order of the file.
    document : Document
        For the places of later problems.
    """

    file: str
    terms: VendorsFile
    centre: CentreFile
    contracts: Mapping[str, Contract]
    document: Document

    @property
    def sharing(self) -> Sharing:
        """The shares and the rule that moves them, as a contract says it."""
        return sharing_of(self.terms.vendors, self.terms.sharing)

    def over(self, months: int) -> Programme:
        """The same over another number of months."""
        return replace(self, terms=self.terms.changed(months=months))

    def problem(self, parts: Parts, value: object, rule: str, hint: str | None = None) -> Problem:
        """Something wrong at a place of the file."""
        return problem_at(self.document, parts, value, rule, hint)


def sharing_of(vendors: Mapping[str, Sharer], rule: SharingRule | None) -> Sharing:
    """Shares and the rule that moves them, in the words of a contract."""
    parts = tuple(
        Part(name=name, share=each.share, minimum=each.minimum, maximum=each.maximum)
        for name, each in vendors.items()
    )
    said = {} if rule is None else {name: getattr(rule, name) for name in SharingRule.model_fields}
    return Sharing(this_vendor=parts[0].name, vendors=parts, **said)


def load_vendors(path: str | os.PathLike[str]) -> Programme:
    """A programme of several vendors from a file.

    Raises
    ------
    InputError
        With every problem of the file, of the centre and of the contracts, and between them.
    """
    document = load_extended(path)
    if "vendors" not in document.data and {"programme", "extends", "contract"} & set(document.data):
        rule = "is a scenario of one vendor, not a file of several"
        raise InputError(Problem(Place(shown(path), 1), "", None, rule, "Use: orm-sim run FILE"))
    folder = Path(path).parent
    problems: list[Problem] = []
    terms = centre = None
    with collect(problems):
        terms = build(VendorsFile, document)
    with collect(problems):
        centre = _centre(document, folder)
    contracts: dict[str, Contract] = {}
    given = document.data.get("vendors")
    for name in given if isinstance(given, dict) else ():
        with collect(problems):
            found = _contract(document, folder, ("vendors", name, "contract"))
            if found is not None:
                contracts[name] = found
    if terms is not None:
        problems += overflows(document, terms.vendors)
    if terms is not None and centre is not None:
        problems += _groups(document, terms, centre)
    if problems or terms is None or centre is None:
        raise InputError(in_order(problems))
    return Programme(os.fspath(path), terms, centre, contracts, document)


def _centre(document: Document, folder: Path) -> CentreFile | None:
    given = document.data.get("centre")
    if isinstance(given, str):
        readable_file(folder / given, place=document.place(("centre",)), at="centre")
        return centre_of(load_extended(os.path.normpath(folder / given)))
    return (
        _inside(("centre",), lambda: centre_of(document.section(("centre",))))
        if isinstance(given, dict)
        else None
    )


def _contract(document: Document, folder: Path, at: Parts) -> Contract | None:
    try:
        given = document.value(at)
    except (KeyError, TypeError):
        return None
    if isinstance(given, str):
        readable_file(folder / given, place=document.place(at), at=format_path(at))
        return read_contract(os.path.normpath(folder / given))
    return _inside(at, lambda: build(Contract, document.section(at))) if isinstance(given, dict) else None


def _inside(at: Parts, read: Callable[[], T]) -> T:
    """What is read of a part of the file, its problems with their path from the top."""
    try:
        return read()
    except InputError as error:
        prefix = format_path(at)
        raise InputError(
            replace(each, path=f"{prefix}.{each.path}" if each.path else prefix) for each in error.problems
        ) from None


def overflows(document: Document, vendors: Mapping[str, Sharer]) -> Iterator[Problem]:
    """Overflow to nobody, or to the vendor itself."""
    names = list(vendors)
    for name, vendor in vendors.items():
        if vendor.overflow is None:
            continue
        at: Parts = ("vendors", name, "overflow", "to")
        to = vendor.overflow.to
        if to == name:
            rule = "overflows to itself: name another vendor, or leave overflow out"
            yield problem_at(document, at, to, rule)
        elif to not in names:
            yield problem_at(
                document, at, to, "is none of the programme's vendors", name_hint(to, _others(names, name))
            )


def _others(names: list[str], name: str) -> list[str]:
    return [each for each in names if each != name]


def _groups(document: Document, terms: VendorsFile, centre: CentreFile) -> Iterator[Problem]:
    """Groups of nobody or of somebody else, and vendors who do not serve a type."""
    names = list(terms.vendors)
    for i, group in enumerate(centre.agent_groups):
        at: Parts = ("centre", "agent_groups", i, "vendor")
        if group.vendor is None:
            rule = f"group '{group.name}' names no vendor, so it is nobody's"
            yield problem_at(document, at, None, rule, f"Allowed: {', '.join(names)}")
        elif group.vendor not in names:
            rule = f"group '{group.name}' belongs to a vendor that the file does not list"
            yield problem_at(document, at, group.vendor, rule, name_hint(group.vendor, names))
    owner = {group.name: group.vendor for group in centre.agent_groups}
    for name in names:
        for kind in centre.contact_types:
            if name not in (owner[route.group] for route in kind.routes):
                rule = f"no group of '{name}' serves '{kind.name}', of which it is given a share"
                hint = "Give it a group that does: every vendor serves every contact type"
                yield problem_at(document, ("vendors", name), None, rule, hint)


def problem_at(
    document: Document, parts: Parts, value: object, rule: str, hint: str | None = None
) -> Problem:
    """Something wrong at a place of a file."""
    shown = None if value is None else show_value(value)
    return Problem(document.place(parts), format_path(parts), shown, rule, hint)
