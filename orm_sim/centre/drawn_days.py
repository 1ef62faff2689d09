"""Days of one pool whose contacts are drawn as they are played: draws, queue and counts in one compiled call a day.

For whoever looks at days and not at single draws. The interpreter hands over one address and is given memory to look
into; what a day decided is made into arrays when somebody asks for it.
"""

from __future__ import annotations

import struct
from dataclasses import dataclass
from typing import Any, Final

import numpy as np

from orm_sim.centre.kernel import Rows, play
from orm_sim.centre.outcome import DayOutcome
from orm_sim.centre.plan import DAY_S, INTERVAL_S, NOTHING, Carry, DayPlan, Floats, Whole
from orm_sim.centre.skills.arena import ARENA
from orm_sim.centre.skills.state import address
from orm_sim.centre.skills.views import _array, _pointer, numbers_at, whole_at
from orm_sim.core.compiled import jit, jit_inline
from orm_sim.core.streams import Key
from orm_sim.demand.contacts import draw_day, room_for

_F, _I = np.float64, np.int64
_OF_DAY: Final = ("day", "room", "out")
_ARRAYS: Final = ("rates", "log_mean", "log_sd", "until_s", "per_s", "staffed")
_DAYS: Final = np.dtype(
    [(name, _I) for name in (*_OF_DAY, *_ARRAYS)]
    + [("n_types", _I), ("n_intervals", _I), ("n_pieces", _I), ("k0", _I), ("k1", _I)]
    + [("left", _I), ("n_waiting", _I), ("n_busy", _I)]
    + [("short_share", _F), ("threshold_s", _F), ("interval_s", _F)]
)
"""Of this day: its number, the room for contacts, where its outcome goes · arrays · what the day before left."""
_DAY_WORDS: Final = struct.Struct(f"={len(_OF_DAY)}q")
_N_DECIDED, _N_WAITING, _N_BUSY, _HEAD = range(4)
_TABLES: Final = 8
"""Rows of sums by interval: four counts, two of waits, agents' seconds on contacts and logged in."""
_ROWS, _LEFT = 5, 4
"""Words of a contact's room among the decided (a byte stands for the state), and among those left."""


@dataclass(frozen=True, slots=True, eq=False, kw_only=True)
class Pool:
    """Demand and staffing of a day, every day the same but for its draws.

    Attributes
    ----------
    rates : float64[n_types, n_intervals]
        Expected contacts in each interval, busyness included.
    log_mean, log_sd : float64[n_types]
        Of the lognormal handle time, in log seconds.
    short_share : float
        Share of contacts of 1 to 10 s.
    until_s, per_s : float64[n_pieces]
        Hazard of patience, piece by piece; the last has no end.
    staffed : int64[n_intervals]
        Agents.
    threshold_s : float
        Of the service level.
    interval_s : float
    """

    rates: Floats
    log_mean: Floats
    log_sd: Floats
    until_s: Floats
    per_s: Floats
    staffed: Whole
    threshold_s: float
    short_share: float = 0.0
    interval_s: float = INTERVAL_S

    def __post_init__(self) -> None:
        """Refuse what compiled code could not read: it looks at addresses alone.

        Raises
        ------
        ValueError
            When an array has another shape or kind than stated, or a number is out of range.
        """
        n_types, n_intervals = self.rates.shape
        if self.log_mean.shape != (n_types,) or self.log_sd.shape != (n_types,):
            raise ValueError("log_mean and log_sd must have one value for each row of rates")
        if (
            self.staffed.shape != (n_intervals,)
            or self.until_s.shape != self.per_s.shape
            or not self.per_s.size
        ):
            raise ValueError("staffed must have one value an interval, until_s and per_s one value a piece")
        arrays = (self.rates, self.log_mean, self.log_sd, self.until_s, self.per_s)
        if any(each.dtype != _F for each in arrays) or self.staffed.dtype != _I:
            raise ValueError("rates and laws must be float64, staffed int64")
        if not ((self.rates >= 0.0) & (self.rates < np.inf)).all() or not 0.0 <= self.short_share < 1.0:
            raise ValueError("rates must be 0 or more and finite, short_share from 0 to below 1")

    def plan(self, stream: Key, day: int, carry: Carry = NOTHING) -> DayPlan:
        """A day with its contacts drawn, for any engine."""
        arrival_s, handle_s, patience_s, ref = draw_day(
            *stream, day, self.rates, self.interval_s, self.log_mean, self.log_sd, self.short_share, self.until_s,
            self.per_s,
        )  # fmt: skip
        return DayPlan(
            arrival_s=arrival_s, handle_s=handle_s, patience_s=patience_s, ref=ref, staffed=self.staffed,
            threshold_s=self.threshold_s, interval_s=self.interval_s, carry=carry,
        )  # fmt: skip


