"""Data breaches in the world: each hazard leaves its own mark and no other's, and both sides' books hold a breach."""

from __future__ import annotations

from functools import cache
from types import SimpleNamespace
from typing import Any

import numpy as np
import pandas as pd
import pytest
import simpy

from orm_sim.centre import engine
from orm_sim.contract.borne import borne, cap_of
from orm_sim.contract.contract import Contract
from orm_sim.contract.duties.liability import Indemnity, Liability, SuperCap
from orm_sim.contract.records import Remedies
from orm_sim.decision.hazard_effects import register_table
from orm_sim.demand.calendar import calendar
from orm_sim.finance.ledger import Entry, Ledger
from orm_sim.risk.breach import Breach
from orm_sim.risk.site import Harm, Strike
from orm_sim.scenario.scenario import Scenario
from orm_sim.simulation.breached import Breached
from orm_sim.simulation.draws import with_inputs
from orm_sim.simulation.history import OPERATORS, Books, History
from orm_sim.simulation.job import StudyJob
from orm_sim.simulation.outcomes import by_account, client_flows, vendor_accounts, vendor_npv
from orm_sim.simulation.setting import make_setting
from orm_sim.simulation.standing import Standing
from orm_sim.simulation.world import simulate
from orm_sim.study.tables import BREACHES, RISKS
from orm_sim.vendor.firm import Purse
from tests.simulation.mutations import base

OFTEN = Breach(per_year=12.0, fine_chance=0.5)
OTHERS = {
    "outage": {"risks.outage.vendor.per_year": 60.0, "risks.outage.in_house.per_year": 0.0},
    "weather": {"risks.weather.vendor.per_year": 20.0, "risks.weather.in_house.per_year": 0.0},
    "shock": {},
}
VENDOR = OPERATORS.index("vendor")
EVERYTHING = Liability(indemnities=(Indemnity(by="vendor", losses=("data_breach", "regulatory_fines")),))


def told(*hazards: str, **more: Any) -> Scenario:
    """The small bank, its vendor following the contract, with these hazards striking often and no other."""
    given: dict[str, Any] = {"vendor.policy": "contract_following", "risks.breach.vendor": OFTEN}
    for name in hazards:
        given |= OTHERS.get(name, {})
    given["risks.without"] = tuple(h for h in (*OTHERS, "breach") if h not in hazards)
    return with_inputs(base(), given | more)


def live(scenario: Scenario) -> History:
    return simulate(
        scenario, make_setting(scenario.programme, 0.05, 5, 0), engine("kernel"), unlimited_cash=True
    )


@cache
def alone(*hazards: str) -> History:
    """One life in which only these strike; nobody runs out of cash."""
    return live(told(*hazards))


def other_entries(history: History) -> list[Entry]:
    return [e for e in history.entries() if e.cause != "breach"]


def productive(history: History) -> float:
    return float(history.of("productive_hours", "inbound", "vendor").sum())


@pytest.mark.row("R056", "R096", "R157")
def test_a_breach_alone_brings_fines_and_churn_and_nothing_else() -> None:
    calm, struck = alone(), alone("breach")
    assert {s.hazard for s in struck.strikes} == {"breach"} and len(struck.strikes) > 2
    np.testing.assert_array_equal(calm.counters, struck.counters)
    np.testing.assert_array_equal(calm.paid_hours, struck.paid_hours)
    assert calm.turnover == struck.turnover and not struck.lost.any()
    assert other_entries(struck) == list(calm.entries())
    harms = [s.harm for s in struck.strikes if s.harm is not None and s.day < struck.days.n_days]
    assert len(harms) == len(struck.strikes)  # the run-off is nobody's term
    found = {(e.payee, e.account): 0.0 for e in struck.entries() if e.cause == "breach"}
    for e in struck.entries():
        if e.cause == "breach":
            found[e.payee, e.account] += e.amount
    assert found == pytest.approx({
        ("suppliers", "remediation"): sum(h.remediation for h in harms),
        ("authority", "remediation"): sum(h.fine for h in harms),
        ("customers", "retained_margin"): sum(h.margin for h in harms),
    })  # fmt: skip
    assert min(found.values()) > 0.0
    lost = [by_account(h.entries()).get("remediation", 0.0) for h in (calm, struck)]
    assert lost == [0.0, pytest.approx(-sum(h.remediation + h.fine for h in harms))]
    assert client_flows(struck, 0.1).npv < client_flows(calm, 0.1).npv
    assert vendor_npv(struck, 0.1) == vendor_npv(calm, 0.1)


