"""Take closed bars that follow the last one, for all symbols in one call."""

from typing import Final, NamedTuple

import numpy as np
import numpy.typing as npt

from pl.kernel import inner_leaf, kernel, leaf
from pl.market.batches import Float64, Int32, Int64, UInt8
from pl.signals.bars import CLOSE, HIGH, LOW, OPEN, VOLUME, VWAP, is_sound
from pl.signals.births import begin_lives
from pl.signals.candles.catalogue import N_CANDLES
from pl.signals.candles.frame import Frame, empty_frame
from pl.signals.candles.judging import Strengths
from pl.signals.chart.state import ChartState
from pl.signals.chart.state import fetch_row as fetch_charts
from pl.signals.charting import look_at_bar, room_for_finds
from pl.signals.evaluation import HitRows, evaluate, mark_candles, room_for
from pl.signals.history import (
    History,
    fetch_column,
    fetch_walk,
    make_room,
    set_anchor,
    step_bar,
    walk,
    write_bar,
    write_indicators,
)
from pl.signals.indicators.names import INDICATOR_NAMES
from pl.signals.ledger import (
    ENDED_CHART,
    ENDED_HIT,
    Ledger,
    empty_ledger,
    enter_ends,
    enter_finds,
    enter_hits,
)
from pl.signals.lives import Endings, Lives, room_for_endings
from pl.signals.living import end_lives, fetch_open, has_room

Flags = npt.NDArray[np.bool_]

HITS: Final = 0
FINDS: Final = 1
RESTATED: Final = 2
N_WRITTEN: Final = 3
"""What is counted while bars are closed."""

CLOSES: Final = 216
ENDS: Final = 72
OPENS: Final = 24
VOLUMES: Final = 32
"""How many of the newest closes, highs or lows, opens and volumes most closes read."""

TAKEN: Final = 0
NOT_NEXT: Final = 1
NO_ROOM: Final = 2
FULL: Final = 3
"""What is taken has filled the room for open signals or endings; go on with more."""


class Arrivals(NamedTuple):
    """Hold a batch of bars as the kernel reads it; n bars.

    row : (n,) int64; start, anchor, session : (n,) int64 unix ms, see `anchors`; prices : (n, 6)
    float64 open, high, low, close, volume, vwap; revision : (n,) int32; quality : (n,) uint8.
    """

    row: Int64
    start: Int64
    anchor: Int64
    session: Int64
    prices: Float64
    revision: Int32
    quality: UInt8


class Room(NamedTuple):
    """Receive what bars cause, and lend room to judge one in.

    hits, finds, ended, ledger : see each; written : (N_WRITTEN,) int64, how many hits and finds
    there are, and how many bars went on at another scale of prices; frame : of
    candles; strengths : (N_CANDLES,) int16.
    """

    hits: HitRows
    finds: Float64
    ended: Endings
    ledger: Ledger
    written: Int64
    frame: Frame
    strengths: Strengths


def room_of(lives: Lives, n_bars: int) -> Room:
    """Return room for what `n_bars` bars may cause; pages are touched only when written."""
    hits, finds = room_for(n_bars), room_for_finds(n_bars + 1)
    ended = room_for_endings(lives, n_bars)
    most = len(hits.facts) + len(finds) + len(ended.hits) + len(ended.charts)
    return Room(
        hits,
        finds,
        ended,
        empty_ledger(most),
        np.zeros(N_WRITTEN, np.int64),
        empty_frame(),
        np.empty(N_CANDLES, np.int16),
    )


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


