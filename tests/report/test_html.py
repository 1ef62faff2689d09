"""Pages fetch nothing and run nothing; what tries to is found and refused."""

import nbformat
import pytest

from orm_sim.report.html import PageError, active_content, page, plain_citations

new = nbformat.v4


def _notebook(*outputs: nbformat.NotebookNode, text: str = "# Title") -> nbformat.NotebookNode:
    cells = [
        new.new_markdown_cell(text, id="text"),
        new.new_code_cell("x < 1", id="code", outputs=list(outputs)),
    ]
    return new.new_notebook(cells=cells)


@pytest.mark.parametrize(
    "text",
    [
        "<script>1</script>",
        '<script src="https://cdn.example/x.js"></script>',
        '<img src="http://a.example/x.png">',
        '<img src="//a.example/x.png">',
        '<img src="x.png">',
        '<img onerror="x" src="data:image/png;base64,AA">',
        '<a href="https://a.example">x</a>',
        '<a href="javascript:x">x</a>',
        '<link rel="stylesheet" href="x.css">',
        "<style>@import 'x.css';</style>",
        "<style>p { background: url(https://a.example/x) }</style>",
        '<p style="background:url(x.png)">',
        "<iframe></iframe>",
        '<base href="/">',
        '<form action="/x"></form>',
        '<meta http-equiv="refresh" content="0">',
        '<svg><a xlink:href="https://a.example">x</a></svg>',
        '<svg><use href="x.svg#a"></use></svg>',
        '<img srcset="https://a.example/x 2x" src="data:image/png;base64,AA">',
        "<svg><foreignObject>x</foreignObject></svg>",
        '<object data="x"></object>',
        '<rect fill="url(http://a.example#x)">',
    ],
)
def test_active_content_is_found(text: str) -> None:
    assert len(active_content(f"<body>{text}</body>")) >= 1


@pytest.mark.parametrize(
    "text",
    [
        '<a href="#why">x</a>',
        '<a href="report.ipynb">x</a>',
        '<img src="data:image/png;base64,AA">',
        '<svg xmlns="http://www.w3.org/2000/svg"><g clip-path="url(#a)"><path d="M0,0"/></g></svg>',
        "<p>https://a.example and @import and url(x)</p>",
        '<g aria-label="url(http://a.example)"></g>',
        "&lt;script&gt;",
        "<style>p { color: red }</style><p>url(x)</p>",
    ],
)
def test_what_is_inert_passes(text: str) -> None:
    assert active_content(text) == []


def test_links_to_the_web_become_words() -> None:
    text = '<p><a href="https://a.example/b">the <b>study</b></a>, <a href="https://c.example">https://c.example</a></p>'
    assert plain_citations(text) == "<p>the <b>study</b> (https://a.example/b), https://c.example</p>"


def test_links_to_notebooks_become_words() -> None:
    """The next notebook does not lie beside a page in a run's folder."""
    text = '<p><a href="study_report.ipynb" target="_blank">Next: which?</a></p>'
    assert plain_citations(text) == "<p>Next: which? (study_report.ipynb)</p>"


def test_a_page_of_every_kind_of_output_stands_alone() -> None:
    svg = '<svg xmlns="http://www.w3.org/2000/svg"><text>chart</text></svg>'
    body = page(
        _notebook(
            new.new_output("stream", name="stdout", text="<script>out</script>\n"),
            new.new_output("stream", name="stderr", text="\x1b[31mwarned\x1b[0m"),
            new.new_output(
                "execute_result", data={"text/plain": "<Picture>", "image/svg+xml": svg}, execution_count=1
            ),
            new.new_output(
                "display_data",
                data={"text/html": "<table><tr><td>rank</td></tr></table>", "text/plain": "no"},
            ),
            new.new_output("display_data", data={"text/markdown": "*soft*"}),
            new.new_output(
                "display_data", data={"application/javascript": "alert(1)", "text/plain": "instead"}
            ),
            text="# Why $5 and $6\n\nsee [x](https://a.example) <b>bold</b>",
        ),
        "Title <script>",
    )
    assert active_content(body) == []
    assert 'http-equiv="Content-Security-Policy" content="default-src \'none\'' in body
    for kept in (
        svg,
        "&lt;script&gt;out",
        "warned",
        "<td>rank</td>",
        "<em>soft</em>",
        "instead",
        "x &lt; 1",
        "x (https://a.example)",
        "<title>Title &lt;script&gt;</title>",
        "Why $5 and $6",
    ):
        assert kept in body
    assert "alert" not in body and "\x1b" not in body


@pytest.mark.parametrize(
    "output",
    [
        new.new_output("display_data", data={"text/html": "<script>vegaEmbed()</script>"}),
        new.new_output("display_data", data={"text/html": '<img src="https://a.example/x.png">'}),
        new.new_output("display_data", data={"image/svg+xml": "<svg onload='x'></svg>"}),
    ],
)
def test_a_page_that_would_run_or_fetch_is_refused(output: nbformat.NotebookNode) -> None:
    with pytest.raises(PageError, match="would not stand alone: <"):
        page(_notebook(output), "x")


def test_a_script_in_the_words_is_refused() -> None:
    with pytest.raises(PageError):
        page(_notebook(text="<script>alert(1)</script>"), "x")
