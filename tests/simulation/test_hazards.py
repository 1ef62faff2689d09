"""Hazards in the world: off they leave no trace, on they hit what they say, and every option meets the same ones."""

from __future__ import annotations

import shutil
from dataclasses import replace
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import numpy as np
import pandas as pd
import pytest

from orm_sim.centre import engine
from orm_sim.centre.interrupted import Window
from orm_sim.core.errors import InputError
from orm_sim.risk.register import Risks
from orm_sim.risk.site import HAZARDS, Site
from orm_sim.scenario.load import LoadedStudy, load_scenario, without_hazards
from orm_sim.scenario.scenario import Scenario
from orm_sim.simulation.draws import with_inputs
from orm_sim.simulation.duty import InboundDuty, OutboundDuty, agents, inbound_struck, outbound_struck
from orm_sim.simulation.history import OPERATORS, History
from orm_sim.simulation.job import StudyJob
from orm_sim.simulation.outcomes import strike_rows
from orm_sim.simulation.setting import make_setting
from orm_sim.simulation.world import simulate
from orm_sim.study.tables import SIMULATED
from tests.simulation.bank import ROOT, SEED
from tests.simulation.mutations import outputs

OFTEN = {
    "risks.without": (), "risks.outage.vendor.per_year": 40.0, "risks.outage.in_house.per_year": 40.0,
    "risks.weather.vendor.per_year": 20.0, "risks.shock.vendor.wages.per_year": 6.0,
}  # fmt: skip


def stormy(scenario: Scenario, study: LoadedStudy, **changes: Any) -> Scenario:
    """A small option in a rough world."""
    risks = study.base.risks
    return with_inputs(scenario.model_copy(update={"risks": risks}), {**OFTEN, **changes})


@pytest.fixture(scope="module")
def rough(small: dict[str, Scenario], study: LoadedStudy) -> dict[str, Scenario]:
    """The small bank's options in a rough world; one of its vendors plans."""
    found = {name: stormy(each, study) for name, each in small.items()}
    vendor = found["per_hour"].vendor.model_copy(update={"policy": "best_response"})
    found["planned"] = found["per_hour"].model_copy(update={"vendor": vendor})
    return found


@pytest.fixture(scope="module")
def lived_rough(rough: dict[str, Scenario]) -> dict[str, History]:
    """One replication of every option."""
    return StudyJob(rough, "in_house", SEED, "kernel").live(1)[1]


def tables(options: dict[str, Scenario]) -> dict[str, pd.DataFrame]:
    return StudyJob(options, "in_house", SEED, "kernel").run_unit(SimpleNamespace(replications=range(2)))


def test_all_switched_off_gives_the_tables_of_a_world_without_hazards(rough: dict[str, Scenario]) -> None:
    """Byte for byte, vendors that plan included."""
    calm = {n: s.model_copy(update={"risks": s.risks.calm()}) for n, s in rough.items()}
    bare = {n: s.model_copy(update={"risks": Risks(entries=s.risks.entries)}) for n, s in rough.items()}
    one, other = tables(calm), tables(bare)
    assert set(one) == {contract.name for contract in SIMULATED}
    assert len(one["decisions"])
    assert one["strikes"].empty
    assert (one["indices"]["currency"] == 1.0).all()
    for name in one:
        pd.testing.assert_frame_equal(one[name], other[name], check_exact=True)


def test_tables_of_a_rough_world_keep_their_contracts(rough: dict[str, Scenario]) -> None:
    found = tables({name: rough[name] for name in ("in_house", "per_minute")})
    for contract in SIMULATED:
        contract.check(found[contract.name])
    strikes = found["strikes"].set_index(["option", "replication", "hazard", "site"])
    assert strikes.loc[("per_minute", 0, "outage", "vendor"), "contacts_lost"] > 0
    assert ("in_house", 0, "outage", "vendor") not in strikes.index


def test_every_option_of_a_replication_meets_the_same_hazards(lived_rough: dict[str, History]) -> None:
    """Redundancy, upkeep and price aside, which these options do not differ in."""
    one, other = (lived_rough[name].strikes for name in ("per_minute", "commission"))
    assert len(one) > 10 and one == other
    home = [s for s in lived_rough["in_house"].strikes if s.site == "in_house"]
    assert home == [s for s in one if s.site == "in_house"]


