"""Time every way from frames to bars, in turns, on one core."""

import gc
import json
import os
import statistics
import time
from collections.abc import Callable, Mapping, Sequence
from typing import Final

import orjson

from bench.report import Report, machine, say
from bench.ticks import stream
from bench.ticks.plain import Bar, Bars, Way, from_json, from_msgspec
from pl.feeds.massive_frames import FrameParser
from pl.feeds.trade_rules import TradeRules
from pl.feeds.trouble import Trouble
from pl.market.aggregation import MinuteBars
from pl.market.batches import SymbolTable
from pl.market.sessions import AlwaysOpenSessions

N_SYMBOLS: Final = 1_000
N_EVENTS: Final = 200_000
MINUTES: Final = 3
FRAME_SIZES: Final = (1, 10, 200)
AT_LEAST: Final = 2_500_000
AT_MOST: Final = 1.1
VWAP_TOLERANCE: Final = 1e-12

OURS: Final = "TickStock"
ORJSON: Final = "orjson + objects"
RECEIVED_AT: Final = stream.START_MS / 1000.0
AFTER_ALL_MS: Final = stream.START_MS + (MINUTES + 1) * 60_000


def ours(tickers: Sequence[str]) -> Way:
    """Return the way that Streaming goes: the feed's parser, then the bars."""
    rules = TradeRules(AlwaysOpenSessions().regular)
    parse = FrameParser(SymbolTable(tickers), rules, Trouble()).parse
    bars = MinuteBars(len(tickers))
    add = bars.add_trades

    def take(frame: bytes) -> None:
        trades = parse(frame, RECEIVED_AT).trades
        if trades is not None:
            add(trades)

    def closed() -> Bars:
        found = bars.close(AFTER_ALL_MS)
        columns = (found.open, found.high, found.low, found.close, found.volume, found.vwap)
        values = zip(*(c.tolist() for c in (*columns, found.trade_count)), strict=True)
        keys = zip(found.start_ms.tolist(), found.row.tolist(), strict=True)
        return dict(zip(keys, values, strict=True))

    return take, closed


WAYS: Final[Mapping[str, Callable[[Sequence[str]], Way]]] = {
    OURS: ours,
    ORJSON: lambda tickers: from_json(orjson.loads, tickers),
    "msgspec + objects": from_msgspec,
    "json + objects": lambda tickers: from_json(json.loads, tickers),
}


def run(rounds: int) -> int:
    """Check that all ways give the same bars, time them, print a table and the JSON line."""
    _keep_to_one_core()
    report = Report("ticks", results={"machine": machine()})
    tickers = stream.symbols(N_SYMBOLS)
    texts = list(stream.events(N_EVENTS, tickers, MINUTES))
    framed = {each: stream.frames(texts, each) for each in FRAME_SIZES}
    n_bytes = sum(map(len, framed[1])) / N_EVENTS
    say(f"ticks: {N_EVENTS:,} trades of {N_SYMBOLS:,} symbols in {MINUTES} minutes,")
    say(f"  {n_bytes:.0f} bytes a frame of one; processor time of one thread on one core")
    for each, frames in framed.items():
        n_bars = check(frames, tickers)
        say(f"  {each:>3} a frame: all ways give the same {n_bars:,} bars")
    times: dict[int, dict[str, list[float]]] = {
        each: {name: [] for name in WAYS} for each in FRAME_SIZES
    }
    for number in range(rounds):
        for each, frames in framed.items():
            for name in _turns(number):
                times[each][name].append(_seconds(WAYS[name](tickers), frames))
    conclude(report, times)
    return 0


def check(frames: Sequence[bytes], tickers: Sequence[str]) -> int:
    """Return how many bars there are; raises AssertionError when a way gives others."""
    bars = {name: _bars(way(tickers), frames) for name, way in WAYS.items()}
    want = bars.pop(OURS)
    for name, got in bars.items():
        if not want or got.keys() != want.keys():
            raise AssertionError(f"{name}: {len(got)} bars, {OURS} has {len(want)}")
        for where, bar in want.items():
            if not _same(bar, got[where]):
                raise AssertionError(f"{name}: {where} is {got[where]}, {OURS} has {bar}")
    return len(want)


def _same(bar: Bar, other: Bar) -> bool:
    """Tell whether two bars are equal, but for the rounding of the sum behind the vwap."""
    exact = (*bar[:5], bar[6]) == (*other[:5], other[6])
    return exact and abs(bar[5] - other[5]) <= VWAP_TOLERANCE * bar[5]


def conclude(report: Report, times: Mapping[int, Mapping[str, Sequence[float]]]) -> None:
    """Print the medians and fill the report."""
    say(f"{'us an event (million events/s)':<34}" + "".join(f"{n:>18}" for n in FRAME_SIZES))
    us = {
        name: {e: statistics.median(times[e][name]) / N_EVENTS * 1e6 for e in FRAME_SIZES}
        for name in WAYS
    }
    for name, row in us.items():
        cells = "".join(f"{row[each]:>10.3f} ({1 / row[each]:.2f})" for each in FRAME_SIZES)
        say(f"{name:<34}{cells}")
    rounded = {
        name: {f"{each} a frame": round(value, 4) for each, value in row.items()}
        for name, row in us.items()
    }
    report.results |= {"us_an_event": rounded.pop(OURS), "events": N_EVENTS}
    report.peers = {name: {"us_an_event": row} for name, row in rounded.items()}
    for name in rounded:
        for each in FRAME_SIZES:
            report.ratios[f"{name}, {each} a frame"] = round(us[OURS][each] / us[name][each], 3)
    per_s = 1e6 / us[OURS][200]
    report.results["events_per_s_at_200"] = round(per_s)
    report.met = {
        f"at least {AT_LEAST:,} events/s at 200 a frame": per_s >= AT_LEAST,
        f"at most {AT_MOST} x orjson + objects at 1 a frame": us[OURS][1]
        <= AT_MOST * us[ORJSON][1],
    }
    report.print_line()


def _turns(number: int) -> list[str]:
    """Return the ways in an order that starts elsewhere each round."""
    names = list(WAYS)
    first = number % len(names)
    return names[first:] + names[:first]


def _bars(way: Way, frames: Sequence[bytes]) -> Bars:
    take, closed = way
    for frame in frames:
        take(frame)
    return closed()


def _seconds(way: Way, frames: Sequence[bytes]) -> float:
    """Return the thread's processor seconds from the first frame to the closed bars."""
    gc.collect()
    start = time.thread_time()
    _bars(way, frames)
    return time.thread_time() - start


def _keep_to_one_core() -> None:
    if hasattr(os, "sched_setaffinity"):
        os.sched_setaffinity(0, {max(os.sched_getaffinity(0))})
