"""Three versions of a run: each stands alone, names stay text, and nothing private leaks into the vendor's."""

import dataclasses
import html
import re
from collections.abc import Mapping

import numpy as np
import pandas as pd
import pytest

from orm_sim.core.errors import InputError
from orm_sim.finance.accounts import CLIENT_ACCOUNTS
from orm_sim.report import audience as written
from orm_sim.report import words
from orm_sim.report.audience import Subject, written_for
from orm_sim.report.html import active_content
from orm_sim.report.vendor_view import vendor_money, vendor_tables
from tests.report.synthetic import OPTIONS

Tables = dict[str, pd.DataFrame]
TARGETS = pd.DataFrame(
    {"kpi": ["service_level", "aht"], "channel": ["inbound", "inbound"], "value": [0.8, 380.0]}
)
OPTION = "per_minute"
HANDED_OVER = {"inbound": 5, "outbound": 5}


def _subject(tables: Mapping[str, pd.DataFrame], option: str = OPTION) -> Subject:
    named = {name: tables[name] for name in tables} | {"targets": TARGETS}
    return Subject("Which <b>contract</b>?", named, option, ("Run x.",), HANDED_OVER)


@pytest.fixture(scope="module")
def pages(small: Tables) -> dict[str, str]:
    subject = _subject(small)
    return {
        "executive": written_for("executive", subject),
        "analyst": written_for("analyst", subject, every="quarter", tolerance=[(1e6, 0.05)]),
        "vendor": written_for("vendor", subject, every="quarter"),
    }


@pytest.mark.row("R191")
@pytest.mark.parametrize("reader", ["executive", "analyst", "vendor"])
def test_a_version_stands_alone_and_its_charts_have_words(pages: dict[str, str], reader: str) -> None:
    page = pages[reader]
    assert active_content(page) == [] and "<script" not in page
    assert "default-src 'none'" in page
    charts = re.findall(r"<svg\b[^>]*>(?:<title>([^<]+)</title>)?", page)
    assert charts and all(charts)
    assert page.count('role="img"') >= len(charts)
    if reader != "vendor":
        assert "Which &lt;b&gt;contract&lt;/b&gt;?" in page


@pytest.mark.row("R191")
def test_names_that_are_scripts_stay_text(hostile: Tables) -> None:
    names = [str(each) for each in hostile["comparison"]["option"]]
    for name in (each for each in names if "<" in each):
        for reader in ("executive", "analyst", "vendor"):
            page = written_for(reader, _subject(hostile, name), every="year")
            assert active_content(page) == [] and "<script" not in page and "<img" not in page
            assert html.escape(name)[:12] in page or reader == "executive"


@pytest.mark.row("R191")
def test_the_executive_reads_one_recommendation_five_options_one_picture(pages: dict[str, str]) -> None:
    page = pages["executive"]
    assert page.count("<svg") == 1 and page.count("<table") == 2
    assert "2 more options rank below" in page and "No recommendation: 12 replications" in page


@pytest.mark.row("R191", "R193", "R030", "R054")
def test_the_analyst_reads_everything(pages: dict[str, str]) -> None:
    page = pages["analyst"]
    for heading in (
        "Ranks and intervals", "What the spread rests on", "What could go wrong", "What the whole venture costs",
        "What needs attention", "Targets", "KPIs",
    ):  # fmt: skip
        assert heading in page
    assert (
        "client.loss_per_abandoned" in page and "quarter 12" in page and "loses $1.00 million or more" in page
    )


def _shuffled(tables: Mapping[str, pd.DataFrame]) -> Tables:
    """The tables with everything that is not the vendor's made different: values, other options, months before it."""
    found = {name: tables[name].copy() for name in tables}
    outcomes, kpis, ledger = found["outcomes"], found["kpis"], found["ledger"]
    private = [name for name in outcomes if name.startswith(("client", "cost", "peak", "payback"))]
    outcomes[private] = outcomes[private] * -3.7 + 11.0
    outcomes.loc[outcomes["option"] != OPTION, outcomes.columns[2:6]] = 1e9
    away = (kpis["option"] != OPTION) | (kpis["month"] < 5)
    numbers = [name for name in kpis.columns if kpis[name].dtype == np.float64]
    kpis.loc[away, numbers] = 0.123
    hours = ["paid_hours", "productive_hours", "fte", "occupancy", "utilisation", "cost", "cost_per_contact"]
    kpis[hours] = kpis[hours] * 9.1
    vendors = (ledger["payer"] == "vendor") | (ledger["payee"] == "vendor")
    ledger.loc[~vendors | (ledger["option"] != OPTION), "amount"] *= 5.0
    found["comparison"] = found["comparison"].assign(mean_value=-1.0, rank=range(9, 9 + len(OPTIONS)))
    found["evidence"] = found["evidence"].assign(share=0.9, path="secret")
    return found


@pytest.mark.row("R191")
def test_nothing_of_the_clients_moves_a_byte_of_the_vendors_version(
    small: Tables, pages: dict[str, str]
) -> None:
    other = dataclasses.replace(
        _subject(_shuffled(small)), title="Squeeze them", facts=("secret",), budget=1e6, notes=("secret",)
    )
    assert written_for("vendor", other, every="quarter") == pages["vendor"]
    assert written_for("analyst", other, every="quarter") != pages["analyst"]


