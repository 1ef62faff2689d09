"""The page's widgets: moves reach the dashboard once, and what comes from files runs nothing."""

from __future__ import annotations

import base64
import re
from dataclasses import replace
from pathlib import Path

import ipywidgets as widgets
import pytest

from orm_sim.report.dashboard import Dashboard, words
from orm_sim.report.dashboard.view import Explorer
from orm_sim.report.html import active_content
from tests.report.dashboard import small
from tests.report.dashboard.small import HOSTILE


@pytest.fixture(scope="module")
def explorer(tmp_path_factory: pytest.TempPathFactory) -> Explorer:
    """A study whose every name tries to get out of the text it belongs in."""
    study = small.study(("in_house", "per_minute"), in_house=f"{HOSTILE}=1+1", per_minute=f"\"'>{HOSTILE}")
    vendor = study.options["per_minute"].vendor.model_copy(update={"name": HOSTILE})
    study.options["per_minute"] = study.options["per_minute"].model_copy(
        update={"vendor": vendor, "title": HOSTILE}
    )
    return Explorer(Dashboard(replace(study, title=HOSTILE), tmp_path_factory.mktemp("runs"), workers=1))


def texts(explorer: Explorer) -> list[str]:
    """Everything the page hands to the browser as HTML."""
    found, waiting = [], [explorer.widget]
    while waiting:
        each = waiting.pop()
        waiting += getattr(each, "children", ())
        found += [each.value] if isinstance(each, widgets.HTML) and each.value else []
    return found


def test_script_in_names_is_inert(explorer: Explorer) -> None:
    explorer.knobs["price"].bar.value = 55.0  # far enough for warnings
    told = texts(explorer)
    assert any("&lt;script&gt;" in text for text in told)
    assert [active_content(text) for text in told if active_content(text)] == []
    explorer.knobs["price"].bar.value = 100.0


def test_pictures_are_images_with_words_and_hold_no_script(explorer: Explorer) -> None:
    for picture in explorer.pictures.values():
        assert re.search(r'alt="[^"]{20,}"', picture.value)
        (coded,) = re.findall(r"base64,([A-Za-z0-9+/=]+)", picture.value)
        drawn = base64.b64decode(coded).decode("utf-8")
        assert "<script" not in drawn and "onerror=alert(1)>" not in drawn.replace("&gt;", "")
        assert not re.search(r'(href|src)="(?!#)', drawn)


def test_slider_and_box_move_together_and_tell_once(explorer: Explorer) -> None:
    knob, serial = explorer.knobs["wage"], explorer._serial
    knob.box.value = 4.0
    assert knob.bar.value == 4.0 and explorer.dashboard.settings.wage == 4.0
    assert explorer._serial == serial + 1
    knob.bar.value = 3.5
    assert knob.box.value == 3.5 and explorer._serial == serial + 2
    explorer.reset.click()
    assert knob.box.value == pytest.approx(3.3) and explorer.dashboard.moved() == []


def test_every_control_has_a_name(explorer: Explorer) -> None:
    for name, knob in explorer.knobs.items():
        assert knob.box.description and knob.bar.tooltip == knob.box.description, name
    assert explorer.deal.description and explorer.option.description and explorer.replications.description


def test_a_slider_that_cannot_move_says_why(explorer: Explorer) -> None:
    assert words.why_not("no <b>") == '<span class="orm-why">no &lt;b&gt;</span>' and words.why_not("") == ""


def test_run_buttons_follow_the_run(explorer: Explorer) -> None:
    """Begun, told of, finished: the page shows the run; refused, it says why."""
    explorer.replications.value = 2
    explorer.go.click()
    assert explorer.go.disabled and not explorer.stop.disabled
    explorer.dashboard.runner.wait(240.0)
    assert explorer.dashboard.progress.state == "done", explorer.dashboard.progress
    assert explorer.kind.value == "run" and "SIMULATED" in explorer.label.value
    assert not explorer.go.disabled and explorer.stop.disabled
    explorer.knobs["price"].bar.value = 110.0
    assert explorer.kind.value == "estimate" and "press Run it" in explorer.banner.value
    explorer.kind.value = "run"
    assert (
        "The picture shows price 100 % of what is asked; the sliders say price 110" in explorer.banner.value
    )
    assert active_content(explorer.banner.value) == []
    explorer.reset.click()


def test_a_run_that_is_not_begun_says_why(explorer: Explorer, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(explorer.dashboard, "run", lambda _: "Because.")
    explorer.go.click()
    assert "Because." in explorer.told.value


def test_its_parts_are_files_of_the_package() -> None:
    here = Path(words.__file__).parent
    assert (here / "view.css").is_file() and "aria-label" in (here / "view.js").read_text(encoding="utf-8")
