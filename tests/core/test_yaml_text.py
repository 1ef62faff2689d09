"""YAML as it is read: the scalars of YAML 1.2, places, and every slip of syntax in one go."""

import datetime
import math
import time
from textwrap import dedent

import pytest
from hypothesis import given
from hypothesis import strategies as st
from ruamel.yaml import YAML

from orm_sim.core.document import walk
from orm_sim.core.errors import InputError
from orm_sim.core.loader import build, load_yaml, parse_yaml
from orm_sim.core.yaml_text import MAX_SLIPS, read_yaml, scalar

from .vendor_terms import Scenario


def slips(text: str) -> str:
    """What a reader sees for a text that is not YAML as used here."""
    with pytest.raises(InputError) as caught:
        parse_yaml(dedent(text), "a.yaml")
    return str(caught.value)


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("1e-3", 0.001), ("012", 12), ("0o17", 15), ("0x1F", 31), ("+7", 7), ("-.5", -0.5), ("1.", 1.0), ("no", "no"),
        ("on", "on"), ("12:30", "12:30"), ("1_000", "1_000"), ("true", True), ("FALSE", False), ("~", None), ("", None),
        ("Null", None), (".inf", math.inf), ("-.INF", -math.inf), ("2026-01-31", datetime.date(2026, 1, 31)),
        ("2026-02-30", "2026-02-30"), ("2026-1-31", "2026-1-31"), ("12 %", "12 %"), ("1e", "1e"), (".", "."),
        ("2026-01-31T08:00:00", "2026-01-31T08:00:00"), ("9" * 400, int("9" * 400)), ("9" * 401 + "x", "9" * 401 + "x"),
    ],
)  # fmt: skip
def test_plain_scalars(text, value):
    assert scalar(text) == value
    assert type(scalar(text)) is type(value)
    assert parse_yaml(f"a: {text}", "a.yaml").data == {"a": value}


def test_not_a_number_is_read_as_such_and_quotes_keep_text():
    assert math.isnan(scalar(".nan"))
    assert parse_yaml("""a: '12'\nb: "true"\n2026: x\ntrue: y""", "a.yaml").data == {
        "a": "12", "b": "true", "2026": "x", "true": "y",
    }  # fmt: skip


_KEYS = st.text("abcdefgh_ .", min_size=1, max_size=6).filter(lambda key: key.strip() == key)
_LEAVES = st.one_of(
    st.none(), st.booleans(), st.integers(), st.floats(allow_nan=False), st.text("aäz :#'\"-%1\n", max_size=8)
)
_TREES = st.recursive(
    _LEAVES,
    lambda inner: st.one_of(st.lists(inner, max_size=3), st.dictionaries(_KEYS, inner, max_size=3)),
    max_leaves=12,
)


@given(st.dictionaries(_KEYS, _TREES, max_size=4))
def test_what_another_writer_wrote_is_read_as_it_was(data):
    """Independent: ruamel's own dumper writes the text, in block style."""
    import io

    stream = io.StringIO()
    yaml = YAML(typ="safe", pure=True)
    yaml.default_flow_style = False
    yaml.allow_unicode = True
    yaml.dump(data, stream)
    read, places, problems = read_yaml(stream.getvalue(), "a.yaml")
    assert not problems
    assert read == data
    assert set(places) == set(walk(read))


def test_the_place_of_a_value_is_the_line_of_its_key_or_entry():
    text = """\
    # a comment
    a:
      b: 1

      c:
        - 1
        - d: 2
          e: >
            long
    f: {g: 1,
        h: 2}
    """
    places = parse_yaml(dedent(text), "a.yaml").places
    lines = {parts: place.line for parts, place in places.items()}
    assert lines == {
        (): 1, ("a",): 2, ("a", "b"): 3, ("a", "c"): 5, ("a", "c", 0): 6, ("a", "c", 1): 7, ("a", "c", 1, "d"): 7,
        ("a", "c", 1, "e"): 8, ("f",): 10, ("f", "g"): 10, ("f", "h"): 11,
    }  # fmt: skip
    assert {place.file for place in places.values()} == {"a.yaml"}


def test_windows_line_ends_and_a_byte_order_mark_change_nothing():
    plain, other = parse_yaml("a:\n  b: 1\n", "x"), parse_yaml("\ufeffa:\r\n  b: 1\r\n", "x")
    assert (plain.data, plain.places) == (other.data, other.places)


def test_every_duplicate_key_is_said_with_its_first_line():
    text = """\
    a: 1
    b: {c: 1, c: 2, c: 3}
    a: {d: 1, d: 2}
    a: 2
    """
    assert slips(text) == dedent("""\
        a.yaml:2  b.c
            this key is given twice, first on line 2
        a.yaml:2  b.c
            this key is given twice, first on line 2
        a.yaml:3  a
            this key is given twice, first on line 1
        a.yaml:3  a.d
            this key is given twice, first on line 3
        a.yaml:4  a
            this key is given twice, first on line 1
        5 problems. Nothing was run.""")


