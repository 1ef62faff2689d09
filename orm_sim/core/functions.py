"""Logarithm and exponential without a branch or a call, so that loops over them compute several at once.

The processor's library answers one number a call; these are plain arithmetic, which the compiler vectorises where a
loop does nothing else. They are also the same to the bit on every system.
"""

from __future__ import annotations

import math
from typing import Any, Final

import numpy as np

from orm_sim.core.compiled import jit_inline

_LN2_HIGH: Final = 6.93147180369123816490e-01
_LN2_LOW: Final = 1.90821492927058770002e-10
_PER_LN2: Final = 1.44269504088896338700e00

_MANTISSA_BITS: Final[Any] = np.uint64(52)
_MANTISSA: Final[Any] = np.uint64((1 << 52) - 1)
_ROOT_HALF: Final[Any] = np.uint64(0x3FE6A09E00000000)
"""Bits of about sqrt(1/2): mantissas are taken from there up to sqrt(2)."""
_UP_TO_ONE: Final[Any] = np.uint64(0x3FF0000000000000 - 0x3FE6A09E00000000)
_BITS_OF_2_52: Final[Any] = np.uint64(0x4330000000000000)
_EXPONENT_ZERO: Final = 2.0**52 + 1023.0
_LEAST_NORMAL: Final = 2.0**-1022

_ROUNDS: Final = 1.5 * 2.0**52
"""Added to a number below 2**51, it leaves the nearest whole number in the lowest bits."""
_ROUNDS_LESS_EVEN: Final[Any] = np.uint64(0x4338000000000000 - 2200)
_HALF_BIAS: Final[Any] = np.uint64(1100 - 1023)
_ONE: Final[Any] = np.uint64(1)


@jit_inline
def log(x: float) -> float:
    """Natural logarithm (compiled, error below one unit in the last place).

    x = 2**k (1 + f) with 1 + f between sqrt(1/2) and sqrt(2); with s = f / (2 + f), log(1 + f) is 2 artanh(s), for
    which a minimax polynomial in s**2 stands.

    Parameters
    ----------
    x : float
        Any number.

    Returns
    -------
    float
        The logarithm; -inf at 0, inf at inf, nan below 0 and for nan.

    References
    ----------
    Coefficients and scheme: Sun Microsystems (1993), fdlibm, ``e_log.c``.

    Examples
    --------
    >>> log(1.0), round(log(10.0), 12)
    (0.0, 2.302585092994)
    """
    small = x < _LEAST_NORMAL
    shifted = np.float64(x * 2.0**54 if small else x).view(np.uint64) + _UP_TO_ONE
    exponent = np.uint64((shifted >> _MANTISSA_BITS) | _BITS_OF_2_52).view(np.float64) - _EXPONENT_ZERO
    exponent -= 54.0 if small else 0.0
    f = np.uint64((shifted & _MANTISSA) + _ROOT_HALF).view(np.float64) - 1.0
    half_square = 0.5 * f * f
    s = f / (2.0 + f)
    z = s * s
    w = z * z
    odd = w * (3.999999999940941908e-01 + w * (2.222219843214978396e-01 + w * 1.531383769920937332e-01))
    even = 1.818357216161805012e-01 + w * 1.479819860511658591e-01
    even = z * (6.666666666666735130e-01 + w * (2.857142874366239149e-01 + w * even))
    found = s * (half_square + (odd + even)) + exponent * _LN2_LOW - half_square + f + exponent * _LN2_HIGH
    if x > 0.0:
        return found if x < math.inf else x
    return -math.inf if x == 0.0 else math.nan


@jit_inline
def log1p(x: float) -> float:
    """Natural logarithm of 1 + x (compiled, error below two units in the last place, also for x near 0).

    What 1 + x loses by rounding is put back to the first order. Where nothing is lost, as with 1 - u for the uniforms
    of `orm_sim.core.streams`, this has the bits of `log(1 + x)`.

    Parameters
    ----------
    x : float
        Any number.

    Returns
    -------
    float
        The logarithm; -inf at -1, inf at inf, nan below -1 and for nan.

    Examples
    --------
    >>> log1p(1e-300), round(log1p(1.0), 12)
    (1e-300, 0.69314718056)
    """
    near = 1.0 + x
    lost = (x - (near - 1.0)) / near
    found = log(near)
    return found + lost if 0.0 < near < math.inf else found


@jit_inline
def exp(x: float) -> float:
    """The exponential (compiled, error about one unit in the last place).

    x = k ln 2 + r with r at most ln 2 / 2 away from 0; exp(r) is its Taylor polynomial of degree 13, whose remainder
    is below 1e-17. 2**k is applied in two halves, so that results below the least normal number are rounded once.

    Parameters
    ----------
    x : float
        Any number.

    Returns
    -------
    float
        The exponential; 0 from -746 down, inf from 709.8 up, nan for nan.

    References
    ----------
    ln 2 in two parts: Sun Microsystems (1993), fdlibm, ``e_exp.c``. Coefficients: 1 / k!.

    Examples
    --------
    >>> exp(0.0), round(exp(1.0), 12)
    (1.0, 2.718281828459)
    """
    bounded = -746.0 if x < -746.0 else (710.0 if x > 710.0 else x)
    rounded = bounded * _PER_LN2 + _ROUNDS
    k = rounded - _ROUNDS
    r = (bounded - k * _LN2_HIGH) - k * _LN2_LOW
    p = 1.0 / 479001600.0 + r * (1.0 / 6227020800.0)
    p = 1.0 / 39916800.0 + r * p
    p = 1.0 / 3628800.0 + r * p
    p = 1.0 / 362880.0 + r * p
    p = 1.0 / 40320.0 + r * p
    p = 1.0 / 5040.0 + r * p
    p = 1.0 / 720.0 + r * p
    p = 1.0 / 120.0 + r * p
    p = 1.0 / 24.0 + r * p
    p = 1.0 / 6.0 + r * p
    p = 0.5 + r * p
    p = 1.0 + (r + r * r * p)
    twice = np.float64(rounded).view(np.uint64) - _ROUNDS_LESS_EVEN  # k + 2200, above 0
    half = twice >> _ONE
    rest = twice - half
    return p * _power_of_two(half) * _power_of_two(rest)


@jit_inline
def _power_of_two(raised: int) -> float:
    """2**(raised - 1100), for a power of a normal number."""
    power: float = np.uint64((raised - _HALF_BIAS) << _MANTISSA_BITS).view(np.float64)
    return power
