"""A centre whose contacts are shared among owners: who gets which, and which groups may help out after a wait."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from typing import Any, Final

import numpy as np

from orm_sim.centre.skills.build import Centre, Days, Run
from orm_sim.centre.skills.draws import draw
from orm_sim.centre.skills.night import overnight
from orm_sim.centre.skills.outcome import Outcome
from orm_sim.centre.skills.plan import Block, Carry, Floats, Layout, Whole
from orm_sim.core.compiled import jit
from orm_sim.core.streams import key

NOBODY: Final = -1
"""For an owner that passes nothing on."""

_BY_TYPE: Final = (
    "choose", "weight", "threshold_s", "balk", "voicemail_after_s", "callback_after_s", "redial", "redial_max",
    "redial_law", "redial_same", "resolved", "comes_back", "comes_back_law", "work_column", "factor", "work_law",
    "patience_law",
)  # fmt: skip
"""What the layout says of a type, whoever owns its contacts."""

SharesOf = Callable[[int], Floats]
"""Shares of the first contacts of a day, float64[n_owners], asked for as the day begins."""


@dataclass(frozen=True, slots=True, eq=False)
class OwnedCentre:
    """A centre, its groups' owners, and the layout in which a type is a pair of contact type and owner.

    Attributes
    ----------
    centre : Centre
        As its file has it, for the draws.
    of_group : int64[G]
        Owner of each group.
    n_owners : int
    layout : Layout
        Types t * n_owners + v: contacts of type t that belong to owner v.
    """

    centre: Centre
    of_group: Whole
    n_owners: int
    layout: Layout

    @classmethod
    def build(
        cls, centre: Centre, of_group: Sequence[int], to: Sequence[int], after_s: Sequence[float]
    ) -> OwnedCentre:
        """Lay out who may serve whom.

        Parameters
        ----------
        centre : Centre
        of_group : sequence of int
            Owner of each group; every owner has a group that serves every type.
        to, after_s : sequence of int and float, one for each owner
            To whom its contacts may go once they have waited so long; `NOBODY` where they stay.
        """
        owners, n = np.array(of_group, np.int64), len(to)
        return cls(centre, owners, n, _owned(centre.layout, owners, to, after_s))

    def owner(self, owned_type: Whole) -> Whole:
        """Owner of each of some pairs of type and owner."""
        return np.asarray(owned_type % self.n_owners)

    def blocks(
        self, seed: int, replication: int, run: Run, shares: SharesOf
    ) -> Iterator[tuple[Block, Outcome]]:
        """Every day's block with what an engine makes of it, as `Centre.blocks`; each contact has its owner.

        Notes
        -----
        Who owns a first attempt is a draw of that contact alone, held against the shares: whatever the shares, the
        same contacts come with the same patience and work, and a larger share of the first owner only adds to its own.
        Later attempts stay with the owner of the first.
        """
        days = Days(self.centre, seed, replication)
        layout = replace(self.layout, key=days.layout.key)
        of_owner = key(seed, replication, "owner")
        carry = days.empty
        for day in range(self.centre.n_days):
            plain = days.block(day, carry)
            owned = owned_types(*of_owner, plain.ref, plain.type, np.cumsum(shares(day)))
            block = replace(plain, layout=layout, type=owned)
            outcome = run(block)
            yield block, outcome
            carry = (
                outcome.carry
                if self.centre.file.horizon.never_closes
                else self._overnight(days, outcome.carry, day)
            )

    def _overnight(self, days: Days, carry: Carry, day: int) -> Carry:
        """State at the next opening: attempts to come keep their owner."""
        whoever = replace(carry, pending_type=carry.pending_type // self.n_owners)
        plain = overnight(days.sources.record, whoever, day + 1)
        order = np.argsort(carry.pending_ref)
        place = order[np.searchsorted(carry.pending_ref, plain.pending_ref, sorter=order)]
        return replace(plain, pending_type=carry.pending_type[place])


@jit
def owned_types(k0: int, k1: int, ref: Whole, kind: Whole, up_to: Floats) -> Whole:
    """The pair of type and owner of each contact: the first owner whose cumulated share its draw lies below."""
    n = up_to.size
    found = np.empty_like(ref)
    for i in range(ref.size):
        u, _ = draw(k0, k1, ref[i], 0)
        owner = 0
        while owner < n - 1 and u * up_to[n - 1] >= up_to[owner]:
            owner += 1
        found[i] = kind[i] * n + owner
    return found


def _owned(layout: Layout, of_group: Whole, to: Sequence[int], after_s: Sequence[float]) -> Layout:
    """The layout of pairs: what holds for a type holds for its owners, but for the groups that may serve it."""
    n = len(to)
    eligible = np.full((layout.n_types * n, layout.n_groups), np.inf)
    preference = np.full(eligible.shape, -1, np.int64)
    for t in range(layout.n_types):
        listed = layout.preference[t][layout.preference[t] >= 0]
        waits = layout.eligible_after_s[t]
        for v in range(n):
            own, guests = listed[of_group[listed] == v], listed[of_group[listed] == to[v]]
            eligible[t * n + v, own] = waits[own] - waits[own].min()
            if guests.size:
                eligible[t * n + v, guests] = waits[guests] - waits[guests].min() + after_s[v]
            order = np.concatenate([own, guests])
            preference[t * n + v, : order.size] = order
    spread: dict[str, Any] = {name: np.repeat(getattr(layout, name), n, axis=0) for name in _BY_TYPE}
    ranks = np.repeat(layout.rank, n, axis=1)
    return replace(layout, eligible_after_s=eligible, preference=preference, rank=ranks, **spread)