def test_all_slips_of_syntax_are_found_in_one_go():
    text = """\
    demand:
      busyness: [1, 2
      contacts_per_day: 900
      note: first: second
    title: 'abc
    price: %3
    payment:
    \tnet_days: 45
      discount: 2
    tiers:
     - 1
     - b: 2
       c: 3
      d: 4
    nocolon
    quoted: "x" y
    rate:1.2
    term: 36
    scale: {a: 1
    copy: *demand
    kept: &k {p: 1, p: 2}
    evil: !!python/object:os.system 3
    demand: 4
    """
    assert slips(text) == dedent("""\
        a.yaml:2  busyness: [1, 2
            a list that opens here with '[' is not closed, or lacks a comma
        a.yaml:4  note: first: second
            there is a second ': ' on the line, or the line is indented too far.  Put text that holds ': ' in quotes
        a.yaml:5  title: 'abc
            a quote that opens here is never closed
        a.yaml:6  price: %3
            a value cannot start with this sign.  Put the value in quotes
        a.yaml:8  net_days: 45
            is indented with a tab.  Use spaces
        a.yaml:14  d: 4
            is not in line with what stands above it.  Check the indentation
        a.yaml:15  nocolon
            is not 'key: value'.  A ':' or the space after it is missing
        a.yaml:16  quoted: "x" y
            is not in line with what stands above it.  Check the indentation
        a.yaml:17  rate:1.2
            a space is missing after ':'
        a.yaml:19  scale: {a: 1
            a mapping that opens here with '{' is not closed, or lacks a comma
        a.yaml:20  copy
            alias *demand: anchors and aliases are not used here.  Write the value out
        a.yaml:21  kept
            anchor &k: anchors and aliases are not used here.  Write the value out
        a.yaml:21  kept.p
            this key is given twice, first on line 21
        a.yaml:22  evil
            tag !!python/object:os.system: YAML tags are not used here.  Write the plain value
        a.yaml:23  demand
            this key is given twice, first on line 1
        15 problems. Nothing was run.""")


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("", "a.yaml\n    is empty"),
        ("# only a comment", "a.yaml\n    is empty"),
        ("- a\n- b", "a.yaml\n    must hold keys at the top, written 'key: value'"),
        ("just words", "a.yaml\n    must hold keys at the top, written 'key: value'"),
        ("a: 1\n---\nb: 2", "a.yaml:3\n    a second document starts here: one file holds one document"),
        ("%YAML 1.1\n---\na: no", "a.yaml:2\n    YAML directives ('%' lines) are not used here"),
        ("? [a, b]\n: 1", "a.yaml:1\n    a key must be plain text"),
        ("a: 1\n\x1bb: 2", 'a.yaml:2  "\\u001bb: 2"\n    holds a control character'),
        ("a:\n  - b\n c: 1", "a.yaml:3  c: 1\n"),
        ("a: {b: 1}}", "a.yaml:1  a: {b: 1}}\n"),
        ("a: - b", "a.yaml:1  a: - b\n    a list entry cannot start here.  Check the indentation"),
        ("a: @b", "a.yaml:1  a: @b\n    a value cannot start with this sign.  Put the value in quotes"),
        ("<<: {a: 1}\nb: *x", "alias *x"),
    ],
)
def test_one_slip(text, message):
    assert message in slips(text)
    assert slips(text).endswith("1 problem. Nothing was run.")


@pytest.mark.parametrize("opening", ["[", "{a: ", "- ", "? "])
def test_a_bomb_of_brackets_is_refused_at_once(opening):
    begun = time.perf_counter()
    found = slips(f"x:\n {opening * 40_000}")
    assert "is nested more than 50 deep" in found or "1 problem" in found
    assert time.perf_counter() - begun < 5


def test_fifty_deep_is_read_and_fifty_one_is_not():
    assert parse_yaml("a: " + "[" * 49 + "]" * 49, "a.yaml").data
    assert "is nested more than 50 deep" in slips("a: " + "[" * 50 + "]" * 50)


@given(st.text("ab:-[]{}'\"#&*!|>%@`,? \t\n\x00\x85\u2028é", max_size=60))
def test_no_text_makes_the_reader_fail_in_any_other_way(text):
    try:
        document = parse_yaml(text, "a.yaml")
    except InputError as error:
        assert 0 < len(error.problems) <= 100 + MAX_SLIPS
        lines = text.count("\n") + text.count("\r") + 1
        assert all(each.place.line is None or 1 <= each.place.line <= lines for each in error.problems)
    else:
        assert set(document.places) == set(walk(document.data))


def test_a_file_of_500_lines_is_read_and_checked_in_under_100_ms(tmp_path):
    text = "demand:\n  contacts_per_day: 900\ncontract:\n  title: Service\n  clauses:\n" + "".join(
        f"    - clause: tiered  # scale {n}\n      tiers:\n        - {{rate: 1.5e0, up_to: {n + 1}}}\n"
        f"        - rate: 1.25\n          up_to: null\n"
        for n in range(99)
    )
    assert text.count("\n") == 500
    file = tmp_path / "long.yaml"
    file.write_text(text)
    taken = []
    for _ in range(5):
        begun = time.process_time()
        build(Scenario, load_yaml(file))
        taken.append(time.process_time() - begun)
    assert min(taken) < 0.1


@pytest.mark.parametrize("text", ['name: "a\\ud800b"', '"a\\udc00": 1'])
def test_half_a_pair_is_refused_since_no_file_could_hold_it(text):
    found = read_yaml(text, "f")[2]
    assert [problem.rule for problem in found] == ["half of a pair (\\ud800 to \\udfff) is no letter"]


def test_a_letter_beyond_the_first_plane_is_read():
    assert read_yaml('name: "\\U0001f600"', "f")[0] == {"name": "\U0001f600"}
