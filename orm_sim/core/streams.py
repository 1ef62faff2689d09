"""Keyed random streams: a draw is a pure function of what it is for, never of how many draws came before.

Philox4x32-10 (Salmon et al. 2011) turns a key (seed, replication, purpose, names) and a counter of four words
(say contact, attempt, day) into four 32-bit words. Adding a stream or reordering calls never shifts another.
"""

from __future__ import annotations

import hashlib
import math
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from orm_sim.core.compiled import jit, jit_inline
from orm_sim.core.functions import log
from orm_sim.core.vectors import wide

Key = tuple[int, int]
Floats = NDArray[np.float64]

_HALF: Final[Any] = np.uint64(32)
_M0: Final[Any] = np.uint64(0xD2511F53)
_M1: Final[Any] = np.uint64(0xCD9E8D57)
_W0: Final[Any] = np.uint32(0x9E3779B9)
_W1: Final[Any] = np.uint32(0xBB67AE85)
_26: Final = np.uint64(26)
_6: Final = np.uint64(6)
_STEP: Final = 2.0**-52
_MIDDLE: Final = 0.425
_SURELY_NEAR: Final = 1e-10
"""A tail of at least this lies in the nearer range of the two, which reaches to exp(-25)."""


def key(seed: int, replication: int, purpose: str, *names: str) -> Key:
    """Key of one stream: two 32-bit words hashed (BLAKE2b) from what the stream is for.

    Parameters
    ----------
    seed : int
        Seed of the study.
    replication : int
        Number of the replication.
    purpose : str
        What is drawn, such as ``"handle_time"``.
    *names : str
        Whom it is drawn for: programme, contact type, site, ...

    Returns
    -------
    tuple of int
        ``(k0, k1)``, each in [0, 2**32).

    Examples
    --------
    >>> key(1, 0, "patience", "inbound") == key(1, 0, "patience", "inbound")
    True
    >>> key(1, 0, "patience", "inbound") == key(1, 1, "patience", "inbound")
    False
    """
    digest = hashlib.blake2b(digest_size=8)
    for part in (str(seed), str(replication), purpose, *names):
        word = part.encode()
        digest.update(len(word).to_bytes(4, "little") + word)  # the length keeps "a","bc" and "ab","c" apart
    words = digest.digest()
    return int.from_bytes(words[:4], "little"), int.from_bytes(words[4:], "little")


@jit_inline
def block(k0: int, k1: int, c0: int, c1: int, c2: int, c3: int) -> tuple[int, int, int, int]:
    """Four random 32-bit words for one key and one counter (Philox4x32-10, compiled).

    Parameters
    ----------
    k0, k1 : int
        The key, 32-bit words; see `key`.
    c0, c1, c2, c3 : int
        The counter, 32-bit words.

    Returns
    -------
    tuple of int
        Four words in [0, 2**32).

    Examples
    --------
    >>> [f"{int(word):08x}" for word in block(0, 0, 0, 0, 0, 0)]
    ['6627e8d5', 'e169c58d', 'bc57ac4c', '9b00dbd8']
    """
    a0, a1 = _word(k0), _word(k1)
    x0, x1, x2, x3 = _word(c0), _word(c1), _word(c2), _word(c3)
    x0, x1, x2, x3 = _round(x0, x1, x2, x3, a0, a1)  # ten rounds, written out: a loop would not be vectorised
    x0, x1, x2, x3 = _round(x0, x1, x2, x3, _raised(a0, _W0, 1), _raised(a1, _W1, 1))
    x0, x1, x2, x3 = _round(x0, x1, x2, x3, _raised(a0, _W0, 2), _raised(a1, _W1, 2))
    x0, x1, x2, x3 = _round(x0, x1, x2, x3, _raised(a0, _W0, 3), _raised(a1, _W1, 3))
    x0, x1, x2, x3 = _round(x0, x1, x2, x3, _raised(a0, _W0, 4), _raised(a1, _W1, 4))
    x0, x1, x2, x3 = _round(x0, x1, x2, x3, _raised(a0, _W0, 5), _raised(a1, _W1, 5))
    x0, x1, x2, x3 = _round(x0, x1, x2, x3, _raised(a0, _W0, 6), _raised(a1, _W1, 6))
    x0, x1, x2, x3 = _round(x0, x1, x2, x3, _raised(a0, _W0, 7), _raised(a1, _W1, 7))
    x0, x1, x2, x3 = _round(x0, x1, x2, x3, _raised(a0, _W0, 8), _raised(a1, _W1, 8))
    return _round(x0, x1, x2, x3, _raised(a0, _W0, 9), _raised(a1, _W1, 9))