class Lived:
    """A day as the kernel left it; `outcome` makes arrays of it."""

    __slots__ = ("_n_intervals", "_room", "_words")

    def __init__(self, words: Whole, room: int, n_intervals: int) -> None:
        self._words, self._room, self._n_intervals = words, room, n_intervals

    @property
    def n_decided(self) -> int:
        """Contacts answered or abandoned."""
        return int(self._words[_N_DECIDED])

    @property
    def outcome(self) -> DayOutcome:
        """The whole outcome, its arrays parts of the day's memory."""
        words, room, n = self._words, self._room, int(self._words[_N_DECIDED])
        tables = words[_HEAD : _HEAD + _TABLES * (self._n_intervals + 1)].reshape(_TABLES, -1)
        seconds, at = tables.view(_F), _HEAD + tables.size
        rows = words[at : at + _ROWS * room].reshape(_ROWS, room)
        start, wait, end = rows[1:4, :n].view(_F)
        return DayOutcome(
            counts=tables[:4], waits_s=seconds[4:6], busy_s=seconds[6, :-1], staffed_s=seconds[7, :-1],
            ref=rows[0, :n], state=rows[4].view(np.int8)[:n], wait_s=wait, start_s=start, end_s=end,
            carry=self._carry(at + _ROWS * room),
        )  # fmt: skip

    def _carry(self, at: int) -> Carry:
        waiting, busy = int(self._words[_N_WAITING]), int(self._words[_N_BUSY])
        who = self._words[at : at + _LEFT * waiting].reshape(_LEFT, waiting)
        arrival, handle, deadline = who[1:].view(_F)
        ends = self._words[at + who.size : at + who.size + busy].view(_F)
        return Carry(arrival, handle, deadline, who[0], ends)


class Days:
    """One history of a pool, day after day, with what each leaves to the next."""

    def __init__(self, pool: Pool, stream: Key) -> None:
        self._pool, self._record = pool, np.zeros(1, _DAYS)
        self._arrays = {name: np.ascontiguousarray(getattr(pool, name)) for name in _ARRAYS}
        self._n_intervals = pool.staffed.size
        self._most = max(int(pool.staffed.max()), 0)
        self._came = room_for(float(pool.rates.sum()))
        self._left = np.empty(_LEFT * self._came + self._most, np.int64)
        self._waiting = 0
        sizes = {
            "n_types": pool.rates.shape[0],
            "n_intervals": self._n_intervals,
            "n_pieces": pool.per_s.size,
        }
        for name, value in sizes.items():
            self._record[name] = value
        for name, values in self._arrays.items():
            self._record[name] = address(values)
        for name in ("short_share", "threshold_s", "interval_s"):
            self._record[name] = getattr(pool, name)
        self._record["k0"], self._record["k1"] = stream
        self._record["left"] = address(self._left)
        self._at = address(self._record)
        self._bytes: Any = self._record.view(np.uint8)

    def live(self, day: int) -> Lived:
        """Draw and play the day of this number; the state goes on from the day lived before.

        Raises
        ------
        ValueError
            When the draws or the staffing break one of `orm_sim.centre.plan.FAULTS`.
        """
        room = self._came + self._waiting
        if self._left.size < _LEFT * room + self._most:
            self._left = np.concatenate((self._left, np.empty(2 * _LEFT * room, np.int64)))
            self._record["left"] = address(self._left)
        words = ARENA.lasting(_HEAD + _TABLES * (self._n_intervals + 1) + (_ROWS + _LEFT) * room + self._most)
        _DAY_WORDS.pack_into(self._bytes, 0, day, room, address(words))
        _live(self._at)
        self._waiting = int(words[_N_WAITING])
        return Lived(words, room, self._n_intervals)


