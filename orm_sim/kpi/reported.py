"""Meters a contract may cite and a history may deliver, which the simulation does not count yet."""

from __future__ import annotations

from typing import Final

from orm_sim.kpi.counters import COUNTERS, Better, Counter, Unit
from orm_sim.kpi.families import Families, meter_of_family

LAST_LAG = 5
"""Months after the month of sale up to which cancelled sales are reported apart."""

RETAINED_DAYS = (30, 60, 90, 180)
"""Ages in days at which sales that are still alive are counted."""


def _reported(
    name: str,
    called: str,
    unit: Unit,
    counted: str,
    better: Better = "higher",
    *,
    single: str = "",
    weight: str = "",
) -> Counter:
    return Counter(
        name, called, unit, counted, better, always=False, channels=(), single=single, weight=weight
    )


_TIME = (
    _reported("talk_s", "talk time", "s", "agents' time in talk with answered contacts"),
    _reported("hold_s", "hold time", "s", "time of answered contacts on hold", "lower"),
    _reported("wrap_s", "wrap time", "s", "agents' time on after-contact work of answered contacts", "lower"),
    _reported("logged_hours", "logged hours", "h", "hours logged in, ready or not", single="logged hour"),
    _reported("night_hours", "night hours", "h", "productive hours at night, as the contract dates them",
              single="night hour"),
    _reported("holiday_hours", "holiday hours", "h", "productive hours on public holidays", single="holiday hour"),
    _reported("language_hours", "hours in other languages", "h",
              "productive hours of agents who serve in a language that carries a premium",
              single="productive hour in another language"),
    _reported("overtime_hours", "overtime hours", "h", "paid hours beyond agents' contracted hours", "lower",
              single="overtime hour"),
    _reported("training_hours_growth", "training hours for growth", "h",
              "paid hours in training of agents hired because the client asked for more",
              single="training hour for growth"),
    _reported("training_hours_attrition", "training hours for attrition", "h",
              "paid hours in training of agents hired in the place of leavers", "lower",
              single="training hour for attrition"),
    _reported("committed_hours", "committed hours", "h", "hours the client committed itself to order for the month",
              single="committed hour"),
    _reported("committed_handled_s", "committed handled time", "s",
              "handled time the client committed itself to order for the month"),
    _reported("seats", "seats", "count", "workplaces kept ready, average of the month", single="seat"),
)  # fmt: skip

_SERVICE = (
    _reported("total_offered", "contacts of all operators", "count",
              "contacts that ask for an agent of any operator of the client, its own people included",
              single="contact of any operator"),
    _reported("abandoned_short", "short abandons", "count",
              "offered contacts that leave before the bound under which an abandon is not counted", "lower",
              single="short abandon"),
    _reported("days_open", "open days", "count", "days of the month on which contacts are served",
              single="open day"),
    _reported("days_missed", "days missed", "count", "open days on which the daily target is missed", "lower",
              single="day missed"),
    _reported("weeks_open", "open weeks", "count", "weeks that end in the month and on which contacts are served",
              single="open week"),
    _reported("weeks_missed", "weeks missed", "count", "open weeks in which the weekly target is missed", "lower",
              single="week missed"),
    *(
        _reported(f"wait_p{level}_s", f"{level}th percentile of wait", "s",
                  f"wait that {level} % of offered contacts do not exceed", "lower", weight="offered")
        for level in (80, 90, 95)
    ),
    *(
        _reported(f"tail_share_{seconds}s", f"share that waits over {seconds} s", "share",
                  f"offered contacts that wait longer than {seconds} s", "lower", weight="offered")
        for seconds in (60, 120)
    ),
    _reported("downtime_s", "downtime", "s", "agreed time of service in which the platform is down", "lower"),
    _reported("service_s", "agreed time of service", "s", "time in which the platform is agreed to be up"),
    _reported("overflow_contacts", "contacts taken in overflow", "count",
              "contacts of another vendor's share that the vendor answers once they have waited as agreed",
              single="contact taken in overflow"),
    _reported("overflow_handled_s", "handled time in overflow", "s",
              "talk + hold + wrap of contacts taken in overflow"),
    _reported("incidents", "incidents", "count", "breaches and outages that must be reported", "lower",
              single="incident"),
)  # fmt: skip

