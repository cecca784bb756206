"""What a replay plays, in which order, at which pace."""

import time
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from pl.feeds.feed import FeedItem
from pl.feeds.recording import Recording, recorded_symbols
from pl.feeds.replay import Pace, Replay, slot_ms
from pl.market.batches import MINUTE_MS, UPDATES_ALL, BarBatch, FeedNotice, SymbolTable, TradeBatch
from pl.market.sessions import AlwaysOpenSessions
from service.errors import InvalidData

ALWAYS = AlwaysOpenSessions().regular
TABLE = SymbolTable(["SPY", "AIG", "BAC", "IBM"])
FIVE_DAYS = [f"201310{day:02}" for day in range(7, 12)]
T0 = 1_381_132_800_000


class Record:
    def __init__(self) -> None:
        self.items: list[FeedItem] = []

    async def put(self, item: FeedItem) -> None:
        self.items.append(item)

    @property
    def trades(self) -> list[TradeBatch]:
        return [item for item in self.items if isinstance(item, TradeBatch)]

    def column(self, name: str) -> list[float]:
        return [value for batch in self.trades for value in getattr(batch, name).tolist()]


def recorded(path: Path, **columns: list[object]) -> Recording:
    pq.write_table(pa.table(columns), path / "recording.parquet")
    return Recording(path / "recording.parquet", TABLE, ALWAYS)


def trades(path: Path, times: list[int], symbols: list[str]) -> Recording:
    n = len(times)
    return recorded(
        path, symbol=symbols, t=times, price=[float(i + 1) for i in range(n)], size=[100] * n
    )


async def played(recording: Recording, speed: float = 0, start_ms: int = 0) -> Record:
    record = Record()
    await Replay(recording, speed=speed, start_ms=start_ms).run(record)
    return record


async def test_symbols_are_merged_by_time_and_ties_keep_the_order_of_the_file(
    tmp_path: Path,
) -> None:
    recording = trades(tmp_path, [T0, T0 + 20, T0 + 10, T0 + 20], ["AIG", "AIG", "SPY", "SPY"])
    record = await played(recording)
    assert record.column("price") == [1.0, 3.0, 2.0, 4.0]
    assert record.column("row") == [1, 0, 1, 0]
    assert record.column("sequence") == [1, 2, 3, 4]
    assert record.column("rule") == [UPDATES_ALL] * 4


async def test_no_batch_spans_the_end_of_a_minute(tmp_path: Path) -> None:
    times = [T0 + ms for ms in (0, 59_999, 60_000, 119_999, 600_000)]
    record = await played(trades(tmp_path, times, ["SPY"] * 5))
    assert [len(batch) for batch in record.trades] == [2, 2, 1]


async def test_a_crowded_minute_is_cut_into_batches(tmp_path: Path) -> None:
    record = await played(trades(tmp_path, [T0] * 20_000, ["SPY"] * 20_000))
    assert [len(batch) for batch in record.trades] == [8_192, 8_192, 3_616]


async def test_it_ends_with_a_notice_of_what_it_played(tmp_path: Path) -> None:
    record = await played(trades(tmp_path, [T0], ["SPY"]))
    end = record.items[-1]
    assert isinstance(end, FeedNotice)
    assert (end.kind, end.count) == ("end", 1)


async def test_it_resumes_at_a_time_with_the_same_sequence_numbers(tmp_path: Path) -> None:
    recording = trades(tmp_path, [T0, T0 + 1, T0 + 2], ["SPY"] * 3)
    record = await played(recording, start_ms=T0 + 1)
    assert record.column("sequence") == [2, 3]


async def test_symbols_outside_the_table_are_counted(tmp_path: Path) -> None:
    recording = trades(tmp_path, [T0, T0 + 1], ["XYZ", "SPY"])
    record = await played(recording)
    assert record.column("row") == [0]
    assert recording.foreign == 1


async def test_symbols_outside_the_table_are_told_with_their_count(tmp_path: Path) -> None:
    names = [f"X{n:02}" for n in range(12)]
    recording = trades(tmp_path, [T0 + n for n in range(14)], [*names, "SPY", "X00"])
    record = await played(recording)
    told = [item for item in record.items if isinstance(item, FeedNotice)]
    assert [(one.kind, one.count) for one in told] == [
        ("connected", 1),
        ("foreign", 13),
        ("end", 1),
    ]
    assert told[1].detail == f"{', '.join(names[:10])} and 2 more"


async def test_a_recording_that_was_played_says_how_to_play_it_again(tmp_path: Path) -> None:
    record = await played(trades(tmp_path, [T0], ["SPY"]), start_ms=T0 + MINUTE_MS)
    (end,) = (item for item in record.items if isinstance(item, FeedNotice) and item.kind == "end")
    assert end.count == 0
    assert end.detail == (
        "nothing is left to play: stored before through 2013-10-07 08:01 UTC;"
        " to play it again: python3 scripts/replay_again.py, then start again"
    )


def test_a_recording_names_its_symbols(tmp_path: Path) -> None:
    trades(tmp_path, [T0, T0, T0], ["SPY", "AIG", "SPY"])
    assert recorded_symbols(tmp_path / "recording.parquet") == ("AIG", "SPY")
    with pytest.raises(InvalidData, match=r"absent\.parquet"):
        recorded_symbols(tmp_path / "absent.parquet")


