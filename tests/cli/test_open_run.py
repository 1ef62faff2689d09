"""A run's folder that was spoilt after it was written: a sentence with the file, never a trace."""

from __future__ import annotations

import json
from pathlib import Path

import pandas as pd
import pytest

import orm_sim
from orm_sim.cli.rates import keep_rates, kept_rates
from orm_sim.core.errors import InputError

CARD = {"name": "s", "title": "S", "zero": "home", "options": {"home": "Home"}}


def _folder(tmp_path: Path, **manifest: object) -> Path:
    (tmp_path / "tables").mkdir()
    pd.DataFrame({"option": ["home"], "n": [2]}).to_parquet(tmp_path / "tables" / "comparison.parquet")
    told = {"status": "complete", "card": CARD, "notes": [], **manifest}
    (tmp_path / "manifest.json").write_text(json.dumps(told), encoding="utf-8")
    return tmp_path


@pytest.mark.parametrize("left", [0, 4, 300])
def test_a_table_that_is_cut_off_is_named(tmp_path: Path, left: int) -> None:
    file = _folder(tmp_path) / "tables" / "comparison.parquet"
    file.write_bytes(file.read_bytes()[:left])
    tables = orm_sim.open_run(tmp_path).tables
    with pytest.raises(
        InputError, match=r"comparison.parquet\s+cannot be read as a table.*Run the study again"
    ):
        tables["comparison"]


@pytest.mark.parametrize("spoilt", [{"card": {"x": 1}}, {"card": [1]}, {"notes": None}])
def test_a_manifest_of_another_form_is_named(tmp_path: Path, spoilt: dict[str, object]) -> None:
    with pytest.raises(InputError, match=r"manifest.json is damaged"):
        orm_sim.open_run(_folder(tmp_path, **spoilt))


@pytest.mark.parametrize("kept", ['{"a": null}', '"x"', '{"a": NaN}', '{"a": 12', '{"a": "12"}'])
def test_prices_that_nobody_can_have_solved_are_solved_again(tmp_path: Path, kept: str) -> None:
    (tmp_path / "prices.json").write_text(kept)
    assert kept_rates(tmp_path) is None
    keep_rates(tmp_path, {"a": 12.5})
    assert kept_rates(tmp_path) == {"a": 12.5}