_QUALITY = (
    _reported("quality_points", "points of audited contacts", "count",
              "points of audited contacts, each from 0 to 1", single="point of an audited contact"),
    _reported("repeat_contacts_vendor", "repeat contacts with vendor cause", "count",
              "repeat contacts that an error of the vendor caused", "lower",
              single="repeat contact with vendor cause"),
    _reported("repeat_contacts_client", "repeat contacts with client cause", "count",
              "repeat contacts that a product or process of the client caused", "lower",
              single="repeat contact with client cause"),
)  # fmt: skip


def _when(months: int) -> str:
    return (
        "in the month of sale"
        if months == 0
        else f"{months} month{'s' * (months > 1)} after the month of sale"
    )


_SALES = (
    _reported("leads", "leads", "count", "leads the client hands over in the month", single="lead"),
    _reported("leads_reached", "leads reached", "count", "leads whose right party is reached", single="lead reached"),
    _reported("sales_revenue", "revenue of sales", "money", "price of the net funded sales of the month"),
    _reported("sales_returned", "sales returned", "count", "funded sales whose goods or contract come back", "lower",
              single="sale returned"),
    *(
        _reported(f"retained_{days}", f"sales alive at day {days}", "count",
                  f"funded sales alive at day {days}, in the month that day falls in",
                  single=f"sale alive at day {days}")
        for days in RETAINED_DAYS
    ),
    *(
        _reported(f"aged_{days}", f"sales that come to day {days}", "count",
                  f"funded sales whose day {days} falls in the month, alive or not",
                  single=f"sale that comes to day {days}")
        for days in RETAINED_DAYS
    ),
    *(
        _reported(f"cancelled_lag{months}", f"sales cancelled {_when(months)}", "count",
                  f"sales cancelled {_when(months)}, in the month they are cancelled", "lower",
                  single=f"sale cancelled {_when(months)}")
        for months in range(LAST_LAG + 1)
    ),
    *(
        _reported(f"cancelled_on_clock_lag{months}", f"sales cancelled at an age of {months} months on the clock",
                  "count", f"sales cancelled in the month whose age without suspended time is {months} months",
                  "lower", single=f"sale cancelled at an age of {months} months on the clock")
        for months in range(LAST_LAG + 1)
    ),
)  # fmt: skip

_MONEY = (
    _reported("vendor_cost", "vendor's cost", "money", "cost of the contracted service in the vendor's open book",
              "lower"),
    _reported("vendor_training_cost", "vendor's cost of training for attrition", "money",
              "cost in the open book of training agents hired in the place of leavers", "lower"),
    _reported("passed_through_cost", "passed-through cost", "money",
              "cost of third parties that the vendor pays for the client", "lower"),
    _reported("client_loss", "client's loss", "money",
              "losses of the client that the vendor answers for, as agreed or adjudged", "lower"),
    _reported("vendor_loss", "vendor's loss", "money",
              "losses of the vendor that the client answers for, as agreed or adjudged", "lower"),
    _reported("realised_savings", "realised savings", "money",
              "savings of the client as both parties have signed them off"),
)  # fmt: skip

REPORTED: Final[dict[str, Counter]] = {
    each.id: each for each in (*_TIME, *_SERVICE, *_QUALITY, *_SALES, *_MONEY)
}
"""Every meter that only a history delivers, by id."""

METERS: Final = Families({**COUNTERS, **REPORTED}, meter_of_family)
"""Every meter a contract may cite, by id; those of families (`wait_p85_s`) are known, though not listed."""

CANCELLED: Final = tuple(f"cancelled_lag{months}" for months in range(LAST_LAG + 1))
"""Ids of cancelled sales, by months since the month of sale."""

CANCELLED_ON_CLOCK: Final = tuple(f"cancelled_on_clock_lag{months}" for months in range(LAST_LAG + 1))
"""Ids of cancelled sales, by age in months without suspended time."""