async def test_minute_bars_are_due_at_their_end(tmp_path: Path) -> None:
    ohlcv = {name: [1.0, 2.0] for name in ("open", "high", "low", "close", "volume")}
    recording = recorded(tmp_path, symbol=["SPY", "AIG"], t=[T0, T0 + MINUTE_MS], **ohlcv)
    record = Record()
    replay = Replay(recording, speed=0)
    await replay.run(record)
    bars = [item for item in record.items if isinstance(item, BarBatch)]
    assert [batch.start_ms.tolist() for batch in bars] == [[T0], [T0 + MINUTE_MS]]
    assert replay.now_ms() == T0 + 2 * MINUTE_MS
    assert bars[0].span_ms == MINUTE_MS


def test_other_columns_are_refused_by_name(tmp_path: Path) -> None:
    with pytest.raises(InvalidData, match="expected columns symbol, t, price"):
        recorded(tmp_path, symbol=["SPY"], time=[1])


def test_an_absent_recording_is_refused(tmp_path: Path) -> None:
    with pytest.raises(InvalidData, match=r"absent\.parquet"):
        Recording(tmp_path / "absent.parquet", TABLE, ALWAYS)


async def test_real_time_keeps_the_distances_between_trades(tmp_path: Path) -> None:
    start = time.monotonic()
    await played(trades(tmp_path, [T0, T0 + 20_000], ["SPY", "SPY"]), speed=100)
    assert 0.2 <= time.monotonic() - start < 20


@pytest.mark.parametrize(("speed", "ms"), [(0, 60_000), (1, 100), (60, 500), (1e6, 60_000)])
async def test_the_faster_a_replay_the_more_comes_together_but_never_two_minutes(
    speed: float, ms: int
) -> None:
    assert slot_ms(speed) == ms
    assert MINUTE_MS % slot_ms(speed) == 0


async def test_a_night_is_skipped(tmp_path: Path) -> None:
    start = time.monotonic()
    await played(trades(tmp_path, [T0, T0 + 10 * 3_600_000], ["SPY", "SPY"]), speed=1)
    assert time.monotonic() - start < 5


async def test_the_clock_runs_between_trades_but_never_past_the_next() -> None:
    wall = [100.0]
    pace = Pace(2.0, clock=lambda: wall[0])
    assert pace.now_ms() == 0
    await pace.reach(T0)
    assert pace.now_ms() == T0
    wall[0] += 0.5
    await pace.reach(T0 + 1_000)
    assert pace.now_ms() == T0 + 1_000
    wall[0] += 60.0
    assert pace.now_ms() == T0 + 1_000


async def test_at_full_speed_the_clock_stands_at_the_last_trade(tmp_path: Path) -> None:
    replay = Replay(trades(tmp_path, [T0, T0 + 70_000], ["SPY", "SPY"]), speed=0)
    await replay.run(Record())
    assert replay.now_ms() == T0 + 70_000


@pytest.mark.real_data
async def test_five_real_days_come_whole_and_in_order(
    test_data: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    path = test_data / "lean" / "tick_trades.parquet"
    start = time.perf_counter()
    record = await played(Recording(path, TABLE, ALWAYS))
    elapsed = time.perf_counter() - start
    stored = pq.read_table(path, columns=["t", "price", "size"])
    t_ms = np.concatenate([batch.t_ms for batch in record.trades])
    assert len(t_ms) == stored.num_rows == 2_793_812
    assert (np.diff(t_ms) >= 0).all()
    assert np.array_equal(np.sort(stored["t"].to_numpy()), t_ms)
    assert sum(batch.size.sum() for batch in record.trades) == stored["size"].to_numpy().sum()
    sequence = np.concatenate([batch.sequence for batch in record.trades])
    assert (np.diff(sequence) > 0).all()
    with capsys.disabled():
        print(f"\nreplay: {len(t_ms) / elapsed:,.0f} trades/s in {len(record.trades)} batches")


@pytest.mark.real_data
async def test_recorded_times_are_unix_ms_by_the_witness_of_recorded_minutes(
    test_data: Path,
) -> None:
    """Of 11,374 published minutes 11,323 have the volume of our trades (data README)."""
    record = await played(Recording(test_data / "lean/tick_trades.parquet", TABLE, ALWAYS))
    ours: dict[tuple[int, int], float] = {}
    for batch in record.trades:  # no batch spans a minute
        counted = batch.size * (batch.rule > 0)
        minute = int(batch.t_ms[0]) // MINUTE_MS * MINUTE_MS
        for row, shares in enumerate(np.bincount(batch.row, counted, len(TABLE))):
            ours[row, minute] = ours.get((row, minute), 0.0) + shares
    published = pq.read_table(
        test_data / "lean/minute_trade_bars.parquet",
        filters=[("symbol", "in", list(TABLE)), ("date", "in", FIVE_DAYS)],
    ).to_pylist()
    equal = sum(ours.get((TABLE.row(b["symbol"]), b["t"])) == b["volume"] for b in published)
    assert len(published) == 11_374
    assert equal == 11_323
