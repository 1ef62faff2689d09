"""Memory used again: never while anything looks into it, and then the same."""

import threading

import numpy as np

from orm_sim.centre.skills import kernel
from orm_sim.centre.skills.arena import Arena
from orm_sim.centre.skills.build import Centre
from tests.centre.test_skills_build import centre_file


def test_memory_is_given_again_once_nobody_looks_into_it() -> None:
    arena = Arena()
    first = arena.lasting(100)
    view = first[10:20].view(np.float64).reshape(2, 5)
    place = first.ctypes.data
    del first
    assert arena.lasting(100).ctypes.data != place
    del view
    again = {arena.lasting(90).ctypes.data for _ in range(3)}
    assert again <= {place, *again} and len(again) == 1


def test_pieces_in_hand_never_overlap() -> None:
    arena, rng = Arena(), np.random.default_rng(1)
    held: list[np.ndarray] = []
    for turn in range(300):
        piece = arena.lasting(int(rng.integers(1, 3000)))
        piece[:] = turn
        held.append(piece)
        if len(held) > 20:
            del held[int(rng.integers(len(held)))]
        assert all((each == each[0]).all() for each in held)
        assert len({int(each[0]) for each in held}) == len(held)


def test_a_thread_has_memory_of_its_own() -> None:
    arena, places = Arena(), []
    there = threading.Thread(target=lambda: places.append(arena.scratch(8).ctypes.data))
    here = arena.scratch(8)
    there.start()
    there.join()
    assert places != [here.ctypes.data]


def test_outcomes_kept_are_not_written_over() -> None:
    """All days of a centre kept, against each day's copy taken at once."""
    centre = Centre.build(centre_file(3, 4, "00:00", "24:00", 10_800.0))
    kept, copies = [], []
    for _ in range(4):
        for block, outcome in centre.blocks(3, 0, kernel.run):
            kept.append((block, outcome))
            copies.append((block.arrival_s.copy(), outcome.ref.copy(), outcome.done_end_s.copy()))
    for (block, outcome), copied in zip(kept, copies, strict=True):
        for found, wanted in zip((block.arrival_s, outcome.ref, outcome.done_end_s), copied, strict=True):
            np.testing.assert_array_equal(found, wanted)
