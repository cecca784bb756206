"""How long an alert takes from the stream to each of many pages, beside a stock emit."""

import asyncio
import json
import sys
import tempfile
import time
import uuid
from asyncio.subprocess import PIPE
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

import redis

from bench import product, usage
from bench.crowd import CONNECTED, PATIENCE_S
from bench.listening import log_in
from bench.peers.socketio_news import Emits, serving
from bench.report import Report, machine, say, table
from contracts.names import EVENT_FIELD, STREAM_EVENTS
from launcher.provision.development import Pythons
from launcher.provision.login import ADMIN

P99_MS: Final = 25.0
_ROOT: Final = Path(__file__).resolve().parent.parent
_CONNECTED_WITHIN_S: Final = 120.0
_SETTLED_S: Final = 2.0
"""After so long each page that asked for nothing hears live events."""
_QUIET_MARKET: Final = {"PL_SIMULATOR_RATE": "1", "PL_LOG_FORMAT": "json"}
_REASON: Final = "volume 184,200 is 6.1 times the mean of the 20 bars before, close +0.42 %"


@dataclass(frozen=True)
class Plan:
    """So many pages, so many alerts a second for so long."""

    pages: int
    per_second: int
    seconds: int

    @property
    def alerts(self) -> int:
        """How many alerts are sent."""
        return self.per_second * self.seconds


async def run(root: Path, pythons: Pythons, plan: Plan) -> int:
    """Boot, measure the product and then the peer, print a table and the JSON line."""
    say(f"fanout: {plan.pages} pages, {plan.per_second} alerts/s for {plan.seconds} s")
    wanted = {"pages": plan.pages, "alerts_per_second": plan.per_second, "seconds": plan.seconds}
    report = Report("fanout", results={"machine": machine(), **wanted})
    with tempfile.TemporaryDirectory(prefix="tickstock-bench-") as folder:
        home = Path(folder) / "home"
        with product.running(root, home, product.new_ports(), _QUIET_MARKET) as running:
            ours, percent = await _ours(running, plan)
    peer, peer_percent = await _peers(pythons, plan)
    rows = {"stream -> page": ours["ms"], "stock emit -> page": peer["ms"]}
    say(table(rows))
    report.results |= {"latency_ms": ours["ms"], "cpu_percent": percent} | _losses(ours, plan)
    report.peers = {"stock Flask-SocketIO emit": peer["ms"], "cpu_percent": peer_percent}
    report.peers |= _losses(peer, plan)
    report.ratios = {
        which: round(ours["ms"][which] / peer["ms"][which], 4)
        for which in ("p50", "p99")
        if ours["ms"]["n"] and peer["ms"]["n"]
    }
    report.met = {
        "every page heard every alert": ours["heard"] == plan.alerts * plan.pages,
        f"p99 within {P99_MS:g} ms": bool(ours["ms"]["n"]) and ours["ms"]["p99"] <= P99_MS,
    }
    report.print_line()
    return 0


async def _ours(running: product.Product, plan: Plan) -> tuple[dict[str, Any], float]:
    cookie = await asyncio.to_thread(log_in, running.page, ADMIN, product.ADMIN_PASSWORD)
    async with _crowd(running.page, plan, cookie) as told:
        await asyncio.sleep(_SETTLED_S)
        before = usage.look(running.record)
        await asyncio.to_thread(_append, running.record["redis_url"], plan)
        percent = before.percent_until(usage.look(running.record))["TickStockAppV2"]
        return await told(), percent


async def _peers(pythons: Pythons, plan: Plan) -> tuple[dict[str, Any], float]:
    emits = Emits(plan.pages, 1, 1 / plan.per_second, plan.alerts)
    async with (
        serving(pythons.consumer, _event()["data"], emits) as (address, pid),
        _crowd(address, plan) as told,
    ):
        before, began = usage.processor_seconds(pid), time.monotonic()
        facts = await told()
        used = usage.processor_seconds(pid) - before
        return facts, round(100 * used / (time.monotonic() - began), 1)


@asynccontextmanager
async def _crowd(address: str, plan: Plan, cookie: str = "") -> AsyncIterator[Callable[[], Any]]:
    """Yield, once all pages are connected, a call that waits for what they tell at the end."""
    crowd = await asyncio.create_subprocess_exec(
        *(sys.executable, "-m", "bench.crowd", address, str(plan.pages), str(plan.alerts)),
        cwd=_ROOT,
        stdin=PIPE,
        stdout=PIPE,
    )
    assert crowd.stdin  # noqa: S101 - it was asked for
    told = crowd.stdout
    assert told  # noqa: S101 - it was asked for

    async def line(within_s: float) -> str:
        return (await asyncio.wait_for(told.readline(), within_s)).decode().strip()

    async def facts() -> dict[str, Any]:
        found: dict[str, Any] = json.loads(await line(10 * plan.seconds + 2 * PATIENCE_S))
        return found

    try:
        crowd.stdin.write(cookie.encode())
        crowd.stdin.close()
        if await line(_CONNECTED_WITHIN_S) != CONNECTED:
            raise ConnectionError("the pages did not get their connections")
        yield facts
    finally:
        if crowd.returncode is None:
            crowd.kill()
        await crowd.wait()


def _append(redis_url: str, plan: Plan) -> None:
    """Append alerts to the stream, evenly in time, as the producer does."""
    client = redis.Redis.from_url(redis_url)
    began = time.monotonic()
    for sent in range(plan.alerts):
        time.sleep(max(0.0, began + sent / plan.per_second - time.monotonic()))
        client.xadd(STREAM_EVENTS, {EVENT_FIELD: json.dumps(_event())})
    client.close()


def _event() -> dict[str, Any]:
    now = time.time()
    data = {
        "symbol": "BENCH",
        "pattern": "Volume_Spike",
        "confidence": 0.87,
        "flow_id": str(uuid.uuid4()),
        "tier": "intraday",
        "source": "intraday",
        "timeframe": "1min",
        "direction": "bullish",
        "life": "confirmed",
        "revision": 0,
        "price_change": 0.42,
        "current_price": 150.25,
        "volume": 184_200.0,
        "timestamp": now,
        "bar_time": now // 60 * 60,
        "reason": _REASON,
        "indicators": {"relative_volume": 6.1, "rsi": 61.2, "relative_strength": 0.4},
        "levels": {"entry": 150.25, "stop": 149.5, "target": 151.75},
        "sent_at": now,
    }
    return {"event_type": "pattern_detected", "source": "bench", "timestamp": now, "data": data}


def _losses(facts: dict[str, Any], plan: Plan) -> dict[str, int]:
    missing = plan.alerts * plan.pages - facts["heard"]
    return {"not_heard": missing, "connections_ended": facts["ended"]}