def test_a_frequency_counts_the_term_and_not_the_run_off(
    rough: dict[str, Scenario], lived_rough: dict[str, History]
) -> None:
    """Strikes go on while the last invoices are paid; the years they are divided by do not."""
    history = lived_rough["per_minute"]
    rows = strike_rows("per_minute", 0, rough["per_minute"], history)
    counted = next(row[4] for row in rows if row[2:4] == ("outage", "vendor"))
    days = [s.day for s in history.strikes if (s.hazard, s.site) == ("outage", "vendor")]
    assert max(days) > history.days.n_days
    assert counted == sum(day < history.days.n_days for day in days)


def test_remembered_days_and_weeks_followed_change_nothing(
    rough: dict[str, Scenario], lived_rough: dict[str, History]
) -> None:
    for name in ("baseline", "inbound_only", "planned"):
        pair = {"in_house": rough["in_house"], name: rough[name]}
        alone = StudyJob(pair, "in_house", SEED, "kernel").live(1)[1][name]
        np.testing.assert_array_equal(alone.counters, lived_rough[name].counters)
        np.testing.assert_array_equal(alone.lost, lived_rough[name].lost)
        assert alone.entries() == lived_rough[name].entries()


def test_both_engines_live_the_same_rough_world(rough: dict[str, Scenario]) -> None:
    option = rough["per_hour"]
    programme = option.programme.model_copy(update={"months": 2})
    contract = option.contract
    assert contract is not None
    short = option.model_copy(
        update={"programme": programme, "contract": contract.model_copy(update={"term_months": 2})}
    )
    kernel, reference = (
        simulate(short, make_setting(programme, 0.05, SEED, 0), engine(name))
        for name in ("kernel", "reference")
    )
    np.testing.assert_array_equal(kernel.lost, reference.lost)
    for counter in ("offered", "answered", "abandoned", "resolved"):
        np.testing.assert_array_equal(kernel.of(counter, "inbound"), reference.of(counter, "inbound"))


def test_hazards_draw_from_streams_of_their_own(small: dict[str, Scenario], study: LoadedStudy) -> None:
    """Outages change neither who works nor who leaves, while money does not bind; they take contacts."""
    calm = small["per_hour"]
    struck = stormy(calm, study, **{"risks.without": ("weather", "shock")})
    one, other = (
        simulate(each, make_setting(each.programme, 0.05, SEED, 0), engine("kernel"), unlimited_cash=True)
        for each in (calm, struck)
    )
    np.testing.assert_array_equal(one.paid_hours, other.paid_hours)
    assert one.turnover == other.turnover
    vendor = OPERATORS.index("vendor")
    assert other.lost[vendor, 0] > 100 and other.lost[vendor, 1] > 5
    offered = [float(each.of("offered", "inbound").sum()) for each in (one, other)]
    kept_out = other.lost[:, 0].sum()
    assert kept_out < offered[0] - offered[1] < 1.35 * kept_out  # who was never served does not come back


def test_attendance_thins_those_on_duty() -> None:
    site = Site("vendor", present={3: 0.5})
    staffed = np.full(48, 7, np.int64).tobytes()
    inbound = inbound_struck(InboundDuty("vendor", 1.0, staffed, 1.0, 0.8), site, 3)
    assert int(agents(inbound.staffed).sum()) == 168 and inbound.down == ()
    assert inbound_struck(InboundDuty("vendor", 1.0, staffed, 1.0, 0.8), site, 4).staffed == staffed


def test_an_outage_takes_its_part_of_the_hours_of_callers() -> None:
    """From 9:30 to 10:45 all of the 20th interval and half of the 22nd... of 8 callers: 8 x 2.5 intervals."""
    site = Site("vendor", down={0: (Window(34_200.0, 38_700.0, True, True),)})
    duty = outbound_struck(OutboundDuty("vendor", np.full(48, 8, np.int64).tobytes(), 1.0, 1.0, 0.0), site, 0)
    assert agents(duty.staffed)[18:23].tolist() == [8, 0, 0, 4, 8]


