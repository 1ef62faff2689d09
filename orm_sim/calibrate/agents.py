"""Agents' spread: how much slower or faster one agent is than another at the same contacts."""

from __future__ import annotations

import numpy as np
import pandas as pd

from orm_sim.calibrate.contacts import Contacts
from orm_sim.calibrate.estimate import Estimate
from orm_sim.calibrate.handle_time import plausible

MIN_CONTACTS = 100


def agent_table(contacts: Contacts, short_below_s: float, at_most_s: float) -> pd.DataFrame:
    """One row an agent.

    Returns
    -------
    DataFrame
        agent, answered, mean_handle_s, log_effect (mean logarithm of the handle time beyond that of the same types),
        log_se, fitted_contacts, short_share.
    """
    frame = pd.DataFrame({"agent": contacts.agent, "type": contacts.type, "handle_s": contacts.handle_s})
    frame["short"] = frame["handle_s"] < short_below_s
    frame = frame[contacts.answered & (contacts.agent >= 0)]
    counts = frame.groupby("agent").agg(answered=("short", "size"), short_share=("short", "mean"))
    fitted = frame[plausible(contacts, short_below_s, at_most_s)[frame.index]].copy()
    log = np.log(fitted["handle_s"])
    fitted["log"] = log - log.groupby(fitted["type"]).transform("mean")
    spread = fitted.groupby("agent").agg(
        mean_handle_s=("handle_s", "mean"),
        log_effect=("log", "mean"),
        sd=("log", "std"),
        fitted_contacts=("log", "size"),
    )
    table = counts.join(spread)
    table["log_se"] = table["sd"] / np.sqrt(table["fitted_contacts"])
    table.insert(0, "name", [contacts.agents[int(index)] for index in table.index])
    return table.drop(columns="sd").rename(columns={"name": "agent"}).reset_index(drop=True)


def fit_agent_spread(table: pd.DataFrame) -> Estimate:
    """Standard deviation between agents of the mean logarithm of handle time, net of sampling noise.

    Agents with 100 contacts or more count, each once; the error is by leaving out one agent at a time.
    """
    chosen = table[table["fitted_contacts"] >= MIN_CONTACTS]
    effect, noise = chosen["log_effect"].to_numpy(np.float64), chosen["log_se"].to_numpy(np.float64) ** 2
    n = len(effect)
    if n < 3:
        return Estimate(np.nan, np.nan, n, "log_s")

    def spread(keep: np.ndarray[tuple[int], np.dtype[np.bool_]]) -> float:
        return float(np.sqrt(max(np.var(effect[keep], ddof=1) - noise[keep].mean(), 0.0)))

    left_out = np.array([spread(np.arange(n) != each) for each in range(n)])
    se = float(np.sqrt((n - 1) / n * ((left_out - left_out.mean()) ** 2).sum()))
    return Estimate(spread(np.ones(n, bool)), se, n, "log_s")
