"""Health says what is wrong, in words, and the beats notice what is away or broken."""

import asyncio
import json
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest
from prometheus_client import CollectorRegistry, generate_latest

from contracts.names import HEALTH_STATUS, QUOTES_SNAPSHOT, STREAMING_HEALTH
from pl.market.batches import UInt8
from pl.signals.entries import Entries
from pl.signals.table import EngineUpdate, IndicatorTable
from pl.store.closes import CloseStore
from pl.store.spool import Spool as DiskSpool
from pl.store.spooled_closes import SpooledCloses as ClosesOnDisk
from pl.streaming.beats import Beats
from pl.streaming.choice import HELD
from pl.streaming.counters import REASONS
from pl.streaming.flows import Flows
from pl.streaming.road import Road
from pl.streaming.vitals import Vitals
from pl.streaming.writer import Writer
from service.errors import Unavailable
from tests.pl.streaming.fakes import (
    SYMBOLS,
    T0,
    Bars,
    Database,
    Patterns,
    Redis,
    Spool,
    SpooledCloses,
    load,
    publication,
    signal,
    trades,
)
from tests.pl.streaming.loop_stage import Stage


class Voice:
    """A TelemetryPublisher's problem."""

    problem = ""


class FlowLog:
    """Remember what was logged; away when told so."""

    def __init__(self, database: Database) -> None:
        self.database = database

    def started(self, at: float, **details: Any) -> None:
        self.database.take("started", at, details)

    def stopped(self, at: float, **details: Any) -> None:
        self.database.take("stopped", at, details)

    def alive(self, at: float, **details: Any) -> None:
        self.database.take("alive", at, details)


class Heart:
    def __init__(self) -> None:
        self.away = False
        self.beats: list[float] = []

    def beat(self, now: float) -> None:
        if self.away:
            raise Unavailable("Redis", "away")
        self.beats.append(now)


class Whole:
    """A loop with its vitals and beats over memory."""

    def __init__(self) -> None:
        self.stage = Stage()
        self.database, self.redis = Database(), Redis()
        self.spool = Spool(self.database)
        self.voice = Voice()
        self.heart = Heart()
        self.houses: list[float] = []
        patterns: Any = Patterns(self.database)
        spool: Any = self.spool
        store: Any = Bars(self.database)
        voice: Any = self.voice
        heart: Any = self.heart
        flow_log: Any = FlowLog(self.database)
        self.road = Road("p", patterns, spool, publication(self.redis), Flows(), 1, lambda _: 0.0)
        self.closes = SpooledCloses(self.database)
        self.rows = CloseStore(store, store)
        closes: Any = self.closes
        self.writer = Writer(SYMBOLS, self.rows, closes)
        loop = self.stage.loop
        self.vitals = Vitals(loop, self.road, self.writer, (voice,), "massive", "simulated")
        self.errors_written = 0
        self.beats = Beats(
            loop=loop,
            board=loop.closing.board,
            vitals=self.vitals,
            heartbeat=heart,
            flow_log=flow_log,
            keep_house=self._keep,
            write_errors=self._write_errors,
            clock=self.stage.clock,
        )

    def _write_errors(self) -> None:
        self.errors_written += 1

    def _keep(self, now: float) -> list[str]:
        self.houses.append(now)
        return []

    def states(self) -> UInt8:
        return self.beats._states()

    def part(self, name: str) -> tuple[str, str]:
        part = self.vitals.parts()[name]
        return part.status, part.detail

    def counted(self, name: str) -> float | None:
        registry = CollectorRegistry()
        self.vitals.register(registry)
        return registry.get_sample_value(name)


@pytest.fixture
def whole() -> Whole:
    return Whole()


def test_before_the_first_connection_the_feed_is_degraded(whole: Whole) -> None:
    assert whole.part("feed") == ("degraded", "massive: not connected, 0 events, dropped 0")


def test_a_running_feed_names_what_it_dropped(whole: Whole) -> None:
    whole.stage.notice("subscribed", 0)
    whole.stage.trade(1)
    whole.stage.notice("malformed", 2, "not JSON", 3)
    whole.stage.counters.dropped["duplicate"] = 5
    assert whole.part("feed") == (
        "healthy",
        "massive: 2 events, dropped 8 (5 duplicate, 3 not JSON)",
    )


