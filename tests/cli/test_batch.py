"""A batch: what it leaves, what a failure costs, what an interruption costs, and what it refuses."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import openpyxl
import pandas as pd
import psutil
import pytest
from click.testing import CliRunner

import orm_sim
from orm_sim.cli import main
from orm_sim.cli.batch import open_batch
from orm_sim.cli.batch.items import find
from orm_sim.cli.batch.live import LiveOne, Settings, Turn, is_whole
from orm_sim.cli.batch.run import Ended, batch
from orm_sim.core.errors import InputError
from orm_sim.report.html import active_content
from orm_sim.report.render import RenderError, render
from tests.cli.small import ROOT, scenario
from tests.study.toy import heed_ctrl_c

HOSTILE = '=HYPERLINK("http://evil.example","x")<script>alert(1)</script>'


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Two scenarios that run, one of them with a hostile title, one that cannot be read, and what is left out."""
    where = tmp_path_factory.mktemp("deals") / "my {deals}"
    scenario(where, "hourly", title=HOSTILE)
    scenario(where, "../../minutes {x}", "per_minute_and_hour", file="minutes")
    scenario(where, "broken").write_text(
        "name: broken\ntitle: Broken\nprogramme: {moths: 6}\n", encoding="utf-8"
    )
    (where / "base.yaml").write_text(f"extends: {ROOT / 'scenarios' / 'bank.yaml'}\n", encoding="utf-8")
    (where / "study.yaml").write_text("study: s\noptions: {}\n", encoding="utf-8")
    return where


@pytest.fixture(scope="module")
def ended(folder: Path, tmp_path_factory: pytest.TempPathFactory) -> Ended:
    """The batch of that folder, with its notebooks."""
    return batch(folder, workers=2, out=tmp_path_factory.mktemp("out"))


def contents(done: Ended) -> dict[str, bytes]:
    """Bytes of everything a batch computed: its own tables and workbook, and the tables of its runs."""
    assert done.batch is not None
    found = [done.folder / "report.xlsx", *done.folder.glob("tables/*")]
    for run in done.batch.runs.values():
        found += run.glob("tables/*")
    return {path.relative_to(done.folder.parent).as_posix(): path.read_bytes() for path in found}


@pytest.mark.row("R030", "R074")
def test_the_rest_goes_on_when_one_fails(ended: Ended) -> None:
    assert [each["status"] for each in ended.items] == ["failed", "whole", "whole"]
    assert ended.batch is not None and ended.lived == 2
    (failure,) = ended.failed
    assert (failure["name"], failure["file"]) == ("broken", "broken.yaml")
    assert "Did you mean 'months'" in failure["error"]["message"]
    kept = json.loads((ended.folder / "errors" / "001-broken.json").read_text())
    places = kept["error"]["places"]
    assert any(place["file"].endswith("broken.yaml") and place["line"] == 3 for place in places)
    assert "unknown key" in (ended.folder / "errors" / "001-broken.txt").read_text()
    assert len(ended.batch.notes) == 3 and any("is a study" in note for note in ended.batch.notes)
    assert any("in-house line itself" in note for note in ended.batch.notes)


def test_every_file_is_named_with_its_digest_and_lies_inside(ended: Ended) -> None:
    manifest = json.loads((ended.folder / "manifest.json").read_text())
    assert manifest["status"] == "complete"
    expected = {"report.xlsx", "tables/results.parquet", "tables/results.csv", "notebooks/study_report.html",
                "notebooks/study_report.ipynb", "figures/rank.png", "figures/rank.svg"}  # fmt: skip
    assert expected <= set(manifest["files"])
    assert {file.relative_to(ended.folder).as_posix() for file in ended.files} == {
        "manifest.json", *manifest["files"],
    }  # fmt: skip
    out = ended.folder.parent
    assert not any(set("{}=<") & set(path.name) for path in out.rglob("*"))
    runs = sorted(path.name for path in out.iterdir())
    assert len(runs) == 3 and runs[0].startswith("batch_my-deals-") and runs[2].startswith("minutes-x-")
    assert sorted(path.name for path in out.parent.glob("minutes*")) == []


