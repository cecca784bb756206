"""Judge closed bars by every pattern and write what fired as numbers."""

import math
from typing import Final, NamedTuple

import numpy as np

from pl.kernel import kernel, leaf
from pl.market.batches import QUALITY_BACKFILLED, QUALITY_PARTIAL, Float64, Int64
from pl.signals.bars import CLOSE, HIGH, LOW, OPEN, VOLUME, Bars, mean, mean_true_range
from pl.signals.candles.catalogue import N_CANDLES
from pl.signals.candles.frame import FRAME_BARS, N_MEASURES, Frame
from pl.signals.candles.judging import LONGEST, UNTOUCHED, Strengths, candle_bits
from pl.signals.confidence import context_score, volume_score
from pl.signals.history import History
from pl.signals.hits import NONE, Hit
from pl.signals.registry import PATTERNS, TRAITS, WEIGHTS, WINDOW_BARS, judge

N_PATTERNS: Final = len(PATTERNS)
USUAL_BARS: Final = 20
RANGE_BARS: Final = 14
MAX_DEFINING_BARS: Final = 4
N_FACTS: Final = 6
N_NUMBERS: Final = 11


class HitRows(NamedTuple):
    """Receive hits from the kernels; N is room for every pattern on every bar.

    facts : (N, 6) int64 cause, row, pattern, direction, revision, position;
    times : (N, 4) int64 unix ms; numbers : (N, 11) float64 in the order of `Hit`.
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
def count_changes(history: History, row: int, i: int) -> int:
    """Return a number that grows with each change of a bar up to bar `i` and not long before.

    A revision counts two; that a bar was completed afterwards, which leaves its revision as it
    is, counts one. What is long is told by the clock, not in bars: a late bar would push another
    one, and its changes, out of the window.
    """
    total = 0
    since = history.start[row, i] - WINDOW_BARS * history.bar_ms
    for j in range(i, -1, -1):
        if history.start[row, j] <= since:
            break
        total += 2 * history.revision[row, j]
        total += history.quality[row, j] == QUALITY_BACKFILLED
    return total


@leaf
def is_whole(history: History, row: int, i: int, n_bars: int) -> bool:
    """Tell whether each of the `n_bars` bars up to bar `i` was watched from end to end."""
    partial = 0
    for j in range(i - n_bars + 1, i + 1):
        partial += history.quality[row, j] == QUALITY_PARTIAL
    return partial == 0


@leaf
def mark_candles(
    history: History, row: int, i: int, frame: Frame, strengths: Strengths, out: Int64
) -> None:
    """Write which candlesticks bar `i` of a row completes, and which of them are bearish.

    One that reaches back to a partial bar is left out. frame, strengths : room to work in;
    out : (2,) int64.
    """
    fired, bearish = candle_bits(history.columns[row], i, frame, strengths)
    for ago in range(min(LONGEST, i + 1)):
        if history.quality[row, i - ago] == QUALITY_PARTIAL:
            fired &= UNTOUCHED[ago]
            break
    out[0] = fired
    out[1] = bearish & fired


@kernel
def mark_range(history: History, row: int, begin: int, end: int, out: Int64) -> None:
    """Write the candlesticks of bars `begin` to `end` - 1 of a row; `out` is (n, 2) int64."""
    frame = np.empty((FRAME_BARS, N_MEASURES), np.float64)
    strengths = np.empty(N_CANDLES, np.int16)
    for i in range(begin, end):
        mark_candles(history, row, i, frame, strengths, out[i - begin])


@leaf
def is_possible(history: History, row: int, i: int, pattern: int, candles: int) -> bool:
    """Tell whether a pattern can fire on bar `i`, whose candlesticks are known."""
    warm_up, n_bars, _, bit = TRAITS[pattern]
    if i + 1 < warm_up:
        return False
    if bit >= 0:
        return bool((candles >> bit) & 1)
    return is_whole(history, row, i, n_bars)


@leaf
def write_numbers(out: Float64, bars: Bars, i: int, usual: float, unit: float) -> None:
    """Write what every hit of bar `i` shares."""
    out[3] = bars[i, OPEN]
    out[4] = bars[i, HIGH]
    out[5] = bars[i, LOW]
    out[6] = bars[i, CLOSE]
    out[7] = bars[i, VOLUME]
    out[8] = bars[i - 1, CLOSE]
    out[9] = usual
    out[10] = unit


@leaf
def weigh(pattern: int, fit: float, volume: float, context: float) -> float:
    """Return the confidence of a pattern, to two decimals."""
    weights = WEIGHTS[pattern]
    confidence = weights[0] * fit + weights[1] * volume + weights[2] * context
    return float(math.floor(confidence * 100.0 + 0.5) / 100.0)


@kernel
def evaluate(
    history: History, row: int, i: int, cause: int, candles: int, out: HitRows, n_hits: int
) -> int:
    """Judge bar `i` of a row by every pattern; append the hits and return how many there are.

    candles : which candlesticks it completes.
    """
    bars = history.columns[row]
    changes = -1
    usual = 0.0
    unit = 0.0
    if i >= USUAL_BARS:
        usual = mean(bars, VOLUME, i - USUAL_BARS, i - 1)
        unit = mean_true_range(bars, i, RANGE_BARS)
    for pattern in range(N_PATTERNS):
        if not is_possible(history, row, i, pattern, candles):
            continue
        direction, fit, level = judge(pattern, bars, i)
        if direction == NONE:
            continue
        if changes < 0:
            changes = count_changes(history, row, i)
        _, n_bars, setting, _ = TRAITS[pattern]
        context = context_score(bars, i, setting, direction, n_bars, unit)
        numbers = out.numbers[n_hits]
        numbers[0] = fit
        numbers[1] = level
        numbers[2] = weigh(pattern, fit, volume_score(bars[i, VOLUME], usual), context)
        write_numbers(numbers, bars, i, usual, unit)
        facts = out.facts[n_hits]
        facts[0] = cause
        facts[1] = row
        facts[2] = pattern
        facts[3] = direction
        facts[4] = changes
        facts[5] = i
        for k in range(n_bars):
            out.times[n_hits, k] = history.start[row, i - n_bars + 1 + k]
        n_hits += 1
    return n_hits


@kernel
def evaluate_range(history: History, row: int, begin: int, end: int, out: HitRows) -> int:
    """Judge bars `begin` to `end` - 1 of a row; return how many hits were written."""
    n_hits = 0
    candles = np.empty((max(end - begin, 0), 2), np.int64)
    mark_range(history, row, begin, end, candles)
    for i in range(begin, end):
        n_hits = evaluate(history, row, i, 0, candles[i - begin, 0], out, n_hits)
    return n_hits


def read_hits(rows: HitRows, n_hits: int) -> list[Hit]:
    """Return the hits that the kernels wrote, in their order."""
    hits = []
    for facts, times, numbers in zip(
        rows.facts[:n_hits].tolist(),
        rows.times[:n_hits].tolist(),
        rows.numbers[:n_hits].tolist(),
        strict=True,
    ):
        n_bars = PATTERNS[facts[2]].n_bars
        hits.append(Hit._make((*facts[:5], tuple(times[:n_bars]), *numbers)))
    return hits


def hits_between(history: History, row: int, begin: int, end: int) -> list[Hit]:
    """Return what the patterns say of bars `begin` to `end` - 1 of a row, oldest first."""
    rows = room_for(max(end - begin, 0))
    return read_hits(rows, evaluate_range(history, row, begin, end, rows))
