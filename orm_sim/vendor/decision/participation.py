"""Participation: whether a vendor signs, its best plan held against what its people would earn elsewhere."""

from __future__ import annotations

from dataclasses import dataclass

from orm_sim.core.units import dollars
from orm_sim.vendor.decision.valuation import Decision
from orm_sim.vendor.traits import Traits


@dataclass(frozen=True, slots=True)
class Participation:
    """The vendor's choice at signing.

    Attributes
    ----------
    value : float
        What its best plan is worth over the horizon, $: see `Decision`; the term beyond it left out, as in `outside`.
    outside : float or None
        What its people would earn elsewhere: the outside margin x the present value of the revenue, net of
        credits, that the plan expects over the horizon, $; None where it signs whatever it is worth.
    """

    value: float
    outside: float | None

    @property
    def signs(self) -> bool:
        """Whether there is a deal."""
        return self.outside is None or self.value >= self.outside

    @property
    def sentence(self) -> str:
        """What decides it, in words."""
        if self.outside is None:
            return f"the vendor signs whatever it is worth: its best plan is worth {dollars(self.value)}"
        if self.signs:
            return (
                f"the vendor signs: its best plan is worth {dollars(self.value)}, its people would earn"
                f" {dollars(self.outside)} elsewhere"
            )
        return (
            f"no deal: the vendor's best plan is worth {dollars(self.value)}, less than the"
            f" {dollars(self.outside)} that its people would earn elsewhere"
        )


def participation(decision: Decision, traits: Traits) -> Participation:
    """Whether a vendor signs, judged by the decision it would begin with.

    Parameters
    ----------
    decision : Decision
        Of the day of signing.
    traits : Traits
        An `outside_margin` of None signs whatever the contract is worth.
    """
    value = float(decision.value[decision.chosen] - decision.split["term"][decision.chosen])
    if traits.outside_margin is None:
        return Participation(value, None)
    revenue = float(decision.split["revenue"][decision.chosen] + decision.split["credits"][decision.chosen])
    return Participation(value, traits.outside_margin * max(revenue, 0.0))
