"""Duties: they print, are compared, cite what pays them, and settle nothing; shares of volume follow results."""

from __future__ import annotations

import copy
from collections.abc import Iterator
from pathlib import Path
from typing import Any, get_args

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pydantic import ValidationError

from orm_sim.contract import Contract, settle_history
from orm_sim.contract.diff import differences
from orm_sim.contract.duties import DUTIES, Duties, Sharing, next_shares, scores, served
from orm_sim.contract.duties.liability import Loss
from orm_sim.contract.life_terms import Trigger
from orm_sim.core.errors import InputError
from orm_sim.core.loader import build, load_yaml, parse_yaml
from orm_sim.core.terms import Term
from tests.contract.test_worked import kinds_below, terms_in, words_of

WORKED = sorted((Path(__file__).parent / "duties").glob("*.yaml"))
LAW = settings(max_examples=80, derandomize=True, deadline=None)
each_file = pytest.mark.parametrize("path", WORKED, ids=lambda path: path.stem)


def load(path: Path) -> Contract:
    return build(Contract, load_yaml(path).section(("contract",)))


def named(name: str) -> Contract:
    return load(Path(__file__).parent / "duties" / f"{name}.yaml")


@each_file
def test_the_term_sheet_says_it(path: Path) -> None:
    sheet = str(load(path))
    for said in load_yaml(path).data["prints"]:
        assert said in sheet, said
    assert "{" not in sheet and "None" not in sheet and ",," not in sheet


@each_file
def test_a_contract_with_duties_reads_back_as_itself(path: Path) -> None:
    contract = load(path)
    assert Contract.model_validate(contract.dump()) == contract
    assert differences(contract, Contract.model_validate(contract.dump())) == ()


def places(value: Any, at: tuple[Any, ...] = ()) -> Iterator[tuple[tuple[Any, ...], Any]]:
    """Every leaf of plain data."""
    if isinstance(value, dict | list):
        for key, each in value.items() if isinstance(value, dict) else enumerate(value):
            yield from places(each, (*at, key))
    else:
        yield at, value


def put(data: Any, at: tuple[Any, ...], value: Any) -> Any:
    """Plain data with another value at a place."""
    data = copy.deepcopy(data)
    inner = data
    for key in at[:-1]:
        inner = inner[key]
    inner[at[-1]] = value
    return data


def others(value: Any) -> list[Any]:
    """Other values that may fit a place."""
    if isinstance(value, bool):
        return [not value]
    if isinstance(value, int | float):
        return [value + 1, value * 0.9]
    words = [
        "client",
        "vendor",
        "both",
        "week",
        "month",
        "quarter",
        "year",
        "monitoring",
        "cure",
        "step_in",
        "exit",
    ]
    words += [
        "injury",
        "fraud",
        "cyber",
        "public",
        "bank_guarantee",
        "letter_of_credit",
        "above",
        "below",
        "insolvency",
    ]
    return [each for each in [*words, f"{value}2"] if each != value]


@each_file
def test_whatever_changes_in_a_duty_changes_the_term_sheet_and_is_told(path: Path) -> None:
    contract = load(path)
    written = contract.dump()
    fields = [name for name in (*DUTIES, "triggers") if written.get(name)]
    changed = 0
    for at, value in [each for name in fields for each in places(written[name], (name,))]:
        for other in others(value):
            try:
                new = Contract.model_validate(put(written, at, other))
            except ValidationError:
                continue
            if new != contract:
                changed += 1
                assert str(new) != str(contract), at
                assert len(differences(contract, new)) == 1, at
    assert changed


@pytest.mark.parametrize("path", [path for path in WORKED if path.stem.startswith(("sharing", "ending", "continuity"))],
                         ids=lambda path: path.stem)  # fmt: skip
def test_duties_settle_nothing(path: Path) -> None:
    contract = load(path)
    bare = Contract.model_validate({
        name: each for name, each in contract.dump().items() if name not in DUTIES
    })  # fmt: skip
    months = [{("inbound", "training_hours"): 10.0}] * 3
    with_duties, without = settle_history(contract, months), settle_history(bare, months)
    assert {name: list(each) for name, each in with_duties.items()} == {
        name: list(each) for name, each in without.items()
    }


