"""Time the chart patterns of a whole market at a minute close, on one core."""

import time
from typing import Final

import numpy as np

from bench.report import Report, say, spread, table
from pl.market.batches import Float64
from pl.signals.chart.scan import MEMORY_BARS, look_along, look_at_close, scan
from pl.signals.chart.sketch import BAR, SIZE
from pl.signals.chart.state import ChartState, empty_state

N_SYMBOLS: Final = 11_000
CHECKED: Final = 50
TARGET_MS: Final = 15.0
SEED: Final = 5


def market(n_symbols: int, n_bars: int) -> Float64:
    """Return random walks that have nothing in common, (n_bars, 6, n_symbols)."""
    dice = np.random.default_rng(SEED)
    shape = (n_symbols, n_bars)
    out = np.empty((*shape, 6), np.float64)
    close = 100.0 * np.exp(np.cumsum(dice.normal(0.0, 0.001, shape), axis=1))
    open_ = np.concatenate([close[:, :1], close[:, :-1]], axis=1)
    out[..., 0], out[..., 3], out[..., 5] = open_, close, close
    wick = 0.0005 * close
    out[..., 1] = np.maximum(open_, close) + wick * np.abs(dice.normal(size=shape))
    out[..., 2] = np.minimum(open_, close) - wick * np.abs(dice.normal(size=shape))
    out[..., 4] = 1000.0 * dice.lognormal(0.0, 0.5, shape)
    return np.asfortranarray(out.transpose(1, 2, 0))


def run(n_closes: int) -> int:
    """Time `n_closes` closes of 11,000 symbols; print what they took and the line of JSON."""
    columns = market(N_SYMBOLS, MEMORY_BARS + n_closes)
    state = empty_state(N_SYMBOLS)
    room = np.empty((MEMORY_BARS, SIZE), np.float64)
    for row in range(N_SYMBOLS):
        look_along(state, row, columns[..., row], 0, MEMORY_BARS, room)
    took, worked, finds = close_all(state, columns, n_closes)
    check(columns, finds)
    report = Report("chart")
    report.results = {
        "symbols": N_SYMBOLS,
        "close_ms": spread(took),
        "processor_ms": spread(worked),
        "finds_a_close": round(len(finds) / n_closes, 1),
        "state_mib": round(sum(part.nbytes for part in state) / 2**20, 1),
    }
    report.met = {"close_p50_15_ms": report.results["close_ms"]["p50"] <= TARGET_MS}
    say(table({"chart patterns at a close": spread(took), "of that on a core": spread(worked)}))
    report.print_line()
    return 0


def close_all(
    state: ChartState, columns: Float64, n_closes: int
) -> tuple[list[float], list[float], Float64]:
    """Close bar after bar of all symbols; return times, processor times and finds with their rows.

    Times are in ms; those of the processor do not count the waiting for a busy core.
    """
    rows = np.arange(N_SYMBOLS, dtype=np.int32)
    offset = np.zeros(N_SYMBOLS, np.int64)
    out = np.empty((N_SYMBOLS, SIZE + 1), np.float64)
    look_at_close(state, columns, np.zeros(N_SYMBOLS, np.int64), offset, rows[:0], out)
    took, worked, finds = [], [], []
    for i in range(n_closes):
        n_bars = np.full(N_SYMBOLS, MEMORY_BARS + i + 1, np.int64)
        begin, busy = time.perf_counter(), time.thread_time()
        n = look_at_close(state, columns, n_bars, offset, rows, out)
        worked.append(1000.0 * (time.thread_time() - busy))
        took.append(1000.0 * (time.perf_counter() - begin))
        finds.append(out[:n].copy())
    return took, worked, np.concatenate(finds)


def check(columns: Float64, finds: Float64) -> None:
    """Raise unless a history looked at as a whole has the same finds."""
    for row in range(CHECKED):
        whole = scan(columns[..., row])
        late = whole[whole[:, BAR] >= MEMORY_BARS]
        if late.tobytes() != np.ascontiguousarray(finds[finds[:, 0] == row][:, 1:]).tobytes():
            raise AssertionError(f"row {row}: closes and history disagree")
