"""What is refused of prices, volumes and times: each with its place, a sentence, and what would help."""

import pytest

from orm_sim.contract import Contract
from orm_sim.core.errors import InputError
from orm_sim.core.loader import build, parse_yaml

FRAME = """\
title: t
scope: [inbound, outbound]
term_months: 12
payment: {net_days: 30}
notice_days: 30
"""
FEE = "{clause: fixed, label: fee, amount: 5}"
SALES = "{clause: commission, label: sales, channel: outbound, rate: 60, clawback: none}"
BACK = "{clause: clawback, label: back, channel: outbound, fee: sales, schedule: [{before_months: 3, share: 0.5}]}"
QUARTERS = (
    "{clause: tiered, label: tiers, channel: inbound, meter: offered, mode: marginal, window: quarter,"
    " tiers: [{rate: 1}]}"
)


def refusal(*clauses: str, more: str = "") -> str:
    text = FRAME + more + "clauses:\n" + "".join(f"  - {clause}\n" for clause in clauses)
    with pytest.raises(InputError) as caught:
        build(Contract, parse_yaml(text, "a.yaml"))
    return str(caught.value)


CASES = [
    pytest.param(
        ("{clause: per_unit, channel: inbound, meter: night_hour, rate: 1}",),
        "a.yaml:7  clauses[0].meter = night_hour\n    unknown KPI id.  Did you mean 'night_hours'?",
        id="reported meter mistyped",
    ),
    pytest.param(
        ("{clause: per_unit, channel: inbound, meter: availability, rate: 1}",),
        "clauses[0].meter = availability\n    must be a counter: 'availability' is computed",
        id="a reported ratio is no meter",
    ),
    pytest.param(
        ("{clause: per_unit, channel: inbound, meter: answered, rate: 1, less: [downtime_s]}",),
        "cannot subtract 'downtime_s' (downtime, in s) from 'answered' (contacts answered, in count)",
        id="seconds less contacts",
    ),
    pytest.param(
        ("{clause: per_unit, channel: inbound, meter: answered, rate: 1, less: [answered]}",),
        "subtracts 'answered' from itself: nothing would be payable",
        id="a meter less itself",
    ),
    pytest.param(
        ("{clause: per_unit, channel: inbound, meter: fte, rate: 1, limit: {meter: productive_hours, per: 0}}",),
        "clauses[0].limit.per = 0\n    must be a finite number, more than 0",
        id="a limit of nothing",
    ),
    pytest.param(
        ("{clause: cost_plus, channel: inbound}",),
        "needs either `markup` (a share of the cost) or `fee` (money a month), and not both",
        id="cost plus nothing",
    ),
    pytest.param(
        ("{clause: cost_plus, channel: inbound, markup: 0.1, fee: 5}",),
        "needs either `markup` (a share of the cost) or `fee` (money a month), and not both",
        id="cost plus two things",
    ),
    pytest.param(
        ("{clause: cost_plus, channel: inbound, markup: 0.1, over_cap_share: 0.5}",),
        "gives the client a share of cost above a cap, but no `cap`",
        id="above which cap",
    ),
    pytest.param(
        ("{clause: cost_plus, channel: inbound, markup: 0.1, meter: productive_hours}",),
        "needs a meter of money (vendor_cost, passed_through_cost); 'productive_hours' counts productive hours",
        id="cost in hours",
    ),
    pytest.param(
        ("{clause: pass_through, channel: inbound, admin_share: -0.1}",),
        "clauses[0].admin_share = -0.1\n    must be a finite number, more than 0",
        id="handling that costs less than nothing",
    ),
    pytest.param(
        ("{clause: pass_through, channel: inbound, cap: {rate: 3}}",),
        "clauses[0].cap",
        id="half a cap",
    ),
    pytest.param(
        ("{clause: pass_through, channel: inbound, cap: {amount: solve}}",),
        "clauses[0].cap.amount = solve\n    is to be solved, but `price.solve` does not name 'inbound pass-through'",
        id="a cap to be solved for nothing",
    ),
    pytest.param(
        ("{clause: gain_share, channel: inbound, kpi: fcr, meter: realised_savings, value_per_point: 3,"
         " vendor_share: 0.5}",),
        "gives a `meter` of savings and a `kpi`: keep one of the two",
        id="gain measured twice",
    ),
    pytest.param(
        ("{clause: gain_share, kpi: fcr, vendor_share: 0.5}",),
        "needs the `channel` on which 'fcr' is measured and the `value_per_point` of it",
        id="points without value",
    ),
    pytest.param(
        ("{clause: gain_share, value_per_point: 3, vendor_share: 0.5}",),
        "gives `value_per_point`, but no `kpi` whose points it is for",
        id="value without points",
    ),
    pytest.param(
        ("{clause: gain_share, channel: inbound, kpi: service_level, value_per_point: 3, vendor_share: 0.5}",),
        "a service level needs its threshold: answered within how many seconds (`within_s`)?",
        id="gain of a service level without threshold",
    ),
    pytest.param(
        ("{clause: gain_share, vendor_share: 1.5}",),
        "clauses[0].vendor_share = 1.5\n    must be a finite number from 0 to 1",
        id="more than the whole gain",
    ),
    pytest.param(
        ("{clause: volume_adjustment, channel: inbound, dead_band: 0.1, arc_rate: 1, rrc_rate: 1}",),
        "needs either `baseline` (units a month) or `forecast` (the meter of the forecast), and not both",
        id="no baseline",
    ),
    pytest.param(
        ("{clause: volume_adjustment, channel: inbound, meter: handled_s, forecast: forecast_offered, dead_band: 0.1,"
         " arc_rate: 1, rrc_rate: 1}",),
        "compares handled time (in s) with contacts forecast (in count)",
        id="time against contacts",
    ),
    pytest.param(
        ("{clause: volume_adjustment, channel: inbound, baseline: 5, dead_band: 1, arc_rate: 1, rrc_rate: 1}",),
        "clauses[0].dead_band = 1\n    must be a finite number, 0 or more and less than 1",
        id="a band that swallows everything",
    ),
    pytest.param(
        (SALES, BACK.replace("0.5}", "0.5}, {before_months: 2, share: 0.1}")),
        "the step before 2 months overlaps that before 3: list them from the youngest sales on",
        id="overlapping ages",
    ),
    pytest.param(
        (SALES, BACK.replace("[{", "[{before_months: 1, share: 0.2}, {")),
        "pays back 50 % of an older sale, more than 20 % of a younger one",
        id="older sales cost more",
    ),
    pytest.param(
        (SALES, BACK.replace("before_months: 3", "before_months: 9")),
        "clauses[1].schedule[0].before_months = 9\n    must be a whole number from 1 to 6",
        id="ages that nobody reports",
    ),
    pytest.param(
        (SALES.replace("clawback: none", "clawback: pro_rata_to_day_90"), BACK),
        "clauses[1].fee = sales\n    'sales' already has a clawback of its own, and would be paid back twice",
        id="two clawbacks",
    ),
    pytest.param(
        (SALES.replace("none", "none, reserve: {share: 0.1, release_after_months: 2}"), BACK),
        "'sales' withholds a reserve, and so has no single price",
        id="clawback with reserve",
    ),
    pytest.param(
        (FEE, BACK.replace("fee: sales", "fee: fee")),
        "clauses[1].fee = fee\n    'fee' pays no price for a sale: cite a commission or a per_unit clause",
        id="clawback of a fixed fee",
    ),
    pytest.param(
        (BACK, SALES),
        "clauses[0].fee = sales\n    cites 'sales', which comes later: put that clause before this one",
        id="clawback before its commission",
    ),
    pytest.param(
        ("{clause: indexed, index: wages, of: [{clause: cost_plus, channel: inbound, markup: 0.1}]}",),
        "clauses[0].of[0]\n    is paid on money as it was spent or saved, which an index would raise twice",
        id="indexed cost",
    ),
    pytest.param(
        (FEE, "{clause: scale, by: 0.5, of: [{clause: service_credit, channel: inbound, fees: [fee], at_risk: 0.1,"
         " grace_months: 0, measures: [{kpi: csat, target: 0.9, credit: {by: lump, amount: 5}}]}]}"),
        "clauses[1].of[0]\n    sets sums of money, which the multiple does not reach: set shares of the fees",
        id="half a lump",
    ),
    pytest.param(
        ("{clause: indexed, index: wages, excess: carried, of: [" + FEE + "]}",),
        "carries what exceeds a limit, but has neither `cap_per_year` nor `floor_per_year`",
        id="nothing to carry",
    ),
    pytest.param(
        ("{clause: indexed, index: wages, base: {prices: 100}, of: [" + FEE + "]}",),
        "gives base levels of prices, but follows wages",
        id="base of another index",
    ),
    pytest.param(
        ("{clause: indexed, index: wages, lag_months: 13, of: [" + FEE + "]}",),
        "clauses[0].lag_months = 13\n    must be a whole number from 1 to 12",
        id="an index older than a year",
    ),
    pytest.param(
        ("{clause: scale, by: -1, of: [" + FEE + "]}",),
        "clauses[0].by = -1\n    must be a finite number, 0 or more",
        id="negative multiple",
    ),
    pytest.param(
        ("{clause: ramp, steps: [{through_month: 3, multiple: 1}, {through_month: 2, multiple: 1}, {multiple: 1}],"
         " of: [" + FEE + "]}",),
        "step 2, through month 2, overlaps the step before it, through month 3",
        id="overlapping steps",
    ),
    pytest.param(
        ("{clause: ramp, steps: [{through_month: 3, multiple: 1}], of: [" + FEE + "]}",),
        "the last step ends with month 3: leave its `through_month` out, or later months have no price",
        id="a ramp that ends",
    ),
    pytest.param(
        ("{clause: ramp, steps: [{multiple: 1}, {multiple: 2}], of: [" + FEE + "]}",),
        "step 1 has no `through_month`, so the steps after it are never reached",
        id="two last steps",
    ),
    pytest.param(
        ("{clause: ramp, steps: [{through_month: 12, multiple: 1}, {multiple: 2}], of: [" + FEE + "]}",),
        "lasts through month 12 of a term of 12 months: its last step is never reached",
        id="a ramp beyond the term",
    ),
    pytest.param(
        ("{clause: ramp, steps: [{through_month: 4, multiple: 1}, {multiple: 2}], of: [" + QUARTERS + "]}",),
        "changes prices after month 4, within a quarter of 'tiers': let steps end with a quarter",
        id="a step within a quarter",
    ),
    pytest.param(
        ("{clause: between, from_month: 5, through_month: 4, of: [" + FEE + "]}",),
        "ends with month 4, before it begins in month 5",
        id="back to front",
    ),
    pytest.param(
        ("{clause: between, from_month: 13, of: [" + FEE + "]}",),
        "clauses[0].from_month = 13\n    lies after the term, which is 12 months",
        id="after the term",
    ),
    pytest.param(
        ("{clause: between, from_month: 0, of: [" + FEE + "]}",),
        "clauses[0].from_month = 0\n    must be a whole number, 1 or more",
        id="months are counted from 1",
    ),
    pytest.param(
        ("{clause: between, of: [" + FEE + "]}",),
        "clauses[0]\n    holds for the whole term: give `from_month` or `through_month`, or leave it out",
        id="between nothing and nothing",
    ),
    pytest.param(
        ("{clause: between, from: 2026-07-01, of: [" + FEE + "]}",),
        "clauses[0].from = 2026-07-01\n    is a date, but the contract does not say when it starts: add `starts`",
        id="a date without a start",
    ),
    pytest.param(
        ("{clause: tail, months: 0, of: [" + FEE + "]}",),
        "clauses[0].months = 0\n    must be a whole number, 1 or more",
        id="a tail of no months",
    ),
]  # fmt: skip

