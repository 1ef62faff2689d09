"""Scenario and study files read into terms: base, differences and overrides laid over one another, then checked."""

from __future__ import annotations

import os
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

from orm_sim.core.document import Document, put
from orm_sim.core.errors import InputError, Place, Problem, name_hint
from orm_sim.core.files import readable_file, shown
from orm_sim.core.loader import build, load_extended, merge, override
from orm_sim.risk.site import HAZARDS
from orm_sim.scenario.negotiation import Negotiation
from orm_sim.scenario.scenario import Scenario
from orm_sim.scenario.study import Study


@dataclass(frozen=True, slots=True)
class LoadedStudy:
    """A study whose options are built.

    Attributes
    ----------
    name, title
        Identifier and words.
    zero
        Name of the option that is the zero line.
    options
        Scenario of each option by name, in the order of the file.
    titles
        Words for each option.
    files
        Every file that was read.
    overrides
        What was set on the command line.
    negotiation
        What its two sides talk about, if the study says so.
    variants
        Options that are another one without a hazard, by that option and hazard ("all" for none at all).
    """

    name: str
    title: str
    zero: str
    options: dict[str, Scenario]
    titles: dict[str, str]
    files: tuple[Path, ...]
    overrides: dict[str, str]
    negotiation: Negotiation | None = None
    variants: Mapping[tuple[str, str], str] = field(default_factory=dict)

    @property
    def base(self) -> Scenario:
        """The zero line's scenario: programme and evaluation are shared by all options."""
        return self.options[self.zero]


def load_scenario(path: str | os.PathLike[str], overrides: Mapping[str, Any] | None = None) -> Scenario:
    """A scenario file, with overrides by path.

    Raises
    ------
    InputError
        With every problem of the file, of what it extends, and of the overrides.
    """
    document = load_extended(path)
    if "vendors" in document.data:
        rule = "is a file of several vendors, not a scenario"
        raise InputError(Problem(Place(shown(path), 1), "", None, rule, "Use: orm-sim vendors FILE"))
    return build(Scenario, override(document, overrides or {}))


def load_study(path: str | os.PathLike[str], overrides: Mapping[str, Any] | None = None) -> LoadedStudy:
    """A study file with all its options built; an override applies to every option.

    Raises
    ------
    InputError
        With every problem of the study, its base and its options; identical options are one.
    """
    given = dict(overrides or {})
    document = load_extended(path)
    study = build(Study, document)
    base = _base(document, study, Path(path))
    options: dict[str, Scenario] = {}
    problems: dict[Problem, None] = {}
    files = list(dict.fromkeys((*base.files, *document.files)))
    for name, option in study.options.items():
        try:
            options[name] = build(Scenario, laid_over(base, document, ("options", name), option.title, given))
        except InputError as error:
            problems |= dict.fromkeys(error.problems)
    problems |= dict.fromkeys(_same(options, document))
    if problems:
        raise InputError(problems)
    titles = {name: option.title for name, option in study.options.items()}
    return LoadedStudy(
        study.study,
        study.title,
        study.zero,
        options,
        titles,
        tuple(files),
        {k: str(v) for k, v in given.items()},
        study.negotiation,
    )


def as_study(scenario: Scenario, path: Path, overrides: Mapping[str, Any]) -> LoadedStudy:
    """A single scenario as a study of two options: in-house as is, and the scenario itself."""
    home = scenario.model_copy(
        update={
            "contract": None,
            "client": scenario.client.model_copy(
                update={"in_house": scenario.client.in_house.model_copy(update={"improvement": None})}
            ),
        }
    )
    document = load_extended(path)
    options = {"in_house": home}
    titles = {"in_house": "In-house as is"}
    if scenario != home:
        if scenario.name in options:
            rule = "is the name of the line it is measured against"
            hint = "Give the scenario another name"
            raise InputError(Problem(document.place(("name",)), "name", scenario.name, rule, hint))
        options[scenario.name] = scenario
        titles[scenario.name] = scenario.title
    return LoadedStudy(
        scenario.name, scenario.title, "in_house", options, titles, document.files,
        {k: str(v) for k, v in overrides.items()},
    )  # fmt: skip


