"""A study file: a base scenario and the options compared, each written as its difference to the base."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from orm_sim.core.evidence import Figure
from orm_sim.core.terms import Many, Rule, Term


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
    )
