"""What remedies, moving targets and the life of a contract refuse at load, each with its place."""

import pytest

from orm_sim.contract import ChangeOrder, Contract
from orm_sim.core.errors import InputError
from orm_sim.core.loader import build, parse_yaml

FRAME = """\
title: t
scope: [inbound]
term_months: 12
payment: {net_days: 30}
notice_days: 30
"""
HOURS = "{clause: per_unit, label: hours, channel: inbound, meter: productive_hours, rate: 14}"


def credit(measure: str, more: str = "") -> str:
    return (
        "{clause: service_credit, label: credit, channel: inbound, fees: [hours], at_risk: 0.1, grace_months: 0,"
        f"{more} measures: [{{{measure}}}]}}"
    )


CSAT = "kpi: csat, target: 0.9, credit: {by: lump, amount: 5}"
CREDIT = credit(CSAT)
LEVEL = "kpi: service_level, within_s: 20, target: 0.8"
POINT = "credit: {by: point, points: up, amount: 5}"


def refusal(*clauses: str, more: str = "") -> str:
    text = FRAME + more + "clauses:\n" + "".join(f"  - {clause}\n" for clause in clauses)
    with pytest.raises(InputError) as caught:
        build(Contract, parse_yaml(text, "a.yaml"))
    return str(caught.value)


def bonus(measure: str, more: str = "") -> str:
    return (
        f"{{clause: bonus, channel: inbound, fees: [hours], at_most: 0.1,{more} measures: [{{{measure}}}]}}"
    )


def earn_back(more: str, inner: str = CREDIT) -> str:
    return f"{{clause: earn_back, channel: inbound, {more} of: [{inner}]}}"


def when(condition: str) -> str:
    return f"{{clause: when, if: {{{condition}}}, of: [{{clause: fixed, label: fee, amount: 1}}]}}"


def fee(more: str) -> str:
    return f"{{clause: termination_fee, {more}}}"


