"""Recognise a gap: the bar opens outside the range of the bar before and closes there.

Gap up: the open lies above the high of the bar before by at least half a percent of its close
and at least one mean true range, and the close is still above that high. Gap down: the mirror
image at the low. Fit is d / (1 + d), with d the gap in mean true ranges.
Source : Edwards and Magee 2007, ch. 12.
"""

from typing import Final

from pl.kernel import leaf
from pl.market.batches import Float64
from pl.signals.bars import CLOSE, HIGH, LOW, OPEN, Bars
from pl.signals.hits import BEARISH, BULLISH, SILENT, Hit, Verdict
from pl.signals.indicators.state import USUAL_RANGE
from pl.signals.levels import STOP_BEHIND_LEVEL
from pl.signals.pattern import Alert, Pattern, Setting, Weights, price_text

MIN_SHARE: Final = 0.005
WEIGHTS: Final = Weights(fit=0.4, volume=0.3, context=0.3)


@leaf
def fit_of(size: float, close_before: float, unit: float) -> float:
    """Return the fit of a gap of `size` USD, 0 when it is too small to be one."""
    if unit <= 0.0 or size < unit or size < MIN_SHARE * close_before:
        return 0.0
    return size / (size + unit)


@leaf
def gap_up(bars: Bars, i: int, state: Float64) -> Verdict:
    """Judge bar `i`; level is the high before it, measure the gap in percent of that."""
    edge, before = bars[i - 1, HIGH], bars[i - 1, CLOSE]
    size = bars[i, OPEN] - edge
    fit = fit_of(size, before, state[USUAL_RANGE])
    if fit <= 0.0 or bars[i, CLOSE] <= edge:
        return SILENT
    return BULLISH, fit, edge, 100.0 * size / edge


@leaf
def gap_down(bars: Bars, i: int, state: Float64) -> Verdict:
    """Judge bar `i`; level is the low before it, measure the gap in percent of that."""
    edge, before = bars[i - 1, LOW], bars[i - 1, CLOSE]
    size = edge - bars[i, OPEN]
    fit = fit_of(size, before, state[USUAL_RANGE])
    if fit <= 0.0 or bars[i, CLOSE] >= edge:
        return SILENT
    return BEARISH, fit, edge, 100.0 * size / edge


def explain_up(hit: Hit) -> str:
    """Say why it fired."""
    return (
        f"Opened at {price_text(hit.open)}, {hit.measure:.1f}% above the high "
        f"{price_text(hit.level)} of the bar before, and closed at {price_text(hit.close)}."
    )


def explain_down(hit: Hit) -> str:
    """Say why it fired."""
    return (
        f"Opened at {price_text(hit.open)}, {hit.measure:.1f}% below the low "
        f"{price_text(hit.level)} of the bar before, and closed at {price_text(hit.close)}."
    )


GAP_UP = Pattern(
    number=14,
    name="Gap_Up",
    family="event",
    n_bars=2,
    warm_up=21,
    rule=gap_up,
    setting=Setting.ACTIVITY,
    weights=WEIGHTS,
    alert=Alert(0.5, 5),
    explain=explain_up,
    stop=STOP_BEHIND_LEVEL,
    source="Edwards and Magee 2007, ch. 12",
)
GAP_DOWN = Pattern(
    number=15,
    name="Gap_Down",
    family="event",
    n_bars=2,
    warm_up=21,
    rule=gap_down,
    setting=Setting.ACTIVITY,
    weights=WEIGHTS,
    alert=Alert(0.5, 5),
    explain=explain_down,
    stop=STOP_BEHIND_LEVEL,
    source="Edwards and Magee 2007, ch. 12",
)