def test_a_refused_key_is_unhealthy(whole: Whole) -> None:
    whole.stage.notice("refused", 0, "auth_failed")
    assert whole.part("feed") == ("unhealthy", "refused: auth_failed")
    assert whole.vitals.streaming_health(T0 / 1000, whole.states()).status == "critical"


def test_a_replay_at_its_end_is_healthy() -> None:
    whole = Whole()
    whole.stage.loop.live = False
    whole.stage.loop.ended = True
    assert whole.part("feed") == ("healthy", "massive: at its end, 0 events, dropped 0")


def test_a_replay_that_was_played_before_says_so(whole: Whole) -> None:
    whole.stage.notice("end", 1, "nothing is left to play", count=0)
    assert whole.part("feed") == ("healthy", "massive: at its end, nothing is left to play")
    assert whole.stage.codes == ["REPLAY_PLAYED"]
    assert whole.stage.errors[0].severity == "info"


def test_symbols_outside_the_universe_are_counted_and_named(whole: Whole) -> None:
    whole.stage.notice("subscribed", 0)
    whole.stage.notice("foreign", 0, "XYZ, ABC", count=7)
    assert whole.part("feed")[1] == "massive: 0 events, dropped 7 (7 not in the universe)"
    assert [e.message for e in whole.stage.errors] == ["not in the universe: XYZ, ABC"]


@pytest.mark.parametrize("live", [True, False])
def test_a_replay_has_no_lag(whole: Whole, live: bool) -> None:
    registry = CollectorRegistry()
    whole.vitals.register(registry)
    whole.stage.loop.live = live
    whole.stage.clock.now += 3_600
    late = T0 / 1000 + 3_600
    whole.stage.loop.take(trades((0, T0, 10.0), (0, T0 + 1, 10.0), received_at=late))
    assert ("tickstock_feed_lag_ms" in generate_latest(registry).decode()) is live
    flow = whole.vitals.streaming_health(late, whole.states()).data_flow
    assert flow.processing_lag_ms == (3_599_999.0 if live else 0.0)


def test_while_postgresql_is_away_it_says_how_much_waits(whole: Whole) -> None:
    whole.database.away = True
    whole.road.submit(load(signal(1)))
    whole.road.start()
    whole.road.stop(10)
    assert whole.part("postgresql") == ("degraded", "away, 1 writes wait: away")
    assert whole.vitals.away() == {"POSTGRESQL_AWAY": "away"}


def test_what_waits_on_disk_is_told_until_it_is_stored(whole: Whole) -> None:
    whole.closes.records.append(("bars", "of a minute"))
    assert whole.part("postgresql") == ("degraded", "answers again, 1 writes wait")
    whole.closes.drain()
    assert whole.part("postgresql") == ("healthy", "answers")


async def test_a_refused_row_is_told_with_its_values(whole: Whole) -> None:
    whole.rows.refuse("bar of KO at 10:00 close=1e+300", "out of range")
    told = "bar of KO at 10:00 close=1e+300: out of range"
    assert whole.part("postgresql") == ("degraded", f"refused 1 rows, the last: {told}")
    for _ in range(3):
        await whole.beats.look_after()
    assert [(e.error_code, e.message, e.context) for e in whole.stage.errors] == [
        ("ROW_REFUSED", told, {"count": 1})
    ]


async def test_an_event_that_postgresql_refuses_after_an_outage_is_told(whole: Whole) -> None:
    whole.spool.refused, whole.spool.last_refused = 1, "spooled event 7: out of range"
    assert whole.part("postgresql") == (
        "degraded",
        "refused 1 waiting events, the last: spooled event 7: out of range",
    )
    for _ in range(3):
        await whole.beats.look_after()
    assert [(e.error_code, e.message, e.context) for e in whole.stage.errors] == [
        ("EVENT_REFUSED", "spooled event 7: out of range", {"count": 1})
    ]


