"""Histories as vendors send them: read right, or refused with the line, the column and what would help."""

from __future__ import annotations

import datetime
from pathlib import Path

import pytest

from orm_sim.contract.cells import month_number
from orm_sim.contract.contract import Contract
from orm_sim.contract.history import KpiHistory, read_history
from orm_sim.contract.priced import price_history
from orm_sim.contract.written_number import written
from orm_sim.core.errors import InputError
from orm_sim.core.loader import build, parse_yaml

CONTRACT = """\
title: t
scope: [inbound]
term_months: 12
payment: {net_days: 30}
notice_days: 30
clauses:
  - {clause: per_unit, label: contacts, channel: inbound, meter: offered, rate: 2}
  - {clause: per_unit, label: hours, channel: inbound, meter: productive_hours, rate: 10}
"""
PLAIN = "month,inbound.offered,inbound.productive_hours\n1,1000,150.5\n2,2000,300\n3,3000,450\n"
MONTHS = [(1000.0, 150.5), (2000.0, 300.0), (3000.0, 450.0)]


def contract(more: str = "") -> Contract:
    return build(Contract, parse_yaml(CONTRACT + more, "a.yaml"))


def read(tmp_path: Path, content: str | bytes, more: str = "", **options: object) -> KpiHistory:
    path = tmp_path / "kpis.csv"
    path.write_bytes(content.encode() if isinstance(content, str) else content)
    return read_history(path, contract(more), **options)  # type: ignore[arg-type]


def figures(history: KpiHistory) -> list[tuple[float, ...]]:
    names = (("inbound", "offered"), ("inbound", "productive_hours"))
    return [tuple(float(month[name]) for name in names) for month in history.months]


def refusal(tmp_path: Path, content: str | bytes, more: str = "", **options: object) -> str:
    with pytest.raises(InputError) as told:
        read(tmp_path, content, more, **options)
    return str(told.value)


@pytest.mark.parametrize(
    "content",
    [
        pytest.param(PLAIN, id="plain"),
        pytest.param("\ufeff" + PLAIN, id="byte order mark"),
        pytest.param(PLAIN.replace("\n", "\r\n"), id="Windows line ends"),
        pytest.param(PLAIN.replace("\n", "\r"), id="old line ends"),
        pytest.param(PLAIN.rstrip("\n"), id="no last line end"),
        pytest.param(PLAIN.replace(",", ";").replace(".5", ",5"), id="semicolons and decimal commas"),
        pytest.param(PLAIN.replace(",", "\t"), id="tabs"),
        pytest.param(PLAIN.replace(",", "|"), id="bars"),
        pytest.param("sep=;\n" + PLAIN.replace(",", ";"), id="a line that names the separator"),
        pytest.param(PLAIN.replace("month,inbound.offered", '"month","inbound.offered"'), id="quoted headers"),
        pytest.param(PLAIN.replace("\n", "\n\n,,\n"), id="blank lines"),
        pytest.param(PLAIN.replace("\n", ",,\n"), id="empty columns at the end"),
        pytest.param(PLAIN.replace("1000", '"1,000"').replace("2000", "2 000"), id="thousands"),
        pytest.param(PLAIN.replace("1000", '"1,000.00"'), id="thousands and decimals"),
        pytest.param(PLAIN.replace("1000", "1'000").replace("3000", "3\u00a0000"), id="thousands set apart"),
        pytest.param(PLAIN.replace("month,inbound.offered", " Month , Inbound.Offered "), id="capitals and spaces"),
        pytest.param(PLAIN.replace("1,1000", "01,1000").replace("3,3", "month 3,3"), id="months in words"),
        pytest.param("month,inbound.productive_hours,inbound.offered\n3,450,3000\n1,150.5,1000\n2,300,2000\n",
                     id="columns and rows in any order"),
        pytest.param(PLAIN.replace(",inb", ";inb").replace("1,1000,150.5", "1;1.000;150,5")
                     .replace("2,2000,", "2;2.000;").replace("3,3000,", "3;3.000;"), id="points between thousands"),
    ],
)  # fmt: skip
def test_one_history_however_it_is_written(tmp_path: Path, content: str) -> None:
    assert figures(read(tmp_path, content)) == MONTHS


