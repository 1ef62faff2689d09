"""The explorer in JupyterLab: the same notebook, opened, run and moved, every request from outside stopped."""

from __future__ import annotations

import re
import shutil
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from tests.cli.explorer.browser import tab
from tests.cli.explorer.served import ROOT, started

NOTEBOOK = ROOT / "notebooks" / "executive_explorer.ipynb"
SHOTS = ROOT / "outputs" / "explorer_pages"
READY = "document.querySelectorAll('img.orm-picture').length === 4 && !document.querySelector('.orm-stale')"


@pytest.mark.browser
def test_the_notebook_runs_in_jupyterlab(tmp_path: Path) -> None:
    work = tmp_path / "work"
    work.mkdir()
    shutil.copytree(ROOT / "scenarios", work / "scenarios")
    shutil.copy(NOTEBOOK, work)
    command = [
        sys.executable, "-m", "jupyter", "lab", "--no-browser", "--allow-root", "--ServerApp.ip=127.0.0.1",
        "--ServerApp.port=0", "--LabApp.extension_manager=readonly", "--LabApp.news_url=None",
        f"--ServerApp.root_dir={work}", "--LabApp.check_for_updates_class=jupyterlab.NeverCheckForUpdate",
    ]  # fmt: skip
    process, text = started(command, r"http://127\.0\.0\.1:\d+/lab\?token=\w+", tmp_path)
    try:
        (port, token) = re.findall(r"http://127\.0\.0\.1:(\d+)/lab\?token=(\w+)", text)[0]
        with tab(tmp_path / "profile") as found:
            page = found.page
            page.goto(f"http://127.0.0.1:{port}/lab/tree/executive_explorer.ipynb?token={token}")
            page.wait_for_selector(".jp-Notebook", timeout=60_000)
            idle = "document.querySelector('#jp-main-statusbar').innerText.includes('Idle')"
            page.wait_for_function(idle, timeout=60_000)  # cells that are run before that are not run at all
            page.get_by_text("Run", exact=True).first.click()
            page.get_by_text("Run All Cells", exact=True).click()
            page.wait_for_function(READY, timeout=240_000)
            handle = page.locator(".orm-slider .noUi-handle").first
            before = page.evaluate("document.querySelector('img.orm-picture').dataset.serial")
            handle.focus()
            page.keyboard.press("ArrowRight")
            page.wait_for_function(
                f"document.querySelector('img.orm-picture').dataset.serial !== '{before}'", timeout=30_000
            )
            page.wait_for_function(READY, timeout=60_000)
            SHOTS.mkdir(parents=True, exist_ok=True)
            page.screenshot(path=SHOTS / "5_lab.png")
    finally:
        process.send_signal(signal.SIGTERM)
        try:
            process.wait(20.0)
        except subprocess.TimeoutExpired:
            process.kill()
