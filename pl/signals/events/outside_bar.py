"""Recognise an outside bar: a wide bar around the one before that closes beyond it.

High and low lie beyond those of the bar before, at least one and a half mean true ranges apart,
and it closes beyond the bar before: bullish above, bearish below. Fit is r / (r + 1.5), r its range
in mean true ranges.
Source : Crabel 1990.
"""

from typing import Final

from pl.kernel import leaf
from pl.market.batches import Float64
from pl.signals.bars import CLOSE, HIGH, LOW, Bars
from pl.signals.hits import BEARISH, BULLISH, SILENT, Hit, Verdict
from pl.signals.indicators.state import USUAL_RANGE
from pl.signals.levels import STOP_AT_BAR_END
from pl.signals.pattern import Alert, Pattern, Setting, Weights, price_text

WIDE: Final = 1.5


@leaf
def outside_bar(bars: Bars, i: int, state: Float64) -> Verdict:
    """Judge bar `i`; level is the end of the bar before that it closed beyond."""
    top, bottom, unit = bars[i - 1, HIGH], bars[i - 1, LOW], state[USUAL_RANGE]
    spread = bars[i, HIGH] - bars[i, LOW]
    if bars[i, HIGH] <= top or bars[i, LOW] >= bottom or spread < WIDE * unit:
        return SILENT
    fit = spread / (spread + WIDE * unit)
    if bars[i, CLOSE] > top:
        return BULLISH, fit, top, spread / unit
    if bars[i, CLOSE] < bottom:
        return BEARISH, fit, bottom, spread / unit
    return SILENT


def explain(hit: Hit) -> str:
    """Say why it fired."""
    return (
        f"Ranged from {price_text(hit.low)} to {price_text(hit.high)}, {hit.measure:.1f} mean "
        f"ranges, and closed at {price_text(hit.close)}, beyond {price_text(hit.level)} of the bar "
        f"before."
    )


OUTSIDE_BAR = Pattern(
    number=32,
    name="Outside_Bar",
    family="event",
    n_bars=2,
    warm_up=21,
    rule=outside_bar,
    setting=Setting.REVERSAL,
    weights=Weights(fit=0.4, volume=0.3, context=0.3),
    alert=Alert(0.5, 10),
    explain=explain,
    stop=STOP_AT_BAR_END,
    source="Crabel 1990",
)
