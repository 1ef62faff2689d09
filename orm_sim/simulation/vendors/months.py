"""A centre's file repeated month after month, with the agents that each vendor's terms ask for."""

from __future__ import annotations

import math
from typing import Any, Final, TypeVar

from orm_sim.centre.centre_file import AgentGroup, CentreFile, Change, Outage
from orm_sim.centre.requirement import Target
from orm_sim.centre.staff_centre import need
from orm_sim.core.errors import InputError, Problem
from orm_sim.scenario.vendors import Need, Programme

D = TypeVar("D", Change, Outage)

_WHOLE: Final = 1e-9


def lived_centre(programme: Programme) -> CentreFile:
    """The centre over all months, staffed as the vendors' terms have it.

    Raises
    ------
    InputError
        When the agents a vendor needs have no closed form.
    """
    file = programme.centre
    groups: list[AgentGroup] = []
    problems: list[Problem] = []
    for group in file.agent_groups:
        name = str(group.vendor)
        vendor = programme.terms.vendors[name]
        if vendor.need is None:
            groups.append(_scaled(group, 1.0 if vendor.agents is None else vendor.agents))
            continue
        if _days_differ(file):
            rule = (
                "knows days that are alike only; the centre's lists have a value for every day of the month"
            )
            problems.append(programme.problem(("vendors", name, "need"), None, rule))
            continue
        try:
            groups.append(_needed(file, group, vendor.share, vendor.need))
        except InputError as error:
            problems += [_refused(programme, name, each) for each in error.problems]
    if problems:
        raise InputError(problems)
    return _repeated(file.model_copy(update={"agent_groups": tuple(groups)}), programme.terms.months)


def _scaled(group: AgentGroup, factor: float) -> AgentGroup:
    """A group of so many times the agents, halves rounded up."""
    if factor == 1.0:
        return group

    def times(agents: int) -> int:
        return math.floor(agents * factor + 0.5)

    if group.agents is not None:
        agents = group.agents
        return group.model_copy(
            update={"agents": times(agents) if isinstance(agents, int) else tuple(map(times, agents))}
        )
    changes = tuple(each.model_copy(update={"agents": times(each.agents)}) for each in group.changes or ())
    return group.model_copy(update={"changes": changes})


def _needed(file: CentreFile, group: AgentGroup, share: float, terms: Need) -> AgentGroup:
    """A group with the agents that a share of volume needs in every period of a day."""
    kinds = tuple(
        kind.model_copy(update={"rate_per_hour": _times(kind.rate_per_hour, share), "groups": (group.name,)})
        for kind in file.contact_types
    )
    own = tuple(each for each in file.agent_groups if each.vendor == group.vendor)
    alone = file.model_copy(update={"contact_types": kinds, "agent_groups": own})
    rows = {(row.day, row.period): row for row in need(alone, [Target("service_level", terms.service_level)])}
    agents: list[int] = []
    like = 0
    for day in range(file.horizon.days):
        like = day if (day, 0) in rows else like
        wanted = (rows[like, period].scheduled * terms.ratio for period in range(file.n_periods))
        agents += [math.ceil(each - _WHOLE) for each in wanted]
    return group.model_copy(update={"agents": tuple(agents), "changes": None})


def _times(rate: float | tuple[float, ...] | None, share: float) -> float | tuple[float, ...] | None:
    if rate is None:
        return None
    return tuple(each * share for each in rate) if isinstance(rate, tuple) else rate * share


def _days_differ(file: CentreFile) -> bool:
    """Whether arrivals or shrinkage have a value of their own for every day of the month."""
    listed = [
        *(kind.rate_per_hour for kind in file.contact_types), *(group.shrinkage for group in file.agent_groups)
    ]  # fmt: skip
    return any(isinstance(each, tuple) and len(each) > file.n_periods for each in listed)


def _refused(programme: Programme, vendor: str, found: Problem) -> Problem:
    """Why there is no closed form, at the term that asks for one."""
    at = ("vendors", vendor, "need")
    return programme.problem(
        at, None, found.rule, "Give the agents in the centre's file, with a factor `agents`"
    )


def _repeated(file: CentreFile, months: int) -> CentreFile:
    """The centre over so many months, each like the file's one."""
    days, n = file.horizon.days, file.n_periods
    if months == 1:
        return file

    def listed(values: Any) -> Any:
        return values * months if isinstance(values, tuple) and len(values) > n else values

    def dated(entries: tuple[D, ...] | None) -> tuple[D, ...] | None:
        if entries is None:
            return None
        return tuple(
            each.model_copy(update={"day": each.day + month * days})
            for month in range(months)
            for each in entries
            if each.day is not None
        ) + tuple(each for each in entries if each.day is None)

    kinds = tuple(
        kind.model_copy(update={"rate_per_hour": listed(kind.rate_per_hour)}) for kind in file.contact_types
    )
    groups = tuple(
        group.model_copy(
            update={
                **{name: listed(getattr(group, name)) for name in ("agents", "presence", "shrinkage")},
                "changes": dated(group.changes),
            }
        )
        for group in file.agent_groups
    )
    return file.model_copy(
        update={
            "horizon": file.horizon.model_copy(update={"days": days * months}), "contact_types": kinds,
            "agent_groups": groups, "outages": dated(file.outages),
        }
    )  # fmt: skip
