"""Notebooks as one HTML file that fetches nothing and runs nothing, and the check that proves it."""

from __future__ import annotations

import re
from html.parser import HTMLParser
from pathlib import Path
from typing import Final

import nbformat
from nbconvert.exporters import TemplateExporter

_SHOWN: Final = ["text/html", "image/svg+xml", "image/png", "text/markdown", "text/plain"]
"""Kinds of output that the page can show, the first found is taken; no scripts, no widgets."""
_ACTIVE: Final = {
    "script",
    "iframe",
    "frame",
    "object",
    "embed",
    "base",
    "link",
    "form",
    "foreignobject",
    "video",
    "audio",
}
_ADDRESSES: Final = {
    "src",
    "srcset",
    "href",
    "xlink:href",
    "data",
    "action",
    "formaction",
    "poster",
    "background",
    "ping",
}
_STYLED: Final = {
    "style",
    "fill",
    "stroke",
    "clip-path",
    "mask",
    "filter",
    "marker-start",
    "marker-mid",
    "marker-end",
}
_CITATION: Final = re.compile(
    r'<a\b[^>]*\bhref="(https?://[^"]*|\w+\.ipynb)"[^>]*>(.*?)</a>', re.DOTALL | re.IGNORECASE
)
"""Links to the web, and to the next notebook, which does not lie beside a page in a run's folder."""


class PageError(Exception):
    """A page that would fetch or run something; the message lists what."""


def page(notebook: nbformat.NotebookNode, title: str) -> str:
    """An executed notebook as one HTML page: charts as SVG in it, links to web and notebooks turned into plain text.

    Parameters
    ----------
    notebook
        The executed notebook.
    title
        Title of the page; escaped.

    Raises
    ------
    PageError
        When the page would hold a script or fetch anything from outside itself.
    """
    exporter = TemplateExporter(
        template_name="base", extra_template_paths=[str(Path(__file__).parent)], template_file="page.html.j2"
    )
    exporter.register_filter("first_shown", _first_shown)
    body, _ = exporter.from_notebook_node(notebook, resources={"metadata": {"name": title}})
    body = plain_citations(body).rstrip() + "\n"
    found = active_content(body)
    if found:
        raise PageError("the page would not stand alone: " + "; ".join(found))
    return body


def _first_shown(data: dict[str, str]) -> list[str]:
    """The kind of output to show, of those a notebook offers."""
    return [kind for kind in _SHOWN if kind in data][:1]


def plain_citations(text: str) -> str:
    """HTML in which a link to the web or a notebook has become its words, followed by the address when they differ."""

    def words(link: re.Match[str]) -> str:
        address, label = link[1], link[2]
        return label if label.strip() == address else f"{label} ({address})"

    return _CITATION.sub(words, text)


def active_content(text: str) -> list[str]:
    """Everything in an HTML text that would run, or be fetched from outside the page; empty when inert.

    Counted are scripts, event handlers, frames and the like, every address that is not a fragment of the page,
    a picture held in the page itself or a neighbouring file in a link, and ``@import`` and ``url()`` of styles.
    """
    watch = _Watch()
    watch.feed(text)
    watch.close()
    return watch.found


class _Watch(HTMLParser):
    """Walks the tags of a page and keeps a sentence for each that is not inert."""

    def __init__(self) -> None:
        super().__init__()
        self.found: list[str] = []
        self._style = False

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self._style = tag == "style"
        if tag in _ACTIVE:
            self.found.append(f"<{tag}>")
        for name, value in attrs:
            text = (value or "").strip()
            if name.startswith("on"):
                self.found.append(f"<{tag} {name}>")
            elif name in _ADDRESSES and not _local(tag, name, text):
                self.found.append(f'<{tag} {name}="{text[:80]}">')
            elif name == "http-equiv" and text.lower() == "refresh":
                self.found.append("<meta refresh>")
            elif name in _STYLED and _fetches(text):
                self.found.append(f'<{tag} {name}="{text[:80]}">')

    def handle_endtag(self, tag: str) -> None:
        self._style = self._style and tag != "style"

    def handle_data(self, data: str) -> None:
        if self._style and _fetches(data):
            self.found.append("<style> that fetches")


def _local(tag: str, name: str, address: str) -> bool:
    """Whether an address stays inside the page, or, in a link, inside its folder."""
    if address.startswith(("#", "data:image/")):
        return True
    outside = re.match(r"[a-z][a-z0-9+.-]*:|[/\\]", address, re.IGNORECASE)
    return tag == "a" and name == "href" and outside is None


def _fetches(style: str) -> bool:
    """Whether a style, or an attribute that may hold one, refers to something outside the page."""
    return bool(re.search(r"@import|url\(\s*(?![\"']?(#|data:image/))", style, re.IGNORECASE))
