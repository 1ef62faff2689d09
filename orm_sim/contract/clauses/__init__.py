"""The clauses a contract can be made of, each in a file of its own; a file names one by its key `clause:`."""

from typing import Annotated

from pydantic import Field

from orm_sim.contract.clauses.bonus import Bonus
from orm_sim.contract.clauses.cap import Cap
from orm_sim.contract.clauses.carry_forward import CarryForward
from orm_sim.contract.clauses.commission import Commission, Reserve, Scale, Step
from orm_sim.contract.clauses.earn_back import EarnBack
from orm_sim.contract.clauses.fixed import Fixed
from orm_sim.contract.clauses.floor import Floor
from orm_sim.contract.clauses.group import All
from orm_sim.contract.clauses.holdback import Holdback
from orm_sim.contract.clauses.indexed import INDEX, Indexed
from orm_sim.contract.clauses.minimum_commitment import MinimumCommitment
from orm_sim.contract.clauses.per_unit import AhtCap, PerUnit
from orm_sim.contract.clauses.service_credit import ServiceCredit
from orm_sim.contract.clauses.termination_fee import FeeUntil, TerminationFee
from orm_sim.contract.clauses.tiered import Tier, Tiered
from orm_sim.contract.clauses.when import When
from orm_sim.contract.measure import Goal, Measure, Reward

AnyClause = Annotated[
    Fixed
    | PerUnit
    | Tiered
    | Commission
    | ServiceCredit
    | MinimumCommitment
    | Floor
    | Cap
    | Indexed
    | All
    # service levels, remedies, end of the contract
    | Bonus
    | EarnBack
    | CarryForward
    | Holdback
    | When
    | TerminationFee,
    Field(discriminator="clause"),
]
"""Any clause."""

for _combinator in (Floor, Cap, Indexed, All, EarnBack, CarryForward, Holdback, When):
    _combinator.model_rebuild(_types_namespace={"AnyClause": AnyClause})

__all__ = [
    "INDEX",
    "AhtCap",
    "All",
    "AnyClause",
    "Bonus",
    "Cap",
    "CarryForward",
    "Commission",
    "EarnBack",
    "FeeUntil",
    "Fixed",
    "Floor",
    "Goal",
    "Holdback",
    "Indexed",
    "Measure",
    "MinimumCommitment",
    "PerUnit",
    "Reserve",
    "Reward",
    "Scale",
    "ServiceCredit",
    "Step",
    "TerminationFee",
    "Tier",
    "Tiered",
    "When",
]
