"""A start brings history up to now, whatever is stored and whether REST answers."""

import asyncio
from typing import Any

import numpy as np
import pytest

from pl.market.batches import (
    MINUTE_MS,
    QUALITY_BACKFILLED,
    QUALITY_LIVE,
    QUALITY_PARTIAL,
    BarBatch,
    ClosedBars,
)
from pl.streaming.catch_up import OPEN_TO_REVISION_MS, CatchUp, History
from pl.streaming.watch import Gap
from service.errors import Rejected, SettingsError, Unavailable
from tests.pl.streaming.fakes import SYMBOLS, T0, closed, minute_bars

NOW = T0 + 30 * MINUTE_MS + 17_000
OLDEST = T0
N_ALL = 30


class Tables:
    """BarStore and BarHistory in memory, with the rules of `replace_bars`."""

    def __init__(self) -> None:
        self.bars: dict[tuple[int, int], tuple[float, int, int]] = {}

    def store(self, bars: ClosedBars) -> None:
        for row, start, close, revision, quality in zip(
            bars.row.tolist(),
            bars.start_ms.tolist(),
            bars.close.tolist(),
            bars.revision.tolist(),
            bars.quality.tolist(),
            strict=True,
        ):
            self.bars[row, start] = (close, revision, quality)

    def replace_bars(self, bars: ClosedBars, symbols: Any) -> None:
        for row, start, close in zip(
            bars.row.tolist(), bars.start_ms.tolist(), bars.close.tolist(), strict=True
        ):
            old = self.bars.get((row, start))
            if old is None:
                self.bars[row, start] = (close, 0, QUALITY_BACKFILLED)
            elif old[0] != close:
                self.bars[row, start] = (close, old[1] + 1, QUALITY_BACKFILLED)
            elif old[2] == QUALITY_PARTIAL:
                self.bars[row, start] = (close, old[1], QUALITY_BACKFILLED)

    def last_bars(self, symbols: Any, n: int, before_ms: int) -> dict[int, ClosedBars]:
        found = {}
        for row in range(len(symbols)):
            own = sorted(
                (start, facts)
                for (of, start), facts in self.bars.items()
                if of == row and start < before_ms
            )[-n:]
            bars = closed(*((row, start, facts[0]) for start, facts in own)) if own else None
            if bars is not None:
                bars.revision[:] = [facts[1] for _, facts in own]
                bars.quality[:] = [facts[2] for _, facts in own]
            found[row] = bars if bars is not None else ClosedBars.empty()
        return found


class Rest:
    """Serve a bar of each minute up to now; `price` overrides some."""

    def __init__(self) -> None:
        self.asked: dict[str, Gap] = {}
        self.failures: dict[str, Exception] = {}
        self.price: dict[tuple[str, int], float] = {}
        self.silent: dict[str, range] = {}

    async def fetch(self, symbol: str, from_ms: int, to_ms: int) -> BarBatch:
        self.asked[symbol] = Gap(from_ms, to_ms)
        if symbol in self.failures:
            raise self.failures[symbol]
        row = SYMBOLS.index(symbol)
        return minute_bars(
            *(
                (row, start, self.price.get((symbol, start), 10.0))
                for start in range(from_ms, to_ms, MINUTE_MS)
                if (start - T0) // MINUTE_MS not in self.silent.get(symbol, ())
            )
        )


class Stage:
    def __init__(self) -> None:
        self.tables = Tables()
        self.rest = Rest()

    def catch_up(self, *, with_rest: bool = True) -> CatchUp:
        tables: Any = self.tables
        return CatchUp(SYMBOLS, tables, tables, self.rest.fetch if with_rest else None, 1_000)

    def run(self, through_ms: int | None, **options: Any) -> History:
        return asyncio.run(self.catch_up(**options).run(OLDEST, NOW, through_ms))

    def stored(self, until: int, *, quality: int = QUALITY_LIVE) -> None:
        """Bars of every symbol up to a minute after T0, as an earlier run left them."""
        rows = [
            (row, T0 + minute * MINUTE_MS, 10.0)
            for row in range(len(SYMBOLS))
            for minute in range(until)
        ]
        self.tables.store(closed(*rows, quality=quality))


