"""No deal: a vendor that would earn more elsewhere does not sign, and everything stays in-house."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from orm_sim.centre import engine
from orm_sim.cli.api import policy_of
from orm_sim.decision.rank import rank
from orm_sim.report import rank_table
from orm_sim.scenario.load import load_study
from orm_sim.scenario.scenario import Scenario
from orm_sim.simulation.history import History
from orm_sim.simulation.job import StudyJob
from orm_sim.simulation.setting import make_setting
from orm_sim.simulation.world import simulate
from tests.simulation.bank import SEED, STUDY


class Block:
    """Two replications."""

    replications = range(2)


def reacting(scenario: Scenario, outside: float | None, **firm: float) -> Scenario:
    """The option with a vendor that plans, has this outside margin, and a purse with these changes."""
    vendor = scenario.vendor
    update = {
        "policy": "best_response",
        "traits": vendor.traits.model_copy(update={"outside_margin": outside}),
        "firm": vendor.firm.model_copy(update=firm),
    }
    return scenario.model_copy(update={"vendor": vendor.model_copy(update=update)})


def lived(scenario: Scenario) -> History:
    """Its first replication."""
    return simulate(scenario, make_setting(scenario.programme, 0.05, SEED, 0), engine("kernel"))


def test_switching_the_outside_margin_switches_the_deal(small: dict[str, Scenario]) -> None:
    """Under common random numbers: null signs anything; what no contract can pay is refused."""
    signed = lived(reacting(small["per_hour"], None))
    refused = lived(reacting(small["per_hour"], 0.99))
    assert signed.no_deal is None and signed.of("answered", "inbound", "vendor").sum() > 0
    assert refused.no_deal is not None and refused.no_deal.startswith("no deal: the vendor's best plan")
    assert refused.events[0].what == refused.no_deal and refused.decisions == ()
    assert refused.of("answered", "inbound", "vendor").sum() == 0.0


def test_no_deal_is_the_zero_line(small: dict[str, Scenario]) -> None:
    """Nothing is signed, so nothing is paid for: the same counters and the same ledger as in-house."""
    refused, home = lived(reacting(small["per_hour"], 0.99)), lived(small["in_house"])
    np.testing.assert_array_equal(refused.counters, home.counters)
    assert refused.entries() == home.entries()


@pytest.mark.row("R042")
def test_a_vendor_that_cannot_last_does_not_sign_or_fails_in_the_first_month(
    small: dict[str, Scenario],
) -> None:
    """Without cash, line or other business the first bill cannot be paid: no deal, or insolvent in month 1."""
    other = small["per_hour"].vendor.firm.other_business.model_copy(update={"monthly_margin": 0.0, "sd": 0.0})
    broke = {"opening_cash": 0.0, "credit_line": 0.0, "other_business": other}
    cautious = lived(reacting(small["per_hour"], 0.0, **broke))
    assert cautious.no_deal is not None and "−$" in cautious.no_deal
    reckless = lived(reacting(small["per_hour"], None, **broke))
    assert reckless.no_deal is None and reckless.insolvent_day is not None
    assert reckless.insolvent_day < 31 and reckless.events[-1].what.startswith("vendor insolvent")


def test_tables_say_no_deal_with_its_share(small: dict[str, Scenario]) -> None:
    options = {
        "in_house": small["in_house"],
        "refused": reacting(small["per_hour"], 0.99),
        "signed": reacting(small["per_hour"], None),
    }
    found = StudyJob(options, "in_house", SEED, "kernel").run_unit(Block())["outcomes"]
    flags = found.groupby("option")["no_deal"].mean()
    assert flags.to_dict() == {"in_house": 0.0, "refused": 1.0, "signed": 0.0}
    assert (found.loc[found["option"] == "refused", "client_incremental_npv"] == 0.0).all()
    ranked = rank(found)
    table = rank_table(ranked)
    assert {row[0]: row[1] for row in table.vendor.rows}["refused"] == "no deal"
    assert any(note.startswith("No deal") and "refused 100 %" in note for note in table.notes)
    shares = {each["option"]: each["p_no_deal"]["value"] for each in table.as_dict()["options"]}
    assert shares == {"in_house": None, "refused": 1.0, "signed": 0.0}


def test_a_share_of_replications_is_told(small: dict[str, Scenario]) -> None:
    """An option refused in one of two replications keeps its margin, and the note tells the share."""
    options = {"in_house": small["in_house"], "signed": reacting(small["per_hour"], None)}
    found = StudyJob(options, "in_house", SEED, "kernel").run_unit(Block())["outcomes"]
    found.loc[(found["option"] == "signed") & (found["replication"] == 1), ["no_deal", "ended"]] = True
    table = rank_table(rank(pd.DataFrame(found)))
    assert any("signed 50 %" in note and note.startswith("No deal") for note in table.notes)
    assert any(
        note == "Ended by the client for cause, share of replications: signed 50 %." for note in table.notes
    )
    assert {row[0]: row[1] for row in table.vendor.rows}["signed"] != "no deal"


@pytest.mark.parametrize(
    ("policy", "told"), [("best_response", "best_response"), ("fixed", "contract_following")]
)
def test_a_study_tells_whether_its_vendors_react(policy: str, told: str) -> None:
    study = load_study(STUDY, {"vendor.policy": policy})
    assert policy_of(study) == told
