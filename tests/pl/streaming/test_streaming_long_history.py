"""A start fetches what is missing of the longer bars, once, and stores what follows from it."""

from dataclasses import replace
from types import SimpleNamespace
from typing import Any

import numpy as np
import pytest

from pl.bootstrap.past import Past
from pl.market.batches import MINUTE_MS, QUALITY_BACKFILLED, QUALITY_OFFICIAL, BarBatch, ClosedBars
from pl.market.columns import merged
from pl.market.sessions import DAY_MS, AlwaysOpenSessions
from pl.market.timeframes import FOLDED
from pl.store.snapshot import NOT_COUNTED
from pl.streaming.catch_up import History
from pl.streaming.long_history import LongHistory, Sources
from pl.streaming.repair import Repair
from service.errors import Rejected, Unavailable
from tests.pl.streaming.fakes import closed

SYMBOLS = ("NVDA", "AMD")
MONDAY = 20_416 * DAY_MS  # 2025-11-24
NOW = MONDAY + 3 * DAY_MS + 60 * MINUTE_MS
TODAY = MONDAY + 3 * DAY_MS
SPANS = {"5min": 5 * MINUTE_MS, "daily": DAY_MS}


class Disk:
    """Stored bars, by timeframe; breaks once before it stores those of `breaks`.

    counted : whether the newest bars are read with their trades, as they are without a snapshot.
    """

    def __init__(self) -> None:
        self.bars = {name: ClosedBars.empty() for name in FOLDED}
        self.breaks = ""
        self.counted = True

    def write_bars(self, bars: ClosedBars, symbols: tuple[str, ...], timeframe: str) -> None:
        if timeframe == self.breaks:
            self.breaks = ""
            raise Unavailable("PostgreSQL", "killed")
        self.bars[timeframe] = merged([self.bars[timeframe], bars])

    def last_bars(
        self, symbols: tuple[str, ...], n: int, before_ms: int, timeframe: str
    ) -> dict[int, ClosedBars]:
        bars = self.bars[timeframe]
        if not self.counted:
            bars = replace(bars, trade_count=np.full(len(bars), NOT_COUNTED, np.int32))
        here = [bars.take((bars.row == row) & (bars.start_ms < before_ms)) for row in range(2)]
        return {row: part.take(slice(-n, None)) for row, part in enumerate(here)}

    def bars_between(
        self, symbols: tuple[str, ...], since_ms: int, before_ms: int, timeframe: str = "1min"
    ) -> ClosedBars:
        bars = self.bars.get(timeframe, ClosedBars.empty())
        return bars.take((bars.start_ms >= since_ms) & (bars.start_ms < before_ms))

    def count(self, timeframe: str) -> int:
        return len(self.bars[timeframe])


class Rest:
    """Bars without a gap of every symbol; remembers what was asked for."""

    def __init__(self) -> None:
        self.asked: list[tuple[str, str, int, int]] = []
        self.trouble: dict[str, Exception] = {}

    def sources(self) -> Sources:
        fetch = {name: self.of(name) for name in SPANS}
        return Sources(fetch, {"5min": 2 * DAY_MS, "daily": 20 * DAY_MS})

    def of(self, timeframe: str) -> Any:
        async def fetch(symbol: str, from_ms: int, to_ms: int) -> BarBatch:
            self.asked.append((timeframe, symbol, from_ms, to_ms))
            if symbol in self.trouble:
                raise self.trouble[symbol]
            starts = np.arange(from_ms, to_ms, SPANS[timeframe], np.int64)
            price = np.full(len(starts), 10.0)
            row = np.full(len(starts), SYMBOLS.index(symbol), np.int32)
            count = np.ones(len(starts), np.int32)
            facts = (price, price, price, price, price * 3, price)
            return BarBatch(row, starts, *facts, count, SPANS[timeframe], 0.0)

        return fetch


@pytest.fixture
def disk() -> Disk:
    return Disk()


@pytest.fixture
def rest() -> Rest:
    return Rest()


def start(disk: Any, rest: Rest | None) -> LongHistory:
    sources = rest.sources() if rest else None
    return LongHistory(SYMBOLS, AlwaysOpenSessions(), disk, disk, sources)


