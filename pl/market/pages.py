"""Keep the bars of a period, such as the minutes of a session, and fold ranges of them.

A folded value is a pure function of the bars in its range: summed afresh, in their order.
"""

import math
from typing import Final

import numpy as np

from pl.kernel import kernel, leaf
from pl.market.batches import ClosedBars, Float64, Int32, Int64, UInt8
from pl.market.columns import stacked
from pl.sparse import sparse

ABSENT: Final = 255
"""Stands for the quality where there is no bar."""

SAME: Final = 0
OTHER_FACTS: Final = 1
OTHER_QUALITY: Final = 2

OPEN: Final = 0
HIGH: Final = 1
LOW: Final = 2
CLOSE: Final = 3
VOLUME: Final = 4
VWAP: Final = 5
N_PRICES: Final = 6


class Page:
    """Hold the bars of a period, a row a symbol and a slot a bar; all arrays are (S, slots).

    prices : (S, slots, 6) float64 open, high, low, close, volume, vwap; quality : ABSENT where
    there is no bar. Memory is touched only where a bar is written.
    """

    def __init__(self, n_symbols: int, n_slots: int) -> None:
        self.prices = sparse((n_symbols, n_slots, N_PRICES), np.float64)
        self.trade_count = sparse((n_symbols, n_slots), np.int32)
        self.revision = sparse((n_symbols, n_slots), np.int32)
        self.quality = np.full((n_symbols, n_slots), ABSENT, np.uint8)

    def clear(self) -> None:
        """Forget every bar."""
        self.quality[:] = ABSENT

    def put(self, bars: ClosedBars, slot: Int64) -> UInt8:
        """Write bars, in order, at their slots (n,); return what each changed, (n,) uint8.

        An older revision than the one held changes nothing; a bar that cannot be computed with
        removes what it replaces.
        """
        change = np.zeros(len(bars), np.uint8)
        put_bars(
            self.prices,
            self.trade_count,
            self.revision,
            self.quality,
            bars.row.astype(np.int64),
            slot,
            stacked(bars, axis=1),
            bars.trade_count.astype(np.int32),
            bars.revision.astype(np.int32),
            bars.quality.astype(np.uint8),
            change,
        )
        return change

    def fold(self, row: Int64, first: Int64, end: Int64, start_ms: Int64) -> ClosedBars:
        """Return one bar a range of slots [first, end) of a row, all (n,), revision 0.

        A range without bars gives a bar of quality ABSENT and NaN prices.
        """
        n = len(row)
        prices = np.empty((n, N_PRICES), np.float64)
        trade_count = np.empty(n, np.int32)
        quality = np.empty(n, np.uint8)
        fold_ranges(
            self.prices,
            self.trade_count,
            self.quality,
            row,
            first,
            end,
            prices,
            trade_count,
            quality,
        )
        open_, high, low, close, volume, vwap = np.ascontiguousarray(prices.T)
        return ClosedBars(
            row.astype(np.int32),
            start_ms,
            open_,
            high,
            low,
            close,
            volume,
            vwap,
            trade_count,
            np.zeros(n, np.int32),
            quality,
        )


@leaf
def is_usable(bar: Float64) -> bool:
    """Tell whether a bar (6,) can be folded: finite, positive, in order, no negative volume."""
    for place in range(VOLUME + 1):
        if not math.isfinite(bar[place]):
            return False
    if bar[LOW] <= 0.0 or bar[VOLUME] < 0.0:
        return False
    return bool(bar[LOW] <= min(bar[OPEN], bar[CLOSE]) and bar[HIGH] >= max(bar[OPEN], bar[CLOSE]))


@leaf
def is_same(held: Float64, bar: Float64) -> bool:
    """Tell whether two bars (6,) have the same facts; NaN equals NaN."""
    for place in range(N_PRICES):
        if held[place] != bar[place] and not (math.isnan(held[place]) and math.isnan(bar[place])):
            return False
    return True


@kernel
def put_bars(
    prices: Float64,
    trade_count: Int32,
    revision: Int32,
    quality: UInt8,
    row: Int64,
    slot: Int64,
    bars: Float64,
    bar_count: Int32,
    bar_revision: Int32,
    bar_quality: UInt8,
    change: UInt8,
) -> None:
    """Write bars one after the other; note what each changed."""
    for b in range(len(row)):
        r, s = row[b], slot[b]
        held = quality[r, s] != ABSENT
        if not is_usable(bars[b]):
            change[b] = OTHER_FACTS if held else SAME
            quality[r, s] = ABSENT
            continue
        if held and bar_revision[b] < revision[r, s]:
            continue
        same = held and trade_count[r, s] == bar_count[b] and is_same(prices[r, s], bars[b])
        if not same:
            change[b] = OTHER_FACTS
        elif quality[r, s] != bar_quality[b]:
            change[b] = OTHER_QUALITY
        for place in range(N_PRICES):
            prices[r, s, place] = bars[b, place]
        trade_count[r, s] = bar_count[b]
        revision[r, s] = bar_revision[b]
        quality[r, s] = bar_quality[b]


@leaf
def worth(bar: Float64) -> float:
    """Return the price at which a bar's (6,) volume counts; the typical one without a vwap."""
    if math.isfinite(bar[VWAP]):
        return float(bar[VWAP])
    return float((bar[HIGH] + bar[LOW] + bar[CLOSE]) / 3.0)


@leaf
def fold_one(prices: Float64, quality: UInt8, first: int, end: int, out: Float64) -> int:
    """Fold the slots [first, end) of a row into `out` (6,); return the gravest quality."""
    gravest = ABSENT
    traded = 0.0
    for s in range(first, end):
        if quality[s] == ABSENT:
            continue
        if gravest == ABSENT:
            gravest = int(quality[s])
            for place in range(VOLUME):
                out[place] = prices[s, place]
            out[VOLUME] = 0.0
        gravest = max(gravest, int(quality[s]))
        out[HIGH] = max(out[HIGH], prices[s, HIGH])
        out[LOW] = min(out[LOW], prices[s, LOW])
        out[CLOSE] = prices[s, CLOSE]
        out[VOLUME] += prices[s, VOLUME]
        traded += worth(prices[s]) * prices[s, VOLUME]
    if gravest == ABSENT:
        for place in range(N_PRICES):
            out[place] = math.nan
    else:
        out[VWAP] = traded / out[VOLUME] if out[VOLUME] > 0.0 else out[CLOSE]
    return gravest


@kernel
def fold_ranges(
    prices: Float64,
    trade_count: Int32,
    quality: UInt8,
    row: Int64,
    first: Int64,
    end: Int64,
    out: Float64,
    out_count: Int32,
    out_quality: UInt8,
) -> None:
    """Fold a range of slots for each of the n rows asked for."""
    for k in range(len(row)):
        r = row[k]
        out_quality[k] = fold_one(prices[r], quality[r], first[k], end[k], out[k])
        trades = 0
        for s in range(first[k], end[k]):
            if quality[r, s] != ABSENT:
                trades += trade_count[r, s]
        out_count[k] = trades
