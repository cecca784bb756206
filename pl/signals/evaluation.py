"""Judge closed bars by every pattern and write what fired as numbers."""

import math
from collections.abc import Callable
from typing import Final, NamedTuple

import numpy as np

from pl.kernel import as_int64, inner_leaf, kernel, leaf
from pl.market.batches import QUALITY_PARTIAL, Float64, Int64
from pl.signals.anchors import anchors_of
from pl.signals.bars import CLOSE, HIGH, LOW, OPEN, VOLUME, Bars
from pl.signals.candidates import MAX_DEFINING_BARS, N_PATTERNS, possible, whole_bars
from pl.signals.candles.catalogue import N_CANDLES
from pl.signals.candles.frame import Frame, empty_frame
from pl.signals.candles.judging import LONGEST, UNTOUCHED, Strengths, candle_bits
from pl.signals.confidence import context_score, volume_score
from pl.signals.history import MINUTE_MS, History, find, is_fetched
from pl.signals.hits import Hit
from pl.signals.indicators.clock import look_at_clock
from pl.signals.indicators.session import step_session
from pl.signals.indicators.state import SESSION_BARS, STATE_SIZE, USUAL_RANGE, USUAL_VOLUME
from pl.signals.indicators.windows import look
from pl.signals.judging import DIRECTION, PATTERN, judge_all
from pl.signals.registry import PATTERNS, SESSION_WIDE, TRAITS, WEIGHTS
from pl.signals.restated import holds_restated

N_FACTS: Final = 6
N_NUMBERS: Final = 12
N_BARS: Final = tuple(pattern.n_bars for pattern in PATTERNS)
LAST_TIME: Final[Int64] = np.array(N_BARS, np.int64) - 1
"""By pattern: which of a hit's times is the start of the bar that closed."""


class HitRows(NamedTuple):
    """Receive hits from the kernels; N is room for every pattern on every bar.

    facts : (N, 6) int64 cause, row, pattern, direction, revision, position;
    times : (N, 4) int64 unix ms; numbers : (N, 12) float64 in the order of `Hit`.
    """

    facts: Int64
    times: Int64
    numbers: Float64


def room_for(n_bars: int) -> HitRows:
    """Return room for the hits of `n_bars` bars; pages are touched only when written."""
    n = n_bars * N_PATTERNS
    return HitRows(
        np.empty((n, N_FACTS), np.int64),
        np.empty((n, MAX_DEFINING_BARS), np.int64),
        np.empty((n, N_NUMBERS), np.float64),
    )


@leaf
def changes_since(history: History, row: int, i: int, born_ms: float) -> int:
    """Return a number that grows with each change of a bar up to `i`, from before a birth on.

    A revision counts two; that a bar was completed afterwards, which leaves its revision as it
    is, counts one. What is long before is told by the clock, not in bars: a late bar would push
    another one, and its changes, out of the window.
    """
    total = 0
    since = born_ms - history.window_bars * history.bar_ms
    for j in range(i, -1, -1):
        if history.start[row, j] <= since:
            break
        total += 2 * history.revision[row, j]
        total += is_fetched(history.quality[row, j])
    return total


@leaf
def is_whole(history: History, row: int, i: int, n_bars: int) -> bool:
    """Tell whether each of the `n_bars` bars up to bar `i` was watched from end to end."""
    partial = 0
    for j in range(i - n_bars + 1, i + 1):
        partial += history.quality[row, j] == QUALITY_PARTIAL
    return partial == 0


@inner_leaf
def mark_candles(
    history: History, row: int, i: int, frame: Frame, strengths: Strengths, out: Int64
) -> None:
    """Write which candlesticks bar `i` of a row completes, and which of them are bearish.

    One that reaches back to a partial bar is left out. frame, strengths : room to work in;
    out : (2,) int64.
    """
    fired, bearish = candle_bits(history.columns[..., row], i, frame, strengths)
    for ago in range(min(LONGEST, i + 1)):
        if history.quality[row, i - ago] == QUALITY_PARTIAL:
            fired &= UNTOUCHED[ago]
            break
    out[0] = fired
    out[1] = bearish & fired


