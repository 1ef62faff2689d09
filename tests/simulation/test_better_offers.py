"""Better offers: the reckoning by hand, the client that leaves when switching pays, and what it then pays."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest
from click.testing import CliRunner
from numpy.typing import NDArray

from orm_sim.cli import main
from orm_sim.contract.contract import Contract
from orm_sim.core.loader import build, parse_yaml
from orm_sim.simulation.history import History
from orm_sim.simulation.standing import ExitWatch, Standing
from orm_sim.simulation.vendors.offers import Bid, Lived, exit_charge, saved
from orm_sim.simulation.vendors.together import LivedFirms
from tests.simulation.firm_files import lived, loaded, setting, words

HOURS = "{clause: per_unit, label: hours, channel: inbound, meter: productive_hours, rate: RATE}"
DEAR = f"set: {{contract: {{clauses: [{HOURS.replace('RATE', '150')}]}}}}"
"""A contract under which an hour costs more than nine times what the other's does."""
MONTHS = 9
NOTICE = 5
"""The first month, from 1, that a vendor given notice at the end of the third no longer serves: 30 days are April."""


def contract(clauses: str) -> Contract:
    """A contract of six months with these clauses."""
    head = "title: x\nscope: [inbound]\nterm_months: 6\npayment: {net_days: 30}\nnotice_days: 30\n"
    return build(Contract, parse_yaml(f"{head}clauses: [{clauses}]\n", "contract.yaml"))


def hours(*counted: float) -> list[dict[tuple[str, str], float]]:
    """Months of productive hours."""
    return [{("inbound", "productive_hours"): each} for each in counted]


FIXED = "{clause: fixed, label: base, amount: 500}"
FEE = "{clause: termination_fee, label: exit, months_of_fees: 2, fees: [hours]}"


def test_a_saving_by_hand() -> None:
    """1000, 1100 and 1200 hours at 20 $, against 16 $ and a fixed sum that the other has anyway.

    Of the last two months: 1150 hours at 20 $ are 23,000 $; the other would be paid 1150 x 16 = 18,400 $ more.
    """
    now = Lived(contract(HOURS.replace("RATE", "20")), hours(1000.0, 1100.0, 1200.0))
    terms = contract(f"{HOURS.replace('RATE', '16')}, {FIXED}")
    other = Lived(terms, hours(10.0, 20.0, 30.0))
    assert saved(now, other, terms, 2) == pytest.approx((23_000.0, 4_600.0))
    cheaper = contract(f"{{clause: scale, by: 0.5, of: [{HOURS.replace('RATE', '16')}]}}")
    # all its hours at 8 $ and no fixed sum: 1175 x 8 = 9,400 $ where it is paid 25 x 16 + 500 = 900 $ now
    assert saved(now, other, cheaper, 2) == pytest.approx((23_000.0, 23_000.0 - 8_500.0))


@pytest.mark.parametrize(("cost", "leaves"), [(13_799.0, True), (13_800.0, False), (13_801.0, False)])
def test_a_saving_is_held_against_the_cost_and_a_margin(cost: float, leaves: bool) -> None:
    """4,600 $ a month for three months are 13,800 $: no reason to leave unless switching costs less."""
    assert (Bid(23_000.0, 4_600.0, 3, cost).gain(0.0) > 0.0) == leaves
    assert Bid(23_000.0, 4_600.0, 3, cost - 6_900.0).gain(0.1) == pytest.approx(13_800.0 - cost)


def test_the_charge_for_leaving_is_that_of_the_contract_when_the_notice_runs_out() -> None:
    """Two months of fees on the average: (1000 + 1100 + 1200 + 1200) / 4 = 1125 hours at 20 $, twice."""
    terms = contract(f"{HOURS.replace('RATE', '20')}, {FEE}")
    now = Lived(terms, hours(1000.0, 1100.0, 1200.0))
    assert exit_charge(now, 1) == pytest.approx(45_000.0)
    assert exit_charge(Lived(contract(HOURS.replace("RATE", "20")), now.months), 1) == 0.0


def offer(cost: float = 0.0, more: str = "") -> str:
    """The client looks from the end of the third month on, at that month."""
    return f"better_offer: {{from_month: 3, look_back_months: 1, switching_cost: {cost!r}{more}}}\n"


