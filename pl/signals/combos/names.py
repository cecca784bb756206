"""Number the combos; the order never changes, only grows."""

from typing import Final

COMBO_NAMES: Final = (
    "Break_Of_20_Day_High",
    "Break_Of_20_Day_Low",
    "Break_Of_52_Week_High",
    "Break_Of_52_Week_Low",
    "Break_Of_Prior_Day_High",
    "Break_Of_Prior_Day_Low",
    "Gap_Above_Prior_High_Holds",
    "Gap_Below_Prior_Low_Holds",
    "Narrow_Day_Range_Break",
    "Squeeze_Breakout",
    "Double_Bottom_VWAP_Reclaim",
    "Double_Top_VWAP_Reclaim",
    "Trend_Engulfing_At_VWAP",
    "Downtrend_Engulfing_At_VWAP",
    "Golden_Cross_Breakout",
    "Death_Cross_Breakout",
    "RSI_Divergence_Cross",
    "Oversold_Reversal",
    "Overbought_Reversal",
    "Chart_Break_Opening_Range",
    "New_High_Opening_Range",
)
"""Without direction where both happen; one name for one idea on every timeframe."""

TRIGGERED_ON: Final = ("1min", "5min")
"""Timeframes whose closes trigger combos."""
