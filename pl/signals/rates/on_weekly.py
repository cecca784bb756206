"""Hold how often signals fire on weekly bars, as scripts/write_signals.py wrote it."""

from collections.abc import Mapping
from typing import Final

REAL_BARS: Final = 128571
RANDOM_BARS: Final = 128571
COMBO_REAL_BARS: Final = 0
COMBO_RANDOM_BARS: Final = 0

RATES: Final[Mapping[str, tuple[float, float, float, float]]] = {
    "Volume_Spike": (5.032, 4.954, 6.689, 6.557),
    "Price_Breakout": (15.524, 15.042, 16.520, 16.061),
    "Support_Test": (1.431, 1.221, 1.493, 1.081),
    "Resistance_Break": (10.764, 8.734, 8.851, 7.272),
    "Doji": (125.106, 13.378, 129.905, 13.813),
    "Hammer": (17.080, 7.124, 22.556, 9.201),
    "Shooting_Star": (9.123, 4.721, 9.139, 4.503),
    "Engulfing": (97.293, 49.848, 100.303, 53.224),
    "Piercing_Line": (2.878, 2.077, 2.162, 1.594),
    "Dark_Cloud_Cover": (2.357, 1.952, 3.298, 2.590),
    "Morning_Star": (4.317, 2.574, 4.293, 2.481),
    "Evening_Star": (5.141, 3.376, 6.020, 4.324),
    "Three_White_Soldiers": (1.524, 0.630, 1.198, 0.576),
    "Three_Black_Crows": (0.156, 0.070, 0.117, 0.054),
    "Gap_Up": (0.420, 0.420, 0.443, 0.443),
    "Gap_Down": (1.470, 1.470, 0.630, 0.630),
    "Moving_Average_Cross": (15.252, 2.310, 16.621, 3.352),
    "Golden_Cross": (0.708, 0.482, 0.474, 0.288),
    "Death_Cross": (0.404, 0.210, 0.420, 0.226),
    "Squeeze_Release": (10.671, 4.861, 9.784, 4.402),
    "RSI_Divergence": (2.193, 1.136, 2.753, 1.501),
    "MACD_Divergence": (1.268, 0.436, 1.688, 0.420),
    "Inside_Bar": (32.566, 4.208, 44.123, 6.246),
    "Outside_Bar": (27.378, 8.073, 37.855, 11.091),
    "NR7": (49.257, 1.400, 67.644, 3.228),
    "Unusual_Range": (9.364, 9.341, 10.570, 10.523),
    "Double_Top": (0.109, 0.054, 0.101, 0.031),
    "Double_Bottom": (0.023, 0.008, 0.086, 0.039),
    "Triple_Top": (0.031, 0.008, 0.008, 0.008),
    "Triple_Bottom": (0.016, 0.008, 0.016, 0.000),
    "Head_And_Shoulders": (0.404, 0.194, 0.226, 0.124),
    "Inverse_Head_And_Shoulders": (0.124, 0.031, 0.249, 0.070),
    "Ascending_Triangle": (0.529, 0.163, 0.498, 0.132),
    "Descending_Triangle": (0.443, 0.171, 0.342, 0.070),
    "Symmetrical_Triangle": (0.451, 0.132, 0.513, 0.101),
    "Rising_Wedge": (0.490, 0.109, 0.358, 0.078),
    "Falling_Wedge": (0.233, 0.101, 0.140, 0.008),
    "Rectangle": (0.156, 0.093, 0.117, 0.054),
    "Channel": (0.218, 0.047, 0.194, 0.039),
    "Flag": (0.257, 0.086, 0.280, 0.054),
    "Pennant": (0.194, 0.070, 0.179, 0.054),
    "Cup_And_Handle": (0.093, 0.062, 0.210, 0.086),
    "Rounding_Bottom": (0.023, 0.008, 0.124, 0.093),
    "V_Top": (0.000, 0.000, 0.000, 0.000),
    "V_Bottom": (0.000, 0.000, 0.000, 0.000),
}
"""Per 1,000 bars. Real: in the log, at the confidence of an alert; random walks: likewise."""