def test_each_scenario_has_its_page_and_pictures(ended: Ended) -> None:
    assert ended.batch is not None
    for name, run in ended.batch.runs.items():
        assert is_whole(run, reported=True), name
        page = (run / "notebooks" / "scenario_report.html").read_text()
        assert active_content(page) == [] and "<script" not in page
        assert "stderr" not in page.split("</style>")[1]
        assert {path.suffix for path in (run / "figures").iterdir()} == {".svg", ".png"}
        assert len(list((run / "figures").iterdir())) == 24
    over_all = (ended.folder / "notebooks" / "study_report.html").read_text()
    assert active_content(over_all) == [] and "&lt;script&gt;alert(1)" in over_all
    assert "Did you mean" in over_all


def test_results_are_those_of_the_runs(ended: Ended) -> None:
    assert ended.batch is not None
    results = ended.batch.tables["results"].set_index("option")
    for name, folder in ended.batch.runs.items():
        run = orm_sim.open_run(folder)
        own = run.tables["comparison"].set_index("option").loc[name]
        value = run.tables["outcomes"].query("option == @name")["client_incremental_npv"].mean()
        assert results.loc[name, "mean_value"] == own["mean_value"] == pytest.approx(value)
        assert results.loc[name, "vendor_margin"] == own["vendor_margin"]
    assert sorted(results["rank"]) == [1, 2, 3]
    ledger = ended.batch.tables["ledger_by_month"].query("scenario == 'hourly' and option == 'scenario'")
    fees = ledger.query("account == 'fees' and kind == 'cash' and payer == 'client'")["amount"].sum()
    run = orm_sim.open_run(ended.batch.runs["hourly"]).tables["ledger"].query("option == 'hourly'")
    assert fees == pytest.approx(
        run.query("account == 'fees' and kind == 'cash' and payer == 'client'")["amount"].sum() / 2
    )


@pytest.mark.row("R056")
def test_the_workbook_is_inert_and_holds_numbers(ended: Ended) -> None:
    book = openpyxl.load_workbook(ended.folder / "report.xlsx")
    assert book.sheetnames == ["read me", "ranks", "KPIs by month", "ledger by month", "assumptions"]
    cells = [cell for sheet in book for row in sheet.iter_rows() for cell in row]
    assert not [cell.coordinate for cell in cells if cell.data_type == "f" or cell.hyperlink]
    ranks = book["ranks"]
    assert HOSTILE in [cell.value for cell in ranks["C"]]
    assert {type(cell.value) for cell in ranks["A"][2:]} == {int}
    assert ranks.freeze_panes == "E3" and ranks["H3"].number_format.startswith("#,##0")
    assert any("broken" in str(cell.value) for cell in book["read me"]["A"])
    rows = list(book["assumptions"].iter_rows(min_row=1, values_only=True))
    heads = [str(each) for each in rows[0]]
    wage = next(row for row in rows if row[heads.index("path")] == "vendor.workforce.wage_per_hour")
    told = dict(zip(heads, wage, strict=True))
    assert (
        told["value"] == 3.3 and told["grade"] in "ABCD" and told["unit"] == "$/paid hour" and told["source"]
    )
    line = (ended.folder / "tables" / "results.csv").read_text().splitlines()
    assert any(HOSTILE.replace('"', '""') in each and "'=HYPERLINK" in each for each in line)


def test_a_second_time_computes_nothing_and_changes_nothing(ended: Ended, folder: Path) -> None:
    before = {path: (path.stat().st_mtime_ns, path.read_bytes()) for path in ended.files}
    again = batch(folder, workers=1, out=ended.folder.parent)
    assert again.lived == 0 and again.folder == ended.folder
    assert {path: (path.stat().st_mtime_ns, path.read_bytes()) for path in again.files} == before


def test_read_back_and_what_cannot_be(ended: Ended, tmp_path: Path) -> None:
    read = open_batch(ended.folder)
    assert list(read.failures) == ["broken"] and "months" in str(read.failed)
    pd.testing.assert_frame_equal(
        read.tables["results"], pd.read_parquet(ended.folder / "tables" / "results.parquet")
    )
    with pytest.raises(InputError, match="holds no batch; give the folder that orm-sim batch wrote"):
        open_batch(tmp_path)
    manifest = json.loads((ended.folder / "manifest.json").read_text())
    (tmp_path / "manifest.json").write_text(json.dumps({**manifest, "status": "interrupted"}))
    with pytest.raises(InputError, match="is not complete; run orm-sim batch again"):
        open_batch(tmp_path)
    with pytest.raises(InputError, match="holds no finished run; run the study again"):
        orm_sim.open_run(tmp_path)


