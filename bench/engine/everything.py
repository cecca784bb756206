"""Close minutes of a whole market with everything on: indicators and how they compare and cross,
patterns, charts, lives, combos, the choice.

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

from bench.engine.around import TIMEFRAME, Around
from bench.engine.market import (
    SESSION_MINUTES,
    Float64,
    closes,
    days_before,
    history,
    session_open,
    walks,
)
from pl.market.batches import ClosedBars
from pl.signals.engine import SignalEngine
from pl.signals.policy import Policy
from pl.streaming.collecting import leave_history_out

TIER: Final = "intraday"
CHECKED: Final = 50
"""Symbols whose log a restart of the engine has to repeat."""
COMPILED_WITH: Final = 200
"""Symbols whose closes run each kernel once."""


@dataclass
class Closes:
    """What the closes took, ms of processor time each, and how much they found.

    update_ms : the engine and the combos; compare_ms : relative strength; cross_ms : indicator
    alerts; choose_ms : the policies; write_ms : the chosen signals as objects; held_mib : memory
    that engine, policy and the last close take; days_mib : that of the daily bars on which combos
    build; resident_mib : that of the whole process, without the invented bars, which are the
    bench's own.
    """

    update_ms: list[float] = field(default_factory=list)
    compare_ms: list[float] = field(default_factory=list)
    cross_ms: list[float] = field(default_factory=list)
    choose_ms: list[float] = field(default_factory=list)
    write_ms: list[float] = field(default_factory=list)
    entries: list[int] = field(default_factory=list)
    combos: list[int] = field(default_factory=list)
    crossings: list[int] = field(default_factory=list)
    chosen: list[int] = field(default_factory=list)
    held_mib: int = 0
    days_mib: int = 0
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
    """Close minutes of random walks in a process that does nothing else.

    Kernels are compiled by one before it, as `python -m pl compile` does for the product: what
    compiling leaves behind is none of the engine's memory.
    """
    spawning = multiprocessing.get_context("spawn")
    for n in (min(COMPILED_WITH, n_symbols), n_symbols):
        with ProcessPoolExecutor(1, mp_context=spawning) as process:
            closed = process.submit(_close_walks, n, n_warm, n_closes).result()
    return closed


def _close_walks(n_symbols: int, n_warm: int, n_closes: int) -> Closes:
    return close_minutes(walks(n_symbols, n_warm + n_closes), n_warm)


def close_minutes(bars: Float64, n_warm: int) -> Closes:
    """Close the minutes from `n_warm` on, one after the other."""
    n_bars, _, n_symbols = bars.shape
    days, before = days_before(bars), resident_mib()
    engine, policy, found = warmed(bars, n_warm), Policy(n_symbols, TIMEFRAME, TIER), Closes()
    with_minutes = resident_mib()
    around = Around.of(engine, days)
    found.days_mib = resident_mib() - with_minutes
    leave_history_out()
    for minute in range(n_warm, n_bars):
        close_one(closes(bars, minute, minute + 1), policy, around, found)
    found.held_mib = resident_mib() - before - found.days_mib
    found.resident_mib = resident_mib() - (bars.nbytes + days.nbytes) // 2**20
    check(bars[:, :, :CHECKED], days[:, :, :CHECKED], n_warm)
    return found


def close_one(batch: ClosedBars, policy: Policy, around: Around, found: Closes) -> None:
    """Close a minute of every symbol; note what each part took."""
    times = [time.thread_time()]
    taken = around.combos.take(batch)
    update, combos = taken.update, taken.judge().combos
    times.append(time.thread_time())
    around.compare(update.indicators)
    times.append(time.thread_time())
    found.crossings.append(around.cross(update.indicators))
    times.append(time.thread_time())
    told = policy.choose(update.entries), around.policy.choose(combos)
    times.append(time.thread_time())
    for entries in told:
        entries.signals()
    times.append(time.thread_time())
    kept = found.update_ms, found.compare_ms, found.cross_ms, found.choose_ms, found.write_ms
    for each, took in zip(kept, np.diff(times), strict=True):
        each.append(1000.0 * float(took))
    found.entries.append(len(update.entries))
    found.combos.append(len(combos))
    found.chosen.append(sum(len(entries) for entries in told))


def check(bars: Float64, days: Float64, n_warm: int) -> None:
    """Raise unless closing minute by minute and all at once say the same of some symbols."""
    n_bars = bars.shape[0]
    one, other = (Around.of(warmed(bars, n_warm), days).combos for _ in range(2))
    signals, combos = [], []
    for minute in range(n_warm, n_bars):
        taken = one.take(closes(bars, minute, minute + 1))
        signals += taken.update.signals
        combos += taken.judge().combos.signals()
    whole = other.take(closes(bars, n_warm, n_bars))
    if signals != whole.update.signals or not signals:
        raise AssertionError("minutes closed one by one and at once have different logs")
    if combos != whole.judge().combos.signals():
        raise AssertionError("minutes closed one by one and at once have different logs")
