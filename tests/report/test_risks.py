"""The register and the hazards on the page: the expert's scores, what is simulated, and what is not known."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from orm_sim import report
from orm_sim.decision.hazard_effects import hazard_effects, register_table
from orm_sim.report.html import active_content
from orm_sim.risk.register import Risk
from orm_sim.scenario.load import load_scenario
from orm_sim.study.tables import HAZARD_EFFECTS, RISKS
from tests.simulation.bank import ROOT

VARIANTS = {("a", "outage"): "a-without-outage", ("a", "all"): "a-without-all"}


def outcomes(replications: int = 4) -> pd.DataFrame:
    """Four replications: outages take 10, 20, 30 and 40 from the client and 5 from the vendor each time."""
    rows = []
    for replication in range(replications):
        took = 10.0 * (replication + 1)
        rows += [
            ("a", replication, 1_000.0 - took, 495.0, 3_000.0),
            ("a-without-outage", replication, 1_000.0, 500.0, 3_000.0),
            ("a-without-all", replication, 1_000.0, 500.0, 3_000.0),
        ]
    return pd.DataFrame(rows, columns=["option", "replication", "client_npv", "vendor_npv", "cost_total"])


def strikes() -> pd.DataFrame:
    rows = [
        ("a", r, "outage", site, n) for r in range(4) for site, n in (("vendor", 6.0), ("in_house", 50.0))
    ]
    return pd.DataFrame(rows, columns=["option", "replication", "hazard", "site", "strikes"])


@pytest.fixture
def effects() -> pd.DataFrame:
    return HAZARD_EFFECTS.check(hazard_effects(outcomes(), strikes(), VARIANTS, 36))


@pytest.mark.row("R170", "R171", "R172", "R173")
def test_the_shipped_register_has_the_expert_scores_in_their_order() -> None:
    bank = load_scenario(ROOT / "scenarios" / "bank.yaml")
    assert [(risk.name, risk.score) for risk in bank.risks.ranked()] == [
        ("data breach", 20), ("service disruption", 12), ("vendor underperformance", 9), ("compliance failure", 8),
    ]  # fmt: skip
    table = register_table(bank.risks.entries, strikes(), outcomes(), "a", 36)
    assert table["score"].tolist() == [20, 12, 9, 8] and table["rank"].tolist() == [1, 2, 3, 4]


def test_paired_differences_by_hand(effects: pd.DataFrame) -> None:
    """-25 on average, Student's interval of four: 25 -+ 3.182 x sqrt(166.7 / 4)."""
    row = effects.set_index("hazard").loc["outage"]
    assert row["client"] == -25.0 and row["n"] == 4
    half = 3.182446 * np.sqrt(500.0 / 3.0 / 4.0)
    assert row["client_low"] == pytest.approx(-25.0 - half, rel=1e-5)
    assert row["client_high"] == pytest.approx(-25.0 + half, rel=1e-5)
    assert (row["vendor"], row["vendor_low"], row["vendor_high"]) == (-5.0, -5.0, -5.0)
    assert row["per_year"] == 2.0  # six in three years at the vendor's site


@pytest.mark.row("R169")
def test_the_register_stands_beside_simulated_frequency_and_loss() -> None:
    """Two outages a year: likelihood 5. Of 25 in three years each takes 4.2, 0.4 % of what a year costs: impact 1."""
    entries = (
        Risk(name="breach", likelihood=4, impact=5),
        Risk(name="disruption", likelihood=3, impact=4, hazards=("outage", "weather")),
    )
    table = RISKS.check(register_table(entries, strikes(), outcomes(), "a", 36, VARIANTS))
    breach, disruption = (table.set_index("name").loc[name] for name in ("breach", "disruption"))
    assert np.isnan(breach["per_year"]) and np.isnan(breach["simulated_likelihood"])
    assert disruption["hazards"] == "outage"
    assert disruption["per_year"] == 2.0
    assert disruption["loss_per_year"] == pytest.approx(25.0 / 3.0)
    assert (disruption["simulated_likelihood"], disruption["simulated_impact"]) == (5.0, 1.0)
    assert np.isnan(disruption["loss_p95"])  # four histories know no worst twentieth


@pytest.mark.row("R096")
def test_a_bad_twentieth_is_of_all_hazards_of_an_entry_together() -> None:
    """Of 10, 20 ... 210 by outages, and a storm that takes 5 each time: 19 of 20 stay below the twentieth, 200 + 5."""
    found = outcomes(21)
    calm = found[found["option"] == "a"].assign(option="a-without-weather")
    calm["client_npv"] += 5.0
    entry = Risk(name="disruption", likelihood=3, impact=4, hazards=("outage", "weather"))
    struck = pd.concat([strikes(), strikes().assign(hazard="weather")])
    both = {**VARIANTS, ("a", "weather"): "a-without-weather"}
    table = RISKS.check(register_table((entry,), struck, pd.concat([found, calm]), "a", 36, both))
    assert table["loss_p95"].iloc[0] == pytest.approx(205.0)
    assert table["loss_per_year"].iloc[0] == pytest.approx(115.0 / 3.0)
    assert report.risk_table(table).columns[6] == "P95 over the term, $ thousand"


def test_a_run_that_left_out_nothing_knows_no_loss() -> None:
    entries = (Risk(name="disruption", likelihood=3, impact=4, hazards=("outage",)),)
    row = RISKS.check(register_table(entries, strikes(), outcomes(), "a", 36)).iloc[0]
    assert row["per_year"] == 2.0 and np.isnan(row["loss_per_year"]) and np.isnan(row["simulated_impact"])
    assert report.risk_table(pd.DataFrame([row])).iloc[0, 5] == "—"


@pytest.mark.row("R169", "R193")
def test_both_charts_say_what_they_must(effects: pd.DataFrame) -> None:
    entries = (
        Risk(name="<b>breach</b>", likelihood=4, impact=5),
        Risk(name="disruption", likelihood=3, impact=4, hazards=("outage",)),
    )
    table = register_table(entries, strikes(), outcomes(), "a", 36, VARIANTS)
    drawn = report.show(report.risk_matrix(table)).text
    assert "Cox 2008" in drawn and "disruption, simulated 5" in drawn and "disruption 12" in drawn
    assert "<b>" not in drawn
    paired = report.show(report.hazard_chart(effects)).text
    assert "$ thousand" in paired and "95 % intervals" in paired
    for text in (drawn, paired):
        assert not active_content(text)


def test_what_is_not_there_is_said() -> None:
    assert "orm-sim hazards" in report.show(report.hazard_chart(None)).text
    assert "no risk register" in report.show(report.risk_matrix(None)).text
    assert report.risk_table(None).empty and report.hazard_table(None).empty


def test_the_words_of_a_hazard(effects: pd.DataFrame) -> None:
    words = report.hazard_table(effects.assign(client=-25_000.0, client_low=-44_000.0, client_high=-6_000.0))
    assert words.loc[0, "client, $ thousand"] == "−25 (−44 to −6)"
    assert words.loc[1, "strikes a year"] == ""
    words = report.hazard_table(effects.assign(client=400.0, client_low=-400.0, client_high=600.0))
    assert words.loc[0, "client, $ thousand"] == "0 (0 to +1)"
