"""One negotiation from its study to its findings: survey the sheets, find the quotes, simulate those again."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace

import numpy as np
import pandas as pd

from orm_sim.core.units import dollars
from orm_sim.decision.intervals import Estimate
from orm_sim.negotiation.bargaining import Frontier, power_behind
from orm_sim.negotiation.counterparty import panel
from orm_sim.negotiation.landscape import OFFERS, Landscape, client_equal, meeting_sheets, survey
from orm_sim.negotiation.lived import Lived, Lives, Settings
from orm_sim.negotiation.quotes import Measure, Quote, row_of
from orm_sim.negotiation.settling import Goal, settle
from orm_sim.negotiation.sharing import SPLIT, TOLD, Sharing, shared, split_down_the_middle, traded
from orm_sim.negotiation.sheets import Deal, asked, deal_of, design
from orm_sim.negotiation.tie_price import Tie
from orm_sim.negotiation.zone import Views, beaten_by, empty_because
from orm_sim.scenario.load import LoadedStudy
from orm_sim.scenario.scenario import Scenario

Say = Callable[[str], None]
TOLERANCE = 0.005
"""Within what sheets are worth the same, as a share of what the client pays under the deal."""
DEAL, UNSIGNED = "deal", "unsigned"
"""Kinds of the quote on the table, and of marks of the curve that the vendor does not sign."""


@dataclass(frozen=True, slots=True)
class Talks:
    """What a negotiator takes to the table.

    Attributes
    ----------
    deal : Deal
    measure : Measure
        How gains become figures.
    client_reserve : float
        What the client's best alternative is worth to it against the zero line, $.
    reserve_option : str
        That alternative.
    outside_margin : float
        The margin on revenue that the vendor would earn elsewhere, share.
    sheets : DataFrame
        The sheets surveyed: the issues, client, vendor (gains, $), p_failure, signs, inside.
    quotes : DataFrame
        The sheets quoted, simulated again: see `row_of`; `objection` to an offer, `dominated_by` another sheet.
    curve : DataFrame
        One row a mark: the issues, `reason` where nothing answers, `name` of the quote.
    empty : str
        Why there is no agreement zone; empty when there is one.
    power : float
        Bargaining power of the client that would explain the deal; nan where the deal lies outside the zone.
    errors : mapping of str to float
        What surfaces miss at sheets left out: client, vendor in $, failure as a share.
    edge : Frontier
        Both sides' gains at the sheets nobody can improve for both, on the surfaces.
    tolerance : float
        Within what the three offers are worth the same to the client, $.
    given, answer : str
        The issues of the curve.
    price_of_risk : Estimate or None
        What the client gains from one end of the curve to the other, $, paired; None with fewer than two marks.
    their_books : DataFrame
        The vendor's profit and loss under each quoted sheet: see `counterparty.panel`.
    sharing : Sharing or None
        What both sides gain by telling each other their priorities; None where nothing can be agreed to.
    reserve_title : str
        The client's best alternative, in words.
    surveyed_by : str
        How gains became figures in the survey, where histories are fewer.
    as_the_deal : bool
        Whether offers equal the deal for the client; else the first of them.
    max_failure : float
        How often a vendor may fail, share of histories.
    replications : int
        Histories of each quoted sheet.
    """

    deal: Deal
    measure: Measure
    client_reserve: float
    reserve_option: str
    outside_margin: float
    sheets: pd.DataFrame
    quotes: pd.DataFrame
    curve: pd.DataFrame
    empty: str
    power: float
    errors: Mapping[str, float]
    edge: Frontier
    tolerance: float
    given: str
    answer: str
    price_of_risk: Estimate | None
    their_books: pd.DataFrame
    sharing: Sharing | None
    reserve_title: str
    surveyed_by: str
    as_the_deal: bool
    max_failure: float
    replications: int

    def of_kind(self, kind: str) -> pd.DataFrame:
        """The quotes of one kind, in order."""
        return self.quotes[self.quotes["kind"] == kind].reset_index(drop=True)


def negotiate(
    study: LoadedStudy,
    options: Mapping[str, Scenario],
    rate: float,
    size: int,
    survey_by: Settings,
    quote_by: Settings,
    say: Say,
) -> Talks:
    """Survey the sheets around a deal and quote what both sides need to know.

    Parameters
    ----------
    study : LoadedStudy
        With a negotiation.
    options : mapping of str to Scenario
        Its options, priced.
    rate : float
        Solved rate of the deal; 1 where its rates are quoted.
    size : int
        Sheets surveyed, the deal not counted.
    survey_by, quote_by : Settings
        How sheets are lived; the quotes with another seed.

    Raises
    ------
    InputError
        See `deal_of`.
    """
    deal, talks = deal_of(study, rate), asked(study)
    say(f"Part 1 of 3: {size} sheets and the deal surveyed, {survey_by.replications} histories each ...")
    sheets = [deal.rounded(deal.own), *design(deal, size, survey_by.seed)]
    scenarios = {f"sheet_{i:03d}": deal.scenario_of(sheet) for i, sheet in enumerate(sheets)}
    others = {name: options[name] for name in talks.alternatives}
    lived = Lives(study, survey_by).live("survey", {**scenarios, **others})
    measure = _measure(study, survey_by)
    worth = {name: measure.of(lived[name].client) for name in others} | {study.zero: 0.0}
    best = max(worth, key=lambda name: worth[name])
    views = _views([lived[name] for name in scenarios], measure, worth[best])
    land = _landscape(deal, sheets, views, talks.max_failure)
    quotes, curve, edge, level, spares = _proposals(study, deal, land, views)
    say(f"Part 2 of 3: {len(quotes)} sheets quoted, {quote_by.replications} histories each, other luck ...")
    final = _measure(study, quote_by)
    done, tolerance = _settled(Lives(study, quote_by), deal, land, quotes, (level, spares), final, say)
    done = [replace(q, kind=UNSIGNED) if q.kind == "curve" and not q.known.signs else q for q in done]
    rows = [row_of(q, done[0].known, deal.rates(q.sheet), final, worth[best]) for q in done]
    table = pd.DataFrame(rows)
    table["objection"] = _objections(table, level, done, final, tolerance, talks.max_failure)
    table["dominated_by"] = _dominated(table)
    power = _power(table.iloc[0], edge)
    errors = {} if land is None else {n: getattr(land, n).error for n in ("client", "vendor", "failure")}
    outside = deal.scenario.vendor.traits.outside_margin or 0.0
    return Talks(
        deal, final, worth[best], best, outside, _surveyed(sheets, views, talks.max_failure),
        table, _as_settled(curve, done, talks.curve.answer), empty_because(views, talks.max_failure) or "", power,
        errors, edge, tolerance, talks.curve.given, talks.curve.answer, _price_of_risk(done, final), panel(done),
        shared(done, final, worth[best], talks.max_failure), study.titles[best], measure.words, level == DEAL,
        talks.max_failure, quote_by.replications,
    )  # fmt: skip


def _measure(study: LoadedStudy, settings: Settings) -> Measure:
    evaluation = study.base.evaluation
    return Measure.for_(evaluation.risk_weight, evaluation.tail, settings.replications)


def _views(lived: Sequence[Lived], measure: Measure, reserve: float) -> Views:
    return Views(
        np.array([measure.of(each.client) - reserve for each in lived]),
        np.array([measure.of(each.vendor) for each in lived]),
        np.array([float(each.failed.mean()) for each in lived]),
        np.array([each.signs for each in lived]),
    )


def _landscape(
    deal: Deal, sheets: list[dict[str, float]], views: Views, max_failure: float
) -> Landscape | None:
    """Surfaces, or nothing where too few sheets are signed to carry them."""
    try:
        return survey(deal, sheets, views, max_failure)
    except ValueError:
        return None


def _surveyed(sheets: list[dict[str, float]], views: Views, max_failure: float) -> pd.DataFrame:
    return pd.DataFrame(sheets).assign(
        client=views.client, vendor=views.vendor, p_failure=views.failure, signs=views.signs,
        inside=views.agreed(max_failure),
    )  # fmt: skip


def _proposals(
    study: LoadedStudy, deal: Deal, land: Landscape | None, views: Views
) -> tuple[list[Quote], pd.DataFrame, Frontier, str, tuple[dict[str, float], ...]]:
    """What is worth simulating again: the deal, the curve's marks, bargaining points, offers, clauses.

    With it the marks of the curve, the frontier, the name of the quote that offers equal for the client, and sheets to
    take the place of offers that are not signed.
    """
    talks = asked(study)
    own = deal.rounded(deal.own)
    quotes = [Quote(DEAL, DEAL, "the deal on the table", own, {})]
    nothing = Frontier(np.empty(0), np.empty(0), np.empty(0, np.int64))
    curve, edge, level = pd.DataFrame(columns=[*deal.issues, "reason", "name"]), nothing, DEAL
    spares: tuple[dict[str, float], ...] = ()
    if land is not None:
        marks, curve = _curve(land, own, talks.curve.given, talks.curve.answer, talks.curve.marks, views)
        edge, met = meeting_sheets(land, talks.power)
        at = [Quote(f"meeting_{i}", "meeting", m.name, sheet, {}) for i, (m, sheet) in enumerate(met)]
        gain = float(views.client[0])
        if (gain < 0.0 or not views.signs[0]) and met:
            gain, level = met[2][0].client, "offer_0"
        offers = client_equal(land, gain, talks.curve.answer)
        three = [
            Quote(f"offer_{i}", "offer", f"offer {'ABC'[i]}", sheet, {})
            for i, sheet in enumerate(offers[:OFFERS])
        ]
        spares = tuple(offers[OFFERS:])
        quotes += [*marks, *at, *three]
        if met:
            halved = split_down_the_middle(land, talks.curve.answer)
            quotes.append(Quote(SPLIT, SPLIT, "every issue halved", halved, {}))
            told = traded(land, halved, talks.curve.answer)
            quotes += [Quote(TOLD, TOLD, "issues traded", told, {})] if told else []
    quotes += [Quote(f"clause_{n}", "clause", c.title, own, dict(c.set)) for n, c in talks.clauses.items()]
    return quotes, curve, edge, level, spares


def _curve(
    land: Landscape, own: dict[str, float], given: str, answer: str, marks: Sequence[float], views: Views
) -> tuple[list[Quote], pd.DataFrame]:
    """Along one issue the value of the other at which the vendor has what the deal gives it."""
    rows, quotes = [], []
    target = float(land.of(own).vendor[0]) if views.signs[0] else 0.0
    for i, mark in enumerate(marks):
        at_deal = mark == own[given] and bool(views.signs[0])
        tie = (
            Tie(own[answer], "", 0)
            if at_deal
            else land.answer({**own, given: mark}, answer, "vendor", target)
        )
        row: dict[str, object] = {**own, given: mark, answer: np.nan, "reason": tie.reason, "name": ""}
        if tie.rate is not None:
            sheet = land.deal.rounded({**own, given: mark, answer: tie.rate})
            name = f"curve_{i}"
            quotes.append(Quote(name, "curve", f"{land.deal.issues[given].title} {mark:g}", sheet, {}))
            row |= {answer: sheet[answer], "name": name}
        rows.append(row)
    return quotes, pd.DataFrame(rows)


def _settled(
    lives: Lives,
    deal: Deal,
    land: Landscape | None,
    quotes: list[Quote],
    equal: tuple[str, tuple[dict[str, float], ...]],
    measure: Measure,
    say: Say,
) -> tuple[list[Quote], float]:
    """Quotes lived; those of the curve and the offers moved until they give what they are quoted for.

    `equal`: the name of the quote that offers equal, and the sheets that take the place of unsigned ones.
    """

    def live(these: Sequence[Quote], what: str) -> list[Quote]:
        lived = lives.live(what, {q.name: deal.scenario_of(q.sheet, q.changes) for q in these})
        return [replace(q, lived=lived[q.name]) for q in these]

    done = live(quotes, "quotes")
    tolerance = TOLERANCE * float(np.mean(done[0].known.fees))
    if land is None:
        return done, tolerance
    level, spares = equal
    goal = Goal(land, asked(lives.study).curve.answer, DEAL, level, measure, tolerance, spares)
    return settle(done, goal, live, say), tolerance


def _as_settled(curve: pd.DataFrame, quotes: Sequence[Quote], answer: str) -> pd.DataFrame:
    """The marks of the curve with the answers that they were moved to, and why there is none where nobody signs."""
    found = {quote.name: quote for quote in quotes}
    rows = []
    for row in curve.to_dict("records"):
        quote = found.get(row["name"])
        if quote is not None and quote.kind == UNSIGNED:
            row |= {
                answer: np.nan,
                "name": "",
                "reason": f"the vendor does not sign at {quote.sheet[answer]:.2f}",
            }
        elif quote is not None:
            row |= {answer: quote.sheet[answer]}
        rows.append(row)
    return pd.DataFrame(rows, columns=curve.columns)


def _objections(
    table: pd.DataFrame,
    level: str,
    quotes: Sequence[Quote],
    measure: Measure,
    tolerance: float,
    max_failure: float,
) -> list[str]:
    """What speaks against each offer once it was lived; empty where nothing does, and for other quotes."""
    equal = {quote.name: quote for quote in quotes}.get(level)
    said = []
    for row, quote in zip(table.to_dict("records"), quotes, strict=True):
        against = ""
        if quote.kind == "offer" and equal is not None:
            off = measure.apart(quote.known.client, equal.known.client).value
            if not quote.known.signs:
                against = "the vendor does not sign"
            elif row["p_failure"] > max_failure:
                against = f"the vendor fails in {row['p_failure']:.0%} of histories"
            elif row["vendor"] < 0.0:
                against = "the vendor would earn more elsewhere"
            elif abs(off) > tolerance:
                against = f"the client's value is {dollars(off)} off"
        said.append(against)
    return said


def _dominated(table: pd.DataFrame) -> list[str]:
    """The signed sheet that beats each on the client's worst histories and on lasting; empty without."""
    tail = table["client_tail"].where(table["signs"]).to_numpy(np.float64)
    beaten = beaten_by(tail, table["p_broken"].to_numpy(np.float64))
    return ["" if by is None else str(table["title"].iloc[by]) for by in beaten]


def _price_of_risk(quotes: Sequence[Quote], measure: Measure) -> Estimate | None:
    """The client's value at the last mark of the curve less that at the first, on the same luck."""
    marks = [quote for quote in quotes if quote.kind == "curve"]
    return measure.apart(marks[-1].known.client, marks[0].known.client) if len(marks) > 1 else None


def _power(deal: pd.Series, edge: Frontier) -> float:
    gains = float(deal["client"]), float(deal["vendor"])
    if min(gains) < 0.0 or sum(gains) <= 0.0 or not len(edge):
        return float("nan")
    return power_behind(*gains, edge)