def test_every_field_and_every_word_of_a_duty_appears_in_an_example() -> None:
    seen: set[tuple[str, ...]] = set()
    for path in WORKED:
        for term in terms_in(load(path)):
            for name in type(term).model_fields:
                value, kind = getattr(term, name), type(term).__name__
                held = value if isinstance(value, tuple) else (value,)
                seen |= {(kind, name, each) for each in held if isinstance(each, str)}
                seen |= {(kind, name)} if name in term.model_fields_set else set()
    due = [each for each in kinds_below(Term) if each.__module__.startswith("orm_sim.contract.duties.")] + [
        Trigger
    ]
    lacking = []
    for kind in due:
        if kind is Duties:
            continue
        for name, field in kind.model_fields.items():
            loose = name in ("called_on", "kpi", "losses", "unlimited")
            words = [] if loose else list(words_of(field.annotation))
            lacking += [
                each for each in [(kind.__name__, name), *((kind.__name__, name, word) for word in words)]
                if each not in seen and each[1] != "side"
            ]  # fmt: skip
    assert not lacking, "\n".join(map(str, lacking))
    said = {each[2] for each in seen if len(each) == 3 and each[1] in ("losses", "unlimited")}
    assert said == set(get_args(Loss))


FRAME = """\
title: t
scope: [inbound]
term_months: 12
payment: {net_days: 30}
notice_days: 30
clauses: [{clause: fixed, label: fee, amount: 1}]
"""
VENDORS = "vendors: [{name: a, share: 0.6}, {name: b, share: 0.4}]"
CASES = [
    ("governance: {}", "says nothing: give one of its keys"),
    ("governance: {roles: [{name: x, side: vendor, paid_as: fees}]}", "no clause is called 'fees'.  Did you mean"),
    ("governance: {roles: [{name: x, side: vender}]}", "governance.roles[0].side"),
    ("governance: {joint_quality: {contacts_per_month: 3, share: 0.1}}", "needs either `contacts_per_month` or"),
    ("governance: {early_warnings: [{name: w, within_days: 1, if: {failures_of: fee, in_a_row: 1}}]}",
     "'fee' is no service credit"),
    ("governance: {early_warnings: [{name: w, within_days: 1, if: {covenant: Liquidity, below: 1}}]}",
     "must be a name of small letters"),
    ("governance: {early_warnings: [{name: w, within_days: 1, if: {kpi: csat, channel: outbound, below: 0.5}}]}",
     "is about outbound contacts, but the scope"),
    ("continuity: {paid_as: fee}", "says nothing"),
    ("continuity: {recovery_hours: 4, retest_within_days: 3}", "repeats a test that is not agreed"),
    ("liability: {super_cap: {months_of_fees: 12, losses: []}}", "is for no loss"),
    ("liability: {super_cap: {months_of_fees: 12, losses: [fraud]}, unlimited: [fraud]}",
     "fraud: both under the higher cap and without a limit"),
    ("liability: {guarantees: [{kind: performance_bond, by: vendor}]}", "needs either an `amount` or"),
    ("ending: {data_return_days: 30, data_deleted_days: 10}", "deletes the data before it has to be given back"),
    ("volumes: {forecast: {every: month, horizon_months: 2, locked_months: 3}}", "locks 3 months of a forecast"),
    ("volumes: {paid_as: fee}", "says nothing"),
    ("sharing: {this_vendor: c, " + VENDORS + "}", "'c' is none of the vendors: a, b"),
    ("sharing: {this_vendor: a, vendors: [{name: a, share: 0.6}, {name: b, share: 0.3}]}", "sum to 90 %, not to 100 %"),
    ("sharing: {this_vendor: a, vendors: [{name: a, share: 1}]}", "fewer than two vendors"),
    ("sharing: {this_vendor: a, vendors: [{name: a, share: 0.6}, {name: a, share: 0.4}]}", "names a vendor twice"),
    ("sharing: {this_vendor: a, vendors: [{name: a, share: 0.6, maximum: 0.5}, {name: b, share: 0.4}]}",
     "begins with 60 %, outside its own minimum and maximum"),
    ("sharing: {this_vendor: a, overflow: [c], " + VENDORS + "}", "'c', which is none of the vendors"),
    ("sharing: {this_vendor: a, rule: performance, " + VENDORS + "}", "shares follow results: say which"),
    ("sharing: {this_vendor: a, step: 0.1, " + VENDORS + "}", "keeps shares fixed"),
    ("sharing: {this_vendor: a, rule: champion_challenger, measured_by: [{kpi: fcr, weight: 1}], " + VENDORS + "}",
     "the best vendor gains a share: how much"),
    ("sharing: {this_vendor: a, rule: performance, measured_by: [{kpi: service_level, weight: 1}], " + VENDORS + "}",
     "within_s"),
    ("triggers: [{name: t, if: {covenant: x, below: 1}, opens: removal}]", "`share` belongs to `opens: removal`"),
    ("triggers: [{name: t, if: {covenant: x, below: 1, above: 2}, opens: exit}]", "needs either `below` or `above`"),
    ("triggers: [{name: t, if: {outside: 0.1, channel: inbound, meter: offered}, opens: exit}]",
     "needs either a `forecast` or a `baseline`"),
    ("triggers: [{name: t, if: {covenant: x, event: notice, below: 1}, opens: exit}]", "needs exactly one of the keys"),
]  # fmt: skip


