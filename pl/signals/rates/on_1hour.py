"""Hold how often signals fire on 1hour bars, as scripts/write_signals.py wrote it."""

from collections.abc import Mapping
from typing import Final

REAL_BARS: Final = 225020
RANDOM_BARS: Final = 225020
COMBO_REAL_BARS: Final = 0
COMBO_RANDOM_BARS: Final = 0

RATES: Final[Mapping[str, tuple[float, float, float, float]]] = {
    "Volume_Spike": (16.003, 14.470, 21.771, 20.345),
    "Price_Breakout": (23.518, 22.976, 20.914, 20.389),
    "Support_Test": (2.498, 1.773, 2.604, 1.853),
    "Resistance_Break": (7.915, 7.048, 6.706, 5.648),
    "Doji": (156.679, 21.216, 167.452, 21.638),
    "Hammer": (27.144, 10.386, 32.135, 12.612),
    "Shooting_Star": (6.262, 2.800, 7.177, 2.942),
    "Engulfing": (148.227, 69.958, 151.755, 75.864),
    "Piercing_Line": (0.800, 0.604, 1.124, 0.809),
    "Dark_Cloud_Cover": (0.987, 0.671, 1.453, 0.991),
    "Morning_Star": (2.578, 1.613, 2.871, 1.875),
    "Evening_Star": (2.702, 1.653, 2.995, 1.840),
    "Three_White_Soldiers": (0.907, 0.391, 0.898, 0.422),
    "Three_Black_Crows": (0.129, 0.071, 0.124, 0.036),
    "Gap_Up": (9.275, 9.186, 10.381, 10.257),
    "Gap_Down": (8.639, 8.555, 8.888, 8.706),
    "Moving_Average_Cross": (21.314, 4.942, 21.483, 4.653),
    "Golden_Cross": (2.898, 1.884, 3.044, 1.711),
    "Death_Cross": (2.902, 1.644, 3.035, 1.733),
    "Squeeze_Release": (12.274, 6.573, 11.897, 5.675),
    "RSI_Divergence": (10.848, 5.617, 11.443, 6.342),
    "MACD_Divergence": (7.479, 2.778, 8.084, 2.706),
    "Inside_Bar": (36.166, 4.880, 51.298, 9.448),
    "Outside_Bar": (21.340, 5.893, 38.090, 12.466),
    "NR7": (85.735, 5.991, 105.764, 9.510),
    "Unusual_Range": (17.438, 16.710, 22.665, 21.776),
    "Double_Top": (0.058, 0.013, 0.022, 0.009),
    "Double_Bottom": (0.040, 0.009, 0.036, 0.004),
    "Triple_Top": (0.044, 0.022, 0.018, 0.004),
    "Triple_Bottom": (0.009, 0.004, 0.013, 0.004),
    "Head_And_Shoulders": (0.147, 0.044, 0.164, 0.049),
    "Inverse_Head_And_Shoulders": (0.276, 0.102, 0.191, 0.044),
    "Ascending_Triangle": (0.640, 0.267, 0.622, 0.249),
    "Descending_Triangle": (0.631, 0.191, 0.653, 0.218),
    "Symmetrical_Triangle": (0.667, 0.284, 0.573, 0.200),
    "Rising_Wedge": (0.333, 0.084, 0.351, 0.093),
    "Falling_Wedge": (0.342, 0.093, 0.400, 0.124),
    "Rectangle": (0.116, 0.076, 0.120, 0.089),
    "Channel": (0.289, 0.089, 0.213, 0.067),
    "Flag": (0.173, 0.049, 0.253, 0.093),
    "Pennant": (0.360, 0.120, 0.396, 0.191),
    "Cup_And_Handle": (0.067, 0.040, 0.102, 0.036),
    "Rounding_Bottom": (0.084, 0.044, 0.080, 0.031),
    "V_Top": (0.009, 0.000, 0.004, 0.000),
    "V_Bottom": (0.000, 0.000, 0.000, 0.000),
}
"""Per 1,000 bars. Real: in the log, at the confidence of an alert; random walks: likewise."""
