"""The fragment as a file: it reads back, the programme accepts it, and the shipped one is what the records give."""

from pathlib import Path

import pytest

from orm_sim.calibrate import Calibration, calibrate, programme_text
from orm_sim.calibrate.fragment import Fragment, leaves
from orm_sim.calibrate.mapping import ContactMapping, load_mapping
from orm_sim.calibrate.yaml_text import yaml_text
from orm_sim.core.loader import build, load_yaml, parse_yaml
from orm_sim.demand.shapes import Shapes
from tests.calibrate import synthetic

ROOT = Path(__file__).resolve().parents[2]
SHIPPED = ROOT / "scenarios" / "programmes" / "retail_bank.yaml"


def test_text_reads_back() -> None:
    data = {
        "inbound": {
            "odd name: x": {"value": 1e-05, "se": None, "n": 0, "unit": "no", "note": 'a "quote", {b} # no comment'},
            "list": [0.1, -2.0, 3], "rows": [{"a": 1, "last": True}, {"a": None, "last": False}],
            "plain": "A", "number": "12",
        }
    }  # fmt: skip
    text = yaml_text(Fragment(data, {("inbound", "list"): "words " * 40}), ("header " * 40,))
    assert parse_yaml(text, "text").data == data
    assert max(map(len, text.splitlines())) <= 120


def test_written_file_is_the_fragment(calls: Calibration) -> None:
    assert load_yaml(calls.written[0]).data == calls.fragment


def test_shipped_shapes_are_what_the_records_give(calls: Calibration, bank: Calibration) -> None:
    """Figure by figure: rewrite the file with `programme_text` when a fit is changed on purpose."""
    shipped = load_yaml(SHIPPED).data
    made = {**calls.fragment, **bank.fragment}
    told, expected = dict(leaves(shipped)), dict(leaves(made))
    assert list(told) == list(expected)
    for name, figure in expected.items():
        assert told[name]["value"] == pytest.approx(figure["value"], rel=2e-3, abs=1e-6), name
        assert {k: told[name].get(k) for k in ("n", "unit", "source", "grade")} == {
            k: figure.get(k) for k in ("n", "unit", "source", "grade")
        }
    for name, profile in made["inbound"]["profile"].items():
        assert shipped["inbound"]["profile"][name]["value"] == pytest.approx(profile["value"], abs=1e-5)
    assert parse_yaml(programme_text(calls, bank), "both").data == made


def test_programme_accepts_the_shipped_shapes() -> None:
    shapes = build(Shapes, load_yaml(SHIPPED))
    assert set(shapes.inbound.types) == {"regular", "stock", "internet", "prospect", "english", "call_back"}
    assert sum(each.mix.value for each in shapes.inbound.types.values()) == pytest.approx(1.0, abs=1e-4)
    relative = sum(each.mix.value * each.handle_relative_mean.value for each in shapes.inbound.types.values())
    assert relative == pytest.approx(1.0, abs=1e-3)


def test_every_shipped_figure_has_unit_source_and_grade() -> None:
    for name, figure in leaves(load_yaml(SHIPPED).data):
        assert figure["unit"], name
        assert figure["grade"] in {"A", "B", "C", "D"}, name
        assert figure["source"] in {"anonymous_bank_1999", "uci_bank_marketing", "assumption"}, name


def test_shipped_file_holds_no_record() -> None:
    """Fitted figures only: a few hundred numbers, none of them a row of the records."""
    assert SHIPPED.stat().st_size < 25_000


def test_programme_accepts_shapes_of_anybodys_records(tmp_path: Path) -> None:
    """Invented records, no agents, no types: what cannot be fitted is left out, and the rest keeps the layout."""
    rows = synthetic.frame(synthetic.contacts(1, n_days=28, level=120.0)).drop(columns=["agent", "type"])
    mapping = synthetic.MAPPING.replace("type: type, ", "").replace(", agent: agent", "")
    told = calibrate(*synthetic.store(tmp_path, rows, mapping))
    assert "availability" not in told.fragment["inbound"]
    assert "agent_spread" not in told.fragment["inbound"]
    assert list(told.fragment["inbound"]["types"]) == ["all"]
    assert any("availability not fitted" in line for line in told.summary())
    base = load_yaml(SHIPPED).data
    laid_over = {**base, "inbound": {**base["inbound"], **told.fragment["inbound"]}}
    build(Shapes, parse_yaml(yaml_text(Fragment(laid_over), ()), "laid over"))


def test_remarks_change_grade_and_words() -> None:
    figures = dict(leaves(load_yaml(SHIPPED).data))
    assert figures["inbound.holiday"]["grade"] == "C"
    assert "Israeli holidays" in figures["inbound.holiday"]["note"]
    assert figures["inbound.availability"]["grade"] == "B"
    text = SHIPPED.read_text(encoding="utf-8")
    assert "# Israeli week carried over" in text
    assert "CHANGE OF LEVEL" in text


@pytest.mark.parametrize("name", ["anonymous_bank_calls", "anonymous_bank_intervals", "bank_marketing"])
def test_shipped_mappings_load(name: str) -> None:
    mapping = load_mapping(ROOT / "scenarios" / "mappings" / f"{name}.yaml")
    assert mapping.source.grade == "A"
    if isinstance(mapping, ContactMapping):
        assert mapping.days.weekday(6) == "monday"
