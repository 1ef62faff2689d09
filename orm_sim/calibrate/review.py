"""A review of shipped shapes for a reader: the figures, and, where the records lie at hand, the backtest."""

from __future__ import annotations

import datetime
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

import numpy as np
import pandas as pd

from orm_sim.calibrate import charts
from orm_sim.calibrate.backtest import DRAWS, LEVELS, TOLERANCE, backtest
from orm_sim.calibrate.estimate import Estimate
from orm_sim.calibrate.fragment import leaves
from orm_sim.calibrate.patience import HazardPiece, cumulative_hazard
from orm_sim.core.errors import refuse
from orm_sim.core.loader import load_yaml

_SHOWN: Final = (
    "handle_time_s",
    *(f"{name}_{what}" for name in TOLERANCE for what in ("observed", "simulated", "off")),
)
_CURVE_S: Final = 600


@dataclass(frozen=True, slots=True)
class Review:
    """Shipped shapes, and how well they did on months they were not fitted to.

    Attributes
    ----------
    shapes : dict
        The programme file as plain data.
    figures : DataFrame
        figure, value, se, n, unit, source, grade, note.
    tested : DataFrame or None
        See `backtest`; None where the records are absent.
    message : str
        Whether the records were there, in a sentence.
    """

    shapes: dict[str, Any]
    figures: pd.DataFrame
    tested: pd.DataFrame | None
    message: str

    def about(self, start: str) -> pd.DataFrame:
        """The figures whose name starts so (``inbound.busyness``), without what all of them share."""
        chosen = self.figures[self.figures["figure"].str.startswith(start)]
        shown = chosen[["figure", "value", "se", "n", "unit", "grade", "note"]].reset_index(drop=True)
        return shown.dropna(axis="columns", how="all")

    def months(self, handle_time_level: str = LEVELS[0]) -> pd.DataFrame:
        """Observed and simulated service of the months tested; what is missing, where the records are absent."""
        if self.tested is None:
            return pd.DataFrame({"backtest": [self.message]})
        chosen = self.tested[
            self.tested["period"].eq("tested") & self.tested["handle_time_level"].eq(handle_time_level)
        ]
        return chosen[["month", "offered", *_SHOWN, "within"]].round(3).reset_index(drop=True)

    def months_chart(self, handle_time_level: str = LEVELS[0]) -> charts.Chart:
        """All months, fitted and tested, observed and simulated; a sentence, where the records are absent."""
        if self.tested is None:
            return charts.note_chart(self.message)
        return charts.months_chart(self.tested[self.tested["handle_time_level"].eq(handle_time_level)])

    def profile_chart(self) -> charts.Chart:
        """The shipped profiles of a day."""
        frames = []
        for name, each in self.shapes["inbound"]["profile"].items():
            hours = np.arange(len(each["value"])) * each["interval_s"] / 3600.0
            frames.append(pd.DataFrame({"profile": name, "from_hour": hours, "share": each["value"]}))
        return charts.shipped_profile_chart(pd.concat(frames))

    def patience_chart(self) -> charts.Chart:
        """Share still waiting by the shipped piecewise hazard and by the exponential law."""
        patience = self.shapes["inbound"]["patience"]
        pieces = tuple(_piece(each) for each in patience["hazard"]["pieces"])
        at = np.arange(_CURVE_S + 1, dtype=np.float64)
        exponential = np.exp(-at / patience["exponential_mean_s"]["value"])
        return charts.shipped_patience_chart(
            pd.DataFrame(
                {"at_s": at, "pieces": np.exp(-cumulative_hazard(at, pieces)), "exponential": exponential}
            )
        )


def review(
    programme: Path | str, records: Path | str, mapping: Path | str, fit_until: str, draws: int = DRAWS
) -> Review:
    """Read shipped shapes, and run the backtest where the records are at hand.

    Parameters
    ----------
    programme : path
        The file of shapes.
    records, mapping : path
        Records with one row a contact, which may be absent, and their mapping file.
    fit_until : str
        Last day of the fit, ``1999-04-30``.
    draws : int
        Simulated histories averaged.

    Raises
    ------
    InputError
        When the shapes, or records that are there, cannot be read, or the day is none.
    """
    shapes = load_yaml(programme).data
    figures = pd.DataFrame([{"figure": at, **leaf} for at, leaf in leaves(shapes)])
    figures = figures.reindex(columns=["figure", "value", "se", "n", "unit", "source", "grade", "note"])
    try:
        last = datetime.date.fromisoformat(fit_until)
    except ValueError:
        raise refuse("must be a day", file="fit_until", value=fit_until, hint="Example: 1999-04-30") from None
    if not Path(records).is_file():
        words = f"The records are absent ({records}): the shipped shapes are shown, and nothing is tested."
        return Review(shapes, figures, None, words)
    tested = backtest(records, mapping, last, draws)
    words = f"The records are at hand: fitted up to {last:%d %B %Y}, tested on the months after it."
    return Review(shapes, figures, tested, words)


def _piece(plain: dict[str, Any]) -> HazardPiece:
    until = np.inf if plain["until_s"] is None else float(plain["until_s"])
    return HazardPiece(until, Estimate(float(plain["per_s"]), np.nan, int(plain["n"]), "per_s"))
