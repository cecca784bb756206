"""Rule on log entries, column by column, in one call for thousands of them.

What stands is remembered by topic, which is (row, kind, direction): the bar number of the newest
one, and a bit for each of the REACH bars up to it. One bar has at most one find of a topic.
"""

from typing import Final, NamedTuple

import numpy as np

from pl.kernel import kernel, leaf
from pl.market.batches import Float64, Int32, Int64, UInt8
from pl.signals.entries import LIVES, N_KINDS, Entries, Int8
from pl.signals.signal import FORMING, RETRACTED

HELD_CONFIDENCE: Final = 0
HELD_COOL_DOWN: Final = 1
ALERT: Final = 2
UPDATE: Final = 3
VERDICT_NAMES: Final = ("held_confidence", "held_cool_down", "alert", "update")

REACH: Final = 62
"""Bits of a signed number of 64 that may be shifted; no cool-down is longer."""
GONE: Final = LIVES.index(RETRACTED)
SHAPING: Final = LIVES.index(FORMING)
N_DIRECTIONS: Final = 3


class Standing(NamedTuple):
    """Hold what stands; S rows.

    newest : (N_KINDS, 3, S) int32 bar number; bars : (N_KINDS, 3, S) int64, bit j set when
    one stands at bar newest - j. Rows lie side by side, for a log has some kinds only, and memory
    that nobody writes to is none.
    """

    newest: Int32
    bars: Int64


class Limits(NamedTuple):
    """Hold what each kind needs to become an alert; (N_KINDS,) each.

    confidence : least one, float64; cool_down : bars, int64.
    """

    confidence: Float64
    cool_down: Int64


def nothing_standing(n_rows: int) -> Standing:
    """Return the memory of `n_rows` rows; pages are touched only when written."""
    shape = (N_KINDS, N_DIRECTIONS, n_rows)
    return Standing(np.zeros(shape, np.int32), np.zeros(shape, np.int64))


@leaf
def stands_within(bars: int, ago: int, n_bars: int) -> bool:
    """Tell whether one stands in the `n_bars` bars before the one `ago` bars before the newest."""
    first = max(ago + 1, 0)
    last = min(ago + n_bars, REACH - 1)
    if last < first:
        return False
    return bool((bars >> first) & ((np.int64(1) << (last - first + 1)) - 1))


@leaf
def note(standing: Standing, row: int, kind: int, side: int, bar: int, stands: bool) -> None:
    """Note whether one stands at a bar; what lies REACH bars before the newest is forgotten."""
    ago = standing.newest[kind, side, row] - bar
    bars = standing.bars[kind, side, row]
    if stands and ago < 0:
        bars = (bars << -ago) & ((np.int64(1) << REACH) - 1) if -ago < REACH else np.int64(0)
        standing.newest[kind, side, row] = bar
        ago = 0
    if 0 <= ago < REACH:
        bit = np.int64(1) << ago
        bars = bars | bit if stands else bars & ~bit
    standing.bars[kind, side, row] = bars


@leaf
def rule_on(life: int, confidence: float, said: float, least: float, is_cooling: bool) -> int:
    """Return the verdict on one entry; `said` is NaN when its find is said for the first time."""
    if said >= least:
        return UPDATE
    if life == GONE or confidence < least:
        return HELD_CONFIDENCE
    return HELD_COOL_DOWN if is_cooling else ALERT


@kernel
def choose(
    limits: Limits,
    standing: Standing,
    row: Int32,
    kind: Int32,
    direction: Int8,
    bar: Int64,
    confidence: Float64,
    life: UInt8,
    said: Float64,
    out: UInt8,
) -> None:
    """Write the verdict on each entry, in order, and remember what stands.

    bar : (n,) numbers of the bars, one apart; the other columns as in `Entries`; out : (n,).
    """
    for e in range(len(row)):
        r, k, side = row[e], kind[e], (direction[e] & 3) - 1
        least = limits.confidence[k]
        ago = standing.newest[k, side, r] - bar[e]
        is_cooling = stands_within(standing.bars[k, side, r], ago, limits.cool_down[k])
        out[e] = rule_on(life[e], confidence[e], said[e], least, is_cooling)
        stands = life[e] != GONE and confidence[e] >= least
        if life[e] == SHAPING:
            continue
        note(standing, r, k, side, bar[e], stands)


def verdicts(limits: Limits, standing: Standing, entries: Entries, bar_ms: int) -> UInt8:
    """Return the verdict on each entry, shape (n,); `bar_ms` is how long a bar lasts."""
    out = np.empty(len(entries), np.uint8)
    choose(
        limits,
        standing,
        entries.row,
        entries.kind,
        entries.direction,
        entries.born_ms // bar_ms,
        entries.confidence,
        entries.life,
        entries.said,
        out,
    )
    return out
