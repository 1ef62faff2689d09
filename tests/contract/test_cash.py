"""Cash and taxes: worked examples to the cent, laws of what is paid, and what is refused."""

from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from orm_sim.contract import (
    Contract,
    Dispute,
    DisputeTerms,
    EarlyDiscount,
    Flow,
    LineItem,
    PaymentTerms,
    Taxes,
    flows,
    payments,
    tax_flows,
    taxed,
    to_cents,
    total,
)
from orm_sim.contract.cash import CLAIMS, due_after, netted
from orm_sim.contract.period import Kind
from orm_sim.core.errors import InputError
from orm_sim.core.loader import build, load_yaml, parse_yaml

WORKED = sorted((Path(__file__).parent / "cash").glob("*.yaml"))
LAW = settings(max_examples=80, derandomize=True, deadline=None)
CENT = 0.005


def line(amount: Any, kind: str = "fee", label: str = "hours", net_days: int = 30) -> LineItem:
    """A line of an invoice, however it came about."""
    rounded = to_cents(amount)
    return LineItem(
        "clauses[0]", label, kind, "", np.asarray(1.0), rounded, rounded, net_days, "", {}  # type: ignore[arg-type]
    )  # fmt: skip


def invoice_of(example: dict[str, Any]) -> tuple[PaymentTerms, list[LineItem], dict[str, Any]]:
    """Terms, lines and what the parties do in a worked example."""
    terms = PaymentTerms.model_validate(example["payment"])
    items = [
        line(each["amount"], each["kind"], each["label"], each.get("net_days", terms.net_days))
        for each in example["invoice"]
    ]
    done = {key: example[key] for key in ("early", "late_days") if key in example}
    return terms, items, done | {"disputed": [Dispute(**each) for each in example.get("disputed", ())]}


@pytest.mark.parametrize("path", WORKED, ids=lambda path: path.stem)
def test_worked_example(path: Path) -> None:
    example = dict(load_yaml(path).data)
    terms, items, done = invoice_of(example)
    paid = payments(terms, items, 0, **done)
    assert [[p.day, p.payer, p.payee, float(p.amount)] for p in paid] == [
        list(each) for each in example["pays"]
    ]
    if "taxes" in example:
        taxes = Taxes.model_validate(example["taxes"])
        invoice = taxed(taxes, total(items))
        for figure in ("total", "transferred", "cost"):
            assert float(getattr(invoice, figure)) == example[figure], figure
        moved = tax_flows(taxes, flows(terms, items, 0, **done))
        assert [[m.day, m.payer, m.payee, float(m.amount), m.cause] for m in moved] == [
            list(each) for each in example["moves"]
        ]


def test_every_term_of_payment_and_taxes_appears_in_a_worked_example() -> None:
    used = {
        (section, name)
        for path in WORKED
        for section in ("payment", "taxes")
        for name in load_yaml(path).data.get(section, {})
    }
    fields = {("payment", name) for name in PaymentTerms.model_fields}
    assert fields | {("taxes", name) for name in Taxes.model_fields} == used


amounts = st.integers(-5_000_000, 50_000_000).map(lambda cents: cents / 100.0)
lines = st.lists(
    st.builds(
        line, amounts, st.sampled_from(Kind.__args__), st.sampled_from(["hours", "seats", "sales"]),
        st.sampled_from([0, 10, 30, 45]),
    ),
    min_size=1, max_size=6,
)  # fmt: skip
terms = st.builds(
    PaymentTerms,
    net_days=st.just(30),
    early_discount=st.builds(EarlyDiscount, within_days=st.integers(0, 29), share=st.floats(0.001, 0.1)),
    late_interest_per_year=st.none() | st.floats(0.0, 0.3),
    dispute=st.builds(
        DisputeTerms,
        window_days=st.integers(0, 60),
        resolve_days=st.integers(0, 90),
        pays_undisputed=st.booleans(),
    ),
    set_off=st.booleans(),
)
disputes = st.builds(
    Dispute, st.just("hours"), share=st.floats(0.0, 1.0), conceded=st.floats(0.0, 1.0),
    raised_after_days=st.integers(0, 60), resolved_after_days=st.none() | st.integers(0, 90),
)  # fmt: skip
manners = st.one_of(
    st.just({}), st.just({"early": True}), st.integers(1, 60).map(lambda days: {"late_days": days})
)
taxation = st.builds(
    Taxes, vat=st.floats(0.01, 0.3), charge=st.sampled_from(["domestic", "reverse"]),
    irrecoverable_share=st.none() | st.floats(0.0, 1.0), withholding=st.floats(0.01, 0.4), gross_up=st.booleans(),
)  # fmt: skip


