"""Cliffs: places where one unit more or less of a result or a volume moves money by a jump."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import pairwise
from typing import Final

from orm_sim.contract.clauses import Bonus, ServiceCredit, Tiered
from orm_sim.contract.contract import Contract
from orm_sim.contract.credit import Banded, BonusBands, Lump, PerPoint, Pooled
from orm_sim.contract.lint import Finding, Placed
from orm_sim.contract.measure import Measure, Reward
from orm_sim.contract.reading import point_said, value_said
from orm_sim.contract.wording import money, number, share
from orm_sim.kpi import INDICATORS

Found = Iterator[Finding]

_GAMED: Final = (
    "Far from the edge nothing is gained by coming closer, and near it just enough is done to pass"
)


def cliffs(here: Placed, contract: Contract) -> Found:
    """The cliffs of one clause."""
    clause = here.clause
    if isinstance(clause, ServiceCredit):
        for position, measure in enumerate(clause.measures):
            yield from _of_a_credit(here, clause, position, measure)
            yield from _of_a_severe_miss(here, position, measure)
    elif isinstance(clause, Bonus):
        for position, reward in enumerate(clause.measures):
            yield from _of_a_bonus(here, position, reward)
    elif isinstance(clause, Tiered) and clause.mode != "marginal":
        yield from _of_a_price(here, clause)


def _sum(credit: PerPoint | Lump) -> str:
    return f"{share(credit.share)} of the fees" if credit.share is not None else money(credit.amount or 0.0)


def _side(kpi: str) -> str:
    return "below" if INDICATORS[kpi].better == "higher" else "above"


def _of_a_credit(here: Placed, clause: ServiceCredit, position: int, measure: Measure) -> Found:
    at, credit, name = ("measures", position, "credit"), measure.credit, INDICATORS[measure.reads].name
    missed = f"{_side(measure.reads)} {value_said(measure.reads, measure.target)}"
    if isinstance(credit, Lump | Pooled):
        sentence = f"{name} {missed} costs {_lost(clause, credit)} at once, however small the miss"
        yield here.finding("warning", "cliff", at, sentence, _GAMED)
    elif isinstance(credit, Banded):
        yield here.finding(
            "note",
            "cliff",
            at,
            f"{name} jumps at the edge of each band: {_jumps(measure.test, credit)}",
            _GAMED,
        )
    elif isinstance(credit, PerPoint) and credit.points == "up":
        unit = point_said(measure.test)
        sentence = f"the first hundredth of a {unit} {missed} costs a whole {unit}, {_sum(credit)}"
        yield here.finding(
            "note", "cliff", at, sentence, "Months a hair under the target are the ones that are disputed"
        )


def _lost(clause: ServiceCredit, credit: Lump | Pooled) -> str:
    """What one miss comes to, as far as the part at risk lets it."""
    times = clause.multiplier or 1.0
    if isinstance(credit, Lump) and credit.share is None:
        return money((credit.amount or 0.0) * times)
    part = (
        clause.at_risk * clause.pools[credit.pool] * credit.weight
        if isinstance(credit, Pooled)
        else credit.share
    )
    return f"{share(min((part or 0.0) * times, clause.at_risk))} of the fees"


def _jumps(kpi: str, credit: Banded | BonusBands) -> str:
    if isinstance(credit, Banded):
        bands = [(band.worse_than, band.share) for band in credit.bands]
    else:
        bands = [(band.better_than, band.share) for band in credit.bands]
    steps = pairwise([0.0, *(part for _, part in bands)])
    return ", ".join(
        f"{share(after - before)} of the fees at {value_said(kpi, edge)}"
        for (before, after), (edge, _) in zip(steps, bands, strict=True)
    )


def _of_a_severe_miss(here: Placed, position: int, measure: Measure) -> Found:
    if measure.minimum is not None and measure.severe_multiple is not None and measure.severe_multiple > 1.0:
        sentence = (
            f"{INDICATORS[measure.reads].name} {_side(measure.reads)} {value_said(measure.reads, measure.minimum)}"
            f" multiplies the credit by {measure.severe_multiple:g} at once"
        )
        yield here.finding("note", "cliff", ("measures", position, "minimum"), sentence, _GAMED)


def _of_a_bonus(here: Placed, position: int, reward: Reward) -> Found:
    name, edge = INDICATORS[reward.reads].name, value_said(reward.reads, reward.target)
    if isinstance(reward.bonus, Lump):
        sentence = f"{name} of {edge} earns {_sum(reward.bonus)} at once, and nothing more beyond it"
        yield here.finding("warning", "cliff", ("measures", position, "bonus"), sentence, _GAMED)
    elif isinstance(reward.bonus, BonusBands):
        sentence = f"{name} jumps at the edge of each band: {_jumps(reward.reads, reward.bonus)}"
        yield here.finding("note", "cliff", ("measures", position, "bonus"), sentence, _GAMED)


def _of_a_price(here: Placed, clause: Tiered) -> Found:
    for position, (low, high) in enumerate(pairwise(clause.tiers)):
        edge = low.up_to or 0.0
        jump = (high.rate - low.rate) * (edge if clause.mode == "whole_volume" else 1.0)
        if jump == 0.0:
            continue
        more = f"the bill jumps by {money(jump)}" if jump > 0 else f"the bill falls by {money(-jump)}"
        yield here.finding(
            "warning", "cliff", ("tiers", position, "up_to"), f"one unit above {number(edge)} and {more}",
            "Whoever controls the last units of a month will move them; marginal tiers have no edge",
        )  # fmt: skip
