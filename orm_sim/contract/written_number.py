"""Numbers as people write them in tables: thousands separators, decimal commas, currency signs, brackets, per cent."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Literal

Mark = Literal[".", ","]
"""The sign before the decimals."""

_GAPS = "\u00a0\u202f\u2009 '\u2019"
_SPACED = re.compile(rf"(?<=\d)[{_GAPS}](?=\d{{3}}(?!\d))")
_BODY = re.compile(r"(?:\d[\d.,]*|[.,]\d+)(?:[eE][+-]?\d+)?")
_CURRENCY = re.compile(r"^(?:USD|EUR|GBP|US\$|[$€£])\s*|\s*(?:USD|EUR|GBP|US\$|[$€£])$", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Written:
    """The digits of a number with its sign and its per-cent sign taken off.

    Parameters
    ----------
    body : str
        Digits with points and commas.
    negative, per_cent : bool
        Whether a minus (or brackets) and a per-cent sign stood there.
    spaced : bool
        Whether thousands are set apart by gaps, so that a point or comma can only stand before decimals.
    """

    body: str
    negative: bool
    per_cent: bool
    spaced: bool

    @property
    def mark(self) -> Mark | None:
        """The decimal mark that the writing gives away; None where there is none to see, or both are possible."""
        point, comma = self.body.count("."), self.body.count(",")
        if point and comma:
            return "." if self.body.rindex(".") > self.body.rindex(",") else ","
        if point + comma == 0:
            return None
        sign: Mark = "." if point else ","
        if point + comma > 1:
            return "," if sign == "." else "."
        whole, _, rest = re.split("[eE]", self.body)[0].partition(sign)
        grouped = len(rest) == 3 and 1 <= len(whole) <= 3 and not whole.startswith("0")
        return None if grouped and not self.spaced and "e" not in self.body.lower() else sign

    @property
    def is_ambiguous(self) -> bool:
        """Whether it may be read in two ways: 1,234."""
        return self.mark is None and any(sign in self.body for sign in ".,")

    def value(self, mark: Mark) -> float | None:
        """The number under a decimal mark; None where its thousands are not set apart in threes."""
        other = "," if mark == "." else "."
        whole, point, rest = self.body.partition(mark)
        exponent = ""
        if not point and "e" in whole.lower():
            whole, exponent = re.split("[eE]", whole)
            exponent = f"e{exponent}"
        groups = whole.split(other)
        in_threes = 1 <= len(groups[0]) <= 3 and all(len(each) == 3 for each in groups[1:])
        if (len(groups) > 1 and not in_threes) or other in rest or mark in rest:
            return None
        number = float(f"{''.join(groups) or '0'}.{rest or '0'}{exponent}")
        return -number if self.negative else number


def written(text: str) -> Written | None:
    """A number taken apart; None when the text is no number.

    Examples
    --------
    >>> written("(1.234,50 €)").value(",")
    -1234.5
    >>> written("12 345").value("."), written("1,234").is_ambiguous, written("n/a")
    (12345.0, True, None)
    """
    bare = text.strip().replace("\u2212", "-")
    negative = bare.startswith("(") and bare.endswith(")")
    bare = bare[1:-1].strip() if negative else bare
    per_cent = bare.endswith("%")
    bare = bare.removesuffix("%").strip(_GAPS)
    for _ in range(2):
        if bare[:1] in "+-" and bare[:1]:
            negative, bare = negative != (bare[0] == "-"), bare[1:].strip(_GAPS)
        bare = _CURRENCY.sub("", bare).strip(_GAPS)
    if bare.endswith("-"):
        negative, bare = not negative, bare[:-1].strip(_GAPS)
    closed = _SPACED.sub("", bare)
    if not _BODY.fullmatch(closed):
        return None
    return Written(closed, negative, per_cent, closed != bare)
