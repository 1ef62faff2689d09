"""No naked number: every default in the package has unit, source and grade; and what a result rests on is listed."""

import importlib
import pkgutil
import re
from pathlib import Path

import pytest

import orm_sim
from orm_sim.core.evidence import (
    NOT_STATED,
    Assumption,
    Figure,
    assumptions,
    figure_problems,
    quantity,
    references,
    required,
    unevidenced,
)
from orm_sim.core.loader import build, load_yaml, parse_yaml
from orm_sim.core.terms import Many, Term

from .vendor_terms import Contract, Demand, Payment, PerUnit, Scenario, Tier, Tiered


def every_term() -> list[type[Term]]:
    """Every term of the package."""
    for module in pkgutil.walk_packages(orm_sim.__path__, "orm_sim."):
        if not module.name.endswith("__main__"):
            importlib.import_module(module.name)
    found: list[type[Term]] = []
    waiting = [Term]
    while waiting:
        for each in waiting.pop().__subclasses__():
            waiting.append(each)
            if each.__module__.startswith("orm_sim."):
                found.append(each)
    return found


def test_no_default_of_the_package_is_a_naked_number():
    lacks = sorted({lack for term in every_term() for lack in unevidenced(term)})
    assert not lacks, "\n".join(lacks)


def test_every_field_of_the_package_is_documented():
    silent = [
        f"{term.__module__}.{term.__name__}.{name}"
        for term in every_term()
        for name, info in term.model_fields.items()
        if not (info.description or "").strip()
    ]
    assert not silent, "\n".join(silent)


def test_every_source_that_a_shipped_file_names_is_known():
    """Ids only: a source may also be named in words, which hold a space."""
    unknown = []
    for file in sorted(Path(orm_sim.__path__[0]).parent.glob("scenarios/**/*.yaml")):
        document = load_yaml(file)
        for parts, place in document.places.items():
            source = document.value(parts)
            whose_records = parts[-2:] == ("records", "source")  # of a contract: the party whose figures hold
            named = parts[-1:] == ("source",) and not whose_records and isinstance(source, str)
            if named and " " not in source:
                unknown += [] if source in references() else [f"{place}  {source}"]
    assert not unknown, "\n".join(unknown)


def test_the_example_terms_are_in_order():
    assert unevidenced(Scenario) == []


@pytest.mark.parametrize(
    ("annotation", "default", "lack"),
    [
        (float, 0.3, "T.x: default 0.3 has no unit, source and grade"),
        (float, 0.0, "T.x: default 0.0 has no unit, source and grade"),
        (int | None, 5, "T.x: default 5 has no unit, source and grade"),
        (Many[float], (0.5, 0.5), "T.x: default 0.5 has no unit, source and grade"),
        (dict[str, float], {"a": 1.0}, "T.x: default 1.0 has no unit, source and grade"),
        (Payment, Payment(net_days=30), "T.x: default net_days 30 has no unit, source and grade"),
        (Many[Tier], (Tier(rate=1.5),), "T.x: default rate 1.5 has no unit, source and grade"),
    ],
)
def test_a_naked_default_is_found(annotation, default, lack):
    naked = type("T", (Term,), {"__annotations__": {"x": annotation}, "x": default, "__module__": __name__})
    assert lack in unevidenced(naked)


@pytest.mark.parametrize(
    ("annotation", "default"),
    [
        (float | None, None),
        (bool, True),
        (str, "x"),
        (Payment, Payment()),
        (Payment, Payment(net_days=45)),
        (Many[Tier], ()),
    ],
)
def test_what_is_no_number_needs_no_evidence(annotation, default):
    bare = type("T", (Term,), {"__annotations__": {"x": annotation}, "x": default, "__module__": __name__})
    assert unevidenced(bare) == []


@pytest.mark.parametrize(
    ("changes", "lack"),
    [
        ({"source": "somebody_said"}, "no source 'somebody_said' in references.yaml"),
        ({"grade": "D", "low": None}, "grade D without a range"),
        ({"unit": ""}, "no unit"),
        ({"unit": "bananas"}, "'bananas' is not a named unit"),
        ({"low": 4.0, "high": 3.0}, "low 4.0 exceeds high 3.0"),
        ({"low": 2.0}, "default 1.0 is outside its own range 2.0 to 3.0"),
        ({"gt": 1.0}, "default 1.0 is not among the values a file may use"),
    ],
)
def test_evidence_that_lacks_something_is_found(changes, lack):
    whole = {"unit": "s", "source": "anonymous_bank_1999", "grade": "A", "low": 0.0, "high": 3.0}
    field = quantity(1.0, **{**whole, **changes})
    weak = type("T", (Term,), {"__annotations__": {"x": float}, "x": field, "__module__": __name__})
    assert f"T.x: {lack}" in unevidenced(weak)
    strong = quantity(1.0, **whole)
    assert (
        unevidenced(
            type("U", (Term,), {"__annotations__": {"x": float}, "x": strong, "__module__": __name__})
        )
        == []
    )


