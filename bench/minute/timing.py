"""Start Streaming from the database and from a snapshot, and time the closes of a whole market."""

import tempfile
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime
from functools import partial
from pathlib import Path
from typing import Final

from bench import usage
from bench.minute import history
from bench.minute.bare import bare_copies
from bench.minute.disk import SYNCED_BYTES, syncing
from bench.minute.latency import ALL, FIRST, STORED, latencies, stored_of
from bench.minute.listener import Close, Listener
from bench.minute.longer import Longer, folded
from bench.minute.market import MINUTE_MS, minutes, names
from bench.minute.servers import Servers, environment, serving
from bench.minute.service import Streaming, streaming
from bench.report import Report, machine, say, spread, table
from launcher import settings as launcher_settings
from launcher.home import Home
from launcher.ports import any_free
from launcher.provision.development import Pythons
from pl.bootstrap.shared import build_sessions
from pl.market.sessions import DAY_MS, xnys_sessions
from pl.store.connection import Database
from pl.store.universes import UniverseStore

MARKET: Final = "real"
PRODUCER: Final = f"streaming-{MARKET}"
SEED: Final = 2_026
WARM_MINUTES: Final = 90
"""Of the running session, after two whole ones: 870 bars a symbol."""
SETTLING_CLOSES: Final = 5
"""Left out after each start: the compiled code is loaded, caches are filled."""
BARE_TIMEFRAMES: Final = (1, 4)
"""An ordinary close, and that of an hour."""
_IDLE_S: Final = 1.0

FIRST_MS: Final = 60.0
ALL_MS: Final = 100.0
STORED_MS: Final = 300.0
MOST_EVENTS: Final = 1_000
FROM_SNAPSHOT_S: Final = 10.0
FROM_DATABASE_S: Final = 60.0


@dataclass(frozen=True)
class Plan:
    """Say how many symbols and closes; speed : minutes of the market a minute."""

    symbols: int
    closes: int
    speed: float


@dataclass(frozen=True)
class Run:
    """Hold what one start and the closes after it showed.

    synced_ms : what the disk took meanwhile, once a second, to have a few pages.
    """

    ready_after_s: float
    closes: tuple[Close, ...]
    rss_mib: float
    processor_percent: Mapping[str, float]
    synced_ms: tuple[float, ...]


def run(root: Path, pythons: Pythons, plan: Plan) -> int:
    """Prepare, start twice, listen, print tables and the line of JSON."""
    say(f"minute: {plan.symbols} symbols, {plan.closes} closes, {plan.speed:g} times as fast as")
    say("  time by a replay at that speed, the one feed that sets the clock; every symbol trades")
    say("  three times every minute")
    report = Report("minute", results={"machine": machine(), "symbols": plan.symbols})
    home = Home(launcher_settings.load({}, root).home)
    told = environment(pythons.producer, root, home)
    with tempfile.TemporaryDirectory(prefix="tickstock-bench-") as name:
        folder = Path(name)
        folder.chmod(0o755)
        with serving(root, folder, pythons.producer, MARKET) as servers:
            _prepare(servers, folder, plan)
            told |= _told(servers, folder, plan)
            follow = partial(_follow, root, pythons, told, servers, folder)
            say("starting from the database")
            first = follow(SETTLING_CLOSES)
            say(f"ready after {first.ready_after_s:.1f} s; starting from a snapshot")
            second = follow(plan.closes + SETTLING_CLOSES)
            say(f"ready after {second.ready_after_s:.1f} s")
            _conclude(report, (first, second), servers, plan)
    report.print_line()
    return 0


def _prepare(servers: Servers, folder: Path, plan: Plan) -> None:
    began = time.monotonic()
    symbols = names(plan.symbols)
    past, future = _schedule(plan)
    market = minutes(len(symbols), past + future, SEED)
    longer: Longer = []
    before = folded((next(market) for _ in past), build_sessions(MARKET), longer)
    n_bars = history.load(servers.database_url, symbols, before)
    n_bars += history.load_longer(servers.database_url, symbols, longer)
    history.settle(servers.database_url)
    history.claim_progress(servers.database_url, PRODUCER, past[-1])
    history.record(folder / "market.parquet", symbols, market, SEED)
    database = Database(servers.database_url, application="tickstock-bench")
    UniverseStore(database).put(history.UNIVERSE_NAME, history.UNIVERSE_KEY, symbols)
    database.close()
    took = time.monotonic() - began
    say(f"{n_bars} bars in the database, {len(future)} minutes to come: {took:.1f} s")


