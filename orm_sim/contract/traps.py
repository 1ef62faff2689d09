"""Traps of a contract: sides without a limit, prices that reward the wrong thing, terms that pull apart."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any, Final

from orm_sim.contract.clause import walk
from orm_sim.contract.clauses import (
    Cap,
    Commission,
    CostPlus,
    Fixed,
    Indexed,
    LiabilityCap,
    PerUnit,
    ServiceCredit,
    Tiered,
    VolumeAdjustment,
)
from orm_sim.contract.cliffs import cliffs
from orm_sim.contract.contract import Contract
from orm_sim.contract.idle import idle, idle_triggers
from orm_sim.contract.lint import Finding, Placed, placed
from orm_sim.contract.wording import price, share

Found = Iterator[Finding]


def traps(contract: Contract) -> Found:
    """Every trap of a contract, clause by clause, then those of the whole."""
    for here in placed(contract):
        for look in _OF_A_CLAUSE:
            yield from look(here, contract)
    for look_at_all in _OF_THE_WHOLE:
        yield from look_at_all(contract)


def _capped(here: Placed) -> bool:
    return any(isinstance(each, Cap | LiabilityCap) for each in here.around)


def _uncapped(here: Placed, contract: Contract) -> Found:
    clause = here.clause
    if isinstance(clause, Indexed) and clause.index and clause.cap_per_year is None and not _capped(here):
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


_LIMITS: Final = {
    "cost_plus": "cap",
    "pass_through": "cap",
    "gain_share": "cap",
    "bonus": "at_most",
    "damages": "at_most",
}
_SAID: Final = {
    "cost_plus": "cost that is reimbursed", "pass_through": "cost that is passed on",
    "gain_share": "the vendor's share of gains", "bonus": "the bonus", "damages": "the sum of damages",
}  # fmt: skip


def _moving_targets(here: Placed, contract: Contract) -> Found:
    """Targets that follow results without a limit: whoever does well is asked for more."""
    for position, measure in enumerate(
        here.clause.measures if isinstance(here.clause, ServiceCredit) else ()
    ):
        if measure.ratchet is not None and measure.ratchet.ceiling is None:
            at = ("measures", position, "ratchet")
            yield here.finding(
                "warning", "uncapped", at, "the target follows results without a ceiling",
                "A vendor that knows this holds back, or is asked for more until it fails",
            )  # fmt: skip


def _incentives(here: Placed, contract: Contract) -> Found:
    clause = here.clause
    if isinstance(clause, CostPlus) and clause.markup and clause.cap is None:
        yield here.finding(
            "warning", "incentive", ("markup",), f"every dollar of cost earns the vendor {share(clause.markup)} of it",
            "Saving is punished; agree a cap, or a fee in place of the mark-up",
        )  # fmt: skip
    if isinstance(clause, VolumeAdjustment) and clause.rrc_rate > clause.arc_rate:
        few, many = price(clause.rrc_rate), price(clause.arc_rate)
        yield here.finding(
            "note", "incentive", ("rrc_rate",), f"a unit too few costs the vendor {few}, one too many brings it {many}",
            "The forecast will be argued down: whoever bears the dearer side wants a low baseline",
        )  # fmt: skip
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
    earning = [each.clause for each in every if isinstance(each.clause, Fixed | PerUnit | Tiered | CostPlus)]
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
    """A bonus that is reached at a result for which a credit is due; of an earn-back that is refused at load."""
    every = placed(contract)
    credited = [each.clause for each in every if isinstance(each.clause, ServiceCredit)]
    missed = [(clause, measure) for clause in credited for measure in clause.measures]
    for here in every:
        rewarded = getattr(here.clause, "measures", ()) if here.clause.kind == "bonus" else ()
        for position, measure in enumerate(rewarded):
            for other, target in missed:
                if (measure.reads, measure.within_s) != (
                    target.reads,
                    target.within_s,
                ) or target.window is not None:
                    continue
                if (getattr(here.clause, "channel", None), here.clause.site) != (other.channel, other.site):
                    continue
                if getattr(here.clause, "not_with_credit", None) == other.name:
                    continue
                higher = measure.indicator.better == "higher"
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
                and (measure.kpi, measure.window) == ("service_level", None)
                and level.target < measure.target
            ):
                yield here.finding(
                    "error", "contradiction", at,
                    f"credits begin at {share(measure.target)}, but the vendor is to plan for {share(level.target)}",
                    "Whoever does as asked owes credits",
                )  # fmt: skip
            key = (
                measure.test,
                measure.within_s,
                channel,
                here.clause.site,
                getattr(here.clause, "window", None),
            )
            if key in seen and seen[key][1] != here.clause.name:
                yield here.finding(
                    "note", "contradiction", at,
                    f"'{seen[key][1]}' has a target for the same KPI ({seen[key][0]:g}): one miss is paid for twice",
                    "Say in one clause what a miss costs",
                )  # fmt: skip
            seen.setdefault(key, (measure.target, here.clause.name))


_OF_A_CLAUSE: Final[tuple[Callable[[Placed, Contract], Found], ...]] = (
    cliffs, _uncapped, _moving_targets, _incentives, idle, _short_windows,
)  # fmt: skip
_OF_THE_WHOLE: Final[tuple[Callable[[Contract], Found], ...]] = (
    _nothing_binds_a_fixed_fee, _no_income_without_sales, _bonus_with_credit, _two_targets, idle_triggers,
)  # fmt: skip
