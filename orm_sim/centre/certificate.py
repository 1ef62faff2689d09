"""What a check found, and the certificate that holds all of them."""

from __future__ import annotations

import html
import math
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Final

SMALL_ERROR: Final = 0.003
"""Largest standard error, over the value expected, of an estimate that may count as evidence."""
MANY: Final = 3.0
"""Standard errors within which an estimate must lie."""


@dataclass(frozen=True, slots=True)
class Check:
    """One figure against what it should be.

    Attributes
    ----------
    about, name : str
        What is verified, and the figure.
    expected, got, tolerance : float
        The check holds where got is within tolerance of expected.
    standard_error : float or None
        Of `got`, where it is random.
    holds : bool
        Whether it passed.
    """

    about: str
    name: str
    expected: float
    got: float
    tolerance: float
    standard_error: float | None
    holds: bool

    def as_dict(self) -> dict[str, str | float | bool | None]:
        """For JSON."""
        return {
            "about": self.about,
            "name": self.name,
            "expected": self.expected,
            "got": self.got,
            "tolerance": self.tolerance,
            "standard_error": self.standard_error,
            "passed": self.holds,
        }


def near(about: str, name: str, expected: float, got: float, tolerance: float) -> Check:
    """A figure without chance in it: within an absolute tolerance."""
    return Check(about, name, expected, got, tolerance, None, abs(got - expected) <= tolerance)


def close(about: str, name: str, expected: float, got: float, relative: float = 1e-9) -> Check:
    """A figure without chance in it: within a share of what is expected."""
    return near(about, name, expected, got, relative * max(abs(expected), 1e-30))


def estimated(
    about: str, name: str, expected: float, got: float, error: float, largest: float = SMALL_ERROR
) -> Check:
    """A figure with a standard error: within three of them, which must be small enough to mean something."""
    small = 0.0 < error <= largest * abs(expected)
    holds = small and abs(got - expected) <= MANY * error
    return Check(about, name, expected, got, MANY * error, error, holds)


@dataclass(frozen=True, slots=True)
class Certificate:
    """Every check of a verification, in the order of its parts.

    Attributes
    ----------
    checks : tuple of Check
    seconds : float
        Wall time it took.
    """

    checks: tuple[Check, ...]
    seconds: float

    @property
    def holds(self) -> bool:
        """Whether every check passed, and there was one."""
        return bool(self.checks) and all(check.holds for check in self.checks)

    def as_dict(self) -> dict[str, object]:
        """For JSON."""
        return {
            "passed": self.holds,
            "seconds": round(self.seconds, 2),
            "checks": [check.as_dict() for check in self.checks],
        }

    def table(self, about: str = "") -> Any:
        """The checks of the parts whose title begins so, as a pandas DataFrame: all where nothing is said."""
        import pandas as pd  # slow to load, and not needed to verify

        rows = [check.as_dict() for check in self.checks if check.about.startswith(about)]
        return pd.DataFrame(rows).set_index(["about", "name"])

    def _repr_html_(self) -> str:
        """The text of the certificate, for notebooks."""
        return f"<pre>{html.escape(chr(10).join(self.lines()))}</pre>"

    def lines(self) -> list[str]:
        """The certificate as text: a title for each part, a line for each check."""
        lines, about = [], ""
        for check in self.checks:
            if check.about != about:
                about = check.about
                lines += [
                    "",
                    about,
                    f"  {'':52s} {'expected':>12s} {'got':>12s} {'tolerance':>10s} {'error':>9s}",
                ]
            error = "" if check.standard_error is None else f"{check.standard_error:.2g}"
            verdict = "passed" if check.holds else "FAILED"
            numbers = f"{_short(check.expected):>12s} {_short(check.got):>12s} {check.tolerance:10.2g}"
            lines.append(f"  {check.name:52s} {numbers} {error:>9s}  {verdict}")
        failed = sum(not check.holds for check in self.checks)
        total = f"{len(self.checks)} checks, {failed or 'none'} failed, {self.seconds:.1f} s"
        return [*lines[1:], "", total]


def _short(value: float) -> str:
    if value == 0.0 or not math.isfinite(value):
        return f"{value:g}"
    return f"{value:.7g}"


Part = Callable[[int], list[Check]]
"""Checks that belong together, made from a seed."""
