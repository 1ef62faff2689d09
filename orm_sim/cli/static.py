"""`orm-sim contract price --run`: the histories of a run under several contracts, side by side, labelled static."""

from __future__ import annotations

import json
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import click
import numpy as np

from orm_sim.contract.contract import Contract
from orm_sim.contract.contract_file import read_contract, unsolved
from orm_sim.core.errors import InputError, Place, Problem, collect
from orm_sim.simulation.static_pricing import (
    Lived,
    StaticPrice,
    filled,
    first_alone,
    open_lived,
    price_static,
)

_LABEL = "static: nobody acts. What the vendor did is held as lived; another contract may have changed it"


def print_static(
    files: Sequence[Path], run_dir: Path, options: Sequence[str], rate: float | None, as_json: bool
) -> None:
    """Price every contract on every option of a run and print the table of both."""
    lived = open_lived(run_dir, options)
    contracts = _contracts(files, lived, rate)
    first = max(first_alone(each, contracts) for each in lived)
    prices = [price_static(each, contract, first) for each in lived for contract in contracts]
    if all(each.refused for each in prices):
        raise InputError(
            Problem(
                Place("--run"),
                "",
                str(run_dir),
                f"option '{each.option}' under '{each.contract}': {each.refused}",
            )
            for each in prices
        )
    if as_json:
        click.echo(json.dumps([_plain(each) for each in prices], indent=2, ensure_ascii=False))
        return
    for line in _lines(prices, lived):
        click.echo(line)


def _contracts(files: Sequence[Path], lived: Sequence[Lived], rate: float | None) -> list[Contract]:
    problems: list[Problem] = []
    contracts = []
    for file in files:
        with collect(problems):
            contract = read_contract(file)
            priced = filled(contract, lived, rate)
            if priced is None:
                rule = f"has no rate yet, and no option of the run was solved for it: {', '.join(unsolved(contract))}"
                raise InputError(Problem(Place(str(file)), "price.solve", None, rule, "Give it with --rate"))
            contracts.append(priced)
    if problems:
        raise InputError(problems)
    return contracts


def _lines(prices: Sequence[StaticPrice], lived: Sequence[Lived]) -> list[str]:
    """One line for each option and contract, what is refused below."""
    done = [each for each in prices if each.refused is None]
    first, last = done[0].first, done[0].last
    width = max(len(each.option) for each in prices)
    lines = [
        f"{_LABEL}.",
        f"$ a month, mean of months {first} to {last} and 10th to 90th percentile of histories.",
        "",
    ]
    lines.append(f"{'option':{width}}  {'mean':>14}  {'10 %':>14}  {'90 %':>14}  contract")
    for each in done:
        low, high = np.quantile(each.per_month, (0.1, 0.9))
        numbers = "  ".join(f"{value:14,.2f}" for value in (each.per_month.mean(), low, high))
        lines.append(f"{each.option:{width}}  {numbers}  {each.contract}")
    refused = [each for each in prices if each.refused is not None]
    lines += ["", "Not priced, because it would have to be simulated:"] if refused else []
    lines += [f"  {each.option} under '{each.contract}': {each.refused}" for each in refused]
    failed = [f"{each.name} {each.n_failed}" for each in lived if each.n_failed]
    lines += [f"Left out, because the vendor failed in them: {', '.join(failed)} histories"] if failed else []
    return lines


def _plain(price: StaticPrice) -> dict[str, Any]:
    head = {"option": price.option, "contract": price.contract, "label": "static", "refused": price.refused}
    if price.refused is not None:
        return head
    per_month = [float(each) for each in price.per_month]
    return {**head, "first_month": price.first, "last_month": price.last, "per_month": per_month}
