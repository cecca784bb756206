"""Hold how often signals fire on 15min bars, as scripts/write_signals.py wrote it."""

from collections.abc import Mapping
from typing import Final

REAL_BARS: Final = 1029
RANDOM_BARS: Final = 110500
COMBO_REAL_BARS: Final = 0
COMBO_RANDOM_BARS: Final = 0

RATES: Final[Mapping[str, tuple[float, float, float, float]]] = {
    "Volume_Spike": (47.619, 46.647, 61.801, 57.448),
    "Price_Breakout": (27.211, 27.211, 20.760, 20.371),
    "Support_Test": (0.972, 0.000, 2.842, 1.846),
    "Resistance_Break": (6.803, 4.859, 6.624, 4.769),
    "Doji": (128.280, 37.901, 138.471, 25.131),
    "Hammer": (24.295, 9.718, 26.959, 11.774),
    "Shooting_Star": (6.803, 2.915, 5.620, 2.516),
    "Engulfing": (128.280, 68.999, 168.462, 72.842),
    "Piercing_Line": (0.000, 0.000, 1.385, 0.995),
    "Dark_Cloud_Cover": (0.000, 0.000, 1.638, 1.122),
    "Morning_Star": (0.972, 0.972, 3.068, 1.873),
    "Evening_Star": (2.915, 1.944, 3.186, 1.900),
    "Three_White_Soldiers": (0.972, 0.000, 0.869, 0.407),
    "Three_Black_Crows": (0.972, 0.000, 0.063, 0.027),
    "Gap_Up": (4.859, 4.859, 5.955, 5.955),
    "Gap_Down": (6.803, 6.803, 4.597, 4.597),
    "New_Session_High": (19.436, 11.662, 18.217, 9.674),
    "New_Session_Low": (18.465, 14.577, 19.231, 9.873),
    "Opening_Range_Break": (32.070, 18.465, 44.778, 20.271),
    "Moving_Average_Cross": (3.887, 2.915, 21.656, 4.480),
    "Golden_Cross": (0.000, 0.000, 3.023, 1.683),
    "Death_Cross": (0.000, 0.000, 3.041, 1.882),
    "Squeeze_Release": (3.887, 0.972, 14.072, 7.249),
    "RSI_Divergence": (0.000, 0.000, 12.036, 6.489),
    "MACD_Divergence": (0.000, 0.000, 8.833, 2.715),
    "Inside_Bar": (17.493, 0.972, 27.421, 4.271),
    "Outside_Bar": (14.577, 5.831, 20.760, 7.394),
    "NR7": (58.309, 4.859, 67.855, 4.778),
    "Unusual_Range": (25.267, 25.267, 28.986, 27.765),
    "Double_Top": (0.000, 0.000, 0.090, 0.063),
    "Double_Bottom": (0.000, 0.000, 0.136, 0.054),
    "Triple_Top": (0.000, 0.000, 0.045, 0.036),
    "Triple_Bottom": (0.000, 0.000, 0.018, 0.018),
    "Head_And_Shoulders": (0.000, 0.000, 0.353, 0.217),
    "Inverse_Head_And_Shoulders": (0.972, 0.972, 0.353, 0.181),
    "Ascending_Triangle": (0.000, 0.000, 0.688, 0.344),
    "Descending_Triangle": (0.000, 0.000, 0.606, 0.443),
    "Symmetrical_Triangle": (0.000, 0.000, 0.624, 0.425),
    "Rising_Wedge": (0.000, 0.000, 0.724, 0.443),
    "Falling_Wedge": (0.000, 0.000, 0.443, 0.226),
    "Rectangle": (0.000, 0.000, 0.063, 0.054),
    "Channel": (0.000, 0.000, 0.425, 0.226),
    "Flag": (1.944, 0.972, 0.534, 0.389),
    "Pennant": (0.000, 0.000, 0.516, 0.317),
    "Cup_And_Handle": (0.000, 0.000, 0.136, 0.090),
    "Rounding_Bottom": (0.000, 0.000, 0.136, 0.109),
    "V_Top": (0.000, 0.000, 0.009, 0.000),
    "V_Bottom": (0.000, 0.000, 0.000, 0.000),
}
"""Per 1,000 bars. Real: in the log, at the confidence of an alert; random walks: likewise."""
