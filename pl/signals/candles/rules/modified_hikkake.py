"""Recognise the modified hikkake.

Two inside bars and a break out of them, confirmed within three bars. A break to a lower high and
low is bullish, to a higher high and low bearish: 100. Confirmed is a close beyond the inside bar on
the other side, before another hikkake: 200 on that bar. The second inside bar closes near its own
end on the side of the break.
Source : Chesler 2003; thresholds as TA-Lib's CDLHIKKAKEMOD.
"""

from pl.kernel import leaf
from pl.signals.bars import Bars
from pl.signals.candles.definition import Candle
from pl.signals.candles.hikkake import confirms, modified_trap


@leaf
def modified_hikkake(bars: Bars, i: int) -> int:
    """Judge bar `i`; return its strength, 0 when it is none."""
    sign = modified_trap(bars, i)
    if sign != 0:
        return 100 * sign
    for j in range(i - 1, i - 4, -1):
        sign = modified_trap(bars, j)
        if sign != 0:
            return 200 * sign if confirms(bars, i, j, sign) else 0
    return 0


MODIFIED_HIKKAKE = Candle(
    29, "Modified_Hikkake", "CDLHIKKAKEMOD", 7, modified_hikkake, reads="bars, i"
)
