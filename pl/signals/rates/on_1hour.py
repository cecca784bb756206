"""Hold how often signals fire on 1hour bars, as scripts/write_signals.py wrote it."""

from collections.abc import Mapping
from typing import Final

REAL_BARS: Final = 225020
RANDOM_BARS: Final = 225020
COMBO_REAL_BARS: Final = 0
COMBO_RANDOM_BARS: Final = 0

RATES: Final[Mapping[str, tuple[float, float, float, float]]] = {
    "Volume_Spike": (16.003, 14.470, 21.571, 20.163),
    "Price_Breakout": (23.518, 22.976, 21.091, 20.634),
    "Support_Test": (2.498, 1.773, 2.844, 2.000),
    "Resistance_Break": (7.915, 7.048, 6.804, 5.742),
    "Doji": (156.679, 21.216, 167.847, 21.683),
    "Hammer": (27.144, 10.386, 32.473, 12.594),
    "Shooting_Star": (6.262, 2.800, 7.155, 3.035),
    "Engulfing": (148.227, 69.958, 153.435, 76.722),
    "Piercing_Line": (0.800, 0.604, 1.093, 0.769),
    "Dark_Cloud_Cover": (0.987, 0.671, 1.369, 1.009),
    "Morning_Star": (2.578, 1.613, 3.031, 2.004),
    "Evening_Star": (2.702, 1.653, 2.995, 1.902),
    "Three_White_Soldiers": (0.907, 0.391, 0.947, 0.431),
    "Three_Black_Crows": (0.129, 0.071, 0.049, 0.018),
    "Gap_Up": (9.275, 9.186, 10.412, 10.266),
    "Gap_Down": (8.639, 8.555, 8.924, 8.773),
    "Moving_Average_Cross": (21.314, 4.942, 22.109, 4.617),
    "Golden_Cross": (2.898, 1.884, 2.893, 1.684),
    "Death_Cross": (2.902, 1.644, 2.911, 1.649),
    "Squeeze_Release": (12.274, 6.573, 11.892, 5.604),
    "RSI_Divergence": (10.848, 5.617, 11.648, 6.266),
    "MACD_Divergence": (7.479, 2.778, 7.999, 2.662),
    "Inside_Bar": (36.166, 4.880, 51.720, 9.577),
    "Outside_Bar": (21.340, 5.893, 37.721, 12.159),
    "NR7": (85.735, 5.991, 105.346, 9.644),
    "Unusual_Range": (17.438, 16.710, 22.758, 21.847),
    "Double_Top": (0.067, 0.036, 0.102, 0.044),
    "Double_Bottom": (0.058, 0.022, 0.111, 0.036),
    "Triple_Top": (0.053, 0.031, 0.022, 0.013),
    "Triple_Bottom": (0.009, 0.004, 0.031, 0.009),
    "Head_And_Shoulders": (0.338, 0.182, 0.373, 0.169),
    "Inverse_Head_And_Shoulders": (0.324, 0.124, 0.236, 0.089),
    "Ascending_Triangle": (0.560, 0.204, 0.524, 0.196),
    "Descending_Triangle": (0.427, 0.102, 0.507, 0.156),
    "Symmetrical_Triangle": (0.578, 0.222, 0.538, 0.169),
    "Rising_Wedge": (0.324, 0.084, 0.360, 0.089),
    "Falling_Wedge": (0.284, 0.049, 0.400, 0.124),
    "Rectangle": (0.089, 0.040, 0.089, 0.071),
    "Channel": (0.293, 0.093, 0.196, 0.062),
    "Flag": (0.240, 0.080, 0.271, 0.093),
    "Pennant": (0.364, 0.120, 0.404, 0.196),
    "Cup_And_Handle": (0.204, 0.111, 0.244, 0.156),
    "Rounding_Bottom": (0.120, 0.067, 0.120, 0.058),
    "V_Top": (0.009, 0.000, 0.004, 0.000),
    "V_Bottom": (0.000, 0.000, 0.009, 0.000),
}
"""Per 1,000 bars. Real: in the log, at the confidence of an alert; random walks: likewise."""
