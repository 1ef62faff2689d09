"""Records invented from known truth: contacts with and without a queue, and outbound campaigns."""

from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pandas as pd

from orm_sim.calibrate.contacts import Contacts

FIRST = pd.Timestamp("2024-01-01")  # a Monday
WEEKDAY = np.array([1.2, 1.0, 0.9, 1.0, 0.9, 0.4, 0.2])
MONTH = np.array([0.9, 1.1, 1.0, 1.05, 0.95])
PROFILE = np.zeros(48)
PROFILE[16:40] = np.r_[np.linspace(1, 3, 12), np.linspace(3, 1, 12)]
PROFILE /= PROFILE.sum()
TYPES = {"bills": (0.7, 200.0, 0.8), "loans": (0.3, 400.0, 1.1)}
"""Share, mean handle time and sd of its logarithm."""
SHORT, SPREAD = 0.05, 0.25
HAZARD = ((20.0, 0.010), (np.inf, 0.004))

MAPPING = """\
kind: contacts
source: {title: "Invented records", id: invented}
columns: {arrival: arrival, type: type, outcome: outcome, wait_s: wait_s, handle_s: handle_s, agent: agent}
outcomes: {answered: [ok], abandoned: [lost], left_out: [menu]}
"""


@dataclass(frozen=True)
class Truth:
    """Counts with known factors: int64[n_days, 48], and the expectation of each day."""

    counts: np.ndarray
    expected: np.ndarray


def counts(
    seed: int,
    n_days: int = 140,
    level: float = 1000.0,
    day_cv: float = 0.0,
    lag: float = 0.0,
    interval_cv: float = 0.0,
) -> Truth:
    """Daily counts by half-hour: level × month × weekday × profile × busyness, Poisson."""
    rng = np.random.default_rng(seed)
    dates = pd.date_range(FIRST, periods=n_days)
    expected = level * WEEKDAY[dates.day_of_week] * MONTH[dates.month - 1]
    state = rng.standard_normal(n_days)
    for i in range(1, n_days):
        state[i] = lag * state[i - 1] + np.sqrt(1 - lag**2) * state[i]
    sd = np.sqrt(np.log1p(day_cv**2))
    day = np.exp(sd * state - sd**2 / 2)
    within = (
        rng.gamma(1 / interval_cv**2, interval_cv**2, (n_days, 48)) if interval_cv else np.ones((n_days, 48))
    )
    return Truth(rng.poisson(expected[:, None] * PROFILE * day[:, None] * within), expected)


def contacts(seed: int, n_days: int = 35, level: float = 900.0, n_agents: int = 20) -> Contacts:
    """Contacts whose offered wait is exponential whatever the centre does: truth for mix, handle time, patience."""
    rng = np.random.default_rng(seed)
    truth = counts(seed, n_days, level)
    cell = np.repeat(np.arange(truth.counts.size), truth.counts.ravel())
    at = np.sort((cell + rng.random(len(cell))) * 1800.0)
    n = len(at)
    kind = (rng.random(n) < TYPES["loans"][0]).astype(np.int64)
    kind, names = (kind, ("bills", "loans"))
    agent = rng.integers(0, n_agents, n)
    effect = rng.normal(0, SPREAD, n_agents)
    mean = np.array([TYPES[name][1] for name in names])[kind]
    sd = np.array([TYPES[name][2] for name in names])[kind]
    handle = mean * np.exp(sd * rng.standard_normal(n) - sd**2 / 2 + effect[agent])
    handle = np.where(rng.random(n) < SHORT, rng.uniform(1, 9.9, n), np.maximum(handle, 10.0))
    hazard = rng.exponential(size=n)
    patience = np.where(hazard < 0.2, hazard / 0.010, 20 + (hazard - 0.2) / 0.004)
    offered_wait = np.where(rng.random(n) < 0.3, 0.0, rng.exponential(90.0, n))
    answered = offered_wait <= patience
    return Contacts(
        FIRST.date(),
        n_days,
        at,
        kind,
        names,
        answered,
        offered_wait > 0,
        np.minimum(offered_wait, patience),
        np.where(answered, handle, np.nan),
        np.where(answered, agent, -1),
        tuple(f"A{each:02d}" for each in range(n_agents)),
    )


