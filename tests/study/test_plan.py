"""Run ids and blocks: what changes them and what must not."""

import dataclasses
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from orm_sim.study.plan import InputFile, RunPlan, Unit, package_version, plan_run


@pytest.fixture
def plan(tmp_path: Path) -> RunPlan:
    (tmp_path / "study.yaml").write_text("options: []\n")
    return plan_run(
        "which contract?", [tmp_path / "study.yaml"], seed=1, replications=300, overrides={"a.b": "2"}
    )


def test_the_id_reads_as_the_study_and_ten_digits(plan: RunPlan) -> None:
    name, digits = plan.run_id.rsplit("-", 1)
    assert name == "which-contract"
    assert len(digits) == 10
    assert int(digits, 16) >= 0


@pytest.mark.parametrize(
    "change",
    [
        {"seed": 2}, {"replications": 301}, {"engine": "reference"}, {"overrides": ()}, {"package": "9"},
        {"inputs": (InputFile("study.yaml", "0"),)}, {"inputs": ()},
    ],
    ids=str,
)  # fmt: skip
def test_whatever_decides_the_tables_changes_the_id(plan: RunPlan, change: dict[str, object]) -> None:
    assert dataclasses.replace(plan, **change).run_id != plan.run_id  # type: ignore[arg-type]


def test_where_files_lie_and_how_the_run_is_cut_do_not(plan: RunPlan, tmp_path: Path) -> None:
    (tmp_path / "moved").mkdir()
    (tmp_path / "moved" / "study.yaml").write_text("options: []\n")
    moved = plan_run(
        "which contract?", [tmp_path / "moved" / "study.yaml"], 1, 300, overrides={"a.b": "2"}, block=1
    )
    assert moved.run_id == plan.run_id


@given(st.integers(1, 5000), st.integers(1, 400) | st.none())
def test_blocks_are_a_partition(replications: int, block: int | None) -> None:
    units = plan_run("s", [], 1, replications, block=block).units
    assert [r for unit in units for r in unit.replications] == list(range(replications))
    assert sorted(units, key=lambda unit: unit.name) == list(units)  # files sort as the blocks do
    if block is None:
        assert len(units) <= 60


def test_what_it_refuses() -> None:
    with pytest.raises(ValueError, match="0 replications"):
        plan_run("s", [], 1, 0)
    with pytest.raises(FileNotFoundError):
        plan_run("s", ["nowhere.yaml"], 1, 10)


def test_the_package_is_named_with_its_source() -> None:
    version, digest = package_version().split("+")
    assert version
    assert len(digest) == 8


def test_a_unit_says_its_replications() -> None:
    assert str(Unit(3, 10, 15)) == "replications 10 to 14"


def test_the_name_of_a_folder_stays_short_enough_for_a_file_system() -> None:
    long = [plan_run("n" * 5000 + end, [], 1, 1, "kernel", {"title": end}).run_id for end in "ab"]
    assert len(set(long)) == 2 and all(len(each) < 100 for each in long)
