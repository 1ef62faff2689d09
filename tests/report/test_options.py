"""Options picked from a comparison, and their titles."""

from pathlib import Path
from types import SimpleNamespace

import pandas as pd
import pytest

from orm_sim.report import contenders, leader, locate, target, titled, zero_line

TABLE = pd.DataFrame(
    {
        "option": ["better", "zero", "contract"],
        "rank": [1, 2, 3],
        "zero": ["zero"] * 3,
        "vendor_value": [float("nan"), float("nan"), 1.0],
    }
)


def test_who_leads() -> None:
    assert contenders(TABLE) == ["better", "contract"]
    assert (leader(TABLE), leader(TABLE, outsourced=True), zero_line(TABLE)) == ("better", "contract", "zero")
    assert leader(TABLE.iloc[:2], outsourced=True) == "better"
    with pytest.raises(ValueError, match="no option beside the zero line"):
        leader(TABLE.iloc[1:2])


def test_titles_replace_names_everywhere() -> None:
    named = titled({"comparison": TABLE}, {"zero": SimpleNamespace(title="As is"), "contract": "Contract A"})
    assert list(named["comparison"]["option"]) == ["better", "As is", "Contract A"]
    assert set(named["comparison"]["zero"]) == {"As is"}
    alike = titled({"comparison": TABLE}, {"zero": "Same", "contract": "Same"})["comparison"]
    assert list(alike["option"]) == ["better", "Same (zero)", "Same (contract)"]
    assert list(TABLE["option"]) == ["better", "zero", "contract"]


def test_targets_are_looked_up() -> None:
    targets = pd.DataFrame({"kpi": ["aht"], "channel": ["inbound"], "value": [380.0]})
    assert target(targets, "aht", "inbound") == 380.0
    assert target(targets, "aht", "outbound") is None
    assert target(None, "aht", "inbound") is None


def test_paths_are_found_from_a_folder_below(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "notebooks").mkdir()
    (tmp_path / "a.yaml").touch()
    monkeypatch.chdir(tmp_path / "notebooks")
    assert locate("a.yaml") == str(tmp_path / "a.yaml")
    assert locate("missing.yaml") == "missing.yaml"
    assert locate("") == ""
    assert locate(str(tmp_path / "a.yaml")) == str(tmp_path / "a.yaml")
