"""Several vendors that react: one demand, shares that move, exits, overflow, and what each firm makes of it."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator

import numpy as np
import pytest
from numpy.typing import NDArray

from orm_sim.centre import engine
from orm_sim.demand.inbound import Contacts
from orm_sim.simulation.history import History
from orm_sim.simulation.inbound_pool import InboundPool
from orm_sim.simulation.setting import make_setting
from orm_sim.simulation.vendors.firm_figures import firm_figures
from orm_sim.simulation.vendors.together import LivedFirms, live_firms, setting_for
from orm_sim.simulation.world import simulate
from tests.simulation.firm_files import SEED, lived, loaded, setting, words

FAILS = (
    "set: {vendor: {firm: {opening_cash: 150000, credit_line: 0,"
    " other_business: {monthly_margin: -70000, sd: 1000}}}}"
)
"""A firm whose other accounts have ruined it by the end of the second month."""
LEAN = (
    "set: {vendor: {policy: best_response, traits: {outside_margin: null}, levers: {staffing_ratio: [0.6]}}}"
)
"""A firm that staffs six tenths of what the service asks for, whatever that brings."""
CHALLENGE = (
    "sharing: {rule: champion_challenger, every: quarter, step: 0.1,"
    " measured_by: [{kpi: service_level, within_s: 20, weight: 1}]}\nnotice_weeks: 4\n"
)


def of(found: LivedFirms, name: str, counter: str, operator: str = "vendor") -> NDArray[np.float64]:
    """A counter of a vendor's inbound contacts by month of the term."""
    history = found.histories[name]
    return history.of(counter, "inbound", operator)[: history.days.n_months]


@pytest.mark.parametrize("policy", ["contract_following", "best_response"])
def test_a_vendor_with_everything_lives_as_it_does_alone(policy: str) -> None:
    """Beside a vendor without a share the first one's history is that of the single world, byte for byte."""
    text = words(f"share: 1, set: {{vendor: {{policy: {policy}}}}}", "share: 0")
    together = lived(text).histories["north"]
    scenario = loaded(text).scenarios["north"]
    apart = make_setting(scenario.programme, scenario.evaluation.forecast_cv, SEED, 0)
    alone = simulate(scenario, apart, engine("kernel"))
    assert together.counters.tobytes() == alone.counters.tobytes()
    assert together.cash.tobytes() == alone.cash.tobytes()
    assert together.paid_hours.tobytes() == alone.paid_hours.tobytes()
    assert together.entries() == alone.entries()
    assert (together.events, together.decisions) == (alone.events, alone.decisions)
    assert bool(alone.decisions) == (policy == "best_response")


@pytest.fixture
def taken(monkeypatch: pytest.MonkeyPatch) -> Iterator[dict[int, list[NDArray[np.int64]]]]:
    """Identities of the contacts that any operator is given, by number of replays of that many contacts."""
    plain, found = InboundPool.serve, defaultdict[int, list[NDArray[np.int64]]](list)
    share_of = InboundPool._share_of

    def kept(
        self: InboundPool, contacts: tuple[Contacts, Contacts], low: float, high: float, factor: float
    ) -> Contacts:
        mine = share_of(self, contacts, low, high, factor)
        found[id(contacts[0][3])].append(mine[3])
        return mine

    monkeypatch.setattr(InboundPool, "_share_of", kept)
    yield found
    assert InboundPool.serve is plain


def test_every_contact_has_one_owner(taken: dict[int, list[NDArray[np.int64]]]) -> None:
    """First contacts of every day are the single vendor's, each given to exactly one operator; shares sum to 1."""
    text = words("share: 0.55", f"share: 0.45, maximum: 0.7, {FAILS}", CHALLENGE)
    firms, outside = loaded(text), setting()
    found = live_firms(firms.terms, firms.scenarios, outside, engine("kernel"))
    assert found.histories["south"].insolvent_day is not None
    for day in range(outside.days.n_days):
        first = outside.demand.first_contacts(day)[3]
        given = np.concatenate(taken[id(first)])
        attempt = np.isin(given, first)
        assert np.array_equal(np.sort(given[attempt]), np.sort(first))
        assert np.unique(given).size == given.size
    offered = [of(found, n, "offered", o) for n in found.histories for o in ("vendor", "in_house")]
    settled = [
        of(found, n, k, o)
        for k in ("answered", "abandoned")
        for n in found.histories
        for o in ("vendor", "in_house")
    ]
    assert np.array_equal(np.sum(offered, axis=0), np.sum(settled, axis=0))


