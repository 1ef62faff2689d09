"""Discount, late interest, set-off and taxes act in a lived contract where they are given, and the books reconcile."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

import numpy as np
import pytest
from pydantic import ValidationError

from orm_sim.centre import engine
from orm_sim.contract import DisputeTerms, EarlyDiscount, PaymentTerms, Taxes
from orm_sim.core.streams import key, uniforms
from orm_sim.finance.ledger import Entry
from orm_sim.relationship.client import DisputeHabit
from orm_sim.scenario.scenario import Scenario
from orm_sim.simulation.billing import Habit
from orm_sim.simulation.history import History
from orm_sim.simulation.outcomes import client_flows, vendor_accounts
from orm_sim.simulation.pricing import Metered, ReferenceJob, expected_margin
from orm_sim.simulation.setting import make_setting
from orm_sim.simulation.world import simulate
from tests.simulation.bank import SEED, shrunk

CENT = 0.005
Live = Callable[..., History]
EARLY = EarlyDiscount(within_days=10, share=0.02)
TAXES = Taxes(vat=0.2, irrecoverable_share=0.25, withholding=0.1)


def changed(option: Scenario, client: dict[str, Any], taxes: Taxes | None, **payment: Any) -> Scenario:
    """An option with other payment terms, taxes and habits."""
    contract = option.contract
    assert contract is not None
    terms = PaymentTerms(net_days=contract.payment.net_days, **payment)
    return option.model_copy(
        update={
            "contract": contract.model_copy(update={"payment": terms, "taxes": taxes}),
            "client": option.client.model_copy(update=client),
        }
    )


@pytest.fixture(scope="module")
def live(small: dict[str, Scenario]) -> Iterator[Live]:
    """Lives four months of baseline plus commission, on the same callers whatever is changed."""
    option = shrunk(small["baseline"], months=4)
    setting = make_setting(option.programme, 0.05, SEED, 0)

    def lived(client: dict[str, Any] | None = None, taxes: Taxes | None = None, **payment: Any) -> History:
        return simulate(changed(option, client or {}, taxes, **payment), setting, engine("kernel"))

    yield lived
    setting.release()


def money(history: History, kind: str, cause: str | None = None) -> float:
    """Fees and credits of the client, net of what comes back."""
    rows = [e for e in history.entries() if e.kind == kind and e.account in ("fees", "credits")]
    return sum(e.amount if e.payer == "client" else -e.amount for e in rows if cause in (None, e.cause))


def kept(history: History, who: str) -> float:
    """Cash of a party over the whole history."""
    rows = [e for e in history.entries() if e.kind == "cash"]
    return sum(e.amount * ((e.payee == who) - (e.payer == who)) for e in rows)


def reconciled(history: History) -> None:
    """Closing cash and the client's waterfall follow from the ledger, and all that was billed was paid."""
    assert history.insolvent_day is None
    assert history.opening_cash + kept(history, "vendor") == pytest.approx(history.closing_cash, abs=CENT)
    assert money(history, "cash") == pytest.approx(money(history, "invoice"), abs=CENT)
    value = sum(
        e.amount * ((e.payee == "client") - (e.payer == "client"))
        for e in history.entries()
        if e.kind != "invoice"
    )
    assert client_flows(history, 0.0).npv == pytest.approx(value, abs=CENT)


def dated(history: History) -> list[tuple[int, str, float]]:
    """Payments for fees and credits in the order of the ledger."""
    return [
        (e.day, e.cause, e.amount if e.payer == "client" else -e.amount)
        for e in history.entries()
        if e.kind == "cash" and e.account in ("fees", "credits")
    ]


def owed(history: History) -> float:
    """The invoices in which the client owes something; nothing is withheld of the others."""
    by_day: dict[int, float] = {}
    for e in history.entries():
        if e.kind == "invoice":
            by_day[e.day] = by_day.get(e.day, 0.0) + (e.amount if e.payer == "client" else -e.amount)
    return sum(max(amount, 0.0) for amount in by_day.values())


def test_what_is_not_given_changes_nothing(live: Live) -> None:
    """A discount that is not worth taking, a dispute procedure and interest nobody owes leave the ledger as it is."""
    plain = live()
    reconciled(plain)
    poor = EarlyDiscount(within_days=10, share=0.001)
    dispute = DisputeTerms(window_days=30, resolve_days=30)
    assert live(early_discount=poor, late_interest_per_year=0.1, dispute=dispute).entries() == plain.entries()
    assert sorted(dated(live(set_off=False))) == sorted(dated(plain))


