"""A vendor's invoice against the contract: where they disagree, by how much, and what may have happened."""

from __future__ import annotations

from pathlib import Path

import pytest

from orm_sim.contract.contract import Contract
from orm_sim.contract.history import read_history
from orm_sim.contract.invoice import Difference, compare, read_invoice
from orm_sim.contract.priced import Priced, price_history
from orm_sim.core.errors import InputError
from orm_sim.core.loader import build, parse_yaml

CONTRACT = """\
title: t
scope: [inbound, outbound]
term_months: 12
payment: {net_days: 30}
notice_days: 30
clauses:
  - {clause: per_unit, label: inbound minutes, channel: inbound, meter: payable_handled_s, per: minute, rate: 0.5}
  - clause: commission
    label: commission
    channel: outbound
    rate: 60
    clawback: none
    reserve: {share: 0.10, release_after_months: 1}
  - clause: service_credit
    label: service credit
    channel: inbound
    fees: [inbound minutes]
    at_risk: 0.10
    grace_months: 0
    measures:
      - {kpi: service_level, target: 0.80, within_s: 20, credit: {by: point, points: up, share: 0.01}}
"""
HISTORY = """\
month,inbound.payable_handled_s,inbound.offered,inbound.answered_within,outbound.sales_net
1,6000000,20000,16400,100
2,6600000,22000,17000,120
"""
RIGHT = """\
month,label,amount
1,inbound minutes,50000.00
1,commission,5400.00
1,service credit,0
2,inbound minutes,55000.00
2,commission,7080.00
2,service credit,-1650.00
"""
"""By hand: month 1: 100,000 min × $0.50; 100 × $60 less 10 % withheld; 82 % is no miss. Month 2: 110,000 min;
120 × $60 - $720 + $600 released; 17,000 / 22,000 = 77.27 %, three points begun, 3 % of $55,000."""


@pytest.fixture
def priced(tmp_path: Path) -> Priced:
    terms = build(Contract, parse_yaml(CONTRACT, "a.yaml"))
    path = tmp_path / "kpis.csv"
    path.write_text(HISTORY)
    return price_history(terms, read_history(path, terms))


def held(tmp_path: Path, priced: Priced, text: str, **options: float) -> tuple[Difference, ...]:
    path = tmp_path / "invoice.csv"
    path.write_text(text, encoding="utf-8")
    return compare(priced, read_invoice(path, priced.contract, len(priced.months)), **options)


@pytest.mark.row("R115", "R005", "R164")
def test_an_invoice_that_is_right(tmp_path: Path, priced: Priced) -> None:
    assert held(tmp_path, priced, RIGHT) == ()
    assert priced.invoices() == (55400.0, 60430.0)


@pytest.mark.parametrize(
    "text",
    [
        RIGHT.replace("\n", "\r\n").replace(",", ";"),
        RIGHT.replace("inbound minutes", "Inbound  Minutes"),
        RIGHT.replace("50000.00", '"$50,000.00"').replace("-1650.00", '"(1,650.00)"'),
        RIGHT.replace("month,label,amount", "Month,Label,Amount").replace("1,service credit,0\n", ""),
        RIGHT + "1,total,55400\n2,Invoice total,60430\n",
        "".join(RIGHT.splitlines(keepends=True)[:4]),
        RIGHT.replace("1,commission,5400.00", "1,commission,6000\n1,commission,-600"),
        "month,label,kind,amount\n1,inbound minutes,fee,50000\n1,commission,commission,6000\n"
        "1,commission,Reserve withheld,-600\n1,service credit,service_credit,0\n",
    ],
    ids=["semicolons", "capitals", "currency", "no line of 0", "totals", "one month", "two rows", "kinds"],
)
def test_the_same_invoice_written_otherwise(tmp_path: Path, priced: Priced, text: str) -> None:
    assert held(tmp_path, priced, text) == ()


