"""Shares of volume as they are agreed today, week by week: moved by results, freed by a vendor that leaves."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from orm_sim.contract.duties.sharing import Part, Sharing

Floats = NDArray[np.float64]
_LOOKED_AHEAD = 80
"""Weeks beyond the term into which planners look."""


class Agreed:
    """Who has which part of what is outsourced, in every week of the term.

    Parameters
    ----------
    sharing : Sharing
        Opening shares, limits, and the rule that moves them.
    shares : float64[n_vendors]
        Of the first week; they sum to 1, or to less where the client's own centre keeps the rest.
    n_weeks : int
        Of the term.
    """

    def __init__(self, sharing: Sharing, shares: Floats, n_weeks: int) -> None:
        self._sharing = sharing
        self._weeks = np.repeat(np.asarray(shares)[:, None], n_weeks + _LOOKED_AHEAD, axis=1)
        self._most = np.array([1.0 if part.maximum is None else part.maximum for part in sharing.vendors])
        self.moved_in = 0

    def of(self, vendor: int, week: int) -> float:
        """A vendor's part in a week."""
        return float(self._weeks[vendor, min(week, self._weeks.shape[1] - 1)])

    @property
    def latest(self) -> Floats:
        """The parts that hold once all that is agreed has come about: float64[n_vendors]."""
        return self._weeks[:, -1].copy()

    @property
    def most(self) -> Floats:
        """The most that each vendor is given: float64[n_vendors]."""
        return self._most

    def among(self, vendors: list[int]) -> tuple[Sharing, float]:
        """The rule for some of the vendors, in parts of what they have together, and how much that is."""
        now = self.latest[vendors]
        whole = float(now.sum())
        shares = now / whole
        shares[-1] = 1.0 - shares[:-1].sum()
        parts = []
        for v, share in zip(vendors, shares.tolist(), strict=True):
            part = self._sharing.vendors[v]
            low = min((part.minimum or 0.0) / whole, share)
            high = max(float(self._most[v]) / whole, share)
            limits = (low if low > 0.0 else None, min(high, 1.0))
            parts.append(Part(name=part.name, share=share, minimum=limits[0], maximum=limits[1]))
        update = {"this_vendor": parts[0].name, "vendors": tuple(parts)}
        return self._sharing.model_copy(update=update), whole

    def move(self, week: int, vendors: list[int], shares: Floats) -> None:
        """From a week on vendors have other parts."""
        self._weeks[vendors, week:] = np.asarray(shares)[:, None]
        self.moved_in = max(self.moved_in, week)

    def free(self, vendor: int, week: int, takers: list[int]) -> None:
        """From a week on a vendor has nothing: takers get it in proportion to what they have, up to their maximum.

        Those who have nothing yet get equal parts where nobody has any; what is left over goes to nobody.
        """
        weeks = self._weeks[:, week:]
        freed = weeks[vendor].copy()
        weeks[vendor] = 0.0
        self.moved_in = max(self.moved_in, week)
        open_to = list(takers)
        while open_to and np.any(freed > 1e-12):
            have = weeks[open_to]
            whole = have.sum(axis=0)
            equal = np.full_like(have, 1.0 / len(open_to))
            part = np.divide(have, whole, out=equal, where=whole > 0.0)
            room = self._most[open_to, None] - have
            given = np.minimum(part * freed, np.maximum(room, 0.0))
            weeks[open_to] = have + given
            freed = freed - given.sum(axis=0)
            full = np.all(weeks[open_to] >= self._most[open_to, None] - 1e-12, axis=1)
            if not full.any():
                break
            open_to = [v for v, is_full in zip(open_to, full.tolist(), strict=True) if not is_full]
