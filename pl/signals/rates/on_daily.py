"""Hold how often signals fire on daily bars, as scripts/write_signals.py wrote it."""

from collections.abc import Mapping
from typing import Final

REAL_BARS: Final = 617782
RANDOM_BARS: Final = 617782
COMBO_REAL_BARS: Final = 0
COMBO_RANDOM_BARS: Final = 0

RATES: Final[Mapping[str, tuple[float, float, float, float]]] = {
    "Volume_Spike": (10.352, 10.049, 13.660, 13.277),
    "Price_Breakout": (20.870, 20.311, 21.603, 21.067),
    "Support_Test": (2.096, 1.612, 2.363, 1.716),
    "Resistance_Break": (9.876, 8.396, 8.328, 6.959),
    "Doji": (140.318, 15.721, 147.971, 16.464),
    "Hammer": (18.908, 7.219, 22.914, 9.419),
    "Shooting_Star": (11.831, 5.358, 12.895, 6.135),
    "Engulfing": (80.590, 40.811, 82.131, 44.762),
    "Piercing_Line": (3.069, 2.200, 2.697, 1.913),
    "Dark_Cloud_Cover": (3.818, 2.787, 3.738, 2.834),
    "Morning_Star": (4.803, 3.029, 4.688, 2.959),
    "Evening_Star": (5.449, 3.579, 5.800, 4.011),
    "Three_White_Soldiers": (0.740, 0.274, 0.507, 0.230),
    "Three_Black_Crows": (0.138, 0.070, 0.121, 0.065),
    "Gap_Up": (4.639, 4.626, 5.809, 5.776),
    "Gap_Down": (5.714, 5.704, 6.572, 6.543),
    "New_20_Day_High": (18.152, 11.768, 17.543, 11.601),
    "New_20_Day_Low": (13.676, 9.735, 13.294, 8.888),
    "New_52_Week_High": (3.032, 2.375, 2.655, 2.041),
    "New_52_Week_Low": (1.005, 0.905, 0.918, 0.717),
    "Moving_Average_Cross": (21.260, 4.251, 20.959, 4.461),
    "Golden_Cross": (2.295, 1.400, 2.456, 1.530),
    "Death_Cross": (2.315, 1.219, 2.439, 1.371),
    "Squeeze_Release": (12.341, 6.604, 10.238, 4.549),
    "RSI_Divergence": (8.356, 3.966, 8.786, 4.442),
    "MACD_Divergence": (5.950, 1.569, 6.059, 2.027),
    "Inside_Bar": (27.058, 3.126, 39.762, 6.488),
    "Outside_Bar": (16.779, 4.367, 28.567, 8.450),
    "NR7": (55.432, 3.508, 79.492, 5.957),
    "Unusual_Range": (11.923, 11.850, 14.882, 14.719),
    "Double_Top": (0.141, 0.053, 0.165, 0.062),
    "Double_Bottom": (0.086, 0.032, 0.096, 0.040),
    "Triple_Top": (0.071, 0.037, 0.052, 0.016),
    "Triple_Bottom": (0.031, 0.013, 0.040, 0.010),
    "Head_And_Shoulders": (0.502, 0.254, 0.520, 0.231),
    "Inverse_Head_And_Shoulders": (0.288, 0.100, 0.333, 0.115),
    "Ascending_Triangle": (0.733, 0.278, 0.618, 0.201),
    "Descending_Triangle": (0.544, 0.194, 0.541, 0.183),
    "Symmetrical_Triangle": (0.733, 0.240, 0.681, 0.235),
    "Rising_Wedge": (0.578, 0.175, 0.529, 0.149),
    "Falling_Wedge": (0.364, 0.087, 0.348, 0.083),
    "Rectangle": (0.144, 0.070, 0.141, 0.081),
    "Channel": (0.471, 0.139, 0.354, 0.105),
    "Flag": (0.401, 0.123, 0.448, 0.157),
    "Pennant": (0.342, 0.139, 0.401, 0.155),
    "Cup_And_Handle": (0.175, 0.086, 0.272, 0.168),
    "Rounding_Bottom": (0.079, 0.034, 0.157, 0.079),
    "V_Top": (0.006, 0.000, 0.008, 0.002),
    "V_Bottom": (0.003, 0.002, 0.000, 0.000),
}
"""Per 1,000 bars. Real: in the log, at the confidence of an alert; random walks: likewise."""
