"""The explorer's page in a real browser and its server: how fast, how accessible, how closed, and a run from it."""

from __future__ import annotations

import http.client
import re
import statistics
import time
from collections.abc import Iterator
from pathlib import Path

import pytest
from axe_playwright_python.sync_playwright import Axe

from tests.cli.explorer.browser import Tab, tab
from tests.cli.explorer.served import ROOT, Served, explorer

SHOTS = ROOT / "outputs" / "explorer_pages"
MOVES = 12
TITLES = ("Volume", "Wage", "Price", "At risk")
HANGS_S = 60.0
"""What takes longer hangs; how soon the page answers is measured by `tests/benchmarks/explorer.py`."""
KERNEL = "/api/kernels/00000000-0000-4000-8000-000000000000"
READY = "document.querySelectorAll('img.orm-picture').length === 4 && !document.querySelector('.orm-stale')"
WATCH = """() => new Promise((done) => {
  const now = () => document.querySelector('img.orm-picture');
  const before = now().dataset.serial, begun = performance.now();
  const look = () => {
    const picture = now();
    if (picture && picture.dataset.serial !== before && picture.complete) done(performance.now() - begun);
    else requestAnimationFrame(look);
  };
  requestAnimationFrame(look);
})"""


@pytest.fixture(scope="module")
def served(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Served]:
    with explorer(tmp_path_factory.mktemp("server")) as found:
        yield found


@pytest.fixture(scope="module")
def opened(served: Served, tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Tab, float]]:
    """The page in a browser, and the seconds until its first answer."""
    with tab(tmp_path_factory.mktemp("profile")) as found:
        begun = time.perf_counter()
        found.page.goto(served.address)
        found.page.wait_for_selector("img.orm-picture", timeout=60_000)
        yield found, time.perf_counter() - begun


def settled(found: Tab) -> None:
    found.page.wait_for_function(READY, timeout=60_000)


def moved(found: Tab, title: str, key: str = "ArrowRight") -> float:
    """A slider moved by a key; milliseconds until the picture has answered."""
    handle = found.page.get_by_role("slider", name=title)
    handle.focus()
    found.page.evaluate(
        f"() => {{ window.answered = ({WATCH})(); }}"
    )  # a promise handed back would be waited for
    found.page.keyboard.press(key)
    took = float(found.page.evaluate("window.answered"))
    settled(found)
    return took


def noted(what: str, figure: str) -> None:
    """A figure that was measured, kept beside the pictures."""
    SHOTS.mkdir(parents=True, exist_ok=True)
    with (SHOTS / "measured.txt").open("a", encoding="utf-8") as out:
        out.write(f"{what}: {figure}\n")


def shot(found: Tab, name: str) -> None:
    SHOTS.mkdir(parents=True, exist_ok=True)
    found.page.set_viewport_size({"width": 1440, "height": 3100})
    settled(found)
    found.page.screenshot(path=SHOTS / f"{name}.png")
    found.page.set_viewport_size({"width": 1440, "height": 1000})


# -- in the browser ------------------------------------------------------------------------------------------------


@pytest.mark.browser
def test_the_first_answer_comes(opened: tuple[Tab, float]) -> None:
    found, took = opened
    noted("first answer", f"{took:.2f} s")
    assert took < HANGS_S
    settled(found)
    assert found.page.get_by_role("slider").count() == 8
    assert "ESTIMATE" in found.page.inner_text(".orm-label")
    assert found.outside == [] and found.errors == []
    shot(found, "1_estimate")


@pytest.mark.browser
def test_every_move_is_answered_by_a_new_picture(opened: tuple[Tab, float]) -> None:
    """Twelve moves over four sliders."""
    found, _ = opened
    settled(found)
    times = [moved(found, TITLES[i % 4]) for i in range(MOVES)]
    noted(f"median of {MOVES} moves", f"{statistics.median(times):.0f} ms")
    assert max(times) < HANGS_S * 1e3


@pytest.mark.browser
@pytest.mark.row("R058")
def test_a_run_is_begun_cancelled_and_lived_to_its_end(opened: tuple[Tab, float]) -> None:
    """Sliders answer beside the run; the banner tells when picture and sliders differ."""
    found, _ = opened
    page = found.page
    page.get_by_role("button", name="As written").click()
    page.get_by_label("Replications").fill("4")
    page.get_by_label("Replications").press("Tab")
    page.get_by_role("button", name="Run it").click()
    page.wait_for_function(
        "document.querySelector('.orm-left').innerText.includes('Solving')", timeout=30_000
    )
    assert moved(found, "Price") > 0.0
    page.get_by_role("button", name="Cancel").click()
    page.wait_for_function(
        "document.querySelector('.orm-left').innerText.includes('Cancelled')", timeout=120_000
    )
    page.get_by_role("button", name="Run it").click()
    page.wait_for_function(
        "document.querySelector('.orm-label').innerText.includes('SIMULATED')", timeout=240_000
    )
    settled(found)
    assert page.locator(".orm-banner").count() == 0
    shot(found, "2_run")
    moved(found, "Wage")
    page.get_by_role("button", name="Last run").click()
    page.wait_for_function(
        "document.querySelector('.orm-label').innerText.includes('SIMULATED')", timeout=30_000
    )
    settled(found)
    banner = page.inner_text(".orm-banner")
    assert "The picture shows wage $3.30 an hour; the sliders say wage $3.35 an hour: press Run it." in banner
    shot(found, "3_banner")


