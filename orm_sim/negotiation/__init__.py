"""What both sides can still agree on: prices at which options tie."""

from orm_sim.negotiation.tie_price import Tie, add_tie_multipliers, tie_rate, value_at_multiplier

__all__ = ["Tie", "add_tie_multipliers", "tie_rate", "value_at_multiplier"]