DATED = [
    ("from: 2026-03-01", "from = 2026-03-01\n    lies outside the term, which is 12 months from 2026-04-01 on"),
    ("through: 2027-04-30", "through = 2027-04-30\n    lies outside the term"),
    ("from: 2026-07-15", "from = 2026-07-15\n    must be the first of a month, because months are billed: 2026-07-01?"),
    ("through: 2026-07-15", "through = 2026-07-15\n    must be the last day of a month"),
    ("from: 2026-07-01, from_month: 4", "from = 2026-07-01\n    gives `from_month` too: keep one of the two"),
    ("from: 2026-09-01, through: 2026-07-31", "ends with month 4 of the contract, before it begins in month 6"),
    ("from: 2026-13-01", "from = 2026-13-01\n    must be a day of the calendar, as 2026-07-01"),
    ("from: 7", "from = 7\n    must be a day of the calendar, as 2026-07-01"),
]  # fmt: skip


@pytest.mark.parametrize(("clauses", "said"), CASES)
def test_refused_with_place_and_sentence(clauses: tuple[str, ...], said: str) -> None:
    assert said in refusal(*clauses)


@pytest.mark.parametrize(("days", "said"), DATED, ids=[days for days, _ in DATED])
def test_days_that_no_month_of_the_term_has(days: str, said: str) -> None:
    told = refusal("{clause: between, " + days + ", of: [" + FEE + "]}", more="starts: 2026-04-01\n")
    assert said in told
    assert told.endswith("1 problem. Nothing was run.")


def test_a_start_within_a_month_is_refused() -> None:
    told = refusal(FEE, more="starts: 2026-04-15\n")
    assert (
        "starts = 2026-04-15\n    must be the first of a month, because months are billed: 2026-04-01?"
        in told
    )
