"""Memory used again from block to block: fresh pages cost a block more than what is written on them."""

from __future__ import annotations

import sys
import threading
from typing import Final

import numpy as np

from orm_sim.centre.skills.plan import Whole

_MOST_KEPT: Final = 12
_LARGE_PAGES: Final = 1 << 19
"""Words from which on the system is asked for large pages."""
_UNUSED: Final = 3
"""References to memory that nobody else holds: the list's, the loop's, and the question's own."""


class Arena(threading.local):
    """Memory of a thread."""

    def __init__(self) -> None:
        self._scratch = np.empty(0, np.int64)
        self._kept: list[Whole] = []

    def scratch(self, n: int) -> Whole:
        """At least so many words, for what does not outlive a block."""
        if self._scratch.size < n:
            wanted = n + n // 4
            self._scratch = np.empty(
                wanted if 4 * wanted < _LARGE_PAGES else max(wanted, _LARGE_PAGES), np.int64
            )
        return self._scratch

    def lasting(self, n: int) -> Whole:
        """So many words, which nobody else holds; they are given again once all that looks into them is gone."""
        for memory in self._kept:
            if n <= memory.size <= 2 * n + 1024 and sys.getrefcount(memory) == _UNUSED:
                return memory[:n]
        memory = np.empty(n + n // 8, np.int64)
        self._kept = [*self._kept[-_MOST_KEPT:], memory]
        return memory[:n]


ARENA: Final = Arena()
