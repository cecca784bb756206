"""Choose which entries of the signal log become events; the log itself is never changed.

The choice depends on the log alone: an entry is an alert when its confidence reaches the
pattern's minimum and no other signal of the same symbol, pattern and direction that reached it
stands within the cool-down before. So it makes no difference whether a process ran all day or was
started a minute ago and was told what stands (`recall`).
"""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Final
from uuid import UUID

from pl.signals.chart.alerts import ALERT_CONFIDENCE
from pl.signals.pattern import Alert as Rule
from pl.signals.registry import PATTERNS
from pl.signals.signal import RETRACTED, Signal
from pl.signals.timeframes import TIMEFRAME_MS

ALERT: Final = "alert"
UPDATE: Final = "update"
HELD_CONFIDENCE: Final = "held_confidence"
HELD_COOL_DOWN: Final = "held_cool_down"


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
}
"""By pattern, tier and timeframe, as the definitions say; what is not named follows FALLBACK.

On 15,149 recorded session minutes of ten stocks the log has 32 entries a minute for 70 symbols
and these rules alert on 12 of them; the ceiling is 40.
"""


@dataclass(frozen=True, slots=True)
class Ruling:
    """Hold an entry and what becomes of it.

    verdict : ALERT publishes a flow for the first time; UPDATE says that a flow changed or was
    retracted (readers that never saw it may drop it); HELD_* publishes nothing.
    """

    signal: Signal
    verdict: str

    @property
    def published(self) -> bool:
        """Tell whether it becomes an event."""
        return self.verdict in {ALERT, UPDATE}


class Policy:
    """Rule on log entries in their order; `counts` says how often, by (pattern, verdict)."""

    def __init__(self, rules: Mapping[Key, Rule] = RULES, fallback: Rule = FALLBACK) -> None:
        self._rules = rules
        self._fallback = fallback
        self._standing: dict[tuple[str, str, str, str], dict[UUID, int]] = {}
        self.counts: Counter[tuple[str, str]] = Counter()

    @property
    def memory_bars(self) -> int:
        """Return how many bars back `recall` has to reach: the longest cool-down."""
        rules = [self._fallback, *self._rules.values()]
        return max(rule.cool_down_bars for rule in rules) + 1

    def recall(self, signals: Iterable[Signal]) -> None:
        """Learn which signals stand, after a restart; counts and publishes nothing."""
        for signal in signals:
            self._remember(signal, self._rule(signal))

    def decide(self, signals: Sequence[Signal]) -> list[Ruling]:
        """Return the ruling on each entry, in order."""
        rulings = [Ruling(signal, self._verdict(signal)) for signal in signals]
        self.counts.update((ruling.signal.pattern, ruling.verdict) for ruling in rulings)
        return rulings

    def _rule(self, signal: Signal) -> Rule:
        key = (signal.pattern, signal.tier, signal.timeframe)
        return self._rules.get(key, self._fallback)

    def _verdict(self, signal: Signal) -> str:
        rule = self._rule(signal)
        verdict = self._judge(signal, rule)
        self._remember(signal, rule)
        return verdict

    def _judge(self, signal: Signal, rule: Rule) -> str:
        if signal.life == RETRACTED or signal.is_update:
            said = signal.before.get("confidence", signal.confidence)
            if isinstance(said, float) and said >= rule.min_confidence:
                return UPDATE
        if signal.life == RETRACTED or signal.confidence < rule.min_confidence:
            return HELD_CONFIDENCE
        return HELD_COOL_DOWN if self._is_cooling(signal, rule) else ALERT

    def _is_cooling(self, signal: Signal, rule: Rule) -> bool:
        since = signal.bar_time_ms - rule.cool_down_bars * TIMEFRAME_MS[signal.timeframe]
        standing = self._standing.get(_topic(signal), {})
        return any(since <= time < signal.bar_time_ms for time in standing.values())

    def _remember(self, signal: Signal, rule: Rule) -> None:
        """Note that a signal stands, or no longer does; forget what no cool-down reaches."""
        standing = self._standing.setdefault(_topic(signal), {})
        standing.pop(signal.flow_id, None)
        if signal.life == RETRACTED or signal.confidence < rule.min_confidence:
            return
        span = 2 * self.memory_bars * TIMEFRAME_MS[signal.timeframe]
        gone = [flow for flow, time in standing.items() if time < signal.bar_time_ms - span]
        for flow in gone:
            del standing[flow]
        standing[signal.flow_id] = signal.bar_time_ms


def _topic(signal: Signal) -> tuple[str, str, str, str]:
    return signal.symbol, signal.pattern, signal.direction, signal.timeframe
