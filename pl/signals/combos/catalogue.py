"""List the combos, in the order of their names."""

from typing import Final

from pl.signals.bars import HIGH, LOW
from pl.signals.combos.declaration import (
    EITHER,
    Combo,
    ComboWeights,
    Condition,
    Conditions,
    Crosses,
    Fires,
    Found,
    Holds,
    Level,
)
from pl.signals.combos.trades import BEHIND_AVERAGES, BEHIND_LEVEL, ON_CANDLE, ON_EVENT, Trade
from pl.signals.hits import BEARISH, BULLISH
from pl.signals.pattern import Alert, Setting

CROSSED: Final = (
    "Closed at {close}, for the first time this session {beyond} {level}, the {said} of {day}, "
    "on {volume:.1f} times the usual volume."
)
HELD: Final = (
    "Opened at {open} {beyond} {level}, the {said} of {day}, and held {beyond} it: the session "
    "reached {reached} and closed at {close}."
)
JOINED: Final = "{setup} Then on {timeframe}: {trigger}"

LEVEL: Final = ComboWeights(setup=0.25, trigger=0.3, volume=0.3, context=0.15)
HOLD: Final = ComboWeights(setup=0.2, trigger=0.45, volume=0.2, context=0.15)
PATTERN: Final = ComboWeights(setup=0.35, trigger=0.4, volume=0.15, context=0.1)
STATE: Final = ComboWeights(setup=0.25, trigger=0.45, volume=0.2, context=0.1)

ON_LEVEL: Final = Alert(min_confidence=0.45, cool_down_bars=15)
ON_HOLD: Final = Alert(min_confidence=0.4, cool_down_bars=15)
ON_PATTERN: Final = Alert(min_confidence=0.45, cool_down_bars=15)
ON_STATE: Final = Alert(min_confidence=0.55, cool_down_bars=15)
"""States last for the whole session, so that their triggers need more to be news."""

HIGH_20: Final = Level(HIGH, 20, "20-day high")
LOW_20: Final = Level(LOW, 20, "20-day low")
HIGH_YEAR: Final = Level(HIGH, 252, "52-week high")
LOW_YEAR: Final = Level(LOW, 252, "52-week low")
HIGH_DAY: Final = Level(HIGH, 1, "prior day's high")
LOW_DAY: Final = Level(LOW, 1, "prior day's low")

UPTREND: Final = Conditions(
    (
        Condition("close", True, "sma_50", "atr_14"),
        Condition("sma_50", True, "sma_200", "atr_14"),
    ),
    "The day before closed at {close}, above SMA(50) {sma_50} above SMA(200) {sma_200}.",
    200,
)
DOWNTREND: Final = Conditions(
    (
        Condition("close", False, "sma_50", "atr_14"),
        Condition("sma_50", False, "sma_200", "atr_14"),
    ),
    "The day before closed at {close}, below SMA(50) {sma_50} below SMA(200) {sma_200}.",
    200,
)
SQUEEZED: Final = Conditions(
    (
        Condition("bb_upper", False, "keltner_upper", "atr_14"),
        Condition("bb_lower", True, "keltner_lower", "atr_14"),
    ),
    "The day before was squeezed: Bollinger bands {bb_lower} to {bb_upper} inside the "
    "Keltner channel {keltner_lower} to {keltner_upper}.",
    64,
)
OVERSOLD: Final = Conditions(
    (Condition("rsi_14", False, 30.0, 10.0),),
    "The day before left RSI(14) at {rsi_14}.",
    64,
)
OVERBOUGHT: Final = Conditions(
    (Condition("rsi_14", True, 70.0, 10.0),),
    "The day before left RSI(14) at {rsi_14}.",
    64,
)

RAISING: Final = ("Hammer", "Engulfing", "Piercing_Line", "Morning_Star")
LOWERING: Final = ("Shooting_Star", "Engulfing", "Dark_Cloud_Cover", "Evening_Star")
CHARTS: Final = (
    "Inverse_Head_And_Shoulders",
    "Head_And_Shoulders",
    "Ascending_Triangle",
    "Descending_Triangle",
    "Symmetrical_Triangle",
    "Rectangle",
    "Cup_And_Handle",
    "Flag",
    "Pennant",
)


def _crossing(name: str, level: Level, source: str, least_volume: float = 0.0) -> Combo:
    beyond = "above" if level.side > 0 else "below"
    loud = f" on {least_volume:g} times the usual volume" if least_volume else ""
    return Combo(
        name=name,
        words=f"The session's first close {beyond} the {level.said}{loud}.",
        setup=level,
        trigger=Crosses(),
        direction=BULLISH if level.side > 0 else BEARISH,
        weights=LEVEL,
        template=CROSSED,
        setting=Setting.CONTINUATION,
        source=source,
        alert=ON_LEVEL,
        trade=BEHIND_LEVEL,
        least_volume=least_volume,
    )


def _gap(name: str, level: Level) -> Combo:
    beyond = "above" if level.side > 0 else "below"
    return Combo(
        name=name,
        words=f"An open {beyond} the {level.said} that the first 30 minutes did not take back.",
        setup=level,
        trigger=Holds(30),
        direction=BULLISH if level.side > 0 else BEARISH,
        weights=HOLD,
        template=HELD,
        setting=Setting.ACTIVITY,
        source="Edwards and Magee 2001, ch. 12 (breakaway gaps)",
        alert=ON_HOLD,
        trade=BEHIND_LEVEL,
    )


