"""Say how long the bars of a timeframe are, and how many of them are a year."""

from typing import Final

TIMEFRAME_MS: Final = {
    "1min": 60_000,
    "5min": 300_000,
    "15min": 900_000,
    "1hour": 3_600_000,
    "daily": 86_400_000,
    "weekly": 604_800_000,
}

YEAR_BARS: Final = {"daily": 252, "weekly": 52}
"""By timeframe; the shorter ones do not look that far back."""
