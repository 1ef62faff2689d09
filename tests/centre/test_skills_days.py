"""Days lived in one compiled call are those made and run block by block: every array, every measure, every bit."""

from dataclasses import fields
from math import isnan
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from orm_sim.centre.centre_checks import centre_of
from orm_sim.centre.skills import kernel, lean_days
from orm_sim.centre.skills.build import Centre
from orm_sim.centre.skills.measures import replication_measures
from orm_sim.centre.skills.outcome import Ends, Outcome
from orm_sim.centre.skills.plan import Block, Carry
from orm_sim.core.document import Document
from tests.centre.test_skills_build import centre_file


def block_by_block(block: Block) -> Outcome:
    """The kernel, as an engine of which nothing else is known."""
    return kernel.run(block)


def assert_same(found: Any, wanted: Any) -> None:
    """Every array of two records."""
    for each in fields(wanted):
        ours, theirs = getattr(found, each.name), getattr(wanted, each.name)
        if each.name == "ended":
            ours, theirs = found.ends, wanted.ends
        if isinstance(theirs, Carry | Ends):
            assert_same(ours, theirs)
        elif isinstance(theirs, tuple | np.ndarray):
            for a, b in zip(ours, theirs, strict=True):
                np.testing.assert_array_equal(a, b)
        elif each.name != "layout":
            assert ours == theirs, each.name


def assert_same_days(centre: Centre, seed: int) -> None:
    """Blocks, outcomes and measures."""
    days = zip(centre.blocks(seed, 0, kernel.run), centre.blocks(seed, 0, block_by_block), strict=True)
    for ours, theirs in days:
        for found, wanted in zip(ours, theirs, strict=True):
            assert_same(found, wanted)
    found = centre.measures(seed, 0, kernel.run)
    wanted = replication_measures(centre.file, centre.blocks(seed, 0, block_by_block))
    assert found.keys() == wanted.keys()
    for name, value in wanted.items():
        assert found[name] == value or (isnan(value) and isnan(found[name])), name


@settings(max_examples=15, deadline=None)
@given(seed=st.integers(0, 2**32), n_types=st.integers(1, 6), closes=st.booleans())
def test_days_of_any_centre(seed: int, n_types: int, closes: bool) -> None:
    hours = ("08:00", "12:00", 1800.0) if closes else ("00:00", "24:00", 10_800.0)
    assert_same_days(Centre.build(centre_file(seed, n_types, *hours)), seed)


def one_type(**more: Any) -> Centre:
    """Six days of one type, at 30 an hour."""
    kind = {
        "name": "a", "rate_per_hour": 30.0, "patience": {"law": "exponential", "mean_s": 300.0},
        "handle": {"law": "exponential", "mean_s": 100.0}, "groups": ["g"],
    } | more  # fmt: skip
    file = {"horizon": {"days": 6}, "contact_types": [kind], "agent_groups": [{"name": "g", "agents": 2}]}
    return Centre.build(centre_of(Document(file)))


def test_a_day_with_a_tie_is_run_by_itself() -> None:
    """A handle time of 0 in 1,000: the days on which it comes are played by the general loop, the others here."""
    centre = one_type(handle={"law": "given", "values_s": [0.0] + [50.0] * 999})
    lean = lean_days.LeanDays
    tried: list[bool] = []
    plain = lean.live

    def live(self: lean_days.LeanDays, day: int) -> tuple[Block, Outcome] | None:
        lived = plain(self, day)
        tried.append(lived is not None)
        return lived

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(lean, "live", live)
        assert_same_days(centre, 3)
    assert True in tried and False in tried


def test_a_day_of_many_returns_finds_room() -> None:
    """Each contact comes back with 0.9 within seconds: ten times as many attempts as first contacts."""
    again = {"resolved": 0.0, "probability": 0.9, "delay": {"law": "exponential", "mean_s": 20.0}}
    centre = one_type(handle={"law": "exponential", "mean_s": 5.0}, returns=again)
    assert_same_days(centre, 1)
    attempts = sum(outcome.ref.size for _, outcome in centre.blocks(1, 0, kernel.run))
    first = sum(block.ref.size for block, _ in centre.blocks(1, 0, kernel.run))
    assert attempts > 8 * first


def test_a_night_of_many_returns_finds_room() -> None:
    """All come back after two days: more stay overnight than there is room for at first."""
    again = {"resolved": 0.0, "probability": 1.0, "delay": {"law": "constant", "value_s": 200_000.0}}
    assert_same_days(one_type(returns=again), 2)


def test_what_no_engine_can_play_is_refused_as_it_is_in_a_block() -> None:
    """A handle time that the file's checks would not have let through."""
    centre = one_type(handle={"law": "given", "values_s": [5.0, 7.0]})
    centre.sources.arrays["given"][1] = np.nan
    for live in (lambda: list(centre.blocks(1, 0, kernel.run)), lambda: [centre.tally(1, 0)]):
        with pytest.raises(ValueError, match="work_s must be 0 or more and finite"):
            live()
