"""No repaint, counted: the log of every prefix of recorded history is a prefix of the whole log.

A bar is judged twice: as it came, when what lies after it in memory is poison, and again with
the whole history in place. What fires, chart patterns too, with every number of it, and every
candlestick must agree to the bit; so the log up to bar i is the same for each longer history, for
every i.
`pytest -m exhaustive` judges more than a million prefixes; without it every eighth symbol.
"""

from collections.abc import Callable
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from pl.market.batches import ClosedBars
from pl.signals import evaluation
from pl.signals.chart.sketch import SIZE
from pl.signals.chart.state import empty_state
from pl.signals.charting import ROW, look_again, room_for_finds
from pl.signals.closing import FINDS, HITS, close_bars, room_for_rows, room_of
from pl.signals.engine import SignalEngine
from pl.signals.lives import empty_lives
from tests.pl.signals.laws.markets import closed_bars
from tests.pl.signals.synthetic import DAY_MS, random_bars

pytestmark = pytest.mark.real_data

POISON = 1e9
CHUNK = 20_000
Found = dict[str, np.ndarray]


def one_span(_: int) -> int:
    return 0


def day_of(start_ms: int) -> int:
    return start_ms // DAY_MS * DAY_MS


def sound_bars(frame: pd.DataFrame, times: np.ndarray) -> ClosedBars:
    """Return the sound bars of a frame sorted by (start, row), one row a symbol."""
    keep = frame["high"] >= frame[["open", "close"]].max(axis=1)
    keep &= (frame["low"] <= frame[["open", "close"]].min(axis=1)) & (frame["low"] > 0)
    named = frame.assign(start=times, symbol=frame["symbol"].astype(str))
    return closed_bars(named[keep], sorted(named["symbol"].unique()))


def every(frame: pd.DataFrame, symbol: str, step: int) -> pd.DataFrame:
    names = sorted(frame[symbol].unique())[::step]
    return frame[frame[symbol].isin(names)]


def daily(folder: Path, step: int) -> tuple[ClosedBars, str, Callable[[int], int]]:
    frame = pd.read_parquet(folder / "daily_sp500_5yr" / "sp500_5yr.parquet").dropna()
    frame = every(frame.astype({"symbol": str}), "symbol", step)
    return sound_bars(frame, day_number(frame["date"]) * DAY_MS), "daily", one_span


