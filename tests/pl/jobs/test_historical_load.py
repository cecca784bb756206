"""A load in trouble: outages are waited out, bad bars refused, nothing written after a cancel."""

import asyncio
from collections.abc import Awaitable, Callable, Iterator
from dataclasses import replace
from datetime import UTC, date, datetime
from typing import Any

import numpy as np
import pytest

from pl.bus.orders import Job
from pl.feeds.rest_rows import Ticker
from pl.jobs.historical_load import HistoricalLoad, History
from pl.jobs.pieces import DAILY, HOURLY
from pl.jobs.plans import LoadPlan
from pl.jobs.record import JobRecord, open_record
from pl.jobs.session_hours import SessionHours
from pl.market.batches import MINUTE_MS, QUALITY_OFFICIAL, BarBatch
from pl.market.sessions import DAY_MS, xnys_sessions
from pl.store.bars import BarStore
from pl.store.connection import Database
from pl.store.history import BarHistory
from pl.store.universes import UniverseStore
from service.errors import Rejected, Unavailable

pytestmark = pytest.mark.integration

FROM_MS = 1_795_089_600_000 - 400 * 86_400_000
PLAN = LoadPlan("j", ("AAPL", "NEWCO"), ("1min",), FROM_MS, FROM_MS + 10 * MINUTE_MS)


def batch(start_ms: int, end_ms: int, close: float = 10.0, span_ms: int = MINUTE_MS) -> BarBatch:
    starts = np.arange(start_ms, end_ms, span_ms, np.int64)
    price = np.full(len(starts), close)
    return BarBatch(
        np.full(len(starts), -1, np.int32),
        starts,
        price,
        price + 1,
        price - 1,
        price,
        np.full(len(starts), 100.0),
        price,
        np.ones(len(starts), np.int32),
        span_ms,
        0.0,
    )


class Rest:
    """Give minutes of any symbol; answers of a symbol's list are raised or waited for first."""

    def __init__(self) -> None:
        self.trouble: dict[str, list[Exception | Callable[[], Awaitable[None]]]] = {}
        self.asked: list[str] = []
        self.close = 10.0

    async def minutes(self, symbol: str, start_ms: int, end_ms: int) -> BarBatch:
        self.asked.append(symbol)
        if waiting := self.trouble.get(symbol):
            first = waiting.pop(0)
            if isinstance(first, Exception):
                raise first
            await first()
        return batch(start_ms, end_ms, self.close)

    async def halves(self, symbol: str, start_ms: int, end_ms: int) -> BarBatch:
        return batch(start_ms, end_ms, self.close, 30 * MINUTE_MS)

    async def days(self, symbol: str, start_ms: int, end_ms: int) -> BarBatch:
        return batch(start_ms, end_ms, self.close, DAY_MS)

    async def look_up(self, symbol: str) -> Ticker:
        return Ticker(symbol, f"{symbol} Fund", "ETF")


class Bench:
    """A load with everything around it."""

    def __init__(self, url: str) -> None:
        self.database = Database(url, application="test")
        self.rest = Rest()
        self.refused: list[tuple[str, int]] = []
        self.said: list[str] = []
        self.waits = asyncio.Event()
        self.record = open_record(Job("j", "c", b"{}"), None, self.hear, lambda: 0.0)
        self.record.start()
        self.load = HistoricalLoad(
            history=History(
                {"1min": self.rest.minutes, HOURLY: self.rest.halves, DAILY: self.rest.days},
                SessionHours(lambda: xnys_sessions(date(2025, 1, 1), date(2025, 12, 31))),
                self.rest.look_up,
            ),
            store=BarStore(self.database),
            universes=UniverseStore(self.database),
            refused=lambda cause, count: self.refused.append((cause, count)),
            pauses_s=(0.01, 0.01, 0.2, 0.5, 2.0, 5.0),
        )

    def hear(self, record: JobRecord) -> None:
        self.said.append(record.message)
        if "for PostgreSQL" in record.message:
            self.waits.set()

    async def run(self, plan: LoadPlan = PLAN) -> None:
        await self.load.run(plan, self.record)

    def stored(self, symbol: str) -> Any:
        history = BarHistory(self.database)
        return history.bars_between([symbol], FROM_MS, FROM_MS + 99 * MINUTE_MS)


