"""Response tables: exact at their nodes, within their stated error between them, and near the closed form."""

import numpy as np
import pytest

from orm_sim.centre.experiments import exponential_law, law_table
from orm_sim.centre.general_patience import general_patience
from orm_sim.centre.response import ResponseTable
from orm_sim.centre.survival import exponential

LAWS = law_table(exponential_law(300.0), exponential_law(180.0))


@pytest.fixture(scope="module")
def table() -> ResponseTable:
    return ResponseTable.build(
        LAWS, [300.0, 400.0], 1.0, 20.0, loads=[20.0, 28.0, 40.0], ratios=np.arange(0.7, 1.41, 0.05), contacts=40_000
    )  # fmt: skip


def test_nodes_are_given_back(table: ResponseTable) -> None:
    grid = np.meshgrid(table.ratio, table.handle_s, table.load, indexing="ij")
    found = table.answer(*grid)
    assert np.array(found) == pytest.approx(table.values, abs=1e-9)


def test_error_is_stated_and_small(table: ResponseTable) -> None:
    """And it is an error of new points: a table of few nodes states a larger one."""
    assert 0 < table.error[0] < 0.03
    assert 0 < table.error[1] < 0.015
    coarse = ResponseTable.build(
        LAWS, [300.0, 400.0], 1.0, 20.0, loads=[20.0, 40.0], ratios=[0.7, 1.0, 1.4], contacts=40_000
    )
    assert coarse.error[0] > 2 * table.error[0]


@pytest.mark.parametrize("ratio", [0.8, 0.95, 1.02, 1.2])
def test_near_the_closed_form(table: ResponseTable, ratio: float) -> None:
    """Handle times of cv 1 are lognormal here and exponential there: within 3 points of each other."""
    found = table.answer(np.array(ratio), np.array(340.0), np.array(25.0))
    exact = general_patience(25.0 / 340.0, 340.0, exponential(180.0), ratio * 25.0, 20.0)
    assert float(found.service_level) == pytest.approx(exact.service_level, abs=0.03)
    assert float(found.abandonment_rate) == pytest.approx(exact.abandonment_rate, abs=0.015)


def test_more_agents_never_hurt(table: ResponseTable) -> None:
    """Nodes of one load and handle time meet the same contacts, so noise cannot turn them round by much."""
    assert np.diff(table.values[0], axis=0).min() > -1e-3
    assert np.diff(table.values[1], axis=0).max() < 1e-3


def test_shapes_broadcast(table: ResponseTable) -> None:
    found = table.answer(np.linspace(0.7, 1.4, 5)[:, None], np.array(350.0), np.array([20.0, 40.0]))
    assert found.service_level.shape == (5, 2)


@pytest.mark.parametrize(
    ("ratio", "handle_s", "load"), [(0.2, 300.0, 20.0), (1.0, 90.0, 20.0), (1.0, 300.0, 400.0)]
)
def test_outside_is_refused(table: ResponseTable, ratio: float, handle_s: float, load: float) -> None:
    with pytest.raises(ValueError, match="lies outside the table"):
        table.answer(np.array(ratio), np.array(handle_s), np.array(load))


@pytest.mark.parametrize("change", [{"handle_s": [300.0, 200.0]}, {"handle_cv": 0.0}, {"threshold_s": -1.0}])
def test_what_cannot_be_is_refused(change: dict[str, object]) -> None:
    good: dict[str, object] = {"handle_s": [300.0], "handle_cv": 1.0, "threshold_s": 20.0}
    with pytest.raises(ValueError, match="must"):
        ResponseTable.build(LAWS, **(good | change))  # type: ignore[arg-type]
