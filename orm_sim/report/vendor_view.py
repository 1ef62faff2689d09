"""What the vendor may see of a run: its own service, invoices and cash; nothing of the client's value or other options.

The rest of the page is made from what `vendor_tables` returns alone, so that what is left out here cannot leak.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

import numpy as np
import pandas as pd

from orm_sim.kpi.periods import MONTHS, Every, period_name
from orm_sim.report import words
from orm_sim.report.attention import kpi_course
from orm_sim.report.course import cumulative_cash
from orm_sim.report.options import rows_of

VENDOR_KPIS: Final = (
    "offered", "answered", "service_level", "abandonment_rate", "asa", "aht", "fcr", "csat", "repeat_rate",
    "attempts", "reached", "contact_rate", "conversion", "sales_net",
)  # fmt: skip
"""KPIs of contacts, which are the vendor's own once it takes all of them; hours and people are not, while the client
keeps some of its own."""
_COUNTED: Final = (
    "offered", "answered", "answered_within", "abandoned", "wait_answered_s", "wait_all_s", "handled_s",
    "resolved", "unresolved", "surveyed", "satisfied", "repeat_contacts", "attempts", "reached", "sales_gross",
    "sales_net",
)  # fmt: skip
_KEY: Final = ("option", "replication", "month", "channel")
_OUTCOMES: Final = (
    "option", "replication", "vendor_revenue", "vendor_cost", "vendor_margin", "insolvent", "insolvent_month", "ended",
    "ended_month",
)  # fmt: skip


def vendor_tables(
    tables: Mapping[str, pd.DataFrame], option: str, handed_over: Mapping[str, int]
) -> dict[str, pd.DataFrame]:
    """The vendor's part of a run's tables: kpis, ledger, outcomes and targets.

    Parameters
    ----------
    tables
        Tables of the run.
    option
        The option that is the vendor's contract.
    handed_over
        By channel the first month in which all contacts are the vendor's.

    Notes
    -----
    Left out: histories in which it did not sign, months before the hand-over and from its insolvency or exit on, when
    the client's own people take contacts, and channels that stay with the client.
    """
    outcomes = rows_of(tables, "outcomes", [option])
    signed = outcomes.loc[~outcomes["no_deal"], list(_OUTCOMES)].reset_index(drop=True)
    kpis = rows_of(tables, "kpis", [option])
    names = [name for name in kpis.columns if name in {*_KEY, *VENDOR_KPIS, *_COUNTED}]
    ends = signed.set_index("replication")[["insolvent_month", "ended_month"]].min(axis=1).fillna(np.inf)
    until = kpis["replication"].map(ends)  # nan, and so left out, where nothing was signed
    since = kpis["channel"].map(dict(handed_over))
    own = kpis.loc[(kpis["month"] >= since) & (kpis["month"] + 1 <= until), names]
    ledger = rows_of(tables, "ledger", [option])
    party = (ledger["payer"] == "vendor") | (ledger["payee"] == "vendor")
    kept = party & ledger["replication"].isin(signed["replication"])
    found = {
        "kpis": own.reset_index(drop=True),
        "ledger": ledger[kept].reset_index(drop=True),
        "outcomes": signed,
    }
    targets = tables.get("targets")
    if targets is not None:
        found["targets"] = targets[targets["channel"].isin(list(handed_over))].reset_index(drop=True)
    return found


def vendor_money(own: Mapping[str, pd.DataFrame], option: str, *, every: Every = "month") -> pd.DataFrame:
    """What was invoiced, credited, paid and spent, and the cash at the end of each period: mean over histories.

    Parameters
    ----------
    own
        What `vendor_tables` returns.
    option
        As there.
    every
        Length of the periods.

    Returns
    -------
    DataFrame
        $ thousand as text; of the cash also the middle 80 % of histories.
    """
    ledger, n = own["ledger"], len(own["outcomes"])
    invoice, cash = ledger["kind"] == "invoice", ledger["kind"] == "cash"
    into, out = ledger["payee"] == "vendor", ledger["payer"] == "vendor"
    client = (ledger["payer"] == "client") | (ledger["payee"] == "client")
    flows = {
        "invoiced": invoice & into & client,
        "credits": invoice & out & client,
        "received from the client": cash & into & client,
        "credits paid": cash & out & client,
        "other receipts": cash & into & ~client,
        "paid out": cash & out & ~client,
    }
    period = ledger["month"] // MONTHS[every]
    sums = {name: ledger["amount"].where(rows, 0.0).groupby(period).sum() / n for name, rows in flows.items()}
    held = cumulative_cash(ledger, option, "vendor")
    last = held.groupby(held.index // MONTHS[every]).tail(1)
    ends = last.set_axis(last.index // MONTHS[every])
    rows = []
    for place in ends.index:
        row = {"when": period_name(int(place) * MONTHS[every], every)}
        row |= {f"{name}, $k": _thousand(float(each.get(place, 0.0))) for name, each in sums.items()}
        low, middle, high = (float(ends.loc[place].quantile(q)) for q in (0.1, 0.5, 0.9))
        row["cash at the end, $k"] = f"{_thousand(middle)} ({_thousand(low)} to {_thousand(high)})"
        rows.append(row)
    return pd.DataFrame(rows)


def vendor_course(own: Mapping[str, pd.DataFrame], *, every: Every = "month") -> pd.DataFrame:
    """The vendor's KPIs of contacts period by period: median over histories and the middle 80 %.

    Parameters
    ----------
    own
        What `vendor_tables` returns.
    every
        Length of the periods.
    """
    return kpi_course(own["kpis"], VENDOR_KPIS, every=every)


def _thousand(amount: float) -> str:
    return words.minus(f"{amount / 1e3:,.0f}")
