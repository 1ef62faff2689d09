"""How far a run is and how long it still takes, on stderr: a bar on a terminal, elsewhere a line at times."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass

import pandas as pd
from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, SpinnerColumn, TextColumn

from orm_sim.study.execute import OnProgress

EVERY_S = 15.0  # between lines where there is no terminal
PRELIMINARY_S = 20.0  # after which a preliminary table is asked for: well within the first minute


@dataclass(slots=True)
class Pace:
    """Time left, from the blocks finished since the start; those found whole say nothing of speed.

    A count that goes back begins anew: another piece of work, with a speed of its own.
    """

    started: float
    found: int | None = None
    last: int = 0

    def left_s(self, done: int, total: int, now: float) -> float | None:
        """Seconds left; None before the first block of this session is finished."""
        if done < self.last:
            self.started, self.found = now, None
        if self.found is None:
            self.found = done
        self.last = done
        lived = done - self.found
        return None if lived == 0 else (now - self.started) / lived * (total - done)


@contextmanager
def shown(
    title: str,
    console: Console | None = None,
    every_s: float = EVERY_S,
    clock: Callable[[], float] = time.monotonic,
    of: str = "blocks",
) -> Iterator[OnProgress]:
    """A progress report for the length of a `with` block; gives the hook for `execute`.

    Parameters
    ----------
    title : str
        What is being run.
    console : rich.console.Console, optional
        Where to report; stderr by default. What is printed on it meanwhile stands above the bar.
    every_s : float
        Seconds between lines where the console is no terminal.
    of : str
        What is counted.
    """
    where = console if console is not None else Console(stderr=True)
    pace = Pace(clock())
    if where.is_terminal:
        with _bar(where) as bar:
            task = bar.add_task(title, total=None, left="")

            def draw(done: int, total: int, tables: Mapping[str, pd.DataFrame]) -> None:
                bar.update(task, completed=done, total=total, left=_left(pace.left_s(done, total, clock())))

            yield draw
        return
    last = pace.started

    def line(done: int, total: int, tables: Mapping[str, pd.DataFrame]) -> None:
        nonlocal last
        left = pace.left_s(done, total, clock())
        if done == total or clock() - last >= every_s:
            last = clock()
            text = f"{title}: {done} of {total} {of}  {_left(left)}".rstrip()
            where.print(text, highlight=False, markup=False)

    yield line


def once_after(
    seconds: float, then: OnProgress, least: int = 1, clock: Callable[[], float] = time.monotonic
) -> OnProgress:
    """A hook that calls another a single time: at the first block finished after so many seconds.

    Parameters
    ----------
    seconds : float
        Counted from now.
    then : OnProgress
        Not called when the run ends before.
    least : int
        Blocks that must be done.
    """
    begun = clock()
    called = False

    def hook(done: int, total: int, tables: Mapping[str, pd.DataFrame]) -> None:
        nonlocal called
        if not called and least <= done < total and clock() - begun >= seconds:
            called = True
            then(done, total, tables)

    return hook


def both(*hooks: OnProgress) -> OnProgress:
    """A hook that calls several, in order."""

    def hook(done: int, total: int, tables: Mapping[str, pd.DataFrame]) -> None:
        for each in hooks:
            each(done, total, tables)

    return hook


def _bar(console: Console) -> Progress:
    return Progress(
        SpinnerColumn(), TextColumn("{task.description}", markup=False), BarColumn(), MofNCompleteColumn(),
        TextColumn("{task.fields[left]}"), console=console, transient=True,
    )  # fmt: skip


def _left(seconds: float | None) -> str:
    if seconds is None:
        return ""
    minutes, rest = divmod(round(seconds), 60)
    return f"{minutes} min {rest:02d} s left" if minutes else f"{rest} s left"
