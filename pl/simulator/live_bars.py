"""Write the aggregates of the socket, and write them again when late trades come."""

from typing import Final

import numpy as np

from pl.simulator.days import DAY_MS
from pl.simulator.market import MINUTE_MS, SimulatedMarket
from pl.simulator.minutes import Bars
from pl.simulator.tape import Printed
from pl.simulator.wire import event_text

SECOND_MS: Final = 1_000
SPANS_MS: Final = {"A": SECOND_MS, "AM": MINUTE_MS}
DELAYS_MS: Final = {"A": 2_000, "AM": 100}
"""How long after its end a bar is first sent."""

Event = tuple[str, str, str]
"""Kind, symbol and JSON text of an event."""


class LiveBars:
    """Follow the clock and tell which aggregates are due for sending."""

    def __init__(self, market: SimulatedMarket, from_ms: int) -> None:
        self._market = market
        self._next_start = {
            kind: (from_ms - DELAYS_MS[kind]) // span * span for kind, span in SPANS_MS.items()
        }

    def due(self, kind: str, now_ms: int, symbols: frozenset[str]) -> list[Event]:
        """Return the aggregates of a kind that ended since the last call."""
        span, delay = SPANS_MS[kind], DELAYS_MS[kind]
        events: list[Event] = []
        while (start := self._next_start[kind]) + span + delay <= now_ms:
            for symbol in sorted(symbols):
                events += self._written(kind, symbol, start, now_ms)
            self._next_start[kind] = start + span
        return events

    def revised(
        self, kind: str, printed: Printed, now_ms: int, symbols: frozenset[str]
    ) -> list[Event]:
        """Return the aggregates, sent before, that these late trades have changed."""
        span = SPANS_MS[kind]
        trades = printed.trades
        start = trades.t_ms // span * span
        late = (trades.rule != 0) & (trades.arrives_ms > start + span + DELAYS_MS[kind])
        late &= start < self._next_start[kind]
        changed = {
            (self._market.listings[row].symbol, at)
            for row, at in zip(printed.row[late].tolist(), start[late].tolist(), strict=True)
        }
        wanted = sorted(item for item in changed if item[0] in symbols)
        return [event for symbol, at in wanted for event in self._written(kind, symbol, at, now_ms)]

    def _written(self, kind: str, symbol: str, start_ms: int, now_ms: int) -> list[Event]:
        read = self._market.second_bars if kind == "A" else self._market.minute_bars
        bars = read(symbol, start_ms, start_ms + SPANS_MS[kind], now_ms)
        if not len(bars):
            return []
        day = self._day_so_far(symbol, start_ms, now_ms)
        return [(kind, symbol, event_text(_aggregate(kind, symbol, bars, day)))]

    def _day_so_far(self, symbol: str, start_ms: int, now_ms: int) -> tuple[int, int, int]:
        """Return the official open, the volume and the notional of the day through now."""
        number, within = divmod(start_ms, DAY_MS)
        bars = self._market.day(symbol, number).bars
        minute = start_ms - within % MINUTE_MS
        before = bars.take(slice(0, int(np.searchsorted(bars.start_ms, minute))))
        running = self._market.minute_bars(symbol, minute, minute + 1, now_ms)
        first = before if len(before) else running
        return (
            int(first.open[0]),
            int(before.volume.sum() + running.volume.sum()),
            int(before.notional.sum() + running.notional.sum()),
        )


def _aggregate(kind: str, symbol: str, bars: Bars, day: tuple[int, int, int]) -> dict[str, object]:
    official_open, day_volume, day_notional = day
    start, volume, n = (int(c[0]) for c in (bars.start_ms, bars.volume, bars.trades))
    return {
        "ev": kind,
        "sym": symbol,
        "v": volume,
        "av": day_volume,
        "op": official_open / 100.0,
        "vw": int(bars.notional[0]) / (100.0 * volume),
        "o": int(bars.open[0]) / 100.0,
        "c": int(bars.close[0]) / 100.0,
        "h": int(bars.high[0]) / 100.0,
        "l": int(bars.low[0]) / 100.0,
        "a": round(day_notional / (100.0 * day_volume), 4),
        "z": volume // n,
        "s": start,
        "e": start + SPANS_MS[kind],
    }
