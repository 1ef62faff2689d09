"""The clauses a contract can be made of, each in a file of its own; a file names one by its key `clause:`."""

from typing import Annotated

from pydantic import Field

from orm_sim.contract.clauses.benchmark import Benchmark
from orm_sim.contract.clauses.between import Between
from orm_sim.contract.clauses.bonus import Bonus
from orm_sim.contract.clauses.cap import Cap
from orm_sim.contract.clauses.carry_forward import CarryForward
from orm_sim.contract.clauses.clawback import Clawback, ClawbackStep
from orm_sim.contract.clauses.commission import Commission, Reserve, Scale, Step
from orm_sim.contract.clauses.cost_plus import CostPlus
from orm_sim.contract.clauses.damages import Damages
from orm_sim.contract.clauses.earn_back import EarnBack
from orm_sim.contract.clauses.fixed import Fixed
from orm_sim.contract.clauses.floor import Floor
from orm_sim.contract.clauses.gain_share import GainShare
from orm_sim.contract.clauses.group import All
from orm_sim.contract.clauses.holdback import Holdback
from orm_sim.contract.clauses.indexed import INDEX, Indexed
from orm_sim.contract.clauses.liability_cap import LiabilityCap
from orm_sim.contract.clauses.minimum_commitment import MinimumCommitment
from orm_sim.contract.clauses.pass_through import PassThrough
from orm_sim.contract.clauses.per_unit import AhtCap, PerUnit
from orm_sim.contract.clauses.ramp import Ramp, RampStep
from orm_sim.contract.clauses.scaled import Scaled
from orm_sim.contract.clauses.service_credit import ServiceCredit
from orm_sim.contract.clauses.tail import Tail
from orm_sim.contract.clauses.termination_fee import FeeUntil, TerminationFee
from orm_sim.contract.clauses.tiered import Tier, Tiered
from orm_sim.contract.clauses.upfront import Upfront
from orm_sim.contract.clauses.volume_adjustment import VolumeAdjustment
from orm_sim.contract.clauses.when import When
from orm_sim.contract.measure import Goal, Measure, Reward
from orm_sim.contract.payable import Limit

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
    | CostPlus
    | PassThrough
    | GainShare
    | VolumeAdjustment
    | Clawback
    | Scaled
    | Between
    | Ramp
    | Tail
    # service levels, remedies, end of the contract
    | Bonus
    | Damages
    | EarnBack
    | CarryForward
    | Holdback
    | When
    | TerminationFee
    # prices that follow others, sums upfront, limits of liability
    | Benchmark
    | Upfront
    | LiabilityCap,
    Field(discriminator="clause"),
]
"""Any clause."""

for _combinator in (
    Floor, Cap, Indexed, All, Scaled, Between, Ramp, Tail, EarnBack, CarryForward, Holdback, When,
    Benchmark, LiabilityCap,
):  # fmt: skip
    _combinator.model_rebuild(_types_namespace={"AnyClause": AnyClause})

__all__ = [
    "INDEX",
    "AhtCap",
    "All",
    "AnyClause",
    "Benchmark",
    "Between",
    "Bonus",
    "Cap",
    "CarryForward",
    "Clawback",
    "ClawbackStep",
    "Commission",
    "CostPlus",
    "Damages",
    "EarnBack",
    "FeeUntil",
    "Fixed",
    "Floor",
    "GainShare",
    "Goal",
    "Holdback",
    "Indexed",
    "LiabilityCap",
    "Limit",
    "Measure",
    "MinimumCommitment",
    "PassThrough",
    "PerUnit",
    "Ramp",
    "RampStep",
    "Reserve",
    "Reward",
    "Scale",
    "Scaled",
    "ServiceCredit",
    "Step",
    "Tail",
    "TerminationFee",
    "Tier",
    "Tiered",
    "Upfront",
    "VolumeAdjustment",
    "When",
]
