"""What of a contract the simulated months never came near: tiers, steps and bands, limits and commitments."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Final

import numpy as np
from numpy.typing import NDArray

from orm_sim.contract.clause import SECONDS
from orm_sim.contract.clauses import Commission, Tiered
from orm_sim.contract.contract import Contract
from orm_sim.contract.lint import Finding, Placed, placed
from orm_sim.contract.period import MONTHS, NOTHING
from orm_sim.contract.settlement import settle
from orm_sim.contract.wording import months_long, number
from orm_sim.core.document import Parts
from orm_sim.demand.programme import CHANNELS
from orm_sim.simulation.history import NAMES
from orm_sim.simulation.pricing import Metered

Floats = NDArray[np.float64]
Meters = dict[tuple[str, str], Floats]

_WHY: Final = "What no month comes near is not what the deal is about: check the numbers, or leave it out"

_ACTS: Final = {
    "cap": ("cap", "the cap is never reached"),
    "floor": ("guarantee", "the guarantee never tops anything up"),
    "minimum_commitment": ("true_up", "the commitment is never fallen short of"),
    "volume_adjustment": ("volume_adjustment", "volume never leaves the dead-band"),
}
"""Clauses that only act at a bound: the kind of line, and what is said where it is 0 in every month."""


def unreached(
    contract: Contract, histories: Sequence[Metered], wage_growth_per_year: float
) -> Iterator[Finding]:
    """Tiers and steps no simulated volume reaches, and clauses with a bound that never act.

    Parameters
    ----------
    contract
        With its rates filled in.
    histories
        Lived with the vendor of the scenario.
    wage_growth_per_year
        What the index of wages follows.
    """
    months = list(_months(contract, histories, wage_growth_per_year))
    lived = f"{len(histories)} simulated histor{'y' if len(histories) == 1 else 'ies'}"
    for here in placed(contract):
        if here.clause.site is None:
            yield from _tiers(here, months, lived)
            yield from _steps(here, months, lived)
    yield from _never(contract, months, lived)


def _months(contract: Contract, histories: Sequence[Metered], growth: float) -> Iterator[Meters]:
    """Meters of each month, one element a history."""
    stacked = np.stack([each.meters for each in histories], axis=-1)
    for month in range(contract.term_months):
        meters: Meters = {
            (channel, name): stacked[i, j, month]
            for i, channel in enumerate(CHANNELS)
            for j, name in enumerate(NAMES)
        }
        wages = (1.0 + growth) ** (int(histories[0].last_day[month]) // 365)
        meters["index", "wages"] = np.full(len(histories), wages)
        yield meters


def _tiers(here: Placed, months: Sequence[Meters], lived: str) -> Iterator[Finding]:
    clause = here.clause
    if not isinstance(clause, Tiered):
        return
    volume = np.stack([month[clause.channel, clause.meter] for month in months])
    width = MONTHS[clause.window]
    sums = [volume[first : first + width].sum(axis=0) for first in range(0, len(months), width)]
    per = SECONDS[clause.per] if clause.per is not None else 1.0
    most, least = float(np.max(sums)) / per, float(np.min(sums[: len(months) // width] or sums)) / per
    edges = [tier.up_to for tier in clause.tiers if tier.up_to is not None]
    for position, edge in enumerate(edges):
        if most <= edge:
            said = f"begins above {number(edge)}; the most of a {clause.window} in {lived} is {number(most)}"
            yield here.finding("warning", "idle", ("tiers", position + 1), said, _WHY)
            return
    if edges and clause.mode != "marginal" and least > edges[0]:
        said = f"ends at {number(edges[0])}; the least of a {clause.window} in {lived} is {number(least)}"
        yield here.finding("warning", "idle", ("tiers", 0), said, _WHY)


def _steps(here: Placed, months: Sequence[Meters], lived: str) -> Iterator[Finding]:
    clause = here.clause
    if not isinstance(clause, Commission) or clause.scale is None:
        return
    sales = np.stack([month[clause.channel, clause.meter] for month in months])
    units = np.stack([month[clause.channel, clause.scale.per] for month in months])
    most = float(np.max(np.divide(sales, units, out=np.zeros_like(sales), where=units > 0.0)))
    for position, step in enumerate(clause.scale.steps[:-1]):
        if step.up_to is not None and most <= step.up_to:
            said = f"begins above {number(step.up_to)}; the most of a month in {lived} is {number(most)}"
            at: Parts = ("scale", "steps", position + 1)
            yield here.finding("warning", "idle", at, said, _WHY)
            return


def _never(contract: Contract, months: Sequence[Meters], lived: str) -> Iterator[Finding]:
    acted: set[tuple[str, str]] = set()
    state = NOTHING
    for month, meters in enumerate(months):
        items, state = settle(contract, state, meters, month)
        acted |= {(item.label, item.kind) for item in items if np.any(item.amount != 0.0)}
    for here in placed(contract):
        kind, sentence = _ACTS.get(here.clause.kind, ("", ""))
        if kind and (here.clause.name, kind) not in acted:
            said = f"{sentence} in {months_long(len(months))} of {lived}"
            yield here.finding("note", "idle", (), said, "It costs nothing and guards nothing as it stands")