def test_a_batch_of_failures_is_a_page_with_a_sentence_and_a_table(tmp_path: Path) -> None:
    deals = tmp_path / "deals"
    deals.mkdir()
    for name in ("<b>one</b>", "two"):
        (deals / f"{name[0]}.yaml").write_text(f"name: '{name}'\nprogramme: {{moths: 6}}\n")
    done = batch(deals, workers=1, out=tmp_path / "out")
    assert done.batch is None and len(done.failed) == 2
    read = open_batch(done.folder)
    assert not read.runs and not read.pictures() and read.by_grade() is None and read.folders() is None
    given = {"out_dir": str(done.folder)}
    rendered = render(ROOT / "notebooks" / "study_report.ipynb", tmp_path / "page", given)
    page = rendered.html.read_text()
    assert "No scenario ran, so there is nothing to rank." in page and "Traceback" not in page
    assert "<td>&lt;b&gt;one&lt;/b&gt;</td>" in page and page.count("Did you mean 'months'?") >= 2


def test_a_notebook_tells_an_input_error_in_a_sentence(tmp_path: Path) -> None:
    given = {"out_dir": str(tmp_path)}
    with pytest.raises(RenderError, match="holds no finished run; run the study again to finish it"):
        render(ROOT / "notebooks" / "scenario_report.ipynb", tmp_path / "page", given)
    kept = json.loads((tmp_path / "page" / "scenario_report.failed.ipynb").read_text())
    (shown,) = [o for cell in kept["cells"] for o in cell.get("outputs", []) if o["output_type"] == "error"]
    assert len(shown["traceback"]) == 3 and "holds no finished run" in shown["traceback"][1]


def started(deals: Path, out: Path) -> subprocess.Popen[str]:
    command = [sys.executable, "-m", "tests.cli.small", str(deals), str(out)]
    return subprocess.Popen(command, cwd=ROOT, start_new_session=True, text=True, stdout=subprocess.PIPE,
                            stderr=subprocess.PIPE, preexec_fn=heed_ctrl_c)  # fmt: skip


def wait_for_blocks(out: Path, least: int) -> None:
    until = time.monotonic() + 240
    while len(list(out.glob("*/parts/block-*.json"))) < least:
        assert time.monotonic() < until, "no blocks appeared"
        time.sleep(0.01)


def workers_of(program: subprocess.Popen[str]) -> list[psutil.Process]:
    """The processes that hold scenarios, forked from the server that the program has started."""
    found = psutil.Process(program.pid).children(recursive=True)
    return [each for each in found if each.ppid() != program.pid]


@pytest.mark.row("R191")
def test_killed_workers_interrupts_a_second_batch_and_a_killed_batch_lose_nothing(tmp_path: Path) -> None:
    deals, out = tmp_path / "deals", tmp_path / "out"
    scenario(deals, "a", replications=24)
    scenario(deals, "b", "per_minute_and_hour", replications=24)
    program = started(deals, out)
    wait_for_blocks(out, 1)
    with pytest.raises(InputError, match=f"another run is at work in this folder .process {program.pid}"):
        batch(deals, out=out, report=False)
    workers_of(program)[0].kill()
    wait_for_blocks(out, 2)
    crew = psutil.Process(program.pid).children(recursive=True)
    for _ in range(2):  # as a terminal does, twice: parent and workers alike
        os.killpg(program.pid, signal.SIGINT)
        time.sleep(0.02)
    _, told = program.communicate(timeout=60)
    assert program.returncode == 130, told
    assert "Run the same command again" in told and "Traceback" not in told
    assert psutil.wait_procs(crew, timeout=10)[1] == []
    with pytest.raises(InputError, match="is not complete; run orm-sim batch again"):
        open_batch(next(out.glob("batch_deals-*")))
    kept = len(list(out.glob("*/parts/block-*.json")))
    program = started(deals, out)
    wait_for_blocks(out, kept + 2)
    program.kill()
    program.communicate(timeout=30)
    mended = batch(deals, workers=2, out=out, report=False)
    assert contents(mended) == contents(batch(deals, workers=1, out=tmp_path / "undisturbed", report=False))


