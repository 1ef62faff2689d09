"""Ctrl-C: once is enough, twice does no harm, and who has a handler keeps it."""

from __future__ import annotations

import signal
import time
from collections.abc import Iterator
from types import FrameType

import pytest

from orm_sim.core import interrupts
from orm_sim.core.interrupts import ctrl_c_once, was_interrupted


@pytest.fixture(autouse=True)
def pythons_own() -> Iterator[None]:
    before = signal.signal(signal.SIGINT, signal.default_int_handler)
    yield
    signal.signal(signal.SIGINT, before)


def pressed() -> None:
    signal.raise_signal(signal.SIGINT)


def test_the_second_press_cannot_tear_what_the_first_one_made_it_write() -> None:
    written = []
    with pytest.raises(KeyboardInterrupt), ctrl_c_once():
        try:
            pressed()
        except KeyboardInterrupt:
            for line in range(3):
                pressed()
                written.append(line)
            raise
    pressed()  # while the end is told
    assert written == [0, 1, 2]


def test_a_press_after_the_wind_down_interrupts_again(monkeypatch: pytest.MonkeyPatch) -> None:
    now = 100.0
    monkeypatch.setattr(time, "monotonic", lambda: now)
    with pytest.raises(KeyboardInterrupt), ctrl_c_once():
        pressed()
    now += interrupts.WIND_DOWN_S - 0.1
    pressed()
    now += 0.2
    with pytest.raises(KeyboardInterrupt):
        pressed()


def test_the_next_work_can_be_interrupted_at_once() -> None:
    for _ in range(2):
        with pytest.raises(KeyboardInterrupt), ctrl_c_once(), ctrl_c_once():
            pressed()


def test_undisturbed_it_leaves_no_trace() -> None:
    with ctrl_c_once():
        assert signal.getsignal(signal.SIGINT) is not signal.default_int_handler
    assert signal.getsignal(signal.SIGINT) is signal.default_int_handler


def test_a_handler_of_somebody_else_stays() -> None:
    seen = []

    def theirs(number: int, frame: FrameType | None) -> None:
        seen.append(number)

    signal.signal(signal.SIGINT, theirs)
    with ctrl_c_once():
        pressed()
        pressed()
    assert seen == [signal.SIGINT, signal.SIGINT]


def test_an_interrupt_that_a_library_tells_as_its_own_error_is_known() -> None:
    with ctrl_c_once():
        assert not was_interrupted()
    assert not was_interrupted()
    with pytest.raises(ValueError, match="schema"), ctrl_c_once():
        try:
            pressed()
        except KeyboardInterrupt:
            raise ValueError("schema") from None
    assert was_interrupted()
