"""Words of the page as HTML: every text that comes from a file is escaped, for widgets run what they are given."""

from __future__ import annotations

import base64
import html
import re
from collections.abc import Sequence

from orm_sim.report.dashboard.shown import Shown
from orm_sim.report.theme import Picture


def heading(title: str, question: str) -> str:
    """The page's title, and under it what it is for."""
    return f"<h1>{html.escape(title)}</h1><p>{html.escape(question)}</p>"


def label(shown: Shown) -> str:
    """Whether one sees an estimate or a run."""
    return f'<span class="orm-label orm-{shown.kind}">{html.escape(shown.label)}</span>'


def sentence(shown: Shown) -> str:
    """The recommendation in a sentence, or why there is none and what leads."""
    answer = shown.answer
    refused = f'<p class="orm-refused">{html.escape(answer.banner)}</p>' if answer.banner else ""
    return f'{refused}<p class="orm-sentence">{html.escape(answer.sentence)}</p>'


def banner(texts: Sequence[str]) -> str:
    """What the reader must not miss; nothing where there is nothing."""
    return "".join(f'<div class="orm-banner">{html.escape(text)}</div>' for text in texts if text)


def table(shown: Shown) -> str:
    """The short rank table, and the whole one folded away under it with its notes."""
    whole = shown.table()
    notes = "".join(f"<li>{html.escape(note)}</li>" for note in whole.notes)
    return (
        f'{_scrolled("Rank table", shown.short_table().html())}<details class="orm-notes"><summary>All figures, and how'
        f" to read them</summary>{_scrolled('Client, all figures', whole.client.html())}"
        f"{_scrolled('Vendor, all figures', whole.vendor.html())}<ul>{notes}</ul></details>"
    )


def _scrolled(name: str, content: str) -> str:
    return f'<div class="orm-table" role="region" tabindex="0" aria-label="{name}">{content}</div>'


def picture(drawn: Picture, said: str, serial: int) -> str:
    """A picture as an image, which runs nothing, with its words for those who do not see it."""
    wide = re.match(r'<svg[^>]*? width="([0-9.]+)"', drawn.text)
    width = f"{float(wide[1]):.0f}px" if wide else "100%"
    coded = base64.b64encode(drawn.text.encode("utf-8")).decode("ascii")
    alternative = html.escape(said, quote=True)
    return (
        f'<img class="orm-picture" style="max-width:{width}" data-serial="{serial}" alt="{alternative}"'
        f' src="data:image/svg+xml;base64,{coded}">'
    )


def why_not(reason: str) -> str:
    """Why a slider cannot be moved."""
    return f'<span class="orm-why">{html.escape(reason)}</span>' if reason else ""
