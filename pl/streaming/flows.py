"""Remember what was said of each flow, so that nothing is said twice."""

from collections.abc import Iterable
from dataclasses import dataclass, replace
from typing import Final

from pl.signals.signal import CONFIRMED, Signal
from pl.store.standing import Standing

HOUR_MS: Final = 3_600_000
DAY_MS: Final = 24 * HOUR_MS
KEEP_MS: Final = {
    "1min": 6 * HOUR_MS,
    "5min": 2 * DAY_MS,
    "15min": 7 * DAY_MS,
    "1hour": 30 * DAY_MS,
    "daily": 180 * DAY_MS,
    "weekly": 730 * DAY_MS,
}
"""By timeframe, how long after its bar a flow may still be said again or taken back."""
FORGET_EVERY_MS: Final = 600_000
"""Thousands are looked through."""

Facts = tuple[float, float, float, float]


@dataclass(frozen=True, slots=True)
class FlowState:
    """Hold the last event of a flow; facts : its confidence, price, change and volume."""

    flow_id: str
    life: str
    revision: int
    bar_time_ms: int
    facts: Facts
    timeframe: str

    @staticmethod
    def of(row: Standing) -> "FlowState":
        """Return the state that the database remembers."""
        facts = (row.confidence, row.price, row.price_change, row.volume)
        return FlowState(row.flow_id, row.life, row.revision, row.bar_time_ms, facts, row.timeframe)


class Flows:
    """Admit a signal only when it adds something to what was said of its flow.

    A confirmation or update that was said already (a restart finds it again), and an update or
    retraction of a flow that nobody was told of (held back by policy) add nothing. (flow_id,
    life, revision) stays unique: a flow begins with revision 0, however often its bars had
    changed, and a revision that was used goes up by one.
    """

    def __init__(self, known: Iterable[FlowState] = ()) -> None:
        self._last = {state.flow_id: state for state in known}
        self._forgot_ms = 0

    def __len__(self) -> int:
        return len(self._last)

    def admit(self, signal: Signal) -> Signal | None:
        """Return the signal as it is to be published, or None when it adds nothing."""
        last = self._last.get(str(signal.flow_id))
        if last is None:
            untold = signal.is_update or signal.life != CONFIRMED
            admitted = None if untold else replace(signal, revision=0)
        elif last.life == signal.life and _adds_nothing(last, signal):
            admitted = None
        else:
            admitted = _after(last, signal)
        if admitted is not None:
            self._remember(admitted)
        return admitted

    def forget_old(self, now_ms: int) -> None:
        """Drop flows of bars that can no longer change at `now_ms`, the market's time."""
        if now_ms - self._forgot_ms < FORGET_EVERY_MS:
            return
        self._forgot_ms = now_ms
        old = [
            key
            for key, state in self._last.items()
            if state.bar_time_ms < now_ms - KEEP_MS[state.timeframe]
        ]
        for key in old:
            del self._last[key]

    def _remember(self, signal: Signal) -> None:
        key = str(signal.flow_id)
        self._last[key] = FlowState(
            key,
            signal.life,
            signal.revision,
            signal.bar_time_ms,
            _facts(signal),
            signal.timeframe,
        )


def _facts(signal: Signal) -> Facts:
    return (signal.confidence, signal.price, signal.price_change, signal.volume)


def _adds_nothing(last: FlowState, signal: Signal) -> bool:
    return not signal.is_update or last.facts == _facts(signal)


def _after(last: FlowState, signal: Signal) -> Signal:
    revision = max(signal.revision, last.revision + 1)
    before = signal.before or {"life": last.life}
    after = signal.after or {"life": signal.life}
    return replace(signal, revision=revision, before=before, after=after)
