"""One month under every family of prices, reckoned by hand; who bears what, and the floor under a vendor's income."""

import numpy as np
import pytest

from orm_sim.contract import (
    NOTHING,
    AnyClause,
    Between,
    Commission,
    Contract,
    CostPlus,
    Fixed,
    Floor,
    GainShare,
    PaymentTerms,
    PerUnit,
    Ramp,
    RampStep,
    VolumeAdjustment,
    models,
    settle,
    settle_history,
    total,
)
from orm_sim.contract.bound import Bound

MONTH = {
    ("inbound", "payable_contacts"): 10_000.0,
    ("inbound", "payable_handled_s"): 3_600_000.0,
    ("inbound", "productive_hours"): 1_250.0,
    ("inbound", "fte"): 10.0,
    ("inbound", "resolved"): 7_500.0,
    ("inbound", "offered"): 10_800.0,
    ("inbound", "vendor_cost"): 17_000.0,
    ("inbound", "realised_savings"): 4_000.0,
    ("outbound", "sales_net"): 100.0,
    ("outbound", "productive_hours"): 500.0,
}
"""One month of a programme."""


def contract(*clauses: AnyClause, term_months: int = 12) -> Contract:
    return Contract(
        title="t", scope=("inbound", "outbound"), term_months=term_months, clauses=clauses,
        payment=PaymentTerms(net_days=30), notice_days=30,
    )  # fmt: skip


def invoice(*clauses: AnyClause) -> float:
    return float(total(settle(contract(*clauses), NOTHING, MONTH, 0)[0]))


@pytest.mark.row("R116")
@pytest.mark.parametrize(
    ("clause", "expected"),
    [
        pytest.param(models.per_productive_hour("inbound", 16.0), 20_000.0, id="per hour"),
        pytest.param(models.per_handled_minute("inbound", 0.34), 20_400.0, id="per minute: 60,000 of them"),
        pytest.param(models.per_contact("inbound", 2.05), 20_500.0, id="per contact"),
        pytest.param(models.per_fte("inbound", 2_100.0), 21_000.0, id="per FTE"),
        pytest.param(models.per_fte_used("inbound", 2_100.0, hours_per_fte=160.0), 16_406.25, id="1,250 / 160 FTE"),
        pytest.param(PerUnit(channel="inbound", meter="resolved", rate=2.7), 20_250.0, id="per resolution"),
        pytest.param(models.flat_fee(20_000.0), 20_000.0, id="fixed"),
        pytest.param(models.open_book(channel="inbound", markup=0.12), 19_040.0, id="cost plus 12 %"),
        pytest.param(models.open_book(channel="inbound", fee=2_500.0), 19_500.0, id="cost plus a fee"),
        pytest.param(
            models.open_book(channel="inbound", markup=0.12, cap=Bound(amount=15_000.0)), 16_800.0, id="capped cost"
        ),
        pytest.param(models.two_part_price(8_000.0, "inbound", 1.2), 20_000.0, id="two-part"),
        pytest.param(
            models.anchored_price(
                20_000.0, "inbound", baseline=10_000.0, dead_band=0.05, arc_rate=1.5, rrc_rate=1.0
            ),
            20_450.0,
            id="anchored: 300 contacts above the band",
        ),
        pytest.param(GainShare(channel="inbound", vendor_share=0.5), 2_000.0, id="gain share"),
        pytest.param(models.pure_commission("outbound", 90.0, clawback="none"), 9_000.0, id="pay for performance"),
        pytest.param(
            models.baseline_plus_commission(
                models.baseline("outbound", 13.2, 0.7), models.pure_commission("outbound", 40.0, clawback="none")
            ),
            8_620.0,
            id="baseline of 4,620 and commission",
        ),
    ],
)  # fmt: skip
def test_the_same_month_under_each_family_of_prices(clause: AnyClause, expected: float) -> None:
    assert invoice(clause) == expected


@pytest.mark.row("R074")
def test_a_commission_that_guarantees_cost_never_falls_below_it() -> None:
    draw = np.random.Generator(np.random.PCG64(7))
    months = [
        {("outbound", "sales_net"): draw.poisson(90.0, 200), ("outbound", "vendor_cost"): draw.uniform(4e3, 9e3, 200)}
        for _ in range(12)
    ]  # fmt: skip
    commission = Commission(label="commission", channel="outbound", rate=60.0, clawback="none")
    cost = np.stack([each["outbound", "vendor_cost"] for each in months], axis=-1)
    below = {}
    for share in (0.5, 1.0):
        floor = Floor(
            label="floor",
            at=Bound(rate=1.0, share=share, channel="outbound", meter="vendor_cost"),
            of=(commission,),
        )
        paid = settle_history(contract(floor), months)["invoice"]
        assert np.all(paid >= share * cost - 0.005)
        below[share] = float((paid < cost - 0.005).mean())
    assert below[1.0] == 0.0 < below[0.5]


@pytest.mark.row("R020")
def test_a_transition_is_priced_apart_and_shows_in_the_invoices() -> None:
    hours = PerUnit(label="hours", channel="inbound", meter="productive_hours", rate=10.0)
    signed = contract(
        Fixed(label="transition", amount=30_000.0, when="once", month=0),
        Between(label="shadowing", through_month=2, of=(Fixed(label="shadow team", amount=4_000.0),)),
        Ramp(
            label="ramp", steps=(RampStep(through_month=3, multiple=1.2), RampStep(multiple=1.0)), of=(hours,)
        ),
    )
    paid = settle_history(signed, [MONTH] * 5)
    assert list(paid["invoice"]) == [49_000.0, 19_000.0, 15_000.0, 12_500.0, 12_500.0]


@pytest.mark.row("R022")
def test_a_band_of_volume_adapts_the_price_where_a_fixed_fee_stands_still() -> None:
    fee = Fixed(label="fee", amount=20_000.0)
    band = VolumeAdjustment(channel="inbound", baseline=10_000.0, dead_band=0.1, arc_rate=1.5, rrc_rate=1.2)
    for offered, expected in ((10_000.0, 20_000.0), (14_000.0, 24_500.0), (6_000.0, 16_400.0)):
        month = MONTH | {("inbound", "offered"): offered}
        assert float(total(settle(contract(fee, band), NOTHING, month, 0)[0])) == expected
        assert float(total(settle(contract(fee), NOTHING, month, 0)[0])) == 20_000.0


def test_a_cap_moves_the_risk_of_cost_to_the_vendor() -> None:
    for cost, margin in ((15_000.0, 1_500.0), (16_500.0, 0.0), (20_000.0, -3_500.0)):
        book = CostPlus(channel="inbound", markup=0.1, cap=Bound(amount=15_000.0))
        month = MONTH | {("inbound", "vendor_cost"): cost}
        assert float(total(settle(contract(book), NOTHING, month, 0)[0])) - cost == margin


def test_who_pays_a_fixed_sum_and_for_what_is_printed() -> None:
    signed = contract(
        Fixed(label="upfront", payer="vendor", amount=5.0, when="once", month=0, channel="inbound")
    )
    assert "The vendor pays $5.00 once, in month 1 of the contract (inbound)." in str(signed)
