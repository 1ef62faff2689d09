"""The printed contract: numbered plain language, the same whatever built the contract."""

from pathlib import Path

import pytest

from orm_sim.contract import (
    NOTHING,
    AhtCap,
    Contract,
    Indexed,
    Measure,
    MinimumCommitment,
    PaymentTerms,
    Reserve,
    Scale,
    Step,
    models,
    settle,
)
from orm_sim.core.loader import build, load_yaml

WORKED = Path(__file__).parent / "worked"

TERM_SHEET = """\
Inbound per minute, outbound baseline plus commission

1. Scope. Inbound and outbound contacts, for 36 months.
2. Indexed fees. At each anniversary the amounts below change with the index 'wages_ph', by at most 4 % a year, \
and never fall.
   2.1 Inbound minutes. The client pays a price that is solved for each minute of payable handled time (inbound). \
Handle time is payable up to 105 % of the agreed 380 s on the average of the month.
   2.2 Outbound baseline. The client pays 70 % of the agreed $13.20 for each productive hour (outbound).
   2.3 Outbound commission. The client pays a commission that is solved for each net funded sale (outbound), \
multiplied for the sales that fall on each step of the month's sales per productive hour: 0.8 times up to 0.2; \
1 times up to 0.4; 1.2 times above that. On a sale cancelled before day 90 the unearned part, pro rata to the day, \
is paid back at the average rate its month was paid. 10 % of each month's commission is withheld and released \
3 months later. Paid 30 days after the end of the month.
3. Inbound minimum. The client commits to 80 % of the forecast (inbound, contacts offered); at the end of each \
quarter it pays for what the volume lacks, each as 6.33 units under 'inbound minutes'.
4. Inbound service credit. The vendor gives credits for missed targets, measured every month (inbound): \
service level at least 80 % of contacts offered answered in 20 s, else 2 % of the fees per point or fraction of one. \
Credits of a month are at most 10 % of the fees under 'inbound minutes'. No credit in the first 3 months. \
No credit for a month in which contacts offered are more than 10 % off the forecast.
5. Payment. Invoiced at the end of each month, each line rounded to the cent, half a cent away from zero; \
paid 45 days later unless a clause says otherwise.
6. Notice. Either side may end the contract with 90 days' notice.
7. Price. The rate of 'inbound minutes' at 0.005 times it, 'outbound commission' is solved for a vendor margin of 12 %.

Definitions
- Payable handled time: talk + hold + wrap of payable contacts: answered contacts of 10 s or more whose customer \
had none of the same type in the 7 days before.
- Productive hours: hours on duty and logged in.
- Net funded sales: gross sales that are funded, in the month of funding.
- Contacts offered: contacts that ask for an agent: arrived - blocked - balked.
- Contacts forecast: contacts the client forecast for the month, as locked.
- Service level: offered contacts that an agent takes within the threshold / contacts that ask for an agent: \
arrived - blocked - balked."""


NEEDED = (("inbound", "payable_handled_s"), ("inbound", "payable_contacts"), ("index", "wages_ph"))


def load(name: str) -> Contract:
    return build(Contract, load_yaml(WORKED / f"{name}.yaml").section(("contract",)))


def test_the_term_sheet_reads_like_the_contract() -> None:
    assert str(load("bank_baseline_plus_commission")) == TERM_SHEET


@pytest.mark.parametrize("path", sorted(WORKED.glob("*.yaml")), ids=lambda path: path.stem)
def test_every_clause_is_printed_under_its_own_number(path: Path) -> None:
    contract = load(path.stem)
    lines = str(contract).splitlines()
    for position, clause in enumerate(contract.clauses, start=2):
        heading = clause.name[0].upper() + clause.name[1:]
        assert any(line.startswith(f"{position}. {heading}. ") for line in lines)
    assert "{" not in str(contract)
    assert "None" not in str(contract)


def test_a_solved_price_is_printed_once_it_is_known() -> None:
    printed = str(load("bank_inbound_only").with_rate(0.3375))
    assert "The client pays $0.3375 for each minute of payable handled time (inbound)." in printed
    assert "Price. As quoted." in printed
    assert "solved" not in printed


def test_a_contract_composed_in_python_is_the_one_written_in_yaml() -> None:
    written = load("bank_baseline_plus_commission").with_rate(60.0)
    reserve = Reserve(share=0.10, release_after_months=3)
    steps = (Step(up_to=0.2, multiple=0.8), Step(up_to=0.4, multiple=1.0), Step(multiple=1.2))
    composed = Contract(
        title=written.title,
        scope=("inbound", "outbound"),
        term_months=36,
        payment=PaymentTerms(net_days=45),
        notice_days=90,
        clauses=(
            Indexed(
                label="indexed fees",
                index={"wages_ph": 1.0},
                cap_per_year=0.04,
                floor_per_year=0.0,
                of=(
                    models.per_handled_minute(
                        "inbound", 0.3, aht_cap=AhtCap(baseline_s=380.0, share=1.05), label="inbound minutes"
                    ),
                    models.baseline("outbound", 13.20, 0.70, label="outbound baseline"),
                    models.pure_commission(
                        "outbound", 60.0, clawback="pro_rata_to_day_90", reserve=reserve, net_days=30,
                        scale=Scale(per="productive_hours", steps=steps),
                    ),
                ),
            ),
            MinimumCommitment(
                label="inbound minimum", channel="inbound", share=0.80, fee="inbound minutes",
                units_per_contact=6.3333333333,
            ),
            written.clauses[2],
        ),
    )  # fmt: skip
    assert str(composed) == str(written)