def test_terms_are_searched_through_unions_lists_and_themselves():
    class Deep(Term):
        naked: float = 1.0

    class Middle(Term):
        many: dict[str, Many[Deep | Tier]] = {}
        again: "Middle | None" = None

    Middle.model_rebuild(_types_namespace={"Middle": Middle})
    assert unevidenced(Middle) == ["Deep.naked: default 1.0 has no unit, source and grade"]


def test_every_reference_is_whole():
    assert len(references()) > 60
    for name, reference in references().items():
        assert re.fullmatch(r"[a-z][a-z0-9_]+", name)
        assert reference.title.strip()
        assert reference.note.strip()
        assert reference.year is None or 1980 <= reference.year <= 2026
        assert reference.url is None or reference.url.startswith(("http://", "https://"))
    assert {
        "anonymous_bank_1999", "uci_bank_marketing", "nhs111_2015", "expert_judgement_2026", "design_choice",
    } <= set(references())  # fmt: skip


def scenario() -> Scenario:
    return Scenario(
        demand=Demand(contacts_per_day=900.0),
        contract=Contract(
            title="x",
            payment=Payment(net_days=60),
            clauses=(
                PerUnit(clause="per_unit", meter="answered", rate="solve"),
                Tiered(clause="tiered", tiers=(Tier(rate=1.2, up_to=5000.0), Tier(rate=1.0))),
            ),
            sites={"st. john": Payment()},
        ),
    )


def test_what_a_scenario_rests_on():
    figures = [
        Figure(
            path="contract.payment.net_days", source="draft contract", grade="C", low=30, high=60, vary=True
        )
    ]
    found = {each.path: each for each in assumptions(scenario(), figures)}
    assert list(found) == [
        "demand.busyness.cv", "demand.contacts_per_day", "contract.term_months", "contract.notice_months",
        "contract.payment.net_days", "contract.payment.discount_days", "contract.clauses[1].tiers[0].rate",
        "contract.clauses[1].tiers[0].up_to", "contract.clauses[1].tiers[1].rate",
        'contract.sites["st. john"].net_days', 'contract.sites["st. john"].discount_days', "contract.weights",
    ]  # fmt: skip
    assert found["demand.busyness.cv"] == Assumption(
        "demand.busyness.cv", 0.2, "ratio", "anonymous_bank_1999", "A", 0.1, 0.4
    )
    assert found["demand.contacts_per_day"] == Assumption(
        "demand.contacts_per_day", 900.0, "contacts/day", NOT_STATED, "D"
    )
    assert found["contract.payment.net_days"] == Assumption(
        "contract.payment.net_days", 60, "days", "draft contract", "C", 30.0, 60.0, True
    )
    assert found["contract.clauses[1].tiers[0].rate"].source == NOT_STATED
    assert found["contract.weights"].value == (0.5, 0.5)


def test_a_changed_default_loses_the_evidence_of_the_default():
    changed = Payment(net_days=46)
    assert [each.source for each in assumptions(changed)] == [NOT_STATED, "design_choice"]
    assert [each.grade for each in assumptions(Payment(net_days=45))] == ["A", "D"]


def test_evidence_for_no_number_is_refused_with_the_nearest():
    text = """\
evidence:
  - {path: demand.contacts_per_dya, source: x, grade: C}
  - {path: contract.payment.net_days, source: x, grade: C, low: 10, high: 30}
  - {path: contract.term_months, source: x, grade: C, vary: true}
  - {path: contract.term_months, source: x, grade: C}
  - {path: contract.notice_months, source: x, grade: C, low: 5, high: 1}
  - {path: demand.busyness.cv, source: x, grade: C, low: 0.1, high: 0.3, vary: true}
"""

    class File(Term):
        evidence: Many[Figure] = ()

    document = parse_yaml(text, "a.yaml")
    problems = figure_problems(scenario(), build(File, document).evidence, document)
    assert (
        "\n".join(str(each) for each in problems)
        == """\
a.yaml:2  evidence[0].path = demand.contacts_per_dya
    names no number of this file.  Did you mean 'demand.contacts_per_day'?
a.yaml:3  evidence[1].path = contract.payment.net_days
    its value 60 is outside the range 10 to 30
a.yaml:4  evidence[2].path = contract.term_months
    is to vary but has no range: give low and high
a.yaml:5  evidence[3].path = contract.term_months
    has its evidence given twice
a.yaml:6  evidence[4].path = contract.notice_months
    low 5 exceeds high 1"""
    )


def test_a_required_number_is_required():
    class One(Term):
        x: float = required(unit="s", ge=0)

    with pytest.raises(ValueError, match="required"):
        One()
