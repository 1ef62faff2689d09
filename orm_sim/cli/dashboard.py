"""`orm-sim dashboard`: the executive explorer as a page of its own, on this machine alone, behind a token."""

from __future__ import annotations

import asyncio
import json
import logging
import os
import secrets
import socket
import sys
import tempfile
import webbrowser
from pathlib import Path
from typing import Any, Final

import click
import nbformat
from jupyter_client.kernelspec import KernelSpecManager
from traitlets import default
from traitlets.config import Config
from voila.app import Voila
from voila.request_info_handler import RequestInfoSocketHandler
from voila.voila_identity_provider import VoilaIdentityProvider

from orm_sim.core.errors import InputError, Place, Problem
from orm_sim.core.files import writable_folder
from orm_sim.report.render import accepted_parameters
from orm_sim.scenario.load import as_study, is_study, load_scenario, load_study

HOST: Final = "127.0.0.1"
NOTEBOOK: Final = Path("notebooks") / "executive_explorer.ipynb"
IDLE_S: Final = 3600
"""Seconds after which a process that nobody uses is ended."""
_EVERY_S: Final = 0.25
_POLICY: Final = "; ".join(
    (
        "default-src 'self'",
        "script-src 'self' 'unsafe-inline' 'unsafe-eval'",  # what the page's own frame needs to start
        "style-src 'self' 'unsafe-inline'",
        "img-src 'self' data: blob:",
        "font-src 'self' data:",
        "connect-src 'self' ws://127.0.0.1:* ws://localhost:*",
        "object-src 'none'",
        "base-uri 'self'",
        "frame-ancestors 'none'",
    )
)


class OwnKernel(KernelSpecManager):
    """Knows one kernel: this interpreter, as `write_page` has written it down."""

    ensure_native_kernel = False

    @default("kernel_dirs")
    def _beside_the_page(self) -> list[str]:
        served: Any = self.parent
        return [str(Path(served.root_dir) / "kernels")]


class Wary(VoilaIdentityProvider):  # type: ignore[misc]
    """Asks for the token, and looks at where a request comes from even when it brings one."""

    def should_check_origin(self, handler: Any) -> bool:
        """Always."""
        return True


class Page(Voila):  # type: ignore[misc] # says nothing of its types
    """Voilà for one notebook and this machine: what needs no token by itself is not served."""

    def init_handlers(self) -> list[Any]:
        """The handlers, without the one that hands out a request's address unasked."""
        return [each for each in super().init_handlers() if each[1] is not RequestInfoSocketHandler]

    def listen(self) -> None:
        """Listen; say where once the first answer has been worked out."""
        self._look_again()
        super().listen()

    def _look_again(self) -> None:
        asyncio.get_event_loop().call_later(_EVERY_S, self._say_when_warm)

    def _say_when_warm(self) -> None:
        pools = [task for pool in self.kernel_manager._pools.values() for task in pool]
        warm = bool(pools) and all(task.done() and task.result()["task"].done() for task in pools)
        if not warm:
            self._look_again()
            return
        address = f"http://{HOST}:{self.port}/?token={self.token}"
        click.echo(f"The explorer is open at\n  {address}\nStop it with Ctrl-C.")
        if self.config.OrmSim.browser:
            _open(address)


def serve(study: Path, port: int | None, *, browser: bool = True, out: Path | None = None) -> None:
    """Serve the explorer of a study until Ctrl-C.

    Parameters
    ----------
    study
        Study or scenario file.
    port
        Port on 127.0.0.1; any free one by default.
    browser
        Whether to open a browser once the page is warm.
    out
        Folder of runs.

    Raises
    ------
    InputError
        For a study that cannot be read or has no contract, a folder that cannot be written in, a port in use, or a
        notebook that is not there.
    """
    chosen = free_port(port)  # before the study is read, which takes seconds
    _check(study)
    writable_folder(out or Path("outputs"), place=Place("--out"))
    notebook = _notebook()
    with tempfile.TemporaryDirectory(prefix="orm_sim_dashboard_") as folder:
        given = {"study": str(study.resolve()), "out_dir": str((out or Path("outputs")).resolve())}
        page = write_page(notebook, Path(folder), given)
        click.echo("Opening the study: half a minute the first time ...", err=True)
        logging.getLogger("traitlets").setLevel(logging.ERROR)
        app = Page(config=settings(page, chosen, secrets.token_urlsafe(32), browser))
        app.initialize([str(page)])
        app.start()


