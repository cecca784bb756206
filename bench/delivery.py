"""How long an alert takes from the frame that completed its bar to a client and to a browser."""

import asyncio
import re
import statistics
import tempfile
import time
from collections import Counter
from contextlib import AsyncExitStack
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

from bench import browser, flows, product, queries, usage
from bench.browser import Seen
from bench.listening import Heard, listening, log_in, message
from bench.peers import redis_news, socketio_news
from bench.report import Report, machine, say, spread, table
from launcher.provision.development import Pythons
from launcher.provision.login import ADMIN

CLIENT_P99_MS: Final = 25.0
BROWSER_P99_MS: Final = 100.0
FLOW_P95_MS: Final = 100.0
_LOOK_EVERY_S: Final = 5.0
_PEER_MESSAGES: Final = 500


@dataclass(frozen=True)
class Plan:
    """Stop after so many alerts, at the latest after `at_most_s`; rate is trades/s a ticker."""

    alerts: int
    at_most_s: float
    rate: int


@dataclass(frozen=True)
class Arrival:
    """An alert of a bar that was watched live, at the light client; times in unix seconds."""

    flow_id: str
    seq: str
    event: dict[str, Any]
    at: float

    @property
    def frame_at(self) -> float:
        """When the frame came that passed the watermark."""
        return float(self.event["received_at"])

    @property
    def detected_at(self) -> float:
        """When the pattern was found."""
        return float(self.event["timestamp"])

    @property
    def in_stream_at(self) -> float:
        """When Redis took it: the stream's id, which counts whole milliseconds."""
        return int(self.seq.partition("-")[0]) / 1000


async def run(root: Path, pythons: Pythons, plan: Plan) -> int:
    """Boot, listen, measure the peers beside it, print tables and the JSON line."""
    say(f"delivery: 70 tickers, {plan.rate} trades/s each; until {plan.alerts} alerts have come,")
    say(f"  at the latest after {plan.at_most_s / 60:g} minutes; one light client and, where")
    say(f"  {browser.CHROMIUM} is installed, the real page in headless Chromium beside it")
    report = Report("delivery", results={"machine": machine(), "rate_per_ticker": plan.rate})
    with tempfile.TemporaryDirectory(prefix="tickstock-bench-") as folder:
        extra = {"PL_SIMULATOR_RATE": str(plan.rate), "PL_LOG_FORMAT": "json"}
        ports = product.new_ports()
        with product.running(root, Path(folder) / "home", ports, extra) as running:
            say(f"ready after {running.ready_after_s:.1f} s; listening")
            await _measure(running, pythons, plan, report)
    report.print_line()
    return 0


async def _measure(running: product.Product, pythons: Pythons, plan: Plan, report: Report) -> None:
    cookie = await asyncio.to_thread(log_in, running.page, ADMIN, product.ADMIN_PASSWORD)
    async with AsyncExitStack() as stack:
        heard = await stack.enter_async_context(listening(running.page, cookie))
        page = None
        if browser.is_installed():
            opening = browser.open_page(running.page, ADMIN, product.ADMIN_PASSWORD)
            page = await stack.enter_async_context(opening)
        began, before = time.time(), usage.look(running.record)
        arrivals = await _collect(heard, began, plan)
        spent = before.percent_until(usage.look(running.record))
        seen = await page.seen() if page else None
    asked = await asyncio.to_thread(queries.ask, running.page, cookie)
    report.results |= {"minutes": round((time.time() - began) / 60, 1), "cpu_percent": spent}
    report.results["ticks_per_second"] = _ticks_per_second(running)
    _conclude(report, running, arrivals, seen)
    _conclude_queries(report, asked)
    await _measure_peers(report, running, pythons, arrivals)


async def _collect(heard: Heard, began: float, plan: Plan) -> list[Arrival]:
    end = began + plan.at_most_s
    told = 0
    while True:
        await asyncio.sleep(_LOOK_EVERY_S)
        if heard.ended.is_set():
            raise ConnectionError("the light client lost its connection")
        arrivals = live_alerts(heard.arrived, began)
        if len(arrivals) != told:
            told = len(arrivals)
            say(f"  {time.time() - began:>5.0f} s: {told} alerts")
        if told >= plan.alerts or time.time() > end:
            return arrivals


def live_alerts(arrived: list[tuple[float, str]], began: float) -> list[Arrival]:
    """Return the alerts of bars that were watched live from their first to their last second.

    Left out are those that are sent again, and those from history fetched after a pause.
    """
    found = []
    for at, frame in arrived:
        said = message(frame)
        event = said["event"]
        if event.get("quality") == "live" and event.get("received_at", 0) > began:
            found.append(Arrival(event["flow_id"], said["seq"], event, at))
    return found


