"""One replication of a shared programme: months in the centre, shares that move, and every vendor's settlement."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from orm_sim.centre.replicate import engine
from orm_sim.centre.skills.build import Centre
from orm_sim.centre.skills.owners import NOBODY, OwnedCentre
from orm_sim.centre.skills.plan import Floats
from orm_sim.contract.duties.sharing import Sharing, next_shares
from orm_sim.contract.history import KpiHistory
from orm_sim.contract.period import MONTHS, Meters
from orm_sim.contract.priced import Priced, price_history
from orm_sim.core.units import SECONDS_PER_HOUR
from orm_sim.kpi import INDICATORS
from orm_sim.scenario.vendor_meters import CHANNEL, METERED
from orm_sim.scenario.vendors import Programme
from orm_sim.simulation.vendors.counts import Counts, add_block, nothing
from orm_sim.simulation.vendors.months import lived_centre


@dataclass(frozen=True, slots=True, eq=False)
class Ready:
    """A programme laid out: the same for every replication.

    Attributes
    ----------
    programme : Programme
    names : tuple of str
        The vendors, in the order of the file.
    centre : OwnedCentre
        Over all months.
    expected : float64[months]
        First contacts of each month, busyness aside.
    sharing : Sharing
        Opening shares, and the rule that moves them.
    """

    programme: Programme
    names: tuple[str, ...]
    centre: OwnedCentre
    expected: Floats
    sharing: Sharing

    @classmethod
    def build(cls, programme: Programme) -> Ready:
        """Lay out a programme that has passed its checks; raises as `lived_centre` does."""
        names = tuple(programme.terms.vendors)
        overflow = [each.overflow for each in programme.terms.vendors.values()]
        centre = Centre.build(lived_centre(programme))
        owned = OwnedCentre.build(
            centre,
            [names.index(str(group.vendor)) for group in centre.file.agent_groups],
            [NOBODY if each is None else names.index(each.to) for each in overflow],
            [np.inf if each is None else each.after_s for each in overflow],
        )
        daily = centre.sources.expected + centre.sources.n_given
        monthly = daily.reshape(programme.terms.months, -1).sum(axis=1)
        return cls(programme, names, owned, monthly, programme.sharing)


@dataclass(frozen=True, slots=True, eq=False)
class SharedMonth:
    """A month of all vendors.

    Attributes
    ----------
    shares : float64[n_vendors]
        Of first contacts.
    counts : dict of str to float64[n_vendors]
        See `COUNTS`.
    forecast : float64[n_vendors]
        First contacts expected at these shares.
    """

    shares: Floats
    counts: Counts
    forecast: Floats

    def meters(self, vendor: int) -> Meters:
        """What the vendor's contract is settled on."""
        counts = {name: float(values[vendor]) for name, values in self.counts.items()}
        counts["productive_hours"] = counts["staffed_s"] / SECONDS_PER_HOUR
        counts["forecast_offered"] = float(self.forecast[vendor])
        return {(CHANNEL, name): counts[name] for name in METERED}


def lived_months(
    ready: Ready, seed: int, replication: int, engine_name: str = "kernel"
) -> tuple[SharedMonth, ...]:
    """The months of one replication; shares move by the file's rule."""
    terms, n_days = ready.programme.terms, ready.programme.centre.horizon.days
    shares = np.array([each.share for each in terms.vendors.values()])
    months: list[SharedMonth] = []
    counts = nothing(len(ready.names))
    blocks = ready.centre.blocks(seed, replication, engine(engine_name), lambda day: shares)
    for day, (block, outcome) in enumerate(blocks):
        add_block(counts, ready.centre, block, outcome)
        if (day + 1) % n_days == 0:
            months.append(SharedMonth(shares, counts, shares * ready.expected[len(months)]))
            counts = nothing(len(ready.names))
            shares = _moved(ready, months)
    return tuple(months)


def _moved(ready: Ready, months: list[SharedMonth]) -> Floats:
    """Shares of the next month: reckoned anew, by the rule of the contract language, as a period ends."""
    terms, now = ready.sharing, months[-1].shares
    every = MONTHS[terms.every]
    if len(months) % every:
        return now
    measures = {}
    for kpi in (INDICATORS[each.kpi] for each in terms.measured_by):
        meters = [[month.meters(v) for month in months[-every:]] for v in range(len(ready.names))]
        sums = {
            name: np.array([sum(each[CHANNEL, name] for each in own) for own in meters]) for name in kpi.needs
        }
        measures[kpi.id] = kpi.value(sums)
    return next_shares(terms, now, measures)


def settled(ready: Ready, months: tuple[SharedMonth, ...]) -> tuple[Priced, ...]:
    """Every vendor's months under its own contract, as `orm-sim contract price` settles them."""
    return tuple(
        price_history(
            ready.programme.contracts[name],
            KpiHistory(name, tuple(month.meters(v) for month in months)),
            file=ready.programme.file,
        )
        for v, name in enumerate(ready.names)
    )


def overflow_pay(ready: Ready, month: SharedMonth) -> Floats:
    """What the client pays each vendor at the file's prices for contacts it took, float64[n_vendors], in cents."""
    paid = np.zeros(len(ready.names))
    for v, vendor in enumerate(ready.programme.terms.vendors.values()):
        if vendor.overflow is not None and vendor.overflow.price_per_contact is not None:
            amount = vendor.overflow.price_per_contact * float(month.counts["passed_on"][v])
            paid[ready.names.index(vendor.overflow.to)] += round(amount, 2)
    return paid
