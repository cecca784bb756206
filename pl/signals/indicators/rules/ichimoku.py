"""Draw Ichimoku's lines and the cloud that they drew 26 bars ago.

Conversion and base are the middles of the high and low of 9 and of 26 bars. The cloud at a bar was
drawn 26 bars before it: the mean of the two lines there, and the middle of 52 bars.
"""

import math
from typing import Final

from pl.kernel import inner_leaf
from pl.market.batches import Float64
from pl.signals.bars import HIGH, LOW, Bars, highest, lowest
from pl.signals.indicators.definition import Column, IndicatorSet
from pl.signals.indicators.names import COLUMN

CONVERSION_LINE: Final = COLUMN["ichimoku_conversion"]
BASE_LINE: Final = COLUMN["ichimoku_base"]
SPAN_A: Final = COLUMN["ichimoku_span_a"]
SPAN_B: Final = COLUMN["ichimoku_span_b"]
CONVERSION: Final = 9
STANDARD: Final = 26
SPAN: Final = 52


@inner_leaf
def middle(bars: Bars, i: int, n_bars: int) -> float:
    """Return the middle of the high and low of the `n_bars` bars up to bar `i`, or NaN."""
    first = i - n_bars + 1
    if first < 0:
        return math.nan
    return 0.5 * (highest(bars, HIGH, first, i) + lowest(bars, LOW, first, i))


@inner_leaf
def write(out: Float64, bars: Bars, i: int) -> None:
    """Write conversion, base and the two spans of the cloud at bar `i`, or NaN."""
    drawn = i - STANDARD
    out[CONVERSION_LINE] = middle(bars, i, CONVERSION)
    out[BASE_LINE] = middle(bars, i, STANDARD)
    out[SPAN_A] = 0.5 * (middle(bars, drawn, CONVERSION) + middle(bars, drawn, STANDARD))
    out[SPAN_B] = middle(bars, drawn, SPAN)


ICHIMOKU: Final = IndicatorSet(
    columns=(
        Column(
            name="ichimoku_conversion",
            warm_up=CONVERSION,
            unit="USD",
            rule="middle of high and low of 9 bars",
            parameters={"bars": CONVERSION},
            published=("ichimoku", "tenkanSen"),
            twin="test_signals_indicator_breadth.py",
        ),
        Column(
            name="ichimoku_base",
            warm_up=STANDARD,
            unit="USD",
            rule="middle of high and low of 26 bars",
            parameters={"bars": STANDARD},
            published=("ichimoku", "kijunSen"),
            twin="test_signals_indicator_breadth.py",
        ),
        Column(
            name="ichimoku_span_a",
            warm_up=2 * STANDARD,
            unit="USD",
            rule="mean of conversion and base of 26 bars before",
            parameters={"bars": STANDARD, "ahead": STANDARD},
            published=("ichimoku", "senkouSpanA"),
            twin="test_signals_indicator_breadth.py",
        ),
        Column(
            name="ichimoku_span_b",
            warm_up=STANDARD + SPAN,
            unit="USD",
            rule="middle of high and low of 52 bars, 26 bars before",
            parameters={"bars": SPAN, "ahead": STANDARD},
            published=("ichimoku", "senkouSpanB"),
            twin="test_signals_indicator_breadth.py",
        ),
    ),
    source="Hosoda 1968",
    write=write,
    home=__name__,
)
