"""Hold how often signals fire on 15min bars, as scripts/write_signals.py wrote it."""

from collections.abc import Mapping
from typing import Final

REAL_BARS: Final = 1029
RANDOM_BARS: Final = 110500
COMBO_REAL_BARS: Final = 0
COMBO_RANDOM_BARS: Final = 0

RATES: Final[Mapping[str, tuple[float, float, float, float]]] = {
    "Volume_Spike": (47.619, 46.647, 61.312, 56.950),
    "Price_Breakout": (27.211, 27.211, 20.724, 20.362),
    "Support_Test": (0.972, 0.000, 2.986, 2.163),
    "Resistance_Break": (6.803, 4.859, 7.095, 5.149),
    "Doji": (128.280, 37.901, 139.339, 17.873),
    "Hammer": (24.295, 9.718, 29.095, 12.398),
    "Shooting_Star": (6.803, 2.915, 5.267, 2.109),
    "Engulfing": (128.280, 68.999, 113.376, 49.303),
    "Piercing_Line": (0.000, 0.000, 3.303, 2.588),
    "Dark_Cloud_Cover": (0.000, 0.000, 1.195, 0.824),
    "Morning_Star": (0.972, 0.972, 7.367, 4.525),
    "Evening_Star": (2.915, 1.944, 2.950, 1.810),
    "Three_White_Soldiers": (0.972, 0.000, 1.294, 0.552),
    "Three_Black_Crows": (0.972, 0.000, 0.054, 0.009),
    "Gap_Up": (4.859, 4.859, 6.299, 6.299),
    "Gap_Down": (6.803, 6.803, 4.407, 4.407),
    "New_Session_High": (19.436, 11.662, 18.063, 8.814),
    "New_Session_Low": (18.465, 14.577, 16.715, 9.204),
    "Opening_Range_Break": (0.000, 0.000, 0.000, 0.000),
    "Moving_Average_Cross": (3.887, 2.915, 22.253, 3.855),
    "Golden_Cross": (0.000, 0.000, 3.005, 1.538),
    "Death_Cross": (0.000, 0.000, 3.023, 1.647),
    "Squeeze_Release": (3.887, 0.972, 14.507, 7.339),
    "RSI_Divergence": (0.000, 0.000, 11.964, 6.362),
    "MACD_Divergence": (0.000, 0.000, 8.778, 2.398),
    "Inside_Bar": (17.493, 0.972, 26.290, 3.439),
    "Outside_Bar": (14.577, 5.831, 21.701, 8.217),
    "NR7": (58.309, 4.859, 67.891, 4.154),
    "Unusual_Range": (25.267, 25.267, 28.760, 27.928),
    "Double_Top": (0.000, 0.000, 0.181, 0.127),
    "Double_Bottom": (0.000, 0.000, 0.054, 0.027),
    "Triple_Top": (0.000, 0.000, 0.027, 0.027),
    "Triple_Bottom": (0.000, 0.000, 0.018, 0.018),
    "Head_And_Shoulders": (0.000, 0.000, 0.281, 0.217),
    "Inverse_Head_And_Shoulders": (0.972, 0.972, 0.181, 0.109),
    "Ascending_Triangle": (0.000, 0.000, 0.670, 0.434),
    "Descending_Triangle": (0.000, 0.000, 0.615, 0.344),
    "Symmetrical_Triangle": (0.000, 0.000, 0.805, 0.498),
    "Rising_Wedge": (0.000, 0.000, 0.688, 0.353),
    "Falling_Wedge": (0.000, 0.000, 0.471, 0.235),
    "Rectangle": (0.000, 0.000, 0.063, 0.045),
    "Channel": (0.000, 0.000, 0.416, 0.208),
    "Flag": (1.944, 0.972, 0.697, 0.380),
    "Pennant": (0.000, 0.000, 0.507, 0.326),
    "Cup_And_Handle": (0.000, 0.000, 0.136, 0.090),
    "Rounding_Bottom": (0.000, 0.000, 0.118, 0.081),
    "V_Top": (0.000, 0.000, 0.000, 0.000),
    "V_Bottom": (0.000, 0.000, 0.009, 0.000),
}
"""Per 1,000 bars. Real: in the log, at the confidence of an alert; random walks: likewise."""
