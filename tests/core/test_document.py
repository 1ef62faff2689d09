"""Laws of laying documents over one another and of setting single values, and the paths that name places."""

from textwrap import dedent

import pytest
from hypothesis import given
from hypothesis import strategies as st

from orm_sim.core.document import COMMAND_LINE, Document, format_path, from_plain, merge, parse_path, walk
from orm_sim.core.errors import InputError, Place
from orm_sim.core.loader import override, parse_yaml, set_path

_KEYS = st.sampled_from("abcd")
_LEAVES = st.one_of(
    st.none(), st.integers(0, 9), st.lists(st.integers(0, 9), max_size=2), st.just([{"a": 1}])
)
_TREES = st.dictionaries(
    _KEYS,
    st.recursive(_LEAVES, lambda inner: st.dictionaries(_KEYS, inner, max_size=3), max_leaves=6),
    max_size=3,
)


def document(data: dict, file: str = "base") -> Document:
    return from_plain(data, Place(file))


def leaves(data: object, at: tuple = ()) -> dict:
    """Values that merging treats as one: anything but a mapping that holds something."""
    if isinstance(data, dict) and data:
        return {path: leaf for key, value in data.items() for path, leaf in leaves(value, (*at, key)).items()}
    return {at: data}


@given(_TREES)
def test_nothing_laid_over_changes_nothing(tree):
    base = document(tree)
    assert merge(base, {}).data == tree
    assert merge(document({}, "empty"), base).data == tree
    assert merge(base, base).data == tree


@given(_TREES, _TREES)
def test_the_patch_wins_and_the_rest_stays(base, patch):
    merged = merge(document(base), document(patch, "patch"))
    ours, theirs = leaves(patch), leaves(base)
    for path, leaf in ours.items():
        if leaf != {}:
            assert merged.value(path) == leaf
            assert merged.places[path] == Place("patch")
    for path, leaf in theirs.items():
        touched = any(path[: len(each)] == each or each[: len(path)] == path for each in ours if each)
        if path and not touched:
            assert merged.value(path) == leaf
            assert merged.places[path] == Place("base")


@given(_TREES, _TREES)
def test_every_value_has_a_place_and_no_place_is_without_value(base, patch):
    merged = merge(document(base), document(patch, "patch"))
    assert set(merged.places) == set(walk(merged.data))


@given(_TREES, _TREES)
def test_merging_twice_is_merging_once_and_changes_no_argument(base, patch):
    first, second = document(base), document(patch, "patch")
    before = (repr(first), repr(second))
    once = merge(first, second)
    assert merge(once, second).data == once.data
    assert (repr(first), repr(second)) == before


@given(_TREES, st.lists(_KEYS, min_size=1, max_size=3), st.integers(0, 9))
def test_a_value_that_was_set_is_there_and_nothing_else_moved(tree, keys, value):
    base = document(tree)
    path = format_path(tuple(keys))
    try:
        changed = set_path(base, path, value)
    except InputError as error:
        assert error.problems[0].place == COMMAND_LINE
        return
    assert changed.value(tuple(keys)) == value
    assert changed.places[tuple(keys)] == COMMAND_LINE
    assert set(changed.places) == set(walk(changed.data))
    assert set_path(changed, path, value).data == changed.data
    for at, leaf in leaves(tree).items():
        related = at[: len(keys)] == tuple(keys) or tuple(keys)[: len(at)] == at
        assert related or changed.value(at) == leaf


@given(st.lists(st.one_of(st.integers(0, 99), st.text(min_size=0, max_size=5)), min_size=1, max_size=5))
def test_a_path_survives_being_written_and_read(parts):
    assert parse_path(format_path(tuple(parts))) == tuple(parts)


@pytest.mark.parametrize(
    "text", ["", ".", "a.", ".a", "a..b", "a[", "a[x]", "a[-1]", "a]b", "a[0]b", 'a["b', "a[1.5]"]
)
def test_what_is_no_path_is_refused(text):
    with pytest.raises(InputError, match="is not a path"):
        parse_path(text)


def test_a_merge_worked_by_hand():
    base = parse_yaml(
        dedent("""\
        contract:
          clauses: [1, 2]
          payment:
            net_days: 45
            discount: {days: 7}
        """),
        "base.yaml",
    )
    patch = parse_yaml("contract:\n  clauses: [3]\n  payment:\n    discount: null\nnew: {a: 1}", "patch.yaml")
    both = merge(base, patch)
    assert both.data == {
        "contract": {"clauses": [3], "payment": {"net_days": 45, "discount": None}}, "new": {"a": 1},
    }  # fmt: skip
    assert str(both.place(("contract", "payment", "net_days"))) == "base.yaml:4"
    assert str(both.place(("contract", "clauses", 0))) == "patch.yaml:2"
    assert str(both.place(("contract", "payment", "discount"))) == "patch.yaml:4"
    assert str(both.place(("contract", "payment", "discount", "days"))) == "patch.yaml:4"
    assert str(both.place(("new", "b"))) == "patch.yaml:5"


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("12.5", 12.5), ("1e-3", 0.001), ("no", "no"), ("[1, {a: 2}]", [1, {"a": 2}]),
        ("{a: .inf}", {"a": float("inf")}),
        ("'12'", "12"), ("", None), ("null", None), (" 7 ", 7), ("Foo: bar", "Foo: bar"), ("# x", "# x"), (0.1, 0.1),
        ((1, 2), [1, 2]),
    ],
)  # fmt: skip
def test_the_value_of_an_override(text, value):
    changed = set_path(parse_yaml("a: {b: [0]}", "a.yaml"), "a.b[0]", text)
    assert changed.value(("a", "b", 0)) == value


@pytest.mark.parametrize(
    ("path", "message"),
    [
        ("a.b[1]", "a.b has 1 entry, counted from 0; there is no [1]"),
        ("a.b.c", "a.b is a list; it has no key 'c'.  Name an entry: a.b[0] to a.b[0]"),
        ("a[0]", "a is not a list"),
        ("a.n.x", "a.n is a plain value; it has no key 'x'"),
    ],
)
def test_a_path_through_the_wrong_kind_is_refused(path, message):
    base = parse_yaml("a: {b: [0], n: 3}", "a.yaml")
    with pytest.raises(InputError) as caught:
        set_path(base, path, "1")
    assert message in str(caught.value)


def test_settings_follow_one_another():
    changed = override(parse_yaml("a: null", "a.yaml"), {"a.b": "{c: 1}", "a.b.d": "2", "a.b.c": "3"})
    assert changed.data == {"a": {"b": {"c": 3, "d": 2}}}


def test_a_section_keeps_its_places():
    part = parse_yaml("a:\n  b:\n    c: 1", "a.yaml").section(("a", "b"))
    assert part.data == {"c": 1}
    assert str(part.place(("c",))) == "a.yaml:3"
    assert str(part.place(())) == "a.yaml:2"