def lived(
    payment: PaymentTerms, items: list[LineItem], dispute: Dispute, manner: dict[str, Any]
) -> tuple[Flow, ...]:
    """The flows of an invoice, disputed where it can be."""
    disputed = [dispute] if any(item.label == dispute.label for item in items) else []
    return flows(payment, items, 100, disputed=disputed, **manner)


@LAW
@given(terms, lines, disputes, manners)
def test_payments_sum_to_the_invoice_less_what_is_kept_and_conceded_plus_interest(
    payment: PaymentTerms, items: list[LineItem], dispute: Dispute, manner: dict[str, Any]
) -> None:
    parts = lived(payment, items, dispute, manner)
    by_cause = {cause: sum(float(p.amount) for p in parts if p.cause == cause) for cause in
                ("invoice", "disputed", "conceded", "early_discount", "late_interest")}  # fmt: skip
    assert by_cause["invoice"] + by_cause["disputed"] == pytest.approx(float(total(items)), abs=CENT)
    assert by_cause["early_discount"] <= 0.0 <= by_cause["late_interest"]
    paid = netted(parts)
    signed = sum(float(p.amount) * (1.0 if p.payee == "vendor" else -1.0) for p in paid)
    assert signed == pytest.approx(sum(by_cause.values()), abs=CENT)
    assert all(float(p.amount) > 0.0 for p in paid)


@LAW
@given(terms, lines, disputes, manners)
def test_no_line_is_paid_twice(
    payment: PaymentTerms, items: list[LineItem], dispute: Dispute, manner: dict[str, Any]
) -> None:
    parts = lived(payment, items, dispute, manner)
    for label, kind in {(item.label, item.kind) for item in items}:
        billed = sum(float(i.amount) for i in items if (i.label, i.kind) == (label, kind))
        paid = [p for p in parts if (p.label, p.kind) == (label, kind) and p.cause in ("invoice", "disputed")]
        assert sum(float(p.amount) for p in paid) == pytest.approx(billed, abs=CENT)
    days = [(p.day, p.payer, p.cause) for p in netted(parts)]
    assert len(days) == len(set(days))


@LAW
@given(terms, lines, disputes, manners)
def test_a_conceded_part_is_no_more_than_what_was_disputed_and_nothing_moves_before_the_invoice(
    payment: PaymentTerms, items: list[LineItem], dispute: Dispute, manner: dict[str, Any]
) -> None:
    parts = lived(payment, items, dispute, manner)
    held, conceded = (
        sum(abs(float(p.amount)) for p in parts if p.cause == c) for c in ("disputed", "conceded")
    )
    assert conceded <= held + CENT
    assert all(p.day >= 100 for p in parts)
    late = manner.get("late_days", 0)
    assert all(p.day <= 100 + max(45 + late, 60 + 90) for p in parts)


@LAW
@given(lines, disputes)
def test_weekly_invoices_come_to_the_month_and_are_paid_no_later(
    items: list[LineItem], dispute: Dispute
) -> None:
    month = PaymentTerms(net_days=30, dispute=DisputeTerms(window_days=60, resolve_days=30))
    week = month.changed(every="week")
    once, often = (lived(terms, items, dispute, {}) for terms in (month, week))
    for causes in (("invoice", "disputed"), ("conceded",)):
        sums = [sum(float(p.amount) for p in parts if p.cause in causes) for parts in (once, often)]
        assert sums[1] == pytest.approx(sums[0], abs=0.04 * len(items) if causes == ("conceded",) else CENT)
    assert min(p.day for p in often) == min(p.day for p in once) - 21
    assert max(p.day for p in often) == max(p.day for p in once)


