"""Governance: meetings, named roles, joint audits, monitoring, early warnings, shared data, escalation, causes."""

from __future__ import annotations

from collections.abc import Iterator
from typing import ClassVar, Literal

from pydantic import Field

from orm_sim.contract.condition import Condition
from orm_sim.contract.duties.duty import Duties, as_paid
from orm_sim.contract.life_terms import nothing_said
from orm_sim.contract.records import Side
from orm_sim.contract.wording import plain, share
from orm_sim.core.evidence import optional, required
from orm_sim.core.terms import Many, Rule, Term


class Meeting(Term):
    """A meeting of both sides."""

    name: str
    """What it is called."""
    every: Literal["week", "month", "quarter", "year"]
    """How often it is held."""
    chair: Side | None = None
    """Who leads it; where not given, both do."""


class Role(Term):
    """A named role that one side fills."""

    name: str
    """What it is called."""
    side: Side
    """Who fills it."""
    full_time: float | None = optional(unit="fte", gt=0.0)
    """How many full-time people it is; where not given, nothing is said."""
    stays_months: int | None = optional(unit="months", ge=1)
    """Months for which the person is not replaced without the other side's consent."""
    paid_as: str | None = None
    """The label of the clause that pays for it."""


def _one_measure(contacts: float | None, part: float | None) -> str | None:
    return "needs either `contacts_per_month` or `share`" if (contacts is None) == (part is None) else None


class JointQuality(Term):
    """Contacts that both sides audit together."""

    contacts_per_month: int | None = optional(unit="contacts", ge=1)
    """How many a month ..."""
    share: float | None = optional(unit="share", gt=0.0, le=1.0)
    """... or which share of the contacts answered."""
    paid_as: str | None = None
    """The label of the clause that pays for it."""

    rules: ClassVar[tuple[Rule, ...]] = (Rule(("contacts_per_month", "share"), _one_measure),)


class EarlyWarning(Term):
    """Something that one side tells the other before it becomes a failure."""

    name: str
    """What it is called."""
    if_: Condition = Field(alias="if")
    """What must hold at the end of a month."""
    within_days: int = required(unit="days", ge=0)
    """Days within which it must be told, with what will be done."""


class EscalationStep(Term):
    """A step of the ladder on which a quarrel climbs."""

    to: str
    """The role or board that decides."""
    within_days: int = required(unit="days", ge=0)
    """Days it has, before the next step takes over."""


class Fund(Term):
    """Money set aside for improvements."""

    paid_as: str
    """The label of the clause that sets it aside."""
    decided_by: Literal["client", "vendor", "both"] = "both"
    """Who decides what it is spent on."""


class Governance(Duties):
    """How the two sides work together."""

    meetings: Many[Meeting] = ()
    """Meetings of both sides."""
    roles: Many[Role] = ()
    """Named roles."""
    joint_quality: JointQuality | None = None
    """Contacts audited together."""
    monitored_share: float | None = optional(unit="share", gt=0.0, le=1.0)
    """The share of contacts that the client may listen in on."""
    early_warnings: Many[EarlyWarning] = ()
    """What is told before it becomes a failure."""
    data_delay_hours: float | None = optional(unit="hours", ge=0.0)
    """Hours after which the other side sees the figures at the latest."""
    escalation: Many[EscalationStep] = ()
    """The ladder of a quarrel, the lowest step first."""
    improvement_fund: Fund | None = None
    """Money set aside for improvements."""
    root_cause_days: int | None = optional(unit="days", ge=0)
    """Days after a failure within which the vendor says what caused it, and what it does about that."""

    rules: ClassVar[tuple[Rule, ...]] = (
        Rule(
            (
                "meetings", "roles", "joint_quality", "monitored_share", "early_warnings", "data_delay_hours",
                "escalation", "improvement_fund", "root_cause_days",
            ),
            nothing_said,
        ),
    )  # fmt: skip

    @property
    def _decided(self) -> str:
        by = None if self.improvement_fund is None else self.improvement_fund.decided_by
        return "both sides decide on" if by == "both" else f"the {by} decides on"

    def wording(self) -> Iterator[str]:
        """What is agreed, a sentence each."""
        for meeting in self.meetings:
            chair = "both sides" if meeting.chair is None else f"the {meeting.chair}"
            yield f"'{meeting.name}' is held every {meeting.every}, led by {chair}"
        yield from map(_role, self.roles)
        if self.joint_quality is not None:
            joint = self.joint_quality
            many = (
                f"{joint.contacts_per_month} contacts a month"
                if joint.share is None
                else f"{share(joint.share)} of the contacts answered"
            )
            yield f"Both sides audit {many} together{as_paid(joint.paid_as)}"
        if self.monitored_share is not None:
            yield f"The client may listen in on {share(self.monitored_share)} of the contacts"
        for warning in self.early_warnings:
            yield (
                f"'{warning.name}': if {warning.if_.wording()}, this is told within {warning.within_days} days,"
                " with what is done about it"
            )
        if self.data_delay_hours is not None:
            yield f"Each side sees the other's figures {plain(self.data_delay_hours)} hours later at the latest"
        if self.escalation:
            steps = ", then ".join(f"{step.to} for {step.within_days} days" for step in self.escalation)
            yield f"A quarrel goes to {steps}"
        if self.improvement_fund is not None:
            yield f"What '{self.improvement_fund.paid_as}' sets aside is spent on improvements that {self._decided}"
        if self.root_cause_days is not None:
            yield f"The vendor explains a failure, and what it does about its cause, within {self.root_cause_days} days"


def _role(role: Role) -> str:
    many = "" if role.full_time is None else f", {plain(role.full_time)} full time"
    stays = (
        ""
        if role.stays_months is None
        else f", who stays for {role.stays_months} months unless both agree otherwise"
    )
    return f"The {role.side} has a {role.name}{many}{as_paid(role.paid_as)}{stays}"
