"""The counters a simulated month leaves behind for each channel: what KPIs and clauses are computed from."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Literal

Unit = Literal["count", "s", "min", "h", "share", "money", "fte", "per_hour"]
"""What a value is measured in; shares are 0 to 1 until they are printed."""

Better = Literal["higher", "lower"]
"""The direction in which a value is an improvement for the client."""

SHORT_CONTACT_S = 10.0
"""Seconds of handle time under which an answered contact is short, and not payable."""

REPEAT_DAYS = 7
"""Days within which a contact of the same customer and type repeats the one before, and is not payable."""

EARNED_DAYS = 90
"""Days a funded sale must live until its commission is wholly earned."""

_UNIT_WORDS: dict[Unit, str] = {
    "count": "unit",
    "s": "second",
    "min": "minute",
    "h": "hour",
    "share": "share",
    "money": "dollar",
    "fte": "full-time equivalent",
    "per_hour": "unit an hour",
}

_ONE = {
    "offered": "contact offered", "answered": "contact answered",
    "answered_within": "contact answered in time", "abandoned": "contact abandoned",
    "payable_contacts": "payable contact", "resolved": "contact resolved",
    "unresolved": "contact not resolved", "paid_hours": "paid hour", "productive_hours": "productive hour",
    "training_hours": "training hour", "fte": "full-time equivalent", "forecast_offered": "contact forecast",
    "attempts": "attempt", "reached": "customer reached", "sales_gross": "gross sale",
    "sales_net": "net funded sale", "sales_kept": "sale kept",
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Counter:
    """One quantity counted per channel and billing month.

    Parameters
    ----------
    id : str
        The name under which the simulation delivers it and a clause cites it.
    name : str
        What it is called in a term sheet or a report.
    unit : Unit
        What it is measured in.
    counted : str
        What is counted, and at which moment.
    better : {"higher", "lower"}
        Whether more of it is better for the client.
    always : bool
        Whether the simulation always delivers it; where False, a KPI that needs it is nan without it.
    channels : tuple of str
        The channels it is counted on.
    single : str
        One unit of it, as a clause says it; where empty, it is made of the unit and the name.
    weight : str
        For a value that cannot be added up (a percentile): the counter that weighs it when months are put together.
    """

    id: str
    name: str
    unit: Unit
    counted: str
    better: Better = "higher"
    always: bool = True
    channels: tuple[str, ...] = ("inbound", "outbound")
    single: str = ""
    weight: str = ""

    @property
    def one(self) -> str:
        """One unit of it, as a clause says it: "productive hour", "second of handled time"."""
        return self.single or _ONE.get(self.id) or f"{_UNIT_WORDS[self.unit]} of {self.name}"


_PAYABLE = (
    f"answered contacts of {SHORT_CONTACT_S:g} s or more whose customer had none of the same type in the"
    f" {REPEAT_DAYS} days before"
)

_CONTACTS = (
    Counter(
        "offered", "contacts offered", "count", "contacts that ask for an agent: arrived - blocked - balked"
    ),
    Counter("answered", "contacts answered", "count", "offered contacts that an agent takes"),
    Counter(
        "answered_within", "contacts answered in time", "count",
        "offered contacts that an agent takes within the threshold",
    ),
    Counter(
        "abandoned", "contacts abandoned", "count",
        "offered contacts that leave before an agent takes them", "lower",
    ),
    Counter(
        "wait_answered_s", "waiting time of answered contacts", "s",
        "waits of answered contacts, added up", "lower",
    ),
    Counter(
        "wait_all_s", "waiting time of all contacts", "s",
        "waits of offered contacts until taken or abandoned, added up", "lower",
    ),
    Counter("busy_s", "busy time", "s", "agents' time on contacts, when it is worked"),
    Counter("staffed_s", "logged-in time", "s", "max(agents staffed, agents busy), integrated over time"),
    Counter("handled_s", "handled time", "s", "talk + hold + wrap of answered contacts"),
    Counter(
        "payable_contacts", "payable contacts", "count",
        _PAYABLE,
    ),
    Counter("payable_handled_s", "payable handled time", "s", f"talk + hold + wrap of payable contacts: {_PAYABLE}"),
    Counter(
        "short_contacts", "short contacts", "count",
        f"answered contacts of under {SHORT_CONTACT_S:g} s", "lower",
    ),
    Counter(
        "repeat_contacts", "repeat contacts", "count",
        f"answered contacts whose customer had one of the same type in the {REPEAT_DAYS} days before",
        "lower",
    ),
    Counter(
        "resolved", "contacts resolved", "count", "answered contacts that settle the matter, at completion"
    ),
    Counter(
        "unresolved", "contacts not resolved", "count",
        "answered contacts that leave the matter open, at completion", "lower",
    ),
    Counter("surveyed", "contacts surveyed", "count", "answered contacts whose customer answers the survey"),
    Counter("satisfied", "satisfied customers", "count", "surveyed contacts whose customer is satisfied"),
    Counter(
        "forecast_offered", "contacts forecast", "count",
        "contacts the client forecast for the month, as locked",
    ),
)  # fmt: skip

_WORK = (
    Counter("paid_hours", "paid hours", "h", "hours the employer pays, absence and training included"),
    Counter("productive_hours", "productive hours", "h", "hours on duty and logged in"),
    Counter("training_hours", "training hours", "h", "paid hours in training"),
    Counter("fte", "full-time equivalents", "fte", "average headcount on the payroll, part-timers in part"),
)


def _cancelled(months: int) -> Counter:
    when = (
        "in the month of the sale"
        if months == 0
        else f"{months} month{'s' if months > 1 else ''} after the month of the sale"
    )
    return Counter(
        f"cancelled_unearned_lag{months}",
        f"unearned part of sales cancelled {when}",
        "count",
        f"sales cancelled before day {EARNED_DAYS}, {when}, each counted as 1 - age in days / {EARNED_DAYS}",
        "lower",
    )


_SALES = (
    Counter("attempts", "attempts", "count", "outbound contacts dialled"),
    Counter("reached", "customers reached", "count", "attempts that reach the right party"),
    Counter("sales_gross", "gross sales", "count", "customers reached who agree to buy, at completion"),
    Counter("sales_net", "net funded sales", "count", "gross sales that are funded, in the month of funding"),
    Counter(
        "sales_kept", "sales kept", "count",
        f"funded sales alive at day {EARNED_DAYS}, in the month that day falls in",
    ),
    *(_cancelled(months) for months in range(4)),
)  # fmt: skip

_NOT_ALWAYS = (
    Counter("cost", "cost", "money", "what the channel costs its client in the month", "lower", always=False),
    Counter("audited", "contacts audited", "count", "answered contacts drawn for an audit", always=False),
    Counter("errors", "contacts in error", "count", "audited contacts done wrong", "lower", always=False),
)

_ON_BOTH = ("busy_s", "staffed_s", "handled_s")
COUNTERS: dict[str, Counter] = {
    each.id: each
    for each in (
        *(each if each.id in _ON_BOTH else replace(each, channels=("inbound",)) for each in _CONTACTS),
        *_WORK,
        *(replace(each, channels=("outbound",)) for each in _SALES),
        *(replace(each, channels=()) for each in _NOT_ALWAYS),
    )
}
"""Every counter by id."""

LAGS: tuple[str, ...] = tuple(f"cancelled_unearned_lag{months}" for months in range(4))
"""Ids of the unearned parts of cancelled sales, by months since the sale was funded."""

OF_LEADS: tuple[str, ...] = ("leads", "leads_reached")
"""Ids of what a simulation counts of the outbound list for contracts that cite it, and keeps in no table."""
