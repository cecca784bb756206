"""Declare how combos are traded: where each is given up, and how long it may take.

A combo is a trade of one session, for its setup is one: what neither reached its target nor its
stop, nor expired after its horizon, has expired at the close of its session's last bar. That is
known when the day is complete, or a bar of a later session has come.
"""

from dataclasses import dataclass
from enum import IntEnum
from typing import Final

from pl.signals.life import HORIZON_OF, LONGEST_LIFE


class StopAt(IntEnum):
    """Name what the stop of a combo is placed by."""

    TRIGGER = 0
    TRIGGER_LEVEL = 1
    SETUP_LEVEL = 2


@dataclass(frozen=True, slots=True)
class Trade:
    """Declare where a trade on a combo is given up, and how many bars it may take.

    stop : that of the trigger; or `ranges` mean true ranges of the bars behind the trigger's own
    level; or `ranges` mean true ranges of the days behind the setup's level. The target is that of
    the trigger, else twice as far from the close as the stop. horizon_bars : of the trigger's
    timeframe; at the end of its session every trade is over.
    """

    stop: StopAt
    horizon_bars: int
    ranges: float = 0.0


BEHIND_LEVEL: Final = Trade(StopAt.SETUP_LEVEL, LONGEST_LIFE, 0.25)
"""Levels of days are left and reached by ranges of days, which takes as long as may be."""
ON_CANDLE: Final = Trade(StopAt.TRIGGER, HORIZON_OF["candlestick"])
ON_EVENT: Final = Trade(StopAt.TRIGGER, HORIZON_OF["event"])
BEHIND_AVERAGES: Final = Trade(StopAt.TRIGGER_LEVEL, HORIZON_OF["event"], 1.0)
"""Averages that cross name no stop: it lies behind the slower one, as behind other levels."""
