"""Recognise a support test: the price comes back to an old low and turns up from it.

Support is the lowest low of bars 6 to 60 back. Fires when the bar's low comes within a quarter of
the mean true range of it, the close holds above it and lies in the upper half of the bar, and the
price came from at least one mean true range above with no low in the zone for 5 bars. Bullish.
Fit is the mean of nearness (1 at the support) and of the close's place in the bar.
Source : support as in Edwards and Magee 2007, ch. 13.
"""

from typing import Final

from pl.kernel import leaf
from pl.market.batches import Float64
from pl.signals.bars import CLOSE, HIGH, LOW, Bars, lowest
from pl.signals.hits import BULLISH, SILENT, Hit, Verdict
from pl.signals.indicators.state import USUAL_RANGE
from pl.signals.levels import Anchor, Stop
from pl.signals.pattern import Alert, Pattern, Setting, Weights, price_text

LOOK_BACK_BARS: Final = 60
FRESH_BARS: Final = 5
ZONE: Final = 0.25


@leaf
def support_test(bars: Bars, i: int, state: Float64) -> Verdict:
    """Judge bar `i`; level is the support, in USD."""
    unit = state[USUAL_RANGE]
    spread = bars[i, HIGH] - bars[i, LOW]
    if unit <= 0.0 or spread <= 0.0:
        return SILENT
    support = lowest(bars, LOW, i - LOOK_BACK_BARS, i - FRESH_BARS - 1)
    zone = ZONE * unit
    miss = abs(bars[i, LOW] - support)
    turned = (bars[i, CLOSE] - bars[i, LOW]) / spread
    if miss > zone or bars[i, CLOSE] <= support or turned < 0.5:
        return SILENT
    came_down = bars[i - FRESH_BARS, CLOSE] >= support + unit
    if not came_down or lowest(bars, LOW, i - FRESH_BARS, i - 1) <= support + zone:
        return SILENT
    return BULLISH, 0.5 * (1.0 - miss / zone) + 0.5 * turned, support, turned


def explain(hit: Hit) -> str:
    """Say why it fired."""
    return (
        f"Fell to {price_text(hit.low)}, held the support at {price_text(hit.level)} and closed "
        f"at {price_text(hit.close)}."
    )


SUPPORT_TEST = Pattern(
    number=2,
    name="Support_Test",
    family="event",
    n_bars=1,
    warm_up=61,
    rule=support_test,
    setting=Setting.REVERSAL,
    weights=Weights(fit=0.5, volume=0.25, context=0.25),
    alert=Alert(0.45, 5),
    explain=explain,
    stop=Stop(Anchor.FARTHER, 0.5),
    source="Edwards and Magee 2007, ch. 13",
)