CASES = [
    pytest.param(credit("kpi: csat, target: 0.9"), "needs a `credit`, unless a miss costs no money", id="no credit"),
    pytest.param(credit(f"{CSAT}, default_only: true"), "yet has a credit: keep one of the two", id="free, yet paid"),
    pytest.param(
        credit(f"kpi: csat, of: answered, target: 0.9, {POINT}"),
        "only service_level and abandonment_rate have a choice of denominator; 'csat' has its own",
        id="denominator of another KPI",
    ),
    pytest.param(
        credit(f"kpi: abandonment_rate, of: answered, target: 0.05, {POINT}"),
        "no contact answered was abandoned",
        id="abandonment of the answered",
    ),
    pytest.param(credit(f"{CSAT}, minimum: 0.95"), "the minimum must be worse than the target", id="minimum"),
    pytest.param(credit(f"{CSAT}, stretch: 0.85"), "the stretch must be better than the target", id="stretch"),
    pytest.param(
        credit(f"{CSAT}, severe_multiple: 2"), "multiplies beyond the minimum, which is not given", id="no minimum"
    ),
    pytest.param(
        credit(f"{LEVEL}, {POINT}, glide: {{from: 0.9, months: 6}}"),
        "the glide path must begin worse than the target, which is 0.8, not at 0.9",
        id="glide path from above",
    ),
    pytest.param(
        credit(f"{LEVEL}, {POINT}, glide: {{form: 0.6, months: 6}}"),
        "measures[0].glide.form\n    unknown key.  Did you mean 'from'?  Allowed: from, months, shape",
        id="misspelt from",
    ),
    pytest.param(
        credit(f"{LEVEL}, {POINT}, ratchet: {{months: 6, up_at_most: 0.02, ceiling: 0.7}}"),
        "the ceiling of 0.7 is easier than the target, which is 0.8",
        id="ceiling under the target",
    ),
    pytest.param(
        credit("kpi: csat, target: 0.9, credit: {by: band, bands: [{worse_than: 0.9, share: 0.1}]},"
               " glide: {from: 0.7, months: 3}"),
        "bands lie at fixed results and cannot follow a target that moves",
        id="bands of a moving target",
    ),
    pytest.param(
        credit(CSAT, " exclusions: [force_majeur],"),
        "exclusions[0] = force_majeur\n    unknown event.  Did you mean 'force_majeure'?",
        id="unknown event",
    ),
    pytest.param(
        bonus("kpi: csat, target: 0.9, bonus: {by: band, bands: [{better_than: 0.8, share: 0.1}]}"),
        "a band pays for results of 'csat' that do not reach the target of 0.9",
        id="bonus below the target",
    ),
    pytest.param(
        bonus("kpi: csat, target: 0.9, bonus: {by: band, bands: [{better_than: 0.9, share: 0.1},"
              " {better_than: 0.95, share: 0.1}]}"),
        "a better band must pay more than the one before it",
        id="flat bonus bands",
    ),
    pytest.param(
        bonus("kpi: csat, target: 0.9, bonus: {by: pool, pool: a, weight: 1}"),
        "bonus.by = pool\n    there is no such by.  Allowed: point, lump, band",
        id="bonus out of a pool",
    ),
    pytest.param(
        bonus("kpi: csat, target: 0.9, bonus: {by: lump, amount: 5}", " not_with_credit: hours,"),
        "not_with_credit = hours\n    'hours' is no service credit, nor is there one inside it",
        id="bonus barred by no credit",
    ),
    pytest.param(
        earn_back("within_months: 12, measures: [{kpi: csat, target: 0.85}],"),
        "measures[0].target = 0.85\n    is easier than the target of 'credit', which is 0.9",
        id="earn-back at an easier target",
    ),
    pytest.param(
        earn_back("within_months: 12,"),
        "needs `measures`, or a `stretch` in a measure inside: what must be reached to earn back?",
        id="earn-back for nothing",
    ),
    pytest.param(
        earn_back("within_months: 12, measures: [{kpi: csat, target: 0.95}],", "{clause: fixed, label: f, amount: 1}"),
        "clauses[2]\n    there is no service credit among the clauses inside, so nothing to earn back",
        id="earn-back of fees",
    ),
    pytest.param(
        earn_back("within_months: 2, window: quarter, measures: [{kpi: csat, target: 0.95}],"),
        "gives back credits of months before the quarter measured, so needs at least 3 months",
        id="earn-back too short",
    ),
    pytest.param(
        "{clause: carry_forward, at_most: {amount: 5, meter: offered}, of: [{clause: fixed, amount: 1}]}",
        "gives an `amount` and a rate on a meter: keep one of the two",
        id="two bounds",
    ),
    pytest.param(
        "{clause: carry_forward, at_most: {rate: 1, channel: outbound, meter: sales_net},"
        " of: [{clause: fixed, amount: 1}]}",
        "at_most.channel = outbound\n    is about outbound contacts, but the scope of the contract is inbound",
        id="bound outside the scope",
    ),
    pytest.param(
        "{clause: carry_forward, label: c, at_most: {amount: solve}, of: [{clause: fixed, amount: 1}]}",
        "at_most.amount = solve\n    is to be solved, but `price.solve` does not name 'c'",
        id="free bound",
    ),
    pytest.param(
        "{clause: holdback, share: 0.1, release_after_months: 3, if: [{kpi: csat, target: 0.9}],"
        " of: [{clause: fixed, amount: 1}]}",
        "depends on targets (`if`), so needs the `channel` they are measured on",
        id="holdback measured nowhere",
    ),
    pytest.param(
        when("kpi: csat, channel: inbound"), "needs either `below` or `above`, and not both", id="no side"
    ),
    pytest.param(
        when("kpi: csat, channel: inbound, below: 0.8, belo: 1"),
        "if.belo\n    unknown key.  Did you mean 'below'?",
        id="misspelt condition",
    ),
    pytest.param(
        when("kpi: csat, event: force_majeure"),
        "needs exactly one of the keys kpi, event, failures_of, credits_of",
        id="two conditions in one",
    ),
    pytest.param(when("even: force_majeure"), "needs exactly one of the keys kpi, event", id="no condition"),
    pytest.param(when("event: act_of_god"), "act_of_god\n    unknown event.  Events: force_majeure", id="event"),
    pytest.param(
        when("failures_of: credit, in_a_row: 3, times: 2"),
        "needs either `in_a_row`, or `times` and `of_last` together",
        id="row and times",
    ),
    pytest.param(
        when("failures_of: credit, times: 6, of_last: 5"),
        "can never hold: 6 failures of the last 5 windows",
        id="more failures than windows",
    ),
    pytest.param(
        when("failures_of: credti, in_a_row: 3"),
        "no clause is called 'credti'.  Did you mean 'credit'?",
        id="failures of a clause that is not there",
    ),
    pytest.param(
        when("credits_of: hours, above_share: 0.1"),
        "'hours' is no service credit, nor is there one inside it",
        id="credits of a fee",
    ),
    pytest.param(
        when("kpi: csat, channel: outbound, below: 0.8"),
        "is about outbound contacts, but the scope of the contract is inbound",
        id="condition outside the scope",
    ),
    pytest.param(
        "{clause: when, label: x, if: {failures_of: x, in_a_row: 2}, of: [{clause: fixed, amount: 1}]}",
        "'x' depends on itself",
        id="a recursive clause",
    ),
    pytest.param(fee("not_due_on: [insolvency]"), "needs exactly one of `schedule`, `unamortised` and", id="no fee"),
    pytest.param(fee("unamortised: 100"), "`unamortised` and `over_months` belong together", id="written off when"),
    pytest.param(fee("months_of_fees: 3"), "`months_of_fees` and `fees` belong together", id="which fees"),
    pytest.param(
        fee("schedule: [{through_month: 6, amount: 5}, {through_month: 6, amount: 4}]"),
        "step 2 ends with month 6, not after the step before it",
        id="overlapping steps",
    ),
    pytest.param(
        fee("schedule: [{through_month: 6, amount: 5}, {through_month: 9, amount: 8}]"),
        "step 2 is dearer than the step before it: a termination fee declines",
        id="rising fee",
    ),
    pytest.param(
        fee("schedule: [{through_month: 36, amount: 5}]"),
        "schedule[0].through_month = 36\n    lies after the term, which is 12 months",
        id="a month outside the term",
    ),
]  # fmt: skip


