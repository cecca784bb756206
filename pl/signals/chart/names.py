"""Number the chart patterns; the order never changes, only grows."""

from typing import Final

DOUBLE_TOP: Final = 0
DOUBLE_BOTTOM: Final = 1
TRIPLE_TOP: Final = 2
TRIPLE_BOTTOM: Final = 3
HEAD_AND_SHOULDERS: Final = 4
INVERSE_HEAD_AND_SHOULDERS: Final = 5
ASCENDING_TRIANGLE: Final = 6
DESCENDING_TRIANGLE: Final = 7
SYMMETRICAL_TRIANGLE: Final = 8
RISING_WEDGE: Final = 9
FALLING_WEDGE: Final = 10
RECTANGLE: Final = 11
CHANNEL: Final = 12
FLAG: Final = 13
PENNANT: Final = 14
CUP_AND_HANDLE: Final = 15
ROUNDING_BOTTOM: Final = 16
V_TOP: Final = 17
V_BOTTOM: Final = 18

CHART_NAMES: Final = (
    "Double_Top",
    "Double_Bottom",
    "Triple_Top",
    "Triple_Bottom",
    "Head_and_Shoulders",
    "Inverse_Head_and_Shoulders",
    "Ascending_Triangle",
    "Descending_Triangle",
    "Symmetrical_Triangle",
    "Rising_Wedge",
    "Falling_Wedge",
    "Rectangle",
    "Channel",
    "Flag",
    "Pennant",
    "Cup_and_Handle",
    "Rounding_Bottom",
    "V_Top",
    "V_Bottom",
)
N_CHARTS: Final = len(CHART_NAMES)
