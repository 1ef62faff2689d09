"""`orm-sim dashboard` before it serves: what it refuses in a sentence, and what it would serve."""

from __future__ import annotations

import json
import socket
import sys
from pathlib import Path

import nbformat
import pytest
from click.testing import CliRunner

from orm_sim.cli import main
from orm_sim.cli.dashboard import HOST, IDLE_S, _open, free_port, settings, write_page
from orm_sim.core.errors import InputError

NOTEBOOK = Path(__file__).resolve().parents[2] / "notebooks" / "executive_explorer.ipynb"
STUDY = "scenarios/studies/which_contract.yaml"


def refused(*arguments: str) -> str:
    """What the command says as it stops with status 2."""
    ended = CliRunner().invoke(main, ["dashboard", *arguments, "--no-browser"])
    assert ended.exit_code == 2, ended.output
    assert "Traceback" not in ended.output
    return ended.output


def test_a_port_in_use_is_a_sentence() -> None:
    with socket.socket() as taken:
        taken.bind((HOST, 0))
        taken.listen()
        port = taken.getsockname()[1]
        said = refused(STUDY, "--port", str(port))
    assert "cannot be listened on: address already in use" in said and "leave --port out" in said


@pytest.mark.parametrize("port", ["0", "-4", "70000"])
def test_a_number_that_is_no_port(port: str) -> None:
    assert "must be 1 to 65535" in refused(STUDY, "--port", port)


def test_any_free_port_is_found() -> None:
    assert 1024 < free_port(None) <= 65535


def test_studies_it_cannot_show() -> None:
    assert "no option with a contract" in refused("scenarios/bank.yaml")
    assert "not_there.yaml" in refused("scenarios/studies/not_there.yaml")


def test_no_browser_is_a_sentence(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.delenv("DISPLAY", raising=False)
    monkeypatch.setattr(sys, "platform", "linux")
    _open("http://127.0.0.1:1/")
    assert "No browser was found here: open the address above" in capsys.readouterr().err


def test_it_is_for_this_machine_behind_a_token(tmp_path: Path) -> None:
    found = settings(tmp_path / "page.ipynb", 8888, "secret", False)
    assert (found.Voila.ip, found.Voila.token, found.Voila.port_retries) == ("127.0.0.1", "secret", 0)
    assert found.Voila.tornado_settings["allow_remote_access"] is False
    assert found.VoilaConfiguration.preheat_kernel is True
    assert (
        found.MappingKernelManager.cull_idle_timeout == IDLE_S and found.MappingKernelManager.cull_connected
    )


def test_the_page_takes_its_parameters_as_text(tmp_path: Path) -> None:
    """A path that tries to be code stays a string."""
    evil = "x.yaml'); import os; os.abort(); ('"
    page = write_page(NOTEBOOK, tmp_path, {"study": evil, "out_dir": "runs"})
    (cell,) = [
        c for c in nbformat.read(str(page), as_version=4).cells if "parameters" in c.metadata.get("tags", [])
    ]
    names: dict[str, str] = {}
    exec(cell.source, names)  # noqa: S102 - the cell as it was written
    assert names["study"] == evil and names["out_dir"] == "runs"
    spec = json.loads((tmp_path / "kernels" / "python3" / "kernel.json").read_text())
    assert "--IPKernelApp.log_level=40" in spec["argv"] and spec["argv"][0] == sys.executable


def test_parameters_that_the_notebook_does_not_take(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="takes no such parameter"):
        write_page(NOTEBOOK, tmp_path, {"studies": "x"})
