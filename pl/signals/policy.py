"""Choose which entries of the signal log become events; the log itself is never changed.

The choice depends on the log alone: an entry is an alert when its confidence reaches the
pattern's minimum and no other signal of the same symbol, pattern and direction that reached it
stands within the cool-down before. So it makes no difference whether a process ran all day or was
started a minute ago and was told what stands (`recall`).

It works on columns (`entries`, `choosing`): what is not chosen is never written out.
"""

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

import numpy as np

from pl.market.batches import Int64, UInt8
from pl.signals.chart.alerts import ALERT_CONFIDENCE
from pl.signals.choosing import (
    ALERT,
    REACH,
    VERDICT_NAMES,
    Limits,
    nothing_standing,
    verdicts,
)
from pl.signals.entries import KIND_NAMES, N_KINDS, Chosen, Entries
from pl.signals.timeframes import TIMEFRAME_MS


@dataclass(frozen=True, slots=True)
class Rule:
    """Hold what a pattern needs to become an alert; the cool-down counts bars of the timeframe."""

    min_confidence: float
    cool_down_bars: int


Key = tuple[str, str, str]

TIER_OF: Final = {
    timeframe: "daily" if length >= TIMEFRAME_MS["daily"] else "intraday"
    for timeframe, length in TIMEFRAME_MS.items()
}
"""The tier that alerts on the chart patterns of a timeframe."""

FALLBACK: Final = Rule(min_confidence=0.5, cool_down_bars=10)

RULES: Final[Mapping[Key, Rule]] = {
    ("Volume_Spike", "intraday", "1min"): Rule(0.55, 5),
    ("Price_Breakout", "intraday", "1min"): Rule(0.5, 5),
    ("Support_Test", "intraday", "1min"): Rule(0.45, 5),
    ("Resistance_Break", "intraday", "1min"): Rule(0.5, 5),
    ("Doji", "intraday", "1min"): Rule(0.6, 15),
    ("Hammer", "intraday", "1min"): Rule(0.45, 10),
    ("Shooting_Star", "intraday", "1min"): Rule(0.45, 10),
    ("Engulfing", "intraday", "1min"): Rule(0.5, 10),
    ("Piercing_Line", "intraday", "1min"): Rule(0.4, 10),
    ("Dark_Cloud_Cover", "intraday", "1min"): Rule(0.4, 10),
    ("Morning_Star", "intraday", "1min"): Rule(0.45, 10),
    ("Evening_Star", "intraday", "1min"): Rule(0.45, 10),
    ("Three_White_Soldiers", "intraday", "1min"): Rule(0.45, 10),
    ("Three_Black_Crows", "intraday", "1min"): Rule(0.45, 10),
    ("Gap_Up", "intraday", "1min"): Rule(0.5, 5),
    ("Gap_Down", "intraday", "1min"): Rule(0.5, 5),
    ("New_Session_High", "intraday", "1min"): Rule(0.5, 15),
    ("New_Session_Low", "intraday", "1min"): Rule(0.5, 15),
    ("New_20_Day_High", "daily", "daily"): Rule(0.5, 5),
    ("New_20_Day_Low", "daily", "daily"): Rule(0.5, 5),
    ("New_52_Week_High", "daily", "daily"): Rule(0.5, 10),
    ("New_52_Week_Low", "daily", "daily"): Rule(0.5, 10),
    ("Opening_Range_Break", "intraday", "1min"): Rule(0.5, 15),
    ("VWAP_Cross", "intraday", "1min"): Rule(0.5, 15),
    ("VWAP_Reclaim", "intraday", "1min"): Rule(0.5, 15),
    ("Moving_Average_Cross", "intraday", "1min"): Rule(0.5, 15),
    ("Golden_Cross", "intraday", "1min"): Rule(0.35, 15),
    ("Death_Cross", "intraday", "1min"): Rule(0.35, 15),
    ("Squeeze_Release", "intraday", "1min"): Rule(0.5, 10),
    ("RSI_Divergence", "intraday", "1min"): Rule(0.35, 10),
    ("MACD_Divergence", "intraday", "1min"): Rule(0.35, 10),
    ("Inside_Bar", "intraday", "1min"): Rule(0.55, 15),
    ("Outside_Bar", "intraday", "1min"): Rule(0.5, 10),
    ("NR7", "intraday", "1min"): Rule(0.55, 15),
    ("Unusual_Range", "intraday", "1min"): Rule(0.55, 5),
    **{
        (name, tier, timeframe): Rule(least, 15)
        for name, least in ALERT_CONFIDENCE.items()
        for timeframe, tier in TIER_OF.items()
    },
}
"""By pattern, tier and timeframe; what is not named follows FALLBACK.

On 15,149 recorded session minutes of ten stocks the log has 32 entries a minute for 70 symbols
and these rules alert on 12 of them; the ceiling is 40.
"""


def is_published(verdict: UInt8) -> Chosen:
    """Return the places of the entries that become events: ALERT and UPDATE.

    ALERT publishes a flow for the first time; UPDATE says that a flow changed or was
    retracted (readers that never saw it may drop it); HELD_* publishes nothing.
    """
    return np.flatnonzero(verdict >= ALERT)


class Policy:
    """Rule on the log entries of one timeframe and tier, in their order.

    n_rows : symbols of the log; `counts` says how often, by (pattern, verdict).
    Raises ValueError for a cool-down longer than can be remembered.
    """

    def __init__(
        self,
        n_rows: int,
        timeframe: str,
        tier: str,
        *,
        rules: Mapping[Key, Rule] = RULES,
        fallback: Rule = FALLBACK,
    ) -> None:
        kept = [rules.get((name, tier, timeframe), fallback) for name in KIND_NAMES]
        self._limits = Limits(
            np.array([rule.min_confidence for rule in kept], np.float64),
            np.array([rule.cool_down_bars for rule in kept], np.int64),
        )
        if self.memory_bars > REACH:
            raise ValueError(f"expected cool-downs below {REACH} bars, got {self.memory_bars - 1}")
        self._bar_ms = TIMEFRAME_MS[timeframe]
        self._standing = nothing_standing(n_rows)
        self._counts: Int64 = np.zeros((N_KINDS, len(VERDICT_NAMES)), np.int64)

    @property
    def memory_bars(self) -> int:
        """Return how many bars back `recall` has to reach: the longest cool-down."""
        return int(self._limits.cool_down.max()) + 1

    @property
    def counts(self) -> Counter[tuple[str, str]]:
        """Return how often each verdict fell, by pattern and verdict name."""
        places = np.argwhere(self._counts).tolist()
        return Counter(
            {(KIND_NAMES[k], VERDICT_NAMES[v]): int(self._counts[k, v]) for k, v in places}
        )

    def recall(self, entries: Entries) -> None:
        """Learn which signals stand, after a restart; counts and publishes nothing."""
        verdicts(self._limits, self._standing, entries, self._bar_ms)

    def decide(self, entries: Entries) -> UInt8:
        """Return the verdict on each entry (see `choosing`), shape (n,), and count it."""
        found = verdicts(self._limits, self._standing, entries, self._bar_ms)
        np.add.at(self._counts, (entries.kind, found), 1)
        return found

    def choose(self, entries: Entries) -> Entries:
        """Return the entries that become events, and count what became of each."""
        return entries.take(is_published(self.decide(entries)))
