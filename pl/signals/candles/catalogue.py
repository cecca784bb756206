"""List the 61 candlesticks; their order is their bit in stored sets and never changes.

Each rule returns what TA-Lib returns: the sign is the direction (dojis without one have +), the
size the strength: 100, 80 when two bodies share an end, 200 when a hikkake is confirmed.
"""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Final

from pl.signals.candles import (
    bodies,
    crows,
    dojis,
    fives,
    gaps,
    hammers,
    hikkake,
    lines,
    penetrations,
    soldiers,
    stars,
    threes,
)
from pl.signals.candles.names import CANDLE_NAMES


@dataclass(frozen=True, slots=True)
class Candle:
    """Declare a candlestick: its name, TA-Lib's, how many bars make it, its rule.

    rule : kernel from a frame to -200..200; the hikkakes' read the bars and a position.
    """

    name: str
    talib: str
    n_bars: int
    rule: Callable[..., int]


CANDLES: Final = (
    Candle("Two_Crows", "CDL2CROWS", 3, crows.two_crows),
    Candle("Three_Black_Crows", "CDL3BLACKCROWS", 4, crows.three_black_crows),
    Candle("Three_Inside", "CDL3INSIDE", 3, threes.three_inside),
    Candle("Three_Line_Strike", "CDL3LINESTRIKE", 4, threes.three_line_strike),
    Candle("Three_Outside", "CDL3OUTSIDE", 3, threes.three_outside),
    Candle("Three_Stars_In_The_South", "CDL3STARSINSOUTH", 3, threes.three_stars_in_the_south),
    Candle("Three_White_Soldiers", "CDL3WHITESOLDIERS", 3, soldiers.three_white_soldiers),
    Candle("Abandoned_Baby", "CDLABANDONEDBABY", 3, stars.abandoned_baby),
    Candle("Advance_Block", "CDLADVANCEBLOCK", 3, soldiers.advance_block),
    Candle("Belt_Hold", "CDLBELTHOLD", 1, lines.belt_hold),
    Candle("Breakaway", "CDLBREAKAWAY", 5, fives.breakaway),
    Candle("Closing_Marubozu", "CDLCLOSINGMARUBOZU", 1, lines.closing_marubozu),
    Candle("Concealing_Baby_Swallow", "CDLCONCEALBABYSWALL", 4, threes.concealing_baby_swallow),
    Candle("Counterattack", "CDLCOUNTERATTACK", 2, bodies.counterattack),
    Candle("Dark_Cloud_Cover", "CDLDARKCLOUDCOVER", 2, penetrations.dark_cloud_cover),
    Candle("Doji", "CDLDOJI", 1, dojis.doji),
    Candle("Doji_Star", "CDLDOJISTAR", 2, dojis.doji_star),
    Candle("Dragonfly_Doji", "CDLDRAGONFLYDOJI", 1, dojis.dragonfly_doji),
    Candle("Engulfing", "CDLENGULFING", 2, bodies.engulfing),
    Candle("Evening_Doji_Star", "CDLEVENINGDOJISTAR", 3, stars.evening_doji_star),
    Candle("Evening_Star", "CDLEVENINGSTAR", 3, stars.evening_star),
    Candle("Gap_Side_By_Side_White", "CDLGAPSIDESIDEWHITE", 3, gaps.gap_side_by_side_white),
    Candle("Gravestone_Doji", "CDLGRAVESTONEDOJI", 1, dojis.gravestone_doji),
    Candle("Hammer", "CDLHAMMER", 2, hammers.hammer),
    Candle("Hanging_Man", "CDLHANGINGMAN", 2, hammers.hanging_man),
    Candle("Harami", "CDLHARAMI", 2, bodies.harami),
    Candle("Harami_Cross", "CDLHARAMICROSS", 2, bodies.harami_cross),
    Candle("High_Wave", "CDLHIGHWAVE", 1, lines.high_wave),
    Candle("Hikkake", "CDLHIKKAKE", 6, hikkake.hikkake),
    Candle("Modified_Hikkake", "CDLHIKKAKEMOD", 7, hikkake.modified_hikkake),
    Candle("Homing_Pigeon", "CDLHOMINGPIGEON", 2, bodies.homing_pigeon),
    Candle("Identical_Three_Crows", "CDLIDENTICAL3CROWS", 3, crows.identical_three_crows),
    Candle("In_Neck", "CDLINNECK", 2, penetrations.in_neck),
    Candle("Inverted_Hammer", "CDLINVERTEDHAMMER", 2, hammers.inverted_hammer),
    Candle("Kicking", "CDLKICKING", 2, bodies.kicking),
    Candle("Kicking_By_Length", "CDLKICKINGBYLENGTH", 2, bodies.kicking_by_length),
    Candle("Ladder_Bottom", "CDLLADDERBOTTOM", 5, fives.ladder_bottom),
    Candle("Long_Legged_Doji", "CDLLONGLEGGEDDOJI", 1, dojis.long_legged_doji),
    Candle("Long_Line", "CDLLONGLINE", 1, lines.long_line),
    Candle("Marubozu", "CDLMARUBOZU", 1, lines.marubozu),
    Candle("Matching_Low", "CDLMATCHINGLOW", 2, bodies.matching_low),
    Candle("Mat_Hold", "CDLMATHOLD", 5, fives.mat_hold),
    Candle("Morning_Doji_Star", "CDLMORNINGDOJISTAR", 3, stars.morning_doji_star),
    Candle("Morning_Star", "CDLMORNINGSTAR", 3, stars.morning_star),
    Candle("On_Neck", "CDLONNECK", 2, penetrations.on_neck),
    Candle("Piercing_Line", "CDLPIERCING", 2, penetrations.piercing_line),
    Candle("Rickshaw_Man", "CDLRICKSHAWMAN", 1, dojis.rickshaw_man),
    Candle("Three_Methods", "CDLRISEFALL3METHODS", 5, fives.three_methods),
    Candle("Separating_Lines", "CDLSEPARATINGLINES", 2, bodies.separating_lines),
    Candle("Shooting_Star", "CDLSHOOTINGSTAR", 2, hammers.shooting_star),
    Candle("Short_Line", "CDLSHORTLINE", 1, lines.short_line),
    Candle("Spinning_Top", "CDLSPINNINGTOP", 1, lines.spinning_top),
    Candle("Stalled_Pattern", "CDLSTALLEDPATTERN", 3, soldiers.stalled_pattern),
    Candle("Stick_Sandwich", "CDLSTICKSANDWICH", 3, threes.stick_sandwich),
    Candle("Takuri", "CDLTAKURI", 1, dojis.takuri),
    Candle("Tasuki_Gap", "CDLTASUKIGAP", 3, gaps.tasuki_gap),
    Candle("Thrusting", "CDLTHRUSTING", 2, penetrations.thrusting),
    Candle("Tristar", "CDLTRISTAR", 3, dojis.tristar),
    Candle("Unique_Three_River", "CDLUNIQUE3RIVER", 3, threes.unique_three_river),
    Candle("Upside_Gap_Two_Crows", "CDLUPSIDEGAP2CROWS", 3, crows.upside_gap_two_crows),
    Candle("Gap_Three_Methods", "CDLXSIDEGAP3METHODS", 3, gaps.gap_three_methods),
)
N_CANDLES: Final = len(CANDLES)
BIT: Final = {name: bit for bit, name in enumerate(CANDLE_NAMES)}
