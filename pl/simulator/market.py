"""Answer questions about the simulated market as of an instant."""

from collections.abc import Iterator, Sequence
from functools import lru_cache
from typing import Final

import numpy as np

from pl.simulator.days import DAY_MS
from pl.simulator.minutes import Bars, Blocks, Day, make_day
from pl.simulator.tally import joined, no_bars, tally, windows
from pl.simulator.trades import MAX_LATENESS_MS, Trades, join, make_trades, no_trades
from pl.simulator.universe import Listing, listings_by_symbol

MINUTE_MS: Final = 60_000
FIRST_DAY: Final = 14_610
"""2010-01-01, before which nothing is listed."""
_WHOLE_DAYS_KEPT: Final = 2
_BAR_DAYS_KEPT: Final = 6
_MINUTES_KEPT: Final = 6


class SimulatedMarket:
    """Make days, bars and trades of the listings, and remember the latest asked for.

    Two markets with the same seed, rate and listings are the same market.
    """

    def __init__(self, seed: int, rate: float, listings: Sequence[Listing]) -> None:
        self.seed = seed
        self.rate = rate
        self.listings: tuple[Listing, ...] = tuple(listings)
        self._by_symbol = listings_by_symbol(listings)
        n = len(self.listings)
        self._day = lru_cache(_WHOLE_DAYS_KEPT * n)(self._make_day)
        self._bars = lru_cache(_BAR_DAYS_KEPT * n)(self._make_bars)
        self._total = lru_cache(2_000 * n)(self._make_total)
        self._trades = lru_cache(_MINUTES_KEPT * n)(self._make_trades)

    def listing(self, symbol: str) -> Listing | None:
        """Return the listing of a symbol, None when it is not listed."""
        return self._by_symbol.get(symbol)

    def day(self, symbol: str, day: int) -> Day:
        """Return a whole day, counted in days since 1970-01-01 UTC."""
        return self._day(symbol, day)

    def blocks(self, symbol: str, start_ms: int) -> Blocks:
        """Return the blocks (8,) of the minute that starts at `start_ms`."""
        day, within = divmod(start_ms, DAY_MS)
        return self._day(symbol, day).blocks.of_minute(within // MINUTE_MS)

    def trades(self, symbol: str, start_ms: int) -> Trades:
        """Return all trades of the minute that starts at `start_ms`, arrived or not."""
        return self._trades(symbol, start_ms)

    def trades_between(self, symbol: str, from_ms: int, to_ms: int, now_ms: int) -> Trades:
        """Return the trades in [from_ms, to_ms) that have arrived by `now_ms`."""
        first = from_ms - from_ms % MINUTE_MS
        parts = [self.trades(symbol, start) for start in range(first, to_ms, MINUTE_MS)]
        trades = join(parts or [no_trades()])
        inside = (trades.t_ms >= from_ms) & (trades.t_ms < to_ms) & (trades.arrives_ms <= now_ms)
        return trades.take(inside)

    def minute_bars(self, symbol: str, from_ms: int, to_ms: int, now_ms: int) -> Bars:
        """Return the bars of minutes starting in [from_ms, to_ms) as known at `now_ms`.

        A minute counts as settled when its latest trade must have arrived; later ones are
        added up from the trades that have. The running minute is partial.
        """
        from_ms = max(from_ms + -from_ms % MINUTE_MS, FIRST_DAY * DAY_MS)
        settled = (now_ms - MAX_LATENESS_MS) // MINUTE_MS * MINUTE_MS
        parts = list(self._settled(symbol, from_ms, min(to_ms, settled)))
        open_from, open_to = max(from_ms, settled), min(to_ms, now_ms + 1)
        if open_from < open_to:
            open_to += -open_to % MINUTE_MS
            parts.append(self._tallied(symbol, open_from, open_to, now_ms, MINUTE_MS))
        return joined(parts) if parts else no_bars()

    def second_bars(self, symbol: str, from_ms: int, to_ms: int, now_ms: int) -> Bars:
        """Return the bars of seconds starting in [from_ms, to_ms) as known at `now_ms`."""
        from_ms = max(from_ms + -from_ms % 1_000, FIRST_DAY * DAY_MS)
        to_ms = min(to_ms, now_ms + 1)
        if from_ms >= to_ms:
            return no_bars()
        return self._tallied(symbol, from_ms, to_ms + -to_ms % 1_000, now_ms, 1_000)

    def day_bars(self, symbol: str, first_day: int, last_day: int, now_ms: int) -> Bars:
        """Return the bars of the days, both included, as known at `now_ms`."""
        today = now_ms // DAY_MS
        days = range(max(first_day, FIRST_DAY), min(last_day, today) + 1)
        parts = [self._day_bar(symbol, day, now_ms) for day in days]
        return joined(parts) if parts else no_bars()

    def _day_bar(self, symbol: str, day: int, now_ms: int) -> Bars:
        if (day + 1) * DAY_MS + MAX_LATENESS_MS <= now_ms:
            return self._total(symbol, day)
        return _as_day(self.minute_bars(symbol, day * DAY_MS, (day + 1) * DAY_MS, now_ms))

    def _settled(self, symbol: str, from_ms: int, to_ms: int) -> Iterator[Bars]:
        for day in range(from_ms // DAY_MS, -(-to_ms // DAY_MS) if to_ms > from_ms else 0):
            bars = self._bars(symbol, day)
            first, end = np.searchsorted(bars.start_ms, [from_ms, to_ms])
            yield bars.take(slice(first, end))

    def _tallied(self, symbol: str, from_ms: int, to_ms: int, now_ms: int, span_ms: int) -> Bars:
        trades = self.trades_between(symbol, from_ms, to_ms, now_ms)
        groups, bars = tally(trades, trades.t_ms // span_ms)
        return bars.starting(groups * span_ms)

    def _make_day(self, symbol: str, day: int) -> Day:
        return make_day(self.seed, self._by_symbol[symbol], day, self.rate)

    def _make_bars(self, symbol: str, day: int) -> Bars:
        return make_day(self.seed, self._by_symbol[symbol], day, self.rate).bars

    def _make_total(self, symbol: str, day: int) -> Bars:
        return _as_day(self._bars(symbol, day))

    def _make_trades(self, symbol: str, start_ms: int) -> Trades:
        blocks = self.blocks(symbol, start_ms)
        return make_trades(self.seed, self._by_symbol[symbol], start_ms, blocks)


def _as_day(bars: Bars) -> Bars:
    groups, whole = windows(bars, bars.start_ms // DAY_MS)
    return whole.starting(groups * DAY_MS) if len(groups) else no_bars()
