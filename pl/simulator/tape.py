"""Play the trades of all listings in order of arrival."""

from dataclasses import dataclass
from typing import Final

import numpy as np

from pl.simulator.market import MINUTE_MS, SimulatedMarket
from pl.simulator.randomness import Int64
from pl.simulator.trades import MAX_LATENESS_MS, Trades, join, no_trades


@dataclass(frozen=True, slots=True)
class Printed:
    """Hold trades of several listings in order of arrival; row (n,) indexes the listings."""

    row: Int64
    trades: Trades

    def __len__(self) -> int:
        return len(self.row)

    def take(self, index: slice | Int64) -> "Printed":
        """Return the trades chosen by a slice or an index."""
        return Printed(self.row[index], self.trades.take(index))


_NOTHING: Final = Printed(np.empty(0, np.int64), no_trades())


class _Sheet:
    """Hold the trades of one minute that have not been played."""

    def __init__(self, start_ms: int, printed: Printed, played_to_ms: int) -> None:
        self.start_ms = start_ms
        self._printed = printed.take(np.argsort(printed.trades.arrives_ms, kind="stable"))
        self._next = int(np.searchsorted(self._arrivals, played_to_ms, side="right"))

    @property
    def _arrivals(self) -> Int64:
        return self._printed.trades.arrives_ms

    @property
    def is_played(self) -> bool:
        return self._next == len(self._printed)

    def due(self, until_ms: int) -> Printed:
        first = self._next
        self._next = int(np.searchsorted(self._arrivals, until_ms, side="right"))
        due = self._printed.take(slice(first, self._next))
        if self._next > len(self._printed) * 15 // 16:
            self._forget_played()
        return due

    def _forget_played(self) -> None:
        left = np.arange(self._next, len(self._printed))
        self._printed, self._next = self._printed.take(left), 0


_LOOK_BACK: Final = -(-MAX_LATENESS_MS // MINUTE_MS)


class Tape:
    """Play from an instant on: a late joiner misses what arrived before.

    A minute is prepared one listing a call of `prepare`, so that no slot of the loop pays for
    a whole minute; `due` finishes what is missing.
    """

    def __init__(self, market: SimulatedMarket, from_ms: int) -> None:
        self._market = market
        self._played_to_ms = from_ms
        minute = from_ms - from_ms % MINUTE_MS
        self._next_minute = minute - _LOOK_BACK * MINUTE_MS
        self._parts: list[Printed] = []
        self._sheets: list[_Sheet] = []
        self._finish_through(minute)

    def prepare(self, now_ms: int) -> None:
        """Make the next listing's trades of the coming minute, unless all is made."""
        if self._next_minute > now_ms + MINUTE_MS:
            return
        row = len(self._parts)
        trades = self._market.trades(self._market.listings[row].symbol, self._next_minute)
        self._parts.append(Printed(np.full(len(trades), row, np.int64), trades))
        if row + 1 == len(self._market.listings):
            self._add_sheet()

    def due(self, until_ms: int) -> Printed:
        """Return what arrived since the last call, until `until_ms`, in order of arrival."""
        self._finish_through(until_ms)
        self._played_to_ms = max(until_ms, self._played_to_ms)
        chunks = [sheet.due(self._played_to_ms) for sheet in self._sheets]
        self._sheets = [sheet for sheet in self._sheets if not sheet.is_played]
        return _merged([chunk for chunk in chunks if len(chunk)])

    def _finish_through(self, until_ms: int) -> None:
        while self._next_minute <= until_ms:
            self.prepare(self._next_minute)

    def _add_sheet(self) -> None:
        printed = _merged(self._parts)
        self._sheets.append(_Sheet(self._next_minute, printed, self._played_to_ms))
        self._parts = []
        self._next_minute += MINUTE_MS


def _merged(parts: list[Printed]) -> Printed:
    if len(parts) < 2:
        return parts[0] if parts else _NOTHING
    printed = Printed(np.concatenate([p.row for p in parts]), join([p.trades for p in parts]))
    return printed.take(np.argsort(printed.trades.arrives_ms, kind="stable"))
