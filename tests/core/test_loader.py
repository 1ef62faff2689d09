"""Files that extend one another, and files that cannot be read: each problem at the place that names it."""

import os
from pathlib import Path
from textwrap import dedent

import pytest

from orm_sim.core.errors import InputError, Place
from orm_sim.core.files import readable_file, writable_folder, write_whole
from orm_sim.core.loader import build, load_extended, load_yaml, merge, set_path

from .vendor_terms import Scenario


@pytest.fixture
def folder(tmp_path, monkeypatch):
    """An empty working folder with a scenario that extends another one folder down."""
    monkeypatch.chdir(tmp_path)
    write("base/bank.yaml", "demand: {contacts_per_day: 900}\ncontract:\n  title: Base\n  term_months: 24\n")
    write("offer.yaml", "extends: base/bank.yaml\n\ncontract:\n  title: Offer\n")
    return tmp_path


def write(name: str, text: str) -> None:
    path = Path(name)
    path.parent.mkdir(exist_ok=True)
    path.write_text(dedent(text))


def refused(call, *arguments) -> str:
    with pytest.raises(InputError) as caught:
        call(*arguments)
    return str(caught.value)


def test_the_difference_is_laid_over_the_base(folder):
    document = load_extended("offer.yaml")
    assert document.data == {
        "demand": {"contacts_per_day": 900}, "contract": {"title": "Offer", "term_months": 24},
    }  # fmt: skip
    assert str(document.place(("contract", "title"))) == "offer.yaml:4"
    assert str(document.place(("contract", "term_months"))) == "base/bank.yaml:4"
    assert sorted(path.name for path in document.files) == ["bank.yaml", "offer.yaml"]
    assert build(Scenario, document).contract.term_months == 24


def test_a_base_may_have_a_base_and_a_section_may_have_one(folder):
    write("base/older.yaml", "busyness: {cv: 0.9}\n")
    write("shapes.yaml", "extends: base/fitted.yaml\ncontacts_per_day: 700\n")
    write("base/fitted.yaml", "extends: older.yaml\nbusyness: {cv: 0.31}\ncontacts_per_day: 1\n")
    write("third.yaml", "extends: offer.yaml\ndemand:\n  extends: shapes.yaml\n  busyness: {cv: 0.4}\n")
    document = load_extended("third.yaml")
    assert document.data["demand"] == {"contacts_per_day": 700, "busyness": {"cv": 0.4}}
    assert document.data["contract"] == {"title": "Offer", "term_months": 24}
    assert str(document.place(("demand", "contacts_per_day"))) == "shapes.yaml:2"
    assert str(document.place(("demand", "busyness", "cv"))) == "third.yaml:4"
    assert len(document.files) == 6
    assert "extends" not in str(document.data)
    assert not any("extends" in parts for parts in document.places)


def test_a_base_that_is_missing_is_placed_where_it_is_named(folder):
    write("offer.yaml", "\nextends: base/bnak.yaml\n")
    assert refused(load_extended, "offer.yaml") == dedent("""\
        offer.yaml:2  extends = base/bnak.yaml
            there is no such file.  Did you mean 'base/bank.yaml'?
        1 problem. Nothing was run.""")


def test_a_circle_is_refused(folder):
    write("a.yaml", "extends: b.yaml")
    write("b.yaml", "x: {extends: a.yaml}")
    assert refused(load_extended, "a.yaml") == dedent("""\
        b.yaml:1  x.extends = a.yaml
            extends itself: a.yaml -> b.yaml -> a.yaml
        1 problem. Nothing was run.""")
    write("c.yaml", "extends: ./c.yaml")
    assert "extends itself: c.yaml -> c.yaml" in refused(load_extended, "c.yaml")


def test_the_name_of_a_base_must_be_text(folder):
    write("a.yaml", "extends: [b.yaml]")
    assert "a.yaml:1  extends = [b.yaml]\n    must be the name of a YAML file" in refused(
        load_extended, "a.yaml"
    )


def test_problems_in_several_bases_arrive_together(folder):
    write(
        "a.yaml",
        "demand: {extends: one.yaml}\ncontract:\n  extends: two.yaml\n  payment: {extends: rates_2026.yaml}\n",
    )
    write("one.yaml", "a: 1\na: 2\n")
    write("two.yaml", "a: 'x\n")
    assert refused(load_extended, "a.yaml") == dedent("""\
        one.yaml:2  a
            this key is given twice, first on line 1
        a.yaml:4  contract.payment.extends = rates_2026.yaml
            there is no such file
        two.yaml:1  a: 'x
            a quote that opens here is never closed
        3 problems. Nothing was run.""")