def settings(page: Path, port: int, token: str, browser: bool) -> Config:
    """Settings of the server: this machine alone, a token, one process kept warm, idle ones ended."""
    c = Config()
    c.OrmSim.browser = browser
    c.Voila.ip, c.Voila.port, c.Voila.port_retries, c.Voila.token = HOST, port, 0, token
    c.Voila.open_browser, c.Voila.identity_provider_class = False, Wary
    c.Voila.log_level = logging.ERROR
    c.Voila.root_dir = str(page.parent)
    c.Voila.config_file_paths = [str(page.parent)]
    c.Voila.connection_dir_root = str(page.parent)
    c.Voila.tornado_settings = {
        "allow_remote_access": False,
        "local_hostnames": ["localhost"],
        "headers": {
            "Content-Security-Policy": _POLICY,
            "Referrer-Policy": "no-referrer",
            "X-Content-Type-Options": "nosniff",
        },
    }
    c.VoilaConfiguration.preheat_kernel = True
    c.VoilaConfiguration.default_pool_size = 1
    c.VoilaConfiguration.show_tracebacks = False
    c.VoilaConfiguration.file_allowlist = []
    c.VoilaConfiguration.extension_denylist = ["@voila-dashboards/jupyterlab-preview"]
    c.VoilaConfiguration.kernel_spec_manager_class = OwnKernel
    c.MappingKernelManager.cull_idle_timeout = IDLE_S
    c.MappingKernelManager.cull_interval = 60
    c.MappingKernelManager.cull_connected = True
    return c


def write_page(notebook: Path, folder: Path, given: dict[str, str]) -> Path:
    """The notebook with its parameters, in a folder that holds nothing else, and the interpreter it runs in."""
    node = nbformat.read(str(notebook), as_version=4)
    known = accepted_parameters(node)
    unknown = [name for name in given if name not in known]
    if unknown:
        raise InputError(
            Problem(Place(str(notebook)), unknown[0], rule="the notebook takes no such parameter")
        )
    for cell in node.cells:
        if "parameters" in cell.metadata.get("tags", []):
            cell.source = "\n".join(f"{name} = {given.get(name, value)!r}" for name, value in known.items())
    page = folder / notebook.name
    nbformat.write(node, str(page))
    kernel = folder / "kernels" / "python3"
    kernel.mkdir(parents=True)
    started = [
        sys.executable,
        "-m",
        "ipykernel_launcher",
        "-f",
        "{connection_file}",
        "--IPKernelApp.log_level=40",
    ]
    here = os.pathsep.join(
        filter(None, (str(Path(__file__).resolve().parents[2]), os.environ.get("PYTHONPATH")))
    )
    spec = {"argv": started, "display_name": "Python 3", "language": "python", "env": {"PYTHONPATH": here}}
    (kernel / "kernel.json").write_text(json.dumps(spec), encoding="utf-8")
    return page


def free_port(port: int | None) -> int:
    """A port of this machine that nobody listens on: the one asked for, or any.

    Raises
    ------
    InputError
        When it is in use or may not be used.
    """
    if port is not None and not 1 <= port <= 65535:
        raise InputError(Problem(Place("--port"), "", str(port), "must be 1 to 65535"))
    with socket.socket() as probe:
        try:
            probe.bind((HOST, port or 0))
        except OSError as error:
            rule = f"cannot be listened on: {(error.strerror or 'it is in use').lower()}"
            hint = "Choose another port, or leave --port out to have a free one chosen"
            raise InputError(Problem(Place("--port"), "", str(port), rule, hint)) from None
        return int(probe.getsockname()[1])


def _check(study: Path) -> None:
    """Refuse, before anything is started, what the page could only fail on."""
    loaded = load_study(study) if is_study(study) else as_study(load_scenario(study), study, {})
    if all(each.contract is None for each in loaded.options.values()):
        rule = "has no option with a contract, so the sliders have nothing to shape"
        raise InputError(Problem(Place(str(study), 1), "options", None, rule))


def _notebook() -> Path:
    """The explorer's notebook of the project one works in, else of the one the package lies in."""
    for root in (Path.cwd(), Path(__file__).resolve().parents[2]):
        if (root / NOTEBOOK).exists():
            return root / NOTEBOOK
    raise InputError(Problem(Place(str(NOTEBOOK)), rule="is not there: it belongs to the project's folder"))


def _open(address: str) -> None:
    """Open a browser, or say that there is none."""
    try:
        found = bool(os.environ.get("DISPLAY") or sys.platform != "linux") and webbrowser.open(address)
    except webbrowser.Error:
        found = False
    if not found:
        click.echo("No browser was found here: open the address above in one on this machine.", err=True)