@pytest.mark.browser
def test_a_corner_without_a_deal_is_a_sentence(opened: tuple[Tab, float]) -> None:
    found, _ = opened
    found.page.get_by_role("button", name="As written").click()
    settled(found)
    moved(found, "Price", "Home")
    said = found.page.inner_text(".orm-right").replace("\xa0", " ")
    assert "No vendor signs" in said or "the vendor fails in" in said, said[:600]
    assert found.errors == []
    shot(found, "4_corner")


@pytest.mark.browser
def test_nothing_serious_stands_in_the_way_of_a_reader(opened: tuple[Tab, float]) -> None:
    found, _ = opened
    settled(found)
    response = Axe().run(found.page).response
    wrong = [
        f"{each['impact']}: {each['id']}: {each['nodes'][0]['html'][:200]}"
        for each in response["violations"]
        if each["impact"] in ("serious", "critical")
    ]
    assert wrong == []


# -- the server ----------------------------------------------------------------------------------------------------


def asked(served: Served, path: str, **headers: str) -> tuple[int, str]:
    """Status and place of redirection of a plain request."""
    status, place, _, _ = answered(served, path, **headers)
    return status, place


def answered(served: Served, path: str, **headers: str) -> tuple[int, str, str, str]:
    """Status, place of redirection, cookies and text of a plain request; what becomes a websocket has no text."""
    line = http.client.HTTPConnection("127.0.0.1", served.port, timeout=60)
    line.request("GET", path, headers={name.replace("_", "-"): value for name, value in headers.items()})
    answer = line.getresponse()
    text = "" if answer.status == 101 else answer.read().decode("utf-8", "replace")
    cookies = "; ".join(each.split(";")[0] for each in answer.headers.get_all("Set-Cookie", []))
    line.close()
    return answer.status, answer.getheader("Location") or "", cookies, text


@pytest.fixture(scope="module")
def entered(served: Served) -> tuple[str, str]:
    """A reader who has come in with the token: the name of the process behind the page, and the cookies."""
    status, _, cookies, text = answered(served, f"/?token={served.token}")
    found = re.search(r'"kernelId": *"([0-9a-f-]{36})"', text)
    assert status == 200 and found is not None
    return found[1], cookies


def handshake(origin: str) -> dict[str, str]:
    """Headers that ask for a websocket."""
    return {
        "Connection": "Upgrade", "Upgrade": "websocket", "Sec_WebSocket_Version": "13",
        "Sec_WebSocket_Key": "dGhlIHNhbXBsZSBub25jZQ==", "Origin": origin,
    }  # fmt: skip


@pytest.mark.parametrize("query", ["", "?token=", "?token=wrong"])
def test_without_the_token_nobody_comes_in(served: Served, query: str) -> None:
    status, place = asked(served, f"/{query}")
    assert status == 302 and place.startswith("/login")
    assert asked(served, f"{KERNEL}{query}")[0] == 403
    assert (
        asked(served, f"{KERNEL}/channels{query}", **handshake(f"http://127.0.0.1:{served.port}"))[0] == 403
    )


def test_a_foreign_host_is_refused_whatever_it_knows(served: Served) -> None:
    """What a page elsewhere reaches by having its own name lead here."""
    path = f"/?token={served.token}"
    assert asked(served, path, Host="evil.example")[0] == 403
    assert asked(served, f"{KERNEL}/channels?token={served.token}", Host="evil.example")[0] == 403


def test_a_foreign_origin_is_refused_on_the_websocket_too(served: Served, entered: tuple[str, str]) -> None:
    """With the cookie that a browser sends along for any page, and with the token itself; the page's own gets in."""
    kernel, cookies = entered
    path, own = f"/api/kernels/{kernel}/channels", f"http://127.0.0.1:{served.port}"
    assert asked(served, path, Cookie=cookies, **handshake(own))[0] == 101
    for origin in ("http://evil.example", "http://127.0.0.1:1", "null"):
        assert asked(served, path, Cookie=cookies, **handshake(origin))[0] == 403, origin
        assert asked(served, f"{path}?token={served.token}", **handshake(origin))[0] == 403, origin
    assert asked(served, f"/api/kernels/{kernel}", Cookie=cookies, Origin="http://evil.example")[0] in (
        403,
        404,
    )


def test_what_needs_no_token_elsewhere_is_not_served_here(served: Served) -> None:
    """Voilà hands out a request's address, token and all, to whoever knows a kernel's name."""
    path = KERNEL.replace("/api/kernels/", "/voila/query/")
    assert asked(served, path, **handshake(f"http://127.0.0.1:{served.port}"))[0] in (302, 403, 404)
    assert asked(served, "/voila/files/executive_explorer.ipynb")[0] in (302, 403, 404)


def test_it_listens_on_this_machine_alone(served: Served) -> None:
    """The socket is bound to 127.0.0.1: no other address of this machine answers."""
    table = Path("/proc/net/tcp")
    rows = [line.split()[1] for line in table.read_text().splitlines()[1:] if line.split()[3] == "0A"]
    assert [each.split(":")[0] for each in rows if int(each.split(":")[1], 16) == served.port] == ["0100007F"]


def test_its_policy_lets_nothing_in_from_outside(served: Served) -> None:
    line = http.client.HTTPConnection("127.0.0.1", served.port, timeout=20)
    line.request("GET", "/login")
    answer = line.getresponse()
    answer.read()
    policy = answer.getheader("Content-Security-Policy") or ""
    line.close()
    assert (
        "default-src 'self'" in policy
        and "frame-ancestors 'none'" in policy
        and "http:" not in policy.replace("http://127", "")
    )
