"""Judge a bar by all candlesticks in one go and pack what fired into two bit sets."""

from typing import Final

import numpy as np
import numpy.typing as npt

from pl.kernel import leaf
from pl.market.batches import Int64
from pl.signals.bars import Bars
from pl.signals.candles import (
    bodies,
    crows,
    dojis,
    fives,
    gaps,
    hammers,
    hikkake,
    lines,
    penetrations,
    soldiers,
    stars,
    threes,
)
from pl.signals.candles.catalogue import CANDLES, N_CANDLES
from pl.signals.candles.frame import READ_BARS, Frame, measure

Strengths = npt.NDArray[np.int16]
"""Shape (61,): what each rule returned, in the order of the catalogue."""

WARM_UP: Final = READ_BARS
"""Bars up to and with the one judged, before which no candlestick is told."""

LONGEST: Final = max(candle.n_bars for candle in CANDLES)


def _within(n_bars: int) -> int:
    return sum(1 << bit for bit, candle in enumerate(CANDLES) if candle.n_bars <= n_bars)


UNTOUCHED: Int64 = np.array([_within(n) for n in range(LONGEST)], np.int64)
"""By how many bars ago a partial bar was: the candlesticks that do not reach back to it."""


@leaf
def judge_crows(c: Frame, out: Strengths) -> None:
    """Judge a bar by the rules of `crows`."""
    out[0] = crows.two_crows(c)
    out[1] = crows.three_black_crows(c)
    out[31] = crows.identical_three_crows(c)
    out[59] = crows.upside_gap_two_crows(c)


@leaf
def judge_threes(c: Frame, out: Strengths) -> None:
    """Judge a bar by the rules of `threes`."""
    out[2] = threes.three_inside(c)
    out[3] = threes.three_line_strike(c)
    out[4] = threes.three_outside(c)
    out[5] = threes.three_stars_in_the_south(c)
    out[12] = threes.concealing_baby_swallow(c)
    out[53] = threes.stick_sandwich(c)
    out[58] = threes.unique_three_river(c)


@leaf
def judge_soldiers(c: Frame, out: Strengths) -> None:
    """Judge a bar by the rules of `soldiers`."""
    out[6] = soldiers.three_white_soldiers(c)
    out[8] = soldiers.advance_block(c)
    out[52] = soldiers.stalled_pattern(c)


@leaf
def judge_stars(c: Frame, out: Strengths) -> None:
    """Judge a bar by the rules of `stars`."""
    out[7] = stars.abandoned_baby(c)
    out[19] = stars.evening_doji_star(c)
    out[20] = stars.evening_star(c)
    out[42] = stars.morning_doji_star(c)
    out[43] = stars.morning_star(c)


@leaf
def judge_lines(c: Frame, out: Strengths) -> None:
    """Judge a bar by the rules of `lines`."""
    out[9] = lines.belt_hold(c)
    out[11] = lines.closing_marubozu(c)
    out[27] = lines.high_wave(c)
    out[38] = lines.long_line(c)
    out[39] = lines.marubozu(c)
    out[50] = lines.short_line(c)
    out[51] = lines.spinning_top(c)


@leaf
def judge_fives(c: Frame, out: Strengths) -> None:
    """Judge a bar by the rules of `fives`."""
    out[10] = fives.breakaway(c)
    out[36] = fives.ladder_bottom(c)
    out[41] = fives.mat_hold(c)
    out[47] = fives.three_methods(c)


@leaf
def judge_bodies(c: Frame, out: Strengths) -> None:
    """Judge a bar by the rules of `bodies`."""
    out[13] = bodies.counterattack(c)
    out[18] = bodies.engulfing(c)
    out[25] = bodies.harami(c)
    out[26] = bodies.harami_cross(c)
    out[30] = bodies.homing_pigeon(c)
    out[34] = bodies.kicking(c)
    out[35] = bodies.kicking_by_length(c)
    out[40] = bodies.matching_low(c)
    out[48] = bodies.separating_lines(c)


@leaf
def judge_penetrations(c: Frame, out: Strengths) -> None:
    """Judge a bar by the rules of `penetrations`."""
    out[14] = penetrations.dark_cloud_cover(c)
    out[32] = penetrations.in_neck(c)
    out[44] = penetrations.on_neck(c)
    out[45] = penetrations.piercing_line(c)
    out[56] = penetrations.thrusting(c)


@leaf
def judge_dojis(c: Frame, out: Strengths) -> None:
    """Judge a bar by the rules of `dojis`."""
    out[15] = dojis.doji(c)
    out[16] = dojis.doji_star(c)
    out[17] = dojis.dragonfly_doji(c)
    out[22] = dojis.gravestone_doji(c)
    out[37] = dojis.long_legged_doji(c)
    out[46] = dojis.rickshaw_man(c)
    out[54] = dojis.takuri(c)
    out[57] = dojis.tristar(c)


@leaf
def judge_gaps(c: Frame, out: Strengths) -> None:
    """Judge a bar by the rules of `gaps`."""
    out[21] = gaps.gap_side_by_side_white(c)
    out[55] = gaps.tasuki_gap(c)
    out[60] = gaps.gap_three_methods(c)


@leaf
def judge_hammers(c: Frame, out: Strengths) -> None:
    """Judge a bar by the rules of `hammers`."""
    out[23] = hammers.hammer(c)
    out[24] = hammers.hanging_man(c)
    out[33] = hammers.inverted_hammer(c)
    out[49] = hammers.shooting_star(c)


@leaf
def judge_hikkake(bars: Bars, i: int, out: Strengths) -> None:
    """Judge a bar by the rules of `hikkake`."""
    out[28] = hikkake.hikkake(bars, i)
    out[29] = hikkake.modified_hikkake(bars, i)


@leaf
def judge_candles(bars: Bars, i: int, c: Frame, out: Strengths) -> None:
    """Write the strength of every candlestick at bar `i`, which has 14 bars before it.

    c : room for its frame.
    """
    measure(bars, i, c)
    judge_crows(c, out)
    judge_threes(c, out)
    judge_soldiers(c, out)
    judge_stars(c, out)
    judge_lines(c, out)
    judge_fives(c, out)
    judge_bodies(c, out)
    judge_penetrations(c, out)
    judge_dojis(c, out)
    judge_gaps(c, out)
    judge_hammers(c, out)
    judge_hikkake(bars, i, out)


@leaf
def pack(strengths: Strengths) -> tuple[np.int64, np.int64]:
    """Return the bits of the candlesticks that fired, and of those of them that are bearish."""
    fired = np.int64(0)
    bearish = np.int64(0)
    for k in range(N_CANDLES):
        fired |= np.int64(strengths[k] != 0) << k
        bearish |= np.int64(strengths[k] < 0) << k
    return fired, bearish


@leaf
def candle_bits(bars: Bars, i: int, c: Frame, strengths: Strengths) -> tuple[np.int64, np.int64]:
    """Return what fired at bar `i` and what of it is bearish, as bits of the catalogue.

    c, strengths : room to work in, of shape (5, 17) and (61,).
    """
    if i + 1 < WARM_UP:
        return np.int64(0), np.int64(0)
    judge_candles(bars, i, c, strengths)
    return pack(strengths)