def test_while_redis_is_away_it_says_how_many_events_wait(whole: Whole) -> None:
    whole.redis.away = True
    whole.road.submit(load(signal(1), signal(2)))
    whole.road.start()
    whole.road.stop(10)
    assert whole.part("redis") == ("degraded", "away, 2 events wait: away")
    whole.redis.away = False
    whole.road.publication.flush()
    whole.voice.problem = "refused"
    assert whole.part("redis") == ("degraded", "away, 0 events wait: refused")


def test_history_that_cannot_be_had_is_named(whole: Whole) -> None:
    assert whole.part("history") == ("healthy", "0 gaps wait for their bars")
    whole.stage.repair.refused = {"KO": "no history in this plan", "SPY": "no history"}
    assert whole.part("history") == (
        "degraded",
        "KO refused: no history in this plan and 1 more",
    )
    whole.stage.repair.failing = "Massive: 503"
    assert whole.part("history") == ("degraded", "Massive: 503")


def test_what_the_evaluation_left_out_is_named_and_counted_by_reason(whole: Whole) -> None:
    assert whole.part("signals") == ("healthy", "0 events, held back 0, left out 0")
    split_up = EngineUpdate(Entries.empty(), IndicatorTable.empty(), {"restated": 2, "stale": 1})
    closing = whole.stage.loop.closing
    closing.minute.take = lambda _: split_up
    whole.stage.trade(1)
    whole.stage.wait_until(63)
    assert whole.part("signals")[1].endswith("left out 4 (2 restated, 1 stale, 1 one_tick)")
    registry = CollectorRegistry()
    whole.vitals.register(registry)
    for reason, n in (("restated", 2), ("stale", 1), ("one_tick", 1), ("storm", None)):
        labels = {"reason": reason}
        assert registry.get_sample_value("tickstock_signals_refused_total", labels) == n


def test_what_is_held_back_is_named_and_counted_by_reason(whole: Whole) -> None:
    at = whole.stage.loop.closing.minute
    weak = signal(confidence=0.01, bar_time_ms=T0, symbol=SYMBOLS[0])
    found = Entries.of([weak, weak], {SYMBOLS[0]: 0})
    at.take = lambda _: EngineUpdate(found, IndicatorTable.empty())
    whole.stage.trade(1)
    whole.stage.wait_until(63)
    assert "held back 2 (2 confidence)" in whole.part("signals")[1]
    registry = CollectorRegistry()
    whole.vitals.register(registry)
    for reason, n in {**dict.fromkeys(HELD, 0), "confidence": 2}.items():
        labels = {"reason": reason}
        assert registry.get_sample_value("tickstock_patterns_held_back_total", labels) == n


def test_nothing_is_counted_under_two_names() -> None:
    assert not REASONS.keys() & HELD.keys()


def test_the_reference_says_what_each_reason_counts() -> None:
    page = Path(__file__).parents[3] / "docs" / "reference" / "streaming-health.md"
    rows = {f"| `{reason}` | {text} |" for reason, text in (REASONS | HELD).items()}
    assert rows <= set(page.read_text().splitlines())


def test_the_report_has_rates_states_and_issues(whole: Whole) -> None:
    whole.stage.notice("subscribed", 0)
    whole.stage.trade(1)
    whole.vitals.streaming_health(whole.stage.clock.now, whole.states())
    for second in range(2, 12):
        whole.stage.trade(second)
    whole.stage.notice("malformed", 11, "not JSON")
    health = whole.vitals.streaming_health(T0 / 1000 + 11, whole.states())
    assert health.status == "healthy"
    assert health.data_flow.ticks_per_second == 2.0
    assert (health.connection.active, health.connection.reconnections) == (1, 0)
    assert health.dropped == {"not JSON": 1}
    assert health.issues == ["MALFORMED_DATA: dropped: not JSON"]
    assert health.symbol_states == {"live": 1, "quiet": 2}
    assert (health.market, health.feed, health.active_symbols) == ("simulated", "massive", 3)
    assert health.resources.memory_mb > 0


def test_symbols_of_a_mute_feed_are_stale(whole: Whole) -> None:
    whole.stage.notice("subscribed", 0)
    whole.stage.trade(1)
    whole.stage.wait_until(30)
    health = whole.vitals.streaming_health(T0 / 1000 + 30, whole.states())
    assert (health.stale_symbols.count, health.stale_symbols.symbols) == (3, list(SYMBOLS))


