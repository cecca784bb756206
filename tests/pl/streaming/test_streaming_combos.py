"""A combo that the bars of the running service trigger is stored and published as one."""

import json
from collections.abc import Iterator
from contextlib import closing
from typing import Any

import numpy as np
import pytest
import redis

from contracts import names
from pl.bus.connection import connect
from pl.bus.events import EventPublisher
from pl.market.batches import MINUTE_MS, QUALITY_BACKFILLED, ClosedBars
from pl.market.columns import concatenated
from pl.market.folding import Folding
from pl.market.sessions import DAY_MS, AlwaysOpenSessions
from pl.market.timeframes import TIMEFRAMES
from pl.store.connection import Database
from pl.store.patterns import PatternStore
from pl.store.standing import Standing
from pl.streaming.announcer import Announcer
from pl.streaming.closing import Closing
from pl.streaming.combos import ComboDesk, join_combos
from pl.streaming.counters import Counters
from pl.streaming.expiry import Expiry
from pl.streaming.flows import Flows
from pl.streaming.frames import build_frame
from pl.streaming.publication import Publication
from pl.streaming.quotes import QuoteBoard
from pl.streaming.road import Road
from pl.streaming.told import Told
from tests.pl.streaming.fakes import SYMBOLS, T0, Channels, Clock, Collected, Spool
from tests.pl.streaming.fakes import Database as NoDatabase

TODAY = T0 - T0 % DAY_MS
OLD_HIGH = 101.0
N_DAYS = 40


def bars(
    row: int, start_ms: list[int], close: list[float], top: float, volume: float = 1_000.0
) -> ClosedBars:
    """Bars that open where the one before closed; `top` lies above both."""
    n = len(close)
    last = np.array(close)
    opened = np.concatenate([last[:1], last[:-1]])
    return ClosedBars(
        row=np.full(n, row, np.int32),
        start_ms=np.array(start_ms, np.int64),
        open=opened,
        high=np.maximum(opened, last) + top,
        low=np.minimum(opened, last) - top,
        close=last,
        volume=np.full(n, volume),
        vwap=last,
        trade_count=np.ones(n, np.int32),
        revision=np.zeros(n, np.int32),
        quality=np.zeros(n, np.uint8),
    )


def days_before() -> ClosedBars:
    """Days at 100 whose highest high, ten sessions ago, is OLD_HIGH."""
    days = bars(0, [TODAY - k * DAY_MS for k in range(N_DAYS, 0, -1)], [100.0] * N_DAYS, 0.5)
    days.high[-10] = OLD_HIGH
    return days


def minute(k: int, close: float, volume: float = 1_000.0) -> ClosedBars:
    return bars(0, [TODAY + k * MINUTE_MS], [close], 0.05, volume)


class Service:
    """A closing with frames of every timeframe, and the desk of the combos before them."""

    def __init__(self, road: Any) -> None:
        self.sessions = AlwaysOpenSessions()
        frames = {name: build_frame(name, SYMBOLS, self.sessions, 0) for name in TIMEFRAMES}
        self.counters = Counters()
        self.closing = Closing(
            minute=frames.pop("1min"),
            longer=frames,
            folding=Folding(self.sessions, len(SYMBOLS)),
            road=road,
            writer=Collected(),
            announcer=Announcer(Channels().publish, SYMBOLS, 0),
            board=QuoteBoard(SYMBOLS),
            counters=self.counters,
            order_repair=None,
            clock=Clock(),
            last_start_ms=np.zeros(len(SYMBOLS), np.int64),
        )
        self.closing.longer["daily"].warm({0: days_before()})

    def joined(self) -> ComboDesk:
        return join_combos(self.closing, self.sessions)

    def calm(self, n_minutes: int = 60) -> None:
        """Let minutes pass at 100, the last of which did not end a longer bar."""
        for k in range(n_minutes):
            self.close(minute(k, 100.0 + 0.01 * (k % 2)))

    def close(self, closed: ClosedBars) -> None:
        self.closing.pass_on(closed, T0 / 1000, int(closed.start_ms[-1]) + MINUTE_MS)


