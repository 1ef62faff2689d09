"""What months of the inbound pool come to on the meters that contracts read: all months at once, when one is read."""

from __future__ import annotations

from collections.abc import Callable
from typing import Final, NamedTuple

import numpy as np
from numpy.typing import NDArray

from orm_sim.core.units import SECONDS_PER_HOUR
from orm_sim.demand.contacts import SHORT_BELOW_S, SHORT_MIN_S
from orm_sim.vendor.decision.heads_ahead import WEEKS_PER_MONTH, Heads, on_duty
from orm_sim.vendor.decision.outlook import InboundOutlook, Outlook
from orm_sim.vendor.levers import Plans

Floats = NDArray[np.float64]


class Answered(NamedTuple):
    """The months of a pool, float64[n_months, n_plans, n_futures] each.

    ``offered``, ``answered`` contacts · ``level`` share of those offered answered in time, with the month's luck ·
    ``met`` whether that is what was asked for · ``handle_s`` mean handle time · ``resolved`` share of those answered.
    """

    offered: Floats
    answered: Floats
    level: Floats
    met: Floats
    handle_s: Floats
    resolved: Floats


class Served:
    """The meters that follow from what a pool has answered, while its platform is up."""

    def __init__(
        self,
        outlook: Outlook,
        inbound: InboundOutlook,
        plans: Plans,
        volume: Floats,
        heads: Heads,
        pool: Answered,
    ) -> None:
        self._outlook, self._inbound, self._plans, self._volume = outlook, inbound, plans, volume
        self._heads, self._pool = heads, pool
        self._up = outlook.up(plans)
        self._kept: dict[str, Floats] = {}

    def meter(self, month: int, name: str) -> Floats:
        """A meter of one month, float64[n_plans, n_futures]."""
        return np.asarray(self._whole(name)[month])

    def _whole(self, name: str) -> Floats:
        """A meter of all months, worked out when the first of them is read."""
        found = self._kept.get(name)
        if found is None:
            found = self._kept[name] = METERS[name](self)
        return found

    def offered(self) -> Floats:
        """Contacts offered."""
        return self._pool.offered * self._up

    def answered(self) -> Floats:
        """Contacts answered."""
        return self._pool.answered * self._up

    def within(self) -> Floats:
        """Contacts answered in time."""
        return self._whole("offered") * self._pool.level

    def abandoned(self) -> Floats:
        """Contacts that were given up."""
        return self._whole("offered") - self._whole("answered")

    def waited_and_served(self) -> Floats:
        """Waits of those answered: contacts leave at a rate of 1 / patience, so all waits are patience for each."""
        offered, abandoned = self._whole("offered"), self._whole("abandoned")
        delayed = offered * (1.0 - self._pool.level)
        kept = 1.0 - abandoned / np.maximum(np.maximum(delayed, abandoned), 1e-9)
        return np.asarray(abandoned * self._patience() * kept)

    def waited(self) -> Floats:
        """Waits of those who gave up."""
        return self._whole("abandoned") * self._patience()

    def busy(self) -> Floats:
        """Handle time of contacts answered."""
        return self._whole("answered") * self._pool.handle_s

    def hours(self) -> Floats:
        """Hours on duty in the month, those that are lent to the outbound list aside."""
        guests, plans = self._outlook.guests, self._plans
        lent = 0.0 if guests is None else guests.by_month(plans)
        hours = on_duty(self._outlook, plans)[:, None] * self._up
        return np.maximum(self._heads.agents * (hours * WEEKS_PER_MONTH) - lent, 0.0)

    def fte(self) -> Floats:
        """People on the floor and in training."""
        return self._heads.agents + self._heads.trainees

    def training(self) -> Floats:
        """Hours in training."""
        return self._heads.trainees * (self._outlook.terms.paid_hours_per_week * WEEKS_PER_MONTH)

    def repeats(self) -> Floats:
        """Contacts answered that are not the first ones."""
        return self._whole("answered") - self._once()

    def resolved(self) -> Floats:
        """Contacts resolved among those answered."""
        return self._whole("answered") * self._pool.resolved

    def unresolved(self) -> Floats:
        """Contacts answered and not resolved."""
        return self._whole("answered") * (1.0 - self._pool.resolved)

    def surveyed(self) -> Floats:
        """Contacts whose customers have answered the survey."""
        return self._whole("answered") * self._inbound.survey_share

    def satisfied(self) -> Floats:
        """Those of them who are content."""
        waited = self._whole("wait_answered_s") / np.maximum(self._whole("answered"), 1e-9)
        inbound = self._inbound
        content = (
            inbound.satisfied
            - inbound.loss_unresolved * (1.0 - self._pool.resolved)
            - inbound.loss_per_minute * waited / 60.0
        )
        return np.asarray(self._whole("surveyed") * np.clip(content, 0.0, 1.0))

    def short(self) -> Floats:
        """Contacts answered that last less than 10 s."""
        return self._whole("answered") * self._short_share()

    def payable(self) -> Floats:
        """First contacts answered that are not short."""
        return self._once() * (1.0 - self._short_share())

    def payable_handled(self) -> Floats:
        """Handle time of those."""
        slower = self._slower()
        longest = np.minimum(slower * SHORT_BELOW_S, SHORT_BELOW_S)
        lasting = 0.5 * (slower * SHORT_MIN_S + longest)
        return np.asarray(self._once() * (self._pool.handle_s - self._short_share() * lasting))

    def _patience(self) -> Floats:
        """What abandoned contacts wait at most on average, by plan: float64[n_plans, 1]."""
        usual = self._inbound.patience_s
        cut = min(usual, self._inbound.threshold_s)
        return np.asarray(np.where(self._plans.cut_late > 0.0, cut, usual))[:, None]

    def _once(self) -> Floats:
        """First contacts answered."""
        first = np.multiply.outer(self._inbound.first, self._volume)[:, None, :] * self._up
        return np.asarray(first * self._whole("answered") / np.maximum(self._whole("offered"), 1e-9))

    def _slower(self) -> Floats:
        """Handle time over that at which short contacts last 1 to 10 s."""
        return self._pool.handle_s / self._inbound.base_handle_s

    def _short_share(self) -> Floats:
        """Share of answered contacts that last less than 10 s."""
        below = (SHORT_BELOW_S / self._slower() - SHORT_MIN_S) / (SHORT_BELOW_S - SHORT_MIN_S)
        return np.asarray(self._inbound.short_share * np.clip(below, 0.0, 1.0))


METERS: Final[dict[str, Callable[[Served], Floats]]] = {
    "offered": Served.offered,
    "answered": Served.answered,
    "answered_within": Served.within,
    "abandoned": Served.abandoned,
    "wait_answered_s": Served.waited_and_served,
    "wait_all_s": Served.waited,
    "busy_s": Served.busy,
    "handled_s": Served.busy,
    "staffed_s": lambda served: served.hours() * SECONDS_PER_HOUR,
    "productive_hours": Served.hours,
    "fte": Served.fte,
    "training_hours": Served.training,
    "repeat_contacts": Served.repeats,
    "resolved": Served.resolved,
    "unresolved": Served.unresolved,
    "surveyed": Served.surveyed,
    "satisfied": Served.satisfied,
    "short_contacts": Served.short,
    "payable_contacts": Served.payable,
    "payable_handled_s": Served.payable_handled,
}
"""Each meter by its name."""
