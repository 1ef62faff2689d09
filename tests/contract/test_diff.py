"""What changed between two contracts: nothing that changed goes unsaid, and nothing else is said."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from orm_sim.contract.clause import walk
from orm_sim.contract.contract import Contract
from orm_sim.contract.contract_file import read_contract
from orm_sim.contract.diff import differences
from orm_sim.core.loader import build, load_yaml

ROOT = Path(__file__).resolve().parents[2]
CATALOGUE = sorted((ROOT / "scenarios" / "contracts").glob("*.yaml"))
BASE = {
    "title": "t", "scope": ["inbound"], "term_months": 24, "payment": {"net_days": 30}, "notice_days": 30,
    "clauses": [
        {"clause": "per_unit", "label": "minutes", "channel": "inbound", "meter": "handled_s", "per": "minute",
         "rate": 0.5},
        {"clause": "fixed", "label": "fee", "amount": 1000.0},
        {"clause": "cap", "label": "budget", "at": {"amount": 5000.0}, "of": [
            {"clause": "per_unit", "label": "hours", "channel": "inbound", "meter": "productive_hours", "rate": 12.0}]},
    ],
}  # fmt: skip


def changed(**changes: Any) -> Contract:
    return Contract.model_validate({**BASE, **changes})


def clauses() -> list[dict[str, Any]]:
    return [dict(each) for each in BASE["clauses"]]  # type: ignore[attr-defined]


def said(after: Contract) -> list[str]:
    return [each.sentence for each in differences(Contract.model_validate(BASE), after)]


@pytest.mark.parametrize("path", CATALOGUE, ids=lambda path: path.stem)
def test_a_contract_does_not_differ_from_itself(path: Path) -> None:
    contract = read_contract(path)
    assert differences(contract, Contract.model_validate(contract.dump())) == ()


def test_terms_of_the_whole() -> None:
    invoiced = "Invoiced at the end of each month, each line rounded to the cent, half a cent away from zero"
    assert said(changed(term_months=36, payment={"net_days": 45})) == [
        "term_months: 24 -> 36",
        "payment.net_days: 30 -> 45\n"
        f"    before: {invoiced}; paid 30 days later unless a clause says otherwise.\n"
        f"    after:  {invoiced}; paid 45 days later unless a clause says otherwise.",
    ]


def test_a_term_that_was_not_there_is_told_in_words() -> None:
    (told,) = said(changed(records={"source": "vendor"}))
    assert "\n    before: Nothing is said.\n    after:  " in told
    assert "records of the vendor" in told.lower() or "vendor's records" in told.lower(), told


def test_a_field_is_told_with_the_wording_before_and_after() -> None:
    each = clauses()
    each[0] = {**each[0], "rate": 0.55}
    assert said(changed(clauses=each)) == [
        "'minutes' changed: rate: 0.5 -> 0.55\n"
        "    before: The client pays $0.50 for each minute of handled time (inbound).\n"
        "    after:  The client pays $0.55 for each minute of handled time (inbound)."
    ]


def test_a_clause_inside_another() -> None:
    each = clauses()
    each[2] = {**each[2], "of": [{**each[2]["of"][0], "net_days": 10}]}
    assert said(changed(clauses=each)) == ["'hours' changed: net_days: not given -> 10"]


def test_added_removed_and_renamed() -> None:
    each = clauses()
    each[1] = {"clause": "fixed", "label": "set-up", "amount": 9.0, "when": "once", "month": 0}
    each[0] = {**each[0], "label": "talk minutes"}
    assert said(changed(clauses=each)) == [
        "'minutes' is now called 'talk minutes'",
        "added: 'set-up'. The client pays $9.00 once, in month 1 of the contract.",
        "removed: 'fee'. The client pays $1,000.00 every month of the term.",
    ]


def test_moved_and_reordered() -> None:
    each = clauses()
    moved = [each[0], {**each[2], "of": [*each[2]["of"], each[1]]}]
    assert said(changed(clauses=moved))[0] == "'fee' stood by itself, now under 'budget'"
    assert said(changed(clauses=[each[1], each[0], each[2]])) == [
        "the order of settlement changed; it is now 'fee', 'minutes', 'budget', 'hours'"
    ]


def test_a_combinator_put_around_a_clause() -> None:
    each = clauses()
    wrapped = {"clause": "indexed", "label": "indexed", "index": "wages", "of": [each[0]]}
    found = said(changed(clauses=[wrapped, *each[1:]]))
    assert [each[:30] for each in found] == [
        "added: 'indexed'. At each anni",
        "'minutes' stood by itself, now",
    ]


@pytest.mark.parametrize("path", CATALOGUE, ids=lambda path: path.stem)
def test_any_changed_number_is_told(path: Path) -> None:
    """Each number of each catalogue contract, moved by itself where the contract allows it, makes a difference."""
    data = load_yaml(path).data
    contract = build(Contract, load_yaml(path))
    for place, _ in walk(contract.clauses):
        parts = [part for i, part in enumerate(place) if i == 0 or not isinstance(place[i - 1], int)]
        node: Any = data
        for part in parts:
            node = node[part]
        for name, value in list(node.items()):
            if isinstance(value, bool) or not isinstance(value, int | float):
                continue
            node[name] = value + 1 if isinstance(value, int) else value * 0.99
            try:
                other = Contract.model_validate(data)
            except ValueError:
                other = None
            node[name] = value
            if other is not None:
                found = differences(contract, other)
                assert [name in "".join(each.fields) for each in found] == [True], (parts, name, found)
