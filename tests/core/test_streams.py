"""Keyed streams: published test vectors, known laws, and draws that nothing else can shift."""

import hashlib
import math
import struct

import mpmath as mp
import numpy as np
import pytest
from scipy import stats

from orm_sim.core.streams import (
    block,
    key,
    normal_quantile,
    normal_quantiles,
    normals,
    uniform_pair,
    uniforms,
)

ONES = 0xFFFFFFFF


@pytest.mark.parametrize(
    ("counter", "words", "expected"),
    [
        ((0, 0, 0, 0), (0, 0), (0x6627E8D5, 0xE169C58D, 0xBC57AC4C, 0x9B00DBD8)),
        ((ONES,) * 4, (ONES,) * 2, (0x408F276D, 0x41C83B0E, 0xA20BC7C6, 0x6D5451FD)),
        (
            (0x243F6A88, 0x85A308D3, 0x13198A2E, 0x03707344),
            (0xA4093822, 0x299F31D0),
            (0xD16CFE09, 0x94FDCCEB, 0x5001E420, 0x24126EA1),
        ),
    ],
)
def test_known_answers(counter: tuple[int, ...], words: tuple[int, ...], expected: tuple[int, ...]) -> None:
    """The vectors of Random123 for philox4x32 with ten rounds."""
    assert tuple(int(word) for word in block(*words, *counter)) == expected


def test_a_key_is_what_the_stream_is_for() -> None:
    assert key(7, 3, "patience", "inbound") == key(7, 3, "patience", "inbound")
    different = {
        key(7, 3, "patience", "inbound"),
        key(8, 3, "patience", "inbound"),
        key(7, 4, "patience", "inbound"),
        key(7, 3, "patience", "outbound"),
        key(7, 3, "patience"),
        key(7, 3, "patience", "in", "bound"),
        key(7, 3, "patiencein", "bound"),
        key(73, 0, "patience", "inbound"),
    }
    assert len(different) == 8
    assert all(0 <= word < 2**32 for pair in different for word in pair)


def test_keys_never_change() -> None:
    """Stored results depend on this value: BLAKE2b of the length-prefixed words, little-endian."""
    parts = [b"1", b"0", b"arrivals", b"inbound"]
    words = b"".join(struct.pack("<I", len(part)) + part for part in parts)
    assert key(1, 0, "arrivals", "inbound") == struct.unpack(
        "<II", hashlib.blake2b(words, digest_size=8).digest()
    )
    assert key(1, 0, "arrivals", "inbound") == (4123448689, 2743095484)


def test_a_draw_does_not_depend_on_how_many_are_drawn() -> None:
    stream = key(1, 2, "handle_time")
    many = uniforms(stream, 1000, c1=4, c2=5, c3=6)
    np.testing.assert_array_equal(uniforms(stream, 10, c1=4, c2=5, c3=6), many[:10])
    assert many[7] == uniform_pair(*stream, 7, 4, 5, 6)[0]
    for other in ({"c1": 5, "c2": 5, "c3": 6}, {"c1": 4, "c2": 4, "c3": 6}, {"c1": 4, "c2": 5, "c3": 7}):
        assert not np.isin(uniforms(stream, 1000, **other), many).any()
    assert uniforms(stream, 0).size == 0


def test_uniforms_stay_inside() -> None:
    """From all bits clear to all bits set, strictly between 0 and 1, and symmetric."""
    least = 0.5 * 2.0**-52
    u = np.concatenate([uniforms(key(1, r, "u"), 50_000) for r in range(4)])
    assert u.min() > 0
    assert u.max() < 1
    assert ((u / least) % 2 == 1).all()  # odd multiples of 2**-53
    assert 1.0 - least < 1.0


def test_uniforms_and_pairs_are_independent_uniforms() -> None:
    n = 200_000
    stream = key(5, 0, "law")
    pairs = np.array([uniform_pair(*stream, i, 0, 0, 0) for i in range(20_000)])
    for u in (uniforms(stream, n), pairs[:, 0], pairs[:, 1]):
        assert stats.kstest(u, "uniform").pvalue > 0.001
    assert abs(np.corrcoef(pairs.T)[0, 1]) < 4 / math.sqrt(pairs.shape[0])
    u = uniforms(stream, n)
    for lag in (1, 2, 4):
        assert abs(np.corrcoef(u[:-lag], u[lag:])[0, 1]) < 4 / math.sqrt(n)
    neighbours = [uniforms(key(5, r, "law"), 1)[0] for r in range(5000)]
    assert stats.kstest(neighbours, "uniform").pvalue > 0.001


def test_normal_quantile_to_the_last_digits() -> None:
    """Against the inverse computed to 30 digits, from the middle to the smallest uniform there is."""
    tails = [2.0**-53, 1e-15, 1e-11, 1.3e-11, 1.5e-11, 1e-5, 0.0749999, 0.075, 0.0750001, 0.3, 0.5 + 2.0**-50]
    rng = np.random.default_rng(1)
    with mp.workdps(30):
        for u in [*tails, *(1 - t for t in tails), *rng.random(100).tolist()]:
            exact = mp.sqrt(2) * mp.erfinv(2 * mp.mpf(u) - 1)
            assert normal_quantile(u) == pytest.approx(float(exact), rel=2e-15)


def test_normal_quantile_at_the_ends() -> None:
    assert normal_quantile(0.5) == 0
    assert normal_quantile(0.0) == -math.inf
    assert normal_quantile(1.0) == math.inf
    assert math.isnan(normal_quantile(-0.1))
    assert math.isnan(normal_quantile(1.1))
    assert math.isnan(normal_quantile(math.nan))


def test_normals_are_quantiles_of_uniforms() -> None:
    stream = key(2, 0, "shock")
    z = normals(stream, 100_000, c2=3)
    np.testing.assert_array_equal(z, normal_quantiles(uniforms(stream, 100_000, c2=3)))
    assert stats.kstest(z, "norm").pvalue > 0.001