@pytest.mark.parametrize(
    ("content", "said"),
    [
        ("", "is empty: its first line names the columns month"),
        ("month,inbound.offered,inbound.productive_hours\n", "names its columns, but no row follows"),
        (PLAIN.replace("month", "period"), "has no column 'month'; cells are taken to stand between commas"),
        ("Report of the vendor\n\n" + PLAIN, "The header seems to stand in line 3: remove what is above it"),
        (PLAIN.replace("2,2000", "4,2000"), "kpis.csv:4  month (column A) = 3\n    before it, month 2 of the contract"),
        (PLAIN.replace("1,1000", "5,1000"), "before it, month 1 of the contract cannot be found"),
        (PLAIN.replace("2,2000", "1,2000"), "is month 1 of the contract, which stands in line 2 too.  Keep one"),
        (PLAIN.replace("1,1000", "0,1000"), "months of the contract count from 1"),
        (PLAIN.replace("1,1000", "1.5,1000"), "month (column A) = 1.5\n    is no month"),
        (PLAIN.replace("1,1000", ",1000"), "is empty: which month is the row for?"),
        (PLAIN + "Total,6000,900.5\n", "kpis.csv:5  month (column A) = Total\n    is no month.  Remove rows of totals"),
        (PLAIN.replace("1,1000", "2027-01,1000"), "but the contract does not say when it starts"),
        (PLAIN.replace("1,1000", "01/02/2027,1000"), "is a date that may be read in several ways"),
        (PLAIN.replace("2000", "n/a"), "inbound.offered (column B) = n/a\n    is text where a number is due"),
        (PLAIN.replace("2000", "2O00"), "is text where a number is due.  A letter stands among the digits"),
        (PLAIN.replace("2000", ""), "kpis.csv:3  inbound.offered (column B)"),
        (PLAIN.replace("2000", "1e999"), "is too large to be a number of anything"),
        (PLAIN.replace("2000", "1e14"), "is too large to be a number of anything"),
        (PLAIN.replace("2000", "NaN"), "is text where a number is due"),
        (PLAIN.replace("2000", "-2000"), "inbound.offered (column B) = -2000\n    contacts offered cannot be below 0"),
        (PLAIN.replace("2000", "85%"), "is a percentage where a count or an amount is due"),
        (PLAIN.replace("2000", "2,000"), "the header 3.  A number with a comma in it needs quotes"),
        (PLAIN.replace("2000", '"2,000'), "cannot be read as a row of cells"),
        (PLAIN.replace("2000", '"20,00,0"'), "is no number with a decimal point and thousands in threes"),
        (PLAIN.replace("2000", '"1,23,456"'), "is no number with a decimal point and thousands in threes"),
        (PLAIN.replace("2000", '"1.200,5"'), "has a decimal comma, but line 2 ('150.5') a point"),
        (PLAIN.replace("2000", "2.500").replace("150.5", "150"), "reads as 2.5, not a whole number"),
        ("month;inbound.offered;inbound.productive_hours\n1;1.500;150\n", "Say --decimal point or --decimal comma"),
        (PLAIN.replace("inbound.offered", "inbound.ofered"), "Did you mean 'inbound.offered'?"),
        (PLAIN.replace("inbound.offered", "offered"), "Did you mean 'inbound.offered'?"),
        (PLAIN.replace("inbound.offered", "inbound.service_level"),
         "computed, not counted.  Give what it is computed from: inbound.answered_within, inbound.offered"),
        (PLAIN.replace("inbound.offered", "inbound.paid_hours"), "contract reads.  It counts: contacts that ask"),
        (PLAIN.replace("inbound.offered", "inbound@cebu.offered"),
         "There is inbound@cebu.offered; give the sum of all sites as well"),
        (PLAIN.replace("inbound.offered", "inbound.productive_hours"), "is the name of column B too"),
        (PLAIN.replace("\n", ",remark\n"), "is no meter that the contract or the KPI dictionary knows"),
        (PLAIN.replace("\n", ",5\n").replace("hours,5", "hours,"), "a column without a name"),
        (PLAIN.replace("month", "m\u00f6nth").encode("latin-1"), "is not UTF-8 text"),
        (PLAIN.encode("utf-16"), "is not UTF-8 text"),
        (b"PK\x03\x04workbook", "is a workbook, not a CSV file.  Save the sheet as CSV (UTF-8)"),
        (PLAIN + ",6000,900.5\n", "is empty: which month is the row for?"),
    ],
)  # fmt: skip
def test_refused_with_place_and_hint(tmp_path: Path, content: str | bytes, said: str) -> None:
    assert said in refusal(tmp_path, content)


