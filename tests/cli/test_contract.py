"""`orm-sim contract`: what it prints, with which status it ends, and what it must not import."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from orm_sim.cli import main

ROOT = Path(__file__).resolve().parents[2]
DEALS = ROOT / "scenarios" / "contracts"
HISTORY = ROOT / "tests" / "contract" / "catalogue" / "kpis.csv"


def run(*arguments: object) -> Result:
    return CliRunner().invoke(main, ["contract", *map(str, arguments)])


def invoice(tmp_path: Path, text: str) -> Path:
    path = tmp_path / "invoice.csv"
    path.write_text(text)
    return path


def test_show_prints_the_terms() -> None:
    result = run("show", DEALS / "two_part_tariff.yaml")
    assert result.exit_code == 0
    assert result.output.startswith("Two-part tariff\n\n1. Scope. Inbound contacts, for 36 months.")
    assert (
        "2.1 Capacity charge. The client pays $60,000.00 every month of the term (inbound)." in result.output
    )


def test_show_reads_the_contract_of_a_scenario_and_fills_a_rate_in() -> None:
    result = run("show", ROOT / "scenarios" / "bank_per_hour.yaml", "--rate", "13.5")
    assert result.exit_code == 0
    assert "The client pays $13.50 for each productive hour (inbound)." in result.output


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (("show", ROOT / "scenarios" / "bank.yaml"), "is a scenario without a contract: everything stays in-house"),
        (("show", ROOT / "scenarios" / "studies" / "which_contract.yaml"), "Name the file of one contract"),
        (("show", DEALS / "two_part_tarif.yaml"), "Did you mean"),
        (("show", DEALS / "per_minute.yaml", "--rate", "2"), "has no rate to be solved: it is quoted"),
        (("show", DEALS / "inbound_only.yaml", "--rate", "-1"), "--rate  -1.0\n    must be a finite number, 0 or more"),
        (("price", DEALS / "per_minute.yaml"), "give the months with --history KPIS.csv"),
        (("price", DEALS / "inbound_only.yaml", "--history", HISTORY), "that of 'inbound minutes' is to be solved"),
        (("price", DEALS / "per_minute.yaml", "--history", HISTORY, "--run", "x"), "choose one"),
        (("price", DEALS / "per_minute.yaml", "--run", "no_such_run"), "holds no finished run"),
        (("price", DEALS / "per_minute.yaml", "--history", HISTORY, "--tolerance", "-1"), "must be 0 or more"),
        (("price", DEALS / "per_minute.yaml", DEALS / "per_contact.yaml", "--history", HISTORY, "--invoice", "i.csv"),
         "an invoice is held against one contract"),
        (("diff", DEALS / "per_minute.yml", DEALS / "per_contct.yaml"), "2 problems. Nothing was run."),
    ],
)  # fmt: skip
def test_what_cannot_be_done_ends_with_a_sentence_and_2(arguments: tuple[object, ...], said: str) -> None:
    result = run(*arguments)
    assert result.exit_code == 2
    assert said in result.output


def test_price_prints_lines_by_month_and_the_total() -> None:
    result = run("price", DEALS / "fixed_fee.yaml", "--history", HISTORY)
    assert result.exit_code == 0
    assert "monthly fee        140,000.00     140,000.00     140,000.00" in result.output
    # 72 % answered in time and 7.5 % abandoned: 10 % and 2.5 % of the fee; month 3 is met
    assert "service credit      -2,800.00     -17,500.00           0.00" in result.output
    assert "Total of 3 months: $399,700.00" in result.output


def test_price_explains_every_line() -> None:
    result = run("price", DEALS / "per_minute.yaml", "--history", HISTORY, "--explain")
    assert "inbound minutes: 315,000 minutes of payable handled time at $0.45" in result.output
    assert "Month 3" in result.output


def test_price_of_several_contracts_as_json() -> None:
    found = json.loads(
        run(
            "price", DEALS / "per_minute.yaml", DEALS / "per_contact.yaml", "--history", HISTORY, "--json"
        ).output
    )
    assert [each["contract"] for each in found] == ["Per handled minute", "Per contact"]
    first = found[1]["months"][0]
    assert first["invoice"] == 142100.0
    assert first["items"][0]["quantity"] == 50000.0 and first["items"][0]["rate"] == 2.9


def test_an_invoice_that_agrees_ends_with_0(tmp_path: Path) -> None:
    right = invoice(tmp_path, "month,label,amount\n1,monthly fee,140000\n1,service credit,-2800\n")
    result = run("price", DEALS / "fixed_fee.yaml", "--history", HISTORY, "--invoice", right)
    assert result.exit_code == 0
    assert "agrees with the contract to the cent." in result.output


def test_an_invoice_that_disagrees_ends_with_1(tmp_path: Path) -> None:
    wrong = invoice(tmp_path, "month,label,amount\n1,monthly fee,145000\n")
    result = run("price", DEALS / "fixed_fee.yaml", "--history", HISTORY, "--invoice", wrong)
    assert result.exit_code == 1
    assert "disagrees with the contract in 2 places" in result.output
    assert "invoice.csv:2  month 1, monthly fee: the invoice says $145,000.00" in result.output
    told = json.loads(
        run("price", DEALS / "fixed_fee.yaml", "--history", HISTORY, "--invoice", wrong, "--json").output
    )
    assert [(each["label"], each["amount"]) for each in told["differences"]] == [
        ("monthly fee", 5000.0),
        ("service credit", 2800.0),
    ]


def test_an_invoice_that_cannot_be_read_ends_with_2(tmp_path: Path) -> None:
    result = run(
        "price", DEALS / "fixed_fee.yaml", "--history", HISTORY, "--invoice", invoice(tmp_path, "a,b\n1,2\n")
    )
    assert result.exit_code == 2
    assert result.output.count("has no column") == 3


def test_diff_says_it_in_words() -> None:
    result = run("diff", DEALS / "pay_for_performance.yaml", DEALS / "baseline_and_sliding_commission.yaml")
    assert result.exit_code == 0
    assert (
        "added: 'baseline'. The client pays 70 % of the agreed $13.20 for each productive hour"
        in result.output
    )
    assert "'commission' changed: rate: 58" in result.output
    same = run("diff", DEALS / "per_minute.yaml", DEALS / "per_minute.yaml")
    assert (same.exit_code, same.output) == (0, "Both contracts say the same.\n")


def test_lint_ends_with_1_only_where_terms_contradict_each_other(tmp_path: Path) -> None:
    result = run("lint", DEALS / "pay_for_performance.yaml")
    assert result.exit_code == 0
    assert "the vendor earns nothing on outbound contacts in a month without sales" in result.output
    text = (DEALS / "per_minute.yaml").read_text() + "service_level: {target: 0.5, within_s: 20}\n"
    path = tmp_path / "contradiction.yaml"
    path.write_text(text)
    result = run("lint", path)
    assert result.exit_code == 1
    assert "error, contradiction: credits begin at 80 %, but the vendor is to plan for 50 %" in result.output
    assert "1 error," in result.output
    assert json.loads(run("lint", path, "--json").output)[0]["line"] == 17


@pytest.mark.parametrize("command", [("show",), ("price", "--history", str(HISTORY)), ("lint",)])
def test_nothing_slow_is_imported(command: tuple[str, ...]) -> None:
    """Compiler, simulation and tables would take seconds before the first line is printed."""
    code = (
        "import sys; from orm_sim.cli import main\n"
        f"try: main(['contract', {command[0]!r}, {str(DEALS / 'per_minute.yaml')!r}, *{command[1:]!r}])\n"
        "except SystemExit as end: code = end.code\n"
        "print(code, [name for name in ('numba', 'simpy', 'scipy', 'pandas', 'pyarrow') if name in sys.modules])"
    )
    ended = subprocess.run([sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, check=True)
    assert ended.stdout.splitlines()[-1] == "0 []"
