"""What a reader sees while a study runs: a line now and then, the time left, one preliminary table."""

import io
from collections.abc import Callable

from rich.console import Console

from orm_sim.study.progress import Pace, both, once_after, shown


class Clock:
    """A clock that is set by hand."""

    def __init__(self) -> None:
        self.now = 0.0

    def __call__(self) -> float:
        return self.now


def test_a_line_every_fifteen_seconds_where_there_is_no_terminal() -> None:
    clock, stream = Clock(), io.StringIO()
    with shown("which_contract", Console(file=stream), clock=clock) as hook:
        for done in range(11):
            hook(done, 10, {})
            clock.now += 10.0
    assert stream.getvalue().splitlines() == [
        "which_contract: 2 of 10 blocks  1 min 20 s left",
        "which_contract: 4 of 10 blocks  1 min 00 s left",
        "which_contract: 6 of 10 blocks  40 s left",
        "which_contract: 8 of 10 blocks  20 s left",
        "which_contract: 10 of 10 blocks  0 s left",
    ]


def test_a_bar_on_a_terminal() -> None:
    clock, stream = Clock(), io.StringIO()
    with shown("which [contract]", Console(file=stream, force_terminal=True, width=100), clock=clock) as hook:
        hook(0, 4, {})
        clock.now = 30.0
        hook(1, 4, {})
    assert "which [contract]" in stream.getvalue()
    assert "1 min 30 s left" in stream.getvalue()


def test_time_left_counts_the_blocks_of_this_session_only() -> None:
    pace = Pace(started=0.0)
    assert pace.left_s(40, 60, 0.5) is None  # found whole
    assert pace.left_s(42, 60, 10.0) == 90.0  # two in ten seconds, 18 to go


def test_time_left_of_a_second_piece_of_work_is_its_own() -> None:
    pace = Pace(started=0.0)
    assert [pace.left_s(done, 20, 1000.0 * done) for done in (0, 20)] == [None, 0.0]
    assert pace.left_s(0, 25, 20_000.0) is None
    assert pace.left_s(1, 25, 20_010.0) == 240.0


def recorder(calls: list[int]) -> Callable[..., None]:
    return lambda done, total, tables: calls.append(done)


def test_the_preliminary_table_comes_once_and_never_after_the_end() -> None:
    clock = Clock()
    calls: list[int] = []
    hook = once_after(20.0, recorder(calls), least=2, clock=clock)
    hook(1, 10, {})
    clock.now = 25.0
    for done in (1, 2, 3):
        hook(done, 10, {})
    assert calls == [2]
    late: list[int] = []
    once_after(0.0, recorder(late), clock=clock)(10, 10, {})
    assert late == []


def test_hooks_are_called_in_order() -> None:
    calls: list[int] = []
    both(recorder(calls), lambda done, total, tables: calls.append(-done))(3, 4, {})
    assert calls == [3, -3]
