"""Paired differences: exactness, how many false differences they claim, and the letters that name the ties."""

import itertools
import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy import stats

from orm_sim.decision.metrics import risk_adjusted
from orm_sim.decision.paired import difference, differences, letters


def world(
    generator: np.random.Generator, n: int, gaps: list[float], sd: float = 0.5
) -> dict[str, np.ndarray]:
    """Options that share the same luck: value = gap + common + own."""
    common = generator.normal(size=n)
    return {f"o{i}": gap + common + sd * generator.normal(size=n) for i, gap in enumerate(gaps)}


def test_difference_of_means_is_the_paired_t() -> None:
    a, b = np.random.default_rng(1).normal(size=(2, 40))
    test = stats.ttest_rel(a, b).confidence_interval(0.95)
    assert difference(a, b, lam=0.0).ends == pytest.approx((a.mean() - b.mean(), test.low, test.high))


def test_difference_subtracts_the_risk_adjusted_values_not_the_paths() -> None:
    a = np.random.default_rng(2).normal(size=300)
    b = -a  # the tails are different replications
    assert difference(a, b).value == pytest.approx(risk_adjusted(a) - risk_adjusted(b))
    assert difference(a, b).value != pytest.approx(risk_adjusted(a - b), abs=0.1)


def test_common_luck_cancels() -> None:
    generator = np.random.default_rng(3)
    shared = world(generator, 300, [0.0, 0.0])
    apart = {"a": generator.normal(size=300) * 1.12, "b": generator.normal(size=300) * 1.12}  # same variance
    width = [
        e.high - e.low for e in (difference(shared["o0"], shared["o1"]), difference(apart["a"], apart["b"]))
    ]
    assert width[0] < 0.6 * width[1]


def test_identical_options_are_tied_and_a_sure_gap_is_not() -> None:
    a = np.random.default_rng(4).normal(size=300)
    found = differences({"a": a, "same": a.copy(), "sure": a + 1.0}).set_index(["a", "b"])
    assert found.loc[("a", "same"), ["difference", "low", "high"]].tolist() == [0.0, 0.0, 0.0]
    assert found.loc[("a", "same"), "tied"]
    assert not found.loc[("a", "sure"), "tied"]
    assert found.loc[("a", "sure"), "high"] == pytest.approx(-1.0, abs=1e-9)


def test_bonferroni_gives_every_pair_the_same_share() -> None:
    values = world(np.random.default_rng(5), 300, [0.0, 0.1, 0.2, 0.3])
    found = differences(values)
    assert found["level"].tolist() == pytest.approx([1 - 0.05 / 6] * 6)
    first = difference(values["o0"], values["o1"], level=1 - 0.05 / 6)
    assert found.iloc[0][["difference", "low", "high"]].tolist() == pytest.approx(list(first.ends))


def test_holm_by_hand() -> None:
    """Paired-t differences of three options: p-values 1e-9-ish, 0.020, 0.9 against 0.05/3, 0.05/2, then stop."""
    generator = np.random.default_rng(6)
    noise = generator.normal(size=(2, 50))
    noise -= noise.mean(axis=1, keepdims=True)
    noise /= noise.std(axis=1, ddof=1, keepdims=True)
    a = np.zeros(50)
    b = noise[0] + stats.t.isf(0.010, 49) / math.sqrt(50)  # p = 0.020 against a
    values = {"a": a, "b": b, "c": b + 100.0 + 1e-3 * noise[1]}
    holm = differences(values, lam=0.0, adjust="holm").set_index(["a", "b"])
    plain = differences(values, lam=0.0).set_index(["a", "b"])
    assert plain.loc[("a", "b"), "tied"]  # 0.020 > 0.05/3
    assert not holm.loc[("a", "b"), "tied"]  # the third of three: 0.020 < 0.05/1
    assert holm.loc[("a", "b"), "level"] == pytest.approx(0.95)
    assert sorted(holm["level"]) == pytest.approx([0.95, 0.975, 1 - 0.05 / 3])


def test_holm_stops_at_the_first_pair_that_is_not_apart() -> None:
    """Three pairs with p = 0.03 each: the first fails at 0.05/3, so the last, below 0.05, may not pass either."""
    noise = np.random.default_rng(7).normal(size=50)
    b = (noise - noise.mean()) / noise.std(ddof=1) + stats.t.isf(0.015, 49) / math.sqrt(50)
    holm = differences({"a": np.zeros(50), "b": b, "c": 2 * b}, lam=0.0, adjust="holm")
    assert holm["tied"].all()
    assert holm["level"].tolist() == pytest.approx([1 - 0.05 / 3] * 3)


def test_tail_too_thin_means_tied() -> None:
    found = differences(world(np.random.default_rng(8), 100, [0.0, 50.0]))
    assert found["tied"].tolist() == [True]
    assert math.isnan(found["difference"].iloc[0])


@pytest.mark.parametrize("adjust", ["bonferroni", "holm"])
def test_false_differences_are_as_rare_as_promised(adjust: str) -> None:
    """Five options of equal worth: any difference claimed is false, in at most 5 % of studies (± 1.8 points)."""
    generator = np.random.default_rng(9)
    false = sum(
        not differences(world(generator, 300, [0.0] * 5), adjust=adjust)["tied"].all()  # type: ignore[arg-type]
        for _ in range(150)
    )
    assert false / 150 <= 0.05 + 2 * 0.018


def test_all_intervals_at_once_cover() -> None:
    """Bonferroni, four options of known worth at n = 300: all six intervals hold together in 93 % or more."""
    generator = np.random.default_rng(10)
    gaps = [0.0, 0.1, 0.4, 1.0]
    held = 0
    for _ in range(300):
        found = differences(world(generator, 300, gaps))
        truth = np.array([a - b for a, b in itertools.combinations(gaps, 2)])  # the same law but for the mean
        held += bool(((found["low"] <= truth) & (truth <= found["high"])).all())
    assert held / 300 >= 0.93


def test_letters_of_a_chain_overlap() -> None:
    ties = {frozenset(pair) for pair in ("ab", "bc", "cd")}
    assert letters(list("abcd"), ties) == {"a": "a", "b": "ab", "c": "bc", "d": "c"}


def test_letters_all_apart_and_all_tied() -> None:
    assert letters(list("xyz"), set()) == {"x": "a", "y": "b", "z": "c"}
    assert letters(list("xyz"), {frozenset(p) for p in itertools.combinations("xyz", 2)}) == dict.fromkeys(
        "xyz", "a"
    )


def test_letters_beyond_z_stay_distinct() -> None:
    names = [f"o{i:02d}" for i in range(60)]
    assert len(set(letters(names, set()).values())) == 60


@given(st.integers(1, 7), st.sets(st.tuples(st.integers(0, 6), st.integers(0, 6)), max_size=21))
def test_two_options_share_a_letter_exactly_when_they_are_tied(n: int, drawn: set[tuple[int, int]]) -> None:
    names = [f"o{i}" for i in range(n)]
    ties = {frozenset((names[i], names[j])) for i, j in drawn if i < j < n}
    named = letters(names, ties)
    assert "a" in named[names[0]]
    for one, other in itertools.combinations(names, 2):
        assert bool(set(named[one]) & set(named[other])) == (frozenset((one, other)) in ties)
