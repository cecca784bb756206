"""The DataLoader as users run it: orders over Redis, history from REST, status in Redis."""

import json
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack, closing
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import msgspec
import pytest
import redis

from contracts.messages.jobs import JobProgress
from contracts.names import (
    ERRORS,
    JOB_CHANNEL_FIELD,
    JOB_FIELD,
    JOB_STATUS_PREFIX,
    JOBS_BACKTEST,
    JOBS_CANCEL,
    JOBS_CONTROL,
    JOBS_DATA_LOAD,
    MONITORING,
    STREAM_JOBS,
)
from pl.bus.connection import connect
from pl.store.connection import Database
from tests.pl.jobs.running import KEY, Running, ask, environment, finished, running, until

pytestmark = pytest.mark.integration

ENDED = {"completed", "completed_with_errors", "failed", "cancelled"}
DAY_S = 86_400


@pytest.fixture(scope="module")
def simulator(server_folder: Path) -> Iterator[Running]:
    with running("simulator", environment(MASSIVE_API_KEY=KEY), server_folder) as market:
        yield market


@pytest.fixture
def market(simulator: Running) -> Iterator[Running]:
    yield simulator
    ask(simulator.url + "/simulator/faults", "DELETE")


class Orders:
    """Speak to the loader as AppV2 and redis-cli do."""

    def __init__(self, client: redis.Redis) -> None:
        self.client = client
        self.pubsub = client.pubsub()
        self.pubsub.subscribe(MONITORING, ERRORS)
        self.heard: dict[str, list[Any]] = {MONITORING: [], ERRORS: []}

    def publish(self, channel: str = JOBS_DATA_LOAD, **job: object) -> None:
        self.client.publish(channel, json.dumps(job))

    def add(self, channel: str = JOBS_DATA_LOAD, **job: object) -> None:
        body = json.dumps(job)
        self.client.xadd(STREAM_JOBS, {JOB_CHANNEL_FIELD: channel, JOB_FIELD: body})
        self.client.publish(channel, body)

    def status(self, job_id: str) -> dict[str, Any]:
        raw = self.client.get(JOB_STATUS_PREFIX + job_id)
        return json.loads(raw) if raw else {"status": "", "progress": 0}

    def end_of(self, job_id: str, within_s: float = 120.0) -> dict[str, Any]:
        def ended() -> dict[str, Any] | None:
            status = self.status(job_id)
            return status if status["status"] in ENDED else None

        return until(ended, f"the end of {job_id}", within_s)

    def listen(self) -> dict[str, list[Any]]:
        while message := self.pubsub.get_message(timeout=1.0):
            if message["type"] == "message":
                self.heard[message["channel"].decode()].append(json.loads(message["data"]))
        return self.heard


@pytest.fixture
def orders(redis_server: Any) -> Iterator[Orders]:
    with closing(connect(redis_server.url, "test")) as client:
        client.flushall()
        spoken = Orders(client)
        yield spoken
        spoken.pubsub.close()


@pytest.fixture
def variables(database: Any, redis_server: Any, simulator: Running, rows: Any) -> dict[str, str]:
    rows("UPDATE market_identity SET id = 'simulated' RETURNING id")
    return environment(
        PL_MARKET="simulated",
        DATABASE_URL=database.url,
        REDIS_URL=redis_server.url,
        MASSIVE_API_KEY=KEY,
        MASSIVE_REST_URL=simulator.url,
    )


StartLoader = Callable[..., Running]


@pytest.fixture
def start(variables: dict[str, str], server_folder: Path) -> Iterator[StartLoader]:
    with ExitStack() as stack:

        def started(**changes: str) -> Running:
            return stack.enter_context(running("loader", variables | changes, server_folder))

        yield started


@pytest.fixture
def rows(database: Any) -> Iterator[Callable[..., list[tuple[Any, ...]]]]:
    connection = Database(database.url, application="test")

    def asked(query: str, *values: object) -> list[tuple[Any, ...]]:
        def work(cursor: Any) -> list[tuple[Any, ...]]:
            cursor.execute(query, values)
            return list(cursor.fetchall())

        return connection.run(work)

    yield asked
    connection.close()


def iso(unix_s: float) -> str:
    return datetime.fromtimestamp(unix_s, UTC).isoformat()


def bars_of_rest(market: Running, symbol: str, span: str, from_s: int, to_s: int) -> list[Any]:
    path = f"/v2/aggs/ticker/{symbol}/range/1/{span}/{from_s * 1000}/{to_s * 1000 - 1}"
    _, body = ask(f"{market.url}{path}?limit=50000&adjusted=false&apiKey={KEY}")
    return [
        (bar["t"], bar["o"], bar["h"], bar["l"], bar["c"], bar["v"], bar["vw"], bar["n"])
        for bar in body["results"]
    ]


