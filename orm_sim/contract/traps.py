"""Traps of a contract: cliffs, sides without a limit, terms that pull apart, clauses that can never act."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from itertools import pairwise
from typing import Any, Final

from orm_sim.contract.clause import walk
from orm_sim.contract.clauses import Cap, Commission, Fixed, Indexed, PerUnit, ServiceCredit, Tiered
from orm_sim.contract.contract import Contract
from orm_sim.contract.credit import Banded, Lump, PerPoint, Pooled
from orm_sim.contract.lint import Finding, Placed, placed
from orm_sim.contract.wording import money, number, price, share
from orm_sim.core.document import Parts
from orm_sim.kpi import KPIS

Found = Iterator[Finding]


def traps(contract: Contract) -> Found:
    """Every trap of a contract, clause by clause, then those of the whole."""
    for here in placed(contract):
        for look in _OF_A_CLAUSE:
            yield from look(here, contract)
    for look_at_all in _OF_THE_WHOLE:
        yield from look_at_all(contract)


def _credit_cliffs(here: Placed, contract: Contract) -> Found:
    clause = here.clause
    if not isinstance(clause, ServiceCredit):
        return
    for position, measure in enumerate(clause.measures):
        at = ("measures", position, "credit")
        credit, kpi = measure.credit, KPIS[measure.kpi]
        unit = "point" if kpi.unit == "share" else kpi.unit
        edge = share(measure.target) if kpi.unit == "share" else number(measure.target)
        side = "below" if kpi.better == "higher" else "above"
        why = f"A vendor {side} the edge gains nothing by coming closer, and one near it buys just enough to pass"
        if isinstance(credit, Lump):
            lost = (
                share(credit.share) + " of the fees"
                if credit.share is not None
                else money(credit.amount or 0.0)
            )
            yield here.finding(
                "warning",
                "cliff",
                at,
                f"{kpi.name} {side} {edge} costs {lost} at once, however small the miss",
                why,
            )
        elif isinstance(credit, Pooled):
            part = clause.at_risk * clause.pools[credit.pool] * credit.weight
            yield here.finding(
                "warning", "cliff", at,
                f"{kpi.name} {side} {edge} costs {share(part)} of the fees at once, however small the miss", why,
            )  # fmt: skip
        elif isinstance(credit, Banded):
            steps = [0.0, *(band.share for band in credit.bands)]
            edges = ", ".join(
                f"{share(after - before)} of the fees at {band.worse_than:g}"
                for (before, after), band in zip(pairwise(steps), credit.bands, strict=True)
            )
            yield here.finding(
                "note", "cliff", at, f"{kpi.name} jumps at the edge of each band: {edges}", why
            )
        elif isinstance(credit, PerPoint) and credit.points == "up":
            each = (
                share(credit.share) + " of the fees"
                if credit.share is not None
                else money(credit.amount or 0.0)
            )
            yield here.finding(
                "note", "cliff", at, f"the first hundredth of a {unit} {side} {edge} costs a whole {unit}, {each}",
                "Months a hair under the target are the ones that are disputed",
            )  # fmt: skip


def _price_cliffs(here: Placed, contract: Contract) -> Found:
    clause = here.clause
    if not isinstance(clause, Tiered) or clause.mode == "marginal":
        return
    for position, (low, high) in enumerate(pairwise(clause.tiers)):
        edge = low.up_to or 0.0
        jump = (high.rate - low.rate) * (edge if clause.mode == "whole_volume" else 1.0)
        if jump == 0.0:
            continue
        more = f"the bill jumps by {money(jump)}" if jump > 0 else f"the bill falls by {money(-jump)}"
        yield here.finding(
            "warning", "cliff", ("tiers", position, "up_to"),
            f"one unit above {number(edge)} and {more}",
            "Whoever controls the last units of a month will move them; marginal tiers have no edge",
        )  # fmt: skip


def _capped(here: Placed) -> bool:
    return any(isinstance(each, Cap) for each in here.around)


def _uncapped(here: Placed, contract: Contract) -> Found:
    clause = here.clause
    if isinstance(clause, Indexed) and clause.cap_per_year is None:
        yield here.finding(
            "warning", "uncapped", ("index",), "prices follow the index without a yearly limit",
            "The client bears whatever the index does for the whole term",
        )  # fmt: skip
    if isinstance(clause, Commission) and not _capped(here):
        yield here.finding(
            "note", "uncapped", ("rate",), "the commission has no ceiling",
            "A good month costs whatever it costs; put it under a `cap` if the budget is fixed",
        )  # fmt: skip
    limit = _LIMITS.get(clause.kind)
    if limit is not None and getattr(clause, limit, None) is None and not _capped(here):
        yield here.finding(
            "warning", "uncapped", (), f"{_SAID.get(clause.kind, clause.kind)} has no limit: `{limit}` is not given",
            "One side's exposure is open-ended",
        )  # fmt: skip


_LIMITS: Final = {"cost_plus": "cap", "pass_through": "cap", "gain_share": "cap", "bonus": "at_most"}
_SAID: Final = {
    "cost_plus": "cost that is reimbursed", "pass_through": "cost that is passed on",
    "gain_share": "the vendor's share of gains", "bonus": "the bonus",
}  # fmt: skip


def _incentives(here: Placed, contract: Contract) -> Found:
    clause = here.clause
    if not isinstance(clause, PerUnit):
        return
    if clause.meter in ("handled_s", "payable_handled_s") and clause.aht_cap is None:
        yield here.finding(
            "warning", "incentive", ("meter",), "is paid by handled time, and nothing limits how long a contact lasts",
            "Longer contacts bill more; add an `aht_cap`",
        )  # fmt: skip
    measured = {measure.kpi for measure in _measures(contract)}
    if clause.meter in ("answered", "payable_contacts") and not measured & {"fcr", "repeat_rate", "csat"}:
        yield here.finding(
            "warning", "incentive", ("meter",), "no target speaks of resolution, repeats or satisfaction",
            "Paid is the contact, not its result: short ones earn most",
        )  # fmt: skip


def _measures(contract: Contract) -> Iterator[Any]:
    for _, clause in walk(contract.clauses):
        yield from getattr(clause, "measures", ())


def _nothing_binds_a_fixed_fee(contract: Contract) -> Found:
    here = next(
        (each for each in placed(contract) if isinstance(each.clause, Fixed) and each.clause.month is None),
        None,
    )
    pays = [each for _, each in walk(contract.clauses) if isinstance(each, PerUnit | Tiered | Commission)]
    if here is not None and not pays and not list(_measures(contract)):
        yield here.finding(
            "warning", "incentive", (), "the fee is fixed, and no target costs anything when it is missed",
            "A fixed fee without a service level is best served by the fewest people",
        )  # fmt: skip


def _no_income_without_sales(contract: Contract) -> Found:
    """Channels paid by nothing but commission."""
    every = placed(contract)
    earning = [each.clause for each in every if isinstance(each.clause, Fixed | PerUnit | Tiered)]
    for here in every:
        clause = here.clause
        if not isinstance(clause, Commission) or any(each.kind == "floor" for each in here.around):
            continue
        if not any(each.channel in (clause.channel, None) for each in earning):
            sentence = f"the vendor earns nothing on {clause.channel} contacts in a month without sales"
            yield here.finding(
                "warning", "uncapped", (), sentence,
                "The risk of volume and conversion lies with the smaller balance sheet: add a baseline, or a floor",
            )  # fmt: skip


def _idle(here: Placed, contract: Contract) -> Found:
    """Clauses that never come to anything, whatever is measured."""
    clause, term = here.clause, contract.term_months
    for at, sentence in (*_idle_credit(clause, term), *_idle_price(clause), *_idle_months(clause, term)):
        yield here.finding(
            "warning", "idle", at, sentence, "A clause that cannot act is a mistake, or belongs out"
        )


def _idle_credit(clause: Any, term: int) -> Iterator[tuple[Parts, str]]:
    if not isinstance(clause, ServiceCredit):
        return
    if clause.grace_months >= term:
        yield (
            ("grace_months",),
            f"{clause.grace_months} months of grace leave none of the {term} months to be measured",
        )
    if clause.at_risk == 0.0:
        yield ("at_risk",), "no part of the fees is at risk, so no credit is ever due"
    for position, measure in enumerate(clause.measures):
        credit, kpi = measure.credit, KPIS[measure.kpi]
        if isinstance(credit, PerPoint | Lump) and not (credit.amount or credit.share):
            yield ("measures", position, "credit"), "a miss costs nothing"
        if kpi.unit == "share" and measure.target == (0.0 if kpi.better == "higher" else 1.0):
            yield ("measures", position, "target"), f"a share of {share(measure.target)} is always reached"


def _idle_price(clause: Any) -> Iterator[tuple[Parts, str]]:
    if clause.kind in ("minimum_commitment", "holdback", "gain_share") and _zero(
        clause, ("share", "vendor_share")
    ):
        yield (), "its share is 0"
    if isinstance(clause, Commission) and clause.reserve is not None and clause.reserve.share == 0.0:
        yield ("reserve",), "nothing is withheld"
    if isinstance(clause, PerUnit | Commission | Fixed) and _zero(clause, ("rate", "amount")):
        yield ("rate" if hasattr(clause, "rate") else "amount",), f"the price is {price(0.0)}"
    if getattr(getattr(clause, "at", None), "per_unit", None) == 0.0:
        yield ("at",), "the bound is 0"


def _idle_months(clause: Any, term: int) -> Iterator[tuple[Parts, str]]:
    if isinstance(clause, Indexed) and term <= 12:
        yield (
            ("index",),
            f"amounts change at each anniversary, and the term of {term} months ends before the first",
        )
    first = getattr(clause, "from_month", None)
    if isinstance(first, int) and first > term:
        yield ("from_month",), f"begins in month {first}, after the term of {term} months"
    within = getattr(clause, "within_months", None)
    if isinstance(within, int) and within > term:
        yield ("within_months",), f"looks back {within} months in a term of {term}"


def _zero(clause: Any, names: tuple[str, ...]) -> bool:
    return any(getattr(clause, name, None) == 0.0 for name in names)


def _short_windows(here: Placed, contract: Contract) -> Found:
    clause = here.clause
    if isinstance(clause, ServiceCredit) and clause.window == "quarter" and clause.grace_months % 3:
        left = 3 - clause.grace_months % 3
        yield here.finding(
            "note", "contradiction", ("grace_months",),
            f"grace ends inside a quarter: the first quarter is measured on {left} month{'s' if left > 1 else ''}",
            "A short stretch is missed by luck more often than a long one",
        )  # fmt: skip


def _bonus_with_credit(contract: Contract) -> Found:
    """A bonus (or an earn-back) that is reached at a result for which a credit is due."""
    every = placed(contract)
    credited = [each.clause for each in every if isinstance(each.clause, ServiceCredit)]
    missed = [(clause, measure) for clause in credited for measure in clause.measures]
    for here in every:
        rewarded = getattr(here.clause, "measures", ()) if here.clause.kind in ("bonus", "earn_back") else ()
        for position, measure in enumerate(rewarded):
            for other, target in missed:
                if (measure.kpi, measure.within_s) != (target.kpi, target.within_s):
                    continue
                if getattr(here.clause, "channel", None) not in (None, other.channel):
                    continue
                higher = KPIS[measure.kpi].better == "higher"
                if measure.target < target.target if higher else measure.target > target.target:
                    yield here.finding(
                        "error", "contradiction", ("measures", position, "target"),
                        f"is earned from {measure.target:g} on, while '{other.name}' is owed up to {target.target:g}:"
                        " between them both are due for one result",
                        "The two set each other off, and nobody knows what is wanted",
                    )  # fmt: skip


def _two_targets(contract: Contract) -> Found:
    """One KPI with two targets: the level to plan for, or credits of two clauses."""
    level = contract.service_level
    seen: dict[tuple[Any, ...], tuple[float, str]] = {}
    for here in placed(contract):
        for position, measure in enumerate(
            here.clause.measures if isinstance(here.clause, ServiceCredit) else ()
        ):
            at = ("measures", position, "target")
            channel = getattr(here.clause, "channel", None)
            asked = level is not None and (level.channel, level.within_s) == (channel, measure.within_s)
            if (
                level is not None
                and asked
                and measure.kpi == "service_level"
                and level.target < measure.target
            ):
                yield here.finding(
                    "error", "contradiction", at,
                    f"credits begin at {share(measure.target)}, but the vendor is to plan for {share(level.target)}",
                    "Whoever does as asked owes credits",
                )  # fmt: skip
            key = (measure.kpi, measure.within_s, channel, getattr(here.clause, "window", None))
            if key in seen and seen[key][1] != here.clause.name:
                yield here.finding(
                    "note", "contradiction", at,
                    f"'{seen[key][1]}' has a target for the same KPI ({seen[key][0]:g}): one miss is paid for twice",
                    "Say in one clause what a miss costs",
                )  # fmt: skip
            seen.setdefault(key, (measure.target, here.clause.name))


_OF_A_CLAUSE: Final[tuple[Callable[[Placed, Contract], Found], ...]] = (
    _credit_cliffs, _price_cliffs, _uncapped, _incentives, _idle, _short_windows,
)  # fmt: skip
_OF_THE_WHOLE: Final[tuple[Callable[[Contract], Found], ...]] = (
    _nothing_binds_a_fixed_fee, _no_income_without_sales, _bonus_with_credit, _two_targets,
)  # fmt: skip
