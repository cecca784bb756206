"""Take closed bars that follow the last one, for all symbols in one call."""

from typing import Final, NamedTuple

import numpy as np
import numpy.typing as npt

from pl.kernel import kernel, leaf
from pl.market.batches import ClosedBars, Float64, Int32, Int64, UInt8
from pl.signals.bars import CLOSE, HIGH, LOW, N_COLUMNS, OPEN, VOLUME, is_sound
from pl.signals.births import begin_lives
from pl.signals.candles.catalogue import N_CANDLES
from pl.signals.candles.frame import FRAME_BARS, N_MEASURES, Frame
from pl.signals.candles.judging import Strengths
from pl.signals.chart.state import ChartState
from pl.signals.chart.state import fetch_row as fetch_charts
from pl.signals.charting import look_at_bar
from pl.signals.evaluation import HitRows, evaluate, mark_candles
from pl.signals.history import (
    History,
    fetch_row,
    make_room,
    set_anchor,
    step_bar,
    walk,
    write_bar,
    write_indicators,
)
from pl.signals.indicators.names import INDICATOR_NAMES
from pl.signals.lives import Endings, Lives
from pl.signals.living import end_lives, has_room

Flags = npt.NDArray[np.bool_]

HITS: Final = 0
FINDS: Final = 1
RESTATED: Final = 2
N_WRITTEN: Final = 3
"""What is counted while bars are closed."""

TAKEN: Final = 0
NOT_NEXT: Final = 1
NO_ROOM: Final = 2
FULL: Final = 3
"""What is taken has filled the room for open signals or endings; go on with more."""


class Arrivals(NamedTuple):
    """Hold a batch of bars as the kernel reads it; n bars.

    row : (n,) int32; start, anchor : (n,) int64 unix ms; prices : (n, 6) float64 open, high,
    low, close, volume, vwap; revision : (n,) int32; quality : (n,) uint8.
    """

    row: Int32
    start: Int64
    anchor: Int64
    prices: Float64
    revision: Int32
    quality: UInt8


class Desk(NamedTuple):
    """Hold room in which one bar is judged.

    frame : (FRAME_BARS, N_MEASURES) float64; strengths : (N_CANDLES,) int16.
    """

    frame: Frame
    strengths: Strengths


def empty_desk() -> Desk:
    """Return room in which one bar is judged."""
    frame = np.empty((FRAME_BARS, N_MEASURES), np.float64)
    return Desk(frame, np.empty(N_CANDLES, np.int16))


class IndicatorRows(NamedTuple):
    """Receive indicator rows; n bars.

    values : (n, N) float64, N indicators; patterns : (n,) int64 bits of the registry's patterns;
    candles : (n, 2) int64 bits of the catalogue's candlesticks, and of the bearish ones.
    """

    values: Float64
    patterns: Int64
    candles: Int64


def room_for_rows(n_bars: int) -> IndicatorRows:
    """Return room for the rows of `n_bars` bars."""
    return IndicatorRows(
        np.empty((n_bars, len(INDICATOR_NAMES)), np.float64),
        np.empty(n_bars, np.int64),
        np.empty((n_bars, 2), np.int64),
    )


def prices_of(bars: ClosedBars) -> Float64:
    """Return (n, 6) open, high, low, close, volume, vwap."""
    out = np.empty((len(bars), N_COLUMNS), np.float64)
    columns = (bars.open, bars.high, bars.low, bars.close, bars.volume, bars.vwap)
    for index, column in enumerate(columns):
        out[:, index] = column
    return out


@leaf
def append(history: History, batch: Arrivals, b: int, values: Float64) -> bool:
    """Append bar `b` of the batch and write its indicators; False when there is no room."""
    row = int(batch.row[b])
    if not make_room(history, row):
        return False
    i = int(history.n_bars[row])
    prices = batch.prices[b]
    write_bar(history, row, i, batch.start[b], prices, batch.revision[b], batch.quality[b])
    history.n_bars[row] = i + 1
    if batch.anchor[b] != history.anchor[row]:
        set_anchor(history, row, batch.anchor[b])
        walk(history, row, i, values)
        return True
    step_bar(history, row, i)
    write_indicators(history, row, i, values[0])
    return True


@leaf
def has_sound_prices(prices: Float64) -> bool:
    """Tell whether a bar can be computed with; `prices` has shape (6,)."""
    return is_sound(prices[OPEN], prices[HIGH], prices[LOW], prices[CLOSE], prices[VOLUME])


@kernel
def mark_sound(prices: Float64, out: Flags) -> None:
    """Note of each bar whether it can be computed with; `prices` has shape (n, 6)."""
    for b in range(len(prices)):
        out[b] = has_sound_prices(prices[b])


@leaf
def is_next(history: History, batch: Arrivals, b: int) -> bool:
    """Tell whether bar `b` is sound and later than every bar of its row."""
    row = int(batch.row[b])
    if not has_sound_prices(batch.prices[b]):
        return False
    n = history.n_bars[row]
    return bool(n == 0 or batch.start[b] > history.start[row, n - 1])


@leaf
def close_bar(
    history: History,
    charts: ChartState,
    batch: Arrivals,
    b: int,
    out: IndicatorRows,
    hits: HitRows,
    finds: Float64,
    lives: Lives,
    ended: Endings,
    desk: Desk,
    written: Int64,
) -> int:
    """Take bar `b` of the batch when it only has to be appended; tell what stopped it.

    written : (N_WRITTEN,) int64, how many hits and finds there are and how many bars went on at
    another scale of prices; it grows by those of the bar.
    """
    if not is_next(history, batch, b):
        return NOT_NEXT
    row = int(batch.row[b])
    if not has_room(lives, row, ended):
        return FULL
    held = history.n_bars[row]
    if not append(history, batch, b, out.values[b : b + 1]):
        return NO_ROOM
    i = int(history.n_bars[row]) - 1
    charts.dropped[row] += held - i
    written[RESTATED] += end_lives(history, lives, row, row, i, b, ended)
    first_hit, first_find = written[HITS], written[FINDS]
    written[FINDS] = look_at_bar(history, charts, row, row, i, b, finds, first_find)
    mark_candles(history, row, i, desk.frame, desk.strengths, out.candles[b])
    candles, state = out.candles[b, 0], history.state[row]
    written[HITS] = evaluate(history, state, row, i, b, candles, desk.frame, hits, first_hit)
    fired = (hits, first_hit, written[HITS], finds, first_find, written[FINDS])
    begin_lives(history, lives, row, row, i, b, fired, ended)
    bits = np.int64(0)
    for k in range(first_hit, written[HITS]):
        bits |= np.int64(1) << hits.facts[k, 2]
    out.patterns[b] = bits
    return TAKEN


@leaf
def close_bars(
    history: History,
    charts: ChartState,
    batch: Arrivals,
    begin: int,
    out: IndicatorRows,
    hits: HitRows,
    finds: Float64,
    lives: Lives,
    ended: Endings,
    desk: Desk,
    written: Int64,
) -> tuple[int, int]:
    """Take bars from `begin` on until one needs more than appending.

    written : (N_WRITTEN,) int64 zeros, receives how much was written, see `close_bar`.
    Returns how far it came and why it stopped.
    """
    for b in range(begin, len(batch.row)):
        ahead = int(batch.row[min(b + 1, len(batch.row) - 1)])
        fetch_row(history, ahead)
        fetch_charts(charts, ahead)
        stopped = close_bar(
            history, charts, batch, b, out, hits, finds, lives, ended, desk, written
        )
        if stopped != TAKEN:
            return b, stopped
    return len(batch.row), TAKEN
