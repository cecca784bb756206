"""Recognise a halt when it ends: a hole in the minutes of a symbol that traded in nearly all.

A halt has no bar, so what closed bars tell of it is told by the bar that ends it: at least four
minutes without a bar, inside one session, after 55 bars in at most 60 minutes. Four, because a
pause of five minutes begins and ends inside a minute. Whether a halt is on now is the symbol's
state `halted`, which quotes and page carry from the exchange's word (LULD) or from silence; it
needs no bar, and so is no entry of a log that is made of bars: nothing is told before trading goes
on. Minutes outside a session are not judged: after an early close nothing was halted.

Trading_Halt tells the halt and what led to it: bullish (bearish) when the closes of the five bars
before rose (fell) by two mean true ranges, else neutral. Trading_Resumption tells how trading went
on: bullish (bearish) when the first open lies above (below) the last close, else neutral.
Fit of both is p / (p + 4), with p the minutes without a bar: one half at four, towards 1 for long.
Neither bar beside the hole may be partial, so that minutes nobody watched are no halt.
Source : limit-up limit-down plan, tier 1: pauses last five minutes or more.
"""

from typing import Final

from pl.kernel import leaf
from pl.market.batches import Float64
from pl.signals.bars import CLOSE, OPEN, VOLUME, Bars
from pl.signals.hits import BEARISH, BULLISH, NEUTRAL, SILENT, Hit, Verdict
from pl.signals.indicators.clock import LIVELY_BARS
from pl.signals.indicators.state import LIVELY_SPAN, PAUSE_BARS, SESSION_BARS, USUAL_RANGE
from pl.signals.levels import NO_LEVELS
from pl.signals.pattern import Alert, Pattern, Setting, Weights, price_text

LEAST_PAUSE: Final = 4
LONGEST_SPAN: Final = 60
RUSH_BARS: Final = 5
RUSH_RANGES: Final = 2.0
WEIGHTS: Final = Weights(fit=0.6, volume=0.3, context=0.1)
ALERT: Final = Alert(0.3, 5)
ON_MINUTES: Final = frozenset({"1min"})


@leaf
def has_paused(bars: Bars, i: int, state: Float64) -> bool:
    """Tell whether trading was halted before bar `i`."""
    if state[PAUSE_BARS] < LEAST_PAUSE or state[SESSION_BARS] <= LIVELY_BARS:
        return False
    trades = state[USUAL_RANGE] > 0.0 and bars[i, VOLUME] > 0.0
    return bool(trades and state[LIVELY_SPAN] <= LONGEST_SPAN)


@leaf
def turn_of(move: float, least: float) -> int:
    """Return the direction of a move in USD, neutral below `least`."""
    if move > 0.0 and move >= least:
        return BULLISH
    if move < 0.0 and -move >= least:
        return BEARISH
    return NEUTRAL


@leaf
def trading_halt(bars: Bars, i: int, state: Float64) -> Verdict:
    """Judge bar `i`; level is the close five bars before the last one, measure the pause."""
    if not has_paused(bars, i, state):
        return SILENT
    pause, before = state[PAUSE_BARS], bars[i - 1 - RUSH_BARS, CLOSE]
    turn = turn_of(bars[i - 1, CLOSE] - before, RUSH_RANGES * state[USUAL_RANGE])
    return turn, pause / (pause + LEAST_PAUSE), before, pause


@leaf
def trading_resumption(bars: Bars, i: int, state: Float64) -> Verdict:
    """Judge bar `i`; level is the last close before the pause, measure the pause in minutes."""
    if not has_paused(bars, i, state):
        return SILENT
    pause, before = state[PAUSE_BARS], bars[i - 1, CLOSE]
    turn = turn_of(bars[i, OPEN] - before, 0.0)
    return turn, pause / (pause + LEAST_PAUSE), before, pause


def explain_halt(hit: Hit) -> str:
    """Say why it fired."""
    rush = 100.0 * (hit.previous_close / hit.level - 1.0)
    return (
        f"No bar for {hit.measure:.0f} minutes after {price_text(hit.previous_close)}, "
        f"{rush:+z.1f}% from five bars before, of a symbol that had traded in nearly every minute."
    )


def explain_resumption(hit: Hit) -> str:
    """Say why it fired."""
    jump = 100.0 * (hit.open / hit.level - 1.0)
    return (
        f"Trades again at {price_text(hit.open)} after {hit.measure:.0f} minutes without a bar, "
        f"{jump:+z.1f}% from {price_text(hit.level)}, on {hit.relative_volume or 0.0:.1f} times "
        "the usual volume."
    )


TRADING_HALT = Pattern(
    number=35,
    name="Trading_Halt",
    family="event",
    n_bars=2,
    warm_up=57,
    rule=trading_halt,
    setting=Setting.ACTIVITY,
    weights=WEIGHTS,
    alert=ALERT,
    explain=explain_halt,
    stop=NO_LEVELS,
    source="limit-up limit-down plan",
    timeframes=ON_MINUTES,
)
TRADING_RESUMPTION = Pattern(
    number=36,
    name="Trading_Resumption",
    family="event",
    n_bars=2,
    warm_up=57,
    rule=trading_resumption,
    setting=Setting.ACTIVITY,
    weights=WEIGHTS,
    alert=ALERT,
    explain=explain_resumption,
    stop=NO_LEVELS,
    source="limit-up limit-down plan",
    timeframes=ON_MINUTES,
)
