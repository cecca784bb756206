"""A close becomes alerts, messages and rows, events first."""

import json
import math
import uuid
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from typing import Any

import numpy as np
import pytest

from contracts import names
from contracts.names import BARS_STREAMING, INDICATORS_STREAMING
from pl.market.batches import (
    MINUTE_MS,
    QUALITY_BACKFILLED,
    QUALITY_LIVE,
    QUALITY_PARTIAL,
    ClosedBars,
    HaltBatch,
)
from pl.market.folding import Folding
from pl.market.quotes import Developing
from pl.market.sessions import AlwaysOpenSessions
from pl.market.states import STATE_NAMES
from pl.signals.entries import Entries
from pl.signals.indicators.names import COLUMN, INDICATOR_NAMES, ROC_60
from pl.signals.room import empty_history
from pl.signals.signal import Signal
from pl.signals.table import EngineUpdate, IndicatorTable
from pl.streaming.announcer import Announcer
from pl.streaming.closing import Closing
from pl.streaming.counters import Counters
from pl.streaming.frames import Evaluated, Frame, build_frame
from pl.streaming.quotes import QuoteBoard
from pl.streaming.watch import Gap
from tests.pl.streaming.fakes import SYMBOLS, T0, Channels, Clock, Collected, closed, signal

ROWS = {symbol: row for row, symbol in enumerate(SYMBOLS)}


class Engine:
    """Find the signals that it was told to find, at the next update."""

    def __init__(self) -> None:
        self.seen: list[ClosedBars] = []
        self.finds: list[Signal] = []
        self.changes = np.full(len(SYMBOLS), np.nan)
        self.histogram = 1.0
        self.history = empty_history(len(SYMBOLS), 60, "1min")

    def update(self, bars: ClosedBars) -> EngineUpdate:
        self.seen.append(bars)
        found, self.finds = self.finds, []
        n = len(bars)
        values = np.full((n, len(INDICATOR_NAMES)), 1.0)
        values[:, ROC_60] = self.changes[bars.row]
        values[:, COLUMN["macd_hist"]] = self.histogram
        rows = IndicatorTable(
            bars.row, bars.start_ms, values, np.zeros(n, np.int64), np.zeros((n, 2), np.int64)
        )
        return EngineUpdate(Entries.of(found, ROWS), rows)


class Regular(AlwaysOpenSessions):
    """Regular hours begin at T0."""

    def regular(self, t_ms: Any) -> Any:
        return t_ms >= T0


@dataclass
class Stage:
    engine: Engine = field(default_factory=Engine)
    road: Collected = field(default_factory=Collected)
    writer: Collected = field(default_factory=Collected)
    channels: Channels = field(default_factory=Channels)
    counters: Counters = field(default_factory=Counters)
    board: QuoteBoard = field(default_factory=lambda: QuoteBoard(SYMBOLS))
    refetched: list[tuple[Gap, tuple[str, ...]]] = field(default_factory=list)
    has_rest: bool = True
    clock: Clock = field(default_factory=Clock)
    longer: dict[str, Engine] = field(default_factory=dict)

    def closing(self, **options: Any) -> Closing:
        return Closing(
            minute=self.frame("1min", self.engine),
            longer={name: self.frame(name, engine) for name, engine in self.longer.items()},
            folding=Folding(Regular(), len(SYMBOLS)),
            road=self.road,
            writer=self.writer,
            announcer=Announcer(self.channels.publish, SYMBOLS, 500),
            board=self.board,
            counters=self.counters,
            order_repair=self.order if self.has_rest else None,
            clock=self.clock,
            last_start_ms=np.zeros(len(SYMBOLS), np.int64),
            **options,
        )

    @staticmethod
    def frame(timeframe: str, engine: Any) -> Frame:
        frame = build_frame(timeframe, SYMBOLS, Regular(), 500)
        frame.engine = engine
        return frame

    def order(self, gap: Gap, symbols: tuple[str, ...]) -> None:
        self.refetched.append((gap, symbols))


@pytest.fixture
def stage() -> Iterator[Stage]:
    return Stage()


