"""Say from which bar on TA-Lib tells each candlestick; ours are told from bar 15 on.

A frame measures five candles, each beside the ten bars before it, for all rules at once. TA-Lib
lets each function begin as soon as its own few candles and yardsticks are there.
"""

from collections.abc import Mapping
from typing import Final

_FROM: Final[Mapping[int, tuple[str, ...]]] = {
    3: (
        "Engulfing",
        "Gap_Three_Methods",
    ),
    4: ("Three_Outside",),
    6: ("Hikkake",),
    7: ("Matching_Low",),
    8: (
        "Gap_Side_By_Side_White",
        "Stick_Sandwich",
        "Tasuki_Gap",
    ),
    9: ("Three_Line_Strike",),
    11: (
        "Belt_Hold",
        "Closing_Marubozu",
        "Doji",
        "Dragonfly_Doji",
        "Gravestone_Doji",
        "High_Wave",
        "Modified_Hikkake",
        "Long_Legged_Doji",
        "Long_Line",
        "Marubozu",
        "Rickshaw_Man",
        "Short_Line",
        "Spinning_Top",
        "Takuri",
    ),
    12: (
        "Counterattack",
        "Dark_Cloud_Cover",
        "Doji_Star",
        "Hammer",
        "Hanging_Man",
        "Harami",
        "Harami_Cross",
        "Homing_Pigeon",
        "In_Neck",
        "Inverted_Hammer",
        "Kicking",
        "Kicking_By_Length",
        "On_Neck",
        "Piercing_Line",
        "Separating_Lines",
        "Shooting_Star",
        "Thrusting",
    ),
    13: (
        "Two_Crows",
        "Three_Inside",
        "Three_Stars_In_The_South",
        "Three_White_Soldiers",
        "Abandoned_Baby",
        "Advance_Block",
        "Evening_Doji_Star",
        "Evening_Star",
        "Identical_Three_Crows",
        "Morning_Doji_Star",
        "Morning_Star",
        "Stalled_Pattern",
        "Tristar",
        "Unique_Three_River",
        "Upside_Gap_Two_Crows",
    ),
    14: (
        "Three_Black_Crows",
        "Concealing_Baby_Swallow",
    ),
    15: (
        "Breakaway",
        "Ladder_Bottom",
        "Mat_Hold",
        "Three_Methods",
    ),
}
TALIB_FROM: Final[Mapping[str, int]] = {name: bar for bar, names in _FROM.items() for name in names}
"""By name, the first bar, counted from 1, of which TA-Lib may say it."""
