"""Say how long the bars of a timeframe are, and how many of them are a year."""

from typing import Final

DAY_MS: Final = 86_400_000

TIMEFRAME_MS: Final = {
    "1min": 60_000,
    "5min": 300_000,
    "15min": 900_000,
    "1hour": 3_600_000,
    "daily": DAY_MS,
    "weekly": 7 * DAY_MS,
}

YEAR_BARS: Final = {"daily": 252, "weekly": 52}
"""By timeframe; the shorter ones do not look that far back."""
