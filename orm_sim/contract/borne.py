"""Losses that a vendor bears under the contract's duties: which it keeps its client free of, and up to what."""

from __future__ import annotations

from typing import Final

from orm_sim.contract.contract import Contract
from orm_sim.contract.duties.liability import Loss

UNLIMITED: Final = float("inf")
"""Months of fees where nothing is capped."""


def borne(contract: Contract, loss: Loss) -> bool:
    """Whether the vendor keeps the client free of a loss."""
    duties = contract.liability
    return duties is not None and any(e.by == "vendor" and loss in e.losses for e in duties.indemnities)


def cap_of(contract: Contract, loss: Loss) -> tuple[str, float]:
    """Which cap a loss falls under, and that cap in months of fees a year; infinite where there is none."""
    duties, remedies = contract.liability, contract.remedies
    if duties is not None and loss in duties.unlimited:
        return "none", UNLIMITED
    if duties is not None and duties.super_cap is not None and loss in duties.super_cap.losses:
        return "higher", duties.super_cap.months_of_fees
    if remedies is not None and remedies.liability_cap_months is not None:
        return "ordinary", remedies.liability_cap_months
    return "none", UNLIMITED