def two(rest: str, north: str = "share: 0.6", south: str = f"share: 0.4, {DEAR}") -> LivedFirms:
    """A programme in which south is dear."""
    return lived(words(north, south, rest, months=MONTHS), MONTHS)


def invoiced(history: History, label: str = "hours") -> NDArray[np.float64]:
    """A label's invoices by month."""
    found = np.zeros(history.days.n_months_with_run_off)
    for e in history.entries():
        if e.kind == "invoice" and e.cause == label:
            found[history.days.month[e.day]] += e.amount
    return found


def paid(history: History, cause: str) -> list[float]:
    """What the client pays for a cause."""
    return [e.amount for e in history.entries() if e.cause == cause]


def threshold() -> float:
    """The switching cost at which leaving south at the end of the third month does not pay, by its invoice of then.

    16 $ an hour instead of 150 $ for the months that are left; less the transition of 40 % of the volume, half of the
    project going with volume, and half of what south's own part of it (70 %) has cost.
    """
    bill = invoiced(two("").histories["south"])[2]
    saving = (bill - round(bill / 150.0 * 16.0, 2)) * (MONTHS - NOTICE + 1)
    return float(saving - 1_000_000 * (0.5 * 0.4 + 0.5 * 0.7))


def test_the_client_leaves_where_the_saving_is_just_above_what_it_costs() -> None:
    leaves = two(offer(threshold() - 1.0))
    assert leaves.switches is not None
    switch = leaves.switches["south"]
    assert (switch.to, switch.month) == ("north", 2)
    south, north = leaves.histories["south"], leaves.histories["north"]
    assert south.ended_day == switch.last_day == int(south.days.month_starts[NOTICE - 1]) - 1
    assert [e.what for e in south.events][-2:] == [
        "notice for convenience: north offers better; the vendor serves to the end of month 3",
        "contract ended for a better offer; its volume goes elsewhere",
    ]
    assert [e.what for e in leaves.events] == [
        "north offers better, notice to south: north 100%",
        "south has left: north 100%",
    ]
    assert paid(south, "switching to another vendor") == [pytest.approx(threshold() - 1.0 + 200_000.0)]
    assert paid(south, "exit and rebuilding") == [350_000.0]
    after = slice(NOTICE - 1, MONTHS)
    assert south.of("offered", "inbound", "vendor")[after].sum() == 0.0
    assert north.of("offered", "inbound", "in_house")[after].sum() == 0.0
    calm = two("").histories["north"]
    for counter, least in (("offered", 1.5), ("fte", 1.3)):
        had, has = (h.of(counter, "inbound", "vendor")[after].sum() for h in (calm, north))
        assert has > least * had


def same(one: LivedFirms, other: LivedFirms) -> bool:
    """Whether two replications are the same, byte for byte."""
    return one.events == other.events and all(
        a.counters.tobytes() == b.counters.tobytes()
        and a.cash.tobytes() == b.cash.tobytes()
        and (a.entries(), a.events, a.decisions) == (b.entries(), b.events, b.decisions)
        for a, b in zip(one.histories.values(), other.histories.values(), strict=True)
    )


def test_it_stays_for_good_where_no_offer_pays_what_switching_costs() -> None:
    """Just too dear at the end of the third month, and with fewer months left later; or out of reach; or no room."""
    without = two("")
    assert without.switches is None
    assert same(two(offer(1e15)), without)
    small = two(offer(), "share: 0.6, maximum: 0.9")
    assert small.switches == {} and same(small, two("", "share: 0.6, maximum: 0.9"))
    found = two(offer(threshold() + 1.0)).switches
    assert found is not None and all(each.month > 2 for each in found.values())


def test_a_challenger_without_a_share_takes_all_at_the_level_it_offers() -> None:
    """It hires from the notice on; once the other has gone its hours are paid at eight tenths."""
    south = f"share: 1, {DEAR}"
    plain = two(offer(), "share: 0", south)
    level = two(offer(more=", offers: {north: 0.8}"), "share: 0", south)
    assert plain.switches and level.switches
    north = level.histories["north"]
    worked = north.of("productive_hours", "inbound", "vendor")[:MONTHS]
    assert worked[: NOTICE - 1].sum() < 0.1 * worked.sum()
    np.testing.assert_allclose(invoiced(north)[NOTICE - 1 : MONTHS], 12.8 * worked[NOTICE - 1 :], atol=0.01)
    wide = plain.histories["north"].of("productive_hours", "inbound", "vendor")[:MONTHS]
    np.testing.assert_allclose(invoiced(plain.histories["north"])[:MONTHS], 16.0 * wide, atol=0.01)