def combos(road: Collected) -> list[tuple[str, str, str, str]]:
    return [
        (signal.pattern, signal.timeframe, signal.life, quality)
        for signal, quality in road.found
        if signal.tier == "combo"
    ]


def test_a_close_beyond_the_level_of_completed_days_is_told_once_on_each_timeframe() -> None:
    road = Collected()
    service = Service(road)
    service.joined()
    service.calm(120)
    assert combos(road) == []
    for k in range(120, 125):
        service.close(minute(k, 101.5, 9_000.0))
    level = ("Break_Of_20_Day_High", "1min", "confirmed", "live")
    assert combos(road)[0] in {level, ("Break_Of_Prior_Day_High", *level[1:])}
    assert combos(road).count(level) == 1
    assert combos(road).count(("Break_Of_20_Day_High", "5min", "confirmed", "live")) == 1


def test_a_revision_takes_the_combo_back() -> None:
    road = Collected()
    service = Service(road)
    service.joined()
    service.calm()
    service.close(minute(60, 101.5, 9_000.0))
    told = [name for name, *_ in combos(road)]
    assert "Break_Of_20_Day_High" in told
    again = minute(60, 100.0, 9_000.0)
    again.revision[:], again.quality[:] = 1, QUALITY_BACKFILLED
    service.close(again)
    taken_back = [one for one in combos(road) if one[2] == "retracted"]
    assert [name for name, *_ in taken_back] == told
    assert all(quality == "backfilled" for *_, quality in taken_back)


def test_the_alerts_of_bars_are_on_their_way_before_their_combos_are_judged() -> None:
    judged_by_then: list[tuple[set[str], int]] = []

    class Watching(Collected):
        def submit(self, item: Any) -> None:
            super().submit(item)
            kinds = {signal.tier for signal, _ in item.found}
            judged_by_then.append((kinds, desk.counts.total()))

    service = Service(Watching())
    desk = service.joined()
    service.calm(64)
    assert desk.counts.total() == 0
    judged_by_then.clear()
    service.close(minute(64, 101.5, 9_000.0))
    kinds = [kind for kind, _ in judged_by_then]
    assert kinds[0] == {"intraday"}
    assert kinds[-1] == {"combo"}
    assert [n > 0 for _, n in judged_by_then] == [False, *[True] * (len(kinds) - 1)]


def test_the_end_of_a_combo_that_was_told_is_told() -> None:
    road = Collected()
    service = Service(road)
    service.joined()
    service.calm()
    service.close(minute(60, 101.5, 9_000.0))
    told = next(s for s, _ in road.found if s.pattern == "Break_Of_20_Day_High")
    service.close(minute(61, 90.0))  # it opens there, behind the stop
    ends = [s for s, _ in road.found if s.flow_id == told.flow_id and s is not told]
    assert [(s.life, dict(s.before)) for s in ends] == [("failed", {"life": "confirmed"})]
    assert ends[0].after == {"life": "failed", "exit_price": 90.0, "bars": 1}
    assert service.counters.ended["failed"] >= 1


def test_a_told_combo_ends_after_a_restart_too() -> None:
    road = Collected()
    service = Service(road)
    service.joined()
    service.calm()
    service.close(minute(60, 101.5, 9_000.0))
    told = next(s for s, _ in road.found if s.pattern == "Break_Of_20_Day_High")
    again = Service(road)
    history = [minute(k, 100.0 + 0.01 * (k % 2)) for k in range(60)] + [minute(60, 101.5, 9_000.0)]
    again.closing.minute.warm({0: concatenated(history)})
    standing = Standing(
        str(told.flow_id),
        told.life,
        0,
        told.bar_time_ms,
        told.confidence,
        told.price,
        told.price_change,
        told.volume,
        told.timeframe,
        told.symbol,
        told.pattern,
        told.direction,
    )
    again.closing.minute.told = Told.of([standing], SYMBOLS, "1min")
    again.joined()
    road.found.clear()
    again.close(minute(61, 90.0))
    combos_told = [(s.pattern, s.life) for s, _ in road.found if s.tier == "combo"]
    assert ("Break_Of_20_Day_High", "failed") in combos_told