def test_alerts_carry_times_quality_and_how_far_was_evaluated(stage: Stage) -> None:
    stage.engine.finds = [signal(1)]
    bars = closed((0, T0, 10.0), (1, T0, 20.0))
    bars.quality[0] = QUALITY_BACKFILLED
    stage.closing().pass_on(bars, received_at=T0 / 1000 + 60.1)
    carried, last = stage.road.items
    assert carried.found[:] == [(signal(1), "backfilled")]
    assert (carried.received_at, carried.detected_at) == (T0 / 1000 + 60.1, stage.clock.now)
    assert carried.is_ahead
    assert (list(last.found), last.through_ms, last.is_ahead) == ([], T0, False)
    assert (stage.counters.bars, stage.counters.patterns) == (2, 1)


def test_alerts_say_how_strong_their_symbol_is_against_the_others(stage: Stage) -> None:
    stage.engine.finds = [signal(1)]
    stage.engine.changes[:2] = [2.0, 3.0]
    stage.closing().pass_on(closed((0, T0, 10.0), (1, T0, 20.0)), 0.0)
    ((found, _),) = stage.road.items[0].found
    strength = -0.5 if found.symbol == SYMBOLS[0] else 0.5
    assert found.indicators["relative_strength"] == strength
    assert found.indicators["strength_rank"] == 50.0 + 50.0 * strength
    assert found.indicators.items() >= signal(1).indicators.items()


@pytest.mark.parametrize(
    ("life", "before"),
    [
        ("failed", {"life": "confirmed"}),
        ("confirmed", {"confidence": 0.5}),
        ("retracted", {"confidence": 0.5}),
    ],
)
def test_what_becomes_of_an_alert_says_how_strong_its_symbol_is_by_then(
    stage: Stage, life: str, before: dict[str, Any]
) -> None:
    closing, found = stage.closing(), signal(1)
    stage.engine.finds = [found]
    closing.pass_on(closed((0, T0, 10.0), (1, T0, 20.0)), 0.0)
    later = replace(found, life=life, bar_time_ms=T0 + MINUTE_MS, before=before, after={})
    stage.engine.finds = [later]
    stage.engine.changes[:2] = [2.0, 5.0]
    closing.pass_on(closed((0, T0 + MINUTE_MS, 10.0), (1, T0 + MINUTE_MS, 20.0)), 0.0)
    ((told, _),) = stage.road.items[2].found
    assert told.life == life
    assert abs(told.indicators["relative_strength"]) == 1.5


def test_an_indicator_that_crosses_a_line_is_told_once(stage: Stage) -> None:
    running = stage.closing(session_id=lambda: "session-1")
    for minute, histogram in enumerate((-1.0, 1.0, 2.0)):
        stage.engine.histogram = histogram
        running.pass_on(closed((0, T0 + minute * MINUTE_MS, 10.0)), 0.0)
    (body,) = stage.channels.on(names.ALERTS_INDICATORS)
    assert b"MACD_BULLISH_CROSS" in body
    assert b"session-1" in body


def test_a_crossing_of_history_alerts_nobody(stage: Stage) -> None:
    running = stage.closing()
    running.begin(0, T0 + 2 * MINUTE_MS)
    for minute, histogram in enumerate((-1.0, 1.0)):
        stage.engine.histogram = histogram
        running.pass_on(closed((0, T0 + minute * MINUTE_MS, 10.0)), 0.0)
    assert stage.channels.on(names.ALERTS_INDICATORS) == []


def test_nothing_closed_moves_nothing(stage: Stage) -> None:
    stage.closing().pass_on(ClosedBars.empty(), 0.0)
    assert stage.road.items == []


def test_what_policy_holds_back_is_counted(stage: Stage) -> None:
    stage.engine.finds = [signal(1, confidence=0.1)]
    stage.closing().pass_on(closed((0, T0, 10.0)), 0.0)
    assert (stage.road.found, stage.counters.held_back) == ([], 1)


def test_bars_are_told_and_stored_when_the_road_has_carried_the_events(stage: Stage) -> None:
    class Holding(Collected):
        def submit(self, item: Any) -> None:
            self.items.append(item)

    stage.road = Holding()
    stage.closing().pass_on(closed((0, T0, 10.0)), 0.0)
    assert (stage.writer.items, stage.channels.said) == ([], [])
    stage.road.items[0].then()
    assert len(stage.writer.items) == 1
    assert [channel for channel, _ in stage.channels.said] == [BARS_STREAMING, INDICATORS_STREAMING]


