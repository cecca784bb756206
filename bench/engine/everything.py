"""Close minutes of a whole market with everything on: indicators, patterns, charts, the choice.

It runs in a process of its own, so that its memory is not that of a comparison before it, with
the garbage collector set as Streaming sets it.
"""

import multiprocessing
import resource
import time
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final

import numpy as np

from bench.engine.market import SESSION_MINUTES, Float64, closes, history, session_open, walks
from pl.market.batches import ClosedBars
from pl.signals.engine import SignalEngine
from pl.signals.policy import Policy
from pl.streaming.collecting import leave_history_out

TIMEFRAME: Final = "1min"
TIER: Final = "intraday"
CHECKED: Final = 50
"""Symbols whose log a restart of the engine has to repeat."""


@dataclass
class Closes:
    """What the closes took, ms of processor time each, and how much they found.

    held_mib : memory that engine, policy and the last close take; resident_mib : that of the whole
    process, without the invented bars, which are the bench's own.
    """

    update_ms: list[float] = field(default_factory=list)
    choose_ms: list[float] = field(default_factory=list)
    write_ms: list[float] = field(default_factory=list)
    entries: list[int] = field(default_factory=list)
    chosen: list[int] = field(default_factory=list)
    held_mib: int = 0
    resident_mib: int = 0


def resident_mib() -> int:
    """Return what the process holds in memory now, not the most it ever held."""
    pages = int(Path("/proc/self/statm").read_text().split()[1])
    return pages * resource.getpagesize() // 2**20


def engine_of(n_symbols: int) -> SignalEngine:
    """Return an engine for so many symbols, with the room of a regular session, on one core."""
    names = [f"S{row:05}" for row in range(n_symbols)]
    return SignalEngine(
        names,
        TIMEFRAME,
        TIER,
        session_open,
        session_bars=SESSION_MINUTES,
        least_shared=n_symbols + 1,
    )


def warmed(bars: Float64, n_bars: int) -> SignalEngine:
    """Return an engine that knows the first bars of every symbol."""
    n_symbols = bars.shape[2]
    engine = engine_of(n_symbols)
    for row in range(n_symbols):
        engine.warm(row, history(bars, row, n_bars))
    return engine


def close_alone(n_symbols: int, n_warm: int, n_closes: int) -> Closes:
    """Close minutes of random walks in a process that does nothing else."""
    spawning = multiprocessing.get_context("spawn")
    with ProcessPoolExecutor(1, mp_context=spawning) as process:
        return process.submit(_close_walks, n_symbols, n_warm, n_closes).result()


def _close_walks(n_symbols: int, n_warm: int, n_closes: int) -> Closes:
    return close_minutes(walks(n_symbols, n_warm + n_closes), n_warm)


def close_minutes(bars: Float64, n_warm: int) -> Closes:
    """Close the minutes from `n_warm` on, one after the other."""
    n_bars, _, n_symbols = bars.shape
    before = resident_mib()
    engine, policy, found = warmed(bars, n_warm), Policy(n_symbols, TIMEFRAME, TIER), Closes()
    leave_history_out()
    for minute in range(n_warm, n_bars):
        batch = closes(bars, minute, minute + 1)
        times = [time.thread_time()]
        entries = engine.update(batch).entries
        times.append(time.thread_time())
        told = policy.choose(entries)
        times.append(time.thread_time())
        told.signals()
        times.append(time.thread_time())
        for kept, took in zip(
            (found.update_ms, found.choose_ms, found.write_ms), np.diff(times), strict=True
        ):
            kept.append(1000.0 * float(took))
        found.entries.append(len(entries))
        found.chosen.append(len(told))
    found.held_mib = resident_mib() - before
    found.resident_mib = resident_mib() - bars.nbytes // 2**20
    check(bars[:, :, :CHECKED], n_warm)
    return found


def check(bars: Float64, n_warm: int) -> None:
    """Raise unless closing minute by minute and all at once say the same of some symbols."""
    n_bars = bars.shape[0]
    one, other = warmed(bars, n_warm), warmed(bars, n_warm)
    log = [
        signal
        for minute in range(n_warm, n_bars)
        for signal in one.update(closes(bars, minute, minute + 1)).signals
    ]
    if log != other.update(_all(bars, n_warm)).signals or not log:
        raise AssertionError("minutes closed one by one and at once have different logs")


def _all(bars: Float64, n_warm: int) -> ClosedBars:
    return closes(bars, n_warm, bars.shape[0])
