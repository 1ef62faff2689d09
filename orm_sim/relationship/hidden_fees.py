"""Hidden fees: services that the client thought its contract included, and pays for extra."""

from __future__ import annotations

from orm_sim.core.evidence import quantity
from orm_sim.core.terms import Term


class HiddenFees(Term):
    """What a contract's silence costs: the more questions it leaves open, the more is paid on top.

    Examples
    --------
    >>> round(HiddenFees().share_of_fees(15, luck=0.3), 4), HiddenFees().share_of_fees(15, luck=0.6)
    (0.045, 0.0)
    """

    firms_that_pay: float = quantity(
        0.57, unit="share of firms", source="deloitte_2005", grade="B", low=0.40, high=0.70, ge=0, le=1
    )
    """Chance that a client finds services missing which it thought were included."""
    share_per_question: float = quantity(
        0.003, unit="share of fees", source="assumption", grade="D", low=0.0, high=0.01, ge=0, le=1
    )
    """Paid on top of the fees for each question that the contract leaves open; no survey says how much."""
    at_most: float = quantity(
        0.15, unit="share of fees", source="meta_hidden_cost", grade="C", low=0.05, high=0.57, ge=0, le=1
    )
    """Share of the fees that they cannot exceed."""

    def share_of_fees(self, open_questions: int, luck: float) -> float:
        """Share of the fees paid on top, by the questions left open and a uniform: whether this client pays."""
        if luck >= self.firms_that_pay:
            return 0.0
        return min(self.share_per_question * open_questions, self.at_most)
