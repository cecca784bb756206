"""Tell channels among two lines: parallel and sloped.

The lines rise or fall together by at least 0.4, and their distance shrinks by at most 0.27 or
grows by at most 0.4 of the first width. Either way out counts: against the slope the
trend has ended, with it it quickens.
Source : Edwards and Magee 2007, ch. 14; Bulkowski 2021, channels.
"""

from typing import Final

from pl.kernel import leaf
from pl.signals.chart.pattern import NO_PATTERN, ChartPattern, Slopes

CHANNEL: Final = 12

LEAST_SLOPE: Final = 0.4
MOST_CLOSING: Final = 0.27
MOST_OPENING: Final = 0.4


@leaf
def channel(upper: float, lower: float) -> int:
    """Return CHANNEL for these slopes, NO_PATTERN when it is none."""
    mean = 0.5 * (upper + lower)
    if abs(mean) < LEAST_SLOPE or not -MOST_OPENING <= lower - upper <= MOST_CLOSING:
        return NO_PATTERN
    return CHANNEL


SLOPES = Slopes(channel)
SLOPED = ChartPattern(CHANNEL, "Channel", SLOPES, alert_from=0.58)
