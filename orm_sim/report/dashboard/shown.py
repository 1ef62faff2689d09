"""Shown: what the page says and draws of an estimate or of a run, in the same words and pictures."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Final, Literal

import altair as alt
import pandas as pd

from orm_sim.decision.evidence_share import evidence_share
from orm_sim.decision.rank import rank
from orm_sim.negotiation.tie_price import add_tie_multipliers
from orm_sim.report import words
from orm_sim.report.brief import Brief, brief
from orm_sim.report.course import cash_fan
from orm_sim.report.dashboard.settings import Settings
from orm_sim.report.options import contenders, leader, titled
from orm_sim.report.rank_table import RankTable, Sheet, rank_table
from orm_sim.report.spread import quantile_dots
from orm_sim.report.theme import Figure, Picture, show, unchecked
from orm_sim.report.waterfall import waterfall
from orm_sim.scenario.load import LoadedStudy
from orm_sim.simulation.draws import varying

Kind = Literal["estimate", "run"]
PictureName = Literal["client", "vendor", "why", "when"]
PICTURES: Final[tuple[PictureName, ...]] = ("client", "vendor", "why", "when")
"""The pictures of a page, in the order in which they are drawn."""

_CLIENT_COLUMNS: Final = (
    ("option", ""),
    ("value", "± interval"),
    ("tie", ""),
    ("saving", ""),
    ("P", "(loss)"),
)
_VENDOR_COLUMNS: Final = (("margin", "[interval]"), ("risk-adj.", "value"), ("P(insolvent)", "[interval]"))
_ROOM: Final = 64  # left of names: a reader's font may be wider than the one they were measured with
_FAILS: Final = 0.5
_TOLD: Final = 2


@dataclass(frozen=True, slots=True)
class Shown:
    """An answer, ready to be shown.

    Attributes
    ----------
    kind
        Whether it was estimated or simulated.
    settings
        Where the sliders stood.
    study
        Whose options these are.
    titles
        By option; that of the shaped one says so.
    outcomes
        Table ``outcomes``, options by their names.
    comparison
        Table ``comparison``, options by their titles.
    evidence
        Columns path, grade and share; None where nothing varies.
    ledger_of
        Rows of table ``ledger`` of an option, by its name.
    refusals
        Why a vendor does not sign, by option.
    notes
        Sentences for under the table.
    """

    kind: Kind
    settings: Settings
    study: LoadedStudy
    titles: Mapping[str, str]
    outcomes: pd.DataFrame
    comparison: pd.DataFrame
    evidence: pd.DataFrame | None
    ledger_of: Callable[[str], pd.DataFrame]
    refusals: Mapping[str, str]
    notes: tuple[str, ...] = ()

    @property
    def n(self) -> int:
        """Draws or replications."""
        return int(self.comparison["n"].iloc[0])

    @property
    def label(self) -> str:
        """What kind of answer it is."""
        if self.kind == "estimate":
            return (
                f"ESTIMATE · closed forms and the contract's own settlement, {self.n} draws of the uncertain inputs;"
                " no contact was simulated"
            )
        return f"SIMULATED · contact by contact, {self.n} replications of every option"

    @property
    def answer(self) -> Brief:
        """The recommendation, or why there is none."""
        return brief(self.comparison, self.evidence)

    @property
    def warnings(self) -> list[str]:
        """What is wrong at these terms: vendors that do not sign, and vendors that fail."""
        counted = "draws" if self.kind == "estimate" else "replications"
        said = {
            name: f"No vendor signs “{self.titles[name]}” at these terms because {why.removeprefix('no deal: ')}."
            for name, why in self.refusals.items()
        }
        failed = self.outcomes.groupby("option", sort=False)["insolvent"].mean()
        said |= {
            str(
                name
            ): f"Under “{self.titles[str(name)]}” the vendor fails in {words.percent(share)} of {counted}: what it"
            " is paid does not carry what it pays."
            for name, share in failed.items()
            if share >= _FAILS
        }
        first = sorted(said, key=lambda name: name != self.settings.deal)
        more = len(first) - _TOLD
        rest = [f"It is no better with {more} more option{'s' if more > 1 else ''}."] if more > 0 else []
        return [*(said[name] for name in first[:_TOLD]), *rest]

    def weighed(self, risk_weight: float) -> Shown:
        """The same histories ranked with another weight on the worst cases."""
        if risk_weight == self.settings.risk_weight:
            return self
        settings = replace(self.settings, risk_weight=risk_weight)
        ranked = _ranked(self.study, self.outcomes, risk_weight, self.kind == "run")
        return replace(self, settings=settings, comparison=titled({"c": ranked}, self.titles)["c"])

    def table(self) -> RankTable:
        """The whole rank table."""
        policies = {s.vendor.policy for s in self.study.options.values() if s.contract is not None}
        policy = "best_response" if policies == {"best_response"} else "contract_following"
        return rank_table(self.comparison, self.evidence, vendor_policy=policy, notes=self.notes)

    def short_table(self) -> Sheet:
        """Both sides of every option in one sheet, best first."""
        whole = self.table()
        return _chosen(whole.client, _CLIENT_COLUMNS, whole.vendor, _VENDOR_COLUMNS)

    @property
    def shaped(self) -> str:
        """Title of the option whose terms the sliders shape."""
        return self.titles[self.settings.deal]

    def leading(self) -> str:
        """Name of the best option with a vendor, else of the best option."""
        return self.named(leader(self.comparison, outsourced=True))

    def named(self, title: str) -> str:
        """Name of the option with a title."""
        return next(name for name, each in self.titles.items() if each == title)

    def picture(self, name: PictureName, option: str) -> Picture:
        """One of the pictures; `option` is the one whose steps and cash are drawn."""
        with unchecked():
            return show(self._drawn(name, option))

    def alternative(self, name: PictureName, option: str) -> str:
        """A picture in words, for those who do not see it."""
        rows = self.comparison.sort_values("rank")
        if name in ("client", "vendor"):
            column = "mean_value" if name == "client" else "vendor_value"
            said = [
                f"{o} {words.money(v)}" for o, v in zip(rows["option"], rows[column], strict=True) if v == v
            ]
            return (
                f"Fifty equally likely outcomes of each option for the {name}; on average: {'; '.join(said)}."
            )
        title = self.titles[option]
        if name == "why":
            return (
                f"Steps from {self.titles[self.study.zero]} to {title}, account by account, in present value."
            )
        return (
            f"The vendor's cash month by month under {title}, with the line at which its credit is used up."
        )

    def _drawn(self, name: PictureName, option: str) -> Figure:
        if name in ("client", "vendor"):
            return self._dots(name)
        if name == "why":
            return self._why(option)
        return self._when(option)

    def _dots(self, party: str) -> Figure:
        column = "client_incremental_npv" if party == "client" else "vendor_npv"
        named = titled({"o": self.outcomes}, self.titles)["o"]
        order = contenders(self.comparison)
        if party == "vendor":
            signed = named.groupby("option")["vendor_revenue"].max()
            order = [each for each in order if signed[each] > 0.0] or order[:1]
        drawn = quantile_dots(named, order, column=column)
        whose = "client: against in-house" if party == "client" else "vendor: the contract"
        return _retitled(drawn, f"How sure, {whose}", self._dot_words(party))

    def _dot_words(self, party: str) -> str:
        return "Fifty equally likely outcomes of each option: a dot is a chance of 1 in 50. Vermilion: below zero."

    def _why(self, option: str) -> Figure:
        zero = self.study.zero
        ledger = pd.concat([self.ledger_of(name) for name in (zero, option)])
        named = titled({"l": ledger, "o": self.outcomes}, self.titles)
        drawn = waterfall(named["l"], self.titles[option], self.titles[zero], named["o"])
        mean = f"mean of {self.n} {'draws' if self.kind == 'estimate' else 'replications'}"
        return _retitled(
            drawn,
            f"Why: from {self.titles[zero]} to {self.titles[option]}",
            f"Account by account, {mean}; thin lines: 10th to 90th percentile of the step.",
        )

    def _when(self, option: str) -> Figure:
        firm = self.study.options[option].vendor.firm
        named = titled({"l": self.ledger_of(option)}, self.titles)["l"]
        drawn = cash_fan(
            named, self.titles[option], "vendor", opening=firm.opening_cash, credit_line=firm.credit_line
        )
        return _retitled(
            drawn,
            "When: the vendor's cash, other accounts included",
            f"Under {self.titles[option]}.",
            "Line: median; bands: middle 50 % and 80 %; thin lines: single histories.",
        )


def shown_of(
    kind: Kind,
    settings: Settings,
    study: LoadedStudy,
    outcomes: pd.DataFrame,
    draws: pd.DataFrame,
    ledger_of: Callable[[str], pd.DataFrame],
    refusals: Mapping[str, str],
    notes: tuple[str, ...] = (),
) -> Shown:
    """An answer from its tables.

    Parameters
    ----------
    draws
        Table ``draws`` of the same replications.
    """
    ranked = _ranked(study, outcomes, settings.risk_weight, kind == "run")
    titles = distinct({**study.titles})
    best = str(ranked.loc[ranked["option"] != study.zero].sort_values("rank")["option"].iloc[0])
    return Shown(
        kind, settings, study, titles, outcomes, titled({"c": ranked}, titles)["c"],
        _evidence(study, outcomes, draws, best), ledger_of, refusals, notes,
    )  # fmt: skip


def distinct(titles: Mapping[str, str]) -> dict[str, str]:
    """Titles that tell options apart: where two are alike, all get their name added."""
    if len(set(titles.values())) == len(titles):
        return dict(titles)
    return {name: f"{title} ({name})" for name, title in titles.items()}


def _ranked(study: LoadedStudy, outcomes: pd.DataFrame, risk_weight: float, ties: bool) -> pd.DataFrame:
    ranked = rank(outcomes, risk_weight, study.base.evaluation.tail, study.zero)
    return add_tie_multipliers(ranked, outcomes) if ties else ranked


def _evidence(
    study: LoadedStudy, outcomes: pd.DataFrame, draws: pd.DataFrame, option: str
) -> pd.DataFrame | None:
    """Shares of the best option's variance by input; None where nothing varies or too little was lived."""
    figures = {f.path: f for f in varying(study.base)}
    if not figures or draws["replication"].nunique() < len(figures) + 2:
        return None
    grades = {path: f.grade for path, f in figures.items()}
    found = evidence_share(outcomes, draws, grades, option)
    rows = [(path, grades[path], share) for path, share in found.by_input.items()]
    return pd.DataFrame(rows, columns=["path", "grade", "share"])


def _chosen(
    left: Sheet, left_names: Sequence[tuple[str, str]], right: Sheet, right_names: Sequence[tuple[str, str]]
) -> Sheet:
    """Some columns of two sheets over the same options as one."""
    picks = [
        (s, i)
        for s, names in ((left, left_names), (right, right_names))
        for i, h in enumerate(s.headings)
        if h in names
    ]
    headings = tuple(_side_of(s is right, s.headings[i]) for s, i in picks)
    rows = tuple(tuple(s.rows[r][i] for s, i in picks) for r in range(len(left.rows)))
    return Sheet(
        f"Both sides, best first. {left.title.partition(' · ')[2].capitalize()}",
        headings,
        rows,
        left.emphasised,
    )


def _side_of(vendor: bool, heading: tuple[str, str]) -> tuple[str, str]:
    return (f"vendor's {heading[0]}", heading[1]) if vendor else heading


def _retitled(drawn: Figure, title: str, *subtitle: str) -> Figure:
    """A chart under another title, in the same look."""
    drawn.title = alt.TitleParams(title, subtitle=list(subtitle))
    drawn.description = title
    drawn.config.padding = {"left": _ROOM, "right": 30, "top": 6, "bottom": 6}
    return drawn
