"""The text of the likeliest mistakes in a file of terms, all of them at once, each with its place."""

# ruff: noqa: E501 (messages stand here as they are printed)

from textwrap import dedent

import pytest

from orm_sim.core.errors import InputError, Place, Problem
from orm_sim.core.loader import build, merge, override, parse_yaml, set_path

from .vendor_terms import Contract, Demand, Scenario

GOOD = """\
demand:
  contacts_per_day: 900
  busyness: {cv: 0.2}
contract:
  title: Service
  clauses:
    - clause: per_unit
      meter: answered
      rate: 1.2
"""


def said(text: str, model=Contract, file: str = "a.yaml") -> str:
    """What a reader sees for a text of terms."""
    with pytest.raises(InputError) as caught:
        build(model, parse_yaml(dedent(text), file))
    return str(caught.value)


def test_a_good_file_is_read():
    scenario = build(Scenario, parse_yaml(GOOD, "a.yaml"))
    assert scenario.demand.contacts_per_day == 900.0
    assert scenario.contract.clauses[0].rate == 1.2
    assert scenario.contract.scope == ("inbound",)


def test_the_example_of_the_style_sheet_word_for_word():
    text = """\
    contract:
      title: Vendor B
      clauses:
        - clause: per_unit
          meter: answered
          rate: solve
        - clause: tiered
          tiers:
            - {rate: 1.2, up_to: 9000}
            - {up_too: 12000, rate: 1.0}
    demand:
      contacts_per_day: 900
      busyness:
        cv: .nan
    """
    assert said(text, Scenario, "scenarios/vendor_b.yaml") == dedent("""\
        scenarios/vendor_b.yaml:10  contract.clauses[1].tiers[1].up_too
            unknown key.  Did you mean 'up_to'?  Allowed: rate, up_to
        scenarios/vendor_b.yaml:14  demand.busyness.cv = .nan
            must be a finite number, 0 or more
        2 problems. Nothing was run.""")


@pytest.mark.parametrize(
    ("line", "message"),
    [
        ("term_months: 3.5", "a.yaml:2  term_months = 3.5\n    must be a whole number, more than 0.  Unit: months"),
        ("term_months: 36.0", "must be a whole number, more than 0.  Write 36"),
        ("term_months: true", "term_months = true\n    must be a whole number, more than 0"),
        ("term_months: -3", "term_months = -3\n    must be a whole number, more than 0"),
        ("term_months: null", "term_months = null\n    must be a whole number, more than 0"),
        ("term_months: 1_200", 'term_months = 1_200\n    must be a whole number, more than 0.  Write 1200'),
        ("term_months: '36'", 'term_months = "36"\n    must be a whole number, more than 0.  Write 36, without quotes'),
        ("term_months: [36]", "term_months = [36]\n    must be a whole number"),
        ("weights: [0.5, 12 %]", "weights[1] = 12 %\n    must be a finite number, 0 or more.  Shares are written 0 to 1: 0.12"),
        ("weights: [0.5, -1]", "weights[1] = -1\n    must be a finite number, 0 or more"),
        ("weights: [0.5, .inf]", "weights[1] = .inf\n    must be a finite number, 0 or more"),
        ("weights: 0.5", "weights = 0.5\n    must be a list.  Write [0.5]"),
        ("exclusive: yes", "exclusive = yes\n    must be true or false.  Write true"),
        ("exclusive: 1", "exclusive = 1\n    must be true or false"),
        ("scope: [inbuond]", "scope[0] = inbuond\n    must be one of 'inbound', 'outbound'.  Did you mean 'inbound'?"),
        ("start: 2026-02-30", "start = 2026-02-30\n    must be a date, written 2026-01-31, or null"),
        ("start: 31.1.2026", "start = 31.1.2026\n    must be a date, written 2026-01-31, or null"),
        ("payment: 45", "payment = 45\n    must be a mapping with the keys net_days, discount_days"),
        ("payment: {net_day: 45}", "payment.net_day\n    unknown key.  Did you mean 'net_days'?  Allowed: net_days, discount_days"),
        ("sites: {cebu: {net_days: x}}", "sites.cebu.net_days = x\n    must be a whole number, 0 or more.  Unit: days"),
        ('sites: {"st. john": {net_days: x}}', 'sites["st. john"].net_days = x\n'),
        ("Term_Months: 3", "unknown key.  Did you mean 'term_months'?"),
        ("clauses: [{clause: per_unt}]", "clauses[0].clause = per_unt\n    there is no such clause.  Did you mean 'per_unit'?  Allowed: per_unit, tiered, cap"),
        ("clauses: [{meter: answered}]", "clauses[0].clause\n    the key 'clause' is required and missing.  Allowed: per_unit, tiered, cap"),
        ("clauses: [7]", "clauses[0] = 7\n    must be a mapping with the key 'clause'"),
        ("clauses: [{clause: per_unit, meter: a, rate: slove}]", "clauses[0].rate = slove\n    must be a finite number, 0 or more, or 'solve'.  Did you mean 'solve'?"),
        ("clauses: [{clause: per_unit, meter: a, rate: -1}]", "clauses[0].rate = -1\n    must be a finite number, 0 or more, or 'solve'"),
        ("clauses: [{clause: per_unit, meter: 3, rate: 1}]", "clauses[0].meter = 3\n    must be text.  Put it in quotes"),
        ("clauses: [{clause: per_unit, rate: 1}]", "clauses[0].meter\n    this key is required and missing.  It is: What is counted"),
    ],
)  # fmt: skip
def test_one_mistake(line: str, message: str):
    found = said(f"title: x\n{line}\n")
    assert message in found
    assert found.endswith("\n1 problem. Nothing was run.")


