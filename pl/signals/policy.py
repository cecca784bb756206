"""Choose which entries of the signal log become events; the log itself is never changed.

The choice depends on the log alone: an entry is an alert when its confidence reaches the
pattern's minimum and no other signal of the same symbol, pattern and direction that reached it
stands within the cool-down before. So it makes no difference whether a process ran all day or was
started a minute ago and was told what stands (`recall`).

It works on columns (`entries`, `choosing`): what is not chosen is never written out.
"""

from collections import Counter
from collections.abc import Mapping
from typing import Final

import numpy as np

from pl.market.batches import Int64, UInt8
from pl.signals.chart.registry import ALERT_CONFIDENCE
from pl.signals.choosing import (
    ALERT,
    REACH,
    VERDICT_NAMES,
    Limits,
    nothing_standing,
    verdicts,
)
from pl.signals.combos.catalogue import COMBOS
from pl.signals.entries import KIND_NAMES, N_KINDS, Chosen, Entries
from pl.signals.pattern import Alert as Rule
from pl.signals.registry import PATTERNS
from pl.signals.timeframes import TIMEFRAME_MS

Key = tuple[str, str, str]

TIER_OF: Final = {
    timeframe: "daily" if length >= TIMEFRAME_MS["daily"] else "intraday"
    for timeframe, length in TIMEFRAME_MS.items()
}
"""The tier that alerts on the patterns of a timeframe."""

FALLBACK: Final = Rule(min_confidence=0.5, cool_down_bars=10)

RULES: Final[Mapping[Key, Rule]] = {
    **{
        (pattern.name, TIER_OF[timeframe], timeframe): pattern.alert_on(timeframe)
        for pattern in PATTERNS
        for timeframe in pattern.timeframes
    },
    **{
        (name, tier, timeframe): Rule(least, 15)
        for name, least in ALERT_CONFIDENCE.items()
        for timeframe, tier in TIER_OF.items()
    },
    **{
        (combo.name, "combo", timeframe): combo.alert
        for combo in COMBOS
        for timeframe in combo.timeframes
    },
}
"""By pattern, tier and timeframe, as the definitions say; what is not named follows FALLBACK.

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