def test_the_discount_is_kept_on_all_that_is_paid_early(live: Live) -> None:
    plain, early = live(), live(early_discount=EARLY)
    reconciled(early)
    ends = {e.day for e in early.entries() if e.kind == "invoice" and e.cause != "early-payment discount"}
    assert {day for day, _, _ in dated(early)} <= {day + 10 for day in ends}
    by_day: dict[int, float] = {}
    for day, cause, amount in dated(early):
        if cause != "early-payment discount":
            by_day[day] = by_day.get(day, 0.0) + amount
    expected = sum(round(max(amount, 0.0) * 0.02 + 1e-9, 2) for amount in by_day.values())
    assert expected > 0.0
    assert -money(early, "cash", "early-payment discount") == pytest.approx(expected, abs=CENT)
    assert kept(early, "vendor") < kept(plain, "vendor")
    assert vendor_accounts(early)[0] == pytest.approx(vendor_accounts(plain)[0] - expected, abs=CENT)


def test_who_pays_late_pays_interest(live: Live) -> None:
    plain, late = live(), live({"pays_late_days": 20}, late_interest_per_year=0.08)
    reconciled(late)
    by_day: dict[int, float] = {}
    for day, _, amount in dated(plain):
        by_day[day] = by_day.get(day, 0.0) + amount
    close = late.days.end_day - 1
    expected = {
        min(day + 20, close): round(amount * 0.08 * 20 / 365 + 1e-9, 2)
        for day, amount in by_day.items()
        if amount > 0
    }
    assert {day: amount for day, cause, amount in dated(late) if cause == "late interest"} == pytest.approx(
        expected
    )
    assert sorted({day for day, _, _ in dated(late)}) == sorted(min(day + 20, close) for day in by_day)


def test_late_without_interest_moves_only_the_day(live: Live) -> None:
    plain, late = live(), live({"pays_late_days": 20})
    reconciled(late)
    assert sorted(amount for _, _, amount in dated(late)) == sorted(amount for _, _, amount in dated(plain))


@pytest.mark.row("R096")
def test_a_dispute_holds_part_of_the_largest_line_and_the_vendor_gives_some_of_it_up(live: Live) -> None:
    """Every invoice disputed: 30 % of its largest line waits 60 days, a quarter of that is never paid."""
    terms = DisputeTerms(window_days=30, resolve_days=60)
    habit = DisputeHabit(chance_per_month=1.0, share=0.3, conceded=0.25)
    plain, disputed = live(dispute=terms), live({"disputes": habit}, dispute=terms)
    reconciled(disputed)
    invoices: dict[int, list[Entry]] = {}
    for e in plain.entries():
        if e.kind == "invoice":
            invoices.setdefault(e.day, []).append(e)
    given_up = 0.0  # of the clause with the largest line, all its lines: a clawback in it is disputed too
    for lines in invoices.values():
        label = max((e for e in lines if e.payer == "client"), key=lambda e: e.amount, default=None)
        own = [e for e in lines if label is not None and e.cause == label.cause]
        given_up += 0.25 * 0.3 * sum(e.amount if e.payer == "client" else -e.amount for e in own)
    assert kept(plain, "vendor") - kept(disputed, "vendor") == pytest.approx(
        given_up, abs=0.01 * len(invoices)
    )
    close = disputed.days.end_day - 1
    waited = {day for day, _, _ in dated(disputed)} - {day for day, _, _ in dated(plain)}
    assert waited <= {min(day + 60, close) for day in invoices}
    assert waited


@pytest.mark.row("R096")
def test_disputes_come_as_often_as_they_should_and_shift_no_other_luck() -> None:
    """Chance 0.2 over 4,000 invoices: within 3 standard errors; each invoice draws for itself."""
    drawn = np.array([uniforms(key(SEED, r, "dispute"), 1, m)[0] for r in range(100) for m in range(40)])
    assert abs((drawn < 0.2).mean() - 0.2) < 3.0 * np.sqrt(0.2 * 0.8 / 4000)
    assert len(set(drawn.tolist())) == 4000


def test_a_contract_without_disputes_knows_none(live: Live) -> None:
    assert live({"disputes": DisputeHabit(chance_per_month=1.0)}).entries() == live().entries()


