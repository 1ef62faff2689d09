"""`orm-sim hazards FILE --budget DOLLARS`: which measures against risks a budget is best spent on."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, replace
from math import isfinite
from pathlib import Path
from typing import Any

import click
import pandas as pd

from orm_sim.cli.api import compare_loaded
from orm_sim.cli.hazards import study_of
from orm_sim.core.errors import InputError, Place, Problem, name_hint
from orm_sim.core.units import dollars
from orm_sim.decision.mitigation import Measure, best, by_effect, by_score, measured, total
from orm_sim.report.risks import measure_table
from orm_sim.risk.site import HAZARDS
from orm_sim.scenario.load import LoadedStudy
from orm_sim.scenario.scenario import Scenario

_SHAPE = "must be written NAME:HAZARD:COST:path=value, as in home:weather:60000:risks.weather.vendor.home_share=0.6"
_OF_THE_DEAL = ("contract", "programme", "evaluation")


@dataclass(frozen=True, slots=True)
class Offered:
    """A measure as it is given: its name, the hazard it is against, what it costs, and what it changes."""

    name: str
    hazard: str
    cost: float
    path: str
    value: str


def offered(texts: Sequence[str]) -> tuple[Offered, ...]:
    """Every --measure, read.

    Raises
    ------
    InputError
        With every one that cannot be read.
    """
    found: dict[str, Offered] = {}
    problems: list[Problem] = []
    for text in texts:
        each, wrong = _read(text)
        if each is not None and each.name in found:
            wrong = "has the name of another measure"
        if each is None or wrong:
            problems.append(Problem(Place("--measure"), "", text, wrong))
        else:
            found[each.name] = each
    if not texts:
        problems.append(
            Problem(Place("--budget"), "", None, f"has nothing to buy: name a --measure, which {_SHAPE}")
        )
    if problems:
        raise InputError(problems)
    return tuple(found.values())


def _read(text: str) -> tuple[Offered | None, str]:
    name, hazard, cost, change = (each.strip() for each in (*text.split(":", 3), "", "", "", "")[:4])
    path, equals, value = change.partition("=")
    if not (name and equals and path):
        return None, _SHAPE
    if hazard not in HAZARDS:
        return None, f"names no hazard. {name_hint(hazard, HAZARDS)}".rstrip()
    try:
        amount = float(cost.replace(",", ""))
    except ValueError:
        return None, _SHAPE
    if not (isfinite(amount) and amount >= 0.0):
        return None, "costs a finite number of $, 0 or more"
    if path.split(".")[0] in _OF_THE_DEAL:
        return None, f"changes {path}, which belongs to the deal: measures change risks, vendor or client"
    return Offered(name, hazard, amount, path.strip(), value.strip()), ""


def with_measures(
    file: Path, overrides: Mapping[str, str], option: str | None, given: Sequence[Offered]
) -> tuple[LoadedStudy, str]:
    """The zero line, one option, and the option with each measure; and that option's name."""
    study, chosen = study_of(file, overrides, option)
    options: dict[str, Scenario] = {n: study.options[n] for n in dict.fromkeys((study.zero, chosen))}
    titles = {n: study.titles[n] for n in options}
    for each in given:
        changed, _ = study_of(file, {**overrides, each.path: each.value}, chosen)
        scenario = changed.options[chosen]
        if scenario == options[chosen]:
            rule = f"changes nothing: {each.path} is {each.value} already"
            raise InputError(Problem(Place("--measure"), "", each.name, rule))
        options[f"{chosen}-with-{each.name}"] = scenario
        titles[f"{chosen}-with-{each.name}"] = f"{study.titles[chosen]}, with {each.name}"
    title = f"{study.titles[chosen]}: what measures avert"
    return replace(
        study, name=f"{study.name}-measures-{chosen}", title=title, options=options, titles=titles
    ), chosen


def run_mitigation(file: Path, overrides: Mapping[str, str], options: dict[str, Any]) -> None:
    """Live the pairs, allocate the budget in three ways, and print what each buys."""
    given = offered(options["measures"])
    study, chosen = with_measures(file, overrides, options["option"], given)
    done = compare_loaded(
        study, replications=options["replications"], seed=options["seed"], workers=options["workers"],
        engine=options["engine"], out=options["out"], report=False, say=lambda text: click.echo(text, err=True),
    )  # fmt: skip
    scores: dict[str, int] = {}
    for risk in study.options[chosen].risks.entries:
        scores.update({h: max(risk.score, scores.get(h, 0)) for h in risk.hazards})
    outcomes: pd.DataFrame = done.tables["outcomes"]
    found = measured(
        outcomes, chosen, {each.name: f"{chosen}-with-{each.name}" for each in given},
        {each.name: each.cost for each in given}, {each.name: each.hazard for each in given}, scores,
    )  # fmt: skip
    weight, budget = study.base.evaluation.risk_weight, float(options["budget"])
    ways = {
        "by averted loss a dollar": by_effect(found, budget, weight),
        "by the expert's scores": by_score(found, budget),
    }
    if (most := best(found, budget, weight)) is not None:
        ways["the best set"] = most
    if options["as_json"]:
        said = {way: [each.name for each in bought] for way, bought in ways.items()}
        click.echo(json.dumps({"measures": [asdict(each) for each in found], "bought": said}, indent=2))
        return
    click.echo(f"{study.title}: {dollars(budget)} to spend, λ = {weight:g}\n")
    click.echo(measure_table(found, weight, ways).to_string(index=False))
    click.echo("")
    for way, bought in ways.items():
        click.echo(_said(way, bought, weight))
    click.echo("\nEffects are taken to add up; measures against one hazard avert less together.")
    click.echo(f"\nWritten to {done.run_dir}")


def _said(way: str, bought: Sequence[Measure], weight: float) -> str:
    names = ", ".join(each.name for each in bought) or "nothing"
    spent = sum(each.cost for each in bought)
    return f"{way}: {names}; {dollars(spent)} spent, {dollars(total(bought, weight))} averted"