@pytest.mark.row("R073")
def test_a_baseline_is_income_without_a_single_sale() -> None:
    hours = {("outbound", "productive_hours"): 1000.0, ("outbound", "sales_net"): 0.0}
    base = models.baseline("outbound", 13.20, 0.70)
    commission = models.pure_commission("outbound", 60.0, clawback="none")
    frame = {
        "title": "t", "scope": ("outbound",), "term_months": 12, "payment": PaymentTerms(net_days=30),
        "notice_days": 30,
    }  # fmt: skip
    owed = {}
    for name, clause in (
        ("commission", commission),
        ("baseline", models.baseline_plus_commission(base, commission)),
        ("guarantee", models.guaranteed_commission(commission, 13.20, 0.70)),
    ):
        items, _ = settle(Contract(clauses=(clause,), **frame), NOTHING, hours, 0)
        owed[name] = sum(float(item.amount) for item in items)
    assert owed == {"commission": 0.0, "baseline": 9240.0, "guarantee": 9240.0}


def test_line_items_carry_their_own_payment_days() -> None:
    contract = load("bank_baseline_plus_commission").with_rate(60.0)
    document = load_yaml(WORKED / "bank_baseline_plus_commission.yaml")
    meters = {tuple(key.split(".")): float(value) for key, value in document.data["meters"].items()}
    items, _ = settle(contract, NOTHING, meters, 0)
    assert {item.kind: item.net_days for item in items} == {
        "fee": 45, "commission": 30, "clawback": 30, "reserve_withheld": 30,
    }  # fmt: skip
    assert [item.path for item in items][:2] == ["clauses[0].of[0]", "clauses[0].of[1]"]


def test_a_sentence_is_asked_for_one_element() -> None:
    contract = load("flat_commission")
    items, _ = settle(contract, NOTHING, {("outbound", "sales_net"): [10.0, 20.0]}, 0)
    assert items[0].sentence((1,)) == "commission: 20 net funded sales at $60.00 on average = $1,200.00."
    with pytest.raises(ValueError, match="say which element"):
        items[0].sentence()


def test_requested_service_level() -> None:
    asked = load("bank_inbound_only").requested_service_level()
    assert asked is not None
    assert (asked.target, asked.within_s) == (0.80, 20.0)
    assert load("bank_inbound_only").requested_service_level("outbound") is None
    assert load("flat_commission").requested_service_level() is None
    stated = load("flat_commission").model_copy(update={"service_level": asked})
    assert stated.requested_service_level() == asked


def test_what_a_contract_needs_and_lacks() -> None:
    contract = load("bank_inbound_only")
    assert contract.index_names == ("wages_ph",)
    assert not contract.is_priced
    with pytest.raises(ValueError, match="with_rate"):
        settle(contract, NOTHING, dict.fromkeys(NEEDED, 1.0), 0)
    with pytest.raises(ValueError, match="finite number, 0 or more"):
        contract.with_rate(float("nan"))
    with pytest.raises(KeyError, match=r"needs the meter index\.wages_ph"):
        settle(contract.with_rate(1.0), NOTHING, {}, 0)


LUMP = {"by": "lump", "amount": 1}
BY_POINT = {"by": "point", "points": "up", "amount": 1}
BANDS = {"by": "band", "bands": [{"worse_than": 0.9, "share": 0.05}]}
GLIDE = {"from": 0.6, "months": 3}
RATCHET = {"months": 3, "up_at_most": 2, "down_at_most": 1}


@pytest.mark.parametrize(
    ("measure", "said"),
    [
        ({"kpi": "aht", "target": 300, "credit": BY_POINT}, "at most 300 s, else $1.00 per second or fraction of one"),
        ({"kpi": "sales_per_hour", "target": 0.305, "credit": LUMP}, "hour at least 0.305, else $1.00"),
        ({"kpi": "cost_per_contact", "target": 3.5, "credit": LUMP}, "contact at most $3.50, else $1.00"),
        ({"kpi": "sales_kept", "target": 1200, "credit": BY_POINT}, "kept at least 1,200, else $1.00 per unit"),
        ({"kpi": "csat", "target": 0.9, "credit": BANDS}, "beyond 90 %: 5 %"),
        ({"kpi": "csat", "target": 0.9, "glide": GLIDE, "credit": LUMP}, "months, each month's rounded to 0.01 %)"),
        ({"kpi": "asa", "target": 30, "ratchet": RATCHET, "credit": LUMP}, "by at most 2 s stricter and 1 s easier"),
    ],
)  # fmt: skip
def test_targets_and_their_credits_are_said_in_the_units_of_the_kpi(
    measure: dict[str, object], said: str
) -> None:
    assert said in Measure.model_validate(measure).terms()


def test_what_is_carried_forward_is_said_to_lapse_in_the_end() -> None:
    assert "is carried forward, and lapses when the contract ends" in str(load("bands_carried_forward"))
