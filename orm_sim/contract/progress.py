"""Targets that move: along a glide path, or re-baselined from what was reached."""

from __future__ import annotations

from typing import Literal

import numpy as np
from pydantic import Field

from orm_sim.contract.period import Array
from orm_sim.core.evidence import optional, required
from orm_sim.core.terms import Term

_LEFT = 0.05
"""The part of the gap that an exponential path has still to go after its months."""


class Glide(Term):
    """A target that begins lower, and approaches the target of the contract month by month."""

    from_: float = Field(alias="from", json_schema_extra={"unit": "the KPI's own"})
    """The target of the first month."""
    months: int = required(unit="months", ge=1)
    """Months until the target is reached, or, exponentially, until 95 % of the way lies behind."""
    shape: Literal["exponential", "linear"] = "exponential"
    """By the same share of what is left each month, or by the same step."""

    def at(self, target: Array | float, month: int) -> Array:
        """The target of a month, counted from 0, on the way to `target`."""
        done = month / self.months
        left = max(1.0 - done, 0.0) if self.shape == "linear" else _LEFT**done
        return np.asarray(target - (target - self.from_) * left)


class Ratchet(Term):
    """A target that is re-baselined from what was reached, within limits."""

    every: Literal["month", "quarter", "year"] = "quarter"
    """How often it is set again; the new target holds from the next month."""
    of: Literal["trailing_median"] = "trailing_median"
    """What it is set to: the median of the monthly results before."""
    months: int = required(unit="months", ge=1)
    """How many monthly results the median is of; before there are so many, nothing moves."""
    up_at_most: float = required(unit="the KPI's own", ge=0.0)
    """The most by which it becomes stricter at once."""
    down_at_most: float | None = optional(unit="the KPI's own", ge=0.0)
    """The most by which it becomes easier at once; where not given, it never does."""
    ceiling: float | None = optional(unit="the KPI's own")
    """The strictest it ever becomes; where not given, there is no limit."""

    def moved(self, target: Array, reached: list[Array], *, higher_is_better: bool) -> Array:
        """The new target after these monthly results, of which nan is left out."""
        shape = np.broadcast_shapes(np.shape(target), *(np.shape(each) for each in reached))
        stack = np.stack([np.broadcast_to(each, shape) for each in reached])
        median = np.nanmedian(np.where(np.isnan(stack).all(axis=0), target, stack), axis=0)
        sign = 1.0 if higher_is_better else -1.0
        step = np.clip(sign * (median - target), -(self.down_at_most or 0.0), self.up_at_most)
        after = sign * (target + sign * step)
        limit = np.inf if self.ceiling is None else sign * self.ceiling
        return np.asarray(sign * np.minimum(after, limit))
