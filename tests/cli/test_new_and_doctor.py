"""A way in: `new` writes files that validate and run, `doctor` says what an installation lacks."""

from __future__ import annotations

import importlib.metadata
import os
import socket
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner

import orm_sim
from orm_sim.cli import main
from orm_sim.cli.doctor import misfits
from orm_sim.cli.new import begin
from orm_sim.core.files import shown
from orm_sim.scenario.load import load_study

QUICK = {
    "programme.months": "6", "contract.term_months": "6", "programme.inbound.contacts_per_week": "300",
    "programme.outbound.leads_per_month": "200", "programme.outbound.seats": "1", "evaluation.price_replications": "2",
}  # fmt: skip


def test_what_new_writes_validates_and_runs(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    result = CliRunner().invoke(main, ["new", "my_deal"])
    assert result.exit_code == 0, result.output
    files = sorted(tmp_path.glob("scenarios/my_deal/*.yaml"))
    assert [path.name for path in files] == ["my_deal.yaml", "my_deal_base.yaml", "my_deal_study.yaml"]
    assert all(shown(path) in result.output for path in files)
    checked = CliRunner().invoke(main, ["validate", *map(str, files)])
    assert checked.exit_code == 0 and checked.output.count(": ok") == 3
    assert all(text.count("#") >= 3 for text in (path.read_text() for path in files))
    run = orm_sim.run(
        files[0], replications=2, overrides=QUICK, out=tmp_path / "out", report=False, workers=1
    )
    assert list(run.study.options) == ["in_house", "my_deal"]
    study = load_study(files[2])
    assert list(study.options) == ["in_house", "per_hour", "per_minute", "commission"]
    assert study.base.programme.inbound.contacts_per_week == 12000
    (figure,) = (f for f in study.base.evidence if f.path == "programme.inbound.contacts_per_week")
    assert figure.note == "replace with your own records: orm-sim calibrate" and len(study.base.evidence) > 20


@pytest.mark.parametrize("name", ["true", "null"])
def test_names_that_yaml_reads_otherwise_and_folders_with_spaces_are_quoted(
    name: str, tmp_path: Path
) -> None:
    folder = tmp_path / "my deals"
    result = CliRunner().invoke(main, ["new", name, "--in", str(folder)])
    assert f"validate '{folder / name}'/*.yaml" in result.output
    checked = CliRunner().invoke(main, ["validate", *map(str, sorted((folder / name).glob("*.yaml")))])
    assert checked.exit_code == 0 and checked.output.count(": ok") == 3, checked.output


@pytest.mark.parametrize(
    ("name", "said"),
    [
        ("../deal", "must be small letters, digits and _, beginning with a letter, at most 40.  Try: deal"),
        ("My Deal", "Try: my_deal"),
        ("{x}", "Try: x"),
        ("=1", "must be small letters"),
        ("a: !!python/name:os.abort", "Try: a_python_name_os_abort"),
        ("<script>", "Try: script"),
        ("", "must be small letters"),
        ("a" * 41, "at most 40"),
    ],
)
def test_names_refused(name: str, said: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    result = CliRunner().invoke(main, ["new", "--", name])
    assert result.exit_code == 2 and said in result.output and "Traceback" not in result.output
    assert list(tmp_path.iterdir()) == []


def test_nothing_is_written_over(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    begin("deal", tmp_path)
    (tmp_path / "deal" / "deal.yaml").write_text("mine")
    result = CliRunner().invoke(main, ["new", "deal", "--in", str(tmp_path)])
    assert result.exit_code == 2 and "exists already; nothing was written over it" in result.output
    assert (tmp_path / "deal" / "deal.yaml").read_text() == "mine"
    result = CliRunner().invoke(main, ["new", "deal", "--in", str(tmp_path / "deal" / "deal.yaml")])
    assert result.exit_code == 2 and "is a file, not a folder" in result.output


def test_doctor_has_a_sentence_for_everything(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    result = CliRunner().invoke(main, ["doctor"])
    assert result.exit_code == 0, result.output
    for about in (
        "Python",
        "packages",
        "compiler cache",
        "notebooks",
        "project",
        "outputs",
        "cores",
        "memory",
        "port",
    ):
        (line,) = (each for each in result.output.splitlines() if each[8:].startswith(f"{about}: "))
        assert line.endswith((".", "warm")) and line.split()[0] in ("ok", "note")
    assert "Everything that is needed is there." in result.output
    assert list(tmp_path.iterdir()) == []


def _refuse(*_: Any) -> None:
    raise OSError(1, "not allowed")


def _gone(name: str) -> str:
    if name == "papermill":
        raise importlib.metadata.PackageNotFoundError(name)
    return {"numba": "0.1.0"}.get(name, "999" if name == "pandas" else "6.4")


def test_doctor_says_what_to_do(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(socket.socket, "bind", _refuse)
    monkeypatch.setattr("shutil.which", lambda name: None)
    monkeypatch.setattr(os, "sysconf", lambda name: 1000)
    monkeypatch.setattr("orm_sim.cli.doctor.cache_folder", lambda: None)
    (tmp_path / "file").write_text("")
    result = CliRunner().invoke(main, ["doctor", "--out", str(tmp_path / "file" / "runs")])
    assert result.exit_code == 1
    assert "MISSING port: none can be opened on 127.0.0.1 (not allowed)" in result.output
    assert "is a file, not a folder. Name another folder with --out." in result.output
    assert "note    browser: none found by name; open the address" in result.output
    assert "note    compiler cache: no private folder" in result.output
    assert "use --workers 1" in result.output and "2 to mend: outputs, port." in result.output


def test_versions_are_held_against_their_ranges(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(importlib.metadata, "version", _gone)
    assert list(misfits("papermill>=2.7,<3")) == ["papermill is not installed"]
    assert list(misfits("numba>=0.62,<1")) == ["numba 0.1.0 is not >=0.62"]
    assert list(misfits("pandas>=3.0,<4")) == ["pandas 999 is not <4"]
    assert list(misfits("altair>=6.0,<7")) == []
    assert list(misfits("click<7,>=6.4.0")) == []


def test_begin_takes_relative_folders(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    (facts, *_) = begin("deal", Path("a") / ".." / "b")
    assert facts.resolve() == tmp_path / "b" / "deal" / "deal_base.yaml"
    orm_sim.load(facts)
