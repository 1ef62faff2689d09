"""Terms: a contract reshaped by sliders on price, base share, commission and the amount at risk."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from orm_sim.contract.clause import Clause, inside, walk
from orm_sim.contract.clauses import Commission, PerUnit, ServiceCredit
from orm_sim.contract.clauses.scaled import Scaled
from orm_sim.contract.contract import Contract
from orm_sim.report.dashboard.settings import Settings

BASE_LABEL = "base pay"
COMMISSION_LABEL = "commission a sale"


@dataclass(frozen=True, slots=True)
class Pay:
    """What a contract is expected to pay for sales, and what a unit of the part that it lacks would come to.

    Attributes
    ----------
    base, commission
        Expected pay whatever is sold, and by the sale, $ over the term.
    base_unit, commission_unit
        What $1 a productive hour, and $1 a sale (clawed back by day 90), come to over the term.
    """

    base: float
    commission: float
    base_unit: float
    commission_unit: float

    @property
    def total(self) -> float:
        """Expected pay for sales."""
        return self.base + self.commission

    @property
    def base_share(self) -> float:
        """Part of it that is paid whatever is sold."""
        return self.base / self.total if self.total > 0.0 else 0.0


def base_clauses(contract: Contract) -> tuple[Clause, ...]:
    """Clauses that pay for outbound work whatever is sold."""
    return tuple(
        c
        for _, c in walk(contract.clauses)
        if _primitive(c) and isinstance(c, PerUnit) and c.channel == "outbound"
    )


def commissions(contract: Contract) -> tuple[Clause, ...]:
    """Clauses that pay by the sale."""
    return tuple(c for _, c in walk(contract.clauses) if isinstance(c, Commission))


def service_credits(contract: Contract) -> tuple[ServiceCredit, ...]:
    """Clauses that put fees at risk."""
    return tuple(c for _, c in walk(contract.clauses) if isinstance(c, ServiceCredit))


def at_risk(contract: Contract) -> float:
    """Share of the fees that service credits may take; 0 without any."""
    return max((each.at_risk for each in service_credits(contract)), default=0.0)


def unmoved(contract: Contract) -> dict[str, str]:
    """By slider, why these terms have nothing that it could move."""
    said = {}
    if "outbound" not in contract.scope:
        said["base_share"] = said["commission"] = "these terms leave the outbound list in-house"
    elif not commissions(contract) and not base_clauses(contract):
        said["base_share"] = said["commission"] = "these terms pay neither by the hour nor by the sale"
    if not service_credits(contract):
        said["at_risk"] = "these terms have no service credit"
    return said


def base_only() -> PerUnit:
    """$1 for each productive hour of outbound work."""
    return PerUnit(label=BASE_LABEL, channel="outbound", meter="productive_hours", rate=1.0)


def commission_only() -> Commission:
    """$1 for each funded sale, its unearned part paid back when it is cancelled by day 90."""
    return Commission(label=COMMISSION_LABEL, channel="outbound", rate=1.0, clawback="pro_rata_to_day_90")


def shaped(contract: Contract, asked: Settings, pay: Pay) -> Contract:
    """The contract with the sliders' terms; where they stand as written it is the contract itself.

    Notes
    -----
    Base share moves pay between what is paid by the hour and by the sale at the same expected total; a part that the
    contract lacks is added as a clause. Commission then multiplies what is paid by the sale, and price everything.
    """
    factors: dict[str, float] = {}
    added: list[Clause] = []
    if pay.total > 0.0:
        wanted = _parts(asked, pay)
        for names, have, want, unit, clause in (
            (_names(base_clauses(contract)), pay.base, wanted[0], pay.base_unit, base_only()),
            (
                _names(commissions(contract)),
                pay.commission,
                wanted[1],
                pay.commission_unit,
                commission_only(),
            ),
        ):
            if have > 0.0:
                factors |= dict.fromkeys(names, want / have) if abs(want / have - 1.0) > 1e-9 else {}
            elif want > 0.0 and unit > 0.0:
                added.append(clause.model_copy(update={"rate": want / unit}))
    clauses: tuple[Clause, ...] = tuple(
        _reshaped(c, factors, _credit(contract, asked)) for c in contract.clauses
    )
    clauses = (*clauses, *added)
    if asked.price != 1.0:
        clauses = (_scaled(asked.price, clauses),)
    return contract if clauses == contract.clauses else contract.model_copy(update={"clauses": clauses})


def _parts(asked: Settings, pay: Pay) -> tuple[float, float]:
    """Expected pay by the hour and by the sale that the sliders ask for."""
    moved = abs(asked.base_share - pay.base_share) > 0.005
    share = asked.base_share if moved else pay.base_share
    return share * pay.total, (1.0 - share) * pay.total * asked.commission


def _credit(contract: Contract, asked: Settings) -> float | None:
    """The share at risk where the slider has moved it."""
    return asked.at_risk if abs(asked.at_risk - at_risk(contract)) > 0.004 else None


def _reshaped(clause: Clause, factors: Mapping[str, float], risk: float | None) -> Clause:
    update: dict[str, Any] = {}
    if inside(clause):
        update["of"] = tuple(_reshaped(each, factors, risk) for each in inside(clause))
        return clause.model_copy(update=update) if update["of"] != inside(clause) else clause
    if isinstance(clause, ServiceCredit) and risk is not None:
        return clause.model_copy(update={"at_risk": risk})
    if clause.name in factors:
        return _scaled(factors[clause.name], (clause,))
    return clause


def _scaled(by: float, clauses: tuple[Clause, ...]) -> Clause:
    of: Any = clauses  # checked already, as clauses of a contract
    return Scaled(by=by, of=of)


def _primitive(clause: Clause) -> bool:
    return not inside(clause)


def _names(clauses: tuple[Clause, ...]) -> tuple[str, ...]:
    return tuple(each.name for each in clauses)