def test_the_end_of_a_combo_that_nobody_was_told_of_is_counted() -> None:
    road = Collected()
    service = Service(road)
    service.joined()
    service.calm()
    service.close(minute(60, OLD_HIGH + 0.01, 10.0))
    service.close(minute(61, 90.0))
    assert "Break_Of_20_Day_High" not in {name for name, *_ in combos(road)}
    assert service.counters.ended["failed"] >= 1


def test_the_running_day_sets_nothing_up() -> None:
    road = Collected()
    service = Service(road)
    service.joined()
    service.close(minute(0, 100.0))
    service.close(minute(1, 100.9, 9_000.0))
    for k in range(2, 60):
        service.close(minute(k, 100.0))
    assert "Break_Of_20_Day_High" not in {name for name, *_ in combos(road)}


def test_what_policy_holds_back_is_counted() -> None:
    road = Collected()
    service = Service(road)
    desk = service.joined()
    service.calm()
    service.close(minute(60, OLD_HIGH + 0.01, 10.0))
    assert "Break_Of_20_Day_High" not in {name for name, *_ in combos(road)}
    assert desk.counts["Break_Of_20_Day_High", "held_confidence"] == 1


@pytest.fixture
def client(redis_server: Any) -> Iterator[redis.Redis]:
    with closing(connect(redis_server.url, "test")) as client:
        client.flushall()
        yield client


@pytest.mark.integration
def test_a_combo_is_stored_and_published_as_the_contract_has_it(
    client: redis.Redis, database: Any
) -> None:
    listener = client.pubsub(ignore_subscribe_messages=True)
    listener.subscribe(names.EVENTS_PATTERNS, names.PATTERNS_STREAMING)
    listener.get_message(timeout=1)
    listener.get_message(timeout=1)
    with closing(Database(database.url, application="test")) as store:
        publication = Publication(EventPublisher(client, "streaming-test"), 0)
        spool: Any = Spool(NoDatabase())
        expiry = Expiry(AlwaysOpenSessions())
        road = Road(
            "streaming-test", PatternStore(store), spool, publication, Flows(), 1, expiry.at
        )
        road.start()
        service = Service(road)
        service.joined()
        service.calm()
        service.close(minute(60, 101.5, 9_000.0))
        road.stop(20)
        assert road.failure == ""
        stored = store.run(_rows)
    heard = [message for _ in range(40) if (message := listener.get_message(timeout=0.2))]
    listener.close()
    events = [
        json.loads(one["data"]) for one in heard if one["channel"] == b"tickstock.events.patterns"
    ]
    told = next(e["data"] for e in events if e["data"]["pattern"] == "Break_Of_20_Day_High")
    assert (told["tier"], told["source"], told["timeframe"]) == ("combo", "combo", "1min")
    assert told["reason"].startswith(
        "Closed at 101.50, for the first time this session above 101.00"
    )
    assert told["geometry"]["level"] == OLD_HIGH
    assert told["levels"]["entry"] == 101.5
    assert told["indicators"] == {"relative_volume": 9.0, "level": OLD_HIGH}
    assert told["expires_at"] == told["bar_time"] + 121 * 60
    announced = [
        json.loads(one["data"]) for one in heard if one["channel"] != b"tickstock.events.patterns"
    ]
    assert "Break_Of_20_Day_High" in {one["detection"]["pattern_type"] for one in announced}
    assert ("Break_Of_20_Day_High", "1min", told["flow_id"]) in stored


def _rows(cursor: Any) -> list[tuple[Any, ...]]:
    cursor.execute(
        "SELECT pattern, timeframe, flow_id::text FROM pattern_events WHERE tier = 'combo'"
    )
    return list(cursor.fetchall())
