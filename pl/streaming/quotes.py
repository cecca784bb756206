"""Keep what the page needs of each symbol: price, change, volume, state."""

from collections.abc import Mapping, Sequence

import numpy as np

from contracts.messages.streaming import Quotes
from pl.market.batches import QUALITY_LIVE, ClosedBars, Float64, Int64, UInt8
from pl.market.halts import Halts
from pl.market.quotes import Developing
from pl.market.states import MUTE_AFTER_MS, STATE_NAMES, symbol_states

UNSAID = 255


class QuoteBoard:
    """Know the state of each symbol and which quotes changed since they were last asked for.

    cadence_ms : how long a feed that lives may say nothing, because it brings bars when they are
    over.
    """

    def __init__(self, symbols: Sequence[str], cadence_ms: int = 0) -> None:
        n = len(symbols)
        self._symbols = symbols
        self._cadence_ms = cadence_ms
        self._rows = {symbol: row for row, symbol in enumerate(symbols)}
        self._last_start_ms: Int64 = np.full(n, -1, np.int64)
        self._last_quality = np.full(n, QUALITY_LIVE, np.uint8)
        self.halts = Halts(n)
        self._missing: Int64 = np.zeros(n, np.int64)
        self._price: Float64 = np.full(n, np.nan)
        self._volume: Float64 = np.full(n, np.nan)
        self._state: UInt8 = np.full(n, UNSAID, np.uint8)

    def closed(self, bars: ClosedBars) -> None:
        """Take the quality of each symbol's newest bar; `bars` are sorted by (start_ms, row)."""
        newest = bars.take(bars.start_ms >= self._last_start_ms[bars.row])
        self._last_start_ms[newest.row] = newest.start_ms
        self._last_quality[newest.row] = newest.quality
        self.halts.traded(bars.row, bars.start_ms)

    def gaps(self, missing_minutes: Mapping[str, int]) -> None:
        """Take over how many minutes of each symbol are known to be missing."""
        self._missing[:] = 0
        for symbol, minutes in missing_minutes.items():
            self._missing[self._rows[symbol]] = minutes

    def states(
        self, quotes: Developing, now_ms: int, feed_last_ms: int, *, open_ms: int | None
    ) -> UInt8:
        """Return the state of each symbol (n_symbols,), an index into STATE_NAMES.

        open_ms : when the running session began, None outside of one.
        """
        now_ms -= self._cadence_ms
        market_open = open_ms is not None
        feed_lives = market_open and now_ms - feed_last_ms <= MUTE_AFTER_MS
        watched = (self._missing == 0) & feed_lives
        return symbol_states(
            now_ms=now_ms,
            feed_last_ms=feed_last_ms,
            last_trade_ms=quotes.last_ms,
            missing_minutes=self._missing,
            last_quality=self._last_quality,
            halted=self.halts.halted(now_ms, quotes.last_ms, watched, open_ms or 0),
            market_open=market_open,
        )

    def changed(self, quotes: Developing, states: UInt8) -> Quotes | None:
        """Return what changed since the last call, None when nothing did."""
        moved = (quotes.last != self._price) | (quotes.day_volume != self._volume)
        moved |= states != self._state
        moved &= np.isfinite(quotes.last)
        if not moved.any():
            return None
        self._price, self._volume, self._state = quotes.last, quotes.day_volume, states
        rows = np.flatnonzero(moved)
        return Quotes(
            symbols=[self._symbols[row] for row in rows.tolist()],
            price=quotes.last[rows].tolist(),
            change_percent=np.round(_change_percent(quotes)[rows], 4).tolist(),
            volume=quotes.day_volume[rows].tolist(),
            state=[STATE_NAMES[state] for state in states[rows].tolist()],
        )


def _change_percent(quotes: Developing) -> Float64:
    """Return the change since the previous close, since the open where that is not known."""
    reference = np.where(np.isfinite(quotes.previous_close), quotes.previous_close, quotes.day_open)
    known = np.isfinite(reference) & (reference > 0)
    change = np.zeros(len(reference))
    change[known] = (quotes.last[known] / reference[known] - 1.0) * 100.0
    return change