def test_bars_outside_the_session_are_stored_and_fire_nothing(stage: Stage) -> None:
    stage.closing().pass_on(closed((0, T0 - MINUTE_MS, 9.0), (0, T0, 10.0)), 0.0)
    assert stage.engine.seen[0].start_ms.tolist() == [T0]
    assert stage.writer.items[0].bars.start_ms.tolist() == [T0 - MINUTE_MS, T0]


def test_a_bar_behind_a_later_one_of_its_symbol_counts_as_revised(stage: Stage) -> None:
    closing = stage.closing()
    closing.pass_on(closed((0, T0 + MINUTE_MS, 10.0)), 0.0)
    closing.pass_on(closed((0, T0, 9.0), (1, T0, 20.0)), 0.0)
    assert stage.engine.seen[-1].revision.tolist() == [1, 0]
    assert stage.writer.items[-1].bars.revision.tolist() == [0, 0]


def test_a_fetched_bar_that_comes_again_stays_the_same(stage: Stage) -> None:
    closing = stage.closing()
    closing.pass_on(closed((0, T0 + MINUTE_MS, 10.0)), 0.0)
    closing.pass_on(closed((0, T0, 9.0), quality=QUALITY_BACKFILLED), 0.0)
    assert stage.engine.seen[-1].revision.tolist() == [0]


def test_revisions_are_counted_apart(stage: Stage) -> None:
    stage.closing().pass_on(closed((0, T0, 10.0), revision=1), 0.0)
    assert (stage.counters.bars, stage.counters.revisions) == (0, 1)


def test_a_minute_of_an_earlier_run_is_fetched_not_pieced_together(stage: Stage) -> None:
    closing = stage.closing(floor_ms=T0 + MINUTE_MS)
    closing.pass_on(closed((1, T0, 10.0), (1, T0 + MINUTE_MS, 11.0), quality=QUALITY_PARTIAL), 0.0)
    assert stage.refetched == [(Gap(T0, T0 + MINUTE_MS), ("KO",))]
    assert stage.writer.items[0].bars.start_ms.tolist() == [T0 + MINUTE_MS]


def test_without_rest_a_minute_that_began_before_the_start_stays_partial(stage: Stage) -> None:
    stage.has_rest = False
    closing = stage.closing()
    closing.begin(T0 + MINUTE_MS, 0)
    for revision in (0, 1):
        bars = closed((1, T0, 10.0), quality=QUALITY_PARTIAL, revision=revision)
        closing.pass_on(bars, 0.0)
    assert [written.bars.quality.tolist() for written in stage.writer.items] == [
        [QUALITY_PARTIAL],
        [QUALITY_PARTIAL],
    ]


def test_without_rest_a_late_trade_never_replaces_a_bar_of_an_earlier_run(stage: Stage) -> None:
    stage.has_rest = False
    closing = stage.closing()
    closing.last_start_ms[1] = T0
    closing.begin(T0 + MINUTE_MS, 0)
    closing.pass_on(closed((1, T0, 10.0), quality=QUALITY_PARTIAL), 0.0)
    assert stage.writer.items == []
    assert stage.counters.dropped == {"late for a minute of an earlier run": 1}


def test_fetched_bars_of_an_earlier_run_pass(stage: Stage) -> None:
    closing = stage.closing(floor_ms=T0 + MINUTE_MS)
    closing.pass_on(closed((1, T0, 10.0), quality=QUALITY_BACKFILLED), 0.0)
    assert (len(stage.writer.items), stage.refetched) == (1, [])


def test_history_vouches_for_its_partial_bars(stage: Stage) -> None:
    closing = stage.closing(floor_ms=T0 + MINUTE_MS)
    closing.catch_up(closed((1, T0, 10.0), quality=QUALITY_PARTIAL), 0.0)
    assert (len(stage.writer.items), stage.refetched) == (1, [])


