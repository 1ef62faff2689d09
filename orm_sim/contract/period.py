"""What a clause sees of one billing period, what it remembers of it, and the line items it returns."""

from __future__ import annotations

import datetime
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any, Final, Literal, NamedTuple

import numpy as np
from numpy.typing import NDArray

from orm_sim.contract.rounding import product_to_cents, to_cents
from orm_sim.contract.wording import money, say
from orm_sim.core.elementwise import added, alike, sum_rounded
from orm_sim.kpi import METERS

Array = NDArray[np.float64]
Flags = NDArray[np.bool_]
"""Whether something holds, elementwise."""

Meters = Mapping[tuple[str, str], Array | float]
"""Counters of one billing period by (channel, meter id), or by ("channel@site", meter id) for one site alone;
price indices by ("index", name), what happened in the month (0 or 1) by ("events", name)."""

EVENTS = "events"
"""The channel under which a period's meters carry what happened in the month: ("events", "force_majeure")."""

_DOUBLE: Final = np.dtype(np.float64)

COVENANTS = "covenants"
"""The channel under which they carry figures that a party reports about itself: ("covenants", "liquidity")."""

_OF_THE_CONTRACT = ("index", EVENTS, COVENANTS)
"""Channels that belong to no site."""

_CHANNELS = ("inbound", "outbound")

_RUN_OFF = "cancelled_"
"""What the names of meters begin with that are read when a contract has long ended: cancellations of earlier sales."""

Kind = Literal[
    "fee",
    "commission",
    "clawback",
    "reserve_withheld",
    "reserve_released",
    "service_credit",
    "guarantee",
    "guarantee_recovered",
    "cap",
    "true_up",
    "pass_through",
    "gain_share",
    "volume_adjustment",
    "bonus",
    "earn_back",
    "carried",
    "holdback",
    "holdback_released",
    "termination_fee",
    "damages",
    "advance",
    "advance_returned",
]
"""What a line item is for; finance books each kind to an account."""

MONTHS = {"month": 1, "quarter": 3, "year": 12}
"""Months of each window."""

_ABREAST: Final = 6
"""Amounts that are added up in one pass."""

_RESERVE = (
    "reserve_withheld", "reserve_released", "holdback", "holdback_released", "advance", "advance_returned",
)  # fmt: skip


class LineItem(NamedTuple):
    """One line of an invoice: what is owed under one clause for one billing period.

    Parameters
    ----------
    path : str
        Where the clause stands in the contract: `clauses[1].of[0]`.
    label : str
        What the contract calls the clause.
    kind : Kind
        What the line is for.
    channel : str
        "inbound", "outbound", or "" where the clause has none.
    quantity, rate : array
        What was metered and the price of one, elementwise; the amount is not always their product.
    amount : array
        Money the client owes the vendor, rounded to the cent; negative when the vendor owes it.
    net_days : int
        Days from the end of the month until it is paid.
    template, parts : str or function that gives it, mapping
        What the sentence that explains the line is made of.
    """

    path: str
    label: str
    kind: Kind
    channel: str
    quantity: Array
    rate: Array
    amount: Array
    net_days: int
    template: str | Callable[[], str]
    parts: Mapping[str, Any]

    @property
    def words(self) -> str:
        """The template of its sentence, made now where it was left until it is asked for."""
        return self.template if isinstance(self.template, str) else self.template()

    def sentence(self, at: tuple[int, ...] = ()) -> str:
        """The line explained in a sentence.

        Parameters
        ----------
        at : tuple of int
            Which element of the leading axes; of no matter where the amount is the same for all of them.

        Raises
        ------
        ValueError
            When `at` does not name one element.
        """
        shape = np.shape(self.amount)
        at = at if shape else ()
        if len(at) != len(shape):
            raise ValueError(f"the amount has shape {shape}: say which element, at=(…)")
        parts = {"quantity": self.quantity, "rate": self.rate, **self.parts}
        return f"{self.label}: {say(self.words, parts, shape, at)} = {money(float(self.amount[at]))}."


@dataclass(frozen=True, slots=True)
class Memory:
    """What a clause carries from one billing period to the next; never changed, always replaced.

    Parameters
    ----------
    values : mapping of str to array
        Balances and counters of the clause itself.
    inner : tuple of Memory
        Those of the clauses inside it, in order.
    """

    values: Mapping[str, Array] = field(default_factory=dict)
    inner: tuple[Memory, ...] = ()


NOTHING = Memory()
"""The memory of a contract that has not been settled yet."""


@dataclass(frozen=True, slots=True)
class Billed:
    """What one clause has come to in this period, for the clauses that cite it; added up when one does."""

    items: tuple[LineItem, ...]

    @property
    def amount(self) -> Array:
        """What its line items come to together."""
        return total(self.items)

    @property
    def rate(self) -> Array | None:
        """The price of one unit, where it billed a single line."""
        return self.items[0].rate if len(self.items) == 1 else None

    @property
    def results(self) -> Mapping[str, Array]:
        """Of service credits whose window closed: "missed" (1, 0, or nan where it does not count), "credited" and
        "fees", in money."""
        return results(self.items)


