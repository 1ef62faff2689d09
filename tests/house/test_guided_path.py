"""The notebooks as a course: each asks, has its reader guess, compares, and leads to the next in the README's order."""

import json
import re
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
LINK = re.compile(r"\[([^\]]+)\]\(([^)\s]+)\)")
Cell = tuple[str, str]


def stops() -> list[list[str]]:
    """Rows of the README's table: number, name, question, input, form of the conclusion."""
    lines = (ROOT / "README.md").read_text(encoding="utf-8").splitlines()
    rows = [line.split("|")[1:-1] for line in lines if line.startswith("| ") and ".ipynb`" in line]
    return [[row[0].strip(), row[1].strip(" `"), *map(str.strip, row[2:])] for row in rows]


STOPS = stops()
NAMES = [row[1] for row in STOPS]


def cells(name: str) -> list[Cell]:
    """Kind and text of each cell."""
    content = json.loads((ROOT / "notebooks" / name).read_text(encoding="utf-8"))
    return [(cell["cell_type"], "".join(cell["source"])) for cell in content["cells"]]


def places(found: list[Cell], opening: str) -> list[int]:
    """Where cells of words begin so."""
    return [
        place for place, (kind, text) in enumerate(found) if kind == "markdown" and text.startswith(opening)
    ]


@pytest.mark.row("R001")
@pytest.mark.parametrize("stop", STOPS, ids=NAMES)
def test_it_opens_with_its_question_inputs_and_form_of_conclusion(stop: list[str]) -> None:
    """In the README's words, so that the two do not part."""
    _, name, *told = stop
    kind, first = cells(name)[0]
    assert kind == "markdown"
    asked = [
        f"- **{word}.** {text}" for word, text in zip(("Question", "Input", "Conclusion"), told, strict=True)
    ]
    assert first.splitlines()[-3:] == asked


@pytest.mark.row("R001")
@pytest.mark.parametrize("name", NAMES)
def test_its_reader_guesses_before_the_answer_and_learns_to_compare(name: str) -> None:
    found = cells(name)
    (guess,), (compare,) = (
        places(found, opening) for opening in ("**Predict before you run.** ", "**Compare.** ")
    )
    assert "?" in found[guess][1]
    assert found[guess + 1][0] == "code", "the guess stands right before what answers it"
    assert compare > guess + 1 and found[compare - 1][0] == "code", "comparing comes after the answer"


@pytest.mark.row("R001")
@pytest.mark.parametrize("name", NAMES)
def test_it_leads_to_the_next_in_the_order_of_the_readme(name: str) -> None:
    """The last leads back to the start. The link stands alone: colour does not tell it from words around it."""
    kind, text = cells(name)[-1]
    link = LINK.fullmatch(text.strip())
    assert kind == "markdown" and link is not None
    assert link[2] == NAMES[(NAMES.index(name) + 1) % len(NAMES)]
    assert (ROOT / "notebooks" / link[2]).is_file()


@pytest.mark.row("R001")
def test_the_start_links_to_every_notebook() -> None:
    linked = [link[1] for kind, text in cells(NAMES[0]) if kind == "markdown" for link in LINK.findall(text)]
    shipped = {path.name for path in (ROOT / "notebooks").glob("*.ipynb")}
    assert set(linked) == shipped - {NAMES[0]}


@pytest.mark.row("R001")
@pytest.mark.parametrize("name", NAMES)
def test_cells_keep_distinct_names(name: str) -> None:
    content = json.loads((ROOT / "notebooks" / name).read_text(encoding="utf-8"))
    ids = [cell["id"] for cell in content["cells"]]
    assert len(set(ids)) == len(ids) and all(re.fullmatch(r"[\w-]{1,64}", each) for each in ids)