async def test_a_first_start_stores_every_timeframe_up_to_the_session_that_is_folded(
    disk: Disk, rest: Rest
) -> None:
    held = await start(disk, rest).run(NOW, TODAY)
    counts = {"5min": 576, "15min": 192, "1hour": 48, "daily": 24, "weekly": 3}
    assert {name: disk.count(name) for name in FOLDED} == {
        name: 2 * count for name, count in counts.items()
    }
    assert {name: [len(held[name][row]) for row in (0, 1)] for name in FOLDED} == {
        name: [count, count] for name, count in counts.items()
    }
    assert {int(bars.start_ms.max()) for bars in disk.bars.values()} == {
        TODAY - 5 * MINUTE_MS,
        TODAY - 15 * MINUTE_MS,
        TODAY - 60 * MINUTE_MS,
        TODAY - DAY_MS,
        MONDAY - 7 * DAY_MS,
    }


async def test_the_first_week_that_is_stored_has_all_of_its_days(disk: Disk, rest: Rest) -> None:
    await start(disk, rest).run(NOW, TODAY)
    assert disk.bars["weekly"].volume.tolist() == [7 * 30.0] * 6


async def test_fetched_days_are_official_and_what_is_folded_of_them_is_not(
    disk: Disk, rest: Rest
) -> None:
    await start(disk, rest).run(NOW, TODAY)
    assert {name: set(disk.bars[name].quality.tolist()) for name in FOLDED} == {
        name: {QUALITY_OFFICIAL if name == "daily" else QUALITY_BACKFILLED} for name in FOLDED
    }


async def test_what_is_stored_is_not_fetched_again(disk: Disk, rest: Rest) -> None:
    await start(disk, rest).run(NOW, TODAY)
    rest.asked.clear()
    await start(disk, rest).run(NOW, TODAY)
    assert rest.asked == []
    await start(disk, rest).run(NOW + DAY_MS, TODAY + DAY_MS)
    assert {asked[2:] for asked in rest.asked} == {(TODAY, TODAY + DAY_MS)}
    assert {name: disk.count(name) for name in FOLDED} == {
        name: 2 * n for name, n in zip(FOLDED, (864, 288, 72, 25, 3), strict=True)
    }


@pytest.mark.parametrize("broken", FOLDED)
async def test_a_start_that_broke_off_while_storing_is_made_up_for(
    disk: Disk, rest: Rest, broken: str
) -> None:
    whole = Disk()
    await start(whole, rest).run(NOW, TODAY)
    disk.breaks = broken
    with pytest.raises(Unavailable):
        await start(disk, rest).run(NOW, TODAY)
    await start(disk, rest).run(NOW, TODAY)
    assert {name: disk.count(name) for name in FOLDED} == {
        name: whole.count(name) for name in FOLDED
    }


async def test_a_week_has_the_trades_of_its_days_though_a_snapshot_does_not_know_them(
    disk: Disk, rest: Rest
) -> None:
    await start(disk, rest).run(NOW, TODAY)
    disk.counted = False
    later = MONDAY + 8 * DAY_MS
    held = await start(disk, rest).run(later + MINUTE_MS, later)
    week = disk.bars["weekly"].take(disk.bars["weekly"].start_ms == MONDAY)
    assert week.trade_count.tolist() == [7, 7]
    assert held["weekly"][0].start_ms[-1] == MONDAY


async def test_hours_that_begin_on_another_minute_are_left_out(disk: Disk, rest: Rest) -> None:
    await start(disk, rest).run(NOW, TODAY)
    hours = disk.bars["1hour"]
    shifted = replace(hours, start_ms=hours.start_ms + 30 * MINUTE_MS)
    disk.bars["1hour"] = merged([hours, shifted])
    held = await start(disk, None).run(NOW, TODAY)
    assert len(held["1hour"][0]) == 48
    assert set((held["1hour"][0].start_ms % (60 * MINUTE_MS)).tolist()) == {0}


async def test_a_symbol_that_rest_refuses_costs_the_others_nothing(disk: Disk, rest: Rest) -> None:
    rest.trouble["NVDA"] = Rejected("not_found", "no such ticker", 404)
    history = start(disk, rest)
    held = await history.run(NOW, TODAY)
    assert set(history.refused) == {"NVDA"}
    assert [len(held["daily"][row]) for row in (0, 1)] == [0, 24]


