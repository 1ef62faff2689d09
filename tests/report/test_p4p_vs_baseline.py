"""The notebook on pay for performance: its studies load, and it renders from the tables of runs."""

from __future__ import annotations

from pathlib import Path

import nbformat
import numpy as np
import pandas as pd
import pytest

from orm_sim.core.loader import load_extended
from orm_sim.decision.base_share import arms
from orm_sim.report import base_share_table, plan_course
from orm_sim.report.html import active_content
from orm_sim.report.render import accepted_parameters, render
from orm_sim.scenario.load import load_study
from orm_sim.simulation.draws import value_at, varying
from orm_sim.study.tables import DECISIONS, LEVERS
from tests.report import synthetic

ROOT = Path(__file__).resolve().parents[2]
NOTEBOOK = ROOT / "notebooks" / "p4p_vs_baseline.ipynb"
STUDIES = [
    ROOT / "scenarios" / "studies" / f"{name}.yaml" for name in ("p4p_vs_baseline", "p4p_poor_product")
]
OPTIONS = (
    "in_house",
    *(f"{depth}_{share:03d}" for depth in ("thin", "deep") for share in (0, 25, 50, 75, 100)),
)
STAND_IN = """import pathlib, types
import pandas as pd
import orm_sim
read = lambda folder: {p.stem: pd.read_parquet(p) for p in pathlib.Path(folder).glob("*.parquet")}
orm_sim.open_run = lambda folder: types.SimpleNamespace(tables=read(folder))
"""


def decisions(n: int = 6) -> pd.DataFrame:
    """Plans of every option with a vendor: the thin ones man fewer seats, and fewer still as time goes on."""
    rows = [
        (
            option,
            replication,
            week,
            1.0,
            (0.6 if option.startswith("thin") and week else 1.0),
            0.0,
            1.0,
            0.5,
            *(0.0,) * (len(LEVERS) - 5),
        )
        for option in OPTIONS[1:]
        for replication in range(n)
        for week in (0, 13, 26)
    ]
    return DECISIONS.check(pd.DataFrame(rows, columns=["option", "replication", "week", *LEVERS]))


@pytest.mark.parametrize("path", STUDIES, ids=lambda path: path.stem)
def test_a_study_loads_with_its_arms_and_the_evidence_for_what_it_sets(path: Path) -> None:
    study = load_study(path)
    found = arms(study.options)
    assert sorted(study.options) == sorted(OPTIONS)
    assert sorted(found["base_share"].unique()) == [0.0, 0.25, 0.5, 0.75, 1.0]
    paths = {figure.path for figure in study.options["thin_050"].evidence}
    for figure in study.options["thin_050"].evidence:
        if figure.path not in ("client.in_house.improvement",):
            value_at(study.options["thin_050"], figure.path)
    base = load_extended(path.parent / load_extended(path).data["base"]).data
    for each in (
        "firm.opening_cash",
        "firm.credit_line",
        "firm.other_business.sd",
        "levers",
        "account_overhead_per_month",
    ):
        assert f"vendor.{each}" in paths
    assert base["vendor"]["policy"] == "best_response"
    assert "programme.outbound.cancelled_by_day_90" in {f.path for f in varying(study.options["thin_050"])}


@pytest.mark.parametrize("path", STUDIES, ids=lambda path: path.stem)
def test_vendors_differ_in_their_balance_sheet_alone_and_options_in_their_base_share(path: Path) -> None:
    options = load_study(path).options
    for share in (0, 25, 50, 75, 100):
        thin, deep = options[f"thin_{share:03d}"], options[f"deep_{share:03d}"]
        assert thin.contract == deep.contract
        assert thin.vendor == deep.vendor.model_copy(update={"firm": thin.vendor.firm})
        assert thin.contract is not None and thin.contract.scope == ("outbound",)
        assert {item.net_days for item in (thin.contract.payment,)} == {45}
        multiple = thin.contract.solved.get("outbound baseline", 0.0)
        assert multiple == share / 100


def test_its_parameters() -> None:
    found = accepted_parameters(nbformat.read(NOTEBOOK, as_version=4))
    assert list(found) == [
        "study", "poor_study", "out_dir", "poor_out_dir", "follow_out_dir", "replications", "seed",
    ]  # fmt: skip


def test_it_renders_from_the_tables_of_runs(tmp_path: Path) -> None:
    folder = tmp_path / "run"
    folder.mkdir()
    outcomes = synthetic.outcomes_only(12, OPTIONS)
    late = outcomes["option"].isin(["thin_000"]) & (outcomes["replication"] < 8)
    outcomes = outcomes.assign(insolvent=late, insolvent_month=np.where(late, 7.0, np.nan))
    outcomes.to_parquet(folder / "outcomes.parquet")
    decisions().to_parquet(folder / "decisions.parquet")
    node = nbformat.read(NOTEBOOK, as_version=4)
    node.cells.insert(1, nbformat.v4.new_code_cell(STAND_IN, id="stand-in"))
    source = tmp_path / NOTEBOOK.name
    nbformat.write(node, source)
    done = render(
        source, tmp_path / "out", dict.fromkeys(("out_dir", "poor_out_dir", "follow_out_dir"), str(folder))
    )
    body = done.html.read_text()
    assert active_content(body) == []
    assert body.count("<svg") == 8
    assert "Thin vendor: the warning holds" in body and "Deep vendor: the warning does not show" in body
    assert "figures fit their band" in body
    assert "stderr" not in body.split("</style>")[1]


def test_the_table_says_counts_and_intervals() -> None:
    table = base_share_table(synthetic.outcomes_only(12, OPTIONS).assign(insolvent=False))
    first = table.iloc[0]
    assert (first["vendor"], first["base share"], first["n"]) == ("thin", "0%", 12)
    assert first["vendor fails"] == "0% (0% to 22%)"  # 1 - 0.05^(1/12) = 22.1 %


def test_a_depth_that_nobody_has_is_told() -> None:
    with pytest.raises(ValueError, match="no shallow vendor has planned anything"):
        plan_course(decisions(), "shallow")