def test_terms_change_on_notice_and_with_the_end_of_factoring() -> None:
    weekly = PaymentTerms.model_validate(load_yaml(WORKED[0].parent / "weekly_invoices.yaml").data["payment"])
    monthly = weekly.monthly()
    assert (monthly.every, monthly.net_days, monthly.early_discount) == ("month", 30, None)
    assert weekly.without_factoring().net_days == 20
    assert monthly.model_copy(update={"factoring": None}).without_factoring().net_days == 30
    items = (line(100.0, net_days=10), line(50.0, net_days=5))
    assert [(p.day, float(p.amount)) for p in flows(monthly, due_after(items, weekly, monthly), 0)] == [
        (5, 50.0), (30, 100.0)
    ]  # fmt: skip
    with pytest.raises(ValueError, match="does not let the client change"):
        monthly.monthly()


@pytest.mark.parametrize(
    ("terms", "said"),
    [
        ("{net_days: 30, monthly_on_notice: {notice_days: 60, net_days: 30}}", "is monthly already"),
        ("{net_days: 30, factoring: {allowed: no_, net_days_without: 10}}", "allowed"),
        ("{net_days: 30, factoring: {allowed: 'no', net_days_without: 10}}", "what follows the end of sales"),
        ("{net_days: 30, every: day}", "every"),
    ],
)
def test_payment_terms_that_contradict_themselves_are_refused(terms: str, said: str) -> None:
    with pytest.raises(InputError, match=said):
        build(PaymentTerms, parse_yaml(terms, "a.yaml"))


@pytest.mark.parametrize("allowed", ["yes", "with_consent", "no"])
def test_factoring_is_said(allowed: str) -> None:
    terms = PaymentTerms.model_validate({"net_days": 30, "factoring": {"allowed": allowed}})
    assert "sell what the client owes it" in terms.wording()
    assert len({PaymentTerms.model_validate({"net_days": 30, "factoring": {"allowed": each}}).wording()
                for each in ("yes", "with_consent", "no")}) == 3  # fmt: skip


@LAW
@given(lines)
def test_plain_terms_pay_each_line_when_its_clause_says(items: list[LineItem]) -> None:
    parts = flows(PaymentTerms(net_days=30), items, 100)
    assert sorted((p.day, float(p.amount)) for p in parts) == sorted(
        (100 + item.net_days, float(item.amount)) for item in items
    )


@LAW
@given(terms, lines)
def test_set_off_moves_no_money_but_makes_fewer_payments(
    payment: PaymentTerms, items: list[LineItem]
) -> None:
    apart, together = (payments(payment.changed(set_off=off), items, 0) for off in (False, True))
    signed = [
        sum(float(p.amount) * (1 if p.payee == "vendor" else -1) for p in each) for each in (apart, together)
    ]
    assert signed[0] == pytest.approx(signed[1], abs=CENT)
    assert len(together) <= len(apart)
    assert all(p.payer == "vendor" for p in apart if p.cause == "claim" and not _owed(items))


def _owed(items: list[LineItem]) -> bool:
    """Whether a claim came out in the vendor's favour, as no clause would have it."""
    return any(item.kind in CLAIMS and float(item.amount) > 0.0 for item in items)


@LAW
@given(terms, lines, disputes, manners, taxation)
def test_taxes_sum_to_nothing_between_the_parties_and_the_authority(
    payment: PaymentTerms, items: list[LineItem], dispute: Dispute, manner: dict[str, Any], taxes: Taxes
) -> None:
    parts = lived(payment, items, dispute, manner)
    bearing = sum(float(p.amount) for p in parts if p.cause != "late_interest")
    moved = tax_flows(taxes, parts)
    kept = dict.fromkeys(("client", "vendor", "authority"), 0.0)
    for flow in moved:
        kept[flow.payer] -= float(flow.amount)
        kept[flow.payee] += float(flow.amount)
    assert sum(kept.values()) == pytest.approx(0.0, abs=CENT)
    whole = taxed(taxes, bearing)
    assert kept["authority"] == pytest.approx(float(whole.irrecoverable + whole.withheld), abs=CENT)
    assert kept["vendor"] == pytest.approx(float(whole.gross_up - whole.withheld), abs=CENT)
    assert -kept["client"] == pytest.approx(float(whole.cost - whole.fees), abs=CENT)
    if taxes.gross_up:
        assert kept["vendor"] == pytest.approx(0.0, abs=CENT)


