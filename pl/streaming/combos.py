"""Join the frames into the tier of the combos, and choose which of its entries become events."""

from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import partial
from typing import Final

import numpy as np

from pl.market.batches import QUALITY_LIVE, QUALITY_NAMES, ClosedBars
from pl.market.sessions import MarketSessions
from pl.market.timeframes import DAILY
from pl.signals.combos.author import TIER
from pl.signals.combos.days import Days
from pl.signals.combos.names import TRIGGERED_ON
from pl.signals.combos.taken import Judgement
from pl.signals.combos.tier import Combos, take_days
from pl.signals.entries import Entries
from pl.signals.policy import Policy
from pl.signals.signal import Signal
from pl.signals.storm import MOST_OF_COMBOS
from pl.signals.table import EngineUpdate
from pl.streaming.choice import choose
from pl.streaming.closing import Closing
from pl.streaming.counters import Counters
from pl.streaming.findings import Found
from pl.streaming.frames import Evaluated, Frame
from pl.streaming.told import count_ends

MINUTE: Final = "1min"


@dataclass(slots=True)
class ComboDesk:
    """Stand between the frames of the triggers, the frame of the days, and their engines.

    frames : by timeframe, all of TRIGGERED_ON and the days among them; they hand the desk their
    bars from then on. `counts` says what became of the entries, by (combo, verdict).

    What bars trigger is judged no sooner than it has to be: before the next bars are taken, or
    when it is asked for. Meanwhile the bars' own alerts are on their way.
    """

    frames: Mapping[str, Frame]
    sessions: MarketSessions
    counters: Counters
    _days: Days = field(init=False)
    _tiers: dict[str, Combos] = field(init=False)
    _policies: dict[str, Policy] = field(init=False)
    _rows: dict[str, int] = field(init=False)
    _found: list[Signal] = field(default_factory=list)
    _unjudged: Callable[[], None] | None = None

    def __post_init__(self) -> None:
        symbols = self.frames[DAILY].symbols
        self._rows = {symbol: row for row, symbol in enumerate(symbols)}
        self._days = Days(self.frames[DAILY].engine, self._session_open)
        self._tiers = {
            name: Combos(symbols, self.frames[name].engine, self._days, name, self._session_open)
            for name in TRIGGERED_ON
        }
        self._policies = {name: Policy(len(symbols), name, TIER) for name in TRIGGERED_ON}
        self.frames[DAILY].take = self._take_days
        for name in TRIGGERED_ON:
            self.frames[name].take = partial(self._take, name)

    def recall(self) -> None:
        """Learn from history what is set up and what was signalled, after the frames are warm."""
        self._days.recall()
        for name, tier in self._tiers.items():
            tier.recall()
            policy = self._policies[name]
            policy.recall(tier.recent(policy.memory_bars))

    def combine(self, parts: Sequence[Evaluated]) -> Found:
        """Return what became an event since the last call, each with the quality of its bar."""
        self._judge_taken()
        found, self._found = self._found, []
        return [(signal, _quality(signal, self._rows[signal.symbol], parts)) for signal in found]

    @property
    def counts(self) -> Counter[tuple[str, str]]:
        """Return how often each verdict fell, by combo and verdict name."""
        return sum((policy.counts for policy in self._policies.values()), Counter())

    def _session_open(self, ms: int) -> int:
        return self.sessions.anchor_ms(MINUTE, ms)

    def _take(self, name: str, bars: ClosedBars) -> EngineUpdate:
        self._judge_taken()
        taken = self._tiers[name].take(bars)
        self._unjudged = partial(self._judge, name, taken.judge)
        return taken.update

    def _take_days(self, bars: ClosedBars) -> EngineUpdate:
        self._judge_taken()
        update, logs = take_days(self._days, bars, list(self._tiers.values()))
        for name, combos in zip(self._tiers, logs, strict=True):
            self._choose(name, combos)
        return update

    def _judge_taken(self) -> None:
        unjudged, self._unjudged = self._unjudged, None
        if unjudged is not None:
            unjudged()

    def _judge(self, name: str, judge: Callable[[], Judgement]) -> None:
        judgement = judge()
        self.counters.refused["restated_combos"] += judgement.restated
        self._choose(name, judgement.combos)

    def _choose(self, name: str, entries: Entries) -> None:
        if not len(entries):
            return
        frame = self.frames[name]
        choice = choose(
            self._policies[name],
            frame.told,
            entries,
            frame.in_time(entries),
            MOST_OF_COMBOS // 2,
            MOST_OF_COMBOS,
            partial(frame.over, TIER),
        )
        self.counters.ended.update(count_ends(entries))
        self.counters.held.update(choice.held)
        self._found += choice.told.signals()


def join_combos(closing: Closing, sessions: MarketSessions) -> ComboDesk:
    """Let a closing whose frames are warm find combos, too; return what does."""
    frames = {closing.minute.timeframe: closing.minute, **closing.longer}
    desk = ComboDesk(frames, sessions, closing.counters)
    desk.recall()
    closing.combine = desk.combine
    return desk


def _quality(signal: Signal, row: int, parts: Sequence[Evaluated]) -> str:
    for part in parts:
        if part.timeframe == signal.timeframe:
            bars = part.bars
            here = np.flatnonzero((bars.row == row) & (bars.start_ms == signal.bar_time_ms))
            if len(here):
                return QUALITY_NAMES[int(bars.quality[here[-1]])]
    return QUALITY_NAMES[QUALITY_LIVE]