def weekly(folder: Path, step: int) -> tuple[ClosedBars, str, Callable[[int], int]]:
    frame = pd.read_parquet(folder / "daily_sp500_5yr" / "sp500_5yr.parquet").dropna()
    frame = every(frame.astype({"symbol": str}), "symbol", step)
    frame = frame.assign(week=day_number(frame["date"]) // 7).sort_values(["symbol", "date"])
    groups = frame.groupby(["symbol", "week"])
    bars = groups.agg({"open": "first", "high": "max", "low": "min", "close": "last"})
    bars["volume"] = groups["volume"].sum()
    bars = bars.reset_index()
    return sound_bars(bars, bars["week"].to_numpy() * 7 * DAY_MS), "weekly", one_span


def hourly(folder: Path, step: int) -> tuple[ClosedBars, str, Callable[[int], int]]:
    frame = pd.read_parquet(folder / "lean" / "hour_raw.parquet").dropna()
    frame = every(frame.astype({"symbol": str}), "symbol", step)
    return sound_bars(frame, times_of(frame)), "1hour", one_span


def old_days(folder: Path, step: int) -> tuple[ClosedBars, str, Callable[[int], int]]:
    frame = pd.read_parquet(folder / "lean" / "daily_raw.parquet").dropna()
    frame = every(frame.astype({"symbol": str}), "symbol", step)
    return sound_bars(frame, times_of(frame)), "daily", one_span


def minutes(folder: Path, step: int) -> tuple[ClosedBars, str, Callable[[int], int]]:
    frame = pd.read_parquet(folder / "lean" / "minute_trade_bars.parquet").dropna()
    frame = every(frame.astype({"symbol": str}), "symbol", step)
    return sound_bars(frame, frame["t"].to_numpy()), "1min", day_of


def day_number(dates: pd.Series) -> np.ndarray:
    return pd.to_datetime(dates).to_numpy().astype("datetime64[D]").astype(np.int64)


def times_of(frame: pd.DataFrame) -> np.ndarray:
    column = "date" if "date" in frame else "hour_start_ny"
    return frame[column].to_numpy().astype("datetime64[ms]").astype(np.int64)


SOURCES = (daily, weekly, hourly, old_days, minutes)


def compared(hits: evaluation.HitRows, n_hits: int) -> Found:
    """Return what the kernels wrote but for what the batch decides."""
    facts = hits.facts[:n_hits][:, [1, 5, 2, 3]].copy()
    n_bars = np.array([pattern.n_bars for pattern in evaluation.PATTERNS])[facts[:, 2]]
    times = np.where(np.arange(4) < n_bars[:, None], hits.times[:n_hits], 0)
    return {"facts": facts, "times": times, "numbers": hits.numbers[:n_hits].copy()}


def joined(parts: list[Found]) -> Found:
    """Return all hits in the order of row, bar and pattern."""
    whole = {name: np.concatenate([part[name] for part in parts]) for name in parts[0]}
    order = np.lexsort(whole["facts"][:, 2::-1].T)
    return {name: values[order] for name, values in whole.items()}


def as_they_came(engine: SignalEngine, bars: ClosedBars) -> tuple[Found, np.ndarray, np.ndarray]:
    """Judge each bar when it comes; memory beyond it is poison.

    Returns what fired, and by row the candlesticks of every bar and the chart patterns.
    """
    engine.make_room(len(bars))
    engine._history.columns[:] = POISON
    engine._lives = empty_lives(len(engine._history.n_bars), 160, 40)
    parts, candles, charts = [], [], []
    for begin in range(0, len(bars), CHUNK):
        part = bars.take(np.arange(begin, min(begin + CHUNK, len(bars))))
        batch = engine._arrivals(part)
        out, room = room_for_rows(len(part)), room_of(engine._lives, 40 * len(part))
        end, _ = close_bars(engine._history, engine._charts, engine._lives, batch, 0, out, room)
        assert end == len(part)
        parts.append(compared(room.hits, int(room.written[HITS])))
        candles.append(out.candles)
        charts.append(room.finds[: room.written[FINDS]].copy())
    found = np.concatenate(charts)
    found = found[np.argsort(found[:, ROW], kind="stable")]
    in_rows = np.concatenate(candles)[np.argsort(bars.row, kind="stable")]
    return joined(parts), in_rows, found[:, :SIZE]


def with_hindsight(
    engine: SignalEngine, session_open: Callable[[int], int]
) -> tuple[Found, np.ndarray, np.ndarray]:
    """Judge every bar again with all bars in place; returns the same."""
    history, parts, candles, charts = engine._history, [], [], []
    for row, n in enumerate(history.n_bars.tolist()):
        if not n:
            continue
        rows, marks = evaluation.room_for(n), np.empty((n, 2), np.int64)
        opens = evaluation.session_starts(history, row, 0, n, session_open)
        n_hits = evaluation.evaluate_range(history, row, 0, n, opens, rows)
        evaluation.mark_range(history, row, 0, n, marks)
        finds = room_for_finds(n + 1)
        n_finds = look_again(history, empty_state(1), row, 0, 0, n, finds)
        parts.append(compared(rows, n_hits))
        candles.append(marks)
        charts.append(finds[:n_finds, :SIZE].copy())
    return joined(parts), np.concatenate(candles), np.concatenate(charts)


def judged_prefixes(
    bars: ClosedBars, timeframe: str, session_open: Callable[[int], int]
) -> tuple[int, int]:
    """Return how many prefixes agree with the whole, and how many hits they hold."""
    n_rows = int(bars.row.max()) + 1
    most = int(np.bincount(bars.row).max())
    names = [f"S{row}" for row in range(n_rows)]
    engine = SignalEngine(names, timeframe, "daily", session_open, session_bars=most)
    came, candles, charts = as_they_came(engine, bars)
    again, candles_again, charts_again = with_hindsight(engine, session_open)
    for name, values in came.items():
        assert values.tobytes() == again[name].tobytes(), (timeframe, name)
    assert candles.tobytes() == candles_again.tobytes()
    assert charts.tobytes() == charts_again.tobytes()
    return len(bars), len(came["facts"]) + len(charts)


@pytest.mark.parametrize("source", SOURCES, ids=lambda source: source.__name__)
def test_no_bar_is_judged_otherwise_once_the_future_is_known(
    source: Callable[..., tuple[ClosedBars, str, Callable[[int], int]]], test_data: Path
) -> None:
    prefixes, hits = judged_prefixes(*source(test_data, 8))
    assert prefixes > 2_000
    assert hits > 500


@pytest.mark.exhaustive
def test_more_than_a_million_prefixes_agree(
    request: pytest.FixtureRequest, test_data: Path
) -> None:
    if "exhaustive" not in request.config.option.markexpr:
        pytest.skip("takes half a minute: run with -m exhaustive")
    counted = [judged_prefixes(*source(test_data, 1)) for source in SOURCES]
    print(f"prefixes {sum(n for n, _ in counted):,}, entries {sum(n for _, n in counted):,}")
    assert sum(n for n, _ in counted) >= 1_000_000


def test_a_judgement_that_needs_the_next_bar_would_be_noticed() -> None:
    """What the comparison is made of tells a known next bar from poison."""
    bars = random_bars(300, rows=[0], seed=1)
    engine = SignalEngine(("A",), "daily", "daily", one_span, session_bars=400)
    came, *_ = as_they_came(engine, bars)
    engine._history.columns[299, 3, 0] *= 1.1
    again, *_ = with_hindsight(engine, one_span)
    assert came["facts"].tobytes() != again["facts"].tobytes()
