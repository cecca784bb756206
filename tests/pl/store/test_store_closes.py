"""Closes on a real PostgreSQL: a killed server loses none, a refused row loses no other."""

import time
from contextlib import closing
from pathlib import Path
from typing import Any

import numpy as np
import psycopg2
import pytest

from pl.market.batches import QUALITY_BACKFILLED, ClosedBars
from pl.signals.indicators.names import INDICATOR_NAMES
from pl.signals.table import IndicatorTable
from pl.store.bars import BarStore
from pl.store.closes import Close, CloseStore
from pl.store.connection import Database
from pl.store.history import BarHistory
from pl.store.indicators import IndicatorStore
from pl.store.spool import Spool
from pl.store.spooled_closes import SpooledCloses
from pl.streaming.writer import Writer
from service.errors import Unavailable
from tests.pl.store.samples import MINUTE_MS, NOON_S, closed_bars

pytestmark = pytest.mark.integration

NOON_MS = int(NOON_S * 1000)
SYMBOLS = ("A", "B", "C")
N_MINUTES = 390


def closes(store: Database) -> CloseStore:
    return CloseStore(BarStore(store), IndicatorStore(store))


def minute(n: int, **changes: Any) -> Close:
    bars = closed_bars(n_symbols=3, start_ms=NOON_MS + n * MINUTE_MS)
    values = np.full((3, len(INDICATOR_NAMES)), float(n))
    columns = {name: getattr(bars, name) for name in ClosedBars.__dataclass_fields__} | changes
    return Close(
        ClosedBars(**columns),
        IndicatorTable(
            bars.row,
            bars.start_ms,
            values,
            bars.start_ms * 0,
            np.zeros((len(values), 2), np.int64),
        ),
    )


def within(seconds: float, met: Any) -> None:
    deadline = time.monotonic() + seconds
    while not met():
        assert time.monotonic() < deadline
        time.sleep(0.02)


def test_a_revised_bar_makes_postgresql_refuse_nothing(database: Any) -> None:
    refused: list[Exception] = []

    class Counting(Database):
        def run(self, work: Any) -> Any:
            try:
                return super().run(work)
            except psycopg2.Error as error:
                refused.append(error)
                raise

    with closing(Counting(database.url, application="test")) as store:
        written = closes(store)
        written.write(minute(0), SYMBOLS)
        written.write(minute(0, revision=np.array([0, 1, 0], np.int32)), SYMBOLS)
    assert refused == []


def test_a_session_without_postgresql_and_two_kills_lose_no_bar(
    store: Database, outage: Any, asked: Any, tmp_path: Path
) -> None:
    store.ping()
    outage.kill()
    with closing(Spool(tmp_path)) as spool:
        writer = Writer(SYMBOLS, closes(store), SpooledCloses(spool, closes(store)))
        writer.start()
        for n in range(N_MINUTES):
            writer.submit(minute(n))
        within(300, lambda: spool.waiting == N_MINUTES)
        assert writer._held == []
        with pytest.raises(Unavailable):
            store.ping()
        # the process is killed: what it held in memory is gone, what is on disk is all there is
        writer.stop(60)
    outage.start()
    with closing(Spool(tmp_path)) as left:
        again = SpooledCloses(left, closes(store))
        within(120, lambda: _drained(again))
    stored = BarHistory(store).bars_between(SYMBOLS, NOON_MS, NOON_MS + N_MINUTES * MINUTE_MS)
    assert len(stored) == 3 * N_MINUTES
    assert asked("SELECT count(*), max(sma_20) FROM indicator_rows_intraday") == [
        (3 * N_MINUTES, N_MINUTES - 1)
    ]


def _drained(spooled: SpooledCloses) -> bool:
    try:
        spooled.drain()
    except Unavailable:
        return False
    return spooled.waiting == 0


def test_a_spooled_close_that_nobody_can_read_is_kept(store: Database, tmp_path: Path) -> None:
    kept = closes(store)
    with closing(Spool(tmp_path)) as spool:
        spooled = SpooledCloses(spool, kept)
        spool.append(b"no close of ours")
        assert (spooled.drain(), kept.refused, spooled.waiting) == (1, 1, 0)
    assert b"no close of ours" in (tmp_path / "refused.spool").read_bytes()


def test_a_row_that_postgresql_refuses_loses_no_other(
    store: Database, asked: Any, tmp_path: Path
) -> None:
    store.run(lambda cursor: cursor.execute("ALTER TABLE ohlcv_1min ADD CHECK (volume < 1e15)"))
    sound, dear = minute(0), minute(1)
    dear.bars.volume[1] = 1e300
    fetched = minute(2, quality=np.full(3, QUALITY_BACKFILLED, np.uint8))
    fetched.bars.volume[0] = 1e300
    kept = closes(store)
    with closing(Spool(tmp_path)) as spool:
        writer = Writer(SYMBOLS, kept, SpooledCloses(spool, kept))
        for close in (sound, dear, fetched):
            writer.submit(close)
        writer.start()
        writer.stop(20)
    assert (writer.failure, writer.problem, writer.waiting) == ("", "", 0)
    assert asked("SELECT symbol, count(*)::int FROM ohlcv_1min GROUP BY 1 ORDER BY 1") == [
        ("A", 2),
        ("B", 2),
        ("C", 3),
    ]
    assert kept.refused == 2
    assert "volume=1e+300" in kept.last_refused
    assert "violates check constraint" in kept.last_refused
