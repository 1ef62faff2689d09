"""Scoring of leads: how well a score tells before a call who will buy, and what leaving the worst of a list brings.

A lead sells when its uniform lies under the conversion of its quality. The share of all leads that would sell more
easily makes it a normal value, its ease; a score is that value blurred by a second draw of the same lead. So a score
changes nothing about any lead, and a list called whole is the same with and without one.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray

from orm_sim.core.streams import normal_quantile, normal_quantiles, normals
from orm_sim.demand.leads import LeadPlan, conversion_table
from orm_sim.demand.programme import Outbound
from orm_sim.demand.shapes import OutboundShape

Floats = NDArray[np.float64]

SCORE: Final = 3
"""The draws of a lead's score among those of leads; see `orm_sim.demand.leads`."""

_NODES: Final = 64
_HALVINGS: Final = 50
_NEVER: Final = 1e-12
_EDGE: Final = 2.0**-53


@dataclass(frozen=True, slots=True, eq=False)
class Scoring:
    """A score's power over a list.

    Attributes
    ----------
    share : float64[n_qualities]
        Share of leads of each quality.
    conversion : float64[n_qualities, max_attempts]
        Sales per customer reached by quality and attempt.
    reached_at : float64[max_attempts]
        Share of customers reached who are reached at each attempt.
    reliability : float
        Correlation of score and ease, 0 (the score is noise) to 1.
    """

    share: Floats
    conversion: Floats
    reached_at: Floats
    reliability: float

    @classmethod
    def of(cls, outbound: Outbound, shape: OutboundShape) -> Scoring:
        """Of a list whose better half by score holds `sales_in_better_half` of its sales."""
        share = np.array([quality.share for quality in outbound.list_quality])
        table = np.maximum(conversion_table(outbound, shape), _NEVER)
        missed = (1.0 - outbound.contact_rate) ** np.arange(outbound.max_attempts)
        base = float(share @ table[:, 0])
        found = reliability(outbound.sales_in_better_half, base)
        return cls(share, table, missed / missed.sum(), found)

    def scores(self, leads: LeadPlan) -> Floats:
        """The score of each lead, standard normal over the list: float64[n_leads], the higher the likelier to buy."""
        harder = self._harder(leads.sell / self.conversion[leads.quality, 0])
        blur = normals(leads.stream, leads.sell.size, 0, SCORE)
        return np.asarray(
            np.sqrt(1.0 - self.reliability**2) * blur
            - self.reliability * normal_quantiles(np.clip(harder, _EDGE, 1.0 - _EDGE))
        )

    def lift(self, left: Floats | float) -> Floats:
        """Sales per customer reached where a share of the list is left, the worst by score, over those of the list.

        Examples
        --------
        A list on which nothing is left sells as it does; by a score that is noise, any part of it does.

        >>> even = Scoring(np.ones(1), np.full((1, 1), 0.1), np.ones(1), 0.0)
        >>> even.lift(np.array([0.0, 0.5])).tolist()
        [1.0, 1.0]
        """
        from scipy.special import ndtr

        wanted = np.asarray(left, np.float64)
        nodes = (np.arange(_NODES) + 0.5) / _NODES
        sell = self.conversion[..., None] * nodes  # those who sell, by quality and attempt
        ease = -normal_quantiles(self._harder(sell / self.conversion[:, :1, None]).ravel()).reshape(
            sell.shape
        )
        blur = np.sqrt(1.0 - self.reliability**2)
        weight = self.share[:, None] * self.conversion * self.reached_at
        found = [
            float((weight * ndtr((self.reliability * ease - least(part)) / blur).mean(axis=-1)).sum())
            / (1.0 - part)
            for part in wanted.ravel().tolist()
        ]
        return np.asarray(np.array(found).reshape(wanted.shape) / weight.sum())

    def _harder(self, ratio: Floats) -> Floats:
        """Share of leads that sell more easily than one whose uniform is a multiple of its first conversion."""
        first = self.conversion[:, 0]
        return np.asarray(
            sum(part * np.minimum(ratio * c, 1.0) for part, c in zip(self.share, first, strict=True))
        )


def least(left: float) -> float:
    """The score under which a share of the list lies: -inf where nothing is left out."""
    return float(normal_quantile(left)) if left > 0.0 else -np.inf


def reliability(in_better_half: float, base: float) -> float:
    """Correlation of score and ease at which the better half by score holds a share of the sales.

    Parameters
    ----------
    in_better_half : float
        Share of the sales in the better half of the list, 0.5 (noise) to 1.
    base : float
        Share of leads that sell, 0 to 1.
    """
    from scipy.special import ndtr

    ease = -normal_quantiles(base * (np.arange(4 * _NODES) + 0.5) / (4 * _NODES))
    low, high = 0.0, 1.0 - 1e-9
    for _ in range(_HALVINGS):
        middle = 0.5 * (low + high)
        held = float(ndtr(middle / np.sqrt(1.0 - middle**2) * ease).mean())
        low, high = (middle, high) if held < in_better_half else (low, middle)
    return low
