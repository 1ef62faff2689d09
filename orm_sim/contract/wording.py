"""How amounts, shares and quantities are written in a term sheet and on an invoice."""

from __future__ import annotations

import string
from collections.abc import Callable, Mapping
from typing import Any, Final

import numpy as np

TOTALS: Final = ("total", "invoice", "invoice total", "total due")
"""Labels under which an invoice states its own total."""


_UNMEASURED: Final = "not measured"


def money(amount: float) -> str:
    """Dollars with thousands separators, two decimals: "$1,234.50", "-$8,000.00"."""
    return f"{'-' if amount < 0 else ''}${abs(amount):,.2f}"


def price(rate: float) -> str:
    """A unit price: two decimals, up to six where it has them: "$14.50", "$0.3375"."""
    digits = f"{abs(rate):,.6f}".rstrip("0")
    whole, _, decimals = digits.partition(".")
    return f"{'-' if rate < 0 else ''}${whole}.{decimals:0<2}"


def share(value: float) -> str:
    """A ratio in per cent: "80 %", "97.5 %"."""
    return f"{round(100.0 * value, 6):.10g} %"


def percent(value: float) -> str:
    """A measured ratio in per cent, to two decimals: "79.97 %"; nan where nothing was counted."""
    return _UNMEASURED if value != value else f"{number(100.0 * value)} %"


def number(value: float) -> str:
    """A quantity with thousands separators and at most two decimals: "1,234.5"; nan where nothing was counted."""
    if value != value:
        return _UNMEASURED
    text = f"{value:,.2f}"
    return text.rstrip("0").rstrip(".") if "." in text else text


def plain(value: float) -> str:
    """A number of the terms, with all its digits: "0.00735", "12,000"."""
    return f"{value:,.10g}"


def months_long(months: int) -> str:
    """So many months: "1 month", "6 months"."""
    return f"{months} month{'' if months == 1 else 's'}"


def listing(names: tuple[str, ...]) -> str:
    """Names as a sentence says them: "'a', 'b' and 'c'"."""
    quoted = [f"'{name}'" for name in names]
    return quoted[0] if len(quoted) == 1 else f"{', '.join(quoted[:-1])} and {quoted[-1]}"


def folded(label: str) -> str:
    """A label as it is compared: case, gaps and low lines do not tell two apart."""
    return " ".join(label.lower().replace("_", " ").split())


_FORMATS: dict[str, Callable[[float], str]] = {
    "money": money,
    "price": price,
    "share": share,
    "percent": percent,
    "number": number,
}


class _Words(string.Formatter):
    """`str.format` that also knows the formats above, and text that only stands where a part is true.

    "{fee:money}", and "{relieved:when , no credit this month}".
    """

    def format_field(self, value: Any, format_spec: str) -> str:
        if format_spec.startswith("when "):
            return format_spec.removeprefix("when ") if value else ""
        known = _FORMATS.get(format_spec)
        return known(float(value)) if known else str(super().format_field(value, format_spec))


def say(template: str, parts: Mapping[str, Any], shape: tuple[int, ...], at: tuple[int, ...]) -> str:
    """A template filled with one element of each part.

    Parameters
    ----------
    template : str
        Text with fields such as "{quantity:number}"; formats are money, price, share, percent, number, or Python's own.
    parts : mapping of str to array, number or str
        What the fields stand for; arrays broadcast to `shape`.
    shape, at : tuple of int
        Common shape of the parts, and the element meant.
    """
    chosen = {
        name: value if isinstance(value, str) else np.broadcast_to(value, shape)[at]
        for name, value in parts.items()
    }
    return _Words().vformat(template, (), chosen)