def _joined(
    name: str,
    words: str,
    setup: Conditions | Found,
    trigger: Fires,
    direction: int,
    source: str,
    setting: Setting = Setting.CONTINUATION,
    trade: Trade = ON_EVENT,
) -> Combo:
    return Combo(
        name=name,
        words=words,
        setup=setup,
        trigger=trigger,
        direction=direction,
        weights=PATTERN if isinstance(setup, Found) else STATE,
        template=JOINED,
        setting=setting,
        source=source,
        alert=ON_PATTERN if isinstance(setup, Found) else ON_STATE,
        trade=trade,
    )


COMBOS: Final = (
    _crossing("Break_Of_20_Day_High", HIGH_20, "Schwager 1996, ch. 8"),
    _crossing("Break_Of_20_Day_Low", LOW_20, "Schwager 1996, ch. 8"),
    _crossing("Break_Of_52_Week_High", HIGH_YEAR, "George and Hwang 2004"),
    _crossing("Break_Of_52_Week_Low", LOW_YEAR, "George and Hwang 2004"),
    _crossing("Break_Of_Prior_Day_High", HIGH_DAY, "Crabel 1990", 2.0),
    _crossing("Break_Of_Prior_Day_Low", LOW_DAY, "Crabel 1990", 2.0),
    _gap("Gap_Above_Prior_High_Holds", HIGH_DAY),
    _gap("Gap_Below_Prior_Low_Holds", LOW_DAY),
    _joined(
        "Narrow_Day_Range_Break",
        "A day of the narrowest range of seven, or inside the day before; then the opening range "
        "breaks.",
        Found(("NR7", "Inside_Bar"), 1),
        Fires(("Opening_Range_Break",)),
        EITHER,
        "Crabel 1990",
    ),
    _joined(
        "Squeeze_Breakout",
        "A day that leaves the Bollinger bands inside the Keltner channel; then a price breakout.",
        SQUEEZED,
        Fires(("Price_Breakout",)),
        EITHER,
        "Carter 2012, ch. 11",
    ),
    _joined(
        "Double_Bottom_VWAP_Reclaim",
        "A double bottom of the last five sessions; then the VWAP is reclaimed.",
        Found(("Double_Bottom",), 5),
        Fires(("VWAP_Reclaim",)),
        BULLISH,
        "Bulkowski 2021; Shannon 2023",
    ),
    _joined(
        "Double_Top_VWAP_Reclaim",
        "A double top of the last five sessions; then the VWAP is lost again.",
        Found(("Double_Top",), 5),
        Fires(("VWAP_Reclaim",)),
        BEARISH,
        "Bulkowski 2021; Shannon 2023",
    ),
    _joined(
        "Trend_Engulfing_At_VWAP",
        "A daily uptrend (close above SMA 50 above SMA 200); then a bullish engulfing bar that "
        "reaches the VWAP.",
        UPTREND,
        Fires(("Engulfing",), at_vwap=True),
        BULLISH,
        "Nison 2001; Shannon 2023",
        trade=ON_CANDLE,
    ),
    _joined(
        "Downtrend_Engulfing_At_VWAP",
        "A daily downtrend (close below SMA 50 below SMA 200); then a bearish engulfing bar that "
        "reaches the VWAP.",
        DOWNTREND,
        Fires(("Engulfing",), at_vwap=True),
        BEARISH,
        "Nison 2001; Shannon 2023",
        trade=ON_CANDLE,
    ),
    _joined(
        "Golden_Cross_Breakout",
        "SMA 50 rose above SMA 200 in the last ten sessions; then a price breakout.",
        Found(("Golden_Cross",), 10),
        Fires(("Price_Breakout",)),
        BULLISH,
        "Murphy 1999, ch. 9",
    ),
    _joined(
        "Death_Cross_Breakout",
        "SMA 50 fell below SMA 200 in the last ten sessions; then a price breakout downwards.",
        Found(("Death_Cross",), 10),
        Fires(("Price_Breakout",)),
        BEARISH,
        "Murphy 1999, ch. 9",
    ),
    _joined(
        "RSI_Divergence_Cross",
        "RSI diverged from price in the last five sessions; then the averages cross its way.",
        Found(("RSI_Divergence",), 5),
        Fires(("Moving_Average_Cross",)),
        EITHER,
        "Wilder 1978, ch. 6",
        Setting.REVERSAL,
        BEHIND_AVERAGES,
    ),
    _joined(
        "Oversold_Reversal",
        "A day that left RSI(14) below 30; then a bullish reversal candlestick.",
        OVERSOLD,
        Fires(RAISING),
        BULLISH,
        "Wilder 1978, ch. 6; Nison 2001",
        Setting.REVERSAL,
        ON_CANDLE,
    ),
    _joined(
        "Overbought_Reversal",
        "A day that left RSI(14) above 70; then a bearish reversal candlestick.",
        OVERBOUGHT,
        Fires(LOWERING),
        BEARISH,
        "Wilder 1978, ch. 6; Nison 2001",
        Setting.REVERSAL,
        ON_CANDLE,
    ),
    _joined(
        "Chart_Break_Opening_Range",
        "A chart pattern that broke in the last three sessions; then the opening range breaks the "
        "same way.",
        Found(CHARTS, 3),
        Fires(("Opening_Range_Break",)),
        EITHER,
        "Bulkowski 2021; Crabel 1990",
    ),
    _joined(
        "New_High_Opening_Range",
        "A new high or low of 20 days or a year the day before; then the opening range breaks the "
        "same way.",
        Found(
            ("New_20_Day_High", "New_52_Week_High", "New_20_Day_Low", "New_52_Week_Low"),
            1,
        ),
        Fires(("Opening_Range_Break",)),
        EITHER,
        "George and Hwang 2004; Crabel 1990",
    ),
)