def without_hazards(study: LoadedStudy, option: str) -> LoadedStudy:
    """The zero line and one option of a study (or the zero line alone), without each hazard in turn and without any.

    Raises
    ------
    InputError
        When the study has no such option, or no hazard can strike it.
    """
    if option not in study.options:
        hint = name_hint(option, list(study.options))
        raise InputError(Problem(Place("--option"), "", option, "is no option of this study", hint))
    active = study.options[option].risks.active
    if not active:
        rule = "names no hazard that can strike, so there is nothing to leave out"
        raise InputError(Problem(Place("--option"), f"{option}: risks", None, rule))
    options, titles = {}, {}
    variants: dict[tuple[str, str], str] = {}
    for name in dict.fromkeys((study.zero, option)):
        scenario = study.options[name]
        options[name], titles[name] = scenario, study.titles[name]
        for hazard in (*active, "all"):
            left_out = HAZARDS if hazard == "all" else (*scenario.risks.without, hazard)
            variant = variants[name, hazard] = f"{name}-without-{hazard}"
            risks = scenario.risks.model_copy(update={"without": left_out})
            options[variant] = scenario.model_copy(update={"risks": risks})
            titles[variant] = f"{study.titles[name]}, without {'any hazard' if hazard == 'all' else hazard}"
    told = f"{study.titles[option]}: what hazards take"
    return replace(
        study,
        name=f"{study.name}-hazards-{option}",
        title=told,
        options=options,
        titles=titles,
        variants=variants,
    )


def is_study(path: str | os.PathLike[str]) -> bool:
    """Whether a file is a study rather than a scenario: it names options."""
    return "options" in load_extended(path).data


def _base(document: Document, study: Study, path: Path) -> Document:
    base_path = path.parent / study.base
    readable_file(base_path, place=document.place(("base",)), at="base")
    return load_extended(os.path.normpath(base_path))


def laid_over(
    base: Document, document: Document, at: tuple[str, str], title: str, given: Mapping[str, Any]
) -> Document:
    """The base with all differences, evaluation and evidence of a file, those at a place, and the overrides over it.

    Parameters
    ----------
    base, document
        The scenario, and the file that says what differs.
    at
        Where one of its options or vendors stands; the last part is its name.
    title
        Words for it.
    given
        Overrides by path.
    """
    name, place = at[-1], document.place(at)
    laid = base
    if "evaluation" in document.data:
        laid = merge(laid, Document({"evaluation": document.data["evaluation"]}, document.places))
    if "set" in document.data:
        laid = merge(laid, document.section(("set",)))
    if "set" in document.value(at):
        laid = merge(laid, document.section((*at, "set")))
    laid = put(put(laid, ("name",), name, place), ("title",), title, place)
    figures = [*(laid.data.get("evidence") or []), *(document.data.get("evidence") or [])]
    laid = put(laid, ("evidence",), _latest(figures), document.place(("evidence",)))
    bare = (
        laid.data.get("contract") is None
    )  # in-house: an override of contract terms speaks of the other options
    return override(
        laid, {path: v for path, v in given.items() if not (bare and path.startswith("contract."))}
    )


def _latest(figures: list[Any]) -> list[Any]:
    """Figures with the last entry of a path winning: a study may replace the evidence of its base."""
    by_path = {f["path"] if isinstance(f, dict) and "path" in f else repr(f): f for f in figures}
    return list(by_path.values())


def _same(options: dict[str, Scenario], document: Document) -> list[Problem]:
    """Options that are the same in everything but their name."""
    seen: dict[str, str] = {}
    problems = []
    for name, scenario in options.items():
        content = scenario.model_copy(update={"name": "", "title": ""}).model_dump_json()
        if content in seen:
            rule = f"is identical to option '{seen[content]}' in everything but its name"
            problems.append(Problem(document.place(("options", name)), f"options.{name}", None, rule))
        seen.setdefault(content, name)
    return problems
