"""Solved rates: the reference vendor earns the stated margin, and more generous terms mean a lower rate."""

from __future__ import annotations

import numpy as np
import pytest

from orm_sim.core.errors import InputError
from orm_sim.scenario.load import LoadedStudy
from orm_sim.simulation.pricing import (
    Metered,
    ReferenceJob,
    contract_of,
    expected_margin,
    free_options,
    solve_rates,
)
from tests.simulation.bank import SEED, shrunk


@pytest.fixture(scope="module")
def reference(study: LoadedStudy) -> tuple[dict, list[dict[str, Metered]]]:  # type: ignore[type-arg]
    """Free options of the small bank and two lived replications of their reference vendor."""
    options = {name: shrunk(s) for name, s in free_options(study.options).items()}
    job = ReferenceJob(options, SEED, "kernel")
    return options, [job.live(r) for r in range(2)]


def test_each_option_earns_the_stated_margin(reference: tuple) -> None:  # type: ignore[type-arg]
    options, lived = reference
    rates = solve_rates(options, lived)
    assert set(rates) == {"per_hour", "per_minute", "baseline", "commission", "inbound_only"}
    for name, rate in rates.items():
        margin = expected_margin(options[name], [each[name] for each in lived], rate)
        assert margin == pytest.approx(0.12, abs=1e-5), name


def test_an_hourly_rate_is_cost_over_hours_and_margin(reference: tuple) -> None:  # type: ignore[type-arg]
    """Nine months without an index step and with credits in grace or met: rate = cost / 0.88 / hours, by hand."""
    options, lived = reference
    rate = solve_rates(options, lived)["per_hour"]
    from orm_sim.simulation.history import NAMES

    hours = np.mean([each["per_hour"].meters[:, NAMES.index("productive_hours")].sum() for each in lived])
    cost = np.mean([each["per_hour"].cost for each in lived])
    assert rate >= cost / 0.88 / hours - 1e-4
    assert rate == pytest.approx(cost / 0.88 / hours, rel=0.03)


def test_a_price_nobody_can_pay_is_told(reference: tuple) -> None:  # type: ignore[type-arg]
    options, lived = reference
    scenario = options["per_hour"]
    price = contract_of(scenario).price.model_copy(update={"value": 0.9999999})  # type: ignore[union-attr]
    dear = scenario.model_copy(update={"contract": contract_of(scenario).model_copy(update={"price": price})})
    with pytest.raises(InputError, match="no rate gives the reference vendor a margin"):
        solve_rates({"per_hour": dear}, [{"per_hour": each["per_hour"]} for each in lived])