def test_every_problem_is_told_at_once(tmp_path: Path) -> None:
    text = "month,inbound.ofered,inbound.productive_hours\n1,x,-5\n1,10,abc\n4,10,20,30\n"
    told = refusal(tmp_path, text)
    for said in (
        "kpis.csv:1  header (column B) = inbound.ofered",
        "has no column 'inbound.offered'",
        "kpis.csv:2  inbound.productive_hours (column C) = -5",
        "kpis.csv:3  month (column A) = 1",
        "kpis.csv:3  inbound.productive_hours (column C) = abc",
        "kpis.csv:4  month (column A) = 4",
        "the row has 4 cells, the header 3",
    ):
        assert said in told
    assert told.endswith("7 problems. Nothing was run.")


def test_a_column_may_be_left_out_by_name(tmp_path: Path) -> None:
    text = PLAIN.replace("\n", ",late\n").replace("hours,late", "hours,Remarks")
    history = read(tmp_path, text, ignore=("remarks",))
    assert figures(history) == MONTHS
    assert history.notes == ("left out as asked: remarks",)
    assert "Did you mean 'Remarks'?" in refusal(tmp_path, text, ignore=("remark",))


def test_decimals_may_be_said(tmp_path: Path) -> None:
    text = "month;inbound.offered;inbound.productive_hours\n1;1.500;150\n"
    assert figures(read(tmp_path, text, decimal="comma")) == [(1500.0, 150.0)]
    assert figures(read(tmp_path, text.replace("1.500", "1,500"), decimal="point")) == [(1500.0, 150.0)]


def test_columns_that_nobody_reads_are_named(tmp_path: Path) -> None:
    text = PLAIN.replace("\n", ",7\n").replace("hours,7", "hours,outbound.sales_net")
    assert read(tmp_path, text).notes == ("not read by the contract: outbound.sales_net (D)",)


def test_more_weeks_missed_than_open_are_pointed_out(tmp_path: Path) -> None:
    missed = "inbound.weeks_missed_service_level"
    text = f"month,inbound.offered,inbound.productive_hours,inbound.weeks_open,{missed}\n1,1000,150.5,4,5\n"
    assert f"month 1: {missed} is 5, more than inbound.weeks_open, 4" in read(tmp_path, text).notes


def test_figures_that_contradict_each_other_are_pointed_out(tmp_path: Path) -> None:
    text = PLAIN.replace("\n", ",1200\n").replace("hours,1200", "hours,inbound.answered")
    assert (
        "month 1: inbound.answered is 1,200, more than inbound.offered, 1,000" in read(tmp_path, text).notes
    )


def test_an_index_the_contract_reads_must_be_there_and_positive(tmp_path: Path) -> None:
    more = "  - {clause: indexed, index: wages, of: [{clause: fixed, amount: 100}]}\n"
    told = refusal(tmp_path, PLAIN, more)
    assert (
        "has no column 'index.wages', which the contract reads.  It is the level of the price index 'wages'"
        in told
    )
    text = PLAIN.replace("\n", ",0\n").replace("hours,0", "hours,index.wages")
    assert "a price index must be above 0" in refusal(tmp_path, text, more)


def test_months_of_the_calendar() -> None:
    starts = datetime.date(2027, 3, 15)
    assert month_number("2027-03", starts) == 1
    assert month_number("2028-02-29", starts) == 12
    assert month_number("2027-02", starts) == (
        "is before the contract starts, on 2027-03-15",
        "The first month is 1",
    )
    assert month_number("2027-13", starts) == (
        "there is no month 13 in a year",
        "Write year and month: 2027-03",
    )
    assert month_number("2027", starts) == (
        "is a year, not a month",
        "Write months as 1, 2, 3, ... or as 2027-03",
    )


@pytest.mark.parametrize(
    ("text", "mark", "value"),
    [
        ("1,234,567", ".", 1234567.0), ("1.234,50", ",", 1234.5), ("(1,234.50)", ".", -1234.5),
        ("-$1,234.50", ".", -1234.5),
        ("$-12", None, -12.0), ("12-", None, -12.0), ("\u221212", None, -12.0), ("1.23E+05", ".", 123000.0),
        ("0,123", ",", 0.123), ("1 234,5 \u20ac", ",", 1234.5), ("USD 5", None, 5.0), ("1234,567", ",", 1234.567),
    ],
)  # fmt: skip
def test_numbers_as_people_write_them(text: str, mark: str | None, value: float) -> None:
    taken = written(text)
    assert taken is not None
    assert (taken.mark, taken.value(taken.mark or ".")) == (mark, value)


@pytest.mark.parametrize(
    "text", ["", "-", "abc", "1O24", "1 2345", "inf", "nan", "12 apples", "1..", "$", "--"]
)
def test_what_is_no_number(text: str) -> None:
    taken = written(text)
    assert taken is None or taken.value(taken.mark or ".") is None