def test_a_study_gives_one_item_for_each_option(tmp_path: Path) -> None:
    study = tmp_path / "which.yaml"
    base = scenario(tmp_path / "base", "base")
    study.write_text(
        f"study: which\ntitle: Which?\nbase: {base}\nzero: home\noptions:\n"
        "  home: {title: At home, set: {contract: null}}\n  out: {title: Out}\n"
        "  dear: {title: Dear, set: {client: {transition_cost: 2000000}}}\n"
    )
    done = batch(study, workers=1, out=tmp_path / "out", report=False)
    assert [each["option"] for each in done.items] == ["out", "dear"] and done.batch is not None
    assert list(done.batch.tables["results"]["option"]) == ["in-house as is", "out", "dear"]
    assert done.batch.notes[-1] == "Left out: At home: is the line that the others are measured against."


@pytest.mark.parametrize(
    ("make", "said"),
    [
        (lambda f: None, "holds no scenario to run (*.yaml).  Write one with: orm-sim new NAME"),
        (lambda f: scenario(f / "inside", "a"), "Folders in it are not searched: "),
        (lambda f: [scenario(f, "a"), scenario(f, "a", file="b")], "is also the name of "),
        (lambda f: (f / "a.yaml").write_text("study: s\noptions: {}\n"), "run it with: orm-sim batch FILE"),
    ],
)
def test_folders_refused(make, said: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:  # type: ignore[no-untyped-def]
    deals = tmp_path / "deals"
    deals.mkdir()
    make(deals)
    monkeypatch.chdir(tmp_path)
    result = CliRunner().invoke(main, ["batch", "deals"])
    assert result.exit_code == 2 and "Traceback" not in result.output
    assert said in result.output and "Nothing was run." in result.output
    assert not (tmp_path / "outputs").exists()


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["nowhere"], "there is no such file"),
        (["one/a.yaml"], "is a scenario, not a folder or a study.  Use: orm-sim run"),
        (["one", "--out", "x{y}"], "must not hold the characters { or }"),
        (["one", "--workers", "0"], "must be 1 or more"),
        (["one", "--replications", "1"], "must be 2 or more"),
        (["one", "--seed", "-3"], "must be 0 or more"),
        (["one", "--out", "one/a.yaml"], "is a file, not a folder"),
        (["one", "--set", "vendor"], "must be written path=value"),
    ],
)
def test_settings_refused(
    arguments: list[str], said: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    scenario(tmp_path / "one", "a")
    monkeypatch.chdir(tmp_path)
    result = CliRunner().invoke(main, ["batch", *arguments])
    assert result.exit_code == 2 and "Traceback" not in result.output
    assert said in result.output
    assert sorted(path.name for path in tmp_path.iterdir()) == ["one"]


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("name: !!python/object/apply:os.system ['touch x']\n", "YAML tags are not used here"),
        ("a: " + "[" * 3000 + "\n", "is nested more than 50 deep"),
        ("a: &a [1]\nb: *a\n", "anchors and aliases are not used here"),
        ("name: x\nname: y\n", "given twice"),
        ("programme: {__import__('os').abort(): 1}\n", "unknown key"),
    ],
)
def test_hostile_files_fail_alone_with_a_sentence(
    text: str, said: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "one").mkdir()
    (tmp_path / "one" / "a.yaml").write_text(text)
    monkeypatch.chdir(tmp_path)
    result = CliRunner().invoke(main, ["batch", "one", "--no-report", "--workers", "1"])
    assert result.exit_code == 1 and "FAILED  a (a.yaml)" in result.output
    assert said in result.output and "The evidence lies in" in result.output
    assert sorted(path.name for path in tmp_path.iterdir()) == ["one", "outputs"]
    assert list(tmp_path.glob("outputs/batch_one-*/errors/001-a.txt"))


def test_a_file_that_cannot_be_opened_fails_by_itself(tmp_path: Path) -> None:
    scenario(tmp_path, "good")
    (tmp_path / "gone.yaml").symlink_to("nowhere.yaml")
    os.mkfifo(tmp_path / "pipe.yaml")
    found = find(tmp_path)
    assert [item.name for item in found.items] == ["gone", "good", "pipe"]
    assert not {"gone.yaml", "pipe.yaml"} & {file.name for file in found.files}
    task = LiveOne(found.items, Settings(tmp_path / "out", 2, 1, "kernel", (), False))
    for index, said in ((0, "It is a link to a file that is not there"), (2, "is not a regular file")):
        ended = task(Turn(index, found.items[index].name))
        assert said in ended["error"]["message"] and "Nothing was run" not in ended["error"]["message"]
