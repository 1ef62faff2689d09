"""Days drawn and played in one call are the days that the kernel and the reference play on the same draws."""

from dataclasses import fields

import numpy as np
import pytest

from orm_sim.centre import Carry, DayOutcome, kernel, reference
from orm_sim.centre.drawn_days import Days, Lived, Pool
from orm_sim.core.streams import key
from tests.centre.days import assert_same_path

KEY = key(5, 0, "days")
LEVELS = np.array([0.2, 1.0, 0.7, 0.0, 1.3, 0.4])


def pool(load: float, agents: int, short_share: float = 0.0) -> Pool:
    """Two types through 48 half-hours; agents rise and fall."""
    rates = np.outer([3.0, 1.5], np.repeat(LEVELS, 8)) * load
    staffed = (agents * np.repeat([0.5, 1.0, 1.0, 0.2, 1.1, 0.6], 8)).astype(np.int64)
    return Pool(
        rates=rates, log_mean=np.array([5.0, 5.5]), log_sd=np.array([0.8, 1.1]), staffed=staffed, threshold_s=20.0,
        until_s=np.array([30.0, 200.0, np.inf]), per_s=np.array([0.002, 0.0, 0.01]), short_share=short_share,
    )  # fmt: skip


def assert_same(one: DayOutcome, other: DayOutcome) -> None:
    """To the bit, and what is carried too."""
    for part, whole in ((one, other), (one.carry, other.carry)):
        for each in fields(part):
            if each.name != "carry":
                np.testing.assert_array_equal(getattr(part, each.name), getattr(whole, each.name), each.name)


@pytest.mark.parametrize(
    ("load", "agents", "short"),
    [(20.0, 12, 0.0), (40.0, 12, 0.1), (60.0, 50, 0.0), (0.0, 3, 0.0), (5.0, 0, 0.0), (200.0, 5, 0.0)],
    ids=["calm", "overload", "large", "nobody comes", "nobody works", "lines over midnight"],
)
def test_a_week_has_the_bits_of_the_kernel_and_the_path_of_the_reference(
    load: float, agents: int, short: float
) -> None:
    given, carry, kept = pool(load, agents, short), Carry.empty(), list[tuple[Lived, DayOutcome]]()
    days = Days(given, KEY)
    for day in range(7):
        lived, asked = days.live(day), given.plan(KEY, day, carry)
        outcome = kernel.run(asked)
        assert lived.n_decided == outcome.ref.size
        assert_same(lived.outcome, outcome)
        if day < 2:
            assert_same_path(lived.outcome, reference.run(asked))
        carry = outcome.carry
        kept.append((lived, outcome))
    for lived, outcome in kept:  # days that are kept are not written over
        assert_same(lived.outcome, outcome)


def test_two_histories_do_not_touch_each_other() -> None:
    given = pool(30.0, 12)
    one, other = Days(given, KEY), Days(given, key(6, 0, "days"))
    found = [(one.live(day).outcome, other.live(day).outcome) for day in range(3)]
    alone = Days(given, KEY)
    for mine, others in found:
        assert others.ref.size != mine.ref.size
    for day, (mine, _) in enumerate(found):
        assert_same(alone.live(day).outcome, mine)


@pytest.mark.parametrize(
    ("wrong", "told"),
    [
        ({"log_mean": np.array([5.0])}, "one value for each row of rates"),
        ({"staffed": np.array([3, 4])}, "one value an interval"),
        ({"staffed": np.full(48, 3.0)}, "staffed int64"),
        ({"rates": np.full((2, 48), np.nan)}, "finite"),
        ({"short_share": 1.0}, "below 1"),
        ({"per_s": np.array([1.0, 2.0])}, "one value a piece"),
    ],
    ids=["types", "intervals", "kind", "rates", "share", "pieces"],
)
def test_what_compiled_code_could_not_read_is_refused(wrong: dict[str, object], told: str) -> None:
    right = pool(30.0, 12)
    with pytest.raises(ValueError, match=told):
        Pool(**{each.name: getattr(right, each.name) for each in fields(right)} | wrong)  # type: ignore[arg-type]


def test_a_day_no_engine_can_run_is_refused() -> None:
    right = pool(30.0, 12)
    staffed = right.staffed.copy()
    staffed[3] = -1
    wrong = Pool(**{each.name: getattr(right, each.name) for each in fields(right)} | {"staffed": staffed})
    with pytest.raises(ValueError, match="breaks a rule"):
        Days(wrong, KEY).live(0)