def _schedule(plan: Plan) -> tuple[list[int], list[int]]:
    """Return the starts of the minutes that were, and of those to come, unix ms."""
    now = datetime.now(UTC)
    today_ms = int(now.timestamp() * 1000) - DAY_MS
    whole = [
        session
        for session in xnys_sessions(date(now.year - 1, 1, 1), now.date()).sessions
        if session.close_ms < today_ms and session.close_ms - session.open_ms == 390 * MINUTE_MS
    ][-3:]
    starts = [
        start for session in whole for start in range(session.open_ms, session.close_ms, MINUTE_MS)
    ]
    n_past = 2 * 390 + WARM_MINUTES
    n_future = min(plan.closes + 4 * SETTLING_CLOSES, len(starts) - n_past)
    return starts[:n_past], starts[n_past : n_past + n_future]


def _told(servers: Servers, folder: Path, plan: Plan) -> dict[str, str]:
    return {
        "DATABASE_URL": servers.database_url,
        "REDIS_URL": servers.redis_url,
        "SYMBOL_UNIVERSE_KEY": f"{history.UNIVERSE_NAME}:{history.UNIVERSE_KEY}",
        "PL_FEED": "replay",
        "PL_MARKET": MARKET,
        "PL_REPLAY_PATH": str(folder / "market.parquet"),
        "PL_REPLAY_SPEED": f"{plan.speed:g}",
        "PL_SPOOL_DIR": str(folder / "spool"),
        "PL_STREAMING_PORT": str(any_free()),
        "PL_LOG_FORMAT": "json",
    }


def _follow(
    root: Path,
    pythons: Pythons,
    told: Mapping[str, str],
    servers: Servers,
    folder: Path,
    n_closes: int,
) -> Run:
    with (
        Listener(servers.redis_port) as listener,
        syncing(folder / "synced") as disk,
        streaming(root, pythons.producer, told, folder / "streaming.log") as running,
    ):
        ready_at, before = time.monotonic(), _used(running, servers)
        while len(listener.closes) < n_closes:
            time.sleep(_IDLE_S)
            running.check()
            disk.sync()
        after, elapsed = _used(running, servers), time.monotonic() - ready_at
        rss_mib = running.rss_mib
    percent = {name: round(100 * (after[name] - before[name]) / elapsed, 1) for name in after}
    closes = sorted(listener.closes.values(), key=lambda one: one.received_at)
    return Run(running.ready_after_s, tuple(closes), rss_mib, percent, tuple(disk.synced_ms))


def _used(running: Streaming, servers: Servers) -> dict[str, float]:
    """Return the processor seconds that each process and all below it have used."""
    used = {name: usage.processor_seconds(pid) for name, pid in servers.pids.items()}
    return {"Streaming": running.processor_s, **used, "this benchmark": time.process_time()}


def _conclude(report: Report, runs: tuple[Run, Run], servers: Servers, plan: Plan) -> None:
    first, second = runs
    closes = second.closes[SETTLING_CLOSES : SETTLING_CLOSES + plan.closes]
    latency = latencies(closes, servers.database_url, plan.speed)
    rows = {name: spread(values) for name, values in latency.items()}
    report.results |= {
        "latency_ms": rows,
        "events_a_close": spread([float(one.n_events) for one in closes]),
        "rss_mib": second.rss_mib,
        "processor_percent": second.processor_percent,
        "start_from_database_s": round(first.ready_after_s, 2),
        "start_from_snapshot_s": round(second.ready_after_s, 2),
    }
    bare = {n: spread(bare_copies(servers.database_url, n)) for n in BARE_TIMEFRAMES}
    report.peers = {f"peer: bare COPY, timeframes: {n}": row for n, row in bare.items()}
    report.peers[f"peer: fdatasync of {SYNCED_BYTES // 1024} kB"] = spread(second.synced_ms)
    report.ratios = {
        (name := stored_of(n)): round(rows[name]["p50"] / row["p50"], 2)
        for n, row in bare.items()
        if stored_of(n) in rows
    }
    say(table(rows | report.peers))
    say(f"events a close: {report.results['events_a_close']}")
    say(f"RSS {second.rss_mib:g} MiB; percent of a core: {second.processor_percent}")
    report.met = {
        f"first published, p99 within {FIRST_MS:g} ms": _within(rows[FIRST], FIRST_MS),
        f"all published, p99 within {ALL_MS:g} ms": _within(rows[ALL], ALL_MS),
        f"everything stored, p99 within {STORED_MS:g} ms": _within(rows[STORED], STORED_MS),
        f"at most {MOST_EVENTS} events a close": _most(closes) <= MOST_EVENTS,
        f"start from a snapshot within {FROM_SNAPSHOT_S:g} s": (
            second.ready_after_s <= FROM_SNAPSHOT_S
        ),
        f"start from the database within {FROM_DATABASE_S:g} s": (
            first.ready_after_s <= FROM_DATABASE_S
        ),
    }


def _within(row: Mapping[str, float], limit_ms: float) -> bool:
    return bool(row["n"]) and row["p99"] <= limit_ms


def _most(closes: Sequence[Close]) -> int:
    return max((one.n_events for one in closes), default=0)