def test_results_move_volume_and_people_and_money_follow() -> None:
    """The vendor that staffs in full gains what the lean one loses, a notice after the quarter; it hires and earns."""
    stays = lived(words(f"share: 0.5, {LEAN}", "share: 0.5", months=12), 12)
    moves = lived(words(f"share: 0.5, {LEAN}", "share: 0.5", CHALLENGE, months=12), 12)
    told = [event for event in moves.events if event.what.startswith("results")]
    assert told[0].what == "results: north 40%, south 60%"
    until = int(moves.histories["south"].days.month[told[0].day + 4 * 7])
    late = slice(until + 3, None)
    for counter in ("offered", "fte"):
        assert np.array_equal(of(stays, "south", counter)[:3], of(moves, "south", counter)[:3])
        assert of(moves, "south", counter)[late].sum() > 1.15 * of(stays, "south", counter)[late].sum()
    assert of(moves, "north", "offered")[late].sum() < 0.9 * of(stays, "north", "offered")[late].sum()
    assert sum(of(moves, name, "offered", "in_house")[3:].sum() for name in ("north", "south")) == 0.0
    assert moves.histories["south"].closing_cash > stays.histories["south"].closing_cash
    assert moves.histories["north"].closing_cash < stays.histories["north"].closing_cash


def abandoned_share(found: LivedFirms, name: str) -> NDArray[np.float64]:
    """Share of a vendor's contacts that abandon, by month."""
    return of(found, name, "abandoned") / np.maximum(of(found, name, "offered"), 1.0)


@pytest.mark.parametrize(("who", "other"), [("north", "south"), ("south", "north")])
def test_who_fails_leaves_its_volume_to_the_others(who: str, other: str) -> None:
    """The other has it the next day with the people it has, hires for it, and serves it after the hiring lag."""
    shares = {"north": "share: 0.6", "south": "share: 0.4"}
    text = words(
        *(f"{share}{', ' + FAILS if name == who else ''}" for name, share in shares.items()), months=9
    )
    found, calm = lived(text, 9), lived(words(**shares, months=9), 9)
    day = found.histories[who].insolvent_day
    assert day is not None
    after = int(found.histories[who].days.month[day]) + 1
    assert of(found, who, "offered")[after:].sum() == 0.0
    assert of(found, who, "offered", "in_house")[after:].sum() == 0.0
    whole = of(calm, who, "offered") + of(calm, other, "offered")
    np.testing.assert_allclose(of(found, other, "offered")[after:], whole[after:], rtol=0.06)
    lost = abandoned_share(found, other)
    assert lost[after] > 0.1 > abandoned_share(calm, other)[after]
    assert lost[after + 3 :].max() < 0.06
    assert of(found, other, "fte")[after + 3 :].mean() > 1.3 * of(calm, other, "fte")[after + 3 :].mean()
    assert found.histories[other].insolvent_day is None


def test_a_maximum_and_the_clients_wish_bring_volume_home() -> None:
    """What the others may not take goes to the client's own centre, which hires in a hurry; with nobody left, all."""
    some = lived(words(f"share: 0.6, {FAILS}", "share: 0.4, maximum: 0.7", months=9), 9)
    none = lived(words(f"share: 0.6, {FAILS}", "share: 0.4", "when_one_leaves: in_house\n", months=9), 9)
    gone = lived(words(f"share: 0.6, {FAILS}", f"share: 0.4, {FAILS}", months=9), 9)
    for found, share in ((some, 0.3), (none, 0.6), (gone, 1.0)):
        home = of(found, "north", "offered", "in_house")[5:].sum()
        whole = home + sum(of(found, name, "offered")[5:].sum() for name in found.histories)
        assert home / whole == pytest.approx(share, abs=0.015)
        assert of(found, "north", "fte", "in_house")[5:].min() > 0.0
    assert gone.events[-1].what == "south has left: everything goes back in-house"


def test_notice_gives_the_others_time_to_hire() -> None:
    """A vendor that is sent away serves its notice; the others lose fewer contacts than after an insolvency."""
    rule = "relationship: {exit_rule: {failed_months: 2, of_months: 3}}"
    blind = "traits: {outside_margin: null, heeds_exit: false}"
    lean = f"set: {{{rule}, vendor: {{policy: best_response, {blind}, levers: {{staffing_ratio: [0.5]}}}}}}"
    found = lived(words("share: 0.6", f"share: 0.4, {lean}", months=9), 9)
    ended = found.histories["south"].ended_day
    assert ended is not None and found.histories["south"].insolvent_day is None
    told = next(event for event in found.events if event.what.startswith("notice to south"))
    assert told.day < ended
    after = int(found.histories["south"].days.month[ended]) + 1
    assert of(found, "south", "offered")[after:].sum() == 0.0
    assert abandoned_share(found, "north")[after] < 0.1


def test_who_does_not_sign_is_left_out_from_the_beginning() -> None:
    """At a price that does not pay a planner refuses; the other signs for all, or everything stays in-house."""
    plans = "set: {vendor: {policy: best_response}}"
    one = lived(words("share: 0.6", f"share: 0.4, {plans}", rate=9.0))
    assert set(one.histories) == {"north"} and "no deal" in one.refused["south"]
    assert of(one, "north", "offered", "in_house")[2:].sum() == 0.0
    nobody = lived(words(f"share: 0.6, {plans}", f"share: 0.4, {plans}", rate=9.0))
    assert set(nobody.histories) == {"in_house"} and set(nobody.refused) == {"north", "south"}
    scenario = next(iter(loaded(words()).scenarios.values())).model_copy(update={"contract": None})
    home = simulate(scenario, setting(), engine("kernel"))
    assert nobody.histories["in_house"].entries() == home.entries()


