"""Ctrl-C interrupts once: pressed again at once, it cannot tear what the first one made a program write."""

from __future__ import annotations

import atexit
import contextlib
import signal
import threading
import time
from collections.abc import Iterator
from types import FrameType
from typing import Final

WIND_DOWN_S: Final = 5.0  # how long after a Ctrl-C the next ones are taken for the same


class _Once:
    """Answers Ctrl-C with KeyboardInterrupt, and not again while that one is being obeyed."""

    def __init__(self) -> None:
        self.at: float | None = None

    def __call__(self, number: int, frame: FrameType | None) -> None:
        now = time.monotonic()
        if self.at is not None and now - self.at < WIND_DOWN_S:
            return
        if self.at is None:
            atexit.register(
                signal.signal, signal.SIGINT, signal.SIG_IGN
            )  # a press now would kill what is ending
        self.at = now
        raise KeyboardInterrupt


@contextlib.contextmanager
def ctrl_c_once() -> Iterator[None]:
    """Interrupt what is inside once within `WIND_DOWN_S` seconds, however often Ctrl-C is pressed.

    Whoever has set a handler of their own keeps it, and so do threads other than the main one. After a Ctrl-C the
    handler stays, for what is still to be told and closed; in time it does what Python's own does.
    """
    before = signal.getsignal(signal.SIGINT)
    if isinstance(before, _Once):
        before.at = None
    if before is not signal.default_int_handler or threading.current_thread() is not threading.main_thread():
        yield
        return
    once = _Once()
    signal.signal(signal.SIGINT, once)
    try:
        yield
    finally:
        if once.at is None:
            signal.signal(signal.SIGINT, before)


def was_interrupted() -> bool:
    """Whether Ctrl-C was pressed in what `ctrl_c_once` last enclosed: a library may tell it as an error of its own."""
    handler = signal.getsignal(signal.SIGINT)
    return isinstance(handler, _Once) and handler.at is not None
