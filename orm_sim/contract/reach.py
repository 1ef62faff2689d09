"""Parts of clauses that lie beyond reach whatever is measured: bands past the cap, limits nothing comes up to."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, Final

import numpy as np

from orm_sim.contract.clause import Clause, inside, walk
from orm_sim.contract.clauses import (
    All,
    Between,
    Bonus,
    Cap,
    Clawback,
    Fixed,
    Floor,
    Scaled,
    ServiceCredit,
    Tiered,
    VolumeAdjustment,
    When,
)
from orm_sim.contract.condition import Credits, Failures, Reached
from orm_sim.contract.contract import Contract
from orm_sim.contract.credit import Banded, BonusBands, Lump, PerPoint, Pooled
from orm_sim.contract.measure import Measure
from orm_sim.contract.period import MONTHS
from orm_sim.contract.tiers import marginal, price_of
from orm_sim.contract.wording import money, number, share
from orm_sim.core.document import Parts
from orm_sim.kpi import INDICATORS

Said = Iterator[tuple[Parts, str]]

_HAIR: Final = 1e-9
_TESTS: Final = {"day": 31, "week": 5}
"""The most days and weeks that a month has, or that end in it."""


def beyond_reach(clause: Clause, contract: Contract) -> Said:
    """Every part of a clause that nothing can reach, with its place inside the clause."""
    if isinstance(clause, ServiceCredit):
        yield from _credit(clause, contract.term_months)
    elif isinstance(clause, Bonus):
        yield from _bonus(clause)
    elif isinstance(clause, Cap | Floor):
        yield from _bound(clause)
    elif isinstance(clause, When):
        yield from condition_beyond_reach(clause.if_, contract, ("if",))
    elif isinstance(clause, Clawback) and not any(step.share for step in clause.schedule):
        yield ("schedule",), "pays nothing back at any age"
    elif isinstance(clause, VolumeAdjustment) and not (clause.arc_rate or clause.rrc_rate):
        yield ("arc_rate",), "neither more volume nor less has a price"


def condition_beyond_reach(condition: Any, contract: Contract, at: Parts) -> Said:
    """Why a condition can never hold."""
    credits_ = {each.name: each for _, each in walk(contract.clauses) if isinstance(each, ServiceCredit)}
    if isinstance(condition, Reached):
        shares = INDICATORS[condition.reads].unit == "share"
        if condition.below is not None and condition.below <= 0.0:
            yield (*at, "below"), "nothing that is measured lies below 0"
        if shares and condition.above is not None and condition.above >= 1.0:
            yield (*at, "above"), "no share lies above 100 %"
    elif isinstance(condition, Credits) and condition.credits_of in credits_:
        most = credits_[condition.credits_of].at_risk
        if condition.above_share >= most - _HAIR:
            yield (
                (*at, "above_share"),
                f"credits under '{condition.credits_of}' are at most {share(most)} of the fees, never above"
                f" {share(condition.above_share)}",
            )
    elif isinstance(condition, Failures) and condition.failures_of in credits_:
        clause = credits_[condition.failures_of]
        windows = -(-max(contract.term_months - clause.grace_months, 0) // MONTHS[clause.window])
        needed = condition.in_a_row or condition.times or 1
        if needed > windows:
            left = f"{windows} of a {clause.window}"
            yield at, f"needs {needed} missed windows, and the term leaves {left} to be measured"


def _credit(clause: ServiceCredit, term: int) -> Said:
    most: float | None = 0.0
    for position, measure in enumerate(clause.measures):
        at: Parts = ("measures", position)
        yield from _measure(measure, clause, at, term)
        here = _most_of(measure, clause)
        most = None if here is None or most is None else most + here
    if most is None or clause.excess == "carried_forward":
        return
    most *= clause.multiplier or 1.0
    if 0.0 < most < clause.at_risk - _HAIR:
        yield (
            ("at_risk",),
            f"credits of a {clause.window} come to at most {share(most)} of the fees, so the limit of"
            f" {share(clause.at_risk)} is never reached",
        )


def _measure(measure: Measure, clause: ServiceCredit, at: Parts, term: int) -> Said:
    credit, kpi = measure.credit, INDICATORS[measure.test]
    if isinstance(credit, Banded) and clause.excess == "dropped":
        limit, before = clause.at_risk / (clause.multiplier or 1.0), 0.0
        for position, band in enumerate(credit.bands):
            if before >= limit - _HAIR and clause.at_risk > 0.0:
                yield (
                    (*at, "credit", "bands", position),
                    f"the band before already reaches the limit of {share(clause.at_risk)} of the fees",
                )
            before = band.share
    end = 0.0 if kpi.better == "higher" else 1.0
    if kpi.unit == "share":
        for position, band in enumerate(credit.bands if isinstance(credit, Banded) else ()):
            if band.worse_than == end:
                yield (*at, "credit", "bands", position, "worse_than"), f"no share is worse than {share(end)}"
        if measure.minimum == end:
            yield (*at, "minimum"), f"no share is worse than {share(end)}, so no miss is ever severe"
    if measure.glide is not None and measure.glide.months > term:
        yield (
            (*at, "glide", "months"),
            f"leads to the target in month {measure.glide.months} of a term of {term}",
        )
    ratchet = measure.ratchet
    if ratchet is not None and ratchet.months >= term:
        yield (
            (*at, "ratchet", "months"),
            f"asks for {ratchet.months} monthly results in a term of {term}, so the target never moves",
        )
    if ratchet is not None and not (ratchet.up_at_most or ratchet.down_at_most):
        yield (*at, "ratchet", "up_at_most"), "the target may become neither stricter nor easier"


def _most_of(measure: Measure, clause: ServiceCredit) -> float | None:
    """The most a target can cost, as a share of the fees; None where money is not told in shares, or has no end."""
    credit, kpi = measure.credit, INDICATORS[measure.test]
    if credit is None:
        return 0.0
    severe = measure.severe_multiple or 1.0
    if isinstance(credit, Pooled):
        return clause.at_risk * clause.pools.get(credit.pool, 0.0) * credit.weight * severe
    if isinstance(credit, Banded):
        return credit.bands[-1].share * severe
    if credit.share is None:
        return 0.0 if not credit.amount else None
    if isinstance(credit, Lump):
        times = 1 if measure.window is None or measure.missed_at_most is not None else _TESTS[measure.window]
        months = 1 if times == 1 else MONTHS[clause.window]
        return credit.share * times * months * severe
    if kpi.unit != "share" or measure.ratchet is not None:
        return None
    aim = measure.target if measure.missed_at_most is None else measure.missed_at_most
    points = 100.0 * (aim if kpi.better == "higher" else 1.0 - aim)
    return credit.share * (points + 1.0) * severe


def _bonus(clause: Bonus) -> Said:
    for position, reward in enumerate(clause.measures):
        at: Parts = ("measures", position, "bonus")
        kpi = reward.indicator
        end = 1.0 if kpi.better == "higher" else 0.0
        ends = kpi.unit == "share" or end == 0.0
        bonus, before = reward.bonus, 0.0
        if ends and isinstance(bonus, PerPoint) and reward.target == end:
            yield at, "nothing is better than the target, so no point is ever earned"
        for place, band in enumerate(bonus.bands if isinstance(bonus, BonusBands) else ()):
            if ends and band.better_than == end:
                yield (*at, "bands", place, "better_than"), "nothing is better than that"
            elif before >= clause.at_most - _HAIR:
                yield (
                    (*at, "bands", place),
                    f"the band before already reaches the limit of {share(clause.at_most)} of the fees",
                )
            before = band.share


def _bound(clause: Cap | Floor) -> Said:
    limit = clause.at.per_unit
    if limit is None or clause.at.meters is not None or limit == 0.0:
        return
    if isinstance(clause, Floor):
        least = sum(_least(each) for each in clause.of)
        if least >= limit - _HAIR:
            yield ("at",), f"the clauses inside come to at least {money(least)} a month anyway"
        return
    ends = [_most(each) for each in clause.of]
    most = None if None in ends else sum(each or 0.0 for each in ends)
    if most is not None and most <= limit + _HAIR:
        yield ("at",), f"the clauses inside come to at most {money(most)} a month"
    if len(clause.of) == 1 and isinstance(clause.of[0], Tiered):
        yield from _tiers(clause.of[0], limit)


def _tiers(clause: Tiered, limit: float) -> Said:
    """Tiers that begin where the cap around them is already reached."""
    if clause.window != "month":
        return
    bounds = [tier.up_to for tier in clause.tiers if tier.up_to is not None]
    rates = [tier.rate for tier in clause.tiers]
    for position, edge in enumerate(bounds):
        least = min(
            (_charge(clause, each, bounds, rates) for each in (edge + _HAIR, edge * 10.0)), default=0.0
        )
        if _charge(clause, edge, bounds, rates) >= limit and least >= limit:
            yield (
                ("of", 0, "tiers", position + 1),
                f"begins above {number(edge)}, where the cap of {money(limit)} is reached already",
            )


def _charge(clause: Tiered, volume: float, bounds: list[float], rates: list[float]) -> float:
    if clause.mode == "marginal":
        return float(marginal(np.asarray(volume), bounds, rates))
    here = float(price_of(np.asarray(volume), bounds, rates))
    return here * volume if clause.mode == "whole_volume" else here


def _most(clause: Clause) -> float | None:
    """The most a clause can come to in a month; None where that has no end, or depends on what is measured."""
    if isinstance(clause, Fixed):
        return _fixed(clause) if clause.payer == "client" else 0.0
    if isinstance(clause, All | Between | When | Cap | Scaled):
        ends = [_most(each) for each in inside(clause)]
        most = None if None in ends else sum(each or 0.0 for each in ends)
        if isinstance(clause, Scaled):
            return None if most is None else most * clause.by
        limit = clause.at.per_unit if isinstance(clause, Cap) and clause.at.meters is None else None
        return most if limit is None else limit if most is None else min(limit, most)
    return 0.0 if clause.kind in ("service_credit", "damages", "clawback") else None


def _least(clause: Clause) -> float:
    """The least a clause comes to in every month; what may be given back makes it unknown, and less than anything."""
    if isinstance(clause, Fixed):
        monthly = clause.payer == "client" and clause.month is None
        return _fixed(clause) or 0.0 if monthly else 0.0 if clause.payer == "client" else -float("inf")
    if isinstance(clause, All):
        return sum(_least(each) for each in clause.of)
    return 0.0 if clause.kind in ("per_unit", "tiered", "bonus", "minimum_commitment") else -float("inf")


def _fixed(clause: Fixed) -> float | None:
    return None if isinstance(clause.amount, str) else clause.amount
