"""Static pricing: a run's histories under other contracts come to what those contracts billed when they were lived."""

from __future__ import annotations

import json
import shutil
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from click.testing import CliRunner

import orm_sim
from orm_sim.cli import main
from orm_sim.contract.contract import Contract, ServiceLevel
from orm_sim.core.errors import InputError
from orm_sim.simulation.static_pricing import Lived, filled, first_alone, open_lived, price_static, refused

ROOT = Path(__file__).resolve().parents[2]
STUDY = """\
study: two
title: Two contracts
base: ../bank.yaml
zero: in_house
options:
  in_house: {title: In-house as is}
  per_hour: {title: Per hour, set: {contract: {extends: ../contracts/per_productive_hour.yaml}}}
  baseline: {title: Baseline, set: {contract: {extends: ../contracts/baseline_and_commission.yaml}}}
"""
SMALL = {
    "programme.months": "12",
    "contract.term_months": "12",
    "programme.inbound.contacts_per_week": "1500",
    "programme.outbound.leads_per_month": "1000",
    "programme.outbound.seats": "2",
    "vendor.firm.opening_cash": "9000000",
    "evaluation.price_replications": "1",
}


@pytest.fixture(scope="module")
def run_dir(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("static")
    shutil.copytree(ROOT / "scenarios", folder / "scenarios")
    study = folder / "scenarios" / "studies" / "two.yaml"
    study.write_text(STUDY)
    done = orm_sim.compare(
        study, replications=2, workers=1, report=False, overrides=SMALL, out=folder / "outputs"
    )
    return done.run_dir


@pytest.fixture(scope="module")
def lived(run_dir: Path) -> dict[str, Lived]:
    return {each.name: each for each in open_lived(run_dir)}


def contract(lived: dict[str, Lived], name: str) -> Contract:
    priced = filled(lived[name].scenario.contract, tuple(lived.values()), None)  # type: ignore[arg-type]
    assert priced is not None
    return priced


def billed(run_dir: Path, option: str, first: int) -> np.ndarray:
    """What the ledger of the run says was invoiced from a month on, by replication and month."""
    ledger = pd.read_parquet(run_dir / "tables" / "ledger.parquet")
    rows = ledger[
        (ledger["option"] == option) & (ledger["kind"] == "invoice") & ledger["month"].between(first, 11)
    ]
    signed = rows["amount"].where(rows["payer"] == "client", -rows["amount"])
    return signed.groupby([rows["replication"], rows["month"]]).sum().unstack().to_numpy()


@pytest.mark.row("R116")
@pytest.mark.parametrize("history", ["per_hour", "baseline"])
@pytest.mark.parametrize("terms", ["per_hour", "baseline"])
def test_one_history_under_a_contract_is_what_the_contract_billed(
    run_dir: Path, lived: dict[str, Lived], history: str, terms: str
) -> None:
    """To the cent, its own history or another's: with a full purse neither contract makes the vendor act otherwise."""
    priced = contract(lived, terms)
    first = first_alone(lived[history], [priced])
    found = price_static(lived[history], priced, first)
    assert found.refused is None
    assert np.allclose(found.invoices, billed(run_dir, terms, first), atol=0.005)


def test_months_of_the_ramp_and_what_looks_back_to_them_are_left_out(lived: dict[str, Lived]) -> None:
    """The last step is in week 17, day 119: month 4 is the first alone; lags and reserve of 3 months, quarters."""
    assert first_alone(lived["per_hour"], [contract(lived, "per_hour")]) == 4
    assert first_alone(lived["per_hour"], [contract(lived, "baseline")]) == 9


def test_where_behaviour_would_differ_it_is_refused(lived: dict[str, Lived]) -> None:
    here, own = lived["per_hour"], contract(lived, "per_hour")
    asks_more = own.model_copy(update={"service_level": ServiceLevel(target=0.9, within_s=20.0)})
    assert refused(here, own) is None
    assert (
        refused(here, asks_more) == "the vendor staffed for 80 % in 20 s, the contract asks for 90 % in 20 s"
    )
    inbound = own.model_copy(update={"scope": ("inbound",)})
    assert (
        refused(here, inbound)
        == "the vendor ran inbound and outbound contacts, the contract is about inbound"
    )
    longer = own.model_copy(update={"term_months": 24})
    assert refused(here, longer) == "it was lived for 12 months, the contract runs for 24"
    vendor = here.scenario.vendor.model_copy(update={"policy": "best_response"})
    responds = Lived(
        here.name, here.title, here.scenario.model_copy(update={"vendor": vendor}), here.rate, here.replications,
        here.n_failed, here.counters, here.wage_growth,
    )  # fmt: skip
    assert refused(responds, own) == (
        "its vendor's policy is best_response: under other terms it would have acted otherwise"
    )


def terms_file(run_dir: Path, name: str, **changes: str) -> Path:
    text = (
        (ROOT / "scenarios" / "contracts" / f"{name}.yaml")
        .read_text()
        .replace("term_months: 36", "term_months: 12")
    )
    for before, after in changes.items():
        text = text.replace(before, after)
    path = run_dir.parent / f"{name}_{len(changes)}.yaml"
    path.write_text(text)
    return path


def command(*arguments: object) -> tuple[int, str]:
    result = CliRunner().invoke(main, ["contract", "price", *map(str, arguments)])
    return result.exit_code, result.output


def test_the_command_prints_options_by_contracts_labelled_static(run_dir: Path) -> None:
    files = [terms_file(run_dir, name) for name in ("per_productive_hour", "inbound_only")]
    status, text = command(*files, "--run", run_dir, "--rate", "14")
    assert status == 0
    assert text.startswith("static: nobody acts.")
    assert text.count("Per productive hour with service credits") == 2
    assert (
        "per_hour under 'Inbound only, per handled minute': the vendor ran inbound and outbound contacts"
        in text
    )
    status, text = command(files[0], "--run", run_dir, "--option", "per_hour", "--json")
    (only,) = json.loads(text)
    assert (only["option"], only["label"], only["refused"], len(only["per_month"])) == (
        "per_hour",
        "static",
        None,
        2,
    )


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (("--option", "per_huor"), "Did you mean 'per_hour'?"),
        (("--option", "in_house"), "is no option with a vendor in this run"),
        (("--history", "x.csv"), "is given together with --history: choose one"),
    ],
)
def test_what_cannot_be_priced_is_refused(run_dir: Path, arguments: tuple[str, ...], said: str) -> None:
    status, text = command(terms_file(run_dir, "per_productive_hour"), "--run", run_dir, *arguments)
    assert status == 2
    assert said in text


def test_where_every_cell_is_refused_the_command_fails(run_dir: Path) -> None:
    status, text = command(terms_file(run_dir, "inbound_only"), "--run", run_dir, "--rate", "1")
    assert status == 2
    assert text.count("the vendor ran inbound and outbound contacts, the contract is about inbound") == 2


def test_a_rate_that_the_run_did_not_solve_must_be_given(run_dir: Path) -> None:
    status, text = command(terms_file(run_dir, "pure_commission"), "--run", run_dir)
    assert status == 2
    assert "has no rate yet, and no option of the run was solved for it" in text


def test_a_run_whose_files_have_changed_is_refused(run_dir: Path, tmp_path: Path) -> None:
    manifest = json.loads((run_dir / "manifest.json").read_text())
    manifest["inputs"][0]["sha256"] = "0" * 64
    shutil.copytree(run_dir, tmp_path / "run")
    (tmp_path / "run" / "manifest.json").write_text(json.dumps(manifest))
    with pytest.raises(InputError, match="has changed since the run"):
        open_lived(tmp_path / "run")
    with pytest.raises(InputError, match="holds no finished run"):
        open_lived(tmp_path)