def test_the_history_is_priced_to_the_cent(tmp_path: Path) -> None:
    """1,000 × 2 + 150.5 × 10; the total of three months by hand."""
    priced = price_history(contract(), read(tmp_path, PLAIN))
    assert priced.invoices() == (3505.0, 7000.0, 10500.0)
    assert priced.total() == 21005.0
    assert priced.amounts()["hours", "fee"] == {1: 1505.0, 2: 3000.0, 3: 4500.0}
    assert "hours: 150.5 productive hours at $10.00 = $1,505.00." in "\n".join(priced.sentences())


def test_a_rate_that_is_to_be_solved_cannot_be_priced(tmp_path: Path) -> None:
    open_rate = (
        CONTRACT.replace("rate: 2}", "rate: solve}")
        + "price: {solve: contacts, for: vendor_margin, value: 0.1}\n"
    )
    terms = build(Contract, parse_yaml(open_rate, "a.yaml"))
    path = tmp_path / "kpis.csv"
    path.write_text(PLAIN)
    with pytest.raises(InputError, match="has no rate yet: that of 'contacts' is to be solved"):
        price_history(terms, read_history(path, terms))


def test_what_happens_to_the_contract_is_lived(tmp_path: Path) -> None:
    """Ended for convenience in month 2: the fee for ending early falls due then, and later months bill nothing."""
    more = "  - {clause: termination_fee, label: early end, schedule: [{through_month: 6, amount: 900}]}\n"
    text = "month,inbound.offered,inbound.productive_hours,events.terminated_for_convenience\n"
    history = read(tmp_path, text + "1,1000,150,0\n2,1000,150,yes\n3,1000,150,\n4,1000,150,0\n", more)
    priced = price_history(contract(more), history)
    assert priced.amounts()["early end", "termination_fee"][2] == 900.0
    assert priced.invoices() == (3500.0, 4400.0, 0.0, 0.0)
    assert [month for month, _ in priced.happened] == [2]
    assert "At the end of month 2: " in "\n".join(priced.lines())


def test_months_after_the_term_bill_no_new_work(tmp_path: Path) -> None:
    text = "month,inbound.offered,inbound.productive_hours\n" + "".join(f"{m},1000,0\n" for m in range(1, 15))
    priced = price_history(contract(), read(tmp_path, text))
    assert priced.invoices() == (2000.0,) * 12 + (0.0,) * 2


def test_an_event_is_0_or_1_and_known(tmp_path: Path) -> None:
    text = PLAIN.replace("\n", ",2\n").replace("hours,2", "hours,events.force_majeure")
    assert "must be 0 or 1: did it happen in the month?" in refusal(tmp_path, text)
    assert "Did you mean 'events.force_majeure'?" in refusal(tmp_path, text.replace("majeure", "major"))


def test_sites_are_read_and_known_by_name(tmp_path: Path) -> None:
    more = "  - {clause: per_unit, label: Cebu, site: cebu, channel: inbound, meter: paid_hours, rate: 1}\n"
    text = PLAIN.replace("\n", ",70\n").replace("hours,70", "hours,inbound@Cebu.paid_hours")
    history = read(tmp_path, text, more)
    assert history.months[0]["inbound@cebu", "paid_hours"] == 70.0
    assert "Did you mean 'inbound@cebu.paid_hours'?" in refusal(
        tmp_path, text.replace("Cebu", "Cabu.x"), more
    )
    other = text.replace("@Cebu", "")
    assert "There is inbound.paid_hours; this site is missing" in refusal(tmp_path, other, more)


def test_cost_of_a_channel_outside_the_contract_is_none_of_its_cost(tmp_path: Path) -> None:
    more = "  - {clause: cost_plus, label: cost, markup: 0}\n"
    text = PLAIN.replace("\n", ",500,900\n").replace(
        "hours,500,900", "hours,inbound.vendor_cost,outbound.vendor_cost"
    )
    history = read(tmp_path, text, more)
    assert price_history(contract(more), history).amounts()["cost", "fee"][1] == 500.0
    assert history.notes == ("not read by the contract: outbound.vendor_cost (E)",)


def test_each_gap_is_told_at_the_month_that_follows_it(tmp_path: Path) -> None:
    told = refusal(tmp_path, "month,inbound.offered,inbound.productive_hours\n2,1,1\n5,1,1\n")
    assert "kpis.csv:2  month (column A) = 2\n    before it, month 1 of the contract" in told
    assert "kpis.csv:3  month (column A) = 5\n    before it, months 3 to 4 of the contract" in told