@pytest.mark.parametrize(("more", "said"), CASES)
def test_a_slip_is_refused_with_a_sentence(more: str, said: str) -> None:
    with pytest.raises(InputError) as caught:
        build(Contract, parse_yaml(FRAME + more + "\n", "a.yaml"))
    assert said in str(caught.value)


def sharing(name: str) -> Sharing:
    terms = named(name).sharing
    assert terms is not None
    return terms


@pytest.mark.parametrize(
    "path", [path for path in WORKED if path.stem.startswith("sharing")], ids=lambda p: p.stem
)
def test_shares_of_a_worked_example(path: Path) -> None:
    terms = sharing(path.stem)
    now = np.array([part.share for part in terms.vendors])
    for period in load_yaml(path).data["periods"]:
        now = next_shares(terms, now, {kpi: np.array(each) for kpi, each in period["measures"].items()})
        assert now == pytest.approx(period["shares"], abs=1e-6)


def results(seed: int, shape: tuple[int, ...]) -> dict[str, Any]:
    """Any results, some of them not measured."""
    draw = np.random.Generator(np.random.PCG64(seed))
    found = {
        kpi: draw.uniform(0.0, 1.0, shape) for kpi in ("fcr", "csat", "service_level", "abandonment_rate")
    }
    return {kpi: np.where(draw.random(shape) < 0.1, np.nan, each) for kpi, each in found.items()}


rules = st.sampled_from(["sharing_by_performance", "sharing_champion_challenger", "sharing_fixed"])


@LAW
@given(rules, st.integers(0, 2**32))
def test_shares_sum_to_one_within_limits_and_steps_whatever_comes(rule: str, seed: int) -> None:
    terms = sharing(rule)
    n = len(terms.vendors)
    now = np.tile([part.share for part in terms.vendors], (4, 1))
    for period in range(6):
        after = next_shares(terms, now, results(seed + period, (4, n)))
        assert after.sum(axis=-1) == pytest.approx(1.0)
        for at, part in enumerate(terms.vendors):
            assert np.all(after[:, at] >= (part.minimum or 0.0) - 1e-9)
            assert np.all(after[:, at] <= (part.maximum or 1.0) + 1e-9)
        if terms.step is not None:
            assert np.all(np.abs(after - now) <= terms.step + 1e-9)
        alone = next_shares(
            terms, now[0], {kpi: each[0] for kpi, each in results(seed + period, (4, n)).items()}
        )
        np.testing.assert_allclose(alone, after[0], rtol=0.0, atol=1e-12)
        now = after


@LAW
@given(st.integers(0, 2**32), st.floats(0.01, 0.3))
def test_a_vendor_that_does_better_gets_no_less(seed: int, more: float) -> None:
    terms = sharing("sharing_by_performance")
    now = np.array([part.share for part in terms.vendors])
    before = {kpi: np.nan_to_num(each, nan=0.5) for kpi, each in results(seed, (3,)).items()}
    better = {**before, "fcr": before["fcr"] + np.array([more, 0.0, 0.0])}
    assert next_shares(terms, now, better)[0] >= next_shares(terms, now, before)[0] - 1e-9


def test_equal_results_change_no_share() -> None:
    terms = sharing("sharing_by_performance")
    now = np.array([part.share for part in terms.vendors])
    same = {"fcr": np.full(3, 0.7), "csat": np.full(3, 0.8)}
    np.testing.assert_allclose(next_shares(terms, now, same), now)
    np.testing.assert_allclose(scores(terms, same), 1.0)


@LAW
@given(
    st.lists(st.integers(0, 500), min_size=3, max_size=3),
    st.lists(st.integers(0, 500), min_size=3, max_size=3),
)
def test_overflow_loses_nothing_and_overloads_nobody(offered: list[int], capacity: list[int]) -> None:
    terms = sharing("sharing_by_performance")
    given_, able = np.array(offered, dtype=float), np.array(capacity, dtype=float)
    taken, left = served(terms, given_, able)
    assert taken.sum() + left == pytest.approx(given_.sum())
    assert np.all(taken <= np.maximum(able, 0.0))
    if left > 0.0:  # those who are named have no room left
        assert taken[1] == able[1] and taken[2] == able[2]


def test_overflow_goes_to_the_first_named_first() -> None:
    taken, left = served(
        sharing("sharing_by_performance"), np.array([90.0, 10, 10]), np.array([50.0, 60, 30])
    )
    assert (taken.tolist(), float(left)) == ([50.0, 30.0, 30.0], 0.0)


def test_shares_that_are_none_are_refused() -> None:
    with pytest.raises(ValueError, match="must sum to 1"):
        next_shares(sharing("sharing_fixed"), np.array([0.5, 0.4]), {})