@pytest.fixture
def bench(database: Any) -> Iterator[Bench]:
    bench = Bench(database.url)
    yield bench
    bench.database.close()


async def test_bars_are_stored_as_backfilled_and_the_symbol_named(bench: Bench) -> None:
    await bench.run()
    bars = bench.stored("NEWCO")
    assert (len(bars), set(bars.quality.tolist()), set(bars.revision.tolist())) == (10, {1}, {0})
    assert UniverseStore(bench.database).names()["NEWCO"] == "NEWCO Fund"
    assert bench.record.bars == 20


async def test_days_are_stored_as_official(bench: Bench) -> None:
    await bench.run(LoadPlan("j", ("AAPL",), (DAILY,), FROM_MS, FROM_MS + 5 * DAY_MS))
    history = BarHistory(bench.database)
    days = history.bars_between(["AAPL"], FROM_MS, FROM_MS + 9 * DAY_MS, DAILY)
    assert days.quality.tolist() == [QUALITY_OFFICIAL] * 5


async def test_a_symbol_is_asked_for_as_it_is_known(bench: Bench) -> None:
    bench.load.universes.add("AP", "Ampco-Pittsburgh", "stock")
    await bench.run(replace(PLAN, symbols=("Ap", "TpA")))
    assert bench.rest.asked == ["AP", "TpA"]
    assert len(bench.stored("TpA")) == 10
    assert bench.record.failed == {}


async def test_loading_twice_changes_nothing_and_a_correction_is_a_revision(bench: Bench) -> None:
    await bench.run()
    await bench.run()
    assert set(bench.stored("AAPL").revision.tolist()) == {0}
    bench.rest.close = 11.0
    await bench.run()
    again = bench.stored("AAPL")
    assert set(again.revision.tolist()) == {1}
    assert set(again.close.tolist()) == {11.0}


async def test_an_absent_rest_is_asked_again_and_the_wait_is_said(bench: Bench) -> None:
    bench.rest.trouble["AAPL"] = [Unavailable("Massive REST", "HTTP 500")] * 2
    await bench.run()
    assert len(bench.stored("AAPL")) == 10
    assert "waits 0.01 s for Massive REST: HTTP 500" in bench.said
    assert bench.load.problem == ""


async def test_a_rest_that_stays_away_ends_the_load(bench: Bench) -> None:
    bench.load.pauses_s = (0.001, 0.001)
    bench.rest.trouble["AAPL"] = [Unavailable("Massive REST", "HTTP 500")] * 9
    with pytest.raises(Unavailable, match="HTTP 500"):
        await bench.run()
    assert bench.rest.asked.count("AAPL") == 3
    assert bench.load.problem == "Massive REST: HTTP 500"


async def test_a_rest_that_was_given_up_is_back_when_the_next_load_finds_it(bench: Bench) -> None:
    bench.load.pauses_s = (0.001,)
    bench.rest.trouble["AAPL"] = [Unavailable("Massive REST", "HTTP 500")] * 2
    with pytest.raises(Unavailable, match="HTTP 500"):
        await bench.run()
    await bench.run()
    assert bench.load.problem == ""


async def test_an_outage_that_ends_with_a_refusal_is_over(bench: Bench) -> None:
    refused = Rejected("bad_request", "HTTP 400: odd", 400)
    bench.rest.trouble["AAPL"] = [Unavailable("Massive REST", "HTTP 500"), refused]
    await bench.run()
    assert bench.load.problem == ""