@pytest.fixture
def stage() -> Stage:
    return Stage()


def minutes(bars: ClosedBars) -> list[tuple[int, int]]:
    return [
        (int(start - T0) // MINUTE_MS, row)
        for start, row in zip(bars.start_ms.tolist(), bars.row.tolist(), strict=True)
    ]


def test_a_first_start_fetches_all_history_and_misses_nothing(stage: Stage) -> None:
    history = stage.run(None)
    assert stage.rest.asked == dict.fromkeys(SYMBOLS, Gap(OLDEST, NOW - 17_000))
    assert [len(bars) for bars in history.warm.values()] == [N_ALL] * 3
    assert len(history.missed) == 0


def test_a_restart_fetches_from_where_bars_may_have_changed(stage: Stage) -> None:
    stage.stored(25)
    history = stage.run(T0 + 24 * MINUTE_MS)
    from_ms = T0 + 24 * MINUTE_MS - OPEN_TO_REVISION_MS
    assert stage.rest.asked["KO"] == Gap(from_ms, NOW - 17_000)
    assert [len(bars) for bars in history.warm.values()] == [25] * 3
    assert minutes(history.missed) == [
        (minute, row) for minute in range(25, 30) for row in range(3)
    ]
    assert [len(bars) for bars in history.stored.values()] == [30] * 3


def test_a_bar_that_changed_meanwhile_is_evaluated_again(stage: Stage) -> None:
    stage.stored(30)
    stage.rest.price["KO", T0 + 20 * MINUTE_MS] = 11.0
    history = stage.run(T0 + 29 * MINUTE_MS)
    assert minutes(history.missed) == [(20, 1)]
    assert (history.missed.close[0], history.missed.revision[0]) == (11.0, 1)
    assert history.warm[1].close[20] == 10.0


def test_what_was_stored_and_not_evaluated_is_missed(stage: Stage) -> None:
    stage.stored(30)
    history = stage.run(T0 + 27 * MINUTE_MS)
    assert minutes(history.missed) == [(m, row) for m in (28, 29) for row in range(3)]


def test_a_partial_bar_is_fetched_however_old_it_is(stage: Stage) -> None:
    stage.stored(30)
    stage.tables.store(closed((2, T0 + 3 * MINUTE_MS, 10.0), quality=QUALITY_PARTIAL))
    history = stage.run(T0 + 29 * MINUTE_MS)
    assert stage.rest.asked["SPY"].from_ms == T0 + 3 * MINUTE_MS
    assert minutes(history.missed) == [(3, 2)]
    assert history.missed.quality.tolist() == [QUALITY_BACKFILLED]


def test_a_history_that_begins_too_late_is_fetched_from_its_start(stage: Stage) -> None:
    late = [(0, T0 + m * MINUTE_MS, 10.0) for m in range(20, 30)]
    stage.tables.store(closed(*late))
    stage.run(T0 + 29 * MINUTE_MS)
    assert stage.rest.asked["AAPL"].from_ms == OLDEST


def test_bars_from_before_the_first_stored_one_are_history_at_once(stage: Stage) -> None:
    hold(stage, {0: range(20, 30), 1: range(30), 2: range(30)})
    stage.rest.price["AAPL", T0 + 25 * MINUTE_MS] = 11.0
    history = stage.run(T0 + 29 * MINUTE_MS)
    assert minutes(history.warm[0]) == [(minute, 0) for minute in range(30)]
    assert (history.warm[0].close[25], history.away) == (10.0, ())
    assert minutes(history.missed) == [(25, 0)]


def hold(stage: Stage, minutes_of: dict[int, range], quality: int = QUALITY_LIVE) -> None:
    rows = [(row, T0 + m * MINUTE_MS, 10.0) for row, held in minutes_of.items() for m in held]
    stage.tables.store(closed(*rows, quality=quality))


def test_a_symbol_that_nobody_watched_while_others_were_was_away(stage: Stage) -> None:
    hold(stage, {0: range(25), 1: range(25), 2: range(10)})
    assert stage.run(T0 + 24 * MINUTE_MS).away == (2,)


def test_what_was_lost_for_all_is_no_absence(stage: Stage) -> None:
    hold(stage, {0: range(20), 1: range(20), 2: range(10)})
    stage.rest.silent["SPY"] = range(10, 20)  # it did not trade
    history = stage.run(T0 + 24 * MINUTE_MS)
    assert history.away == ()
    assert minutes(history.missed)[:4] == [(20, 0), (20, 1), (20, 2), (21, 0)]


def test_a_gap_that_was_fetched_for_others_only_is_no_absence(stage: Stage) -> None:
    hold(stage, {0: range(20), 1: range(20), 2: range(20)})
    hold(stage, {0: range(20, 25), 1: range(20, 25)}, QUALITY_BACKFILLED)
    assert stage.run(T0 + 24 * MINUTE_MS).away == ()


def test_while_rest_is_away_what_is_missing_is_left_for_repair(stage: Stage) -> None:
    stage.stored(25)
    stage.rest.failures = {symbol: Unavailable("Massive", "503") for symbol in SYMBOLS}
    catch_up = stage.catch_up()
    history = asyncio.run(catch_up.run(OLDEST, NOW, T0 + 24 * MINUTE_MS))
    assert len(history.missed) == 0
    gap = Gap(T0 + 24 * MINUTE_MS - OPEN_TO_REVISION_MS, NOW - 17_000)
    assert sorted(catch_up.unfetched) == [(symbol, gap) for symbol in sorted(SYMBOLS)]


def test_one_symbol_waits_for_a_rest_that_is_away_not_all(stage: Stage) -> None:
    symbols = tuple(f"S{n}" for n in range(200))
    asked = []

    async def fetch(symbol: str, *_: int) -> BarBatch:
        asked.append(symbol)
        raise Unavailable("Massive", "503")

    tables: Any = stage.tables
    catch_up = CatchUp(symbols, tables, tables, fetch, 10)
    asyncio.run(catch_up.run(OLDEST, NOW, None))
    assert len(asked) < 20
    assert len(catch_up.unfetched) == 200


def test_what_rest_refuses_is_named_and_not_asked_for_again(stage: Stage) -> None:
    stage.rest.failures["KO"] = Rejected("not_authorized", "no history in this plan", 403)
    catch_up = stage.catch_up()
    history = asyncio.run(catch_up.run(OLDEST, NOW, None))
    assert catch_up.refused == {"KO": "no history in this plan"}
    assert catch_up.unfetched == []
    assert [len(bars) for bars in history.warm.values()] == [30, 0, 30]


def test_a_key_that_rest_does_not_know_is_a_wrong_setting(stage: Stage) -> None:
    stage.rest.failures["KO"] = Rejected("unknown_key", "HTTP 401: Unknown API Key", 401)
    with pytest.raises(SettingsError) as error:
        asyncio.run(stage.catch_up().run(OLDEST, NOW, None))
    assert error.value.problems == (
        "MASSIVE_API_KEY: refused by Massive: HTTP 401: Unknown API Key",
    )


def test_without_rest_the_database_is_all_there_is(stage: Stage) -> None:
    stage.stored(25)
    history = stage.run(T0 + 24 * MINUTE_MS, with_rest=False)
    assert stage.rest.asked == {}
    assert [len(bars) for bars in history.warm.values()] == [25] * 3
    assert len(history.missed) == 0


def test_the_running_minute_is_no_history(stage: Stage) -> None:
    stage.stored(31)
    history = stage.run(None)
    assert max(int(bars.start_ms[-1]) for bars in history.warm.values()) == T0 + 29 * MINUTE_MS


def test_missed_bars_come_in_the_order_of_time(stage: Stage) -> None:
    stage.stored(5)
    missed = stage.run(T0 + 4 * MINUTE_MS).missed
    keys = missed.start_ms * 10 + missed.row
    assert np.all(np.diff(keys) > 0)