def frame(data: Contacts) -> pd.DataFrame:
    """The contacts as a records file would hold them."""
    return pd.DataFrame(
        {
            "arrival": (pd.Timestamp(data.first_day) + pd.to_timedelta(data.at_s, unit="s")).round("ms"),
            "type": np.array(data.types)[data.type],
            "outcome": np.where(data.answered, "ok", "lost"),
            "wait_s": data.wait_s.round(3),
            "handle_s": np.nan_to_num(data.handle_s).round(3),
            "agent": [data.agents[a] if a >= 0 else "" for a in data.agent],
        }
    )


def store(folder: Path, rows: pd.DataFrame, mapping: str = MAPPING) -> tuple[Path, Path]:
    """A records file and its mapping file."""
    records, terms = folder / "records.csv", folder / "mapping.yaml"
    rows.to_csv(records, index=False)
    terms.write_text(mapping, encoding="utf-8")
    return records, terms


def centre(seed: int, at_desk: float, n_days: int = 28) -> tuple[Contacts, float]:
    """A queue served by named agents who are away from their desk part of the time they are on duty.

    First come first served with abandonment, told agent by agent in plain Python: an agent on duty from 9 to 17 is
    at the desk in a share `at_desk` of the ten-minute slots, chosen by chance, and stays to finish a contact.
    Returned with the contacts: the share of time on duty in which agents were at the desk or on a contact.
    """
    rng = np.random.default_rng(seed)
    n_agents, handle_mean, patience_mean, load = 14, 180.0, 150.0, 1.12
    per_day = load * at_desk * n_agents * 8 * 3600 / handle_mean
    rows, there = [], np.zeros((n_days, n_agents, 8 * 360), bool)
    for day in range(n_days):
        at = np.sort(rng.uniform(9 * 3600, 17 * 3600, rng.poisson(per_day))) + day * 86_400
        slot = rng.random((n_agents, 48)) < at_desk
        there[day] = np.repeat(slot, 60, axis=1)
        edges = day * 86_400 + 9 * 3600 + 600.0 * np.arange(49)
        free = np.full(n_agents, edges[0])
        for t in at:
            patience = rng.exponential(patience_mean)
            ready = np.array([_at_desk(max(f, t), slot[a], edges) for a, f in enumerate(free)])
            a = int(np.argmin(ready))
            wait = ready[a] - t
            handle = handle_mean * np.exp(0.8 * rng.standard_normal() - 0.32)
            if wait <= patience:
                free[a] = ready[a] + handle
                there[day, a, int((ready[a] - edges[0]) // 10) : int((free[a] - edges[0]) // 10)] = True
                rows.append((t, True, wait, handle, a))
            else:
                rows.append((t, False, patience, np.nan, -1))
    at, answered, wait, handle, agent = (np.array(column) for column in zip(*rows, strict=True))
    names = tuple(f"A{each}" for each in range(n_agents))
    kind = np.zeros(len(at), np.int64)
    made = Contacts(FIRST.date(), n_days, at, kind, ("all",), answered, wait > 0, wait, handle, agent, names)
    return made, float(there.mean())


def _at_desk(moment: float, slots: np.ndarray, edges: np.ndarray) -> float:
    """The first moment from here on at which an agent sits at the desk; never, after the end of duty."""
    for j in range(max(int((moment - edges[0]) // 600), 0), 48):
        if slots[j]:
            return max(moment, edges[j])
    return np.inf


def campaign(seed: int, rates: tuple[float, ...], rows_each: int = 6000) -> pd.DataFrame:
    """Customers reached, at one conversion after another; talk times lognormal by outcome, attempts geometric."""
    rng = np.random.default_rng(seed)
    n = rows_each * len(rates)
    sale = rng.random(n) < np.repeat(rates, rows_each)
    talk = np.where(
        sale, 500 * np.exp(0.6 * rng.standard_normal(n)), 150 * np.exp(0.9 * rng.standard_normal(n))
    )
    return pd.DataFrame(
        {
            "bought": np.where(sale, "yes", "no"),
            "attempt": rng.geometric(0.45, n),
            "talk": talk.round(2),
            "list": np.repeat([f"list{i}" for i in range(len(rates))], rows_each),
        }
    )


CAMPAIGN = """\
kind: outbound
source: {title: "Invented campaign", id: invented}
columns: {sale: bought, attempt: attempt, talk_s: talk}
sale_words: ["yes"]
no_sale_words: ["no"]
"""