@pytest.mark.parametrize("status", [401, 403])
async def test_a_refused_key_ends_the_load(bench: Bench, status: int) -> None:
    bench.rest.trouble["AAPL"] = [Rejected("unknown_key", "HTTP 401", status)]
    with pytest.raises(Rejected, match="HTTP 401"):
        await bench.run()


async def test_one_refused_symbol_does_not_end_the_load(bench: Bench) -> None:
    bench.rest.trouble["AAPL"] = [Rejected("bad_request", "HTTP 400: odd", 400)]
    await bench.run()
    assert bench.record.failed == {"AAPL": "HTTP 400: odd"}
    assert bench.record.processed_symbols == 2
    assert len(bench.stored("NEWCO")) == 10


async def test_impossible_bars_are_refused_and_counted(bench: Bench) -> None:
    bench.rest.close = 0.5  # the low would be negative
    await bench.run()
    assert len(bench.stored("AAPL")) == 0
    assert bench.refused == [("1min bars with impossible values", 10)] * 2


async def test_postgresql_may_be_killed_in_between(bench: Bench, postgres: Any) -> None:
    async def kill() -> None:
        await asyncio.to_thread(postgres.kill)

    bench.rest.trouble["NEWCO"] = [kill]
    running = asyncio.create_task(bench.run())
    try:
        async with asyncio.timeout(20):
            await bench.waits.wait()
    finally:
        await asyncio.to_thread(postgres.start)
    await running
    assert [len(bench.stored(symbol)) for symbol in PLAN.symbols] == [10, 10]
    assert bench.record.failed == {}


async def test_after_a_cancel_nothing_is_written(bench: Bench) -> None:
    reached = asyncio.Event()

    async def hang() -> None:
        reached.set()
        await asyncio.Event().wait()

    bench.rest.trouble = {"AAPL": [hang], "NEWCO": [hang]}
    running = asyncio.create_task(bench.run())
    await reached.wait()
    running.cancel()
    with pytest.raises(asyncio.CancelledError):
        await running
    assert [len(bench.stored(symbol)) for symbol in PLAN.symbols] == [0, 0]


class SlowStore:
    """Write for as long as the test likes."""

    def __init__(self) -> None:
        self.begun = asyncio.Event()
        self.loop = asyncio.get_running_loop()
        self.written = 0
        self.may_end = asyncio.Event()

    def replace_bars(self, *_: object) -> None:
        self.loop.call_soon_threadsafe(self.begun.set)
        asyncio.run_coroutine_threadsafe(self.may_end.wait(), self.loop).result(10)
        self.written += 1


async def test_a_cancel_waits_for_the_write_that_has_begun(bench: Bench) -> None:
    slow = SlowStore()
    bench.load.store = slow  # type: ignore[assignment]
    running = asyncio.create_task(bench.run())
    await slow.begun.wait()
    running.cancel()
    await asyncio.sleep(0)
    assert not running.done()
    slow.may_end.set()
    with pytest.raises(asyncio.CancelledError):
        await running
    assert slow.written == 1


async def test_hours_begin_with_the_session_and_are_whole(bench: Bench) -> None:
    first, last = (int(datetime(2025, 10, day, 18, tzinfo=UTC).timestamp()) for day in (15, 16))
    await bench.run(LoadPlan("j", ("AAPL",), (HOURLY,), first * 1000, last * 1000))
    bars = BarHistory(bench.database).bars_between(["AAPL"], 0, last * 2000, HOURLY)
    began = [datetime.fromtimestamp(ms / 1000, UTC) for ms in bars.start_ms.tolist()]
    assert [f"{at:%d %H:%M}" for at in began] == [
        *("15 18:30", "15 19:30"),
        *("16 13:30", "16 14:30", "16 15:30", "16 16:30", "16 17:30"),
    ]
    assert bars.volume.tolist() == [200.0, 100.0, *[200.0] * 5]