@pytest.mark.row("R056", "R096")
def test_poor_connectivity_alone_takes_contacts_and_nothing_else() -> None:
    """Nobody is paid less or leaves, no storm, no fine: contacts are kept out and cut off, and are worth less."""
    calm, struck = alone(), alone("outage")
    assert {s.hazard for s in struck.strikes} == {"outage"}
    np.testing.assert_array_equal(calm.paid_hours, struck.paid_hours)
    assert calm.turnover == struck.turnover
    assert struck.lost[VENDOR, 0] > 50 and struck.lost[VENDOR, 1] > 0 and not calm.lost.any()
    loss = [by_account(h.entries())["abandoned_loss"] for h in (calm, struck)]
    assert loss[1] < loss[0] < 0.0
    assert not any(e.cause == "breach" or e.account == "remediation" for e in struck.entries())


@pytest.mark.row("R056", "R096")
def test_weather_alone_takes_heads_and_nothing_else() -> None:
    """Who is on duty falls by what storms keep away; no contact is kept out or cut off, no fine."""
    calm, struck = alone(), alone("weather")
    assert {s.hazard for s in struck.strikes} == {"weather"}
    np.testing.assert_array_equal(calm.paid_hours, struck.paid_hours)  # they are paid, and are not there
    assert productive(struck) < 0.97 * productive(calm)
    by_month = [h.of("productive_hours", "inbound", "vendor") for h in (calm, struck)]
    months = {int(struck.days.month[int(s.day)]) for s in struck.strikes if s.day < struck.days.n_days}
    dips = np.flatnonzero(by_month[1][: struck.days.n_months] < by_month[0][: struck.days.n_months])
    assert set(dips.tolist()) <= months | {m + 1 for m in months}
    assert not struck.lost.any()
    assert not any(e.cause == "breach" or e.account == "remediation" for e in struck.entries())


def test_breaches_disturb_no_other_hazard() -> None:
    """The same outages, storms and shocks with breaches and without, to the last bit, and the same contacts."""
    without, together = alone("outage", "weather", "shock"), alone("outage", "weather", "shock", "breach")
    assert tuple(s for s in together.strikes if s.hazard != "breach") == without.strikes
    assert len(without.strikes) > 20 and len(together.strikes) > len(without.strikes)
    np.testing.assert_array_equal(without.counters, together.counters)
    assert other_entries(together) == list(without.entries())
    assert [s for s in together.strikes if s.hazard == "breach"] == list(alone("breach").strikes)


def tables(scenario: Scenario) -> dict[str, pd.DataFrame]:
    home = scenario.model_copy(update={"contract": None})
    job = StudyJob({"in_house": home, "a": scenario}, "in_house", 5, "kernel")
    return job.run_unit(SimpleNamespace(replications=range(2)))


def test_switched_off_or_not_asked_for_gives_the_same_tables() -> None:
    off, absent = tables(told("outage")), tables(told("outage", **{"risks.breach.vendor": None}))
    assert off["breaches"].empty
    for name in off:
        pd.testing.assert_frame_equal(off[name], absent[name], check_exact=True)


@pytest.mark.row("R170", "R096")
def test_the_tables_of_a_world_with_breaches() -> None:
    """One row an option and replication where breaches may strike; the register shows 20 beside what is simulated."""
    scenario = told("outage", "breach")
    found = tables(scenario)
    rows = BREACHES.check(found["breaches"])
    assert rows["option"].tolist() == ["a", "a"] and (rows["breaches"] > 0).all()
    assert rows["remediation"].to_numpy() == pytest.approx(rows["records"].to_numpy() * 105.0 * 1.118)
    months = scenario.programme.months
    risks = RISKS.check(
        register_table(scenario.risks.entries, found["strikes"], found["outcomes"], "a", months)
    )
    first = risks.iloc[0]
    assert (first["name"], first["score"], first["rank"], first["hazards"]) == (
        "data breach",
        20,
        1,
        "breach",
    )
    assert first["per_year"] == pytest.approx(rows["breaches"].mean() / (months / 12.0))
    assert first["simulated_likelihood"] == 5.0  # twelve a year


FEES = 100_000.0
HARM = Harm(10_000.0, 1_000_000.0, 400_000.0, 0.0)
DAYS = calendar(base().programme.start, 12, base().programme.holidays)


def contract(**changes: Any) -> Contract:
    found = base().contract
    assert found is not None
    return found.model_copy(update={"term_months": 12, **changes})


