"""Ledger rows: an estimate's money in the form of a run's ledger, so that the same pictures are drawn from both."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from orm_sim.finance.accounts import ACCOUNTS
from orm_sim.report.dashboard.deal import Course

Floats = NDArray[np.float64]


def client_rows(option: str, client: Mapping[str, Floats]) -> pd.DataFrame:
    """The client's accounts, summed over the term."""
    parts = []
    for account, value in client.items():
        kind = ACCOUNTS[account].kind
        other = "customers" if kind == "value" else "suppliers"
        parts.append(_rows(option, "client", other, account, kind, value.sum(axis=0)[None, :]))
    return pd.concat(parts, ignore_index=True)


def vendor_rows(option: str, course: Course | None) -> pd.DataFrame:
    """The vendor's cash, month by month; none where there is no vendor."""
    if course is None:
        return pd.DataFrame(
            columns=["option", "replication", "month", "payer", "payee", "account", "kind", "amount"]
        )
    moved = np.diff(course.cash, axis=0, prepend=course.opening)  # what it began with is no entry
    return _rows(option, "vendor", "suppliers", "vendor_receipts", "cash", moved)


def _rows(option: str, party: str, other: str, account: str, kind: str, amounts: Floats) -> pd.DataFrame:
    """Rows of a ledger from signed amounts by month and draw."""
    months, draws = amounts.shape
    signed = amounts.ravel()
    return pd.DataFrame(
        {
            "option": option,
            "replication": np.tile(np.arange(draws), months),
            "month": np.repeat(np.arange(months), draws),
            "payer": np.where(signed >= 0.0, other, party),
            "payee": np.where(signed >= 0.0, party, other),
            "account": account,
            "kind": kind,
            "amount": np.abs(signed),
        }
    )