STORED = (
    'SELECT round(extract(epoch FROM "timestamp") * 1000)::bigint, open, high, low, close, volume,'
    " vwap, trade_count FROM {} WHERE symbol = %s ORDER BY 1"
)


def test_bars_of_a_published_job_equal_rest(
    start: StartLoader, orders: Orders, market: Running, rows: Any
) -> None:
    start()
    day = int(time.time()) // DAY_S * DAY_S - 2 * DAY_S
    orders.publish(
        job_id="bare",
        job_type="historical_load",
        symbols=["AAPL", "SPY"],
        start=iso(day),
        end=iso(day + 6 * 3600),
        timeframes=["1min", "1hour", "daily"],
        requested_by="admin",
    )
    status = orders.end_of("bare")
    assert (status["status"], status["progress"]) == ("completed", 100), status
    assert (status["processed_symbols"], status["total_symbols"]) == (2, 2)
    minutes = bars_of_rest(market, "SPY", "minute", day, day + 6 * 3600)
    assert minutes
    assert rows(STORED.format("ohlcv_1min"), "SPY") == minutes
    hours = bars_of_rest(market, "SPY", "hour", day, day + 6 * 3600)
    assert hours
    assert rows(STORED.format("ohlcv_1hour"), "SPY") == [pytest.approx(bar) for bar in hours]
    assert rows(STORED.format("ohlcv_daily"), "AAPL") == bars_of_rest(
        market, "AAPL", "day", day, day + DAY_S
    )
    row = ("SELECT status, progress, requested_by, payload->>'job_id' FROM jobs",)
    until(lambda: rows(*row) == [("completed", 100, "admin", "bare")], "the job's row")


def test_a_job_on_the_stream_is_loaded_and_told(
    start: StartLoader, orders: Orders, rows: Any
) -> None:
    orders.add(job_id="early", job_type="historical_load", symbols=["KO"], years=1)
    loader = start()
    assert orders.end_of("early")["message"].endswith("bars of 1 symbols")
    assert 360 <= rows("SELECT count(*) FROM ohlcv_daily")[0][0] <= 366
    until(lambda: orders.client.xlen(STREAM_JOBS) == 0, "an empty stream")
    told = [m for m in orders.listen()[MONITORING] if m["job_id"] == "early"]
    assert [told[0]["status"], told[-1]["status"]] == ["queued", "completed"]
    assert {m["event"] for m in told} == {m["event_type"] for m in told} == {"job_progress_update"}
    assert told[-1]["payload"] == msgspec.to_builtins(msgspec.convert(told[-1], JobProgress))
    assert loader.health()["services"]["jobs"]["detail"] == "idle, 1 ended"


def test_a_universe_is_loaded_by_any_spelling(
    start: StartLoader, orders: Orders, rows: Any
) -> None:
    start()
    orders.add(
        job_id="u", job_type="historical_load", universe_key="Stock ETF Test:ComboTest", years=0.02
    )
    assert orders.end_of("u")["status"] == "completed"
    assert rows("SELECT count(DISTINCT symbol) FROM ohlcv_daily") == [(70,)]


def test_symbols_that_fail_are_named(start: StartLoader, orders: Orders, rows: Any) -> None:
    start()
    orders.add(job_id="half", job_type="historical_load", symbols=["KO", "NOSUCH"], years=0.02)
    half = orders.end_of("half")
    orders.add(job_id="none", job_type="historical_load", symbols=["NOSUCH"], years=0.02)
    none = orders.end_of("none")
    assert (half["status"], half["progress"]) == ("completed_with_errors", 100)
    assert "NOSUCH: unknown to REST" in half["message"]
    assert (none["status"], none["error_message"]) == ("failed", "NOSUCH: unknown to REST")
    assert rows("SELECT count(*) FROM symbols WHERE symbol = 'NOSUCH'") == [(0,)]


def test_a_symbol_outside_every_universe_becomes_known(
    start: StartLoader, orders: Orders, rows: Any
) -> None:
    rows("DELETE FROM symbols WHERE symbol IN ('SPY', 'KO') RETURNING symbol")
    start()
    orders.add(job_id="s", job_type="historical_load", symbols=["spy", "KO"], years=0.02)
    assert orders.end_of("s")["status"] == "completed"
    found = rows("SELECT symbol, type FROM symbols WHERE symbol IN ('SPY', 'KO') ORDER BY 1")
    assert found == [("KO", "stock"), ("SPY", "etf")]