def passing(after_s: float, price: float = 4.0) -> LivedFirms:
    """A lean vendor that passes contacts on, and one that takes them."""
    over = f"overflow: {{to: south, after_s: {after_s}, price_per_contact: {price}}}"
    return lived(words(f"share: 0.6, {LEAN}, {over}", "share: 0.4"))


def test_overflow_conserves_contacts_and_is_paid_once() -> None:
    found, without = passing(60.0), lived(words(f"share: 0.6, {LEAN}", "share: 0.4"))
    passed, taken = found.passed_on["north"][:6], found.taken["south"]
    assert passed.sum() > 1000
    kept = sum(of(found, "north", name) for name in ("answered", "abandoned"))
    np.testing.assert_array_equal(of(found, "north", "offered"), kept + passed)
    south = sum(of(found, "south", name) for name in ("answered", "abandoned"))
    np.testing.assert_array_equal(of(found, "south", "offered"), south)
    assert taken["answered"].sum() == passed.sum()
    assert taken["resolved"].sum() + taken["unresolved"].sum() == passed.sum()
    assert taken["answered_within"].sum() == 0.0  # they have waited longer than that before
    lines = [
        e
        for e in found.histories["south"].entries()
        if e.kind == "invoice" and e.cause == "overflow from north"
    ]
    assert sum(e.amount for e in lines) == pytest.approx(4.0 * passed.sum(), abs=0.005)
    paid = [
        e for e in found.histories["south"].entries() if e.kind == "cash" and e.cause == "overflow from north"
    ]
    assert [(e.amount, e.day - 30) for e in paid] == [(e.amount, e.day) for e in lines]
    assert np.all(abandoned_share(found, "north")[2:] < 0.6 * abandoned_share(without, "north")[2:])
    assert of(found, "south", "busy_s").sum() > 1.1 * of(without, "south", "busy_s").sum()


def test_overflow_after_longer_than_anybody_waits_changes_nothing() -> None:
    """The moment of leaving is exact: with a wait that nobody reaches, both histories are those without overflow."""
    found, without = passing(1e6), lived(words(f"share: 0.6, {LEAN}", "share: 0.4"))
    for name in ("north", "south"):
        assert found.histories[name].counters.tobytes() == without.histories[name].counters.tobytes()
        assert found.histories[name].entries() == without.histories[name].entries()


def test_overflow_at_once_leaves_nobody_waiting() -> None:
    """After no wait at all, the passer's queue is empty: who is answered there was answered at once."""
    found = passing(0.0)
    np.testing.assert_array_equal(of(found, "north", "answered"), of(found, "north", "answered_within"))
    assert of(found, "north", "wait_answered_s").sum() == 0.0


def test_luck_belongs_to_the_vendor() -> None:
    """Two vendors on the same terms do not share leavers and other accounts; the first has those of one alone."""
    outside, names = setting(), ("north", "south")
    assert setting_for(outside, names, "north").seed_of("vendor") == outside.seed
    assert setting_for(outside, names, "south").seed_of("vendor") != outside.seed
    assert setting_for(outside, names, "south").seed_of("in_house") == outside.seed
    found = lived(words("share: 0.5", "share: 0.5"))
    assert not np.array_equal(of(found, "north", "fte"), of(found, "south", "fte"))


def test_the_client_is_worth_the_sum_of_its_ledgers() -> None:
    """Together: one retained team, each vendor's fixed part of transition; figures by name, nothing left out."""
    text = words("share: 0.6", "share: 0.4")
    firms, found = loaded(text), lived(text)
    home = simulate(firms.home, setting(), engine("kernel"))
    alone: dict[str, History] = {
        name: simulate(each, setting_for(setting(), ("north", "south"), name), engine("kernel"))
        for name, each in firms.scenarios.items()
    }
    figures = firm_figures(found, alone, home, firms.scenarios)
    spent = {"transition": 0.0, "retained_roles": 0.0}
    for history in found.histories.values():
        for entry in history.entries():
            if entry.account in spent:
                spent[entry.account] += entry.amount
    client = firms.home.client
    assert spent["transition"] == pytest.approx(client.transition_cost * (0.8 + 0.7))
    assert spent["retained_roles"] == pytest.approx(client.retained_roles_per_year / 2.0)
    assert figures["share[vendor=north]"] + figures["share[vendor=south]"] + figures[
        "client_in_house_share"
    ] == (pytest.approx(1.0))
    for name in ("north", "south"):
        gained = figures["client_value"] - figures[f"value_alone[vendor={name}]"]
        assert figures[f"client_value_gained[vendor={name}]"] == pytest.approx(gained)