@LAW
@given(taxation, amounts)
def test_an_invoice_adds_up(taxes: Taxes, fees: float) -> None:
    invoice = taxed(taxes, fees)
    charged = float(invoice.vat) if taxes.charge == "domestic" else 0.0
    assert float(invoice.total) == pytest.approx(float(invoice.fees + invoice.gross_up) + charged, abs=CENT)
    assert float(invoice.transferred + invoice.withheld) == pytest.approx(float(invoice.total), abs=CENT)
    base = float(invoice.fees + invoice.gross_up)
    assert float(invoice.withheld) == pytest.approx(
        max(base, 0.0) * (taxes.withholding or 0.0), abs=0.01 + CENT
    )


@LAW
@given(terms, disputes, manners, taxation, st.lists(amounts, min_size=3, max_size=3))
def test_many_invoices_at_once_are_paid_as_each_alone(
    payment: PaymentTerms, dispute: Dispute, manner: dict[str, Any], taxes: Taxes, fees: list[float]
) -> None:
    def made(amount: Any) -> list[LineItem]:
        return [line(amount), line(-0.1 * np.abs(amount), "service_credit", "credit", 45)]

    together = lived(payment, made(np.asarray(fees)), dispute, manner)
    tax_together = [_by_day(tax_flows(taxes, together), at) for at in range(3)]
    for at, fee in enumerate(fees):
        alone = lived(payment, made(fee), dispute, manner)
        assert [float(np.broadcast_to(p.amount, 3)[at]) for p in together] == [float(p.amount) for p in alone]
        assert tax_together[at] == _by_day(tax_flows(taxes, alone), ())


def _by_day(moved: Any, at: Any) -> dict[tuple[int, str, str, str], float]:
    found = {(m.day, m.payer, m.payee, m.cause): float(np.asarray(m.amount)[at]) for m in moved}
    return {key: value for key, value in found.items() if value}


@LAW
@given(amounts, st.integers(0, 200), st.integers(1, 200))
def test_interest_grows_with_the_days(amount: float, days: int, more: int) -> None:
    payment = PaymentTerms(net_days=30, late_interest_per_year=0.09)
    paid = [
        sum(float(p.amount) for p in flows(payment, [line(abs(amount))], 0, late_days=late))
        for late in (days, days + more)
    ]
    assert paid[0] <= paid[1]
    assert paid[1] == pytest.approx(abs(amount) * (1.0 + 0.09 * (days + more) / 365), abs=CENT + 1e-9)


PLAIN = PaymentTerms(net_days=30)
REFUSED: list[tuple[str, Any, str]] = [
    (
        "no disputes",
        lambda: flows(PLAIN, [line(1.0)], 0, disputed=[Dispute("hours", 0.1)]),
        "know no disputes",
    ),
    ("no discount", lambda: flows(PLAIN, [line(1.0)], 0, early=True), "gives no discount"),
    (
        "days that run backwards",
        lambda: flows(PLAIN, [line(1.0)], 0, late_days=-1),
        "must be 0 or more; got -1",
    ),
    ("a share above 1", lambda: Dispute("hours", 1.1), "share must be 0 to 1; got 1.1"),
    ("a share that is no number", lambda: Dispute("hours", float("nan")), "share must be 0 to 1; got nan"),
    ("conceding more than all", lambda: Dispute("hours", 1.0, 2.0), "conceded must be 0 to 1"),
    (
        "notice before the invoice",
        lambda: Dispute("hours", 1.0, raised_after_days=-1),
        "days must be 0 or more",
    ),
]


@pytest.mark.parametrize(("act", "said"), [each[1:] for each in REFUSED], ids=[each[0] for each in REFUSED])
def test_what_cannot_be_paid_is_refused(act: Any, said: str) -> None:
    with pytest.raises(ValueError, match=said):
        act()