@inner_leaf
def append(history: History, batch: Arrivals, b: int, values: Float64, coming: int) -> bool:
    """Append bar `b` of the batch and write its indicators; False when there is no room.

    coming : the row whose closes are fetched meanwhile.
    """
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
    step_bar(history, row, i, batch.session[b])
    fetch_column(history, coming, CLOSE, 0, CLOSES // 2)
    write_indicators(history, row, i, values[0])
    fetch_column(history, coming, CLOSE, CLOSES // 2, CLOSES)
    return True


@inner_leaf
def has_sound_prices(prices: Float64) -> bool:
    """Tell whether a bar can be computed with; `prices` has shape (6,)."""
    return is_sound(prices[OPEN], prices[HIGH], prices[LOW], prices[CLOSE], prices[VOLUME])


@kernel
def mark_sound(prices: Float64, out: Flags) -> None:
    """Note of each bar whether it can be computed with; `prices` has shape (n, 6)."""
    for b in range(len(prices)):
        out[b] = has_sound_prices(prices[b])


@inner_leaf
def is_next(history: History, batch: Arrivals, b: int) -> bool:
    """Tell whether bar `b` is sound and later than every bar of its row."""
    row = int(batch.row[b])
    if not has_sound_prices(batch.prices[b]):
        return False
    n = history.n_bars[row]
    return bool(n == 0 or batch.start[b] > history.start[row, n - 1])


@inner_leaf
def patterns_of(hits: HitRows, begin: int, end: int) -> np.int64:
    """Return the patterns of hits `begin` to `end` - 1 as bits."""
    bits = np.int64(0)
    for k in range(begin, end):
        bits |= np.int64(1) << hits.facts[k, 2]
    return bits


@leaf
def close_bars(
    history: History,
    charts: ChartState,
    lives: Lives,
    batch: Arrivals,
    begin: int,
    out: IndicatorRows,
    room: Room,
) -> tuple[int, int]:
    """Take bars from `begin` on until one needs more than appending.

    Returns how far it came and why it stopped.

    What the bar after a bar reads is fetched bit by bit meanwhile: a third of a close would be
    spent waiting for memory, and asking for all of it at once waits, too.
    """
    hits, finds, ended, ledger, written = (
        room.hits,
        room.finds,
        room.ended,
        room.ledger,
        room.written,
    )
    for b in range(begin, len(batch.row)):
        ahead = min(b + 1, len(batch.row) - 1)
        row, coming = int(batch.row[b]), int(batch.row[ahead])
        fetch_walk(history, coming)
        if not is_next(history, batch, b):
            return b, NOT_NEXT
        if not has_room(lives, row, ended):
            return b, FULL
        held = history.n_bars[row]
        if not append(history, batch, b, out.values[b : b + 1], coming):
            return b, NO_ROOM
        i = int(history.n_bars[row]) - 1
        charts.dropped[row] += held - i
        hit, find, end, chart_end = written[HITS], written[FINDS], ended.n[0], ended.n[1]
        written[RESTATED] += end_lives(history, lives, row, row, i, b, ended)
        fetch_column(history, coming, LOW, 0, ENDS)
        written[FINDS] = look_at_bar(history, charts, row, row, i, b, finds, find)
        fetch_column(history, coming, HIGH, 0, ENDS)
        mark_candles(history, row, i, room.frame, room.strengths, out.candles[b])
        fetch_column(history, coming, OPEN, 0, OPENS)
        fetch_column(history, coming, VOLUME, 0, VOLUMES)
        fetch_column(history, coming, VWAP, 0, 1)
        state, candles = history.state[row], out.candles[b, 0]
        written[HITS] = evaluate(history, state, row, i, b, candles, room.frame, hits, hit)
        fetch_charts(charts, coming, int(history.n_bars[coming]))
        fetch_open(lives, coming, batch.prices[ahead])
        fired = (hits, hit, written[HITS], finds, find, written[FINDS])
        begin_lives(history, lives, row, row, i, b, fired, ended)
        enter_ends(ledger, ended.hits, end, ended.n[0], ENDED_HIT)
        enter_ends(ledger, ended.charts, chart_end, ended.n[1], ENDED_CHART)
        enter_hits(ledger, hits, hit, written[HITS])
        enter_finds(ledger, finds, find, written[FINDS])
        out.patterns[b] = patterns_of(hits, hit, written[HITS])
    return len(batch.row), TAKEN
