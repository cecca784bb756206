"""Name the columns of an indicator row, in order."""

from typing import Final

INDICATOR_NAMES: Final = (
    "sma_20",
    "sma_50",
    "ema_12",
    "ema_26",
    "rsi_14",
    "macd",
    "macd_signal",
    "macd_hist",
    "bb_upper",
    "bb_middle",
    "bb_lower",
    "atr_14",
    "vwap",
    "relative_volume",
)
COLUMN: Final = {name: index for index, name in enumerate(INDICATOR_NAMES)}
RSI_14: Final = COLUMN["rsi_14"]
RELATIVE_VOLUME: Final = COLUMN["relative_volume"]
