"""Nothing is idle: each mechanism, switched off and on under common random numbers, changes its output."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
from pydantic import BaseModel

from orm_sim.core.document import parse_path
from orm_sim.relationship.transition import Relationship
from orm_sim.risk.breach import Breach
from orm_sim.risk.outage import Outage
from orm_sim.risk.shock import Steps
from orm_sim.risk.weather import Weather
from orm_sim.simulation.draws import value_at, with_inputs
from orm_sim.vendor.assurance import Assurance
from orm_sim.vendor.blending import Blending
from orm_sim.vendor.decision.futures import Doubts
from orm_sim.vendor.firm import FirmTerms
from orm_sim.vendor.levers import Levers
from orm_sim.vendor.people import People
from orm_sim.vendor.platform import PlatformTerms
from orm_sim.vendor.terms import Offshore
from orm_sim.vendor.traits import Traits
from orm_sim.vendor.workforce import WorkforceTerms
from tests.simulation.mutations import SWITCHES, TABLE, base, outputs

ROWS: list[dict[str, Any]] = TABLE["rows"]
COVERED: dict[str, type[BaseModel]] = {
    "vendor.traits": Traits, "vendor.people": People, "vendor.levers": Levers, "vendor.doubts": Doubts,
    "vendor.firm": FirmTerms, "vendor.workforce": WorkforceTerms, "vendor.offshore": Offshore,
    "vendor.assurance": Assurance, "vendor.blending": Blending,
    "relationship": Relationship, "vendor.platform": PlatformTerms, "risks.outage.vendor": Outage,
    "risks.weather.vendor": Weather, "risks.shock.vendor.wages": Steps, "risks.shock.vendor.currency": Steps,
    "risks.breach.vendor": Breach,
}  # fmt: skip


def leaves(path: str, term: type[BaseModel]) -> Iterator[str]:
    """Paths of the values under a term."""
    for name, about in term.model_fields.items():
        inner = about.annotation
        if isinstance(inner, type) and issubclass(inner, BaseModel):
            yield from leaves(f"{path}.{name}", inner)
        else:
            yield f"{path}.{name}"


@pytest.mark.parametrize("row", ROWS, ids=[row["path"] for row in ROWS])
def test_a_mechanism_changes_its_output(row: dict[str, Any]) -> None:
    given = row.get("with", {})
    off, on = (outputs({**given, row["path"]: row[side]})[row["output"]] for side in ("off", "on"))
    assert on != off, f"{row['path']} changes nothing in {row['output']}"
    if "up" in row:
        assert (on > off) == row["up"], f"{row['output']} goes from {off:g} to {on:g}"
    assert abs(on - off) >= row.get("least", 0.0), f"{row['output']} goes from {off:g} to {on:g} only"


@pytest.mark.parametrize("row", ROWS, ids=[row["path"] for row in ROWS])
def test_its_row_can_be_read(row: dict[str, Any]) -> None:
    assert set(row) <= {"path", "off", "on", "output", "up", "least", "with", "ids"}
    assert "up" in row or row.get("least", 0.0) > 0.0, (
        "any noise would do: give it a direction or a least size"
    )
    assert parse_path(row["path"])
    value_at(with_inputs(base(), SWITCHES), row["path"])
    assert all(each.startswith("R") and each[1:].isdigit() for each in row["ids"].split())


@pytest.mark.parametrize("path", [leaf for at, term in COVERED.items() for leaf in leaves(at, term)])
def test_no_trait_lever_or_friction_is_left_out(path: str) -> None:
    tabled = {row["path"] for row in ROWS}
    assert (path in tabled) != (path in TABLE["outside"]), f"{path}: give it a row, or a reason to be outside"


def test_the_same_values_give_the_same_output() -> None:
    """Common random numbers: a second life without a memory of the first is the same to the last bit."""
    from tests.simulation import mutations

    first = outputs({})
    mutations._outputs.cache_clear()
    mutations._setting.cache_clear()
    assert outputs({}) == first
