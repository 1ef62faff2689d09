"""`orm-sim respond`: every plan of a vendor with its value split, as a table or as JSON."""

from __future__ import annotations

import json
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import click
from rich import box
from rich.console import Console
from rich.table import Table
from rich.text import Text

from orm_sim.core.errors import InputError, Place, Problem
from orm_sim.scenario.load import is_study, load_scenario
from orm_sim.simulation.respond import Response, respond, varied
from orm_sim.vendor.decision.futures import N_FUTURES
from orm_sim.vendor.levers import Plan

_LEVERS = {
    "staffing_ratio": ("staff", "ratio", "{:.2f}"),
    "seat_ratio": ("seats", "ratio", "{:.2f}"),
    "wage_premium": ("wage", "premium", "{:+.0%}"),
    "training": ("train-", "ing ×", "{:g}"),
    "coaching_hours": ("coach-", "ing h", "{:g}"),
    "redundancy": ("redun-", "dancy", "{:.0%}"),
    "pressure": ("pres-", "sure", "{:g}"),
    "cut_late": ("cuts", "late", "{:g}"),
    "cherry_pick": ("leads", "left", "{:.0%}"),
    "in_time_first": ("in time", "first", "{:g}"),
}
_HEADINGS = {
    "training": "train-\ning",
    "quality": "qual-\nity",
    "platform": "plat-\nform",
    "overhead": "over-\nhead",
    "interest": "inter-\nest",
    "conscience": "con-\nscience",
}
_WIDTH = 150


def run_respond(file: Path, overrides: Mapping[str, str], options: Mapping[str, Any]) -> None:
    """Print what the vendor would do and why."""
    if is_study(file):
        rule = "is a study, and a vendor answers to one contract: give a scenario"
        raise InputError(Problem(Place(str(file), 1), "options", None, rule, "Use: orm-sim compare"))
    found = respond(
        load_scenario(file, overrides), at=options["at"], seed=options["seed"],
        replication=options["replication"], place=str(file), say=lambda text: click.echo(text, err=True),
    )  # fmt: skip
    if options["as_json"]:
        click.echo(json.dumps(as_dict(found), indent=2, ensure_ascii=False))
        return
    out = Console(width=None if sys.stdout.isatty() else _WIDTH)
    for text in head(found):
        out.print(text, highlight=False, markup=False)
    out.print(plan_table(found))
    for text in notes(found):
        out.print(text, highlight=False, markup=False)


def head(found: Response) -> list[str]:
    """What is answered to, and when."""
    contract = found.scenario.contract
    title = contract.title if contract is not None else ""
    when = "at signing" if found.week == 0 else f"in week {found.week}, month {found.month}"
    said = [f"{found.scenario.title}: what the vendor does {when} under “{title}”"]
    if found.rates:
        priced = ", ".join(f"{label} ${rate:,.4g}" for label, rate in found.rates.items())
        said.append(f"Rates solved for the reference vendor's margin: {priced}")
    if not found.reacts:
        said.append(
            f"Its policy is {found.scenario.vendor.policy}: it does none of this; so it would act under best_response."
        )
    return said


def notes(found: Response) -> list[str]:
    """Why the first is chosen, whether the vendor signs, and how to read the columns."""
    decision, first = found.decision, found.decision.chosen
    said = [
        found.why,
        f"It foresees the service asked for in {decision.met[first]:.0%} of months; of {N_FUTURES} futures it fails in"
        f" {decision.ruin[first]:.0%}, and is sent away for missed service in {decision.ended[first]:.0%}.",
    ]
    if found.week == 0:
        sentence = found.participation.sentence
        said.append(f"{sentence[0].upper()}{sentence[1:]}.")
    months = min(found.scenario.vendor.traits.horizon_months, found.scenario.programme.months - found.month)
    ahead = "1 month" if months == 1 else f"{months} months"
    said.append(
        f"Values in $ thousand: expected present values over {ahead}; they add up to the value. risk: what"
        " uncertainty takes off; conscience: what pressed sales and contacts cut short or off cost it; term: the"
        " contract's months beyond the horizon, where the client has not given notice by then."
    )
    return said


def plan_table(found: Response) -> Table:
    """All plans, best first; the chosen one marked and bold."""
    decision = found.decision
    levers = varied(decision) or ("staffing_ratio",)
    parts = [name for name, values in decision.split.items() if abs(values).max() >= 0.5]
    drawn = Table(box=box.SIMPLE_HEAD, padding=(0, 1), collapse_padding=True, pad_edge=False)
    drawn.add_column("")
    for name in levers:
        drawn.add_column(Text("\n".join(_LEVERS[name][:2])), justify="right", no_wrap=True)
    for name in ("value", *parts):
        drawn.add_column(Text(_HEADINGS.get(name, name)), justify="right", no_wrap=True)
    for position in found.order:
        plan, chosen = decision.plans.at(position), position == decision.chosen
        style = "bold" if chosen else ""
        cells = [
            "→" if chosen else "",
            *(_LEVERS[name][2].format(getattr(plan, name)) for name in levers),
            _thousand(float(decision.value[position])),
            *(_thousand(float(decision.split[name][position])) for name in parts),
        ]
        drawn.add_row(*(Text(cell.replace("-", "−"), style=style) for cell in cells))
    return drawn


def as_dict(found: Response) -> dict[str, Any]:
    """Plain data for ``--json``: the planning date, the reasons, and the plans, best first."""
    decision, choice = found.decision, found.participation
    plans = [
        {
            "chosen": position == decision.chosen,
            **decision.plans.at(position)._asdict(),
            "value": float(decision.value[position]),
            "split": {name: float(part[position]) for name, part in decision.split.items()},
            "ruin": float(decision.ruin[position]),
            "met": float(decision.met[position]),
            "ended": float(decision.ended[position]),
        }
        for position in found.order
    ]
    return {
        "scenario": found.scenario.name,
        "policy": found.scenario.vendor.policy,
        "acts_on_it": found.reacts,
        "week": found.week,
        "month": found.month,
        "rates": dict(found.rates),
        "participation": {"signs": choice.signs, "value": choice.value, "outside": choice.outside},
        "levers": list(Plan._fields),
        "why": found.why,
        "plans": plans,
    }


def _thousand(amount: float) -> str:
    text = f"{amount / 1000.0:,.1f}" if abs(amount) < 99_950.0 else f"{amount / 1000.0:,.0f}"
    return "0.0" if text == "-0.0" else text
