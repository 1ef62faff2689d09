"""Contradictions between prices: cost that is indexed, sums a multiple does not reach, clawbacks of no price."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from orm_sim.contract.clause import Clause, inside, walk
from orm_sim.contract.clauses.clawback import Clawback
from orm_sim.contract.clauses.commission import Commission
from orm_sim.contract.clauses.cost_plus import CostPlus
from orm_sim.contract.clauses.gain_share import GainShare
from orm_sim.contract.clauses.indexed import Indexed
from orm_sim.contract.clauses.pass_through import PassThrough
from orm_sim.contract.clauses.per_unit import PerUnit
from orm_sim.contract.clauses.ramp import Ramp
from orm_sim.contract.clauses.scaled import Scaled
from orm_sim.contract.clauses.tail import Tail

if TYPE_CHECKING:
    from orm_sim.contract.checks import Draft

Location = tuple[str | int, ...]
Found = Iterator[tuple[Location, str]]


def indexed_cost(draft: Draft) -> Found:
    """Cost and savings as they are, inside an indexation that would count the rise of prices twice."""
    for place, clause in draft.placed:
        if not isinstance(clause, Indexed):
            continue
        for where, under in walk(inside(clause), (*place, "of")):
            if isinstance(under, CostPlus | PassThrough) or (
                isinstance(under, GainShare) and under.kpi is None
            ):
                yield (
                    where,
                    "is paid on money as it was spent or saved, which an index would raise twice: move it out",
                )


def unreached_sums(draft: Draft) -> Found:
    """Credits and bonuses in sums of money, inside a multiple that only reaches prices and fees."""
    for place, clause in draft.placed:
        multiplied = isinstance(clause, Scaled | Ramp) or (
            isinstance(clause, Tail) and clause.multiple != 1.0
        )
        for where, under in walk(inside(clause), (*place, "of")) if multiplied else ():
            if any(_sum_of_money(measure) for measure in getattr(under, "measures", ())):
                yield (
                    where,
                    "sets sums of money, which the multiple does not reach: set shares of the fees, or move it out",
                )


def _sum_of_money(measure: object) -> bool:
    """Whether a target is priced by the amount."""
    functions = (getattr(measure, name, None) for name in ("credit", "bonus"))
    return any(getattr(each, "amount", None) is not None for each in functions)


def paid_twice(draft: Draft) -> Found:
    """Clawbacks of clauses that have no single price of a sale, or that claw back by themselves."""
    seen: dict[str, Clause] = {}
    for place, clause in draft.placed:
        if isinstance(clause, Clawback):
            said = _not_a_price(seen.get(clause.fee), clause.fee)
            if said is not None:
                yield (*place, "fee"), said
        seen[clause.name] = clause


def clock_of_rates_that_move(draft: Draft) -> Found:
    """A clock that stops, on sales whose price depends on the month: months since the sale must be told then."""
    placed = {clause.name: clause for _, clause in draft.placed}
    moved = {
        under.name: clause
        for _, clause in draft.placed
        if isinstance(clause, Indexed | Ramp | Tail)
        for _, under in walk(inside(clause))
    }
    for place, clause in draft.placed:
        if not isinstance(clause, Clawback) or clause.clock == "runs" or clause.suspended_at_most is not None:
            continue
        fee = placed.get(clause.fee)
        slides = isinstance(fee, Commission) and fee.scale is not None
        if slides or clause.fee in moved:
            why = "slides with the month's sales" if slides else f"changes under '{moved[clause.fee].name}'"
            yield (
                (*place, "clock"),
                f"the price under '{clause.fee}' {why}, and an age on the clock does not tell the month of sale: give"
                " the longest suspension (`suspended_at_most`), so that the history reports both",
            )


def _not_a_price(fee: Clause | None, label: str) -> str | None:
    if fee is None:
        return None  # it comes later or is not there, which is told elsewhere
    if not isinstance(fee, Commission | PerUnit):
        return f"'{label}' pays no price for a sale: cite a commission or a per_unit clause"
    if isinstance(fee, Commission) and fee.clawback != "none":
        return (
            f"'{label}' already has a clawback of its own, and would be paid back twice: set it to none there"
        )
    if isinstance(fee, Commission) and fee.reserve is not None:
        return f"'{label}' withholds a reserve, and so has no single price: withhold it in a clause around it"
    return None
