"""Recognise the hikkake: an inside bar and a break out of it, confirmed within three bars.

A break to a lower high and low is bullish, to a higher high and low bearish: 100. Confirmed is a
close beyond the inside bar on the other side, before another hikkake: 200 on that bar.
Source : Chesler 2003; thresholds as TA-Lib's CDLHIKKAKE.
"""

from pl.kernel import leaf
from pl.signals.bars import Bars
from pl.signals.candles.definition import Candle
from pl.signals.candles.hikkake import confirms, trap


@leaf
def hikkake(bars: Bars, i: int) -> int:
    """Judge bar `i`; return its strength, 0 when it is none."""
    sign = trap(bars, i)
    if sign != 0:
        return 100 * sign
    for j in range(i - 1, i - 4, -1):
        sign = trap(bars, j)
        if sign != 0:
            return 200 * sign if confirms(bars, i, j, sign) else 0
    return 0


HIKKAKE = Candle(28, "Hikkake", "CDLHIKKAKE", 6, hikkake, reads="bars, i")
