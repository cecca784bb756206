"""A start after days, or with another universe, knows what closed and alerts nobody of it."""

import asyncio
from pathlib import Path
from typing import Any

import pytest

from launcher.ports import any_free
from pl import settings
from pl.bootstrap.beginning import begin
from pl.bootstrap.building import Building
from pl.bootstrap.stores import open_stores
from pl.health_page import listen
from pl.market.timeframes import TIMEFRAMES
from pl.simulator.plans import Plan
from pl.simulator.server import build_app
from pl.store.events import Progress
from pl.streaming.road import PROGRESS
from pl.streaming.service import StreamingService
from tests.pl.streaming.fast import KEY, SYMBOLS, market
from tests.pl.streaming.process import System

pytestmark = pytest.mark.integration

NOON_S = 1_795_089_600.0  # 2026-11-19 12:00 UTC
DAY_S = 86_400.0
MINUTE_MS = 60_000


class Stage:
    """The simulated market, and starts of Streaming at times of a test's choice."""

    def __init__(self, system: System, port: int) -> None:
        self.system = system
        self.port = port
        self.now_s = NOON_S

    async def serve(self) -> Any:
        app = build_app(market(), {KEY: Plan()}, clock=lambda: int(self.now_s * 1000))
        return await listen(app, self.port)

    def watch(self, n_symbols: int) -> None:
        """Let the universe be so many symbols from the next start on."""
        self.system.tell(
            "UPDATE cache_entries SET value = to_jsonb(%s::text[])"
            " WHERE type = 'universe' AND name = 'test' AND key = 'symbols'",
            list(SYMBOLS[:n_symbols]),
        )

    async def started(self, now_s: float) -> StreamingService:
        """Return Streaming as it starts, once it has told what it missed."""
        self.now_s = now_s
        chosen = settings.load(self.system.streaming.settings)
        stores = await asyncio.to_thread(open_stores, chosen)
        building = Building(chosen, begin(chosen, stores), lambda: self.now_s)
        service = await building.service()
        for part in (service.road, service.writer):
            part.start()
            await asyncio.to_thread(part.stop, 60.0)
        through_ms = int(now_s * 1000) // MINUTE_MS * MINUTE_MS - MINUTE_MS
        progress = Progress(service.road.producer, PROGRESS, through_ms)
        stores.patterns.commit_events([], progress, now_s)
        for telemetry in service.telemetry:
            await asyncio.to_thread(telemetry.close)
        await building.close()
        stores.close()
        for spooled in (stores.spool, stores.spooled_closes):
            spooled._spool.close()
        return service


@pytest.fixture
async def stage(database: Any, redis_server: Any, tmp_path: Path) -> Any:
    port = any_free()
    options = {
        "PL_MARKET": "simulated",
        "MASSIVE_API_KEY": KEY,
        "MASSIVE_URL": f"ws://127.0.0.1:{port}/stocks",
        "MASSIVE_REST_URL": f"http://127.0.0.1:{port}",
    }
    system = System(database.url, redis_server.url, options, tmp_path)
    system.prepare(*SYMBOLS[:2])
    stage = Stage(system, port)
    runner = await stage.serve()
    yield stage
    await runner.cleanup()


def starts(service: StreamingService, timeframe: str, row: int = 0) -> list[int]:
    history = service.loop.closing.engines[timeframe].history
    return list(history.start[row, : history.n_bars[row]].tolist())


async def test_after_days_away_no_bar_is_missing_until_the_next_start(
    kernels: None, stage: Stage
) -> None:
    back_s = NOON_S + 3 * DAY_S
    await stage.started(NOON_S)
    back, again = await stage.started(back_s), await stage.started(back_s)
    for timeframe in TIMEFRAMES:
        assert set(starts(again, timeframe)) <= set(starts(back, timeframe)), timeframe


async def test_a_symbol_that_joins_alerts_nobody_of_its_past(kernels: None, stage: Stage) -> None:
    await stage.started(NOON_S)
    stage.watch(3)
    joined = await stage.started(NOON_S + 120)
    stale = "SELECT count(*) FROM pattern_events WHERE bar_time < to_timestamp(%s)"
    assert stage.system.ask(stale, NOON_S - 120) == [(0,)]
    assert joined.loop.closing.engines["1min"].history.n_bars[2] > 1_000


async def test_a_symbol_that_returns_alerts_nobody_of_its_absence(
    kernels: None, stage: Stage
) -> None:
    gone_s, back_s = NOON_S + 120, NOON_S + 2 * 3_600
    stage.watch(3)
    await stage.started(NOON_S)
    stage.watch(2)
    await stage.started(back_s)
    heard = 'UPDATE ohlcv_1min SET quality = 0 WHERE "timestamp" >= to_timestamp(%s)'
    stage.system.tell(heard, gone_s)
    stage.watch(3)
    returned = await stage.started(back_s + 120)
    told = (
        "SELECT count(*) FROM pattern_events WHERE symbol = %s"
        " AND bar_time >= to_timestamp(%s) AND bar_time < to_timestamp(%s)"
    )
    assert stage.system.ask(told, SYMBOLS[2], gone_s, back_s - 120) == [(0,)]
    assert stage.system.ask(told, SYMBOLS[1], gone_s, back_s - 120) > [(0,)]
    assert starts(returned, "1min", 2)[-120:] == starts(returned, "1min", 1)[-120:]


LAST_WORD = """
SELECT DISTINCT ON (flow_id) flow_id::text, symbol, life, before, after, bar_time < to_timestamp(%s)
FROM intraday_patterns WHERE timeframe IN ('1min', '5min') AND tier = 'intraday'
ORDER BY flow_id, seq DESC
"""
FLAT = """
UPDATE ohlcv_1min SET open = 50, high = 50, low = 50, close = 50, volume = 1000, vwap = 50,
    revision = revision + 1, quality = 1
WHERE symbol <> %s AND "timestamp" >= to_timestamp(%s) AND "timestamp" < to_timestamp(%s)
"""


async def test_what_was_told_of_minutes_that_a_job_revised_meanwhile_is_taken_back(
    kernels: None, stage: Stage
) -> None:
    back_s, untouched = NOON_S + 2 * 3_600, SYMBOLS[3]
    fetched_again_s = back_s - 17 * 60
    stage.watch(4)
    await stage.started(NOON_S)
    await stage.started(back_s)
    before = stage.system.ask(LAST_WORD, fetched_again_s)
    stage.system.tell(FLAT, untouched, NOON_S - DAY_S, fetched_again_s)
    await stage.started(back_s)
    after = {flow: rest for flow, *rest in stage.system.ask(LAST_WORD, fetched_again_s)}
    assert [after[flow] for flow, symbol, *_ in before if symbol == untouched] == [
        rest for _, *rest in before if rest[0] == untouched
    ]
    revised = [
        after[flow]
        for flow, symbol, life, *_, is_old in before
        if symbol != untouched and life == "confirmed" and is_old
    ]
    assert len(revised) > 1
    for _, life, was, is_, _ in revised:
        assert (life, was["life"], is_) == ("retracted", "confirmed", {"life": "retracted"})
