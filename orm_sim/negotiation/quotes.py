"""Quoted sheets: what is named to a reader is simulated again with other luck, and carries its interval."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from orm_sim.decision.intervals import Estimate, mean_interval, share_interval
from orm_sim.decision.metrics import (
    TAIL_POINTS,
    cvar_interval,
    risk_adjusted,
    risk_adjusted_interval,
    tail_refusal,
)
from orm_sim.decision.paired import difference
from orm_sim.negotiation.lived import Lived

Floats = NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Measure:
    """How a side's gains over the replications become one figure.

    Attributes
    ----------
    lam : float
        Weight of the worst tenth; 0 where the replications cannot carry a tail.
    beta : float
        Share of histories in the tail.
    """

    lam: float
    beta: float

    @classmethod
    def for_(cls, lam: float, beta: float, replications: int) -> Measure:
        """The weight asked for, where so many replications carry it."""
        return cls(0.0 if tail_refusal(replications, beta) else lam, beta)

    @property
    def words(self) -> str:
        """What the figure is."""
        if self.lam == 0.0:
            return "mean"
        return f"risk-adjusted value (λ = {self.lam:g}, worst {self.beta:.0%})"

    def of(self, gains: Floats) -> float:
        """The figure."""
        return float(gains.mean()) if self.lam == 0.0 else risk_adjusted(gains, self.lam, self.beta)

    def interval(self, gains: Floats) -> Estimate:
        """The figure with its interval, 95 %."""
        if self.lam == 0.0:
            return mean_interval(gains)
        return risk_adjusted_interval(gains, self.lam, self.beta)

    def tail(self, replications: int) -> float:
        """The share of worst histories that protection is told by: `beta`, or as much more as can be estimated.

        Up to a half: fewer replications keep `beta`, and no tail is told.

        Examples
        --------
        >>> [Measure(0.5, 0.1).tail(n) for n in (1000, 100, 40)]
        [0.1, 0.25, 0.1]
        """
        carried = TAIL_POINTS / replications
        return self.beta if carried > 0.5 else max(self.beta, carried)

    def apart(self, a: Floats, b: Floats) -> Estimate:
        """The figure of one less that of another, on the same luck."""
        return difference(a, b, self.lam, self.beta)


@dataclass(frozen=True, slots=True)
class Quote:
    """A sheet that is named to a reader.

    Attributes
    ----------
    name : str
        Identifier, unique among the quotes.
    kind : str
        deal, curve, unsigned, offer, meeting, split, told or clause.
    title : str
        Words.
    sheet : mapping of str to float
        Values of the issues.
    changes : mapping
        Further values by path; of the kind clause only.
    lived : Lived or None
        Simulated with the quotes' seed.
    """

    name: str
    kind: str
    title: str
    sheet: Mapping[str, float]
    changes: Mapping[str, Any]
    lived: Lived | None = None

    def moved(self, issue: str, value: float) -> Quote:
        """The same quote with another value of one issue, to be simulated again."""
        return replace(self, sheet={**self.sheet, issue: value}, lived=None)

    @property
    def known(self) -> Lived:
        """What was lived.

        Raises
        ------
        ValueError
            When nothing was.
        """
        if self.lived is None:
            raise ValueError(f"{self.name} was not simulated")
        return self.lived


def row_of(
    quote: Quote, deal: Lived, rates: Mapping[str, float], measure: Measure, reserve: float
) -> dict[str, Any]:
    """A quote as a row of a table.

    Parameters
    ----------
    quote : Quote
        Lived.
    deal : Lived
        The deal on the table under the same seed.
    rates : mapping of str to float
        By label, in the clauses' units.
    reserve : float
        What the client's best alternative is worth to it, $.

    Returns
    -------
    dict
        name, kind, title, signs, one column an issue, `rate: LABEL`; client, vendor (gains over reservation values),
        client_change, vendor_change (against the deal, paired), client_tail (the client's gain in the worst histories;
        nan where too few carry it), p_failure, p_no_deal, p_broken (the two part early): each with _low and _high.
    """
    lived = quote.known
    n = lived.client.size
    row: dict[str, Any] = {"name": quote.name, "kind": quote.kind, "title": quote.title, "signs": lived.signs}
    row |= quote.sheet
    row |= {f"rate: {label}": rate for label, rate in rates.items()}
    figures = {
        "client": measure.interval(lived.client - reserve),
        "vendor": measure.interval(lived.vendor),
        "client_change": measure.apart(lived.client, deal.client),
        "vendor_change": measure.apart(lived.vendor, deal.vendor),
        "client_tail": cvar_interval(lived.client - reserve, measure.tail(n)),
        "p_failure": share_interval(int(lived.failed.sum()), n),
        "p_no_deal": share_interval(int(lived.no_deal.sum()), n),
        "p_broken": share_interval(int(lived.broken.sum()), n),
    }
    for name, found in figures.items():
        row |= {name: found.value, f"{name}_low": found.low, f"{name}_high": found.high}
    return row