class Period(NamedTuple):
    """One billing period as a clause sees it.

    Parameters
    ----------
    meters : Meters
        What was counted.
    month : int
        Billing month since the start of the contract, from 0.
    term_months : int
        Length of the contract.
    in_force : bool
        False in the months after the contract has ended: no new fees, but reserves and clawbacks run off.
    net_days : int
        Days from the end of the month until payment.
    scale : array or float
        Indexation: what the money amounts of the terms are multiplied by.
    path : str
        Where the clause stands in the contract.
    billed : dict of str to Billed
        What the clauses settled so far in this period have come to, by label.
    site : str or None
        The site whose meters are read; None reads those of all sites together.
    closed : bool
        Whether a combinator has shut the clause out of this period: then nothing that is counted in it is paid,
        whatever the meters say; only cancellations of what was paid before are read.
    starts : date or None
        The day on which the contract starts, where it says so.
    """

    meters: Meters
    month: int
    term_months: int
    in_force: bool
    net_days: int
    scale: Array | float
    path: str
    billed: dict[str, Billed]
    site: str | None = None
    closed: bool = False
    starts: datetime.date | None = None

    @property
    def after_term(self) -> bool:
        """Whether the whole term lies behind, and not only an early end: then nobody works under the contract."""
        return self.month >= self.term_months

    def _read_as(self, channel: str) -> str:
        """The channel under which the meters of the clause's site stand."""
        return channel if self.site is None or channel in _OF_THE_CONTRACT else f"{channel}@{self.site}"

    def meter(self, channel: str, name: str) -> Array:
        """One meter of the period, of the clause's site where it has one.

        Raises
        ------
        KeyError
            When the period does not carry it.
        """
        if self.site is None and not self.closed:
            plain = self.meters.get((channel, name))
            if type(plain) is np.ndarray and plain.dtype is _DOUBLE:
                return plain
        read = self._read_as(channel)
        try:
            value = np.asarray(self.meters[read, name], dtype=np.float64)
        except KeyError:
            text = f"{self.path} needs the meter {read}.{name}, which the period does not carry"
            raise KeyError(text) from None
        shut = self.closed and channel not in _OF_THE_CONTRACT and not name.startswith(_RUN_OFF)
        return np.zeros_like(value) if shut else value

    def metered(self, channel: str | None, name: str) -> Array:
        """One meter of a channel, or, where that is None, of all channels that carry it together.

        Raises
        ------
        KeyError
            When no channel carries it.
        """
        if channel is not None:
            return self.meter(channel, name)
        carried = [each for each in _CHANNELS if (self._read_as(each), name) in self.meters]
        if not carried:
            return self.meter(_CHANNELS[0], name)
        return np.asarray(sum(self.meter(each, name) for each in carried))

    def event(self, name: str) -> Array:
        """Whether something happened in the month: 1 or 0 elementwise; 0 where nobody speaks of it."""
        return self.meter(EVENTS, name) if (EVENTS, name) in self.meters else np.asarray(0.0)

    def counters(self, channel: str, names: Iterable[str]) -> dict[str, Array]:
        """The counters of these names that the period carries for one channel, ready to be added up over months.

        A value that cannot be added up (a percentile) comes multiplied by the counter that weighs it.
        """
        read = self._read_as(channel)
        return {name: self._addable(channel, name) for name in names if (read, name) in self.meters}

    def _addable(self, channel: str, name: str) -> Array:
        value = self.meter(channel, name)
        weight = METERS[name].weight if name in METERS else ""
        return np.asarray(value * self.meter(channel, weight)) if weight else value

    def ends(self, window: Literal["month", "quarter", "year"]) -> bool:
        """Whether a window counted from the start of the contract closes with this period."""
        return (self.month + 1) % MONTHS[window] == 0 or self.month == self.term_months - 1


def line(
    period: Period,
    label: str,
    kind: Kind,
    amount: Array | float,
    template: str | Callable[[], str],
    *,
    channel: str = "",
    quantity: Array | float = 1.0,
    rate: Array | float = np.nan,
    **parts: Any,
) -> LineItem:
    """A line item of this period, its amount rounded to the cent."""
    return LineItem(
        period.path,
        label,
        kind,
        channel,
        np.asarray(quantity),
        np.asarray(rate),
        to_cents(amount),
        period.net_days,
        template,
        parts,
    )


def line_of_units(
    period: Period,
    label: str,
    kind: Kind,
    units: Array,
    rate: Array | float,
    template: str | Callable[[], str],
    *,
    channel: str = "",
    **parts: Any,
) -> LineItem:
    """A line item of units at their rate, the product rounded to the cent."""
    amount = product_to_cents(units, rate)
    return LineItem(
        period.path, label, kind, channel, np.asarray(units), np.asarray(rate), amount, period.net_days, template, parts
    )  # fmt: skip


def total(items: Iterable[LineItem]) -> Array:
    """What line items come to together, to the cent: the invoice."""
    amounts = [item.amount for item in items]
    if len(amounts) < 2:
        return amounts[0] if amounts else np.asarray(0.0)
    if len(amounts) == 2 and alike(*amounts):
        cents = np.empty(amounts[0].size)
        sum_rounded(amounts[0], amounts[1], cents)
        return cents
    together = np.asarray(amounts[0] + amounts[1])
    rest = amounts[2:]
    while len(rest) >= _ABREAST and alike(together, *rest[:_ABREAST]):
        added(together, *rest[:_ABREAST])
        rest = rest[_ABREAST:]
    for amount in rest:
        if amount.shape == together.shape or (together.shape and not amount.shape):
            together += amount  # in place: an invoice has many lines
        else:
            together = together + amount
    return to_cents(together)


def earned(items: Iterable[LineItem]) -> Array:
    """What line items come to without movements of reserves, which only shift the date of payment."""
    return total(item for item in items if item.kind not in _RESERVE)


def results(items: Iterable[LineItem]) -> dict[str, Array]:
    """How the service credits among line items went, for the conditions that ask; empty where none was reckoned."""
    given = [item for item in items if item.kind == "service_credit"]
    if not given:
        return {}
    missed, fees, credited = given[0].parts["missed"], given[0].parts["fees"], -given[0].amount
    for item in given[1:]:
        missed = np.fmax(missed, item.parts["missed"])
        fees, credited = fees + item.parts["fees"], credited - item.amount
    return {"missed": missed, "fees": fees, "credited": credited}