@jit_inline
def _round(x0: int, x1: int, x2: int, x3: int, a0: int, a1: int) -> tuple[int, int, int, int]:
    """One round on words of exactly 32 bits: their products are what a processor multiplies several of at once."""
    even, odd = _M0 * np.uint64(x0), _M1 * np.uint64(x2)
    left, right = _word(odd >> _HALF) ^ x1 ^ a0, _word(even >> _HALF) ^ x3 ^ a1
    return _word(left), _word(odd), _word(right), _word(even)


@jit_inline
def _raised(word: int, step: int, times: int) -> int:
    """The key of a later round."""
    return _word(word + step * _word(times))


@jit_inline
def _word(value: int) -> int:
    """The lowest 32 bits, as a number of 32 bits."""
    return np.uint32(value)  # type: ignore[return-value]  # numba words stand for int


@jit_inline
def uniform_pair(k0: int, k1: int, c0: int, c1: int, c2: int, c3: int) -> tuple[float, float]:
    """Two independent uniforms strictly between 0 and 1 for one key and one counter (compiled).

    Each is an odd multiple of 2**-53: 52 random bits, symmetric about 1/2, never 0 or 1.

    Parameters
    ----------
    k0, k1 : int
        The key; see `key`.
    c0, c1, c2, c3 : int
        The counter, 32-bit words.

    Returns
    -------
    tuple of float
        ``(u, v)``.
    """
    x0, x1, x2, x3 = block(k0, k1, c0, c1, c2, c3)
    return _unit(x0, x1), _unit(x2, x3)


@jit_inline
def _unit(high: int, low: int) -> float:
    bits = ((np.uint64(high) << _26) | (np.uint64(low) >> _6)) >> _6  # 32 + 26 bits, the top 52 kept
    return (float(np.int64(bits)) + 0.5) * _STEP


@jit
def normal_quantile(u: float) -> float:
    """Value a standard normal variable stays below with probability ``u`` (compiled, relative error < 1e-15).

    Wichura's AS 241 (PPND16): rational functions in the middle and in two ranges of each tail.

    Parameters
    ----------
    u : float
        Probability, strictly between 0 and 1.

    Returns
    -------
    float
        The quantile; -inf at 0, inf at 1, nan outside.

    References
    ----------
    Wichura (1988), Algorithm AS 241, Applied Statistics 37, 477-484.

    Examples
    --------
    >>> round(normal_quantile(0.975), 12)
    1.95996398454
    """
    q = u - 0.5
    if abs(q) <= _MIDDLE:
        return q * _middle(0.180625 - q * q)
    tail = u if q < 0.0 else 1.0 - u
    if not tail > 0.0:
        return math.copysign(math.inf, q) if tail == 0.0 else math.nan
    r = math.sqrt(-log(tail))
    z = _near_tail(r - 1.6) if r <= 5.0 else _far_tail(r - 5.0)
    return -z if q < 0.0 else z


@jit_inline
def _middle(r: float) -> float:
    above = 2.5090809287301226727e3
    above = above * r + 3.3430575583588128105e4
    above = above * r + 6.7265770927008700853e4
    above = above * r + 4.5921953931549871457e4
    above = above * r + 1.3731693765509461125e4
    above = above * r + 1.9715909503065514427e3
    above = above * r + 1.3314166789178437745e2
    above = above * r + 3.3871328727963666080e0
    below = 5.2264952788528545610e3
    below = below * r + 2.8729085735721942674e4
    below = below * r + 3.9307895800092710610e4
    below = below * r + 2.1213794301586595867e4
    below = below * r + 5.3941960214247511077e3
    below = below * r + 6.8718700749205790830e2
    below = below * r + 4.2313330701600911252e1
    return above / (below * r + 1.0)