async def test_rest_that_is_away_is_asked_once(disk: Disk, rest: Rest) -> None:
    rest.trouble = {name: Unavailable("REST", "away") for name in SYMBOLS}
    held = await start(disk, rest).run(NOW, TODAY)
    assert len(rest.asked) == 1
    assert [len(bars) for rows in held.values() for bars in rows.values()] == [0] * 10


@pytest.mark.parametrize("why", [Unavailable("REST", "away"), Rejected("no_plan", "too old", 403)])
async def test_health_hears_of_longer_bars_that_could_not_be_fetched(
    disk: Disk, rest: Rest, why: Exception
) -> None:
    rest.trouble["NVDA"] = why
    fetches: Any = SimpleNamespace(five_minute_bars=rest.of("5min"), daily_bars=rest.of("daily"))
    stored: Any = disk
    repair = Repair(rest.of("5min"), _nobody, SYMBOLS)
    stores: Any = SimpleNamespace(bars=disk)
    sessions = AlwaysOpenSessions()
    past = Past(
        SYMBOLS, sessions, stores, (stored, stored), fetches, repair, "simulated", live=True
    )
    missing = History({}, ClosedBars.empty(), {})
    await past.longer(missing, past.stored_longer(NOW), NOW, NOW - MINUTE_MS)
    assert repair.refused == {"NVDA": f"longer bars: {why}"}


async def test_a_bar_that_a_killed_run_stored_but_did_not_note_is_closed_again(disk: Disk) -> None:
    """Its minutes may have got late trades since, and first bars replace none."""
    stale = closed((0, TODAY, 100.0), (1, TODAY, 200.0), volume=2_400.0)
    disk.bars["5min"] = stale
    minutes = [
        closed(*((row, TODAY + n * MINUTE_MS, 100.0 * (row + 1)) for n in range(5)))
        for row in range(2)
    ]
    disk.bars["1min"] = merged(minutes)
    stored: Any = disk
    stores: Any = SimpleNamespace(bars=disk)
    past = Past(
        SYMBOLS, AlwaysOpenSessions(), stores, (stored, stored), None, None, "simulated", live=True
    )
    history = History(dict(enumerate(minutes)), ClosedBars.empty(), dict(enumerate(minutes)))
    noted_ms = TODAY + 3 * MINUTE_MS
    longer = await past.longer(history, past.stored_longer(NOW), NOW, noted_ms)
    last = merged([bars.take(bars.start_ms > noted_ms) for bars in minutes])
    steps = longer.folding.advance(last, TODAY + 5 * MINUTE_MS)
    found = merged([step.longer["5min"] for step in steps if "5min" in step.longer])
    assert (found.volume.tolist(), found.revision.tolist()) == ([2_500.0] * 2, [1, 1])


async def test_a_start_knows_the_official_days_of_the_sessions_that_it_folds(disk: Disk) -> None:
    yesterday = closed((0, TODAY - DAY_MS, 500.0), quality=QUALITY_OFFICIAL)
    disk.bars["daily"] = yesterday
    minutes = closed(*((0, TODAY - DAY_MS + n * MINUTE_MS, 100.0) for n in range(1440)))
    disk.bars["1min"] = minutes
    stored: Any = disk
    stores: Any = SimpleNamespace(bars=disk)
    past = Past(
        SYMBOLS, AlwaysOpenSessions(), stores, (stored, stored), None, None, "simulated", live=True
    )
    history = History({0: minutes}, ClosedBars.empty(), {0: minutes, 1: ClosedBars.empty()})
    longer = await past.longer(history, past.stored_longer(NOW), NOW, NOW - MINUTE_MS)
    assert "daily" not in longer.changed
    late = closed((0, TODAY - 5 * MINUTE_MS, 90.0), revision=1)
    steps = longer.folding.advance(late, NOW)
    assert sorted(steps[0].longer) == ["15min", "1hour", "5min"]


async def _nobody(_bars: BarBatch, _asked_at: float) -> None:
    """Take repaired bars."""