@pytest.mark.parametrize(("clause", "said"), CASES)
def test_refused_with_place_and_rule(clause: str, said: str) -> None:
    own = "label: credit" in clause
    assert said in refusal(HOURS, *(() if own else (CREDIT,)), clause)


TRIGGER = "name: chronic, if: {failures_of: credit, in_a_row: 3}"
TERMS = [
    ("triggers: [{" + TRIGGER + ", opens: cure}]", "triggers[0].opens = cure\n    opens a cure, but `life.cure_days`"),
    (
        "triggers: [{" + TRIGGER + ", opens: step_in}]\nlife: {cure_days: 30}",
        "opens a step-in, but `life.step_in_days` does not say how long it lasts",
    ),
    (
        "triggers: [{" + TRIGGER + ", opens: exit}, {" + TRIGGER + ", opens: exit}]",
        "triggers[1].name = chronic\n    two triggers are called 'chronic'",
    ),
    (
        "triggers: [{name: a, if: {failures_of: credits, in_a_row: 3}, opens: exit}]",
        "triggers[0].if\n    no clause is called 'credits'.  Did you mean 'credit'?",
    ),
    (
        "triggers: [{name: a, if: {failures_of: hours, in_a_row: 3}, opens: exit}]",
        "'hours' is no service credit, nor is there one inside it",
    ),
    (
        "triggers: [{name: a, if: {kpi: contact_rate, channel: outbound, below: 0.1}, opens: exit}]",
        "is about outbound contacts, but the scope of the contract is inbound",
    ),
    ("life: {}", "says nothing: give one of its keys, or leave it out"),
    ("records: {}", "says nothing: give one of its keys, or leave it out"),
    ("remedies: {}", "says nothing: give one of its keys, or leave it out"),
    ("life: {transition_months: 6, ramp_months: 9}", "transition and ramp take 15 months, longer than the term of 12"),
    (
        "life: {renewal: {auto: true, months: 12}}",
        "renews by itself, so needs the notice that stops it (`notice_days`)",
    ),
    ("life: {renewal: {auto: false, months: 12, notice_days: 9}}", "so no notice is needed to stop it"),
    (
        "life: {renewal: {auto: true, months: 12, notice_days: 999}}",
        "the notice is longer than the term, which is 12 months",
    ),
    ("life: {renewal: yearly}", "life.renewal = yearly"),
    ("life: {cure_days: 0}", "life.cure_days = 0\n    must be a whole number, 1 or more, or null"),
    ("records: {hour_means: worked}", "records.hour_means = worked\n    must be one of 'paid', 'logged', 'productive'"),
    ("records: {hour_means: 'logge'}", "Did you mean 'logged'?"),
]  # fmt: skip


