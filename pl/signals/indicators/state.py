"""Lay out what a symbol's walk remembers from bar to bar; every slot starts at zero.

Slots from SESSION_BARS to LOW_SHARES hold the running session, see `session`; those after them
what several indicators and rules read of one bar, see `windows` and `clock`, then the
session before, see `session_before`, and by how much the last bar started after the open.
"""

from typing import Final

N_BARS: Final = 0
LAST_CLOSE: Final = 1
EMA_FAST: Final = 2
EMA_SLOW: Final = 3
MACD_SIGNAL: Final = 4
GAIN: Final = 5
LOSS: Final = 6
RANGE: Final = 7
RANGE_10: Final = 8
EMA_20: Final = 9
EMA_20_TWICE: Final = 10
EMA_20_THRICE: Final = 11
EMA_50: Final = 12
EMA_200: Final = 13
TRIX_ONCE: Final = 14
"""The first of three slots on end: smoothed once, twice and thrice."""
TRIX_THRICE: Final = TRIX_ONCE + 2
TRIX_BEFORE: Final = 17
KAMA: Final = 18
UP_MOVE: Final = 19
DOWN_MOVE: Final = 20
MOVE_RANGE: Final = 21
PLUS_DI: Final = 22
MINUS_DI: Final = 23
ADX: Final = 24
SAR: Final = 25
SAR_NEXT: Final = 26
SAR_SIDE: Final = 27
SAR_EXTREME: Final = 28
SAR_SPEED: Final = 29
TREND_UPPER: Final = 30
TREND_LOWER: Final = 31
TREND_SIDE: Final = 32
OBV: Final = 33
AD: Final = 34
AD_FAST: Final = 35
AD_SLOW: Final = 36
RSI_PAST: Final = 37
"""The first of 14 slots that hold the last values of the RSI, by bar number modulo 14."""
RSI_KEPT: Final = 14
RSI_PLACE: Final = 51
"""The place of the RSI among its last 14 values, now and at the bar before; the one before that
stands behind the session."""
SESSION_BARS: Final = 53
SESSION_HIGH: Final = 54
SESSION_LOW: Final = 55
TRADED_USD: Final = 56
TRADED_SHARES: Final = 57
TRADED_MEAN: Final = 58
TRADED_SQUARES: Final = 59
HIGH_BEFORE: Final = 60
LOW_BEFORE: Final = 61
HIGH_AT: Final = 62
LOW_AT: Final = 63
HIGH_STOOD: Final = 64
LOW_STOOD: Final = 65
OPENING_HIGH: Final = 66
OPENING_LOW: Final = 67
CLOSES_ABOVE: Final = 68
CLOSES_BELOW: Final = 69
VWAP_RUN: Final = 70
VWAP_RUN_ENDED: Final = 71
VWAP_RUN_EARLIER: Final = 72
HIGH_USD: Final = 73
HIGH_SHARES: Final = 74
LOW_USD: Final = 75
LOW_SHARES: Final = 76
USUAL_VOLUME: Final = 77
USUAL_RANGE: Final = 78
SMA_20: Final = 79
SMA_50: Final = 80
SMA_200: Final = 81
DEVIATION_20: Final = 82
TOP_20: Final = 83
BOTTOM_20: Final = 84
PAUSE_BARS: Final = 85
LIVELY_SPAN: Final = 86
RSI_PLACE_EARLIER: Final = 87
CLOSE_PLACE: Final = 88
"""The place of the close in its last 14 bars, now and at the four bars before."""
RETURNS_PAST: Final = 93
"""The first of 40 slots that hold the last 20 log returns, by bar number modulo 20 and once more
20 slots on, so that the last 20 always lie on end, oldest first."""
RETURNS: Final = 20
BEFORE_HIGH: Final = 133
BEFORE_LOW: Final = 134
BEFORE_CLOSE: Final = 135
SESSION_MINUTE: Final = 136
STATE_SIZE: Final = 137
