"""Heads ahead: people of one channel month by month under each plan and future; the compiled steps that live them."""

from __future__ import annotations

from typing import Final, NamedTuple

import numpy as np
from numpy.typing import NDArray

from orm_sim.core.compiled import jit, jit_inline
from orm_sim.core.functions import exp
from orm_sim.core.units import DAYS_PER_MONTH
from orm_sim.vendor.decision.futures import Futures
from orm_sim.vendor.decision.outlook import Floor, Outlook, Requirement
from orm_sim.vendor.levers import Plans
from orm_sim.vendor.people import CONTENT

Floats = NDArray[np.float64]
WEEKS_PER_MONTH = DAYS_PER_MONTH / 7.0

_AGENTS, _NEWNESS, _SATISFACTION, _ON_THE_WAY, _KNOWN, OCCUPANCY, _STAY, _STAY_LEAD = range(8)
N_STATES: Final = 8
"""Rows of what is known of a channel's people while they are lived."""

LONGEST_LEAD: Final = 12
"""Months that recruits are foreseen beyond the last month."""

_QUARTER = 4
_STEPS = 400


class Heads(NamedTuple):
    """The months of a channel's people, float64[n_months, n_plans, n_futures] each.

    ``agents`` on the floor on average · ``newness`` as in `Floor` · ``trainees`` in paid training · ``hires`` to come ·
    ``weeks_owed`` weeks of pay owed to those dismissed.
    """

    agents: Floats
    newness: Floats
    trainees: Floats
    hires: Floats
    weeks_owed: Floats

    @classmethod
    def blank(cls, shape: tuple[int, ...]) -> Heads:
        """Room for so many months, plans and futures."""
        return cls(*np.empty((5, *shape)))


class Ways(NamedTuple):
    """What each plan makes of a channel's people, float64[n_plans] each.

    ``lead`` months from the decision to hire to the floor · ``training`` of them in class · ``start`` newness of those
    who come · ``leaving`` leavers a month at usual satisfaction · ``mood`` satisfaction that pay for work, coaching and
    pressure take people to · ``hours`` on duty a week · ``ratio`` hours wanted over those required · ``longer`` handle
    time over that of proficient, honest agents at the market wage.
    """

    lead: Floats
    training: Floats
    start: Floats
    leaving: Floats
    mood: Floats
    hours: Floats
    ratio: Floats
    longer: Floats


class Nature(NamedTuple):
    """What holds under every plan, see `People` and `Learning`; ``above`` is negative where nobody is dismissed."""

    learned: float
    kept: float
    knee: float
    strain: float
    by_satisfaction: float
    slow: float
    above: float
    owed: float


class Wanted(NamedTuple):
    """What people are hired for: ``demand`` float64[n_months], and hours taken by demand, at even steps from 0."""

    demand: Floats
    load: Floats
    hours: Floats


def wanted_of(demand: Floats, requirement: Requirement) -> Wanted:
    """Hours on duty by demand, at steps fine enough to be read without a search."""
    load = np.linspace(0.0, requirement.load[-1], _STEPS)
    return Wanted(
        np.ascontiguousarray(demand, np.float64), load, np.interp(load, requirement.load, requirement.hours)
    )


def ways_of(outlook: Outlook, plans: Plans, ratio: Floats, longer: Floats) -> Ways:
    """What plans make of people; `ratio` and `longer` are the channel's own."""
    terms, people = outlook.terms, outlook.people
    training = terms.training_weeks * plans.training / WEEKS_PER_MONTH
    head_start = people.head_start(plans.training, terms.training_weeks)
    recruiting = np.rint(terms.recruit_weeks * people.recruiting_by_pay(plans.wage_premium))
    return Ways(
        lead=np.minimum(recruiting / WEEKS_PER_MONTH + training, LONGEST_LEAD - 2.0),
        training=training,
        start=np.exp(-head_start / terms.learning.weeks_to_learn),
        leaving=terms.attrition_per_year / 12.0 * people.leaving_by_pay(plans.wage_premium),
        mood=people.mood(plans.coaching_hours, plans.pressure),
        hours=on_duty(outlook, plans),
        ratio=np.ascontiguousarray(ratio, np.float64),
        longer=np.ascontiguousarray(longer, np.float64),
    )


def nature_of(outlook: Outlook, floor: Floor, slow: float) -> Nature:
    """What holds under every plan; `slow` is how much slower newcomers are in what is wanted."""
    people, learning = outlook.people, outlook.terms.learning
    return Nature(
        learned=float(np.exp(-WEEKS_PER_MONTH / learning.weeks_to_learn)),
        kept=float(np.exp(-1.0 / people.months_to_settle)),
        knee=people.occupancy_knee,
        strain=people.strain_of_load / 0.10,
        by_satisfaction=people.leaving_by_satisfaction,
        slow=slow,
        above=-1.0 if outlook.dismiss_above is None else outlook.dismiss_above,
        owed=floor.weeks_owed,
    )


