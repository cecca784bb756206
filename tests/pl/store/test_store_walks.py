"""What follows from the bars of a snapshot is taken up only where it still follows from them."""

import dataclasses
from pathlib import Path

import numpy as np
import pytest

from pl.market.batches import MINUTE_MS, ClosedBars
from pl.market.rows import by_row
from pl.signals.engine import SignalEngine
from pl.store.bars import BarStore
from pl.store.connection import Database
from pl.store.engine_code import engine_code
from pl.store.history import BarHistory
from pl.store.snapshot import Snapshots
from pl.store.snapshot_history import SnapshotHistory
from tests.pl.signals.synthetic import FIRST_OPEN_MS, SYMBOLS, engine, random_bars

CODE = "this"
N_BARS = 300
BEFORE_MS = FIRST_OPEN_MS + N_BARS * MINUTE_MS
ROWS = range(len(SYMBOLS))


def market() -> tuple[ClosedBars, ClosedBars]:
    bars = random_bars(N_BARS + 60, seed=1, rows=ROWS, missing=0.1)
    return bars.take(bars.start_ms < BEFORE_MS), bars.take(bars.start_ms >= BEFORE_MS)


def streamed(bars: ClosedBars) -> SignalEngine:
    made = engine()
    made.update(bars)
    return made


def keep(folder: Path, made: SignalEngine, through_ms: int | None = None) -> Snapshots:
    snapshots = Snapshots(folder, "real", SYMBOLS, CODE)
    draft = snapshots.draft("1min")
    for row in ROWS:
        draft.add(made.held(row, row + 1), made.through_ms if through_ms is None else through_ms)
    draft.finish()
    return snapshots


def test_walks_are_read_as_they_were_known(tmp_path: Path) -> None:
    made = streamed(market()[0])
    held = made.held(0, len(SYMBOLS))
    found = keep(tmp_path, made).load("1min")
    assert found is not None
    assert found.walks is not None
    assert len(held.hits)
    assert len(held.finds)
    for name in ("walk", "hits", "finds"):
        assert getattr(found.walks, name).tobytes() == getattr(held, name).tobytes()
        assert getattr(found.walks, name).shape == getattr(held, name).shape
    assert not found.walks.usable.any()  # the database has not been asked yet


@pytest.mark.parametrize("name", ["walk", "hits", "finds"])
@pytest.mark.parametrize("torn", [lambda raw: raw[:-8], lambda raw: b"\1" + raw[1:], lambda _: b""])
def test_torn_walks_leave_the_bars(tmp_path: Path, name: str, torn) -> None:
    snapshots = keep(tmp_path, streamed(market()[0]))
    column = next(tmp_path.glob(f"real/1min.????????/{name}"))
    column.write_bytes(torn(column.read_bytes()))
    found = snapshots.load("1min")
    assert found is not None
    assert found.walks is None


def test_lost_walks_leave_the_bars(tmp_path: Path) -> None:
    snapshots = keep(tmp_path, streamed(market()[0]))
    next(tmp_path.glob("real/1min.????????/walk")).unlink()
    found = snapshots.load("1min")
    assert found is not None
    assert found.walks is None


def test_another_version_of_the_code_walks_the_bars_itself(tmp_path: Path) -> None:
    keep(tmp_path, streamed(market()[0]))
    found = Snapshots(tmp_path, "real", SYMBOLS, "another").load("1min")
    assert found is not None
    assert found.walks is None


def test_the_version_of_the_code_is_the_same_at_each_start() -> None:
    assert engine_code() == engine_code()
    assert len(engine_code()) == 64


def begun(store: Database, folder: Path) -> tuple[SnapshotHistory, SignalEngine, ClosedBars]:
    past, after = market()
    BarStore(store).write_bars(past, SYMBOLS)
    made = streamed(past)
    history = SnapshotHistory(store, BarHistory(store), keep(folder, made), always)
    return history, made, after


def always(start_ms: np.ndarray) -> np.ndarray:
    return np.ones(start_ms.shape, np.bool_)


def goes_on_alike(cached: SnapshotHistory, made: SignalEngine, after: ClosedBars) -> bool:
    """Tell whether an engine that begins with the snapshot goes on as the one that was kept."""
    rows = cached.last_bars(SYMBOLS, 1_000, BEFORE_MS)
    other = engine()
    other.warm_all(rows, cached.walks.get("1min"))
    one, two = made.update(after), other.update(after)
    assert len(one.entries)
    return (
        one.entries.signals() == two.entries.signals()
        and one.indicators.values.tobytes() == two.indicators.values.tobytes()
    )


@pytest.mark.integration
def test_a_start_takes_up_what_the_database_bears_out(store: Database, tmp_path: Path) -> None:
    cached, made, after = begun(store, tmp_path)
    assert goes_on_alike(cached, made, after)
    assert cached.walks["1min"].usable.all()


@pytest.mark.integration
def test_a_symbol_that_changed_meanwhile_is_walked(store: Database, tmp_path: Path) -> None:
    cached, made, after = begun(store, tmp_path)
    past = market()[0]
    one = past.take(np.flatnonzero(past.row == 1)[[250]])
    one = dataclasses.replace(one, close=one.low, revision=np.ones(1, np.int32))
    BarStore(store).replace_bars(one, SYMBOLS)
    made.update(one)
    assert goes_on_alike(cached, made, after)
    assert cached.walks["1min"].usable.tolist() == [True, False, True]


@pytest.mark.integration
def test_bars_that_came_after_the_snapshot_are_walked_with_the_others(
    store: Database, tmp_path: Path
) -> None:
    past, after = market()
    BarStore(store).write_bars(past, SYMBOLS)
    first_half = streamed(past.take(past.start_ms < BEFORE_MS - 20 * MINUTE_MS))
    snapshots = keep(tmp_path, first_half)
    cached = SnapshotHistory(store, BarHistory(store), snapshots, always)
    assert goes_on_alike(cached, streamed(past), after)


@pytest.mark.integration
def test_bars_copied_after_others_are_read_again_and_walked(
    store: Database, tmp_path: Path
) -> None:
    past, after = market()
    last_ms = int(past.start_ms.max())
    BarStore(store).write_bars(past, SYMBOLS)
    made = streamed(past)
    through_ms = last_ms - MINUTE_MS
    cached = SnapshotHistory(store, BarHistory(store), keep(tmp_path, made, through_ms), always)
    assert goes_on_alike(cached, made, after)
    newest = {row: int(bars.start_ms[-1]) for row, bars in by_row(past).items()}
    usable = [newest[row] <= through_ms for row in ROWS]
    assert cached.walks["1min"].usable.tolist() == usable
    assert not all(usable)


@pytest.mark.integration
def test_a_start_from_earlier_than_the_snapshot_walks(store: Database, tmp_path: Path) -> None:
    cached, _, _ = begun(store, tmp_path)
    cached.last_bars(SYMBOLS, 1_000, BEFORE_MS - 10 * MINUTE_MS)
    assert not cached.walks["1min"].usable.any()
