"""A start from a snapshot is one from the database, or the snapshot is not believed."""

import dataclasses
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from pl.market.batches import MINUTE_MS, ClosedBars, Int64
from pl.market.columns import merged
from pl.market.rows import ByRow
from pl.signals.engine import SignalEngine
from pl.store.bars import BarStore
from pl.store.connection import Database
from pl.store.history import BarHistory
from pl.store.many_bars import ManyBars
from pl.store.marks import MarkReader
from pl.store.snapshot import Snapshots
from pl.store.snapshot_history import SnapshotHistory
from tests.pl.signals.synthetic import DAY_MS, FIRST_OPEN_MS, engine, random_bars

SYMBOLS = tuple(f"S{number:02d}" for number in range(12))
ROWS = range(len(SYMBOLS))
N_BARS = 120
BEFORE_MS = FIRST_OPEN_MS + N_BARS * MINUTE_MS
ALL_BUT_TRADES = [
    field.name for field in dataclasses.fields(ClosedBars) if field.name != "trade_count"
]


def market() -> ClosedBars:
    return random_bars(N_BARS + 30, rows=ROWS, missing=0.2)


def until(bars: ClosedBars, before_ms: int) -> ClosedBars:
    return bars.take(bars.start_ms < before_ms)


def every(start_ms: Int64) -> Any:
    return np.ones(start_ms.shape, np.bool_)


def warmed(by_symbol: dict[str, ClosedBars]) -> SignalEngine:
    made = engine(SYMBOLS)
    for row, symbol in enumerate(SYMBOLS):
        made.warm(row, by_symbol[symbol])
    return made


def by_symbol(bars: ClosedBars) -> dict[str, ClosedBars]:
    return {symbol: bars.take(bars.row == row) for row, symbol in enumerate(SYMBOLS)}


def keep(folder: Path, made: SignalEngine, market_id: str = "real") -> Snapshots:
    snapshots = Snapshots(folder, market_id, SYMBOLS)
    draft = snapshots.draft("1min")
    for begin in range(0, len(SYMBOLS), 5):
        draft.add(made.held(begin, min(begin + 5, len(SYMBOLS))), made.through_ms)
    draft.finish()
    return snapshots


def named(rows: ByRow) -> dict[str, ClosedBars]:
    return {symbol: rows[row] for row, symbol in enumerate(SYMBOLS)}


def same(left: dict[str, ClosedBars], right: dict[str, ClosedBars]) -> bool:
    return all(
        getattr(left[symbol], name).tobytes() == getattr(right[symbol], name).tobytes()
        for symbol in SYMBOLS
        for name in ALL_BUT_TRADES
    )


def begun(store: Database, folder: Path) -> tuple[SnapshotHistory, BarHistory, ClosedBars]:
    bars = market()
    past = until(bars, BEFORE_MS)
    BarStore(store).write_bars(past, SYMBOLS)
    snapshots = keep(folder, warmed(by_symbol(past)))
    history = BarHistory(store)
    return SnapshotHistory(store, history, snapshots, every), history, bars


@pytest.mark.integration
def test_a_snapshot_gives_what_the_database_gives(store: Database, tmp_path: Path) -> None:
    cached, history, bars = begun(store, tmp_path)
    assert same(
        named(cached.last_bars(SYMBOLS, 1_000, BEFORE_MS + 1)),
        history.last_bars(SYMBOLS, 1_000, BEFORE_MS + 1),
    )
    assert cached.trusted == len(SYMBOLS)
    BarStore(store).write_bars(bars.take(bars.start_ms >= BEFORE_MS), SYMBOLS)
    end_ms = BEFORE_MS + 30 * MINUTE_MS
    assert same(
        named(cached.last_bars(SYMBOLS, 1_000, end_ms)), history.last_bars(SYMBOLS, 1_000, end_ms)
    )
    assert cached.trusted == len(SYMBOLS)


class OneByOne(BarHistory):
    """Refuses what an index would be asked for symbol by symbol."""

    def bars_between(self, *_: Any, **__: Any) -> ClosedBars:
        raise AssertionError("a whole market was asked for one by one")


