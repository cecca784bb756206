"""Declare what all candlesticks share: warm-up, weights, stop and source."""

from collections.abc import Callable, Mapping
from typing import Final

from pl.signals.bars import Bars
from pl.signals.hits import Hit, Verdict
from pl.signals.pattern import Alert, Pattern, Setting, Weights, trade_levels

WARM_UP: Final = 21
"""Bars: the rule reads at most 13; the volume before the bar is judged over 20."""

WEIGHTS: Final = Weights(fit=0.4, volume=0.25, context=0.35)


def stop_at_extreme(hit: Hit) -> Mapping[str, float]:
    """Return levels with the stop at the far end of the pattern, which the rule reports."""
    return trade_levels(hit, hit.level)


def candlestick(
    number: int,
    name: str,
    n_bars: int,
    rule: Callable[[Bars, int], Verdict],
    explain: Callable[[Hit], str],
    alert: Alert,
    *,
    levels: Callable[[Hit], Mapping[str, float]] = stop_at_extreme,
) -> Pattern:
    """Return the declaration of a reversal candlestick of `n_bars` bars."""
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
        levels=levels,
        source="Nison 1991; thresholds as TA-Lib",
    )
