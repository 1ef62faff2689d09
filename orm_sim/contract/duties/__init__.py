"""Duties: what a contract asks of its sides that is no payment; each prints, is compared, and cites what pays it."""

from typing import Final

from orm_sim.contract.duties.continuity import Continuity
from orm_sim.contract.duties.duty import Duties
from orm_sim.contract.duties.ending import Assistance, Ending, Rebadging
from orm_sim.contract.duties.governance import (
    EarlyWarning,
    EscalationStep,
    Fund,
    Governance,
    JointQuality,
    Meeting,
    Role,
)
from orm_sim.contract.duties.liability import Guarantee, Indemnity, Insurance, Liability, SuperCap
from orm_sim.contract.duties.sharing import Part, Sharing, Weighted, next_shares, scores, served
from orm_sim.contract.duties.volumes import Forecast, Volumes

DUTIES: Final[dict[str, str]] = {
    "volumes": "Volumes",
    "sharing": "Several vendors",
    "governance": "Governance",
    "continuity": "Continuity",
    "liability": "Liability",
    "ending": "End of the contract",
}
"""The fields of a contract that hold duties, in the order of the term sheet, each with its heading."""

__all__ = [
    "DUTIES",
    "Assistance",
    "Continuity",
    "Duties",
    "EarlyWarning",
    "Ending",
    "EscalationStep",
    "Forecast",
    "Fund",
    "Governance",
    "Guarantee",
    "Indemnity",
    "Insurance",
    "JointQuality",
    "Liability",
    "Meeting",
    "Part",
    "Rebadging",
    "Role",
    "Sharing",
    "SuperCap",
    "Volumes",
    "Weighted",
    "next_shares",
    "scores",
    "served",
]
