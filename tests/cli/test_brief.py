"""`orm-sim brief`: a page for each reader from a run's folder, and a sentence for what cannot be."""

import json
import shutil
import subprocess
from pathlib import Path

import pandas as pd
import pytest
from click.testing import CliRunner, Result

from orm_sim.cli import main
from tests.report import synthetic

LONG = "Inbound per minute with a floor and a cap, outbound baseline plus sliding commission, {}"
OPTIONS = {name: LONG.format(name) for name in synthetic.OPTIONS}


@pytest.fixture(scope="module")
def run_dir(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The folder of an invented run whose options have long names."""
    folder = tmp_path_factory.mktemp("runs") / "which-1234567890"
    (folder / "tables").mkdir(parents=True)
    targets = pd.DataFrame({"kpi": ["service_level"], "channel": ["inbound"], "value": [0.8]})
    for name, table in (synthetic.tables(12) | {"targets": targets}).items():
        table.to_parquet(folder / "tables" / f"{name}.parquet")
    part = {name: {"inbound": 5} for name in OPTIONS if not name.startswith("in_house")}
    card = {"name": "which", "title": "Which?", "zero": "in_house", "options": OPTIONS, "handed_over": part}
    manifest = {"status": "complete", "card": card, "notes": [], "seed": 7}
    (folder / "manifest.json").write_text(json.dumps(manifest))
    return folder


def _brief(*arguments: object) -> Result:
    return CliRunner().invoke(main, ["brief", *map(str, arguments)])


@pytest.mark.row("R191")
def test_a_page_for_each_reader(run_dir: Path, tmp_path: Path) -> None:
    told = _brief(run_dir)
    assert told.exit_code == 0 and (run_dir / "brief_executive.html").is_file()
    assert "Run which-1234567890, seed 7." in (run_dir / "brief_executive.html").read_text()
    out = tmp_path / "new" / "page.html"
    assert (
        _brief(run_dir, "--for", "analyst", "--every", "year", "--option", "per_hour", "--out", out).exit_code
        == 0
    )
    assert "year 3" in out.read_text() and "quarter" not in out.read_text()
    assert _brief(run_dir, "--for", "vendor", "--option", "per_hour", "--out", out).exit_code == 0
    page = out.read_text()
    assert OPTIONS["per_hour"] in page and OPTIONS["per_minute"] not in page and "seed" not in page


@pytest.mark.row("R191", "R192")
@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["--for", "board"], "is no audience"),
        (["--for", "analist"], "Did you mean 'analyst'?"),
        (["--for", "analyst", "--every", "week"], "nothing finer can be shown"),
        (["--for", "analyst", "--every", "fortnight"], "is no reporting frequency"),
        (["--every", "quarter"], "the executive's page shows no figures by period"),
        (["--option", "per_hours"], "the run has no such option.  Did you mean 'per_hour'?"),
        (["--for", "vendor"], "Name one of base_and_commission"),
        (["--for", "vendor", "--option", "in_house"], "has no vendor to write for"),
        (["--for", "analyst", "--tolerance", "lots"], "must be an amount above 0"),
        (["--tolerance", "1000=0.1"], "is shown to the analyst alone"),
        (["--out", "/proc/nowhere/page.html"], "/proc/nowhere"),
    ],
)
def test_what_cannot_be_is_a_sentence(run_dir: Path, arguments: list[str], said: str) -> None:
    before = sorted(run_dir.rglob("*"))
    result = _brief(run_dir, *arguments)
    assert result.exit_code == 2, result.output
    assert said in result.output and "Traceback" not in result.output
    assert sorted(run_dir.rglob("*")) == before


def test_a_folder_without_a_finished_run(run_dir: Path, tmp_path: Path) -> None:
    for folder in (tmp_path / "nowhere", tmp_path):
        result = _brief(folder)
        assert result.exit_code == 2 and "holds no finished run" in result.output
    half = tmp_path / "half"
    shutil.copytree(run_dir, half)
    manifest = json.loads((half / "manifest.json").read_text())
    (half / "manifest.json").write_text(json.dumps(manifest | {"status": "running"}))
    assert "holds no finished run" in _brief(half).output
    del manifest["card"]["handed_over"]
    (half / "manifest.json").write_text(json.dumps(manifest))
    told = _brief(half, "--for", "vendor", "--option", "per_hour")
    assert told.exit_code == 2 and "does not say which channels are the vendor's" in told.output
    (half / "tables" / "kpis.parquet").unlink()
    told = _brief(half, "--for", "analyst")
    assert told.exit_code == 2 and "kpis" in told.output and "Traceback" not in told.output


def test_out_is_a_folder(run_dir: Path, tmp_path: Path) -> None:
    told = _brief(run_dir, "--out", tmp_path)
    assert told.exit_code == 2 and "is a folder; name a file in it" in told.output


@pytest.mark.browser
@pytest.mark.row("R191")
def test_the_executives_version_is_one_page(run_dir: Path, tmp_path: Path) -> None:
    """Printed by Chromium on A4, with long names, the banner, five options and three of everything else."""
    browser = shutil.which("chromium") or shutil.which("chromium-browser")
    if browser is None:
        pytest.fail("No Chromium was found.  Install it, or leave the browser out:  pytest -m 'not browser'")
    page, printed = tmp_path / "page.html", tmp_path / "page.pdf"
    assert _brief(run_dir, "--out", page).exit_code == 0
    subprocess.run(
        [
            browser, "--headless", "--no-sandbox", "--disable-gpu", "--disable-background-networking", "--disable-sync",
            "--disable-component-update", f"--user-data-dir={tmp_path / 'profile'}", "--no-pdf-header-footer",
            f"--print-to-pdf={printed}", page.as_uri(),
        ],
        check=True, capture_output=True, timeout=120,
    )  # fmt: skip
    assert printed.read_bytes().replace(b"/Type /Pages", b"").count(b"/Type /Page") == 1
