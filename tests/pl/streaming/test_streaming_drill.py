"""Whatever dies or misbehaves while ticks flow, every bar and every event is there once.

The simulated market and Streaming run as processes on a clock 24 times as fast as the wall's;
the bars that the market serves by REST are the witness.
"""

import json
import signal
import time
import urllib.request
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest

from contracts.names import ALERTS_CRITICAL, ERRORS
from launcher.ports import any_free
from pl.market.batches import UPDATES_VOLUME
from pl.market.sessions import DAY_MS, AlwaysOpenSessions
from pl.streaming.attention import LATE_MINUTES
from tests.pl.streaming import longer_bars
from tests.pl.streaming.fast import KEY, SYMBOLS, FastClock, market
from tests.pl.streaming.process import Process, System, until

pytestmark = pytest.mark.integration

SPEED = 24.0
MINUTE_MS = 60_000
SETTLED_MS = 160_000
"""The market's latest trades come two and a half minutes late."""

STALL_MS = 18_000
"""The market loses what it pauses through, before Streaming would call it mute (24 s)."""

STREAMING_LOCK = 0x73747265
SPOOLS = ("records.spool", "closes/records.spool")

Facts = dict[tuple[str, int], tuple[float, ...]]


class Drill:
    """The running system and its witness."""

    def __init__(self, system: System, simulator: Process, clock: FastClock) -> None:
        self.system = system
        self.simulator = simulator
        self.clock = clock
        self.since_ms = 0

    @property
    def market_url(self) -> str:
        return f"http://127.0.0.1:{self.simulator.settings['PL_SIMULATOR_PORT']}"

    def fault(self, **faults: Any) -> None:
        """Switch faults of the market."""
        body = json.dumps(faults).encode()
        request = urllib.request.Request(
            f"{self.market_url}/simulator/faults",
            body,
            {"Content-Type": "application/json"},
        )
        with urllib.request.urlopen(request, timeout=20) as answer:
            assert answer.status == 200

    def served(self, symbol: str, from_ms: int, to_ms: int) -> Facts:
        """The bars that the market serves by REST."""
        url = (
            f"{self.market_url}/v2/aggs/ticker/{symbol}/range/1/minute/{from_ms}/{to_ms - 1}"
            f"?adjusted=false&sort=asc&limit=50000&apiKey={KEY}"
        )
        with urllib.request.urlopen(url, timeout=20) as answer:
            rows = json.loads(answer.read()).get("results") or []
        names = ("o", "h", "l", "c", "v", "n")
        return {(symbol, row["t"]): tuple(float(row[name]) for name in names) for row in rows}

    def stored(self, from_ms: int, to_ms: int) -> Facts:
        rows = self.system.ask(
            'SELECT symbol, round(extract(epoch FROM "timestamp") * 1000)::bigint,'
            " open, high, low, close, volume, trade_count::float8 FROM ohlcv_1min"
            ' WHERE "timestamp" >= to_timestamp(%s) AND "timestamp" < to_timestamp(%s)',
            from_ms / 1000,
            to_ms / 1000,
        )
        return {(symbol, start_ms): tuple(facts) for symbol, start_ms, *facts in rows}

    def wait_until_connected(self) -> None:
        """Wait until trades come in."""
        until(
            lambda: self.system.streaming.part("feed")["status"] == "healthy",
            "the feed is connected",
        )

    @contextmanager
    def listening(self, channel: str) -> Iterator[Callable[[], list[dict[str, Any]]]]:
        """Hear a channel; the result returns what was said so far."""
        with self.system.redis() as client, client.pubsub() as ear:
            ear.subscribe(channel)
            ear.get_message(timeout=5)  # the subscription stands
            said: list[dict[str, Any]] = []

            def heard() -> list[dict[str, Any]]:
                while message := ear.get_message(timeout=0.05):
                    said.append(json.loads(message["data"]))
                return said

            yield heard

    def wait_minutes(self, n: float) -> None:
        """Let so many minutes of the market pass."""
        passed = self.clock.ms() + int(n * MINUTE_MS)
        until(lambda: self.clock.ms() > passed, "the clock runs", 120)

    def assert_whole(self) -> int:
        """Wait until the minutes so far have settled, then compare bars and events."""
        to_ms = self.clock.ms() // MINUTE_MS * MINUTE_MS
        until(lambda: self.clock.ms() > to_ms + SETTLED_MS, "the minutes settle", 120)
        want: Facts = {}
        for symbol in SYMBOLS:
            want |= self.served(symbol, self.since_ms, to_ms)

        def differing() -> dict[tuple[str, int], Any]:
            got = self.stored(self.since_ms, to_ms)
            return {
                (symbol, (start_ms - self.since_ms) // MINUTE_MS): (got.get(at), facts)
                for at, facts in want.items()
                if got.get(at) != facts
                for symbol, start_ms in (at,)
            } | dict.fromkeys(got.keys() - want.keys(), "too many")

        deadline = time.monotonic() + 180
        while (wrong := differing()) and time.monotonic() < deadline:
            time.sleep(0.1)
        assert not wrong, f"{len(wrong)} of {len(want)} bars differ (ours, theirs): {wrong}"
        self.assert_longer_bars(to_ms)
        until(lambda: self.published() == self.committed(), "all events are out")
        return self.system.assert_each_event_once()

    def assert_longer_bars(self, through_ms: int) -> None:
        """Wait until what is stored of longer bars is what today's minutes add up to."""
        open_ms = through_ms // DAY_MS * DAY_MS
        deadline = time.monotonic() + 120
        while (
            wrong := longer_bars.differing(self.system, AlwaysOpenSessions(), open_ms, through_ms)
        ) and time.monotonic() < deadline:
            time.sleep(0.2)
        assert not wrong, f"{len(wrong)} longer bars differ (ours, folded): {wrong}"

    def committed(self) -> int:
        return int(self.system.ask("SELECT coalesce(max(seq), 0) FROM pattern_events")[0][0])

    def published(self) -> int:
        return max((data["seq"] for data in self.system.stream()), default=0)


@pytest.fixture(scope="module")
def drill(
    kernels: None, module_database: Any, redis_server: Any, tmp_path_factory: Any
) -> Iterator[Drill]:
    """One system for all drills: what one leaves behind the next has to live with."""
    clock = FastClock(float(int(time.time())), SPEED)
    folder: Path = tmp_path_factory.mktemp("drill")
    port = any_free()
    simulator = Process(
        "simulator",
        {"PL_SIMULATOR_PORT": str(port)},
        folder / "simulator.log",
        ("tests.pl.streaming.fast", "simulator", str(clock.anchor), str(SPEED)),
    )
    system = System(
        module_database.url,
        redis_server.url,
        {
            "PL_MARKET": "simulated",
            "MASSIVE_API_KEY": KEY,
            "MASSIVE_URL": f"ws://127.0.0.1:{port}/stocks",
            "MASSIVE_REST_URL": f"http://127.0.0.1:{port}",
        },
        folder,
        ("tests.pl.streaming.fast", "streaming", str(clock.anchor), str(SPEED)),
    )
    system.prepare(*SYMBOLS)
    simulator.start()
    until(simulator.health, "the simulated market answers")
    running = Drill(system, simulator, clock)
    system.start()
    running.wait_until_connected()
    running.since_ms = clock.ms() // MINUTE_MS * MINUTE_MS - 10 * MINUTE_MS
    yield running
    for process in (system.streaming, simulator):
        process.end(signal.SIGKILL)


@pytest.fixture(autouse=True)
def up(drill: Drill) -> None:
    """Streaming runs when a test begins, whatever the one before did with it."""
    if not drill.system.streaming.is_running:
        drill.system.start()
        drill.wait_until_connected()


def test_bars_equal_those_that_the_market_serves(drill: Drill) -> None:
    drill.wait_minutes(5)
    assert drill.assert_whole() > 0


def test_whatever_the_feed_does_is_counted_told_and_made_good(drill: Drill) -> None:
    with drill.listening(ERRORS) as heard:
        for code in (1000, 1008, 1011):
            drill.fault(close_code=code)
            drill.wait_minutes(0.5)
            drill.wait_until_connected()
        drill.fault(malformed_frames=3, negative_trades=5, future_trades=5, duplicate_trades=20)
        drill.wait_minutes(1)
        drill.fault(mute_s=2.0)
        until(lambda: "FEED_MUTE" in {m["error_code"] for m in heard()}, "the silence is told")
        drill.wait_until_connected()
        drill.wait_minutes(1)
        causes = {"FEED_DISCONNECTED", "FEED_EVICTED", "FEED_MUTE", "MALFORMED_DATA"} | {
            f"REFUSED_{cause}" for cause in ("NON_POSITIVE", "FUTURE", "DUPLICATE")
        }
        until(lambda: causes <= {m["error_code"] for m in heard()}, f"told of {causes}")
    dropped = drill.system.streaming.dropped()
    assert dropped["non_positive"] >= 5
    assert dropped["future"] >= 5
    drill.assert_whole()
    logged = drill.system.ask("SELECT DISTINCT context->>'error_code' FROM error_logs")
    assert causes <= {code for (code,) in logged}


def arrivals_of_late_trades(from_ms: int, minutes: int) -> list[int]:
    """When trades come, from `from_ms` on, that belong to a minute before the running one."""
    made = market()
    first = from_ms // MINUTE_MS * MINUTE_MS
    found = []
    for start_ms in range(first, first + minutes * MINUTE_MS, MINUTE_MS):
        for symbol in SYMBOLS:
            trades = made.trades(symbol, start_ms)
            counted = trades.rule & UPDATES_VOLUME > 0
            late = trades.arrives_ms - STALL_MS > start_ms + MINUTE_MS
            found += trades.arrives_ms[counted & late].tolist()
    return sorted(at for at in found if at > from_ms)


def test_a_market_that_stands_still_while_late_trades_come(drill: Drill) -> None:
    simulator = drill.simulator.running
    assert simulator is not None
    for _ in range(3):
        soon = drill.clock.ms() + MINUTE_MS
        stall_ms = arrivals_of_late_trades(soon, 20)[0] - STALL_MS // 2
        until(lambda at=stall_ms: drill.clock.ms() >= at, "a late trade is about to come")
        simulator.send_signal(signal.SIGSTOP)
        until(lambda at=stall_ms + STALL_MS: drill.clock.ms() >= at, "the trade was missed")
        simulator.send_signal(signal.SIGCONT)
    drill.assert_whole()


def test_streaming_killed_before_it_could_fetch_what_a_silence_swallowed(drill: Drill) -> None:
    simulator = drill.simulator.running
    assert simulator is not None
    until(lambda: drill.clock.ms() % MINUTE_MS > MINUTE_MS // 2, "a minute is half over")
    silent_ms = drill.clock.ms()
    simulator.send_signal(signal.SIGSTOP)
    until(lambda: drill.clock.ms() >= silent_ms + STALL_MS, "trades were missed")
    simulator.send_signal(signal.SIGCONT)
    drill.fault(rest_failures=1_000_000)
    drill.wait_minutes(LATE_MINUTES + 3)
    drill.system.streaming.end(signal.SIGKILL)
    drill.fault(rest_failures=0)
    drill.system.start()
    drill.wait_until_connected()
    drill.assert_whole()


def test_postgresql_killed_for_some_minutes(drill: Drill, postgres: Any) -> None:
    postgres.kill()
    until(
        lambda: drill.system.streaming.part("postgresql")["status"] == "degraded",
        "/health names PostgreSQL",
    )
    drill.wait_minutes(3)
    postgres.start()
    until(
        lambda: drill.system.streaming.part("postgresql")["status"] == "healthy",
        "PostgreSQL is back",
    )
    until(
        lambda: drill.system.ask(
            "SELECT FROM pg_locks WHERE locktype = 'advisory' AND objid = %s"
            " AND database = (SELECT oid FROM pg_database WHERE datname = current_database())",
            STREAMING_LOCK,
        ),
        "Streaming has claimed the database again",
    )
    drill.assert_whole()


def test_redis_killed_for_some_minutes(drill: Drill, redis_server: Any) -> None:
    redis_server.kill()
    until(
        lambda: drill.system.streaming.part("redis")["status"] == "degraded",
        "/health names Redis",
    )
    drill.wait_minutes(3)
    redis_server.start()
    until(lambda: drill.system.streaming.part("redis")["status"] == "healthy", "Redis is back")
    drill.assert_whole()


def test_streaming_killed_at_any_moment(drill: Drill) -> None:
    for minutes in (0.97, 1.3):
        drill.wait_minutes(minutes)
        drill.system.streaming.end(signal.SIGKILL)
        drill.system.start()
    drill.wait_until_connected()
    drill.wait_minutes(1)
    drill.assert_whole()


def test_streaming_killed_between_commit_and_publish(drill: Drill, redis_server: Any) -> None:
    redis_server.kill()
    committed = drill.committed()
    until(lambda: drill.committed() > committed, "something is committed, not published", 90)
    drill.system.streaming.end(signal.SIGKILL)
    redis_server.start()
    drill.system.start()
    drill.wait_until_connected()
    drill.assert_whole()


def test_streaming_killed_while_postgresql_is_away(drill: Drill, postgres: Any) -> None:
    spooled = drill.system.folder / "spool" / "simulated"
    postgres.kill()
    until(
        lambda: all((spooled / name).stat().st_size for name in SPOOLS),
        "events and bars are spooled",
        90,
    )
    drill.system.streaming.end(signal.SIGKILL)
    postgres.start()
    drill.system.start()
    drill.wait_until_connected()
    drill.assert_whole()


def test_a_flushed_redis_is_told_only_what_is_new(drill: Drill) -> None:
    before = drill.published()  # what is committed and not yet out may come after the flush
    with drill.system.redis() as client:
        client.flushall()
    after = drill.committed()
    until(lambda: drill.committed() > after, "something new happens", 90)
    until(lambda: drill.published() == drill.committed(), "all events are out")
    seqs = [data["seq"] for data in drill.system.stream()]
    assert before < seqs[0] <= after + 1
    assert seqs == list(range(seqs[0], seqs[0] + len(seqs)))


def test_a_stop_is_logged(drill: Drill) -> None:
    assert drill.system.streaming.end() == 0
    checkpoints = drill.system.ask(
        "SELECT checkpoint, count(*) FROM integration_events"
        " WHERE event_type IN ('lifecycle', 'heartbeat') GROUP BY 1 ORDER BY 1"
    )
    assert [name for name, _ in checkpoints] == [
        "PRODUCER_ALIVE",
        "PRODUCER_STARTED",
        "PRODUCER_STOPPED",
    ]


def test_a_refused_key_ends_streaming_with_a_critical_alert(drill: Drill) -> None:
    assert drill.system.streaming.end() == 0
    drill.fault(refuse_auth=True)
    try:
        with drill.listening(ALERTS_CRITICAL) as heard:
            drill.system.streaming.start()
            assert drill.system.streaming.running is not None
            assert drill.system.streaming.running.wait(60) == 78
            until(heard, "the alert is heard")
            assert [message["type"] for message in heard()] == ["feed_refused"]
    finally:
        drill.fault(refuse_auth=False)
    assert "feed" in drill.system.streaming.log.read_text().splitlines()[-1]