def test_the_charge_of_the_contract_is_billed_with_its_last_month() -> None:
    fee = f"share: 0.4, set: {{contract: {{clauses: [{HOURS.replace('RATE', '150')}, {FEE}]}}}}"
    south = two(offer(), south=fee).histories["south"]
    charged = invoiced(south, "exit")
    fees = invoiced(south)[: NOTICE - 1]
    assert charged[NOTICE - 2] == pytest.approx(2.0 * fees.mean(), abs=0.01)
    assert charged.sum() == charged[NOTICE - 2]
    assert two(offer(threshold() - 1.0), south=fee).switches == {}


def test_who_fails_under_notice_is_not_owed_the_charge() -> None:
    """Its other accounts ruin it before the notice is over: what the switch costs is paid, the exit charge is not."""
    ruin = (
        "firm: {opening_cash: 1000000, credit_line: 0, other_business: {monthly_margin: -300000, sd: 1000}}"
    )
    fee = f"clauses: [{HOURS.replace('RATE', '150')}, {FEE.replace('months_of_fees: 2', 'months_of_fees: 0.1')}]"
    said = f"share: 0.4, set: {{vendor: {{{ruin}}}, contract: {{{fee}}}}}"
    found = two(offer(more=", notice_days: 80"), south=said)
    assert found.switches is not None
    south, told = found.histories["south"], found.switches["south"]
    assert south.insolvent_day is not None and south.ended_day is None
    assert int(south.days.month_starts[told.month + 1]) <= south.insolvent_day < told.last_day
    assert invoiced(south, "exit").sum() == 0.0
    assert paid(south, "switching to another vendor") == [200_000.0]
    after = int(south.days.month[south.insolvent_day]) + 1
    assert found.histories["north"].of("offered", "inbound", "in_house")[after:MONTHS].sum() == 0.0


def test_a_planner_knows_its_last_month_though_the_client_watches_no_service() -> None:
    """Under notice it looks no further than it serves, and no failed month ends the contract sooner."""
    scenario, days = next(iter(loaded(words(months=MONTHS)).scenarios.values())), setting(MONTHS).days
    watch = ExitWatch(None, 0.8, scenario.contract.notice_days if scenario.contract else 0, 56, heeded=True)
    assert watch.tolerance(days, 3, Standing(True)) is None
    told = Standing(True, notice_day=89, last_day=int(days.month_starts[5]) - 1)
    tolerance = watch.tolerance(days, 3, told)
    assert tolerance is not None
    kept, stands = tolerance.follow(np.zeros((6, 1, 1)), np.ones((6, 1, 1)))
    assert kept[:, 0, 0].tolist() == [1.0, 1.0, 0.0, 0.0, 0.0, 0.0] and not stands.any()


def test_the_report_and_its_json_say_how_often_and_when(tmp_path: Path) -> None:
    path = tmp_path / "programme.yaml"
    path.write_text(words("share: 0.6", f"share: 0.4, {DEAR}", offer(), months=MONTHS), encoding="utf-8")
    asked = ["vendors", str(path), "--replications", "2", "--workers", "1"]
    shown = CliRunner().invoke(main, asked)
    assert shown.exit_code == 0, shown.output
    lines = [line.strip() for line in shown.stdout.splitlines()]
    share = "is left for a better offer in 2 of 2 (22% to 100%), notice after 3.0 months"
    assert any(line.startswith("fails in 0 of 2") and line.endswith(share) for line in lines)
    assert "leaves a vendor for a better offer in 2 of 2 (22% to 100%), notice after 3.0 months" in lines
    found = json.loads(CliRunner().invoke(main, [*asked, "--json"]).stdout)["figures"]
    figures = {(e["figure"], e["vendor"]): e["mean"] for e in found if e["quarter"] is e["month"] is None}
    assert figures["better_offer", "south"] == figures["client_better_offer", None] == 1.0
    assert figures["better_offer", "north"] == 0.0 and figures["better_offer_month", "north"] is None
    assert figures["client_better_offer_month", None] == figures["better_offer_month", "south"] == 3.0
    assert figures["ended", "south"] == 1.0