@pytest.mark.row("R191")
def test_the_vendor_reads_no_private_figure(small: Tables, pages: dict[str, str]) -> None:
    page = html.unescape(re.sub(r"<style.*?</style>|<[^>]*>", " ", pages["vendor"], flags=re.DOTALL))
    comparison = small["comparison"]
    own = ("fees", "credits")
    said = [account.label for account in CLIENT_ACCOUNTS if account.name not in own]
    said += [name for name in OPTIONS if name != OPTION] + ["saving", "rank", "in-house", "evidence"]
    for name in ("mean_value", "cost_per_resolved", "cost_per_kept_sale", "peak_cash"):
        for value in comparison[name].dropna():
            if abs(value) > 1.0:
                said += [words.money(value), words.unit_price(value)]
    assert [each for each in said if each in page] == []
    for column in ("client_npv", "client_incremental_npv", "cost_total"):
        values = small["outcomes"].loc[small["outcomes"]["option"] == OPTION, column]
        assert [v for v in values if f"{v / 1e3:,.0f}" in page or words.millions(v) + " " in page] == []
    for needed in (
        "service level, inbound",
        "invoiced",
        "cash at the end",
        "quarter 2",
        "when all contacts are yours",
    ):
        assert needed in page


def test_a_vendor_that_failed_before_its_first_invoice_has_no_margin(small: Tables) -> None:
    outcomes = small["outcomes"].assign(vendor_revenue=0.0)
    page = written_for("vendor", _subject({**small, "outcomes": outcomes}))
    assert "Margin over the term: nothing was earned;" in page


def test_what_is_not_the_vendors_is_left_out(small: Tables) -> None:
    tables = {name: small[name].copy() for name in small} | {"targets": TARGETS}
    mine = tables["outcomes"]["option"] == OPTION
    tables["outcomes"].loc[mine & (tables["outcomes"]["replication"] == 3), "no_deal"] = True
    gone = mine & (tables["outcomes"]["replication"] == 4)
    tables["outcomes"].loc[gone, ["insolvent_month", "ended_month"]] = [9.6, 30.0]
    own = vendor_tables(tables, OPTION, {"inbound": 5})
    kpis = own["kpis"]
    assert set(kpis["channel"]) == {"inbound"} and set(kpis["option"]) == {OPTION}
    assert kpis["month"].min() == 5 and 3 not in set(kpis["replication"])
    assert (
        kpis.loc[kpis["replication"] == 4, "month"].max() == 8
    )  # the month of the insolvency is not all its own
    assert ((own["ledger"]["payer"] == "vendor") | (own["ledger"]["payee"] == "vendor")).all()
    assert 3 not in set(own["ledger"]["replication"]) and len(own["outcomes"]) == 11
    assert not any("hours" in name or "cost" in name or name == "fte" for name in kpis.columns)
    assert (vendor_tables(tables, OPTION, {})["targets"]).empty


def test_the_vendors_money_worked_by_hand() -> None:
    """Two histories: invoices of 100 and 200 in month 0, a credit of 20, 280 received in month 1, wages of 60."""
    entry = ("option", "replication", "month", "payer", "payee", "account", "kind", "amount")
    ledger = pd.DataFrame(
        [
            ("x", 0, 0, "client", "vendor", "fees", "invoice", 100e3),
            ("x", 1, 0, "client", "vendor", "fees", "invoice", 200e3),
            ("x", 1, 0, "vendor", "client", "credits", "invoice", 20e3),
            ("x", 0, 0, "vendor", "staff", "vendor_labour", "cash", 60e3),
            ("x", 1, 1, "client", "vendor", "fees", "cash", 200e3),
            ("x", 1, 1, "vendor", "client", "credits", "cash", 20e3),
            ("x", 0, 1, "client", "vendor", "fees", "cash", 100e3),
        ],
        columns=list(entry),
    )
    own = {"ledger": ledger, "outcomes": pd.DataFrame({"option": "x", "replication": [0, 1]})}
    first, second = vendor_money(own, "x").to_dict("records")
    assert (first["when"], first["invoiced, $k"], first["credits, $k"], first["paid out, $k"]) == (
        "month 1", "150", "10", "30",
    )  # fmt: skip
    assert (second["received from the client, $k"], second["credits paid, $k"]) == ("150", "10")
    assert first["cash at the end, $k"] == "−30 (−54 to −6)" and second["cash at the end, $k"].startswith(
        "110 ("
    )
    (quarter,) = vendor_money(own, "x", every="quarter").to_dict("records")
    assert (
        quarter["invoiced, $k"] == "150" and quarter["cash at the end, $k"] == second["cash at the end, $k"]
    )


def test_an_audience_is_known_or_refused() -> None:
    assert written.audience("vendor") == "vendor"
    with pytest.raises(InputError, match="Did you mean 'analyst'"):
        written.audience("analist")
