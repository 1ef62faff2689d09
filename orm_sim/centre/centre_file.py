"""The file of one centre: horizon, contact types, agent groups and outages, as frozen terms."""

from __future__ import annotations

import re
from typing import Annotated, Literal

from pydantic import AfterValidator, Field, create_model

from orm_sim.centre.law_terms import DrawnLaw, HandleLaw, PatienceLaw
from orm_sim.core.evidence import optional, quantity, required
from orm_sim.core.terms import Many, NotNegative, Rule, Share, Term
from orm_sim.core.units import SECONDS_PER_DAY

MAX_TYPES = 256
MOST_AGENTS = 1_000_000
MOST_PER_HOUR = 1e7
"""Contact types that the identity of a contact has room for."""
Name = Annotated[str, Field(min_length=1, max_length=60, pattern=r"^[^\[\]=,\s][^\[\]=,]*$")]
"""A name that can stand in `answered[type=...]`."""
Number = NotNegative | Many[NotNegative]
"""One value for every period, or one for each."""
Whole = int | Many[int]


def _time_of_day(text: str) -> str:
    if re.fullmatch(r"([01]\d|2[0-3]):[0-5]\d|24:00", text) is None:
        raise ValueError("must be a time of day from 00:00 to 24:00, written 08:00")
    return text


Clock = Annotated[str, AfterValidator(_time_of_day)]


def _some(entries: object) -> str | None:
    return "must have at least one entry" if entries == () else None


def _at_most(values: object, limit: float, what: str) -> str | None:
    """One value or several, up to a limit that arrays of this many still fit into memory."""
    listed = values if isinstance(values, list | tuple) else (values,)
    return (
        f"must be at most {limit:,.0f} {what}"
        if any(each is not None and each > limit for each in listed)
        else None
    )


def clock_s(text: str) -> float:
    """Seconds since midnight of a time of day.

    Examples
    --------
    >>> clock_s("08:30")
    30600.0
    """
    return int(text[:2]) * 3600.0 + int(text[3:]) * 60.0


class Horizon(Term):
    """How many days are simulated, and the opening hours."""

    days: int = required(unit="days", ge=1, le=100_000)
    """Days, all with the same opening hours."""
    opens: Clock = "00:00"
    """Opening, from 00:00. Every time in the file counts from here."""
    closes: Clock = "24:00"
    """Closing; with 00:00 to 24:00 days run on and nothing is reset. Earlier than `opens`: on the next day."""
    at_close: Literal["serve_queue", "clear_queue"] = "serve_queue"
    """What becomes of contacts that wait at closing."""

    rules = (
        Rule(
            ("opens", "closes"),
            lambda opens, closes: (
                "closes must differ from opens; a centre that never closes is 00:00 to 24:00"
                if opens == closes
                else None
            ),
        ),
    )

    @property
    def never_closes(self) -> bool:
        """Whether days run on."""
        return self.open_s == SECONDS_PER_DAY

    @property
    def open_s(self) -> float:
        """Seconds from opening to closing."""
        return (clock_s(self.closes) - clock_s(self.opens)) % SECONDS_PER_DAY or SECONDS_PER_DAY


class Busyness(Term):
    """One random factor a day on every rate, with mean 1."""

    law: Literal["gamma"]
    """Its law."""
    shape: float = required(unit="1", gt=0, le=1e6)
    """Shape; the factor's coefficient of variation is 1 / √shape."""


class Route(Term):
    """A group that a contact may go to once it has waited."""

    group: str
    """Name of the group."""
    after_s: float = quantity(0.0, unit="s", source="design_choice", grade="C", ge=0)
    """Wait after which it may."""


_Choice = create_model(
    "_Choice",
    __base__=Term,
    **{
        "from": (Many[str | Route], Field(description="The groups."))
    },  # a word of Python, not to be had as a field
)  # type: ignore[call-overload]


class GroupChoice(_Choice):  # type: ignore[valid-type, misc]
    """Groups and how a contact chooses among those with a free agent."""

    choose: Literal["by_order", "by_free_agents", "longest_idle"]
    """The first listed; in proportion to free agents; the agent who has been idle longest."""

    rules = (Rule(("from",), lambda entries: _some(entries)),)