@pytest.mark.parametrize(
    ("channel", "job", "words"),
    [
        (JOBS_DATA_LOAD, {"job_type": "csv_universe_load"}, "expected historical_load"),
        (JOBS_DATA_LOAD, {}, "job_type"),
        (
            JOBS_DATA_LOAD,
            {"job_type": "historical_load", "years": 1},
            "expected symbols or a universe_key",
        ),
        (
            JOBS_DATA_LOAD,
            {"job_type": "historical_load", "symbols": ["KO"], "years": "two"},
            "$.years",
        ),
        (
            JOBS_DATA_LOAD,
            {"job_type": "historical_load", "universe_key": "moon", "years": 1},
            "universe_key: universe 'moon'",
        ),
        (JOBS_BACKTEST, {"type": "backtest_job"}, "expected tickstock.jobs.data_load"),
        (
            JOBS_DATA_LOAD,
            {"job_type": "a\0b", "requested_by": "\0", "timestamp": 1e300},
            "expected historical_load",
        ),
    ],
)
def test_what_cannot_be_done_fails_with_what_is_expected(
    start: StartLoader, orders: Orders, rows: Any, channel: str, job: dict[str, Any], words: str
) -> None:
    start()
    orders.add(channel, job_id="odd", **job)
    status = orders.end_of("odd")
    assert status["status"] == "failed"
    assert words in status["error_message"]
    until(lambda: rows("SELECT status FROM jobs") == [("failed",)], "the job's row")


def test_without_a_key_a_load_says_what_is_missing(start: StartLoader, orders: Orders) -> None:
    loader = start(MASSIVE_API_KEY="", PL_FEED="redis")
    orders.add(job_id="nokey", job_type="historical_load", symbols=["KO"], years=1)
    assert "MASSIVE_API_KEY: expected a key" in orders.end_of("nokey")["error_message"]
    assert "MASSIVE_API_KEY" in loader.health()["services"]["history"]["detail"]


def test_a_refused_key_fails_the_job_at_once(start: StartLoader, orders: Orders) -> None:
    start(MASSIVE_API_KEY="wrong")
    orders.add(job_id="key", job_type="historical_load", symbols=["KO", "SPY"], years=1)
    assert "401" in orders.end_of("key")["error_message"]


def test_malformed_orders_are_reported_once_a_cause(start: StartLoader, orders: Orders) -> None:
    loader = start()
    for body in (b"{", b"{", b"{", b'{"job_id": 7}', b'{"job_id":"x","a":' + b"[" * 9_999):
        orders.client.publish(JOBS_DATA_LOAD, body)
    orders.publish(job_id="good", job_type="historical_load", symbols=["KO"], years=0.02)
    assert orders.end_of("good")["status"] == "completed"
    reports = orders.listen()[ERRORS]
    assert {report["error_code"] for report in reports} == {"MALFORMED_JOB"}
    assert len(reports) == len({report["message"] for report in reports}) == 3
    assert loader.process.poll() is None


LONG: dict[str, Any] = {
    "job_type": "historical_load",
    "universe_key": "combo_test",
    "years": 1,
    "timespan": "minute",
}


@pytest.mark.parametrize("channel", [JOBS_CONTROL, JOBS_CANCEL])
def test_a_running_job_is_cancelled_and_the_next_one_begins(
    start: StartLoader, orders: Orders, rows: Any, channel: str
) -> None:
    start()
    orders.add(job_id="long", **LONG)
    orders.add(job_id="waits", job_type="historical_load", symbols=["KO"], years=0.02)
    orders.add(job_id="next", job_type="historical_load", symbols=["KO"], years=0.02)
    until(lambda: orders.status("long").get("current_symbol"), "the long job runs")
    until(lambda: orders.status("waits")["status"] == "queued", "the next job waits")
    assert orders.status("next")["status"] in {"", "queued"}
    orders.publish(channel, action="cancel", type="cancel_job", job_id="waits")
    assert orders.end_of("waits")["status"] == "cancelled"
    orders.publish(channel, action="cancel", type="cancel_job", job_id="long")
    orders.publish(channel, action="cancel", type="cancel_job", job_id="nobody")
    status = orders.end_of("long")
    assert status["status"] == "cancelled"
    assert "completed_at" in status
    assert status["progress"] < 100
    assert orders.end_of("next")["status"] == "completed"
    said = [m["status"] for m in orders.listen()[MONITORING] if m["job_id"] == "long"]
    assert said[-2:] == ["cancelling", "cancelled"]
    until(lambda: orders.client.xlen(STREAM_JOBS) == 0, "an empty stream")


