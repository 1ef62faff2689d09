"""Named pricing models: each is one expression over the clauses."""

from __future__ import annotations

from typing import Literal

from orm_sim.contract.bound import Bound
from orm_sim.contract.clause import Channel
from orm_sim.contract.clauses import (
    AhtCap,
    All,
    Commission,
    CostPlus,
    Fixed,
    Floor,
    Limit,
    PerUnit,
    Reserve,
    Scale,
    VolumeAdjustment,
)

FreeRate = float | Literal["solve"]
Clawback = Literal["pro_rata_to_day_90", "none"]


def per_productive_hour(channel: Channel, rate: FreeRate, *, label: str | None = None) -> PerUnit:
    """So much for each hour on duty and logged in: the client bears the risk of volume."""
    return PerUnit(label=label, channel=channel, meter="productive_hours", rate=rate)


def per_handled_minute(
    channel: Channel, rate: FreeRate, *, aht_cap: AhtCap | None = None, label: str | None = None
) -> PerUnit:
    """So much for each payable minute of talk + hold + wrap: the vendor bears the risk of volume."""
    return PerUnit(
        label=label, channel=channel, meter="payable_handled_s", per="minute", rate=rate, aht_cap=aht_cap
    )


def per_contact(channel: Channel, rate: FreeRate, *, label: str | None = None) -> PerUnit:
    """So much for each payable contact."""
    return PerUnit(label=label, channel=channel, meter="payable_contacts", rate=rate)


def per_fte(channel: Channel, rate: FreeRate, *, label: str | None = None) -> PerUnit:
    """So much a month for each full-time equivalent on the payroll."""
    return PerUnit(label=label, channel=channel, meter="fte", rate=rate)


def per_fte_used(
    channel: Channel, rate: FreeRate, *, hours_per_fte: float, label: str | None = None
) -> PerUnit:
    """So much a month for each full-time equivalent, but no more of them than their productive hours fill."""
    limit = Limit(meter="productive_hours", per=1.0 / hours_per_fte)
    return PerUnit(label=label, channel=channel, meter="fte", rate=rate, limit=limit)


def open_book(
    *,
    channel: Channel | None = None,
    markup: float | None = None,
    fee: float | None = None,
    cap: Bound | None = None,
    label: str | None = None,
) -> CostPlus:
    """The vendor's cost with a mark-up or a fee: the client bears the risk of cost, up to the cap."""
    return CostPlus(label=label, channel=channel, markup=markup, fee=fee, cap=cap)


def two_part_price(readiness: float, channel: Channel, rate: FreeRate, *, label: str | None = None) -> All:
    """A fee for being ready, and a price for each payable contact."""
    return All(label=label, of=(flat_fee(readiness), per_contact(channel, rate)))


def anchored_price(
    amount: float,
    channel: Channel,
    *,
    baseline: float,
    dead_band: float,
    arc_rate: float,
    rrc_rate: float,
    label: str | None = None,
) -> All:
    """A fee set for a baseline of contacts, with charges above a dead-band and credits below it."""
    adjustment = VolumeAdjustment(
        channel=channel, baseline=baseline, dead_band=dead_band, arc_rate=arc_rate, rrc_rate=rrc_rate
    )
    return All(label=label, of=(flat_fee(amount), adjustment))


def flat_fee(amount: FreeRate, *, label: str | None = None) -> Fixed:
    """The same sum every month."""
    return Fixed(label=label, amount=amount)


def pure_commission(
    channel: Channel,
    rate: FreeRate,
    *,
    clawback: Clawback,
    scale: Scale | None = None,
    reserve: Reserve | None = None,
    net_days: int | None = None,
    label: str | None = None,
) -> Commission:
    """Nothing but a price per net funded sale: the vendor bears every risk."""
    return Commission(
        label=label,
        net_days=net_days,
        channel=channel,
        rate=rate,
        scale=scale,
        clawback=clawback,
        reserve=reserve,
    )


def baseline(channel: Channel, should_cost: float, share: float, *, label: str | None = None) -> PerUnit:
    """A share of the agreed cost of each productive hour, whatever is sold; it is never set off."""
    return PerUnit(label=label, channel=channel, meter="productive_hours", rate=should_cost, share=share)


def baseline_plus_commission(base: PerUnit, commission: Commission, *, label: str | None = None) -> All:
    """A baseline of income, and a commission on top of it."""
    return All(label=label, of=(base, commission))


def guaranteed_commission(
    commission: Commission,
    should_cost: float,
    share: float,
    *,
    recoverable: bool = False,
    label: str | None = None,
) -> Floor:
    """A commission that comes to at least a share of the agreed cost of the productive hours (a draw)."""
    hours = Bound(rate=should_cost, share=share, channel=commission.channel, meter="productive_hours")
    return Floor(label=label, at=hours, recoverable=recoverable, of=(commission,))