def test_history_of_a_first_start_alerts_nobody(stage: Stage) -> None:
    closing = stage.closing()
    closing.begin(0, T0 + MINUTE_MS)
    later = signal(2, bar_time_ms=T0 + MINUTE_MS, pattern="Hammer")
    stage.engine.finds = [signal(1, bar_time_ms=T0), later]
    closing.catch_up(closed((0, T0, 10.0), (0, T0 + MINUTE_MS, 10.0)), 0.0)
    assert [uuid.UUID(found.flow_id).int for found, _ in stage.road.found] == [2]


@pytest.mark.parametrize(("minutes", "told"), [(10, [1, 2]), (11, [2])])
def test_what_expired_before_its_bars_were_fetched_alerts_nobody(
    stage: Stage, minutes: int, told: list[int]
) -> None:
    closing, now_ms = stage.closing(), T0 + minutes * MINUTE_MS
    stage.engine.finds = [signal(1, horizon_bars=10), signal(2, symbol="KO", horizon_bars=20)]
    fetched = closed((0, T0, 10.0), (1, T0, 20.0), quality=QUALITY_BACKFILLED)
    closing.pass_on(fetched, 0.0, now_ms)
    assert [uuid.UUID(found.flow_id).int for found, _ in stage.road.found] == told
    assert stage.counters.held["expired"] == 2 - len(told)


def test_what_a_run_missed_has_expired_by_the_newest_bar(stage: Stage) -> None:
    closing = stage.closing()
    closing.last_start_ms[2] = T0 + 10 * MINUTE_MS
    closing.begin(0, 0)
    stage.engine.finds = [signal(1, horizon_bars=10)]
    closing.catch_up(closed((0, T0, 10.0), quality=QUALITY_BACKFILLED), 0.0)
    assert (stage.road.found, stage.counters.held["expired"]) == ([], 1)


def test_the_last_bar_before_a_silence_is_found_in_time(stage: Stage) -> None:
    """A replay closes it with the next event, be it hours later."""
    stage.engine.finds = [signal(1, horizon_bars=10)]
    stage.closing().pass_on(closed((0, T0, 10.0)), 0.0, T0 + 600 * MINUTE_MS)
    assert len(stage.road.found) == 1


def test_how_far_was_evaluated_never_goes_back(stage: Stage) -> None:
    closing = stage.closing()
    for start_ms in (T0 + MINUTE_MS, T0):
        closing.pass_on(closed((0, start_ms, 10.0)), 0.0)
    assert [each.through_ms for each in stage.road.items] == [T0 + MINUTE_MS] * 2


def test_a_minute_is_done_with_when_the_longer_bars_that_it_ends_are(stage: Stage) -> None:
    """A vendor's minute bar comes before the watermark passes its end; a kill may come between."""
    stage.longer = {"5min": Engine()}
    closing, last_ms = stage.closing(), T0 + 4 * MINUTE_MS
    closing.pass_on(closed((0, last_ms - MINUTE_MS, 10.0)), 0.0, last_ms)
    closing.pass_on(closed((0, last_ms, 10.0)), 0.0, last_ms)
    assert not stage.longer["5min"].seen
    closing.pass_on(ClosedBars.empty(), 0.0, last_ms + MINUTE_MS)
    assert len(stage.longer["5min"].seen) == 1
    done = [each.through_ms for each in stage.road.items]
    assert done == [last_ms - MINUTE_MS, last_ms - MINUTE_MS, last_ms]


