"""Alert on the shooting star: a small body below one long shadow.

Bearish: short body gapping above the one before, upper shadow longer than the body, hardly any
lower shadow. Fit is the share of the long shadow in the bar's range.
"""

from pl.kernel import leaf
from pl.signals.bars import HIGH, Bars
from pl.signals.candles.candle import candlestick
from pl.signals.candles.frame import NOW, SPREAD, UPPER, Frame, share
from pl.signals.candles.rules.shooting_star import shooting_star as is_shooting_star
from pl.signals.hits import BEARISH, SILENT, Hit, Verdict
from pl.signals.pattern import Alert, price_text


@leaf
def shooting_star(bars: Bars, i: int, c: Frame) -> Verdict:
    """Judge bar `i`; level is its high."""
    strength = is_shooting_star(c)
    if strength == 0:
        return SILENT
    fit = share(c[NOW, UPPER], c[NOW, SPREAD])
    return BEARISH, fit, bars[i, HIGH], float(abs(strength))


def explain(hit: Hit) -> str:
    """Say why it fired."""
    return (
        f"Rose to {price_text(hit.high)} and closed back at {price_text(hit.close)}: the upper "
        f"shadow is {hit.fit:.0%} of the bar's range."
    )


SHOOTING_STAR = candlestick(6, "Shooting_Star", 1, shooting_star, explain, Alert(0.45, 10))
