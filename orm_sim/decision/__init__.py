"""From outcomes to a choice: risk metrics with intervals, paired comparison, the rank table."""

from orm_sim.decision.evidence_share import EvidenceShare, evidence_share
from orm_sim.decision.intervals import Estimate
from orm_sim.decision.metrics import cvar, risk_adjusted
from orm_sim.decision.paired import differences
from orm_sim.decision.precision import precision
from orm_sim.decision.rank import rank

__all__ = [
    "Estimate",
    "EvidenceShare",
    "cvar",
    "differences",
    "evidence_share",
    "precision",
    "rank",
    "risk_adjusted",
]
