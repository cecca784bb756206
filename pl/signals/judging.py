"""Judge a bar by the pattern of a number, which is its place in the registry."""

from pl.kernel import kernel, leaf
from pl.market.batches import Float64
from pl.signals.bars import Bars
from pl.signals.candles.alerted.doji import doji
from pl.signals.candles.alerted.engulfing import engulfing
from pl.signals.candles.alerted.hammers import hammer, shooting_star
from pl.signals.candles.alerted.penetrations import dark_cloud_cover, piercing_line
from pl.signals.candles.alerted.soldiers import three_black_crows, three_white_soldiers
from pl.signals.candles.alerted.stars import evening_star, morning_star
from pl.signals.events.average_cross import death_cross, golden_cross, moving_average_cross
from pl.signals.events.bar_ranges import inside_bar, nr7, outside_bar, unusual_range
from pl.signals.events.daily_extremes import (
    new_20_day_high,
    new_20_day_low,
    new_52_week_high,
    new_52_week_low,
)
from pl.signals.events.gap import gap_down, gap_up
from pl.signals.events.macd_divergence import macd_divergence
from pl.signals.events.opening_range import opening_range_break
from pl.signals.events.price_breakout import price_breakout
from pl.signals.events.resistance_break import resistance_break
from pl.signals.events.rsi_divergence import rsi_divergence
from pl.signals.events.session_extremes import new_session_high, new_session_low
from pl.signals.events.squeeze_release import squeeze_release
from pl.signals.events.support_test import support_test
from pl.signals.events.volume_spike import volume_spike
from pl.signals.events.vwap_cross import vwap_cross, vwap_reclaim
from pl.signals.hits import Verdict


@leaf
def judge_level(number: int, bars: Bars, i: int, state: Float64) -> Verdict:
    """Judge bar `i` by one of the breaks and tests of levels, and volume."""
    if number == 0:
        return volume_spike(bars, i, state)
    if number == 1:
        return price_breakout(bars, i, state)
    if number == 2:
        return support_test(bars, i, state)
    return resistance_break(bars, i, state)


@leaf
def judge_extreme(number: int, bars: Bars, i: int, state: Float64) -> Verdict:
    """Judge bar `i` by one of the gaps and new ends of the session."""
    if number == 14:
        return gap_up(bars, i, state)
    if number == 15:
        return gap_down(bars, i, state)
    if number == 16:
        return new_session_high(bars, i, state)
    return new_session_low(bars, i, state)


@leaf
def judge_days(number: int, bars: Bars, i: int, state: Float64) -> Verdict:
    """Judge bar `i` by one of the new ends of 20 days and of a year."""
    if number == 18:
        return new_20_day_high(bars, i, state)
    if number == 19:
        return new_20_day_low(bars, i, state)
    if number == 20:
        return new_52_week_high(bars, i, state)
    return new_52_week_low(bars, i, state)


@leaf
def judge_session(number: int, bars: Bars, i: int, state: Float64) -> Verdict:
    """Judge bar `i` by one of the events of the session."""
    if number == 22:
        return opening_range_break(bars, i, state)
    if number == 23:
        return vwap_cross(bars, i, state)
    return vwap_reclaim(bars, i, state)


@leaf
def judge_average(number: int, bars: Bars, i: int, state: Float64) -> Verdict:
    """Judge bar `i` by one of the crosses of averages."""
    if number == 25:
        return moving_average_cross(bars, i, state)
    if number == 26:
        return golden_cross(bars, i, state)
    return death_cross(bars, i, state)


@leaf
def judge_turn(number: int, bars: Bars, i: int, state: Float64) -> Verdict:
    """Judge bar `i` by one of the squeezes and divergences."""
    if number == 28:
        return squeeze_release(bars, i, state)
    if number == 29:
        return rsi_divergence(bars, i, state)
    return macd_divergence(bars, i, state)


@leaf
def judge_range(number: int, bars: Bars, i: int, state: Float64) -> Verdict:
    """Judge bar `i` by one of the bars of a telling range."""
    if number == 31:
        return inside_bar(bars, i, state)
    if number == 32:
        return outside_bar(bars, i, state)
    if number == 33:
        return nr7(bars, i, state)
    return unusual_range(bars, i, state)


@kernel
def judge_candle(number: int, bars: Bars, i: int) -> Verdict:
    """Judge bar `i` by one of the candlesticks of one or two bars."""
    if number == 4:
        return doji(bars, i)
    if number == 5:
        return hammer(bars, i)
    if number == 6:
        return shooting_star(bars, i)
    if number == 7:
        return engulfing(bars, i)
    if number == 8:
        return piercing_line(bars, i)
    return dark_cloud_cover(bars, i)


@kernel
def judge_formation(number: int, bars: Bars, i: int) -> Verdict:
    """Judge bar `i` by one of the candlesticks of three bars."""
    if number == 10:
        return morning_star(bars, i)
    if number == 11:
        return evening_star(bars, i)
    if number == 12:
        return three_white_soldiers(bars, i)
    return three_black_crows(bars, i)


@leaf
def judge_event(number: int, bars: Bars, i: int, state: Float64) -> Verdict:
    """Judge bar `i` by one of the market events numbered from 22 on."""
    if number < 25:
        return judge_session(number, bars, i, state)
    if number < 28:
        return judge_average(number, bars, i, state)
    if number < 31:
        return judge_turn(number, bars, i, state)
    return judge_range(number, bars, i, state)


@kernel
def judge(number: int, bars: Bars, i: int, state: Float64) -> Verdict:
    """Judge bar `i` by the pattern of that number; `state` has seen the bar."""
    if number < 4:
        return judge_level(number, bars, i, state)
    if number < 10:
        return judge_candle(number, bars, i)
    if number < 14:
        return judge_formation(number, bars, i)
    if number < 18:
        return judge_extreme(number, bars, i, state)
    if number < 22:
        return judge_days(number, bars, i, state)
    return judge_event(number, bars, i, state)
