"""A vendor's bid, with quoted rates and a fee that belongs to no channel, runs from file to result."""

from __future__ import annotations

import shutil
from pathlib import Path

import pandas as pd
import pytest

import orm_sim

ROOT = Path(__file__).resolve().parents[2]
SMALL = {
    "programme.months": "7",
    "contract.term_months": "7",
    "programme.inbound.contacts_per_week": "1500",
    "programme.outbound.leads_per_month": "1000",
    "programme.outbound.seats": "2",
}


@pytest.fixture(scope="module")
def bid(tmp_path_factory: pytest.TempPathFactory) -> dict[str, pd.DataFrame]:
    folder = tmp_path_factory.mktemp("bid")
    shutil.copytree(ROOT / "scenarios", folder / "scenarios")
    contract = folder / "scenarios" / "contracts" / "per_productive_hour.yaml"
    lines = [line for line in contract.read_text().splitlines() if not line.startswith("price:")]
    text = "\n".join(lines).replace("rate: solve", "rate: 16.5")
    contract.write_text(text + "\n  - {clause: fixed, label: management fee, amount: 1000}\n")
    run = orm_sim.run(
        folder / "scenarios" / "bank_per_hour.yaml", replications=2, workers=1, report=False,
        overrides=SMALL, out=folder / "outputs",
    )  # fmt: skip
    return dict(run.tables)


def test_quoted_rates_stand_in_the_table_of_prices(bid: dict[str, pd.DataFrame]) -> None:
    prices = bid["prices"].set_index("clause")
    assert set(prices["basis"]) == {"quoted"}
    assert prices.loc["inbound hours", "rate"] == 16.5
    assert prices.loc["management fee", "rate"] == 1000.0


def test_what_belongs_to_no_channel_is_shared_and_nothing_is_lost(bid: dict[str, pd.DataFrame]) -> None:
    """Channel costs add up to everything the client pays in cash, the fee without a channel included."""
    ledger = bid["ledger"]
    cash = ledger[(ledger["kind"] == "cash") & ~ledger["account"].isin(["sale_margin"])]
    paid = cash[cash["payer"] == "client"].groupby(["option", "replication"])["amount"].sum()
    received = cash[cash["payee"] == "client"].groupby(["option", "replication"])["amount"].sum()
    total = paid.sub(received, fill_value=0.0)
    rows = bid["outcomes"].set_index(["option", "replication"])
    shared = rows["cost_inbound"] + rows["cost_outbound"]
    pd.testing.assert_series_equal(shared, total.reindex(shared.index), rtol=1e-9, check_names=False)
    fees = ledger[(ledger["account"] == "fees") & (ledger["kind"] == "cash")]
    assert not fees.empty


def test_the_forecast_is_held_against_the_same_contacts(bid: dict[str, pd.DataFrame]) -> None:
    """Also while the vendor's share ramps up, both operators' contacts stand against both operators' forecast."""
    kpis = bid["kpis"]
    inbound = kpis[(kpis["channel"] == "inbound") & (kpis["month"] < 7)]
    assert (inbound["forecast_error"] < 0.5).all()
    assert (inbound["forecast_offered"] > 0.0).all()
