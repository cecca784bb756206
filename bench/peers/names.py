"""Name the indicators that TickStock and every peer have; imports nothing, runs anywhere."""

COMMON = (
    "sma_20",
    "sma_50",
    "ema_12",
    "ema_26",
    "rsi_14",
    "macd",
    "atr_14",
    "bb_upper",
    "bb_lower",
    "wma_20",
    "high_20",
    "low_20",
)
