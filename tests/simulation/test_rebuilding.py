"""Rebuilding in a hurry costs more on the channels that come back, and on no others."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from orm_sim.centre import engine
from orm_sim.demand.programme import Channel
from orm_sim.scenario.load import load_study
from orm_sim.scenario.scenario import Scenario
from orm_sim.simulation.history import History
from orm_sim.simulation.setting import make_setting
from orm_sim.simulation.world import simulate
from tests.simulation.bank import SEED, shrunk

STUDY = Path(__file__).resolve().parents[2] / "scenarios" / "studies" / "p4p_vs_baseline.yaml"


def doomed(premium: float) -> Scenario:
    """Outbound alone with a vendor that cannot last to its first receipt."""
    scenario = load_study(STUDY, {"client.in_house.rebuild_premium": premium}).options["thin_100"]
    assert scenario.contract is not None
    priced = scenario.model_copy(update={"contract": scenario.contract.with_rate(14.0)})
    firm = priced.vendor.firm.model_copy(update={"opening_cash": 3000.0, "credit_line": 0.0})
    vendor = priced.vendor.model_copy(update={"firm": firm, "policy": "contract_following"})
    return shrunk(priced.model_copy(update={"vendor": vendor}))


def lived(premium: float) -> History:
    scenario = doomed(premium)
    setting = make_setting(scenario.programme, 0.05, SEED, 0)
    return simulate(scenario, setting, engine("kernel"))


def test_the_premium_falls_on_what_was_outsourced_alone() -> None:
    plain, hurried = lived(0.0), lived(0.40)
    assert plain.insolvent_day is not None and plain.insolvent_day == hurried.insolvent_day
    cost: dict[Channel, np.ndarray] = {
        "inbound": hurried.operating_cost[0, 0] - plain.operating_cost[0, 0],
        "outbound": hurried.operating_cost[0, 1] - plain.operating_cost[0, 1],
    }
    assert cost["inbound"] == pytest.approx(0.0)
    assert cost["outbound"].sum() > 0.0
