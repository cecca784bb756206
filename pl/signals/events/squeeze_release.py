"""Recognise the release of a squeeze: Bollinger bands leave the Keltner channel they lay in.

A bar is squeezed while two deviations of its last 20 closes are less than one and a half means of
their true ranges. Fires at the first bar that is not, after at least 6 that were. Bullish when it
closes above the mean of 20 closes, bearish below. Fit is n / (n + 12), with n the squeezed bars
in a row, 40 at most.
Source : Carter 2012, ch. 11, with the plain mean of the true ranges.
"""

from typing import Final

from pl.kernel import leaf
from pl.market.batches import Float64
from pl.signals.bars import CLOSE, Bars, mean_true_range
from pl.signals.hits import BEARISH, BULLISH, SILENT, Hit, Verdict
from pl.signals.indicators.rules.bollinger import deviation_20
from pl.signals.indicators.rules.simple_average import sma_20
from pl.signals.indicators.state import DEVIATION_20, SMA_20
from pl.signals.levels import NO_LEVELS
from pl.signals.pattern import Alert, Pattern, Setting, Weights, prices_apart

BAND_BARS: Final = 20
BOLLINGER: Final = 2.0
KELTNER: Final = 1.5
MIN_BARS: Final = 6
MAX_BARS: Final = 40
HALF_FIT_BARS: Final = 12.0


@leaf
def is_squeezed(bars: Bars, i: int, spread: float) -> bool:
    """Tell whether bar `i`, whose closes deviate by `spread`, is squeezed."""
    return BOLLINGER * spread < KELTNER * mean_true_range(bars, i + 1, BAND_BARS)


@leaf
def closes_spread(bars: Bars, i: int) -> float:
    """Return the deviation of the 20 closes up to bar `i`."""
    return deviation_20(bars, i, sma_20(bars, i))


@leaf
def squeezed_bars(bars: Bars, last: int) -> int:
    """Count the squeezed bars in a row up to `last`, at most 40."""
    n = 0
    while n < MAX_BARS and is_squeezed(bars, last - n, closes_spread(bars, last - n)):
        n += 1
    return n


@leaf
def squeeze_release(bars: Bars, i: int, state: Float64) -> Verdict:
    """Judge bar `i`; level is the mean of 20 closes, measure how many bars were squeezed."""
    if is_squeezed(bars, i, state[DEVIATION_20]):
        return SILENT
    n = squeezed_bars(bars, i - 1)
    if n < MIN_BARS or bars[i, CLOSE] == state[SMA_20]:
        return SILENT
    direction = BULLISH if bars[i, CLOSE] > state[SMA_20] else BEARISH
    return direction, n / (n + HALF_FIT_BARS), state[SMA_20], float(n)


def explain(hit: Hit) -> str:
    """Say why it fired."""
    beyond = "above" if hit.close > hit.level else "below"
    count = "at least " if hit.measure >= MAX_BARS else ""
    close, level = prices_apart(hit.close, hit.level)
    return (
        f"Left a squeeze of {count}{hit.measure:.0f} bars at {close}, {beyond} the mean {level} of "
        f"{BAND_BARS} closes."
    )


SQUEEZE_RELEASE = Pattern(
    number=28,
    name="Squeeze_Release",
    family="event",
    n_bars=1,
    warm_up=62,
    rule=squeeze_release,
    setting=Setting.ACTIVITY,
    weights=Weights(fit=0.4, volume=0.35, context=0.25),
    alert=Alert(0.5, 10),
    explain=explain,
    stop=NO_LEVELS,
    source="Carter 2012, ch. 11",
    draws=("bb_upper", "bb_lower"),
)