class Redial(Term):
    """Who calls again after abandoning."""

    probability: float = required(unit="probability", ge=0, le=1)
    """Chance that a contact that abandons calls again."""
    delay_s: NotNegative | DrawnLaw = required(unit="s")
    """Time from abandoning to the next attempt: a number or a law."""
    same_draws: bool = True
    """Whether patience and handle time stay those of the first attempt."""
    max_attempts: int = quantity(
        99, unit="attempts", source="design_choice", grade="D", low=1, high=256, ge=1, le=256
    )
    """Attempts in all, the first included."""


class Returns(Term):
    """Who comes back because the matter was not resolved; attempts after the first count as redials."""

    resolved: Share | dict[str, Share] = required(unit="probability")
    """Chance that an answered contact is resolved: one number, or one for each group that serves it."""
    probability: float = required(unit="probability", ge=0, le=1)
    """Chance that an unresolved contact comes back."""
    delay: DrawnLaw
    """Time from completion to the return. Who would come while the centre is closed comes on its next day."""


class ContactType(Term):
    """Contacts of one kind: how many come, what they bear, who serves them."""

    name: Name
    """Its name."""
    rate_per_hour: Number | None = optional(unit="contacts/hour", ge=0)
    """Mean arrivals in an hour: one for all periods, or one for each period of a day or of the horizon."""
    arrivals_s: Many[NotNegative] | None = optional(unit="s")
    """Arrivals of every day instead, in seconds from opening, ascending."""
    balk_probability: float = quantity(0.0, unit="probability", source="design_choice", grade="C", ge=0, le=1)
    """Chance to leave at once when no agent is free."""
    patience: PatienceLaw = Field(default_factory=lambda: _never())
    """Time a contact waits before it abandons; never when not given."""
    handle: HandleLaw | dict[str, HandleLaw]
    """Talk, hold and wrap-up: one law, or a mapping from group to law."""
    wrap_up_s: float = quantity(0.0, unit="s", source="design_choice", grade="C", ge=0)
    """A constant added to every handle time, before the group's multiplier."""
    redial: Redial | None = None
    """Who calls again after abandoning."""
    returns: Returns | None = None
    """Who comes back unresolved."""
    threshold_s: float = quantity(
        20.0, unit="s", source="service_level_norms", grade="C", low=15, high=30, ge=0
    )
    """Wait up to which an answer counts towards the service level."""
    groups: Many[str | Route] | GroupChoice
    """Groups that serve it, in order of preference, or how it chooses among them."""
    priority: float = quantity(1.0, unit="index", source="design_choice", grade="C")
    """Rank for groups that take by priority and list no order: the lowest goes first."""
    weight: float = quantity(1.0, unit="factor", source="design_choice", grade="C", ge=0)
    """Weight of a second waited, where a group takes by weighted wait."""
    voicemail_after_s: float | None = optional(unit="s", ge=0)
    """Wait after which a contact leaves a message instead."""
    callback_after_s: float | None = optional(unit="s", ge=0)
    """Wait after which a contact keeps its place and is called back: it abandons no more."""

    rules = (
        Rule(
            ("rate_per_hour", "arrivals_s"),
            lambda rate, arrivals: (
                None
                if (rate is None) != (arrivals is None)
                else "either rate_per_hour or arrivals_s must be given, not both"
            ),
        ),
        Rule(("groups",), lambda groups: _some(groups)),
        Rule(("rate_per_hour",), lambda rates: _at_most(rates, MOST_PER_HOUR, "contacts an hour")),
        Rule(
            ("arrivals_s",),
            lambda arrivals: (
                None if arrivals is None or list(arrivals) == sorted(arrivals) else "must ascend"
            ),
        ),
    )

    @property
    def routes(self) -> tuple[Route, ...]:
        """Its groups in order, with the wait after which each may take it."""
        listed = getattr(self.groups, "from") if isinstance(self.groups, GroupChoice) else self.groups
        return tuple(Route(group=each) if isinstance(each, str) else each for each in listed)

    @property
    def choose(self) -> str:
        """How it chooses among groups with a free agent."""
        return self.groups.choose if isinstance(self.groups, GroupChoice) else "by_order"


def _never() -> PatienceLaw:
    from orm_sim.centre.law_terms import Never

    return Never(law="never")


class Takes(Term):
    """How a freed agent chooses among waiting contacts."""

    by: Literal["priority", "longest_wait", "weighted_wait", "own_first", "within_threshold_first"]
    """By rank; the longest wait; the longest weighted wait; the first of `order` before the rest; those not yet
    late, by rank, before those already lost to the service level."""
    order: Many[str] | None = None
    """Contact types, the first first; those not named come last. Not given: by the types' `priority`."""