@kernel
def mark_range(history: History, row: int, begin: int, end: int, out: Int64) -> None:
    """Write the candlesticks of bars `begin` to `end` - 1 of a row; `out` is (n, 2) int64."""
    frame = empty_frame()
    strengths = np.empty(N_CANDLES, np.int16)
    for i in range(begin, end):
        mark_candles(history, row, i, frame, strengths, out[i - begin])


@inner_leaf
def is_misled(history: History, state: Float64, row: int, i: int, pattern: int) -> bool:
    """Tell whether what a pattern reads at bar `i` holds prices of two scales."""
    n_bars = TRAITS[pattern, 0]
    if SESSION_WIDE[pattern]:
        n_bars = max(n_bars, int(state[SESSION_BARS]))
    return holds_restated(history.start[row], history.columns[..., row], i, n_bars)


@inner_leaf
def write_numbers(out: Float64, bars: Bars, i: int, usual: float, unit: float) -> None:
    """Write what every hit of bar `i` shares."""
    out[4] = bars[i, OPEN]
    out[5] = bars[i, HIGH]
    out[6] = bars[i, LOW]
    out[7] = bars[i, CLOSE]
    out[8] = bars[i, VOLUME]
    out[9] = bars[i - 1, CLOSE]
    out[10] = usual
    out[11] = unit


@inner_leaf
def weigh(pattern: int, fit: float, volume: float, context: float) -> float:
    """Return the confidence of a pattern, to two decimals."""
    weights = WEIGHTS[pattern]
    confidence = weights[0] * fit + weights[1] * volume + weights[2] * context
    return float(math.floor(confidence * 100.0 + 0.5) / 100.0)


@leaf
def move_verdict(out: HitRows, place: int, to: int) -> None:
    """Move what a rule said."""
    out.facts[to, PATTERN] = out.facts[place, PATTERN]
    out.facts[to, DIRECTION] = out.facts[place, DIRECTION]
    for column in range(3):
        out.numbers[to, column] = out.numbers[place, column]


@leaf
def write_hit(history: History, state: Float64, row: int, i: int, out: HitRows, place: int) -> None:
    """Complete a hit on bar `i` whose verdict is written."""
    bars, facts, numbers = history.columns[..., row], out.facts[place], out.numbers[place]
    pattern, direction = facts[PATTERN], facts[DIRECTION]
    usual, unit = state[USUAL_VOLUME], state[USUAL_RANGE]
    _, n_bars, setting, _ = TRAITS[pattern]
    context = context_score(bars, i, setting, direction, n_bars, unit)
    numbers[3] = weigh(pattern, numbers[0], volume_score(bars[i, VOLUME], usual), context)
    write_numbers(numbers, bars, i, usual, unit)
    facts[1] = row
    facts[4] = 0
    facts[5] = i
    for k in range(n_bars):
        out.times[place, k] = history.start[row, i - n_bars + 1 + k]
    for k in range(n_bars, MAX_DEFINING_BARS):
        out.times[place, k] = 0


@inner_leaf
def evaluate(
    history: History,
    state: Float64,
    row: int,
    i: int,
    cause: int,
    candles: int,
    frame: Frame,
    out: HitRows,
    n_hits: int,
) -> int:
    """Judge bar `i` of a row by every pattern; append the hits and return how many there are.

    state : a row's state that has seen the bar, its session and its windows at least;
    candles : which candlesticks it completes; frame : that of the bar when it completes any.
    """
    bars = history.columns[..., row]
    look_at_clock(state, history.start[row], i, history.bar_ms)
    bits = possible(history.active, bars, i, candles, whole_bars(history, row, i))
    judged = judge_all(bars, i, state, frame, bits, out.facts, out.numbers, n_hits)
    kept = n_hits
    for k in range(n_hits, judged):
        pattern = out.facts[k, PATTERN]
        if is_misled(history, state, row, i, pattern):
            continue
        if kept != k:
            move_verdict(out, k, kept)
        write_hit(history, state, row, i, out, kept)
        out.facts[kept, 0] = cause
        kept += 1
    return kept


