"""A study file: a base scenario and the options compared, each written as its difference to the base."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from orm_sim.core.evidence import Figure
from orm_sim.core.terms import Many, Rule, Term
from orm_sim.scenario.negotiation import Negotiation


class Option(Term):
    """One of the things that can be chosen."""

    title: str
    """Words for tables and figures."""
    set: Mapping[str, Any] = {}
    """What differs from the base; laid over it key by key."""


class Study(Term):
    """Scenarios compared."""

    study: str
    """Identifier of the study; names its output folder."""
    title: str
    """The question it answers."""
    base: str
    """The scenario file all options start from, relative to this file."""
    zero: str
    """The option that is the zero line: what happens if nothing is signed."""
    options: Mapping[str, Option]
    """Options by name, in the order of tables."""
    set: Mapping[str, Any] = {}
    """What differs from the base in every option; an option's own differences are laid over it."""
    evaluation: Mapping[str, Any] = {}
    """Changes to how the base is run and judged."""
    evidence: Many[Figure] = ()
    """Evidence for the figures that options set; replaces the base's entry of the same path."""
    negotiation: Negotiation | None = None
    """What its two sides talk about; for `orm-sim negotiate`."""

    rules = (
        Rule(
            ("options", "zero"),
            lambda options, zero: (
                None if zero in options else f"zero '{zero}' is no option; options: {', '.join(options)}"
            ),
        ),
        Rule(
            ("options",),
            lambda options: None if len(options) >= 2 else "a study compares at least two options",
        ),
        Rule(("options", "negotiation"), lambda options, negotiation: _unknown(options, negotiation)),
    )


def _unknown(options: Mapping[str, Option], negotiation: Negotiation | None) -> str | None:
    """Options that the negotiation names and the study has not got."""
    if negotiation is None:
        return None
    named = (negotiation.deal, *negotiation.alternatives)
    missing = next((name for name in named if name not in options), None)
    return None if missing is None else f"'{missing}' is no option; options: {', '.join(options)}"
