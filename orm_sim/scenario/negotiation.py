"""What a study lets its two sides talk about: the deal on the table, the issues, and the clauses to be priced."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from orm_sim.core.evidence import optional, quantity, required
from orm_sim.core.terms import Many, NotNegative, Rule, Term


class Issue(Term):
    """Something that offers differ in: the rate of a clause, or any number of the scenario."""

    title: str
    """Words for tables and axes."""
    label: str | None = None
    """The clause whose rate is talked about, in shares of `full`."""
    full: float = quantity(1.0, unit="multiple", source="design_choice", grade="D", low=0.01, high=1000, gt=0)
    """The rate that is called 1 (full pay by that clause alone): a multiple of the solved rate where rates are solved,
    else in the clause's own unit."""
    path: str | None = None
    """The number of the scenario that is talked about, in its own unit, such as `contract.payment.net_days`."""
    low: float = required(unit="count")
    """The lowest value that is looked at."""
    high: float = required(unit="count")
    """The highest value that is looked at."""
    step: float | None = optional(unit="count", gt=0)
    """Values are rounded to multiples of this; where left out, they are not."""

    rules = (
        Rule(
            ("label", "path"),
            lambda label, path: (
                None if (label is None) != (path is None) else "gives a label or a path, one of the two"
            ),
        ),
        Rule(
            ("low", "high"),
            lambda low, high: None if low < high else f"low {low:g} is not below high {high:g}",
        ),
        Rule(
            ("label", "low"),
            lambda label, low: "a rate cannot be below 0" if label is not None and low < 0.0 else None,
        ),
    )


class Curve(Term):
    """The trade that is drawn: one issue given, the other answering it at equal value to the vendor."""

    given: str
    """The issue along the curve."""
    answer: str
    """The issue that makes up for it."""
    marks: Many[NotNegative]
    """Values of the first at which the curve is simulated again."""

    rules = (
        Rule(
            ("given", "answer"),
            lambda given, answer: f"'{given}' cannot make up for itself" if given == answer else None,
        ),
        Rule(("marks",), lambda marks: None if marks else "marks at least one point"),
    )


class ClauseAsked(Term):
    """A change to the deal whose price both sides ask for."""

    title: str
    """What is changed, in words: "without the reserve"."""
    set: Mapping[str, Any]
    """Values by path, as `--set` takes them, laid over the deal."""


class Negotiation(Term):
    """What `orm-sim negotiate` works on."""

    deal: str
    """The option on the table."""
    issues: Mapping[str, Issue]
    """What offers differ in, by name."""
    curve: Curve
    """The trade that is drawn."""
    max_failure: float = quantity(
        0.10, unit="share", source="design_choice", grade="D", low=0.0, high=0.5, ge=0, le=1
    )
    """A vendor that fails more often than this is no partner, whatever the price."""
    power: float = quantity(
        0.5, unit="share", source="design_choice", grade="D", low=0.05, high=0.95, gt=0, lt=1
    )
    """The client's bargaining power in Nash's product."""
    alternatives: Many[str] = ()
    """Options that the client could sign instead, next to the zero line."""
    clauses: Mapping[str, ClauseAsked] = {}
    """Changes to the deal to be priced for both sides, by name."""

    rules = (
        Rule(
            ("issues", "curve"),
            lambda issues, curve: next(
                (
                    f"the curve names '{name}', which is no issue; issues: {', '.join(issues)}"
                    for name in (curve.given, curve.answer)
                    if name not in issues
                ),
                None,
            ),
        ),
        Rule(
            ("issues", "curve"),
            lambda issues, curve: next(
                (
                    f"mark {mark:g} lies outside {curve.given}, {issue.low:g} to {issue.high:g}"
                    for issue in (issues.get(curve.given),)
                    for mark in curve.marks
                    if issue is not None and not issue.low <= mark <= issue.high
                ),
                None,
            ),
        ),
    )
