"""The counterparty's panel: the vendor's books under each quoted sheet, line by line, from histories already lived."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Final

import pandas as pd

from orm_sim.negotiation.lived import TRAINING
from orm_sim.negotiation.quotes import Quote

LINES: Final[Mapping[str, tuple[str, ...]]] = {
    "revenue": ("fees", "hidden_fees"),
    "credits": ("credits",),
    "wages": ("vendor_labour",),
    "hiring": ("vendor_hiring",),
    "training": (TRAINING,),
    "seats": ("vendor_seats",),
    "overhead": ("vendor_overhead",),
}
"""Lines of the panel and the accounts they hold; what is in none of them is told as `other`."""


def panel(quotes: Sequence[Quote]) -> pd.DataFrame:
    """The vendor's profit and loss under quoted sheets, as the vendor would see it.

    Parameters
    ----------
    quotes : sequence of Quote
        Lived.

    Returns
    -------
    DataFrame
        One row a quote: name, kind, title; mean over the histories of what is received (above 0) and paid, $ over the
        term, undiscounted: revenue, credits, wages, hiring, training, seats, overhead, other and their sum, margin;
        margin_share (of revenue net of credits; nan without any), p_failure, signs.
    """
    return pd.DataFrame([_row(quote) for quote in quotes])


def _row(quote: Quote) -> dict[str, object]:
    lived = quote.known
    books = lived.accounts.astype(float)
    lines = {line: float(books.reindex(accounts).sum()) for line, accounts in LINES.items()}
    named = [account for accounts in LINES.values() for account in accounts]
    other = float(books.drop(named, errors="ignore").sum())
    margin = float(books.sum())
    received = lines["revenue"] + lines["credits"]
    return {
        "name": quote.name, "kind": quote.kind, "title": quote.title, **lines, "other": other, "margin": margin,
        "margin_share": margin / received if received > 0.0 else float("nan"),
        "p_failure": float(lived.failed.mean()), "signs": lived.signs,
    }  # fmt: skip
