"""How soon the executive explorer answers: in a real browser, from the real server, on this machine.

    python tests/benchmarks/explorer.py --rounds 3

Seconds until the first answer of a pre-heated server; then twelve moves over four sliders a round, timed inside the
page from the key to the new picture: the median of each round. Run it when nobody else uses the machine.
"""

from __future__ import annotations

import json
import statistics
import sys
import tempfile
import time
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parent))
sys.path.insert(0, str(Path(__file__).resolve().parents[2]))

import contest

from tests.cli.explorer.browser import tab
from tests.cli.explorer.served import explorer
from tests.cli.explorer.test_page import MOVES, TITLES, moved, settled

FIRST_S, MOVE_MS = 6.0, 500.0
"""What is asked for."""


def main() -> None:
    """Print and keep the figures."""
    asked = contest.options(__doc__, 0)
    say, folder = sys.stdout.write, Path(tempfile.mkdtemp())
    for name in ("server", "profile"):
        (folder / name).mkdir()
    with explorer(folder / "server") as served, tab(folder / "profile") as found:
        begun = time.perf_counter()
        found.page.goto(served.address)
        found.page.wait_for_selector("img.orm-picture", timeout=60_000)
        first = time.perf_counter() - begun
        settled(found)
        medians = []
        for turn in range(asked.rounds):
            key = "ArrowRight" if turn % 2 == 0 else "ArrowLeft"
            medians.append(statistics.median(moved(found, TITLES[i % 4], key) for i in range(MOVES)))
    say(f"first answer                    {first:8.2f} s   (asked: under {FIRST_S:g} s)\n")
    rounds = ", ".join(f"{each:.0f}" for each in medians)
    say(
        f"move to picture, median of {MOVES}   {statistics.median(medians):8.0f} ms  (asked: under {MOVE_MS:g} ms)\n"
    )
    say(f"  by round: {rounds} ms\n")
    figures = {"first_answer_s": first, "median_move_ms": statistics.median(medians), "by_round_ms": medians}
    if asked.out is not None:
        asked.out.parent.mkdir(parents=True, exist_ok=True)
        asked.out.write_text(json.dumps(figures, indent=2) + "\n")


if __name__ == "__main__":
    main()