def test_a_cancel_that_overtakes_its_job_counts(start: StartLoader, orders: Orders) -> None:
    start()
    with orders.client.pipeline() as together:
        for job_id in ("first", "second"):
            together.publish(JOBS_DATA_LOAD, json.dumps({"job_id": job_id, **LONG}))
        together.publish(JOBS_CANCEL, json.dumps({"type": "cancel_job", "job_id": "second"}))
        together.publish(JOBS_CANCEL, json.dumps({"type": "cancel_job", "job_id": "first"}))
        together.execute()
    for job_id in ("first", "second"):
        assert orders.end_of(job_id)["status"] == "cancelled"


def test_a_job_survives_a_killed_loader(
    start: StartLoader, orders: Orders, market: Running, rows: Any
) -> None:
    loader = start()
    day = int(time.time()) // DAY_S * DAY_S - DAY_S
    job = {
        "job_type": "historical_load",
        "universe_key": "combo_test",
        "start": iso(day),
        "end": iso(day + 12 * 3600),
        "timespan": "minute",
    }
    orders.add(job_id="twice", **job)
    orders.publish(job_id="bare", job_type="historical_load", symbols=["KO"], years=1)
    before = until(
        lambda: (s := orders.status("twice")).get("processed_symbols") and s, "a first symbol"
    )
    until(lambda: orders.status("bare").get("status"), "the bare job is heard")
    loader.kill()
    assert orders.status("twice")["status"] == "running"
    start()
    after = orders.end_of("twice")
    assert after["status"] == "completed"
    assert after["submitted_at"] == before["submitted_at"]
    assert after["started_at"] == before["started_at"]
    assert rows(STORED.format("ohlcv_1min"), "SPY") == bars_of_rest(
        market, "SPY", "minute", day, day + 12 * 3600
    )
    assert rows("SELECT max(revision) FROM ohlcv_1min") == [(0,)]
    bare = orders.end_of("bare")
    assert bare["status"] == "failed"
    assert "another job_id" in bare["error_message"]


def test_a_stopped_loader_puts_its_job_back(start: StartLoader, orders: Orders) -> None:
    loader = start()
    orders.add(job_id="long", **LONG)
    until(lambda: orders.status("long").get("current_symbol"), "the long job runs")
    assert loader.stop() == 0
    assert orders.status("long")["status"] == "queued"
    start()
    until(lambda: orders.status("long")["status"] == "running", "the job runs again")
    orders.publish(JOBS_CANCEL, type="cancel_job", job_id="long")
    assert orders.end_of("long")["status"] == "cancelled"


def test_an_id_is_taken_once(start: StartLoader, orders: Orders, rows: Any) -> None:
    start()
    for years in (0.02, 1):
        orders.add(job_id="same", job_type="historical_load", symbols=["KO"], years=years)
        orders.end_of("same")
    orders.add(job_id="after", job_type="historical_load", symbols=["SPY"], years=0.02)
    orders.end_of("after")
    assert rows("SELECT count(*) FROM ohlcv_daily WHERE symbol = 'KO'")[0][0] < 10
    until(lambda: len(rows("SELECT FROM jobs")) == 2, "two rows")


def test_the_end_of_a_job_is_told_after_redis_was_away(
    start: StartLoader, orders: Orders, redis_server: Any
) -> None:
    loader = start()
    orders.add(job_id="long", **LONG)
    until(lambda: orders.status("long").get("current_symbol"), "the long job runs")
    redis_server.kill()
    try:
        until(
            lambda: loader.health()["services"]["redis"]["status"] == "degraded", "redis degraded"
        )
    finally:
        redis_server.start()
    until(lambda: orders.status("long")["status"] == "running", "the job still runs")
    orders.publish(JOBS_CANCEL, type="cancel_job", job_id="long")

    def cancelled() -> bool:
        orders.publish(JOBS_CANCEL, type="cancel_job", job_id="long")
        time.sleep(0.2)  # the loader may not listen again yet
        return orders.status("long")["status"] == "cancelled"

    until(cancelled, "the job is cancelled")


def test_two_loaders_do_not_share_a_database(start: StartLoader, variables: dict[str, str]) -> None:
    start()
    code, said = finished("loader", variables | {"PL_LOADER_PORT": "1"})
    assert code == 69
    assert "another DataLoader works on this database" in said