def test_prometheus_reads_the_counters(whole: Whole) -> None:
    registry = CollectorRegistry()
    whole.vitals.register(registry)
    whole.stage.counters.ticks = 12
    whole.stage.counters.dropped["future"] = 2
    text = generate_latest(registry).decode()
    assert "tickstock_events_total 12.0" in text
    assert 'tickstock_dropped_total{cause="future"} 2.0' in text


def test_what_found_no_room_is_told_wherever_what_was_dropped_is(whole: Whole) -> None:
    registry = CollectorRegistry()
    whole.vitals.register(registry)
    whole.stage.loop.inbox.dropped = 7
    text = generate_latest(registry).decode()
    assert 'tickstock_dropped_total{cause="overflow"} 7.0' in text
    health = whole.vitals.streaming_health(whole.stage.clock.now, whole.states())
    assert health.dropped == {"overflow": 7}


def test_writes_that_were_damaged_on_disk_are_told(whole: Whole, tmp_path: Path) -> None:
    with closing(DiskSpool(tmp_path)) as spool:
        for body in (b"first", b"second", b"third"):
            spool.append(body)
    (records,) = tmp_path.glob("*.spool")
    records.write_bytes(records.read_bytes().replace(b"second", b"sXcond"))
    with closing(DiskSpool(tmp_path)) as spool:
        whole.writer.spool = ClosesOnDisk(spool, whole.rows)
        spool.drain(lambda _: None)
        assert whole.part("postgresql") == (
            "degraded",
            "18 bytes that waited on disk are damaged, see damaged.bin",
        )
        assert whole.counted("tickstock_spool_damaged_bytes_total") == 18


def test_gaps_that_were_repaired_are_counted(whole: Whole) -> None:
    assert whole.counted("tickstock_gaps_repaired_total") == 0
    whole.stage.repair.repaired = 3
    assert whole.counted("tickstock_gaps_repaired_total") == 3
    whole.stage.loop.attention.repair = None
    assert whole.counted("tickstock_gaps_repaired_total") == 0


def test_minutes_that_came_too_late_for_longer_bars_are_counted(whole: Whole) -> None:
    folding = whole.stage.loop.closing.folding
    folding.from_ms = folding.sessions.session_of(T0).close_ms
    whole.stage.trade(1)
    whole.stage.wait_until(63)
    assert whole.counted("tickstock_minutes_not_folded_total") == 1


async def test_what_is_away_is_reported_once_a_minute(whole: Whole) -> None:
    whole.writer.database = "connection refused"
    for second in range(70):
        whole.stage.clock.now = T0 / 1000 + second
        await whole.beats.look_after()
    assert whole.stage.codes == ["POSTGRESQL_AWAY"] * 2
    assert whole.stage.errors[0].severity == "error"
    assert whole.stage.errors[1].context == {"count": 60}


async def test_what_was_counted_in_a_quiet_minute_is_told_after_it(whole: Whole) -> None:
    for _ in range(3):
        whole.stage.notice("malformed", 1, "not JSON", 2)
    whole.stage.clock.now = T0 / 1000 + 62
    await whole.beats.look_after()
    assert [report.context["count"] for report in whole.stage.errors] == [2, 4]


@pytest.mark.parametrize("part", ["road", "writer", "repair"])
async def test_a_broken_part_ends_streaming(whole: Whole, part: str) -> None:
    broken: Any = {"road": whole.road, "writer": whole.writer, "repair": whole.stage.repair}[part]
    broken.failure = "ZeroDivisionError: ours"
    with pytest.raises(RuntimeError, match="ours"):
        await whole.beats.look_after()


async def test_overdue_minutes_show_on_the_board(whole: Whole) -> None:
    whole.stage.notice("subscribed", 0)
    whole.stage.trade(1)
    whole.stage.repair.missing = lambda _: {"KO": 1}  # type: ignore[assignment, method-assign]
    await whole.beats.look_after()
    health = whole.vitals.streaming_health(T0 / 1000 + 1, whole.states())
    assert health.symbol_states["gap"] == 1