@jit_inline
def _days_at(at: int) -> Any:
    return _array(_pointer(at), (1,), dtype=_DAYS)[np.uint64(0)]


@jit_inline
def _bytes_at(at: int, n: int) -> Any:
    return _array(_pointer(at), (n,), dtype=np.int8)


@jit
def _live(at: int) -> None:
    """Draw, play, and write down the day of a record of `_DAYS`."""
    c = _days_at(at)
    n_types, n_intervals, waiting = c.n_types, c.n_intervals, c.n_waiting
    rates = numbers_at(c.rates, 0, n_types * n_intervals).reshape((n_types, n_intervals))
    arrival, handle, patience, ref = draw_day(
        c.k0, c.k1, c.day, rates, c.interval_s, numbers_at(c.log_mean, 0, n_types), numbers_at(c.log_sd, 0, n_types),
        c.short_share, numbers_at(c.until_s, 0, c.n_pieces), numbers_at(c.per_s, 0, c.n_pieces),
    )  # fmt: skip
    room, n = c.room, waiting + arrival.size
    rows = c.out + 8 * (_HEAD + _TABLES * (n_intervals + 1))
    decided, busy_s, staffed_s, left = play(
        Rows(
            whole_at(rows, 0, n), _bytes_at(rows + 32 * room, n), numbers_at(rows, 2 * room, n),
            numbers_at(rows, room, n), numbers_at(rows, 3 * room, n),
        ),
        arrival, handle, patience, ref, whole_at(c.staffed, 0, n_intervals), c.interval_s, c.threshold_s, DAY_S,
        numbers_at(c.left, waiting, waiting), numbers_at(c.left, 2 * waiting, waiting),
        numbers_at(c.left, 3 * waiting, waiting), whole_at(c.left, 0, waiting),
        numbers_at(c.left, 4 * waiting, c.n_busy),
    )  # fmt: skip
    _sum_up(c.out, n_intervals, decided[0], decided[1], busy_s, staffed_s)
    c.n_waiting, c.n_busy = left[0].size, left[4].size
    for at in (c.left, rows + 8 * _ROWS * room):  # a day that nobody keeps gives its memory to the next
        _write_left(at, left[0], left[1], left[2], left[3], left[4])
    head = whole_at(c.out, 0, _HEAD)
    head[_N_DECIDED], head[_N_WAITING], head[_N_BUSY] = decided[2].size, c.n_waiting, c.n_busy


@jit
def _sum_up(out: int, n: int, counts: Whole, waits_s: Floats, busy_s: Floats, staffed_s: Floats) -> None:
    """Write sums by interval of arrival and of work."""
    whole = whole_at(out, _HEAD, 4 * (n + 1))
    seconds = numbers_at(out, _HEAD + 4 * (n + 1), 4 * (n + 1))
    for k in range(n + 1):
        for row in range(4):
            whole[row * (n + 1) + k] = counts[row, k]
        for row in range(2):
            seconds[row * (n + 1) + k] = waits_s[row, k]
        seconds[2 * (n + 1) + k] = busy_s[k] if k < n else 0.0
        seconds[3 * (n + 1) + k] = staffed_s[k] if k < n else 0.0


@jit
def _write_left(
    at: int, arrival_s: Floats, handle_s: Floats, deadline_s: Floats, ref: Whole, busy_end_s: Floats
) -> None:
    """Write down what is left to the next day."""
    waiting = ref.size
    names, times = whole_at(at, 0, waiting), numbers_at(at, waiting, 3 * waiting)
    for i in range(waiting):
        names[i], times[i] = ref[i], arrival_s[i]
        times[waiting + i], times[2 * waiting + i] = handle_s[i], deadline_s[i]
    ends = numbers_at(at, 4 * waiting, busy_end_s.size)
    for i in range(busy_end_s.size):
        ends[i] = busy_end_s[i]