def on_duty(outlook: Outlook, plans: Plans) -> Floats:
    """Hours on duty of an agent in a week: paid, less shrinkage, less coaching beyond what shrinkage holds."""
    return np.maximum(
        outlook.terms.on_duty_hours_per_agent_week - outlook.people.more_coaching(plans.coaching_hours), 1.0
    )


def people_ahead(
    outlook: Outlook, floor: Floor, plans: Plans, futures: Futures, wanted: Floats, occupancy: float = 0.8
) -> Heads:
    """Live a channel's people where the hours wanted in a week hang on nothing but the month.

    Parameters
    ----------
    outlook, floor, plans, futures
        What is known, how they stand today, and the axes of everything.
    wanted : float64[n_months]
        Hours on duty a week that the months take, before each plan's ratio.
    occupancy : float
        Of their time on duty: above the knee it wears people out.
    """
    heads = Heads.blank((outlook.n_months, plans.training.size, futures.volume.size))
    ways = ways_of(outlook, plans, plans.seat_ratio, np.ones(plans.training.size))
    plain = Wanted(np.ascontiguousarray(wanted, np.float64), np.array([0.0, 1.0]), np.array([0.0, 1.0]))
    _live(
        ways, nature_of(outlook, floor, 0.0), plain, floor_of(floor), floor.coming, futures.attrition, occupancy,
        heads.agents, heads.newness, heads.trainees, heads.hires, heads.weeks_owed,
    )  # fmt: skip
    return heads


def floor_of(floor: Floor) -> Floats:
    """How people stand today, as compiled code reads it."""
    return np.array(
        [floor.agents, floor.newness, floor.satisfaction, float(floor.coming.sum()), floor.newness, 0.8]
    )


@jit
def _live(
    ways: Ways, nature: Nature, wanted: Wanted, today: Floats, recruits: Floats, attrition: Floats, occupancy: float,
    agents: Floats, newness: Floats, trainees: Floats, hires: Floats, owed: Floats,
) -> None:  # fmt: skip
    """All plans, one after the other."""
    n_months, n_plans, n_futures = agents.shape
    now, coming = np.empty((N_STATES, n_futures)), np.empty((n_months + LONGEST_LEAD, n_futures))
    for plan in range(n_plans):
        begin(today, recruits, now, coming)
        now[OCCUPANCY, :] = occupancy
        for month in range(n_months):
            rows = agents[month, plan], newness[month, plan], trainees[month, plan], hires[month, plan]
            live_month(
                plan, month, ways, nature, wanted, recruits, attrition, now, coming, rows, owed[month, plan]
            )


@jit_inline
def begin(today: Floats, recruits: Floats, now: Floats, coming: Floats) -> None:
    """Every future begins with the people of today."""
    coming[:] = 0.0
    for future in range(now.shape[1]):
        for each in range(today.size):
            now[each, future] = today[each]
        for month in range(min(recruits.size, coming.shape[0])):
            coming[month, future] = recruits[month]


@jit_inline
def live_month(
    plan: int, month: int, ways: Ways, nature: Nature, wanted: Wanted, recruits: Floats, attrition: Floats,
    now: Floats, coming: Floats, rows: tuple[Floats, Floats, Floats, Floats], owed: Floats,
) -> None:  # fmt: skip
    """Live one month of a plan: leavers go, recruits arrive, and as many are sought as the end of the lead time wants.

    `rows` take agents, newness, trainees and hires of the month by future, `owed` the weeks of pay of those dismissed;
    `now` holds how people stand, and the occupancy that wears them out.
    """
    agents, newness, trainees, hires = rows
    lead, training, half = ways.lead[plan], ways.training[plan], np.sqrt(nature.learned)
    lag = int(lead)
    sought = at_month(wanted.demand, month + 0.5 + lead)
    taught = in_class(recruits, training) if month == 0 else 0.0
    dismiss(plan, month, ways, nature, wanted, now, owed)
    leave(plan, ways, nature, attrition, now)
    here, new, coming_soon, known = now[_AGENTS], now[_NEWNESS], now[_ON_THE_WAY], now[_KNOWN]
    stay, stay_lead = now[_STAY], now[_STAY_LEAD]
    at_hand = 1.0 if lag == 0 else 0.0
    later = 1.0 - at_hand
    for f in range(here.size):
        before, arrivals = here[f], coming[month, f]
        after = before * stay[f] + arrivals
        fresh = arrivals / max(after, 1e-9)
        newer = new[f] * nature.learned * (1.0 - fresh) + ways.start[plan] * half * fresh
        newer = newer if after > 1e-9 else new[f]
        target = agents_for(plan, ways, nature, wanted, sought, known[f])
        short = target + 0.5 - after * (later * stay_lead[f] + at_hand) - (coming_soon[f] - arrivals)
        gap = max(short, 0.0) if target > 0.0 else 0.0
        coming[month + lag, f] += later * gap * (1.0 - (lead - lag))
        coming[month + lag + 1, f] += later * gap * (lead - lag)
        coming_soon[f] += later * gap - arrivals
        agents[f], hires[f] = 0.5 * (before + after), gap
        newness[f] = known[f] = 0.5 * (new[f] + newer)
        here[f], new[f] = after, newer
        trainees[f] = gap * training + taught
    if lag == 0:
        at_once(hires, lead, ways.start[plan], half, now, agents, newness)