def test_each_difference_is_told_with_its_line_and_the_reckoning(tmp_path: Path, priced: Priced) -> None:
    text = RIGHT.replace("50000.00", "50100.00").replace("2,service credit,-1650.00\n", "")
    found = held(tmp_path, priced, text)
    assert [(each.month, each.label, each.amount, each.lines) for each in found] == [
        (1, "inbound minutes", 100.0, (2,)),
        (2, "service credit", 1650.0, ()),
    ]
    assert found[0].sentence == (
        "month 1, inbound minutes: the invoice says $50,100.00, the contract comes to $50,000.00: $100.00 too much."
        "  inbound minutes: 100,000 minutes of payable handled time at $0.50 = $50,000.00."
    )
    assert "is not on the invoice, the contract comes to -$1,650.00: $1,650.00 too much" in found[1].sentence


@pytest.mark.parametrize(
    ("text", "said"),
    [
        (RIGHT.replace("-1650.00", "1650.00"), "$3,300.00 too much, the sign is turned round"),
        (RIGHT.replace("55000.00", "55000.01"), "$0.01 too much, a difference of rounding"),
        (RIGHT.replace("55000.00", "50000.00"), "$5,000.00 too little, it is the amount of month 1"),
        (
            RIGHT + "1,set-up fee,900\n",
            "set-up fee: $900.00 is billed, but the contract owes nothing under that name",
        ),
        (RIGHT.replace("1,inbound minutes", "1,inbound minute"), "Did you mean 'inbound minutes'?"),
        (
            RIGHT + "1,total,55500\n",
            "month 1, total: the invoice says $55,500.00, the contract comes to $55,400.00",
        ),
        (RIGHT + "1,inbound minutes,50000\n", "the invoice says $100,000.00"),
    ],
)
def test_what_may_have_happened_is_said(tmp_path: Path, priced: Priced, text: str, said: str) -> None:
    assert any(said in each.sentence for each in held(tmp_path, priced, text))


def test_a_month_billed_as_a_total_is_held_against_the_total(tmp_path: Path, priced: Priced) -> None:
    text = "month,label,amount\n1,Total,55400.00\n2,invoice total,60430.01\n"
    found = held(tmp_path, priced, text)
    assert [(each.month, each.label, each.amount) for each in found] == [(2, "invoice total", 0.01)]


def test_a_kind_that_is_unknown_names_the_kinds_of_its_label(tmp_path: Path, priced: Priced) -> None:
    found = held(tmp_path, priced, "month,label,kind,amount\n1,inbound minutes,fees,50000\n")
    assert any("Did you mean 'fee'?" in each.sentence for each in found)


def test_a_kind_that_is_split_is_held_against_its_own_line(tmp_path: Path, priced: Priced) -> None:
    text = "month,label,kind,amount\n1,inbound minutes,fee,50000\n1,commission,commission,6000\n"
    found = held(tmp_path, priced, text)
    assert [(each.label, each.kind, each.owed) for each in found] == [
        ("commission", "reserve_withheld", -600.0)
    ]


def test_a_tolerance_lets_small_differences_pass(tmp_path: Path, priced: Priced) -> None:
    text = RIGHT.replace("55000.00", "55000.40")
    assert len(held(tmp_path, priced, text)) == 1
    assert held(tmp_path, priced, text, tolerance=0.5) == ()


@pytest.mark.parametrize(
    ("text", "said"),
    [
        (RIGHT.replace("label", "clause"), "has no column 'label'"),
        (RIGHT.replace("2,inbound", "3,inbound"), "(column A) = 3\n    is month 3, but the history ends with month 2"),
        (RIGHT.replace("55000.00", "abc"), "csv:5  amount (column C) = abc\n    is text where a number is due"),
        (RIGHT.replace("1,inbound minutes", "1,"), "is empty: which clause is the amount for?"),
        (RIGHT.replace("label,amount", "label,amount,knd").replace("0.00", "0.00,fee"), "Did you mean 'kind'?"),
        (RIGHT.replace("55000.00", ""), "is empty where a number is due"),
    ],
)  # fmt: skip
def test_an_invoice_that_cannot_be_read_is_refused(
    tmp_path: Path, priced: Priced, text: str, said: str
) -> None:
    with pytest.raises(InputError) as told:
        held(tmp_path, priced, text)
    assert said in str(told.value)
