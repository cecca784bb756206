"""Hold how often signals fire on daily bars, as scripts/write_signals.py wrote it."""

from collections.abc import Mapping
from typing import Final

REAL_BARS: Final = 617782
RANDOM_BARS: Final = 617782
COMBO_REAL_BARS: Final = 0
COMBO_RANDOM_BARS: Final = 0

RATES: Final[Mapping[str, tuple[float, float, float, float]]] = {
    "Volume_Spike": (10.352, 10.049, 13.762, 13.353),
    "Price_Breakout": (20.870, 20.311, 21.613, 21.114),
    "Support_Test": (2.096, 1.612, 2.329, 1.633),
    "Resistance_Break": (9.876, 8.396, 8.419, 7.015),
    "Doji": (140.318, 15.721, 148.091, 16.818),
    "Hammer": (18.908, 7.219, 22.749, 9.393),
    "Shooting_Star": (11.831, 5.358, 12.755, 6.083),
    "Engulfing": (80.590, 40.811, 81.817, 44.661),
    "Piercing_Line": (3.069, 2.200, 2.740, 1.949),
    "Dark_Cloud_Cover": (3.818, 2.787, 3.776, 2.849),
    "Morning_Star": (4.803, 3.029, 4.820, 3.169),
    "Evening_Star": (5.449, 3.579, 5.821, 4.061),
    "Three_White_Soldiers": (0.740, 0.274, 0.508, 0.228),
    "Three_Black_Crows": (0.138, 0.070, 0.115, 0.062),
    "Gap_Up": (4.639, 4.626, 5.712, 5.682),
    "Gap_Down": (5.714, 5.704, 6.632, 6.601),
    "New_20_Day_High": (18.152, 11.768, 17.733, 11.849),
    "New_20_Day_Low": (13.676, 9.735, 13.283, 8.992),
    "New_52_Week_High": (3.032, 2.375, 2.685, 2.090),
    "New_52_Week_Low": (1.005, 0.905, 0.953, 0.762),
    "Moving_Average_Cross": (21.260, 4.251, 20.980, 4.628),
    "Golden_Cross": (2.295, 1.400, 2.451, 1.502),
    "Death_Cross": (2.315, 1.219, 2.426, 1.339),
    "Squeeze_Release": (12.341, 6.604, 10.305, 4.560),
    "RSI_Divergence": (8.356, 3.966, 8.874, 4.518),
    "MACD_Divergence": (5.950, 1.569, 6.104, 1.954),
    "Inside_Bar": (27.058, 3.126, 39.512, 6.381),
    "Outside_Bar": (16.779, 4.367, 28.776, 8.399),
    "NR7": (55.432, 3.508, 80.253, 6.030),
    "Unusual_Range": (11.923, 11.850, 14.724, 14.549),
    "Double_Top": (0.142, 0.053, 0.126, 0.032),
    "Double_Bottom": (0.086, 0.032, 0.125, 0.039),
    "Triple_Top": (0.070, 0.036, 0.029, 0.013),
    "Triple_Bottom": (0.032, 0.015, 0.052, 0.016),
    "Head_And_Shoulders": (0.510, 0.257, 0.500, 0.228),
    "Inverse_Head_And_Shoulders": (0.296, 0.102, 0.299, 0.110),
    "Ascending_Triangle": (0.740, 0.283, 0.696, 0.231),
    "Descending_Triangle": (0.549, 0.199, 0.586, 0.163),
    "Symmetrical_Triangle": (0.745, 0.240, 0.704, 0.225),
    "Rising_Wedge": (0.591, 0.173, 0.581, 0.173),
    "Falling_Wedge": (0.374, 0.087, 0.293, 0.089),
    "Rectangle": (0.151, 0.073, 0.125, 0.058),
    "Channel": (0.476, 0.141, 0.342, 0.092),
    "Flag": (0.403, 0.125, 0.385, 0.152),
    "Pennant": (0.348, 0.141, 0.312, 0.142),
    "Cup_And_Handle": (0.176, 0.087, 0.285, 0.162),
    "Rounding_Bottom": (0.079, 0.034, 0.173, 0.083),
    "V_Top": (0.006, 0.000, 0.005, 0.002),
    "V_Bottom": (0.003, 0.002, 0.000, 0.000),
}
"""Per 1,000 bars. Real: in the log, at the confidence of an alert; random walks: likewise."""
