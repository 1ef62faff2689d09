"""Nothing of several vendors is idle: each mechanism, off and on with the same luck, changes its output."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from orm_sim.core.loader import load_yaml
from orm_sim.scenario.better_offer import BetterOffer
from orm_sim.scenario.firms import FirmsFile, FirmVendor
from orm_sim.scenario.vendors import Overflow, SharingRule
from tests.simulation.firm_files import lived, words

TABLE = load_yaml(Path(__file__).with_name("firm_mutations.yaml")).data
ROWS: list[dict[str, Any]] = TABLE["rows"]
SERVICE = "{kpi: service_level, within_s: 20, weight: 1}"


def said(words: str) -> str:
    """Words with what the table calls by capitals written out."""
    for name in ("lean", "ruined", "dear", "cheap", "close"):
        words = words.replace(name.upper(), TABLE[name])
    return words


def outputs(given: dict[str, Any]) -> dict[str, float]:
    """What two vendors come to with these words."""
    north, south = (
        said(given.get(name, plain))
        for name, plain in (("north", "share: 0.6, LEAN"), ("south", "share: 0.4"))
    )
    rest = f"notice_weeks: {given.get('notice', 4)}\nwhen_one_leaves: {given.get('leaves', 'others')}\n"
    rest += f"fixed_cost_share: {given.get('fixed', 0.5)}\n"
    if "offer" in given:
        rest += f"better_offer: {{{said(given['offer'])}}}\n"
    if "rule" in given:
        rule = {"every": "quarter", "by": SERVICE, **given}
        rest += "sharing: {{rule: {rule}, every: {every}, step: {step}, measured_by: [{by}]}}\n".format(
            **rule
        )
    found = lived(words(north, south, rest, months=TABLE["months"]), TABLE["months"])
    one, two = found.histories["north"], found.histories["south"]
    spent = [e.amount for h in (one, two) for e in h.entries() if e.account == "transition"]
    return {
        "abandoned": float(sum(h.of("abandoned", "inbound").sum() for h in (one, two))),
        "offered_south": float(two.of("offered", "inbound", "vendor").sum()),
        "offered_home": float(one.of("offered", "inbound", "in_house").sum()),
        "passed": float(found.passed_on["north"].sum()),
        "cash_south": two.closing_cash,
        "cash_north": one.closing_cash,
        "transition": sum(spent),
    }


@pytest.mark.parametrize("row", ROWS, ids=[row["mechanism"] for row in ROWS])
def test_a_mechanism_changes_its_output(row: dict[str, Any]) -> None:
    off, on = (outputs({**row.get("with", {}), **row[side]})[row["output"]] for side in ("off", "on"))
    assert on != off, f"{row['mechanism']} changes nothing in {row['output']}"
    if "up" in row:
        assert (on > off) == row["up"], f"{row['output']} goes from {off:g} to {on:g}"


def mechanisms() -> Iterator[str]:
    """Everything that a file of several vendors can say, as the table names it."""
    yield from (name for name in FirmsFile.model_fields if name not in ("vendors", "sharing", "better_offer"))
    yield from (f"vendors.{name}" for name in FirmVendor.model_fields if name != "overflow")
    yield from (f"vendors.overflow.{name}" for name in Overflow.model_fields)
    yield from (f"better_offer.{name}" for name in BetterOffer.model_fields)
    yield from (f"sharing.{name}" for name in SharingRule.model_fields)


@pytest.mark.parametrize("name", list(mechanisms()))
def test_no_mechanism_is_left_out(name: str) -> None:
    tabled = {row["mechanism"] for row in ROWS}
    assert (name in tabled) != (name in TABLE["outside"]), f"{name}: give it a row, or a reason to be outside"
