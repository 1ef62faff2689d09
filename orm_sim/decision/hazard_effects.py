"""What each hazard takes from both sides, and the expert's register beside what is simulated of it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Final, Protocol

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from orm_sim.core.units import MONTHS_PER_YEAR
from orm_sim.decision.intervals import mean_interval

LIKELIHOOD_BINS: Final = (0.02, 0.10, 0.30, 0.60)
"""Chance of an event within a year from which a likelihood of 2, 3, 4 and 5 is scored; log-spaced, a convention."""

IMPACT_BINS: Final = (0.005, 0.02, 0.05, 0.15)
"""Loss by an event, as a share of what the work costs in a year, from which an impact of 2 to 5 is scored."""

TAIL: Final = 0.95
LEAST_FOR_TAIL: Final = 20
"""Histories from which one beyond that share is to be expected."""

FloatArray = NDArray[np.float64]


class Entry(Protocol):
    """One entry of a register."""

    @property
    def name(self) -> str:
        """What may happen."""
        ...

    @property
    def likelihood(self) -> int:
        """Expert score."""
        ...

    @property
    def impact(self) -> int:
        """Expert score."""
        ...

    @property
    def hazards(self) -> Sequence[str]:
        """Hazards simulated for it."""
        ...


def hazard_effects(
    outcomes: pd.DataFrame, strikes: pd.DataFrame, variants: Mapping[tuple[str, str], str], months: int
) -> pd.DataFrame:
    """Present value of both sides with a hazard less without it, with Student's paired interval.

    Parameters
    ----------
    outcomes, strikes
        Tables of a run whose options include the variants.
    variants : (option, hazard) -> option
        Which option is another one without a hazard.
    months : int
        Length of the term.

    Notes
    -----
    The frequency is that at the vendor's site, or in-house where no hazard can strike a vendor.
    """
    sides = {
        side: outcomes.pivot(index="replication", columns="option", values=f"{side}_npv")
        for side in ("client", "vendor")
    }
    rows = []
    for (option, hazard), variant in variants.items():
        row: dict[str, object] = {"option": option, "hazard": hazard}
        for side, values in sides.items():
            with_it, without = (values[name].to_numpy(np.float64) for name in (option, variant))
            found = mean_interval(with_it - without)
            row |= {"n": found.n}
            row |= dict(zip((side, f"{side}_low", f"{side}_high"), found.ends, strict=True))
        site = (
            "vendor" if (strikes.loc[strikes["option"] == option, "site"] == "vendor").any() else "in_house"
        )
        row["per_year"] = frequency(strikes, option, None if hazard == "all" else (hazard,), months, site)
        rows.append(row)
    frame = pd.DataFrame(rows)
    ends = [f"{side}{end}" for side in ("client", "vendor") for end in ("", "_low", "_high")]
    return frame[["option", "hazard", "n", "per_year", *ends]].astype({"n": "int64"})


def frequency(
    strikes: pd.DataFrame, option: str, hazards: Sequence[str] | None, months: int, site: str
) -> float:
    """Strikes a year at a site of an option: of some hazards or of all."""
    rows = strikes[strikes["option"] == option]
    n = rows["replication"].nunique()
    if hazards is not None:
        rows = rows[rows["hazard"].isin(hazards)]
    rows = rows[rows["site"] == site]
    return float(rows["strikes"].sum() / max(n, 1) / (months / MONTHS_PER_YEAR))


def register_table(
    entries: Sequence[Entry], strikes: pd.DataFrame, outcomes: pd.DataFrame, option: str, months: int,
    variants: Mapping[tuple[str, str], str] | None = None,
) -> pd.DataFrame:  # fmt: skip
    """The register by falling score, beside frequency and loss of the hazards that are simulated for an entry.

    Parameters
    ----------
    entries
        Of the register.
    strikes, outcomes
        Tables of a run; frequency is that at the vendor's site of `option`.
    option : str
    months : int
        Length of the term.
    variants : (option, hazard) -> option, optional
        Which option of the run is another one without a hazard: where there is none, no loss is known.

    Notes
    -----
    ``loss_p95`` is the loss of the client over the whole term, of all hazards of an entry together, that 19 of 20
    histories stay below; unknown from fewer than 20.
    """
    ordered = sorted(entries, key=lambda each: -each.likelihood * each.impact)
    years = months / MONTHS_PER_YEAR
    yearly = float(outcomes.loc[outcomes["option"] == option, "cost_total"].mean()) / years
    known = set(strikes.loc[strikes["option"] == option, "hazard"])
    rows = []
    for rank, entry in enumerate(ordered, 1):
        hazards = [each for each in entry.hazards if each in known]
        per_year = frequency(strikes, option, hazards, months, "vendor") if hazards else np.nan
        losses = _losses(outcomes, option, hazards, variants or {})
        loss = float(losses.mean()) / years if losses.size else np.nan
        tail = float(np.quantile(losses, TAIL)) if losses.size >= LEAST_FOR_TAIL else np.nan
        rows.append(
            (
                entry.name, entry.likelihood, entry.impact, entry.likelihood * entry.impact, rank, ", ".join(hazards),
                per_year, loss, tail, _score(1.0 - np.exp(-per_year), LIKELIHOOD_BINS),
                _score(max(loss, 0.0) / per_year / yearly if per_year else np.nan, IMPACT_BINS),
            )
        )  # fmt: skip
    names = ("name", "likelihood", "impact", "score", "rank", "hazards", "per_year", "loss_per_year", "loss_p95",
             "simulated_likelihood", "simulated_impact")  # fmt: skip
    return pd.DataFrame(rows, columns=list(names)).astype(
        {**dict.fromkeys(("name", "hazards"), "str"), **dict.fromkeys(names[1:5], "int64"),
         **dict.fromkeys(names[6:], "float64")}
    )  # fmt: skip


def _losses(
    outcomes: pd.DataFrame, option: str, hazards: Sequence[str], variants: Mapping[tuple[str, str], str]
) -> FloatArray:
    """What hazards take from the client over the term in each replication, each alone; none where it is not known."""
    known = [variants[option, hazard] for hazard in hazards if (option, hazard) in variants]
    if not known:
        return np.empty(0)
    values = outcomes.pivot(index="replication", columns="option", values="client_npv")
    return np.asarray(values[known].sub(values[option], axis=0).sum(axis=1), dtype=np.float64)


def _score(value: float, bins: Sequence[float]) -> float:
    """1 to 5 by the bins; nan for what is not known."""
    return float("nan") if np.isnan(value) else 1.0 + sum(value > bound for bound in bins)