@pytest.mark.integration
def test_what_came_after_a_snapshot_of_a_whole_market_is_read_at_once(
    store: Database, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("pl.store.snapshot_history.MANY", len(SYMBOLS) - 1)
    _, history, bars = begun(store, tmp_path)
    BarStore(store).write_bars(bars.take(bars.start_ms >= BEFORE_MS), SYMBOLS)
    end_ms = BEFORE_MS + 30 * MINUTE_MS
    snapshots = Snapshots(tmp_path, "real", SYMBOLS)
    cached = SnapshotHistory(store, OneByOne(store), snapshots, every)
    found = named(cached.last_bars(SYMBOLS, 1_000, end_ms))
    assert same(found, history.last_bars(SYMBOLS, 1_000, end_ms))
    assert cached.trusted == len(SYMBOLS)


@pytest.mark.integration
def test_symbols_that_changed_meanwhile_are_read_afresh(store: Database, tmp_path: Path) -> None:
    cached, history, bars = begun(store, tmp_path)
    past = until(bars, BEFORE_MS)

    def one(row: int, place: int) -> ClosedBars:
        return past.take(np.flatnonzero(past.row == row)[[place]])

    revised = dataclasses.replace(one(1, 40), close=one(1, 40).high, revision=np.ones(1, np.int32))
    completed = dataclasses.replace(one(2, 7), quality=np.ones(1, np.uint8))
    missing = np.setdiff1d(np.unique(past.start_ms), past.start_ms[past.row == 3])[:1]
    late = dataclasses.replace(one(3, 0), start_ms=missing)
    older = dataclasses.replace(one(4, 0), start_ms=np.array([FIRST_OPEN_MS - DAY_MS]))
    BarStore(store).replace_bars(merged([revised, late, older]), SYMBOLS)
    BarStore(store).write_bars(completed, SYMBOLS)
    found = named(cached.last_bars(SYMBOLS, 1_000, BEFORE_MS + 1))
    assert same(found, history.last_bars(SYMBOLS, 1_000, BEFORE_MS + 1))
    assert cached.trusted == len(SYMBOLS) - 4


@pytest.mark.integration
def test_marks_are_summed_over_some_symbols_at_a_time(
    store: Database, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("pl.store.snapshot_history.ROWS_AT_ONCE", 5)
    bars = market()
    past = until(bars, BEFORE_MS)
    changed = dataclasses.replace(past, revision=past.row % 3, quality=(past.row % 2).astype("u1"))
    past = changed.take(changed.row != 7)
    BarStore(store).replace_bars(past, SYMBOLS)
    history = BarHistory(store)
    snapshots = keep(tmp_path, warmed(history.last_bars(SYMBOLS, 1_000, BEFORE_MS)))
    cached = SnapshotHistory(store, history, snapshots, every)
    cached.last_bars(SYMBOLS, 1_000, BEFORE_MS + 1)
    assert cached.trusted == len(SYMBOLS)
    assert history.last_bars(SYMBOLS, 1_000, BEFORE_MS)[SYMBOLS[5]].revision.tolist()[0] == 2


@pytest.mark.integration
def test_a_snapshot_from_later_than_asked_for_is_cut(store: Database, tmp_path: Path) -> None:
    cached, history, _ = begun(store, tmp_path)
    before_ms = BEFORE_MS - 10 * MINUTE_MS
    assert same(
        named(cached.last_bars(SYMBOLS, 1_000, before_ms)),
        history.last_bars(SYMBOLS, 1_000, before_ms),
    )
    assert cached.trusted == len(SYMBOLS)


@pytest.mark.integration
def test_a_snapshot_from_after_what_is_asked_for_is_left_alone(
    store: Database, tmp_path: Path
) -> None:
    cached, history, _ = begun(store, tmp_path)
    for before_ms in (0, FIRST_OPEN_MS):
        found = named(cached.last_bars(SYMBOLS, 1_000, before_ms))
        assert same(found, history.last_bars(SYMBOLS, 1_000, before_ms))


@pytest.mark.integration
def test_reading_the_whole_market_at_once_gives_the_same(store: Database) -> None:
    bars = market()
    rare = bars.take((bars.row != 5) | (np.arange(len(bars)) % 7 == 0))
    BarStore(store).write_bars(rare, SYMBOLS)
    history = BarHistory(store)
    many = ManyBars(store, history, MarkReader(store))
    for n in (10, 60, 1_000):
        assert same(
            many.last_bars(SYMBOLS, n, BEFORE_MS, "1min"), history.last_bars(SYMBOLS, n, BEFORE_MS)
        )


@pytest.mark.integration
def test_a_span_of_the_whole_market_is_the_same_in_order_of_symbols(store: Database) -> None:
    BarStore(store).write_bars(market(), SYMBOLS)
    history = BarHistory(store)
    many = ManyBars(store, history, MarkReader(store))
    since_ms = FIRST_OPEN_MS + 7 * MINUTE_MS
    found = many.between(SYMBOLS, since_ms, BEFORE_MS, "1min")
    expected = history.bars_between(SYMBOLS, since_ms, BEFORE_MS)
    expected = expected.take(np.lexsort((expected.start_ms, expected.row)))
    for name in ClosedBars.__dataclass_fields__:
        assert getattr(found, name).tobytes() == getattr(expected, name).tobytes()


def test_an_engine_warmed_by_a_snapshot_goes_on_to_the_byte(tmp_path: Path) -> None:
    bars = market()
    first = warmed(by_symbol(until(bars, BEFORE_MS)))
    held = keep(tmp_path, first).load("1min")
    assert held is not None
    ends = np.cumsum(held.n_bars)
    second = engine(SYMBOLS)
    for row, symbol in enumerate(SYMBOLS):
        whole = by_symbol(until(bars, BEFORE_MS))[symbol]
        place = slice(ends[row] - held.n_bars[row], ends[row])
        assert held.start[place].tobytes() == whole.start_ms.tobytes()
        columns = dict(
            zip(
                ("open", "high", "low", "close", "volume", "vwap"),
                held.prices[place].T,
                strict=True,
            )
        )
        second.warm(row, dataclasses.replace(whole, **columns))
    after = bars.take(bars.start_ms >= BEFORE_MS)
    one, other = first.update(after), second.update(after)
    assert one.indicators.values.tobytes() == other.indicators.values.tobytes()
    assert one.entries.signals() == other.entries.signals()
    assert len(one.entries)


def test_a_torn_or_foreign_snapshot_is_not_used(tmp_path: Path) -> None:
    made = warmed(by_symbol(until(market(), BEFORE_MS)))
    snapshots = keep(tmp_path, made)
    unfinished = snapshots.draft("1min")
    unfinished.add(made.held(0, len(SYMBOLS)), made.through_ms)
    unfinished.close()
    found = snapshots.load("1min")
    assert found is not None
    assert found.through_ms == made.through_ms
    assert Snapshots(tmp_path, "real", SYMBOLS[:-1]).load("1min") is None
    assert Snapshots(tmp_path, "simulated", SYMBOLS).load("1min") is None
    column = next(tmp_path.glob("real/1min.????????/prices"))
    raw = bytearray(column.read_bytes())
    raw[100] ^= 1
    column.write_bytes(raw)
    assert snapshots.load("1min") is None


def test_the_newest_snapshot_takes_the_place_of_the_others(tmp_path: Path) -> None:
    bars = market()
    snapshots = keep(tmp_path, warmed(by_symbol(until(bars, BEFORE_MS - DAY_MS // 24))))
    made = warmed(by_symbol(until(bars, BEFORE_MS)))
    keep(tmp_path, made)
    found = snapshots.load("1min")
    assert found is not None
    assert found.through_ms == made.through_ms
    assert len(list((tmp_path / "real").iterdir())) == 1


@pytest.mark.integration
@pytest.mark.parametrize("n_less", [0, 10, N_BARS])
def test_a_comparison_that_was_begun_earlier_gives_the_same(
    store: Database, tmp_path: Path, n_less: int
) -> None:
    cached, history, _ = begun(store, tmp_path)
    before_ms = BEFORE_MS - n_less * MINUTE_MS
    cached.compare(SYMBOLS, "1min")
    found = named(cached.last_bars(SYMBOLS, 1_000, before_ms))
    assert same(found, history.last_bars(SYMBOLS, 1_000, before_ms))
    assert cached.trusted == (0 if n_less == N_BARS else len(SYMBOLS))


@pytest.mark.integration
def test_a_comparison_counts_for_one_answer(store: Database, tmp_path: Path) -> None:
    cached, history, _ = begun(store, tmp_path)
    cached.compare(SYMBOLS, "1min")
    cached.last_bars(SYMBOLS, 1_000, BEFORE_MS)
    past = until(market(), BEFORE_MS)
    one = past.take(np.flatnonzero(past.row == 1)[[40]])
    revised = dataclasses.replace(one, close=one.high, revision=np.ones(1, np.int32))
    BarStore(store).replace_bars(revised, SYMBOLS)
    found = named(cached.last_bars(SYMBOLS, 1_000, BEFORE_MS))
    assert same(found, history.last_bars(SYMBOLS, 1_000, BEFORE_MS))
    assert cached.trusted == len(SYMBOLS) - 1


@pytest.mark.integration
def test_without_a_snapshot_there_is_nothing_to_compare(store: Database, tmp_path: Path) -> None:
    _, history, _ = begun(store, tmp_path)
    empty = Snapshots(tmp_path / "empty", "real", SYMBOLS)
    cached = SnapshotHistory(store, history, empty, every)
    cached.compare(SYMBOLS, "1min")
    found = named(cached.last_bars(SYMBOLS, 1_000, BEFORE_MS))
    assert same(found, history.last_bars(SYMBOLS, 1_000, BEFORE_MS))
    assert cached.trusted == 0