class Change(Term):
    """From a moment on, so many agents."""

    at_s: float = required(unit="s", ge=0, lt=SECONDS_PER_DAY)
    """Seconds from opening."""
    agents: int = required(unit="agents", ge=0)
    """Agents from then on."""
    day: int | None = optional(unit="day", ge=0)
    """Day, counted from 0; every day when not given."""


class AgentGroup(Term):
    """Agents who can do the same."""

    name: Name
    """Its name."""
    agents: Whole | None = optional(unit="agents", ge=0)
    """Agents scheduled: one number, or one for each period of a day or of the horizon."""
    changes: Many[Change] | None = None
    """Moments at which their number changes, instead; nobody before the first."""
    takes: Takes = Takes(by="priority")
    """How a freed agent chooses."""
    handle_multiplier: float | dict[str, float] = quantity(
        1.0, unit="factor", source="design_choice", grade="C", gt=0
    )
    """Factor on handle times: one number, or one for each contact type."""
    cost_per_hour: float = quantity(0.0, unit="$/hour", source="design_choice", grade="C", ge=0)
    """Cost of an agent's hour."""
    on_leaving: Literal["finish", "preempt_restart", "preempt_resume"] = "finish"
    """What becomes of a contact in service when its agent leaves."""
    presence: Number = quantity(1.0, unit="share", source="design_choice", grade="C", ge=0, le=1)
    """Chance that an agent scheduled comes to work, drawn for each agent and day."""
    shrinkage: Number = quantity(0.0, unit="share", source="design_choice", grade="C", ge=0, le=1)
    """Share of the agents present who are away from contacts; rounding is made good in later periods."""
    vendor: Name | None = None
    """Whose agents they are."""
    site: Name | None = None
    """Where they sit."""

    rules = (
        Rule(
            ("agents", "changes"),
            lambda agents, changes: (
                None
                if (agents is None) != (changes is None)
                else "either agents or changes must be given, not both"
            ),
        ),
        Rule(("agents",), lambda agents: _at_most(agents, MOST_AGENTS, "agents in a group")),
        Rule(
            ("changes",),
            lambda changes: _at_most(
                [each.agents for each in changes or ()], MOST_AGENTS, "agents in a group"
            ),
        ),
    )


class Outage(Term):
    """A failure of the platform inside a day."""

    at_s: float = required(unit="s", ge=0, lt=SECONDS_PER_DAY)
    """Its beginning, in seconds from opening."""
    until_s: float = required(unit="s", gt=0)
    """Its end; it may last beyond the day where the centre never closes."""
    blocks_arrivals: bool = True
    """Whether arrivals are blocked while it lasts."""
    drops_contacts: bool = False
    """Whether it cuts off contacts in service as it begins."""
    day: int | None = optional(unit="day", ge=0)
    """Day, counted from 0; every day when not given."""

    rules = (
        Rule(
            ("at_s", "until_s"),
            lambda at, until: None if at < until else f"until_s {until:g} must be after at_s {at:g}",
        ),
    )


class CentreFile(Term):
    """One contact centre without a contract."""

    title: str | None = None
    """What it is, in a line."""
    horizon: Horizon
    """Days and opening hours."""
    period_s: float = quantity(
        1800.0, unit="s", source="design_choice", grade="D", low=60, high=86_400, gt=0, le=86_400
    )
    """Length of a period: the lists of this file have one value for each, from opening on."""
    busyness: Busyness | None = None
    """A random factor a day on every rate."""
    lines: int | None = optional(unit="contacts", ge=1)
    """Contacts that may be waiting or in service at a time; no limit when not given."""
    contact_types: Many[ContactType]
    """Who calls."""
    agent_groups: Many[AgentGroup]
    """Who answers."""
    outages: Many[Outage] = ()
    """Failures of the platform."""

    rules = (
        Rule(("contact_types",), lambda types: _some(types)),
        Rule(
            ("contact_types",),
            lambda types: None if len(types) <= MAX_TYPES else f"must have at most {MAX_TYPES} entries",
        ),
        Rule(("agent_groups",), lambda groups: _some(groups)),
    )

    @property
    def n_periods(self) -> int:
        """Periods of a day."""
        return round(self.horizon.open_s / self.period_s)