def test_wages_and_the_index_follow_a_shock(small: dict[str, Scenario], study: LoadedStudy) -> None:
    """Steps of exactly 10 %: payroll is paid hours x wage x 1.1^steps, the index (1 + growth)^years x 1.1^steps."""
    steps = {f"risks.shock.vendor.{w}.{n}": 0.0 for w in ("wages", "currency") for n in ("per_year", "sd")}
    given = {**steps, "risks.shock.vendor.wages.per_year": 4.0, "risks.shock.vendor.wages.mean": 0.1}
    option = stormy(small["per_hour"], study, **given, **{"risks.without": ("outage", "weather")})
    history = simulate(option, make_setting(option.programme, 0.05, SEED, 2), engine("kernel"))
    days = [int(s.day) for s in history.strikes if s.site == "vendor"]
    assert days and all(s.factor == pytest.approx(1.1) for s in history.strikes if s.site == "vendor")
    terms = option.vendor.workforce
    rate = np.array(
        [terms.wage_level(d) * 1.1 ** sum(day <= d for day in days) for d in range(history.days.n_days)]
    )
    vendor = OPERATORS.index("vendor")
    expected = float((history.paid_hours[vendor].sum(axis=0) * rate).sum()) * option.vendor.overtime_factor
    paid = sum(e.amount for e in history.entries() if e.cause == "payroll" and e.payer == "vendor")
    assert paid == pytest.approx(expected, rel=1e-9)
    last = history.days.month_starts[1:] - 1
    level = [
        (1 + terms.wage_growth_per_year) ** (d // 365) * 1.1 ** sum(x <= d for x in days)
        for d in last.tolist()
    ]
    np.testing.assert_allclose(history.indices["wages"], level, rtol=1e-12)


def test_a_price_tied_to_the_currency_follows_it(tmp_path: Path) -> None:
    """Reviewed at the anniversary: from month 13 on, hours x rate x the index of that month over that of the first."""
    folder = tmp_path / "scenarios"
    shutil.copytree(ROOT / "scenarios", folder)
    file = folder / "contracts" / "per_productive_hour.yaml"
    text = file.read_text(encoding="utf-8")
    text = text.replace("index: wages", "index: currency").replace("    cap_per_year: 0.04\n", "")
    text = text[: text.index("  - clause: service_credit")]
    file.write_text(text, encoding="utf-8")
    small = {"programme.months": "14", "contract.term_months": "14", "programme.inbound.contacts_per_week": "1500",
             "risks.without": "[outage, weather]", "risks.shock.vendor.currency.sd": "0.2"}  # fmt: skip
    loaded = load_scenario(folder / "bank_per_hour.yaml", small)
    assert loaded.contract is not None
    option = loaded.model_copy(update={"contract": loaded.contract.with_rate(16.0)})
    history = simulate(
        option, make_setting(option.programme, 0.05, SEED, 1), engine("kernel"), unlimited_cash=True
    )
    currency = history.indices["currency"]
    assert np.ptp(currency) > 0.05
    vendor_hours = sum(history.of("productive_hours", c, "vendor") for c in ("inbound", "outbound"))
    invoiced = np.zeros(currency.size)
    for entry in history.entries():
        if entry.kind == "invoice":
            invoiced[history.days.month[entry.day]] += entry.amount
    factor = np.where(np.arange(currency.size) < 12, 1.0, currency[12] / currency[0])
    assert abs(factor[12] - 1.0) > 0.01
    np.testing.assert_allclose(invoiced[:14], (vendor_hours * 16.0 * factor)[:14], rtol=1e-6, atol=0.02)


@pytest.mark.row("R136")
def test_a_vendor_lets_a_platform_stand_by_where_outages_cost_more_than_it() -> None:
    """Per productive hour: hours in which the platform is down are not paid for."""
    given = {"vendor.levers.redundancy": [0.0, 1.0, 2.0], "vendor.platform_per_month": 150.0}
    often = {"risks.without": ["weather", "shock"], "risks.outage.vendor.per_year": 60.0}
    assert outputs(given)["plan_redundancy"] == 0.0
    assert outputs({**given, **often})["plan_redundancy"] >= 1.0
    dear = {**given, **often, "vendor.platform_per_month": 20_000.0}
    assert outputs(dear)["plan_redundancy"] == 0.0


def test_a_vendor_foresees_what_outages_take() -> None:
    often = {"risks.without": ["weather", "shock"], "risks.outage.vendor.per_year": 100.0}
    one, other = outputs({}), outputs(often)
    down = 100.0 * 4.0 / 8_766.0
    assert other["part_revenue"] / one["part_revenue"] == pytest.approx(1.0 - down, abs=0.01)


def test_options_without_each_hazard(study: LoadedStudy) -> None:
    pairs = without_hazards(study, "per_hour")
    assert [h for name, h in pairs.variants if name == "per_hour"] == [*study.base.risks.active, "all"]
    for (name, hazard), variant in pairs.variants.items():
        left_out = pairs.options[variant].risks.without
        assert left_out == (HAZARDS if hazard == "all" else (hazard,))
        assert pairs.options[variant].contract == pairs.options[name].contract
    with pytest.raises(InputError, match="Did you mean 'per_hour'"):
        without_hazards(study, "per_hours")
    calm = {n: s.model_copy(update={"risks": s.risks.calm()}) for n, s in study.options.items()}
    with pytest.raises(InputError, match="nothing to leave out"):
        without_hazards(replace(study, options=calm), "per_hour")
