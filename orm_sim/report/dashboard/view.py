"""The explorer's page: widgets that hand the reader's moves to a `Dashboard` and show what it says."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any, Final

import ipywidgets as widgets
from IPython.display import Javascript, display

from orm_sim.report.dashboard import words
from orm_sim.report.dashboard.dashboard import FEWEST, MOST, QUICK, Dashboard
from orm_sim.report.dashboard.settings import WORLD, Slider
from orm_sim.report.dashboard.shown import PICTURES, PictureName, Shown

_HERE: Final = Path(__file__).parent
_QUESTION: Final = (
    "Move a slider: the answer is estimated at once. Run it: the same terms are lived contact by contact."
)
_WHOLE: Final = widgets.Layout(width="100%")


class Knob:
    """A slider with its number box and, where it cannot be moved, the reason."""

    def __init__(self, slider: Slider, moved: Callable[[str, float], None]) -> None:
        self._slider, self._moved, self._quiet = slider, moved, False
        words_ = f"{slider.title}, {slider.unit}"
        limits = {"min": slider.low, "max": slider.high, "step": slider.step}
        self.box = widgets.BoundedFloatText(
            description=words_, layout=_WHOLE, style={"description_width": "230px"}, **limits
        )
        self.bar = widgets.FloatSlider(
            readout=False, continuous_update=False, tooltip=words_, layout=_WHOLE, **limits
        )
        self.bar.add_class("orm-slider")
        self.why = widgets.HTML()
        self.widget = widgets.VBox([self.box, self.bar, self.why])
        for each in (self.box, self.bar):
            each.observe(self._heard, names="value")

    def put(self, slider: Slider, value: float) -> None:
        """Show where it stands; nobody is told."""
        self._quiet, self._slider = True, slider
        self.box.value = self.bar.value = slider.shown(value)
        for each in (self.box, self.bar):
            each.disabled = bool(slider.why_not)
        self.why.value = words.why_not(slider.why_not)
        self.why.layout.display = "" if slider.why_not else "none"
        self._quiet = False

    def _heard(self, change: dict[str, Any]) -> None:
        if self._quiet:
            return
        self._quiet = True
        self.box.value = self.bar.value = change["new"]
        self._quiet = False
        self._moved(self._slider.name, self._slider.value(change["new"]))


class Explorer:
    """The page of a dashboard; see `Dashboard` for what it does.

    Parameters
    ----------
    dashboard : Dashboard

    Attributes
    ----------
    widget
        The whole page.
    """

    def __init__(self, dashboard: Dashboard) -> None:
        self.dashboard = dashboard
        self._serial = 0
        self._artist = ThreadPoolExecutor(1)
        self._loop = _loop()
        self._choosing = False
        self.knobs = {each.name: Knob(each, self._on_move) for each in dashboard.sliders}
        self.deal = widgets.Dropdown(
            options=[(title, name) for name, title in dashboard.deals.items()], description="Terms of",
            layout=_WHOLE, style={"description_width": "60px"},
        )  # fmt: skip
        self.reset = widgets.Button(
            description="As written", tooltip="Every slider back to what the study says"
        )
        self.replications = widgets.BoundedIntText(
            QUICK, min=FEWEST, max=MOST, description="Replications", layout=_WHOLE,
            style={"description_width": "100px"},
        )  # fmt: skip
        self.go = widgets.Button(
            description="Run it", style={"button_color": "#005A8D", "text_color": "white"}
        )
        self.stop = widgets.Button(description="Cancel", disabled=True)
        self.bar = widgets.IntProgress(min=0, max=1, layout=_WHOLE)
        self.told, self.label, self.banner, self.sentence, self.table = (widgets.HTML() for _ in range(5))
        self.told.add_class("orm-why")
        self.kind = widgets.ToggleButtons(
            options=[("Estimate", "estimate"), ("Last run", "run")], description="Show", disabled=True
        )
        self.option = widgets.Dropdown(description="Option", style={"description_width": "60px"},
                                       layout=widgets.Layout(width="520px"))  # fmt: skip
        self.pictures = {name: widgets.HTML() for name in PICTURES}
        self.widget = self._page()
        self._listen()
        self._put()
        self._answer()

    # -- layout ----------------------------------------------------------------------------------------------

    def _page(self) -> widgets.VBox:
        world = [self.knobs[name].widget for name in WORLD]
        terms = [each.widget for name, each in self.knobs.items() if name not in WORLD]
        left = widgets.VBox([
            widgets.HTML("<h2>The world, for every option</h2>"), *world,
            widgets.HTML("<h2>The terms of one option</h2>"), self.deal, *terms, self.reset,
            widgets.HTML("<h2>Simulate what the sliders say</h2>"), self.replications,
            widgets.HBox([self.go, self.stop]), self.bar, self.told,
        ])  # fmt: skip
        right = widgets.VBox([
            self.label, self.kind, self.banner, self.sentence, self.table, self.pictures["client"],
            self.pictures["vendor"], widgets.HTML("<h2>Why and when, for one option</h2>"), self.option,
            self.pictures["why"], self.pictures["when"],
        ])  # fmt: skip
        left.add_class("orm-left")
        right.add_class("orm-right")
        style = f"<style>{(_HERE / 'view.css').read_text(encoding='utf-8')}</style>"
        page = widgets.VBox(
            [
                widgets.HTML(style + words.heading(self.dashboard.study.title, _QUESTION)),
                widgets.HBox([left, right]),
            ]
        )
        page.add_class("orm-page")
        return page

    def _ipython_display_(self) -> None:
        """Show the page; a few lines of script name the sliders for those who hear it."""
        display(self.widget, Javascript((_HERE / "view.js").read_text(encoding="utf-8")))

    def _listen(self) -> None:
        self.deal.observe(self._on_deal, names="value")
        self.option.observe(self._on_option, names="value")
        self.kind.observe(self._on_kind, names="value")
        self.reset.on_click(self._on_reset)
        self.go.on_click(self._on_run)
        self.stop.on_click(lambda _: self.dashboard.cancel())
        self.dashboard.runner.tell = self._tell

    # -- what the reader does --------------------------------------------------------------------------------

    def _on_move(self, name: str, value: float) -> None:
        self.dashboard.move(name, value)
        self._show("run" if self.dashboard.kind == "run" and name == "risk_weight" else "estimate")

    def _on_deal(self, change: dict[str, Any]) -> None:
        if not self._choosing:
            self.dashboard.choose(change["new"])
            self._show("estimate")

    def _on_option(self, change: dict[str, Any]) -> None:
        if not self._choosing and change["new"]:
            self.dashboard.option = change["new"]
            self._draw_from(("why", "when"), self.dashboard.shown())

    def _on_kind(self, change: dict[str, Any]) -> None:
        if not self._choosing:
            self._show(change["new"])

    def _on_reset(self, _: Any) -> None:
        self.dashboard.reset()
        self._show("estimate")

    def _on_run(self, _: Any) -> None:
        refused = self.dashboard.run(self.replications.value)
        if refused:
            self.told.value = words.banner([refused])

    # -- what it sees ----------------------------------------------------------------------------------------

    def _show(self, kind: Any) -> None:
        self.dashboard.show(kind)
        self._put()
        self._answer()

    def _put(self) -> None:
        """Every control where the dashboard says it stands."""
        dashboard = self.dashboard
        self._choosing = True
        for slider in dashboard.sliders:
            self.knobs[slider.name].put(slider, getattr(dashboard.settings, slider.name))
        self.deal.value = dashboard.settings.deal
        self.kind.disabled = dashboard.runner.lived is None
        self.kind.value = dashboard.kind
        self._choosing = False

    def _answer(self) -> None:
        """Words, table and the first picture at once, the others as they are drawn."""
        self._serial += 1
        for each in self.pictures.values():
            each.add_class("orm-stale")
        shown = self.dashboard.shown()
        first = self._drawn("client", shown)
        told = words.banner([self.dashboard.banner(), *shown.warnings])
        self._paint("client", first)
        self.label.value, self.banner.value = words.label(shown), told
        self.sentence.value, self.table.value = words.sentence(shown), words.table(shown)
        self._choosing = True
        options = [(title, name) for name, title in shown.titles.items() if name in self.dashboard.deals]
        if list(self.option.options) != options:
            self.option.options = options
        self.option.value = self.dashboard.option
        self._choosing = False
        self._draw_from(PICTURES[1:], shown)

    def _drawn(self, name: PictureName, shown: Shown) -> str:
        option = self.dashboard.option
        return words.picture(shown.picture(name, option), shown.alternative(name, option), self._serial)

    def _paint(self, name: PictureName, text: str) -> None:
        self.pictures[name].value = text
        self.pictures[name].remove_class("orm-stale")

    def _draw_from(self, names: tuple[PictureName, ...], shown: Shown) -> None:
        """Draw pictures beside the reader's further moves; those that a move has overtaken are dropped."""
        if self._loop is None:
            for name in names:
                self._paint(name, self._drawn(name, shown))
            return
        for name in names:
            self.pictures[name].add_class("orm-stale")
        self._loop.create_task(self._draw_rest(names, shown, self._serial, self.dashboard.option))

    async def _draw_rest(
        self, names: tuple[PictureName, ...], shown: Shown, serial: int, option: str
    ) -> None:
        for name in names:
            if (serial, option) != (self._serial, self.dashboard.option) or self._loop is None:
                return
            text = await self._loop.run_in_executor(self._artist, self._drawn, name, shown)
            if (serial, option) == (self._serial, self.dashboard.option):
                self._paint(name, text)

    def _tell(self) -> None:
        """From the thread of the run: have the page say how far it is."""
        if self._loop is None:
            self._progress()
        else:
            self._loop.call_soon_threadsafe(self._progress)

    def _progress(self) -> None:
        progress = self.dashboard.progress
        self.bar.max, self.bar.value = max(progress.total, 1), progress.done
        said = words.banner([progress.words]) if progress.state == "failed" else words.why_not(progress.words)
        self.told.value = said
        self.go.disabled, self.stop.disabled = progress.at_work, not progress.at_work
        if progress.state == "done":
            self._show("run")


def _loop() -> asyncio.AbstractEventLoop | None:
    """The loop that runs here, as in a notebook's process; None where nothing runs, and all is drawn at once."""
    try:
        return asyncio.get_running_loop()
    except RuntimeError:
        return None