@pytest.mark.parametrize("charge", ["domestic", "reverse"])
def test_taxes_move_between_the_parties_and_the_authority(live: Live, charge: str) -> None:
    plain, taxed = live(), live(taxes=TAXES.changed(charge=charge))
    reconciled(taxed)
    fees = money(plain, "cash")
    assert money(taxed, "cash") == pytest.approx(fees, abs=CENT)
    months = len({day for day, _, _ in dated(plain)})
    tolerance = 0.01 * months
    lost = kept(plain, "client") - kept(taxed, "client")
    assert lost == pytest.approx(fees * 0.2 * 0.25, abs=tolerance)
    withheld = owed(plain) * 0.1
    assert kept(plain, "vendor") - kept(taxed, "vendor") == pytest.approx(withheld, abs=tolerance)
    authority = sum(e.amount for e in taxed.entries() if e.account == "vendor_tax")
    assert authority == pytest.approx(withheld, abs=tolerance)
    assert kept(taxed, "authority") == pytest.approx(fees * 0.05 + withheld, abs=2 * tolerance)
    assert vendor_accounts(taxed)[1] - vendor_accounts(plain)[1] == pytest.approx(authority, abs=CENT)


def test_gross_up_leaves_the_vendor_whole_and_the_client_pays(live: Live) -> None:
    plain, taxed = live(), live(taxes=Taxes(vat=0.0, withholding=0.1, gross_up=True))
    reconciled(taxed)
    assert kept(taxed, "vendor") == pytest.approx(kept(plain, "vendor"), abs=CENT)
    raised = money(plain, "cash") + owed(plain) * (1.0 / 0.9 - 1.0)
    assert money(taxed, "cash") == pytest.approx(raised, abs=0.2)


def test_a_failed_vendor_pays_no_claims_that_are_not_set_off(
    small: dict[str, Scenario], lived: list[tuple[dict[str, float], dict[str, History]]]
) -> None:
    from orm_sim.contract.cash import Flow
    from orm_sim.finance.ledger import Ledger
    from orm_sim.simulation.billing import Billing
    from orm_sim.simulation.history import Books

    scenario = small["baseline"]
    assert scenario.contract is not None
    for solvent, received in ((True, 300.0), (False, 1000.0)):
        ledger = Ledger()
        books = Books.open(lived[0][1]["baseline"].days)
        billing = Billing(scenario.contract, scenario.client, books, ledger, 0.0)
        fee = Flow(5, np.asarray(1000.0), "invoice", "hours", "fee")
        billing._due[5] = [fee, Flow(5, np.asarray(-700.0), "invoice", "credit", "service_credit", True)]
        assert billing.receipts(5, solvent) == received


def test_a_client_takes_a_discount_that_earns_more_than_its_own_rate(small: dict[str, Scenario]) -> None:
    client = small["baseline"].client
    for share, taken in ((0.02, True), (0.001, False)):
        terms = PaymentTerms(net_days=45, early_discount=EarlyDiscount(within_days=10, share=share))
        assert Habit.of(client, terms) == Habit(taken, 0)
    slow = client.model_copy(update={"pays_late_days": 15})
    assert Habit.of(slow, PaymentTerms(net_days=45, early_discount=EARLY)) == Habit(False, 15)


def test_a_solved_rate_knows_what_the_client_will_keep(small: dict[str, Scenario]) -> None:
    """A tenth withheld and 2 % kept: the same rate leaves the vendor 0.9 x 0.98 of an hourly contract's revenue."""
    option = shrunk(small["per_hour"], months=3)
    metered: list[Metered] = [ReferenceJob({"x": option}, SEED, "kernel").live(0)["x"]]
    terms = changed(option, {}, Taxes(vat=0.2, withholding=0.1), early_discount=EARLY)
    plain, less = (expected_margin(each, metered, 20.0) for each in (option, terms))
    assert (1.0 - plain) / (1.0 - less) == pytest.approx(0.9 * 0.98, rel=1e-6)


def test_two_statements_of_the_same_tax_are_refused(small: dict[str, Scenario]) -> None:
    scenario = changed(small["baseline"], {"irrecoverable_tax_share": 0.05}, TAXES)
    with pytest.raises(ValidationError, match="already say what the client cannot recover"):
        Scenario.model_validate(dict(scenario))