def claimed(
    signed: Contract, cash: float = 1e9, *, twice: bool = False, fails: bool = False
) -> tuple[float, Purse]:
    """What a vendor pays for a breach on day 100 (and on day 110) after three months of fees, and its purse."""
    ledger, env, standing = Ledger(), simpy.Environment(), Standing(True)
    for month in range(1, 4):
        day = int(DAYS.month_starts[month]) - 1
        ledger.post(Entry(day, "client", "vendor", "fees", FEES, "invoice", "fees", day))
    firm = base().vendor.firm.model_copy(update={"credit_line": 0.0})
    purse = Purse(firm, cash)
    books = Breached(signed, Books.open(DAYS), ledger, standing, purse, True)
    books.book(env, Strike("breach", "vendor", 100.0, 0.0, harm=HARM))
    if twice:
        books.book(env, Strike("breach", "vendor", 110.0, 0.0, harm=HARM))
    if fails:
        standing.insolvent_day = 105
    env.run(until=DAYS.end_day)
    paid = [e for e in ledger.entries if e.payer == "vendor"]
    assert all(e.day == min(e.day, DAYS.end_day - 1) and e.payee == "client" for e in paid)
    cashed, billed = (sum(e.amount for e in paid if e.kind == kind) for kind in ("cash", "invoice"))
    assert cashed == billed == pytest.approx(cash - purse.cash)
    return cashed, purse


@pytest.mark.row("R096")
def test_what_the_vendor_bears_by_hand() -> None:
    """Of 1 M$ remediation and 0.4 M$ fine, fees of 0.1 M$ a month: nothing, all, six months of fees, a higher cap."""
    silent = contract(liability=None, remedies=None)
    assert claimed(silent)[0] == 0.0
    assert claimed(contract(liability=EVERYTHING, remedies=None))[0] == 1_400_000.0
    fines = Liability(indemnities=(Indemnity(by="vendor", losses=("regulatory_fines",)),))
    assert claimed(contract(liability=fines, remedies=None))[0] == 400_000.0
    by_client = Liability(indemnities=(Indemnity(by="client", losses=("data_breach",)),))
    assert claimed(contract(liability=by_client, remedies=None))[0] == 0.0
    ordinary = Remedies(liability_cap_months=6.0)
    assert claimed(contract(liability=EVERYTHING, remedies=ordinary))[0] == 600_000.0
    higher = EVERYTHING.model_copy(
        update={"super_cap": SuperCap(months_of_fees=9.0, losses=("data_breach",))}
    )
    assert claimed(contract(liability=higher, remedies=ordinary))[0] == 900_000.0 + 400_000.0
    free = EVERYTHING.model_copy(update={"unlimited": ("data_breach", "regulatory_fines")})
    assert claimed(contract(liability=free, remedies=ordinary))[0] == 1_400_000.0


def test_a_cap_holds_for_the_year_and_a_poor_vendor_pays_what_it_has() -> None:
    capped = contract(liability=EVERYTHING, remedies=Remedies(liability_cap_months=6.0))
    assert claimed(capped, twice=True)[0] == 600_000.0
    paid, purse = claimed(capped, cash=250_000.0)
    assert (paid, purse.cash) == (250_000.0, 0.0)
    assert claimed(capped, fails=True)[0] == 0.0
    assert borne(capped, "data_breach") and not borne(capped, "fraud")
    assert cap_of(capped, "data_breach") == ("ordinary", 6.0)


def test_what_the_vendor_bears_reaches_both_sides_value() -> None:
    """Lived by a rich vendor: the client loses so much less and the vendor so much more, to the cent."""
    signed = base().contract
    assert signed is not None
    rich = {"vendor.firm.opening_cash": 1e9}  # a credit line would cost interest too
    bearing = signed.model_copy(update={"liability": EVERYTHING, "remedies": None})
    without, bears = live(told("breach", **rich)), live(told("breach", contract=bearing, **rich))
    paid = sum(e.amount for e in bears.entries() if e.payer == "vendor" and e.cause == "breach") / 2.0
    harms = [s.harm for s in bears.strikes if s.harm is not None]
    assert paid == pytest.approx(sum(h.remediation + h.fine for h in harms))
    assert client_flows(bears, 0.0).npv - client_flows(without, 0.0).npv == pytest.approx(paid)
    assert vendor_npv(without, 0.0) - vendor_npv(bears, 0.0) == pytest.approx(paid)
    assert vendor_accounts(without)[0] - vendor_accounts(bears)[0] == pytest.approx(paid)
    assert without.closing_cash - bears.closing_cash == pytest.approx(paid)