async def test_quotes_are_sent_when_they_changed(whole: Whole) -> None:
    await whole.beats.send_quotes()
    assert whole.stage.channels.on(QUOTES_SNAPSHOT) == []
    whole.stage.trade(1, price=12.5)
    await whole.beats.send_quotes()
    await whole.beats.send_quotes()
    (body,) = whole.stage.channels.on(QUOTES_SNAPSHOT)
    assert (json.loads(body)["symbols"], json.loads(body)["price"]) == (["AAPL"], [12.5])


async def test_quotes_let_alerts_go_first_but_not_for_ever(whole: Whole) -> None:
    whole.stage.trade(1, price=12.5)
    whole.road.telling_since = T0 / 1000
    await whole.beats.send_quotes()
    await whole.beats.send_quotes()
    assert whole.stage.channels.on(QUOTES_SNAPSHOT) == []
    await whole.beats.send_quotes()
    assert len(whole.stage.channels.on(QUOTES_SNAPSHOT)) == 1


async def test_health_is_sent_on_both_channels(whole: Whole) -> None:
    await whole.beats.send_health()
    (streaming,) = whole.stage.channels.on(STREAMING_HEALTH)
    (system,) = whole.stage.channels.on(HEALTH_STATUS)
    assert json.loads(streaming)["status"] == "warning"
    assert json.loads(system)["status"] == "degraded"


async def test_the_first_report_knows_the_session(whole: Whole) -> None:
    loop = asyncio.ensure_future(whole.stage.loop.run())
    await asyncio.ensure_future(whole.beats.send_due_health())
    loop.cancel()
    (body,) = whole.stage.channels.on(STREAMING_HEALTH)
    assert (json.loads(body)["market_open"], json.loads(body)["session_id"]) == (
        True,
        whole.stage.loop.session.session_id,
    )


async def test_the_rate_is_told_from_the_first_second(whole: Whole) -> None:
    whole.stage.notice("subscribed", 0)
    rates = []
    for second in range(4):
        whole.stage.clock.now = T0 / 1000 + second
        await whole.beats.send_due_health()
        said = json.loads(whole.stage.channels.on(STREAMING_HEALTH)[-1])
        rates.append(said["data_flow"]["ticks_per_second"])
        whole.stage.trade(second)
    assert rates == [0.0, 2.0, 2.0, 2.0]


async def test_later_health_is_sent_every_ten_seconds_and_when_it_changes(whole: Whole) -> None:
    whole.stage.notice("subscribed", 0)
    sent = []
    for second in range(60):
        whole.stage.clock.now = T0 / 1000 + second
        if second == 34:
            whole.writer.database = "away"
        before = len(whole.stage.channels.on(STREAMING_HEALTH))
        await whole.beats.send_due_health()
        if len(whole.stage.channels.on(STREAMING_HEALTH)) > before:
            sent.append(second)
    assert sent == [*range(11), 20, 30, 34, 44, 54]


async def test_bars_per_minute_are_those_of_the_last_minute(whole: Whole) -> None:
    told = []
    for second in range(0, 180, 10):
        if second % 60 == 0:
            whole.stage.counters.bars += 70 if second else 0
        late = second * 1.001
        health = whole.vitals.streaming_health(T0 / 1000 + late, whole.states())
        told.append(health.data_flow.bars_per_minute)
    assert told == [0.0] * 6 + [70.0] * 12


async def test_the_beats_survive_what_is_away(whole: Whole) -> None:
    whole.heart.away = whole.database.away = True
    await whole.beats.log_start()
    await whole.beats.beat()
    await whole.beats.log_alive()
    assert whole.errors_written == 1
    assert sorted(whole.stage.codes) == ["POSTGRESQL_AWAY", "REDIS_AWAY"]
    whole.heart.away = whole.database.away = False
    await whole.beats.beat()
    await whole.beats.log_alive()
    await whole.beats.log_stop()
    assert whole.heart.beats == [whole.stage.clock.now]
    assert [what[0] for what in whole.database.done] == ["alive", "stopped"]


async def test_retention_goes_by_the_feeds_time(whole: Whole) -> None:
    whole.stage.loop.feed_time._live = False
    await whole.beats.drop_expired()
    assert whole.houses == []
    whole.stage.trade(1)
    await whole.beats.drop_expired()
    assert whole.houses == [T0 / 1000 + 1.001]
