"""Declare what all candlesticks share: warm-up, weights, stop and source."""

from collections.abc import Callable
from typing import Final

from pl.signals.bars import Bars
from pl.signals.candles.frame import Frame
from pl.signals.hits import Hit, Verdict
from pl.signals.levels import STOP_AT_LEVEL, Stop
from pl.signals.pattern import Alert, Pattern, Setting, Weights

WARM_UP: Final = 21
"""Bars: the rule reads at most 13; the volume before the bar is judged over 20."""

WEIGHTS: Final = Weights(fit=0.4, volume=0.25, context=0.35)


def candlestick(
    number: int,
    name: str,
    n_bars: int,
    rule: Callable[[Bars, int, Frame], Verdict],
    explain: Callable[[Hit], str],
    alert: Alert,
    *,
    stop: Stop = STOP_AT_LEVEL,
) -> Pattern:
    """Return the declaration of a reversal candlestick of `n_bars` bars.

    rule : judges bar `i`, given its frame; the measure of its verdict is the strength.
    """
    return Pattern(
        number=number,
        name=name,
        family="candlestick",
        n_bars=n_bars,
        warm_up=WARM_UP,
        rule=rule,
        setting=Setting.REVERSAL,
        weights=WEIGHTS,
        alert=alert,
        explain=explain,
        stop=stop,
        source="Nison 1991; thresholds as TA-Lib",
    )
