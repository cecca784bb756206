"""Hold how often signals fire on weekly bars, as scripts/write_signals.py wrote it."""

from collections.abc import Mapping
from typing import Final

REAL_BARS: Final = 128571
RANDOM_BARS: Final = 128571
COMBO_REAL_BARS: Final = 0
COMBO_RANDOM_BARS: Final = 0

RATES: Final[Mapping[str, tuple[float, float, float, float]]] = {
    "Volume_Spike": (5.032, 4.954, 6.728, 6.588),
    "Price_Breakout": (15.524, 15.042, 16.318, 15.882),
    "Support_Test": (1.431, 1.221, 1.439, 1.081),
    "Resistance_Break": (10.764, 8.734, 9.186, 7.638),
    "Doji": (125.106, 13.378, 129.672, 13.393),
    "Hammer": (17.080, 7.124, 21.599, 8.524),
    "Shooting_Star": (9.123, 4.721, 9.357, 4.713),
    "Engulfing": (97.293, 49.848, 99.486, 51.839),
    "Piercing_Line": (2.878, 2.077, 2.046, 1.548),
    "Dark_Cloud_Cover": (2.357, 1.952, 3.531, 2.839),
    "Morning_Star": (4.317, 2.574, 4.052, 2.372),
    "Evening_Star": (5.141, 3.376, 5.818, 4.060),
    "Three_White_Soldiers": (1.524, 0.630, 1.384, 0.576),
    "Three_Black_Crows": (0.156, 0.070, 0.202, 0.101),
    "Gap_Up": (0.420, 0.420, 0.451, 0.443),
    "Gap_Down": (1.470, 1.470, 0.591, 0.583),
    "Moving_Average_Cross": (15.252, 2.310, 16.077, 2.909),
    "Golden_Cross": (0.708, 0.482, 0.537, 0.350),
    "Death_Cross": (0.404, 0.210, 0.498, 0.249),
    "Squeeze_Release": (10.671, 4.861, 9.559, 4.231),
    "RSI_Divergence": (2.193, 1.136, 2.847, 1.486),
    "MACD_Divergence": (1.268, 0.436, 1.703, 0.560),
    "Inside_Bar": (32.566, 4.208, 44.707, 6.627),
    "Outside_Bar": (27.378, 8.073, 37.435, 11.052),
    "NR7": (49.257, 1.400, 67.566, 3.453),
    "Unusual_Range": (9.364, 9.341, 10.267, 10.204),
    "Double_Top": (0.062, 0.023, 0.054, 0.039),
    "Double_Bottom": (0.008, 0.000, 0.062, 0.008),
    "Triple_Top": (0.016, 0.000, 0.008, 0.000),
    "Triple_Bottom": (0.016, 0.000, 0.023, 0.000),
    "Head_And_Shoulders": (0.156, 0.039, 0.117, 0.054),
    "Inverse_Head_And_Shoulders": (0.086, 0.016, 0.163, 0.023),
    "Ascending_Triangle": (0.700, 0.218, 0.607, 0.163),
    "Descending_Triangle": (0.708, 0.249, 0.646, 0.163),
    "Symmetrical_Triangle": (0.568, 0.179, 0.474, 0.101),
    "Rising_Wedge": (0.490, 0.109, 0.397, 0.101),
    "Falling_Wedge": (0.350, 0.117, 0.288, 0.054),
    "Rectangle": (0.218, 0.124, 0.163, 0.109),
    "Channel": (0.226, 0.047, 0.210, 0.070),
    "Flag": (0.156, 0.054, 0.163, 0.047),
    "Pennant": (0.194, 0.070, 0.218, 0.078),
    "Cup_And_Handle": (0.016, 0.016, 0.047, 0.031),
    "Rounding_Bottom": (0.023, 0.008, 0.109, 0.039),
    "V_Top": (0.000, 0.000, 0.000, 0.000),
    "V_Bottom": (0.000, 0.000, 0.000, 0.000),
}
"""Per 1,000 bars. Real: in the log, at the confidence of an alert; random walks: likewise."""
