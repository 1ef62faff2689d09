"""`orm-sim warm`: a small centre passes every compiled entry, so that the first real one compiles nothing."""

import sys
from typing import Any

import pytest
from click.testing import CliRunner

from orm_sim.cli import main, warm
from orm_sim.core import ahead
from orm_sim.core.ahead import Entry

ROOM = "orm_sim.centre."


def entries() -> dict[str, Entry[Any, Any]]:
    """Entries of the engines, by module and name."""
    return {
        f"{module}.{name}": value
        for module, holder in sys.modules.items()
        if module.startswith(ROOM)
        for name, value in vars(holder).items()
        if isinstance(value, Entry) and value.__module__ == module
    }


def test_every_entry_lies_on_the_way_of_the_small_centre(monkeypatch: pytest.MonkeyPatch) -> None:
    warm.warm_centre()
    found = entries()
    assert len(found) >= 8
    for each in found.values():
        monkeypatch.setattr(each, "_routines", {})
    warm.warm_centre()
    assert [name for name, each in found.items() if not each._routines] == []


def test_after_it_nothing_is_compiled(monkeypatch: pytest.MonkeyPatch) -> None:
    """Everything loads from the files it left: nobody is told to wait."""
    warm.warm_centre()
    for each in entries().values():
        monkeypatch.setattr(each, "_routines", {})
    told: list[int] = []
    ahead.before_compiling(lambda: told.append(1))
    warm.warm_centre()
    ahead.before_compiling(lambda: None)
    assert told == []


def test_it_says_what_it_compiles(monkeypatch: pytest.MonkeyPatch) -> None:
    done: list[str] = []
    monkeypatch.setattr(warm, "warm_study", lambda: bool(done.append("study")) or True)
    monkeypatch.setattr(warm, "warm_centre", lambda: done.append("centre"))
    result = CliRunner().invoke(main, ["warm"])
    assert result.exit_code == 0 and done == ["study", "centre"]
    assert "Compiling the study engine" in result.stderr and "Compiling the centre engine" in result.stderr
    for only in ("study", "centre"):
        done.clear()
        assert CliRunner().invoke(main, ["warm", "--only", only]).exit_code == 0
        assert done == [only]
    assert CliRunner().invoke(main, ["warm", "--only", "moon"]).exit_code == 2


def test_without_a_scenario_it_says_so(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(warm, "warm_study", lambda: False)
    result = CliRunner().invoke(main, ["warm", "--only", "study"])
    assert result.exit_code == 0 and "No scenario found" in result.stderr
