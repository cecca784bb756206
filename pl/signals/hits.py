"""Name the numbers of one fired rule, as the kernels write them."""

from typing import Final, NamedTuple

NONE: Final = 0
BULLISH: Final = 1
BEARISH: Final = -1
NEUTRAL: Final = 2
DIRECTION_NAMES: Final = {BULLISH: "bullish", BEARISH: "bearish", NEUTRAL: "neutral"}

Verdict = tuple[int, float, float, float]
"""direction code (NONE: did not fire), fit 0-1, the rule's own price or volume level, and one
measure more that its reason tells, 0 where there is none."""

SILENT: Final = (NONE, 0.0, 0.0, 0.0)


class Hit(NamedTuple):
    """Hold what one rule saw at one closed bar.

    cause : which bar of the batch caused it; revision : a number that grows with each change of
    a bar not long before; times : start of the defining bars, unix ms, oldest first;
    level : the rule's own level (mean volume, broken price, stop of a candlestick);
    measure : what else the rule measured, in a unit of its own;
    mean_volume : shares, 20 bars before; mean_range : mean true range in USD, 14 bars before.
    """

    cause: int
    row: int
    pattern: int
    direction: int
    revision: int
    times: tuple[int, ...]
    fit: float
    level: float
    measure: float
    confidence: float
    open: float
    high: float
    low: float
    close: float
    volume: float
    previous_close: float
    mean_volume: float
    mean_range: float

    @property
    def forming(self) -> bool:
        """Tell whether it is still to be completed; only chart patterns are."""
        return False

    @property
    def relative_volume(self) -> float | None:
        """Return volume over its mean of the 20 bars before, None when that is zero."""
        return self.volume / self.mean_volume if self.mean_volume > 0.0 else None

    @property
    def price_change(self) -> float:
        """Return the change against the close of the bar before, in percent."""
        return 100.0 * (self.close / self.previous_close - 1.0)