def test_longer_bars_are_evaluated_after_the_minutes_that_close_them(stage: Stage) -> None:
    stage.longer = {name: Engine() for name in ("5min", "15min", "1hour", "daily")}
    stage.engine.finds = [signal(1, bar_time_ms=T0 + 4 * MINUTE_MS)]
    stage.longer["15min"].finds = [signal(3, timeframe="15min")]
    stage.longer["5min"].finds = [signal(2, timeframe="5min")]
    seen: list[Evaluated] = []

    def combine(parts: Any) -> Any:
        seen.extend(parts)
        return [(signal(4, tier="combo"), "live")]

    closing = stage.closing(combine=combine)
    minutes = [(row, T0 + n * MINUTE_MS, 10.0 + n) for n in range(15) for row in (0, 1)]
    closing.pass_on(closed(*minutes), 0.0, T0 + 15 * MINUTE_MS)
    loads = [
        ([uuid.UUID(one.flow_id).int for one, _ in load.found], load.through_ms)
        for load in stage.road.items
    ]
    through_ms = T0 + 14 * MINUTE_MS
    assert loads == [([1], None), ([2], None), ([3], None), ([4], through_ms)]
    assert [part.timeframe for part in seen] == ["1min", "5min"] * 3 + ["15min"]
    stored = [(close.timeframe, len(close.bars)) for close in stage.writer.items]
    assert stored == [("1min", 30), *[("5min", 2)] * 3, ("15min", 2)]
    told = [json.loads(body) for body in stage.channels.on(BARS_STREAMING)]
    assert [each["timeframe"] for each in told] == ["1min"] * 15 + ["5min"] * 3 + ["15min"]
    assert (stage.counters.bars, stage.counters.patterns) == (30, 4)


def test_a_longer_bar_closes_though_no_minute_came_with_its_end(stage: Stage) -> None:
    stage.longer = {"5min": Engine()}
    closing = stage.closing()
    closing.pass_on(closed((0, T0, 10.0)), 0.0, T0 + MINUTE_MS)
    assert stage.longer["5min"].seen == []
    closing.pass_on(ClosedBars.empty(), 0.0, T0 + 5 * MINUTE_MS)
    assert [bars.start_ms.tolist() for bars in stage.longer["5min"].seen] == [[T0]]
    assert [item.through_ms for item in stage.road.items] == [T0, T0]


def test_what_closed_before_a_first_start_alerts_on_no_timeframe(stage: Stage) -> None:
    stage.longer = {"5min": Engine()}
    closing = stage.closing()
    closing.begin(0, T0 + 5 * MINUTE_MS)
    for n, pattern in enumerate(("Hammer", "Volume_Spike")):
        start_ms = T0 + 5 * n * MINUTE_MS
        facts = {"timeframe": "5min", "bar_time_ms": start_ms, "pattern": pattern}
        stage.longer["5min"].finds = [signal(n, **facts)]
        closing.pass_on(closed((0, start_ms, 10.0)), 0.0, start_ms + 5 * MINUTE_MS)
    assert [uuid.UUID(found.flow_id).int for found, _ in stage.road.found] == [1]


def test_bars_that_changed_while_nobody_watched_are_evaluated_first(stage: Stage) -> None:
    stage.longer = {"5min": Engine()}
    closing = stage.closing()
    changed = {"5min": closed((0, T0, 10.0), revision=3)}
    closing.catch_up(ClosedBars.empty(), 0.0, T0 + 10 * MINUTE_MS, changed)
    assert [bars.revision.tolist() for bars in stage.longer["5min"].seen] == [[3]]
    assert [close.timeframe for close in stage.writer.items] == ["5min"]


def developing(last: float = 10.0, at_ms: int = T0, **changes: Any) -> Developing:
    n = len(SYMBOLS)
    facts = {
        "last": np.full(n, last),
        "last_ms": np.full(n, at_ms),
        "day_open": np.full(n, 8.0),
        "day_volume": np.full(n, 100.0),
        "previous_close": np.full(n, math.nan),
    }
    return Developing(**(facts | changes))


def states_of(board: QuoteBoard, quotes: Developing, now_ms: int = T0, **options: Any) -> list[str]:
    given = {"feed_last_ms": now_ms, "open_ms": 0} | options
    return [STATE_NAMES[state] for state in board.states(quotes, now_ms, **given)]


def test_only_what_moved_is_told() -> None:
    board, quotes = QuoteBoard(SYMBOLS), developing()
    states = board.states(quotes, T0, T0, open_ms=0)
    first = board.changed(quotes, states)
    assert first is not None
    assert first.symbols == list(SYMBOLS)
    assert first.change_percent == [25.0] * 3
    assert board.changed(quotes, states) is None
    moved = developing(last=10.0)
    moved.last[1] = 12.0
    second = board.changed(moved, states)
    assert second is not None
    assert (second.symbols, second.price, second.change_percent) == (["KO"], [12.0], [50.0])


