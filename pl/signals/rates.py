"""Hold how often each signal fires; written by scripts/write_signals.py.

Fires per 1,000 bars, on real bars and on random walks of the same moves (see
docs/reference/signals.md).
"""

from collections.abc import Mapping
from typing import Final

DAILY_BARS: Final = 617782
MINUTE_BARS: Final = 15292

PATTERNS: Final[Mapping[str, tuple[float, float, float, float]]] = {
    "Volume_Spike": (10.387, 10.078, 13.751, 13.312),
    "Price_Breakout": (20.915, 20.357, 21.542, 21.037),
    "Support_Test": (2.111, 1.624, 2.399, 1.760),
    "Resistance_Break": (9.903, 8.414, 8.474, 7.069),
    "Doji": (140.611, 15.763, 148.358, 16.370),
    "Hammer": (18.952, 7.244, 23.172, 9.529),
    "Shooting_Star": (11.863, 5.374, 12.857, 6.009),
    "Engulfing": (80.750, 40.891, 82.314, 44.906),
    "Piercing_Line": (3.071, 2.200, 2.757, 1.949),
    "Dark_Cloud_Cover": (3.825, 2.792, 3.875, 2.964),
    "Morning_Star": (4.806, 3.032, 4.778, 3.153),
    "Evening_Star": (5.455, 3.584, 5.538, 3.802),
    "Three_White_Soldiers": (0.745, 0.275, 0.520, 0.219),
    "Three_Black_Crows": (0.138, 0.070, 0.108, 0.055),
    "Gap_Up": (4.672, 4.659, 5.865, 5.840),
    "Gap_Down": (5.795, 5.785, 6.777, 6.761),
    "New_Session_High": (1.896, 1.766, 2.420, 1.896),
    "New_Session_Low": (1.569, 1.504, 1.569, 1.439),
    "New_20_Day_High": (18.165, 11.776, 17.594, 11.676),
    "New_20_Day_Low": (13.736, 9.788, 13.354, 8.929),
    "New_52_Week_High": (3.069, 2.410, 2.797, 2.163),
    "New_52_Week_Low": (1.068, 0.960, 0.995, 0.826),
    "Opening_Range_Break": (3.270, 2.616, 4.251, 2.877),
    "VWAP_Cross": (7.324, 6.343, 7.324, 6.016),
    "VWAP_Reclaim": (3.139, 2.550, 2.289, 1.831),
    "Moving_Average_Cross": (21.354, 4.273, 21.232, 4.594),
    "Golden_Cross": (2.344, 1.433, 2.498, 1.557),
    "Death_Cross": (2.355, 1.243, 2.501, 1.378),
    "Squeeze_Release": (12.386, 6.630, 10.520, 4.752),
    "RSI_Divergence": (8.521, 4.053, 9.134, 4.728),
    "MACD_Divergence": (6.075, 1.624, 6.425, 2.022),
    "Inside_Bar": (27.079, 3.134, 39.681, 6.467),
    "Outside_Bar": (16.794, 4.374, 28.782, 8.641),
    "NR7": (55.691, 3.590, 79.821, 6.078),
    "Unusual_Range": (12.030, 11.954, 14.989, 14.821),
}
"""Real: in the log, at the confidence of an alert; random walks: likewise."""

CANDLES: Final[Mapping[str, tuple[float, float]]] = {
    "Two_Crows": (0.712, 0.683),
    "Three_Black_Crows": (0.138, 0.108),
    "Three_Inside": (15.892, 14.338),
    "Three_Line_Strike": (0.860, 1.157),
    "Three_Outside": (34.422, 37.338),
    "Three_Stars_In_The_South": (0.002, 0.008),
    "Three_White_Soldiers": (0.745, 0.523),
    "Abandoned_Baby": (0.040, 0.065),
    "Advance_Block": (6.826, 6.127),
    "Belt_Hold": (144.659, 138.120),
    "Breakaway": (0.188, 0.162),
    "Closing_Marubozu": (138.819, 133.973),
    "Concealing_Baby_Swallow": (0.002, 0.003),
    "Counterattack": (1.078, 1.044),
    "Dark_Cloud_Cover": (3.840, 3.883),
    "Doji": (141.375, 149.041),
    "Doji_Star": (22.129, 25.661),
    "Dragonfly_Doji": (14.066, 18.437),
    "Engulfing": (81.139, 82.741),
    "Evening_Doji_Star": (1.946, 2.070),
    "Evening_Star": (5.470, 5.570),
    "Gap_Side_By_Side_White": (3.032, 2.999),
    "Gravestone_Doji": (11.532, 15.055),
    "Hammer": (19.062, 23.296),
    "Hanging_Man": (19.418, 20.120),
    "Harami": (83.845, 77.178),
    "Harami_Cross": (26.793, 26.153),
    "High_Wave": (133.421, 133.552),
    "Hikkake": (118.639, 131.650),
    "Modified_Hikkake": (1.395, 1.497),
    "Homing_Pigeon": (12.771, 11.310),
    "Identical_Three_Crows": (0.083, 0.062),
    "In_Neck": (1.214, 1.390),
    "Inverted_Hammer": (11.761, 13.094),
    "Kicking": (0.005, 0.005),
    "Kicking_By_Length": (0.005, 0.005),
    "Ladder_Bottom": (1.486, 1.403),
    "Long_Legged_Doji": (141.351, 148.913),
    "Long_Line": (194.070, 183.218),
    "Marubozu": (41.210, 41.170),
    "Matching_Low": (16.302, 17.008),
    "Mat_Hold": (0.026, 0.042),
    "Morning_Doji_Star": (1.682, 1.842),
    "Morning_Star": (4.812, 4.801),
    "On_Neck": (2.122, 2.687),
    "Piercing_Line": (3.072, 2.771),
    "Rickshaw_Man": (106.453, 111.777),
    "Three_Methods": (0.253, 0.338),
    "Separating_Lines": (4.296, 4.236),
    "Shooting_Star": (11.999, 12.937),
    "Short_Line": (121.218, 161.504),
    "Spinning_Top": (226.452, 226.599),
    "Stalled_Pattern": (2.765, 2.781),
    "Stick_Sandwich": (1.416, 1.206),
    "Takuri": (13.888, 17.927),
    "Tasuki_Gap": (6.198, 6.345),
    "Thrusting": (6.438, 6.619),
    "Tristar": (1.426, 1.335),
    "Unique_Three_River": (1.590, 1.439),
    "Upside_Gap_Two_Crows": (0.333, 0.384),
    "Gap_Three_Methods": (7.567, 7.122),
}
"""Real, random."""


def null_rate(pattern: str) -> float | None:
    """Return the alerts per 1,000 bars of a random walk, None where that was not measured."""
    measured = PATTERNS.get(pattern)
    return measured[3] if measured else None