@jit_inline
def _near_tail(r: float) -> float:
    above = 7.74545014278341407640e-4
    above = above * r + 2.27238449892691845833e-2
    above = above * r + 2.41780725177450611770e-1
    above = above * r + 1.27045825245236838258e0
    above = above * r + 3.64784832476320460504e0
    above = above * r + 5.76949722146069140550e0
    above = above * r + 4.63033784615654529590e0
    above = above * r + 1.42343711074968357734e0
    below = 1.05075007164441684324e-9
    below = below * r + 5.47593808499534494600e-4
    below = below * r + 1.51986665636164571966e-2
    below = below * r + 1.48103976427480074590e-1
    below = below * r + 6.89767334985100004550e-1
    below = below * r + 1.67638483018380384940e0
    below = below * r + 2.05319162663775882187e0
    return above / (below * r + 1.0)


@jit
def _far_tail(r: float) -> float:
    above = 2.01033439929228813265e-7
    above = above * r + 2.71155556874348757815e-5
    above = above * r + 1.24266094738807843860e-3
    above = above * r + 2.65321895265761230930e-2
    above = above * r + 2.96560571828504891230e-1
    above = above * r + 1.78482653991729133580e0
    above = above * r + 5.46378491116411436990e0
    above = above * r + 6.65790464350110377720e0
    below = 2.04426310338993978564e-15
    below = below * r + 1.42151175831644588870e-7
    below = below * r + 1.84631831751005468180e-5
    below = below * r + 7.86869131145613259100e-4
    below = below * r + 1.48753612908506148525e-2
    below = below * r + 1.36929880922735805310e-1
    below = below * r + 5.99832206555887937690e-1
    return above / (below * r + 1.0)


def uniforms(key: Key, n: int, c1: int = 0, c2: int = 0, c3: int = 0) -> Floats:
    """Uniforms strictly between 0 and 1 for entities 0 to n - 1: the first of each counter (c0, c1, c2, c3).

    Parameters
    ----------
    key : tuple of int
        The stream; see `key`.
    n : int
        Number of draws.
    c1, c2, c3 : int
        Rest of the counter, such as attempt, day and type.

    Returns
    -------
    float64[n]
        A longer array begins with a shorter one.
    """
    return _uniforms(key[0], key[1], n, c1, c2, c3)


def normals(key: Key, n: int, c1: int = 0, c2: int = 0, c3: int = 0) -> Floats:
    """Standard normal draws for entities 0 to n - 1: the quantiles of `uniforms` with the same arguments."""
    return _normals(key[0], key[1], n, c1, c2, c3)


@jit
def normal_quantiles(u: Floats) -> Floats:
    """`normal_quantile` of each element, the same bits: float64 of the same length, u one-dimensional (compiled).

    Each range of the function is a loop of its own, which is vectorised: the middle is computed for all, then those
    in the tails are picked out and put right.
    """
    wide()
    z, tail, place = np.empty(u.size), np.empty(u.size), np.empty(u.size, np.int64)
    for i in range(u.size):
        q = u[i] - 0.5
        z[i] = q * _middle(0.180625 - q * q)
    n = 0
    for i in range(u.size):
        place[n] = i
        n += not abs(u[i] - 0.5) <= _MIDDLE
    for k in range(n):
        tail[k] = u[place[k]]
    for k in range(n):
        least = tail[k] if tail[k] < 0.5 else 1.0 - tail[k]
        nearer = _near_tail(math.sqrt(-log(least)) - 1.6)
        tail[k] = -nearer if tail[k] < 0.5 else nearer
    for k in range(n):
        i = place[k]
        z[i] = tail[k] if _SURELY_NEAR <= u[i] <= 1.0 - _SURELY_NEAR else normal_quantile(u[i])
    return z


@jit
def _uniforms(k0: int, k1: int, n: int, c1: int, c2: int, c3: int) -> Floats:
    drawn = np.empty(n)
    for i in range(n):
        drawn[i] = uniform_pair(k0, k1, i, c1, c2, c3)[0]
    return drawn


@jit
def _normals(k0: int, k1: int, n: int, c1: int, c2: int, c3: int) -> Floats:
    return normal_quantiles(_uniforms(k0, k1, n, c1, c2, c3))
