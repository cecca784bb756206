"""What a start evaluated is there to be read before the next close, on a real database."""

from collections.abc import Iterator
from typing import Any

import numpy as np
import pytest

from pl.market.batches import ClosedBars, Int64
from pl.signals.engine import SignalEngine
from pl.signals.indicators.names import INDICATOR_NAMES
from pl.signals.table import IndicatorTable
from pl.signals.universe import Universe
from pl.store.connection import Cursor, Database
from pl.store.indicators import IndicatorStore
from pl.store.queries import SignalQueries
from pl.streaming.first_rows import FirstRows
from tests.pl.signals.synthetic import SYMBOLS, engine, lively_bars, span

pytestmark = pytest.mark.integration

N_BARS = 900
DELETE_AAA = "DELETE FROM indicator_rows_daily WHERE symbol = 'AAA'"
DAYS = lively_bars(N_BARS, seed=41)
"""Of three symbols, as if each minute were a day."""


@pytest.fixture
def store(database: Any) -> Iterator[Database]:
    opened = Database(database.url, application="test")
    yield opened
    opened.close()


def warmed(bars: ClosedBars, timeframe: str = "daily") -> SignalEngine:
    running = engine(timeframe=timeframe)
    running.warm_all({row: bars.take(bars.row == row) for row in range(len(SYMBOLS))})
    return running


def filling(store: Database, running: SignalEngine) -> FirstRows:
    return FirstRows({"daily": running}, SYMBOLS, IndicatorStore(store))


def asked(store: Database, columns: str) -> list[tuple[Any, ...]]:
    """Return columns of all daily rows, by symbol and time."""
    query = f'SELECT {columns} FROM indicator_rows_daily ORDER BY symbol, "timestamp"'

    def work(cursor: Cursor) -> list[tuple[Any, ...]]:
        cursor.execute(query)
        return cursor.fetchall()

    return store.run(work)


def closed_at(n: int) -> IndicatorTable:
    """Return the rows that the close of the `n`-th bar wrote."""
    running = warmed(span(DAYS, 0, 3 * (n - 1)))
    table = running.update(span(DAYS, 3 * (n - 1), 3 * n)).indicators
    Universe().compare(table)
    return table


def eventful() -> int:
    """Return a bar on which patterns and candlesticks are found."""
    whole = engine(timeframe="daily").update(DAYS).indicators
    both = (whole.patterns != 0) & (whole.candles[:, 1] != 0) & (whole.row == 1)
    return int(np.flatnonzero(both)[-1]) // 3 + 1


async def test_the_last_rows_are_those_that_the_close_would_have_written(store: Database) -> None:
    n = eventful()
    expected, running = closed_at(n), warmed(span(DAYS, 0, 3 * n))
    assert await filling(store, running).fill("daily", running) == len(SYMBOLS)
    bits = [expected.patterns, expected.candles[:, 0], expected.candles[:, 1]]
    columns = 'symbol, (extract(epoch FROM "timestamp") * 1000)::bigint, patterns, candles'
    found = asked(store, f"{columns}, candles_bearish")
    assert found == [
        (SYMBOLS[row], *facts)
        for row, *facts in np.column_stack([expected.row, expected.start_ms, *bits]).tolist()
    ]
    assert all(fired and bearish for symbol, _, fired, _, bearish in found if symbol == "BBB")
    for row, values in zip(expected.row.tolist(), expected.values.tolist(), strict=True):
        (read,) = SignalQueries(store).indicators(SYMBOLS[row], timeframe="daily").rows
        known = zip(INDICATOR_NAMES, values, strict=True)
        assert singles(read["values"]) == singles({n: v for n, v in known if not np.isnan(v)})
        assert "relative_strength" in read["values"]


def singles(values: dict[str, float]) -> dict[str, float]:
    """Return values as the database holds them."""
    return {name: float(np.float32(value)) for name, value in values.items()}


async def test_rows_that_a_close_wrote_are_left_alone(store: Database) -> None:
    running, told = warmed(DAYS), closed_at(N_BARS)
    told.patterns[:] = 5
    IndicatorStore(store).write_indicators(told, SYMBOLS, "daily")
    assert await filling(store, running).fill("daily", running) == 0
    store.run(lambda cursor: cursor.execute(DELETE_AAA))
    assert await filling(store, running).fill("daily", running) == len(SYMBOLS)
    (_, fresh), *others = asked(store, "symbol, patterns")
    assert others == [("BBB", 5), ("CCC", 5)]
    assert fresh != 5
    assert await filling(store, running).fill("daily", running) == 0


class Restless:
    """An engine whose every look at its last rows is followed by a close."""

    def __init__(self, running: SignalEngine, bars: ClosedBars) -> None:
        self.n_looks = 0
        self._running, self._bars = running, bars

    def __getattr__(self, name: str) -> Any:
        return getattr(self._running, name)

    def last_rows(self, rows: Int64) -> IndicatorTable:
        table = self._running.last_rows(rows)
        self._running.update(span(self._bars, 3 * self.n_looks, 3 * self.n_looks + 3))
        self.n_looks += 1
        return table


async def test_a_close_in_between_is_left_to_store_its_own(store: Database) -> None:
    n = N_BARS - 5
    running = warmed(span(DAYS, 0, 3 * n))
    restless: Any = Restless(running, span(DAYS, 3 * n, 3 * N_BARS))
    assert await filling(store, running).fill("daily", restless) == 0
    assert restless.n_looks == 1
    assert asked(store, "symbol") == []


async def test_a_market_without_bars_has_nothing_to_fill(store: Database) -> None:
    running = engine(timeframe="daily")
    assert await filling(store, running).fill("daily", running) == 0
