"""Which clauses may be settled in parts of a month: where the parts come to the whole, and why others do not."""

from __future__ import annotations

from typing import Final

from orm_sim.contract.clause import Clause
from orm_sim.contract.clauses import (
    All,
    Benchmark,
    Between,
    Commission,
    CostPlus,
    Damages,
    Indexed,
    PassThrough,
    PerUnit,
    Ramp,
    Scaled,
    Tail,
)

_BY_PARTS: Final = (All, Benchmark, Between, Indexed, Ramp, Scaled, Tail)
"""Combinators that come to the sum of their parts wherever the clauses inside do."""

_WHY: Final[dict[str, str]] = {
    "fixed": "it is owed once a month, however often it is settled",
    "tiered": "its price depends on the volume of a window",
    "service_credit": "its targets are measured over a window",
    "bonus": "its targets are measured over a window",
    "minimum_commitment": "volume and forecast are compared over a window",
    "gain_share": "its baseline, floor and cap hold for a window",
    "volume_adjustment": "its band lies around the volume of a window",
    "clawback": "it returns the average rate of a whole month",
    "termination_fee": "it is owed once",
    "cap": "its ceiling holds for the month",
    "floor": "its guarantee holds for the month",
    "carry_forward": "its bound holds for the month",
    "holdback": "what it releases was withheld in another month",
    "earn_back": "its targets are measured over a window",
    "when": "its condition is asked of the month",
    "upfront": "it is paid once, and given back once a month",
    "liability_cap": "its limit holds for a year",
}


def indivisible(clause: Clause) -> str | None:
    """Why a month settled in parts, its counters cut in two, differs under a clause; None where it does not.

    Where it does not, the parts come to the whole but for the rounding of each line to the cent.
    """
    if isinstance(clause, _BY_PARTS):
        return next(filter(None, map(indivisible, clause.of)), None)
    if isinstance(clause, PerUnit):
        limited = clause.aht_cap is not None or clause.limit is not None or bool(clause.less)
        return "what is payable is limited over the month" if limited else None
    if isinstance(clause, Commission):
        return "its scale is climbed over the month" if clause.scale is not None else None
    if isinstance(clause, Damages):
        limited = clause.free is not None or clause.at_most is not None or bool(clause.less)
        return "its limits hold for the month" if limited or clause.exclusions else None
    if isinstance(clause, CostPlus):
        limited = clause.cap is not None or bool(clause.less) or clause.fee is not None
        return "its fee and its cap hold for the month" if limited else None
    if isinstance(clause, PassThrough):
        return "its cap holds for the month" if clause.cap is not None else None
    return _WHY[clause.kind]
