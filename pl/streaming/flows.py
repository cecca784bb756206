"""Remember what was said of each flow, so that nothing is said twice."""

import json
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Final

from pl.market.batches import MINUTE_MS
from pl.market.sessions import MarketSessions
from pl.market.timeframes import session_begun
from pl.signals.signal import CONFIRMED, ENDINGS, FORMING, RETRACTED, Drawing, Numbers, Signal
from pl.store.standing import Standing

HOUR_MS: Final = 3_600_000
DAY_MS: Final = 24 * HOUR_MS
KEEP_MS: Final = {
    "1min": 6 * HOUR_MS,
    "5min": 2 * DAY_MS,
    "15min": 14 * DAY_MS,
    "1hour": 40 * DAY_MS,
    "daily": 200 * DAY_MS,
    "weekly": 900 * DAY_MS,
}
"""By timeframe, how long after its bar a flow may still be said again or taken back: where bars are
few, longer than LONGEST_LIFE of them last with the holidays between."""
FORGET_EVERY_MS: Final = 600_000
"""Thousands are looked through."""
KEEP_OPEN_MS: Final = 7 * DAY_MS
"""At least so long one that has not ended is remembered: one of a Friday ends after the weekend."""


def remembered_since(
    now_ms: int, newest_ms: int, sessions: MarketSessions, *, live: bool
) -> dict[str, int]:
    """Return by timeframe from which bar on flows may be said again or end; unix ms.

    newest_ms : start of the newest stored minute, negative without one. What came after it is
    still to be evaluated, however long ago that was; nights and weekends end no minute's flow.
    """
    if not live:
        return dict.fromkeys(KEEP_MS, 0)
    reached_ms = min(now_ms, newest_ms + MINUTE_MS) if newest_ms >= 0 else now_ms
    since = {name: reached_ms - ms for name, ms in KEEP_MS.items()}
    since["1min"] = _before(sessions, reached_ms, KEEP_MS["1min"])
    since["5min"] = min(since["5min"], reached_ms - KEEP_OPEN_MS)
    return {name: max(ms, 0) for name, ms in since.items()}


def _before(sessions: MarketSessions, at_ms: int, traded_ms: int) -> int:
    """Return since when the market has traded for so long in regular hours until `at_ms`."""
    while True:
        try:
            session = session_begun(sessions, at_ms)
        except ValueError:  # of years that the calendar does not know
            return at_ms - traded_ms
        end_ms = min(at_ms, session.close_ms)
        if end_ms - session.open_ms >= traded_ms:
            return end_ms - traded_ms
        at_ms, traded_ms = session.open_ms - 1, traded_ms - (end_ms - session.open_ms)


@dataclass(slots=True)
class Facts:
    """Hold what an event said; nobody changes it, nor a `FlowState`: see `Signal`.

    numbers : confidence, price, change and volume; levels, geometry : as they were said, or the
    JSON of it, which is read when somebody asks.
    """

    numbers: tuple[float, float, float, float]
    reason: str
    levels: Numbers | str
    geometry: Drawing | str

    @staticmethod
    def of(signal: Signal) -> "Facts":
        """Return what a signal says."""
        numbers = (signal.confidence, signal.price, signal.price_change, signal.volume)
        return Facts(numbers, signal.reason, signal.levels, signal.geometry)

    def are(self, others: "Facts") -> bool:
        """Tell whether the others say the same."""
        return (
            self.numbers == others.numbers
            and self.reason == others.reason
            and _read(self.levels) == _read(others.levels)
            and _read(self.geometry) == _read(others.geometry)
        )


def _read(said: Numbers | Drawing | str) -> object:
    return json.loads(said) if isinstance(said, str) else said


@dataclass(slots=True)
class FlowState:
    """Hold the last event of a flow."""

    flow_id: str
    life: str
    revision: int
    bar_time_ms: int
    facts: Facts
    timeframe: str

    @property
    def keep_ms(self) -> int:
        """Return how long after its bar it is remembered."""
        keep_ms = KEEP_MS[self.timeframe]
        return max(keep_ms, KEEP_OPEN_MS) if self.life in {CONFIRMED, FORMING} else keep_ms

    @staticmethod
    def of(row: Standing) -> "FlowState":
        """Return the state that the database remembers."""
        numbers = (row.confidence, row.price, row.price_change, row.volume)
        facts = Facts(numbers, row.reason, row.levels, row.geometry)
        return FlowState(row.flow_id, row.life, row.revision, row.bar_time_ms, facts, row.timeframe)


class Flows:
    """Admit a signal only when it adds something to what was said of its flow.

    A confirmation, update or ending that was said already (a restart finds it again), and what
    became of a flow that nobody was told of (held back by policy) or that was taken back add
    nothing; neither does a change of volume alone. A revision is the number of an event in its
    flow, from 0 on, so that (flow_id, life, revision) stays unique; that of the log counts changes
    of bars, of which most moved nothing.
    """

    def __init__(self, known: Iterable[FlowState] = ()) -> None:
        self._last = {state.flow_id: state for state in known}
        self._forgot_ms = 0

    def __len__(self) -> int:
        return len(self._last)

    def admit(self, signal: Signal) -> Signal | None:
        """Return the signal as it is to be published, or None when it adds nothing."""
        last = self._last.get(signal.flow_id)
        if last is None:
            untold = bool(signal.before) or signal.life not in {CONFIRMED, FORMING}
            admitted = None if untold else _begun(signal)
        elif _adds_nothing(last, signal):
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
            key for key, state in self._last.items() if state.bar_time_ms < now_ms - state.keep_ms
        ]
        for key in old:
            del self._last[key]

    def _remember(self, signal: Signal) -> None:
        self._last[signal.flow_id] = FlowState(
            signal.flow_id,
            signal.life,
            signal.revision,
            signal.bar_time_ms,
            Facts.of(signal),
            signal.timeframe,
        )


def _begun(signal: Signal) -> Signal:
    return signal.but(revision=0) if signal.revision else signal


def _adds_nothing(last: FlowState, signal: Signal) -> bool:
    if signal.is_slight and signal.life == last.life:
        return True
    if signal.life == FORMING and not signal.before:
        return last.life != RETRACTED
    if last.life in ENDINGS and signal.is_found:
        return signal.revision == 0 and not _is_first_break(last, signal)
    if signal.life in ENDINGS:
        return _ends_nothing(last, signal)
    if last.life != signal.life:
        return False
    return not signal.before or last.facts.are(Facts.of(signal))


def _ends_nothing(last: FlowState, signal: Signal) -> bool:
    """Tell whether an end was said already, or ends what does not stand.

    What was told as forming ends with what came of it, though nobody was told that it had come.
    """
    if signal.before in ({"life": CONFIRMED}, {"life": FORMING}):
        return last.life not in {FORMING, signal.before["life"]}
    return last.life == RETRACTED


def _is_first_break(last: FlowState, signal: Signal) -> bool:
    """Tell whether a pattern breaks out that nobody was told of but as forming."""
    if last.life == FORMING:
        return signal.life == CONFIRMED
    return signal.is_found and last.life in ENDINGS and signal.bar_time_ms > last.bar_time_ms


def _after(last: FlowState, signal: Signal) -> Signal:
    revision = last.revision + 1
    if _is_first_break(last, signal):
        return signal.but(revision=revision, before={}, after={})
    before = signal.before or {"life": last.life}
    if last.life == FORMING and before.get("life") == CONFIRMED:
        before = {**before, "life": FORMING}
    after = signal.after or {"life": signal.life}
    return signal.but(revision=revision, before=before, after=after)
