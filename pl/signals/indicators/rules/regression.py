"""Lay a line of least squares through the last closes, and a channel around it.

The line through 20 closes, read at the bar itself; its slope a bar; and the line two population
deviations of the closes around it away.
"""

import math
from typing import Final

from pl.kernel import inner_leaf
from pl.lanes import load, newest, ramp, spread, total
from pl.market.batches import Float64
from pl.signals.bars import CLOSE, Bars
from pl.signals.indicators.definition import Column, IndicatorSet, TaLib
from pl.signals.indicators.names import COLUMN
from pl.signals.indicators.state import SMA_20

END: Final = COLUMN["linreg_20"]
SLOPE: Final = COLUMN["linreg_slope_20"]
UPPER: Final = COLUMN["linreg_upper"]
LOWER: Final = COLUMN["linreg_lower"]
REGRESSION_BARS: Final = 20
SQUARES: Final = sum((k - 9.5) ** 2 for k in range(REGRESSION_BARS))
DEVIATIONS: Final = 2.0


@inner_leaf
def write(out: Float64, state: Float64, bars: Bars, i: int) -> None:
    """Write end, slope, upper and lower end of the channel, or NaN."""
    first = i - REGRESSION_BARS + 1
    if first < 0:
        for column in (END, SLOPE, UPPER, LOWER):
            out[column] = math.nan
        return
    centre = state[SMA_20]
    half = 0.5 * (REGRESSION_BARS - 1.0)
    middle = spread(centre)
    x, y, z = ramp(-half), ramp(8.0 - half), ramp(12.0 - half)
    a = load(bars, first, CLOSE) - middle
    b = load(bars, first + 8, CLOSE) - middle
    c = load(bars, first + 12, CLOSE) - middle
    slope = total(x * a + y * b + newest(z * c, 4)) / SQUARES
    steep = spread(slope)
    a, b, c = a - steep * x, b - steep * y, newest(c - steep * z, 4)
    residual = total(a * a + b * b + c * c)
    width = DEVIATIONS * math.sqrt(residual / REGRESSION_BARS)
    end = centre + slope * half
    out[END] = end
    out[SLOPE] = slope
    out[UPPER] = end + width
    out[LOWER] = end - width


PARAMETERS: Final = {"bars": REGRESSION_BARS, "deviations": DEVIATIONS}
TALIB: Final = {"timeperiod": REGRESSION_BARS}
REGRESSION: Final = IndicatorSet(
    columns=(
        Column(
            name="linreg_20",
            warm_up=REGRESSION_BARS,
            unit="USD",
            rule="end of the line through the last 20 closes",
            parameters={"bars": REGRESSION_BARS},
            talib=TaLib("LINEARREG", TALIB),
        ),
        Column(
            name="linreg_slope_20",
            warm_up=REGRESSION_BARS,
            unit="USD a bar",
            rule="slope of the line through the last 20 closes",
            parameters={"bars": REGRESSION_BARS},
            talib=TaLib("LINEARREG_SLOPE", TALIB),
        ),
        Column(
            name="linreg_upper",
            warm_up=REGRESSION_BARS,
            unit="USD",
            rule="end of the line and two deviations of the closes around it",
            parameters=PARAMETERS,
            twin="test_signals_indicator_breadth.py",
        ),
        Column(
            name="linreg_lower",
            warm_up=REGRESSION_BARS,
            unit="USD",
            rule="end of the line less two deviations of the closes around it",
            parameters=PARAMETERS,
            twin="test_signals_indicator_breadth.py",
        ),
    ),
    source="Raff 1991; Kaufman 2013, ch. 6",
    write=write,
    home=__name__,
)
