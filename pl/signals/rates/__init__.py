"""Say how often each signal fires, and how often by chance; scripts/write_signals.py measures it.

Each timeframe has rates of its own: fires per 1,000 of its bars, on real ones and on random walks
of the same moves (see docs/reference/signals.md).
"""

from collections.abc import Mapping
from typing import Final, NamedTuple

from pl.signals.combos.names import COMBO_NAMES
from pl.signals.rates import on_1hour, on_1min, on_5min, on_15min, on_daily, on_weekly

LEAST_BARS: Final = 10_000
"""Of fewer no rate is told."""

Rows = Mapping[str, tuple[float, float, float, float]]


class Bars(NamedTuple):
    """Hold how many bars were looked at."""

    real: int
    random: int


class Rate(NamedTuple):
    """Hold fires per 1,000 bars: all in the log, and at the confidence of an alert."""

    real: float
    real_alert: float
    random: float
    random_alert: float


class Measured(NamedTuple):
    """Hold the rates of a timeframe, and of how many bars they are; combos rest on others."""

    rates: Rows
    bars: Bars
    combo_bars: Bars

    def bars_of(self, pattern: str) -> Bars:
        """Return how many bars a pattern's rates are of."""
        return self.combo_bars if pattern in COMBO_NAMES else self.bars

    def null_rate(self, pattern: str) -> float | None:
        """Return alerts per 1,000 bars of a random walk, None of an unknown one or of too few."""
        if pattern not in self.rates or self.bars_of(pattern).random < LEAST_BARS:
            return None
        return self.rates[pattern][3]


MEASURED: Final = {
    timeframe: Measured(
        module.RATES,
        Bars(module.REAL_BARS, module.RANDOM_BARS),
        Bars(module.COMBO_REAL_BARS, module.COMBO_RANDOM_BARS),
    )
    for timeframe, module in (
        ("1min", on_1min),
        ("5min", on_5min),
        ("15min", on_15min),
        ("1hour", on_1hour),
        ("daily", on_daily),
        ("weekly", on_weekly),
    )
}
"""By timeframe."""


def rate_of(pattern: str, timeframe: str) -> Rate | None:
    """Return the rates of a pattern on a timeframe, None where it is not judged."""
    row = MEASURED[timeframe].rates.get(pattern)
    return Rate(*row) if row else None


def null_rate(pattern: str, timeframe: str) -> float | None:
    """Return the alerts per 1,000 bars of a timeframe on random walks, None where not known."""
    return MEASURED[timeframe].null_rate(pattern)