@jit_inline
def at_once(
    hires: Floats, lead: float, start: float, half: float, now: Floats, agents: Floats, newness: Floats
) -> None:
    """Recruits who need less than a month come in the month in which they are sought.

    Those who take the place of leavers come as these leave, the others when their lead time is over.
    """
    here, new, known = now[_AGENTS], now[_NEWNESS], now[_KNOWN]
    for f in range(here.size):
        left = 2.0 * (agents[f] - here[f])  # of those on the floor when the month began
        replaced = min(max(left, 0.0), hires[f])
        present = (hires[f] - replaced) * (1.0 - lead) + 0.5 * replaced
        agents[f] += present
        newness[f] += (start * half - newness[f]) * present / max(agents[f], 1e-9)
        known[f] = newness[f]
        here[f] += hires[f]
        new[f] += (start * half - new[f]) * hires[f] / max(here[f], 1e-9)


@jit_inline
def leave(plan: int, ways: Ways, nature: Nature, attrition: Floats, now: Floats) -> None:
    """Satisfaction moves; of those on the floor so many stay a month, and so many to the end of the lead time."""
    content, occupancy, stay, stay_lead = now[_SATISFACTION], now[OCCUPANCY], now[_STAY], now[_STAY_LEAD]
    mood, leaving, longest = ways.mood[plan], ways.leaving[plan], max(ways.lead[plan], 1.0)
    for f in range(content.size):
        worn = mood - nature.strain * max(occupancy[f] - nature.knee, 0.0)
        towards = min(max(worn, 0.0), 1.0)
        content[f] = towards + (content[f] - towards) * nature.kept
    for f in range(content.size):
        stay[f] = leaving * attrition[f] * exp(-nature.by_satisfaction * (content[f] - CONTENT))
    for f in range(content.size):
        stay_lead[f] = exp(-stay[f] * longest)
    for f in range(content.size):
        stay[f] = exp(-stay[f])


@jit_inline
def agents_for(plan: int, ways: Ways, nature: Nature, wanted: Wanted, demand: float, known: float) -> float:
    """Agents wanted on the floor for a demand, at the newness known."""
    load = demand * ways.longer[plan] / (1.0 - nature.slow * known)
    return float(along(wanted.load, wanted.hours, load) * ways.ratio[plan] / ways.hours[plan])


@jit_inline
def dismiss(
    plan: int, month: int, ways: Ways, nature: Nature, wanted: Wanted, now: Floats, owed: Floats
) -> None:
    """On the planning date those go whom no month of the quarter needs; `owed` takes the weeks of pay they are due.

    The last hired go first, who are owed less than the mean that is foreseen here.
    """
    owed[:] = 0.0
    if month > 0 or nature.above < 0.0:
        return
    for f in range(owed.size):
        most = 0.0
        for later in range(min(_QUARTER, wanted.demand.size)):
            most = max(most, agents_for(plan, ways, nature, wanted, wanted.demand[later], now[_KNOWN, f]))
        gone = max(now[_AGENTS, f] - most * (1.0 + nature.above), 0.0)
        now[_AGENTS, f] -= gone
        owed[f] = gone * nature.owed


@jit_inline
def in_class(recruits: Floats, training: float) -> float:
    """Head-months that those who are coming already still spend in class."""
    total = 0.0
    for month in range(recruits.size):
        total += min(training, month + 0.5) * recruits[month]
    return total


@jit_inline
def at_month(values: Floats, month: float) -> float:
    """Values of months at a time between them; the last holds beyond."""
    left = min(int(month), values.size - 1)
    right = min(left + 1, values.size - 1)
    return float(values[left] + (values[right] - values[left]) * min(month - left, 1.0))


@jit_inline
def along(x: Floats, y: Floats, at: float) -> float:
    """A curve given by points at even steps from 0; beyond the last its last slope goes on."""
    place = at / x[1]
    left = min(int(place), x.size - 2)
    return float(y[left] + (y[left + 1] - y[left]) * (place - left))
