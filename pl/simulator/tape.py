"""Play the trades of all listings in order of arrival."""

from collections import defaultdict
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
_LOOK_BACK: Final = -(-MAX_LATENESS_MS // MINUTE_MS)
_SECOND_MS: Final = 1_000


class Tape:
    """Play from an instant on: a late joiner misses what arrived before.

    Trades are made a minute ahead, one listing a call of `prepare`, and wait in the second in
    which they arrive, so that no slot of the loop pays for a whole minute.
    """

    def __init__(self, market: SimulatedMarket, from_ms: int) -> None:
        self._market = market
        self._played_to_ms = from_ms
        self._row = 0
        self._waiting: dict[int, list[Printed]] = defaultdict(list)
        self._second = from_ms // _SECOND_MS
        minute = from_ms - from_ms % MINUTE_MS
        self._minute = minute - _LOOK_BACK * MINUTE_MS
        self._finish_through(minute)
        self._playing = self._opened()

    def prepare(self, now_ms: int) -> None:
        """Make the next listing's trades of the coming minute, unless all is made."""
        if self._minute > now_ms + MINUTE_MS:
            return
        trades = self._market.trades(self._market.listings[self._row].symbol, self._minute)
        self._wait(trades.take(np.argsort(trades.arrives_ms, kind="stable")))
        self._row += 1
        if self._row == len(self._market.listings):
            self._row = 0
            self._minute += MINUTE_MS

    def due(self, until_ms: int) -> Printed:
        """Return what arrived since the last call, until `until_ms`, in order of arrival."""
        self._finish_through(until_ms)
        parts = []
        while self._second < until_ms // _SECOND_MS:
            parts.append(self._playing)
            self._second += 1
            self._playing = self._opened()
        arrived = int(np.searchsorted(self._playing.trades.arrives_ms, until_ms, side="right"))
        parts.append(self._playing.take(slice(0, arrived)))
        self._playing = self._playing.take(slice(arrived, None))
        self._played_to_ms = max(until_ms, self._played_to_ms)
        return _joined(parts) if len(parts) > 1 else parts[0]

    def _finish_through(self, until_ms: int) -> None:
        while self._minute <= until_ms:
            self.prepare(self._minute)

    def _wait(self, trades: Trades) -> None:
        """Put trades in order of arrival into the seconds in which they arrive."""
        first = int(np.searchsorted(trades.arrives_ms, self._played_to_ms, side="right"))
        printed = Printed(np.full(len(trades), self._row, np.int64), trades)
        seconds, starts = np.unique(trades.arrives_ms[first:] // _SECOND_MS, return_index=True)
        ends = [*(starts[1:] + first).tolist(), len(trades)]
        for second, start, end in zip(seconds.tolist(), starts.tolist(), ends, strict=False):
            self._waiting[second].append(printed.take(slice(start + first, end)))

    def _opened(self) -> Printed:
        parts = self._waiting.pop(self._second, [])
        if not parts:
            return _NOTHING
        printed = _joined(parts)
        return printed.take(np.argsort(printed.trades.arrives_ms, kind="stable"))


def _joined(parts: list[Printed]) -> Printed:
    return Printed(np.concatenate([p.row for p in parts]), join([p.trades for p in parts]))
