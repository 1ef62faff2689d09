"""A browser for the tests: Debian's Chromium, every request that leaves this machine stopped and noted."""

from __future__ import annotations

import os
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from urllib.parse import urlparse

import pytest
from playwright.sync_api import Page, Route, sync_playwright

MISSING = (
    "No Chromium was found, and the page is not tested without one. Install it:  sudo apt-get install chromium."
    "  To leave the browser out:  pytest -m 'not browser'"
)
ARGUMENTS = (
    "--no-sandbox", "--disable-gpu", "--disable-background-networking", "--disable-component-update", "--disable-sync",
    "--disable-extensions", "--no-first-run",
)  # fmt: skip
LOCAL = ("127.0.0.1", "localhost")


@dataclass
class Tab:
    """A page, and what it asked for beyond this machine."""

    page: Page
    outside: list[str] = field(default_factory=list)
    errors: list[str] = field(default_factory=list)


def chromium() -> str:
    """The browser's path; the test fails with a sentence where there is none."""
    found = shutil.which("chromium") or shutil.which("chromium-browser")
    if found is None:
        pytest.fail(MISSING)
    return found


@contextmanager
def tab(folder: Path, width: int = 1440, height: int = 1000) -> Iterator[Tab]:
    """A browser with a profile of its own and one page open."""
    path = chromium()
    with sync_playwright() as playwright:
        context = playwright.chromium.launch_persistent_context(
            str(folder), executable_path=path, args=list(ARGUMENTS), viewport={"width": width, "height": height},
            env={**os.environ, "HOME": str(folder)},
        )  # fmt: skip
        opened = Tab(context.pages[0])

        def local_only(route: Route) -> None:
            address = urlparse(route.request.url)
            if address.scheme in ("data", "blob") or address.hostname in LOCAL:
                route.continue_()
            else:
                opened.outside.append(route.request.url)
                route.abort()

        context.route("**/*", local_only)
        opened.page.on("pageerror", lambda error: opened.errors.append(str(error)))
        yield opened
        context.close()