@kernel
def evaluate_range(
    history: History, row: int, begin: int, end: int, opens: Int64, out: HitRows
) -> int:
    """Judge bars `begin` to `end` - 1 of a row; return how many hits were written.

    opens : (n, 2) position of the first bar and open, unix ms, of their sessions, rising, the
    first at or before `begin`.
    """
    n_hits = as_int64(0)
    bars = history.columns[..., row]
    candles = np.empty(2, np.int64)
    frame = empty_frame()
    strengths = np.empty(N_CANDLES, np.int16)
    state = np.zeros(STATE_SIZE, np.float64)
    passed = 0
    for i in range(opens[0, 0], end):
        if passed < len(opens) and i == opens[passed, 0]:
            state[:] = 0.0
            passed += 1
        minute = (history.start[row, i] - opens[passed - 1, 1]) / MINUTE_MS
        step_session(state, bars, i, minute)
        if i >= begin:
            look(state, bars, i)
            mark_candles(history, row, i, frame, strengths, candles)
            n_hits = evaluate(history, state, row, i, as_int64(0), candles[0], frame, out, n_hits)
    return n_hits


def hits_of(facts: Int64, times: Int64, numbers: Float64) -> list[Hit]:
    """Return the hits of n rows of numbers, columns as in `HitRows`."""
    return [
        Hit._make((*fact[:5], tuple(time[: N_BARS[fact[2]]]), *number))
        for fact, time, number in zip(facts.tolist(), times.tolist(), numbers.tolist(), strict=True)
    ]


def read_hits(rows: HitRows, n_hits: int) -> list[Hit]:
    """Return the hits that the kernels wrote, in their order."""
    return hits_of(rows.facts[:n_hits], rows.times[:n_hits], rows.numbers[:n_hits])


@leaf
def place_sessions(
    history: History, row: int, begin: int, end: int, opens: Int64, out: Int64
) -> int:
    """Write which sessions bars `begin` to `end` - 1 of a row belong to; return how many.

    opens : rising opens of all sessions that the bars belong to, unix ms; out : (end - begin, 2)
    position of the first bar, and open, of each session, rising.
    """
    n = 0
    last = end - 1
    while last >= begin:
        session = np.searchsorted(opens, history.start[row, last], side="right") - 1
        out[n, 0] = min(find(history, row, opens[session]), last)
        out[n, 1] = opens[session]
        last = out[n, 0] - 1
        n += 1
    for k in range(n // 2):
        for column in range(2):
            other = out[n - 1 - k, column]
            out[n - 1 - k, column] = out[k, column]
            out[k, column] = other
    return n


def session_starts(
    history: History, row: int, begin: int, end: int, session_open: Callable[[int], int]
) -> Int64:
    """Return first bar and open of the sessions of bars `begin` to `end` - 1 of a row, rising."""
    opens = np.unique(anchors_of(history.start[row, begin:end], session_open))
    places = np.empty((max(end - begin, 0), 2), np.int64)
    return places[: place_sessions(history, row, begin, end, opens, places)]


def rows_between(
    history: History, row: int, begin: int, end: int, session_open: Callable[[int], int]
) -> tuple[HitRows, int]:
    """Return what the patterns say of bars `begin` to `end` - 1 of a row, oldest first, and how
    many hits that is."""
    rows = room_for(max(end - begin, 0))
    if end <= begin:
        return rows, 0
    opens = session_starts(history, row, begin, end, session_open)
    return rows, evaluate_range(history, row, begin, end, opens, rows)
