"""The clauses a contract can be made of, each in a file of its own; a file names one by its key `clause:`."""

from typing import Annotated

from pydantic import Field

from orm_sim.contract.clauses.cap import Cap
from orm_sim.contract.clauses.commission import Commission, Reserve, Scale, Step
from orm_sim.contract.clauses.fixed import Fixed
from orm_sim.contract.clauses.floor import Floor
from orm_sim.contract.clauses.group import All
from orm_sim.contract.clauses.indexed import INDEX, Indexed
from orm_sim.contract.clauses.minimum_commitment import MinimumCommitment
from orm_sim.contract.clauses.per_unit import AhtCap, PerUnit
from orm_sim.contract.clauses.service_credit import ServiceCredit
from orm_sim.contract.clauses.tiered import Tier, Tiered
from orm_sim.contract.measure import Measure

AnyClause = Annotated[
    Fixed | PerUnit | Tiered | Commission | ServiceCredit | MinimumCommitment | Floor | Cap | Indexed | All,
    Field(discriminator="clause"),
]
"""Any clause."""

for _combinator in (Floor, Cap, Indexed, All):
    _combinator.model_rebuild(_types_namespace={"AnyClause": AnyClause})

__all__ = [
    "INDEX",
    "AhtCap",
    "All",
    "AnyClause",
    "Cap",
    "Commission",
    "Fixed",
    "Floor",
    "Indexed",
    "Measure",
    "MinimumCommitment",
    "PerUnit",
    "Reserve",
    "Scale",
    "ServiceCredit",
    "Step",
    "Tier",
    "Tiered",
]