@pytest.mark.parametrize(("terms", "said"), TERMS, ids=range(len(TERMS)))
def test_terms_of_life_are_refused_with_place_and_rule(terms: str, said: str) -> None:
    assert said in refusal(HOURS, CREDIT, more=terms + "\n")


def contract(more: str = "") -> Contract:
    text = FRAME + more + f"clauses:\n  - {HOURS}\n  - {CREDIT}\n"
    return build(Contract, parse_yaml(text, "a.yaml"))


ORDERS = [
    ("{title: o, asked_in_month: 2, from_month: 6}", "changes nothing: give `replace`, `add`, `remove` or"),
    (
        "{title: o, asked_in_month: 6, from_month: 6, remove: [credit]}",
        "takes effect in month 6, but is asked for in month 6",
    ),
    (
        "{title: o, asked_in_month: 2, from_month: 6, remove: [credits]}",
        "remove = credits\n    no clause of the contract is called so.  Did you mean 'credit'?  Allowed: hours, credit",
    ),
    (
        "{title: o, asked_in_month: 5, from_month: 6, remove: [credit]}",
        "a change asked for in month 5 takes effect 45 days later at the earliest.  The first month is 7",
    ),
    (
        "{title: o, asked_in_month: 2, from_month: 6, remove: [hours]}",
        "no clause is called 'hours'",
    ),
]  # fmt: skip


@pytest.mark.parametrize(("order", "said"), ORDERS, ids=range(len(ORDERS)))
def test_change_orders_are_refused(order: str, said: str) -> None:
    with pytest.raises(InputError) as caught:
        contract("life: {change_order_days: 45}\n").changed_by(
            build(ChangeOrder, parse_yaml(order, "o.yaml"))
        )
    assert said in str(caught.value)


@pytest.mark.parametrize(
    ("measure", "said"),
    [
        (
            "{kpi: csat, target: 90, credit: {by: lump, amount: 5}}",
            "'csat' is a share, from 0 to 1, and can never be 90",
        ),
        ("{kpi: csat, target: 90, credit: {by: lump, amount: 5}}", "90 % is written 0.9"),
        ("{kpi: csat, target: 0.9, minimum: -0.1, credit: {by: lump, amount: 5}}", "can never be -0.1"),
        ("{kpi: aht, target: -3, credit: {by: lump, amount: 5}}", "'aht' can never be below 0, as -3 is"),
        (
            "{kpi: csat, target: 0.9, credit: {by: band, bands: [{worse_than: 85, share: 0.05}]}}",
            "85 % is written 0.85",
        ),
    ],
)
def test_a_share_written_as_per_cent_is_refused(measure: str, said: str) -> None:
    clause = (
        "{clause: service_credit, label: credit, channel: inbound, fees: [hours], at_risk: 0.1, grace_months: 0,"
        f" measures: [{measure}]}}"
    )
    assert said in refusal(HOURS, clause)