def test_a_missing_key_is_placed_at_its_parent_and_says_what_it_is():
    text = """\
    contract: {title: x}
    demand:
      busyness: {cv: 0.1}
    """
    assert said(text, Scenario) == dedent("""\
        a.yaml:2  demand.contacts_per_day
            this key is required and missing.  It is: Mean number of contacts on a working day.  Unit: contacts/day
        1 problem. Nothing was run.""")


def test_a_mistyped_required_key_is_one_problem_not_two():
    assert said("titel: x") == dedent("""\
        a.yaml:1  titel
            unknown key.  Did you mean 'title'?  Allowed: title, start, term_months, notice_months, exclusive, scope, payment, clauses, sites, weights
        1 problem. Nothing was run.""")


def test_contradictions_come_with_the_problems_of_other_fields_and_other_terms():
    text = """\
    titel: x
    term_months: 2
    notice_months: 3
    payment:
      net_days: 70
      discount_days: x
    clauses:
      - clause: cap
        low: 9
        high: 3
        of: {clause: per_unit, meter: answered, rate: .nan}
      - clause: cap
        high: -1
        of: {clause: cap, high: 1, low: 2, of: {clause: tiered, tiers: []}}
    sites:
      cebu: {net_days: 5, discount_days: 9, color: red}
    """
    assert said(text) == dedent("""\
        a.yaml:1  titel
            unknown key.  Did you mean 'title'?  Allowed: title, start, term_months, notice_months, exclusive, scope, payment, clauses, sites, weights
        a.yaml:2  term_months = 2
            3 months of notice do not fit in 2 of term.  Beside it: notice_months = 3 (line 3)
        a.yaml:2  term_months = 2
            payment is due after the term has ended.  Beside it: payment.net_days = 70 (line 5)
        a.yaml:6  payment.discount_days = x
            must be a whole number, 0 or more.  Unit: days
        a.yaml:9  clauses[0].low = 9
            the floor is above the cap.  Beside it: clauses[0].high = 3 (line 10)
        a.yaml:11  clauses[0].of.rate = .nan
            must be a finite number, 0 or more, or 'solve'.  Unit: $/contact
        a.yaml:13  clauses[1].high = -1
            must be a finite number, 0 or more.  Unit: $
        a.yaml:14  clauses[1].of.low = 2
            the floor is above the cap.  Beside it: clauses[1].of.high = 1 (line 14)
        a.yaml:16  sites.cebu.color
            unknown key.  Allowed: net_days, discount_days
        a.yaml:16  sites.cebu.net_days = 5
            the discount ends on day 9, after payment is due.  Beside it: sites.cebu.discount_days = 9 (line 16)
        10 problems. Nothing was run.""")


def test_a_contradiction_with_a_default_is_placed_at_what_the_file_says():
    found = said("title: x\nterm_months: 3")
    assert found.startswith("a.yaml:2  term_months = 3\n    3 months of notice do not fit in 3 of term\n")


def test_values_keep_their_file_and_line_through_merge_and_set():
    base = parse_yaml(GOOD, "base.yaml")
    patch = parse_yaml("contract:\n  payment:\n    net_days: x\n  term_months: 0", "option.yaml")
    both = set_path(merge(base, patch), "demand.busyness.cv", "-0.1")
    both = set_path(both, "demand.busynes.cv", "0.1")
    with pytest.raises(InputError) as caught:
        build(Scenario, set_path(both, "contract.clauses[0].meter", "null"))
    assert [(str(each.place), each.path) for each in caught.value.problems] == [
        ("--set", "demand.busyness.cv"),
        ("--set", "demand.busynes"),
        ("--set", "contract.clauses[0].meter"),
        ("option.yaml:3", "contract.payment.net_days"),
        ("option.yaml:4", "contract.term_months"),
    ]
    assert "Did you mean 'busyness'?" in str(caught.value)


def test_all_overrides_are_checked_before_any_is_refused():
    document = parse_yaml(GOOD, "base.yaml")
    with pytest.raises(InputError) as caught:
        override(
            document,
            {"contract.clauses[4].rate": "1", "demand..x": "1", "contract.title.x": "1", "demand": "{a: 1"},
        )
    assert str(caught.value) == dedent("""\
        --set  contract.clauses[4].rate
            contract.clauses has 1 entry, counted from 0; there is no [4]
        --set  demand..x
            is not a path: keys are joined by dots, list positions stand in brackets and count from 0.  Example: contract.clauses[1].rate=12.5
        --set  contract.title.x
            contract.title is a plain value; it has no key 'x'
        --set  demand = {a: 1
            a mapping that opens here with '{' is not closed, or lacks a comma
        4 problems. Nothing was run.""")


def test_an_error_is_the_same_after_a_journey_between_processes():
    import pickle

    error = InputError(Problem(Place("a.yaml", 3), "x", "1", "must be 2", "Write 2"))
    assert pickle.loads(pickle.dumps(error)).problems == error.problems
    assert str(pickle.loads(pickle.dumps(error))) == str(error)


def test_a_value_cannot_smuggle_control_signs_into_the_terminal():
    found = said('title: x\nexclusive: "\\e[31mred\\nnext"')
    assert 'exclusive = "\\u001b[31mred\\nnext"' in found


def test_a_long_value_is_cut():
    assert f"exclusive = {'y' * 57}...\n" in said(f"title: x\nexclusive: {'y' * 500}")


def test_a_field_validator_of_a_term_is_heard_too():
    assert "must be a finite number, more than 0" in said("contacts_per_day: 0", Demand)