def test_disputes_that_do_not_fit_the_invoice_are_refused() -> None:
    payment = PaymentTerms(net_days=30, dispute=DisputeTerms(window_days=30, resolve_days=30))
    with pytest.raises(ValueError, match="'seats' billed nothing that could be disputed"):
        flows(payment, [line(1.0)], 0, disputed=[Dispute("seats", 0.1)])
    with pytest.raises(ValueError, match="'hours' is disputed twice"):
        flows(payment, [line(1.0)], 0, disputed=[Dispute("hours", 0.1), Dispute("hours", 0.2)])
    both = payment.changed(early_discount=EarlyDiscount(within_days=5, share=0.01))
    with pytest.raises(ValueError, match="early or late, not both"):
        flows(both, [line(1.0)], 0, early=True, late_days=3)


FILE = """\
title: t
scope: [inbound]
term_months: 12
notice_days: 30
clauses: [{clause: fixed, amount: 5}]
"""
WRONG = [
    ("payment: {net_days: 30, early_discount: {within_days: 30, share: 0.02}}",
     "payment.early_discount = ", "due after 30 days anyway"),
    ("payment: {net_days: 30, early_discount: {within_days: 10, share: 1}}",
     "payment.early_discount.share = 1", "more than 0 and less than 1"),
    ("payment: {net_days: 30, late_interest_per_year: -0.1}",
     "payment.late_interest_per_year = -0.1", "0 or more"),
    ("payment: {net_days: 30, dispute: {window_days: 30}}", "payment.dispute.resolve_days", "missing"),
    ("payment: {net_days: 30, setoff: true}", "payment.setoff", "Did you mean 'set_off'?"),
    ("payment: {net_days: 30}\ntaxes: {vat: 20}", "taxes.vat = 20", "0 or more and less than 1"),
    ("payment: {net_days: 30}\ntaxes: {vat: 0, irrecoverable_share: 0.5}", "taxes", "a value-added tax of 0"),
    ("payment: {net_days: 30}\ntaxes: {vat: 0.2, gross_up: true}", "taxes", "give `withholding`"),
    ("payment: {net_days: 30}\ntaxes: {vat: 0.2, charge: reversed}", "taxes.charge = reversed",
     "Did you mean 'reverse'?"),
]  # fmt: skip


@pytest.mark.parametrize(("text", "place", "rule"), WRONG, ids=[each[1] + each[2] for each in WRONG])
def test_terms_that_cannot_hold_are_refused_with_their_place(text: str, place: str, rule: str) -> None:
    with pytest.raises(InputError) as caught:
        build(Contract, parse_yaml(FILE + text, "a.yaml"))
    assert place in str(caught.value)
    assert rule in str(caught.value)


def test_the_term_sheet_says_all_of_it() -> None:
    text = (
        "payment: {net_days: 30, early_discount: {within_days: 7, share: 0.01}, late_interest_per_year: 0.08,"
        " dispute: {window_days: 30, resolve_days: 60}, set_off: false}\n"
        "taxes: {vat: 0.19, charge: reverse, irrecoverable_share: 0.25, withholding: 0.1, gross_up: true}"
    )
    sheet = str(build(Contract, parse_yaml(FILE + text, "a.yaml")))
    assert (
        "3. Payment. Invoiced at the end of each month, each line rounded to the cent, half a cent away from zero;"
        " paid 30 days later unless a clause says otherwise. Of what it pays within 7 days the client keeps 1 %."
        " What is paid late bears simple interest of 8 % a year from the day it was due."
        " The client may dispute an invoice within 30 days of it; the undisputed part is paid on time;"
        " disputes are resolved within 60 days of the notice."
        " The vendor pays service credits and clawbacks apart: they are not set off.\n"
        "4. Taxes. Value-added tax of 19 % is owed by the client (reverse charge)."
        " The client cannot recover 25 % of it. The client withholds 10 % of the fees and pays it to the authority;"
        " the fees are raised so that the vendor receives them whole.\n"
    ) in sheet