def test_a_missing_file_names_the_nearest_one(folder):
    assert refused(load_yaml, "ofer.yaml") == dedent("""\
        ofer.yaml
            there is no such file.  Did you mean 'offer.yaml'?
        1 problem. Nothing was run.""")
    assert refused(load_yaml, "bsae/bank.yaml") == dedent("""\
        bsae/bank.yaml
            there is no such file.  There is no folder 'bsae'.  Did you mean 'base'?
        1 problem. Nothing was run.""")
    assert "There is no folder 'something'." in refused(load_yaml, "something/else/entirely.yaml")


def test_a_folder_is_not_a_file(folder):
    assert refused(load_yaml, "base") == dedent("""\
        base
            is a folder, not a file.  It holds bank.yaml
        1 problem. Nothing was run.""")


def test_a_file_of_another_encoding_is_refused_with_its_line(folder):
    Path("latin.yaml").write_bytes("a: 1\nb: Müller\n".encode("latin-1"))
    assert refused(load_yaml, "latin.yaml") == dedent("""\
        latin.yaml:2
            is not UTF-8 text: byte 0xfc cannot stand here.  Save the file as UTF-8
        1 problem. Nothing was run.""")


def test_a_file_that_is_too_large_is_refused(folder):
    Path("large.yaml").write_bytes(b"a: 1\n" * 500_000)
    assert "is too large: 2.5 MB; a file of terms is at most 2 MB" in refused(load_yaml, "large.yaml")


def test_a_file_without_leave_to_read_is_refused(folder, monkeypatch):
    def locked(*_arguments, **_options):
        raise PermissionError(13, "Permission denied")

    monkeypatch.setattr(Path, "open", locked)  # a superuser may open whatever its mode says
    assert "cannot be read: permission denied" in refused(load_yaml, "offer.yaml")


def test_strange_paths_are_refused_and_not_stumbled_over(folder):
    os.mkfifo("pipe.yaml")
    assert "is not a regular file" in refused(load_yaml, "pipe.yaml")
    assert "1 problem" in refused(load_yaml, "a\0b.yaml")
    assert "1 problem" in refused(load_yaml, "x" * 300)
    assert "a.yaml/b.yaml" in refused(readable_file, "a.yaml/b.yaml")
    assert "1 problem" in refused(load_yaml, "")


def test_a_path_named_in_a_file_is_placed_there(folder):
    place = Place("mapping.yaml", 3)
    assert refused(lambda: readable_file("rec.csv", place=place, at="records")).startswith(
        "mapping.yaml:3  records = rec.csv\n    there is no such file"
    )


def test_a_folder_for_results_is_made_or_refused(folder):
    assert writable_folder("outputs/run").is_dir()
    assert "is a file, not a folder" in refused(writable_folder, "offer.yaml")
    assert "is a file, not a folder" in refused(writable_folder, "offer.yaml/run")
    assert "is not a folder that can be written in" in refused(writable_folder, "/proc/run")


def test_a_file_is_whole_or_not_there(folder, monkeypatch):
    assert write_whole("x.json", b"1").read_bytes() == b"1"

    def breaks(_source, _target):
        raise OSError("no space left")

    monkeypatch.setattr(os, "replace", breaks)
    with pytest.raises(OSError, match="no space"):
        write_whole("x.json", b"2")
    assert Path("x.json").read_bytes() == b"1"
    assert not list(Path().glob(".x.json*"))


def test_a_text_read_once_is_not_changed_by_those_who_lay_over_it(tmp_path):
    file = tmp_path / "a.yaml"
    file.write_text("vendor: {sites: [{name: a, wage: 3}], margin: 0.1}\n")
    first = load_yaml(file)
    before = (repr(first.data), dict(first.places))
    changed = set_path(load_yaml(file), "vendor.sites[0].wage", 4)
    laid = merge(load_yaml(file), {"vendor": {"margin": 0.2}}, place=Place("a"))
    assert changed.data["vendor"]["sites"][0]["wage"] == 4 and laid.data["vendor"]["margin"] == 0.2
    assert (repr(load_yaml(file).data), dict(load_yaml(file).places)) == before
    file.write_text("vendor: {margin: 0.3}\n")
    assert load_yaml(file).data == {"vendor": {"margin": 0.3}}
