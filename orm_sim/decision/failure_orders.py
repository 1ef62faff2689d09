"""In which order failing vendors failed: the share of each order with its interval, and what survivors saw of it."""

from __future__ import annotations

from itertools import pairwise
from typing import Final

import pandas as pd

from orm_sim.decision.intervals import Estimate, share_interval

STAGES: Final = ("cash_stress", "cuts", "quality", "default")
"""Columns of the table of failures, in the order in which practitioners tell them."""

_WORDS: Final = {"cash_stress": "cash stress", "cuts": "cuts", "quality": "quality", "default": "default"}


def failure_orders(failures: pd.DataFrame) -> pd.DataFrame:
    """Orders of the stages among the histories that end in default.

    Parameters
    ----------
    failures : DataFrame
        Table ``failures``: the first day of each stage by option and replication, nan where there was none.

    Returns
    -------
    DataFrame
        One row per option and order, the commonest first: ``failed`` histories, how many took this ``order``, the
        ``share`` with its Clopper-Pearson interval; no rows for an option whose vendor never failed.
    """
    rows = []
    for option, own in failures.groupby("option", sort=False):
        failed = own[own["default"].notna()]
        for order, count in failed.apply(order_of, axis=1).value_counts().items() if len(failed) else ():
            rows.append((option, order, len(failed), count, *_told(share_interval(int(count), len(failed)))))
    names = ["option", "order", "failed", "histories", "share", "share_low", "share_high"]
    return pd.DataFrame(rows, columns=names)


def stages_before(failures: pd.DataFrame) -> pd.DataFrame:
    """How often a stage comes before default, and how often histories without default have seen it too.

    Returns
    -------
    DataFrame
        One row per option and stage before default: ``failed`` histories, the ``share`` of them in which it was seen by
        the day of default, with its interval; ``survived`` histories, and the share of them in which it was seen
        ``anyway``: a stage that survivors see as often foretells nothing.
    """
    rows = []
    for option, own in failures.groupby("option", sort=False):
        failed, survived = own[own["default"].notna()], own[own["default"].isna()]
        if failed.empty:
            continue
        for stage in STAGES[:-1]:
            before = failed[stage] <= failed["default"]
            anyway = survived[stage].notna()
            rows.append(
                (option, _WORDS[stage], len(failed), *_told(share_interval(int(before.sum()), len(failed))),
                 len(survived), *_told(share_interval(int(anyway.sum()), len(survived))))
            )  # fmt: skip
    names = ["option", "stage", "failed", "share", "share_low", "share_high"]
    names += ["survived", "anyway", "anyway_low", "anyway_high"]
    return pd.DataFrame(rows, columns=names)


def order_of(days: pd.Series[float]) -> str:
    """The stages that were seen, by their days; of one day, in the order of `STAGES`."""
    seen = [(float(days[stage]), place) for place, stage in enumerate(STAGES) if pd.notna(days[stage])]
    return ", ".join(_WORDS[STAGES[place]] for _, place in sorted(seen))


def whole_chain(failures: pd.DataFrame) -> Estimate:
    """Share of failures that saw every stage in the order that practitioners tell, with its interval."""
    failed = failures[failures["default"].notna()]
    chain = pd.Series(True, index=failed.index)
    for before, after in pairwise(STAGES):
        chain &= failed[before] <= failed[after]
    return share_interval(int(chain.sum()), len(failed))


def _told(found: Estimate) -> tuple[float, float, float]:
    return found.value, found.low, found.high
