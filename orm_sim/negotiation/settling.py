"""Quoted sheets moved until they give what they are quoted for: each move is simulated again, on the same luck."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace

from orm_sim.decision.intervals import Estimate
from orm_sim.negotiation.landscape import Landscape
from orm_sim.negotiation.quotes import Measure, Quote

ROUNDS = 3
"""Times that a quoted sheet is moved and simulated again at most."""
REACH = 0.25
"""How far one move may go at most, as a share of the issue's range: surfaces are flat in places, sheets are not."""
UP = 0.1
"""How far a mark that the vendor does not sign is moved in its favour, as a share of the issue's range."""
Live = Callable[[Sequence[Quote], str], list[Quote]]
"""Lives quotes; the second argument is a word for the folder of the run."""


@dataclass(frozen=True, slots=True)
class Goal:
    """What quotes are worth the same as.

    Attributes
    ----------
    land : Landscape
        Surfaces: they say how far to move at first.
    issue : str
        The issue that is moved.
    deal : str
        Name of the quote that the curve equals for the vendor.
    level : str
        Name of the quote that the offers equal for the client.
    measure : Measure
    tolerance : float
        How far off a quote may be, $.
    spares : sequence of sheets
        Take the place of offers that the vendor does not sign, in this order.
    """

    land: Landscape
    issue: str
    deal: str
    level: str
    measure: Measure
    tolerance: float
    spares: Sequence[Mapping[str, float]] = ()

    def miss(self, quote: Quote, known: Mapping[str, Quote]) -> Estimate | None:
        """How far a quote is off, paired; None for a quote that need not equal anything."""
        if quote.kind == "curve" and quote.name != self.deal:
            return self.measure.apart(quote.known.vendor, known[self.deal].known.vendor)
        if quote.kind == "offer" and quote.name != self.level:
            return self.measure.apart(quote.known.client, known[self.level].known.client)
        return None


@dataclass(slots=True)
class _Tries:
    """What has been tried for one quote: values of the issue moved, how far off each was, and the quote as lived."""

    values: list[float] = field(default_factory=list)
    misses: list[float] = field(default_factory=list)
    quotes: list[Quote] = field(default_factory=list)

    def add(self, quote: Quote, issue: str, miss: float) -> None:
        self.values.append(quote.sheet[issue])
        self.misses.append(miss)
        self.quotes.append(quote)

    @property
    def order(self) -> list[int]:
        """The nearest first; what the vendor does not sign is near nothing."""
        tries = range(len(self.misses))
        return sorted(tries, key=lambda i: (not self.quotes[i].known.signs, abs(self.misses[i])))

    @property
    def nearest(self) -> Quote:
        return self.quotes[self.order[0]]


def settle(quotes: Sequence[Quote], goal: Goal, live: Live, say: Callable[[str], None]) -> list[Quote]:
    """Quotes as near to what they are quoted for as some moves bring them.

    Parameters
    ----------
    quotes : sequence of Quote
        Lived.
    goal : Goal
    live : callable
        Lives moved quotes, on the same luck.
    say : callable
        Told before each round.

    Returns
    -------
    list of Quote
        In the order given; of each the nearest that was lived, so that a move never makes it worse.

    Notes
    -----
    The first move follows the surface, later ones the line through the two nearest tries.
    """
    known = {quote.name: quote for quote in quotes}
    tries: dict[str, _Tries] = {}
    fresh, spares = list(quotes), iter(goal.spares)
    for turn in range(ROUNDS + 1):
        for quote in fresh:
            miss = goal.miss(quote, known)
            if miss is not None:
                tries.setdefault(quote.name, _Tries()).add(quote, goal.issue, miss.value)
        moved = [q for each in tries.values() if (q := _moved(each, goal)) is not None]
        if turn < ROUNDS:
            moved += _replaced(tries, spares)
        if turn == ROUNDS or not moved:
            break
        say(
            f"Moving {len(moved)} of them a little and simulating those again ({turn + 1} of at most {ROUNDS}) ..."
        )
        fresh = live(moved, f"quotes-{turn + 1}")
    return [tries[q.name].nearest if q.name in tries else q for q in quotes]


def _replaced(tries: dict[str, _Tries], spares: Iterator[Mapping[str, float]]) -> list[Quote]:
    """Spare sheets in the place of offers that the vendor does not sign; what was tried before them is forgotten."""
    found = []
    for name, tried in tries.items():
        quote = tried.nearest
        if quote.kind == "offer" and not quote.known.signs and (sheet := next(spares, None)) is not None:
            found.append(replace(quote, sheet=dict(sheet), lived=None))
            tries[name] = _Tries()
    return found


def _moved(tried: _Tries, goal: Goal) -> Quote | None:
    """The nearest try moved on; None where it is near enough, or cannot move."""
    quote, miss = tried.nearest, tried.misses[tried.order[0]]
    to = quote.sheet[goal.issue] + _step(tried, goal, miss) if quote.known.signs else _signable(tried, goal)
    value = goal.land.deal.rounded({**quote.sheet, goal.issue: to})[goal.issue]
    return None if value in tried.values else quote.moved(goal.issue, value)


def _step(tried: _Tries, goal: Goal, miss: float) -> float:
    """How far the nearest try should move; 0 where it is near enough."""
    slope = _slope(tried, goal)
    if abs(miss) <= goal.tolerance or slope == 0.0:
        return 0.0
    reach = REACH * _range(goal)
    step = min(max(-miss / slope, -reach), reach)
    return _short_of_refusal(tried, goal, step)


def _short_of_refusal(tried: _Tries, goal: Goal, step: float) -> float:
    """Half the way to the nearest try that the vendor did not sign, where a step would lead there or beyond."""
    at = tried.nearest.sheet[goal.issue]
    refused = [
        value - at
        for value, quote in zip(tried.values, tried.quotes, strict=True)
        if not quote.known.signs and (value - at) * step > 0.0
    ]
    edge = min(refused, key=abs, default=None)
    return step if edge is None or abs(step) < 0.9 * abs(edge) else 0.5 * edge


def _signable(tried: _Tries, goal: Goal) -> float:
    """A mark that the vendor does not sign goes towards what it signs; an offer stays, and is objected to."""
    quote = tried.nearest
    if quote.kind != "curve":
        return quote.sheet[goal.issue]
    step = UP * _range(goal)
    falls = goal.land.slope(quote.sheet, goal.issue, "vendor") < 0.0
    return min(tried.values) - step if falls else max(tried.values) + step


def _slope(tried: _Tries, goal: Goal) -> float:
    """What the quote's side gains per unit of the issue, $: between the two nearest tries, or on the surface."""
    quote = tried.nearest
    drawn = goal.land.slope(quote.sheet, goal.issue, "vendor" if quote.kind == "curve" else "client")
    signed = [i for i in tried.order if tried.quotes[i].known.signs]
    if len(signed) < 2:
        return drawn
    first, second = signed[:2]
    lived = (tried.misses[second] - tried.misses[first]) / (tried.values[second] - tried.values[first])
    return drawn if lived == 0.0 or lived * drawn < 0.0 else lived


def _range(goal: Goal) -> float:
    bounds = goal.land.deal.issues[goal.issue]
    return bounds.high - bounds.low