def _conclude(
    report: Report, running: product.Product, arrivals: list[Arrival], seen: Seen | None
) -> None:
    to_client = spread([1000 * (one.at - one.frame_at) for one in arrivals])
    rows = {"frame -> light client": to_client}
    report.met[f"light client, p99 within {CLIENT_P99_MS:g} ms"] = _within(to_client, CLIENT_P99_MS)
    if seen:
        rows |= _in_browser(arrivals, seen)
        drawn = rows["frame -> row drawn in Chromium"]
        report.met[f"Chromium, p99 within {BROWSER_P99_MS:g} ms"] = _within(drawn, BROWSER_P99_MS)
        report.results["chromium_clock_drift_ms"] = round(1000 * seen.drift_s, 2)
    logged = flows.read(running.record["database_url"], [one.flow_id for one in arrivals])
    rows |= _hops(arrivals, logged)
    total = rows["flow: published -> delivered"]
    report.met[f"flows, p95 below {FLOW_P95_MS:g} ms"] = _within(total, FLOW_P95_MS, "p95")
    report.met["every alert has all four checkpoints"] = bool(arrivals) and (
        sum(flow.is_whole for flow in logged) == len(arrivals)
    )
    bursts = Counter(one.event["bar_time"] for one in arrivals)
    report.results |= {
        "alerts": len(arrivals),
        "closes": len(bursts),
        "largest_burst": max(bursts.values(), default=0),
        "latency_ms": rows,
    }
    say(f"\n{len(arrivals)} alerts in {len(bursts)} closes\n{table(rows)}")
    say(f"\nprocessor, % of one core: {report.results['cpu_percent']}")


def _conclude_queries(report: Report, asked: dict[str, dict[str, float]]) -> None:
    report.results["query_ms"] = asked
    slowest = max(row["p50"] for row in asked.values())
    report.met[f"queries, p50 within {queries.P50_MS:g} ms"] = slowest <= queries.P50_MS
    say(f"\n{table(asked)}")


def _within(found: dict[str, float], limit_ms: float, which: str = "p99") -> bool:
    return found["n"] > 0 and found[which] <= limit_ms


def _in_browser(arrivals: list[Arrival], seen: Seen) -> dict[str, dict[str, float]]:
    def since_frame(noted: dict[str, float]) -> list[float]:
        return [
            1000 * (noted[one.flow_id] + seen.drift_s - one.frame_at)
            for one in arrivals
            if one.flow_id in noted
        ]

    return {
        "frame -> socket in Chromium": spread(since_frame(dict(seen.arrived))),
        "frame -> row drawn in Chromium": spread(since_frame(dict(seen.shown))),
    }


def _hops(arrivals: list[Arrival], logged: list[flows.Flow]) -> dict[str, dict[str, float]]:
    by_id = {flow.flow_id: flow for flow in logged if flow.is_whole}
    pairs = [(one, by_id[one.flow_id]) for one in arrivals if one.flow_id in by_id]

    def hop(name: str, ends: list[tuple[Any, Any]]) -> tuple[str, dict[str, float]]:
        return name, spread([1000 * (after - before) for before, after in ends])

    return dict(
        [
            hop("hop: frame -> detected", [(o.frame_at, o.detected_at) for o, _ in pairs]),
            hop(
                "hop: detected -> PATTERN_PUBLISHED",
                [(o.detected_at, f.published) for o, f in pairs],
            ),
            hop(
                "hop: PATTERN_PUBLISHED -> in the stream",
                [(f.published, o.in_stream_at) for o, f in pairs],
            ),
            hop(
                "hop: in the stream -> EVENT_RECEIVED",
                [(o.in_stream_at, f.received) for o, f in pairs],
            ),
            hop("hop: EVENT_RECEIVED -> EVENT_PARSED", [(f.received, f.parsed) for _, f in pairs]),
            hop(
                "hop: EVENT_PARSED -> WEBSOCKET_DELIVERED",
                [(f.parsed, f.delivered) for _, f in pairs],
            ),
            hop("hop: EVENT_PARSED -> light client", [(f.parsed, o.at) for o, f in pairs]),
            ("flow: published -> delivered", spread([flow.total_ms for _, flow in pairs])),
        ]
    )


async def _measure_peers(
    report: Report, running: product.Product, pythons: Pythons, arrivals: list[Arrival]
) -> None:
    if not arrivals:
        return
    event = arrivals[0].event
    bursts = Counter(one.event["bar_time"] for one in arrivals)
    burst = max(1, round(statistics.median(bursts.values())))
    say(f"\npeers, while the market runs on: bursts of {burst}, the same event")
    payload = arrivals[0].event["reason"].encode() * 8
    redis_ms = await asyncio.to_thread(
        redis_news.one_way_ms, running.record["redis_url"], payload, _PEER_MESSAGES
    )
    emit_ms = await socketio_news.one_way_ms(pythons.consumer, event, burst, _PEER_MESSAGES)
    peers = {"bare Redis publish -> subscriber": spread(redis_ms)}
    peers["stock Flask-SocketIO emit -> light client"] = spread(emit_ms)
    say(table(peers))
    report.peers = {"latency_ms": peers, "burst": burst}
    report.ratios = _ratios(report.results["latency_ms"], peers)


def _ratios(
    ours: dict[str, dict[str, float]], peers: dict[str, dict[str, float]]
) -> dict[str, float]:
    """Return ours divided by the peer's: below 1 is faster."""
    pairs = {
        "frame -> light client / stock emit": ("frame -> light client", "stock"),
        "parsed -> light client / stock emit": ("hop: EVENT_PARSED -> light client", "stock"),
        "in the stream -> received / bare Redis": ("hop: in the stream -> EVENT_RECEIVED", "bare"),
    }
    named = {name.split()[0]: row for name, row in peers.items()}
    return {
        f"{what}, {which}": round(ours[name][which] / named[peer][which], 2)
        for what, (name, peer) in pairs.items()
        for which in ("p50", "p99")
        if ours[name]["n"] and named[peer]["n"]
    }


def _ticks_per_second(running: product.Product) -> float:
    said = (re.search(r'"ticks_per_second": ([0-9.]+)', line) for _, line in running.said)
    values = [float(found[1]) for found in said if found]
    return round(statistics.median(values), 1) if values else 0.0
