"""Terms refuse what is not exactly right, and say all their contradictions, in Python as in files."""

import datetime
import math
import pickle
from typing import Literal

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import ValidationError, field_validator

from orm_sim.core.evidence import quantity, required
from orm_sim.core.terms import Many, NotNegative, Positive, Rule, Share, Term

from .vendor_terms import Cap, Contract, Payment, PerUnit


class Figures(Term):
    number: float = 0.0
    count: int = 0
    flag: bool = False
    word: str = ""
    day: datetime.date | None = None
    many: Many[float] = ()
    shares: Many[Share] = ()
    prices: Many[Positive] = ()
    waits: Many[NotNegative] = ()


@pytest.mark.parametrize(
    ("field", "good", "bad"),
    [
        ("number", [1, 1.5, -2], [math.nan, math.inf, True, "1", None]),
        ("count", [1, -2], [1.0, True, "1", None]),
        ("flag", [True], [1, 0, "true", None]),
        ("word", ["x"], [1, None, True, b"x"]),
        ("day", [datetime.date(2026, 1, 1), None], ["2026-01-01", 5]),
        ("many", [[], [1, 2.5], (1,)], [[True], [math.nan], ["1"], 1.0, "12", {"a": 1}]),
        ("shares", [[0, 1]], [[1.01], [-0.01]]),
        ("prices", [[0.1]], [[0], [-1]]),
        ("waits", [[0]], [[-0.1]]),
    ],
)
def test_what_a_field_takes(field, good, bad):
    for value in good:
        Figures.model_validate({field: value})
    for value in bad:
        with pytest.raises(ValidationError):
            Figures.model_validate({field: value})


def test_a_term_is_frozen_hashable_and_travels():
    payment = Payment(net_days=30)
    with pytest.raises(ValidationError):
        payment.net_days = 60
    assert hash(payment) == hash(Payment(net_days=30))
    assert pickle.loads(pickle.dumps(payment)) == payment
    contract = Contract(title="x", clauses=(PerUnit(clause="per_unit", meter="answered", rate=1.0),))
    assert pickle.loads(pickle.dumps(contract)) == contract


def test_a_changed_copy_is_checked_like_a_new_one():
    contract = Contract(title="x", payment=Payment(net_days=30))
    assert contract.changed(term_months=12).term_months == 12
    assert contract.changed(term_months=12).payment is contract.payment
    assert contract.term_months == 36
    with pytest.raises(ValidationError, match="do not fit"):
        contract.changed(term_months=3)
    with pytest.raises(ValidationError):
        contract.changed(titel="y")


def test_limits_reach_into_lists_and_beside_words():
    class Limited(Term):
        rate: float | Literal["solve"] = required(unit="$", gt=0)
        scale: Many[float] = quantity(
            (1.0,), unit="$", source="design_choice", grade="D", low=0, high=1, ge=0, le=2
        )
        by_site: dict[str, float] = quantity(
            {}, unit="$", source="design_choice", grade="D", low=0, high=1, lt=5
        )
        maybe: int | None = quantity(None, unit="$", source="design_choice", grade="D", low=0, high=1, ge=3)

    Limited(rate="solve", scale=(0, 2), by_site={"a": 4.9}, maybe=None)
    with pytest.raises(ValidationError) as caught:
        Limited(rate=0, scale=(0.0, -1.0, 3.0), by_site={"a": 5.0}, maybe=2)
    places = {
        each["loc"][:2] if each["loc"][0] != "rate" else each["loc"][:1] for each in caught.value.errors()
    }
    assert places == {("rate",), ("scale", 1), ("scale", 2), ("by_site", "a"), ("maybe",)}


def test_a_rule_about_no_field_is_a_fault_of_the_class():
    with pytest.raises(TypeError, match="a rule about 'notice', which is not a field"):

        class Wrong(Term):
            rules = (Rule(("notice",), lambda notice: None),)


def test_a_rule_is_heard_beside_errors_of_every_kind():
    """Line errors survive being raised again with a contradiction: type, place, text and context."""

    class Inner(Term):
        kind: Literal["a", "b"] = "a"
        day: datetime.date = datetime.date(2026, 1, 1)
        number: float = quantity(1.0, unit="$", source="design_choice", grade="D", low=0, high=1, ge=0, le=9)
        low: int = 0
        high: int = 1

        rules = (Rule(("low", "high"), lambda low, high: None if low <= high else "low {over} high"),)

        @field_validator("number")
        @classmethod
        def _even(cls, value: float) -> float:
            if value % 2:
                raise ValueError("must be {even}")
            return value

    class Outer(Term):
        inner: Inner
        clauses: Many[Cap | PerUnit] = ()
        rules = (Rule(("inner.low",), lambda low: "low is never above 5" if low > 5 else None),)

    wrong = {"kind": "c", "day": "x", "low": 7, "number": 3, "other": 1}
    with pytest.raises(ValidationError) as caught:
        Outer.model_validate({"inner": wrong, "clauses": [{"clause": "cap"}, 3]})
    found = {(each["type"], each["loc"]): each for each in caught.value.errors()}
    assert found[("contradiction", ("inner",))]["msg"] == "low {over} high"
    assert found[("contradiction", ())]["msg"] == "low is never above 5"
    assert "must be {even}" in found[("value_error", ("inner", "number"))]["msg"]
    assert ("literal_error", ("inner", "kind")) in found
    assert ("date_type", ("inner", "day")) in found
    assert ("extra_forbidden", ("inner", "other")) in found
    assert any(kind == "missing" for kind, _ in found)


@given(st.integers(0, 9), st.integers(0, 9), st.booleans())
def test_a_contradiction_is_said_exactly_when_it_holds(net, early, with_another_mistake):
    wrong = {"colour": 1} if with_another_mistake else {}
    expected = early > net
    try:
        Payment.model_validate({"net_days": net, "discount_days": early, **wrong})
    except ValidationError as error:
        types = [each["type"] for each in error.errors()]
        assert types.count("contradiction") == expected
        assert types.count("extra_forbidden") == with_another_mistake
    else:
        assert not expected
        assert not with_another_mistake


def test_a_term_that_contains_itself_says_a_contradiction_once():
    inner = {"clause": "per_unit", "meter": "m", "rate": 1.0}
    with pytest.raises(ValidationError) as caught:
        Contract(title="x", clauses=[{"clause": "cap", "of": inner, "low": 2.0, "high": 1.0, "x": 1}])
    assert sorted(each["type"] for each in caught.value.errors()) == ["contradiction", "extra_forbidden"]