def test_a_symbol_without_a_price_is_not_told() -> None:
    board, quotes = QuoteBoard(SYMBOLS), developing(last=math.nan)
    assert board.changed(quotes, board.states(quotes, T0, T0, open_ms=0)) is None


def test_change_is_against_the_previous_close_where_that_is_known() -> None:
    board = QuoteBoard(SYMBOLS)
    quotes = developing(previous_close=np.array([5.0, math.nan, 0.0]))
    told = board.changed(quotes, board.states(quotes, T0, T0, open_ms=0))
    assert told is not None
    assert told.change_percent == [100.0, 25.0, 0.0]


def test_minutes_that_could_not_be_fetched_are_a_gap_until_they_are() -> None:
    board = QuoteBoard(SYMBOLS)
    board.gaps({"KO": 2})
    assert states_of(board, developing()) == ["live", "gap", "live"]
    board.gaps({})
    assert states_of(board, developing()) == ["live"] * 3


def test_a_mute_feed_is_stale_while_the_market_is_open() -> None:
    board, quotes = QuoteBoard(SYMBOLS), developing()
    assert states_of(board, quotes, T0 + 30_000, feed_last_ms=T0) == ["stale"] * 3
    assert states_of(board, quotes, T0 + 30_000, feed_last_ms=T0, open_ms=None) == ["live"] * 3


def test_a_feed_of_minutes_is_mute_when_a_minute_does_not_come() -> None:
    board, quotes = QuoteBoard(SYMBOLS, cadence_ms=MINUTE_MS), developing()
    assert states_of(board, quotes, T0 + 62_000, feed_last_ms=T0) == ["live"] * 3
    assert states_of(board, quotes, T0 + 90_000, feed_last_ms=T0) == ["stale"] * 3


def test_the_newest_bar_tells_the_quality_not_an_old_one_that_came_again() -> None:
    board = QuoteBoard(SYMBOLS)
    board.closed(closed((0, T0 + MINUTE_MS, 1.0), quality=QUALITY_LIVE))
    board.closed(closed((0, T0, 1.0), quality=QUALITY_BACKFILLED))
    assert states_of(board, developing()) == ["live"] * 3
    board.closed(closed((0, T0 + MINUTE_MS, 1.0), quality=QUALITY_BACKFILLED))
    assert states_of(board, developing())[0] == "backfilled"
    board.closed(closed((0, T0 + 2 * MINUTE_MS, 1.0), quality=QUALITY_PARTIAL))
    assert states_of(board, developing())[0] == "partial"


def a_lively_hour(board: QuoteBoard, until_ms: int) -> None:
    """Close a bar of each of the 60 minutes up to `until_ms` for every symbol."""
    for ago in range(59, -1, -1):
        start_ms = until_ms - ago * MINUTE_MS
        board.closed(closed(*((row, start_ms, 10.0) for row in range(len(SYMBOLS)))))


def test_a_liquid_symbol_that_falls_silent_is_shown_as_halted() -> None:
    board = QuoteBoard(SYMBOLS)
    a_lively_hour(board, T0)
    quotes = developing(at_ms=T0 + 59_000)
    quotes.last_ms[1] = T0 + 290_000
    assert states_of(board, quotes, T0 + 300_000)[0] == "quiet"
    assert states_of(board, quotes, T0 + 359_000) == ["halted", "quiet", "halted"]
    mute = states_of(board, quotes, T0 + 359_000, feed_last_ms=T0 + 100_000)
    assert mute == ["stale"] * 3


def test_the_word_of_the_exchange_is_shown_at_once_and_until_it_is_taken_back() -> None:
    board, quotes = QuoteBoard(SYMBOLS), developing(at_ms=T0)
    one = np.array([1], np.int32)
    board.halts.told(HaltBatch(one, np.array([T0]), np.array([True]), 0.0))
    assert states_of(board, quotes, T0 + 1_000) == ["live", "halted", "live"]
    board.halts.told(HaltBatch(one, np.array([T0 + 400_000]), np.array([False]), 0.0))
    assert states_of(board, quotes, T0 + 1_000) == ["live"] * 3
