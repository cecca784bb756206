"""Serve a small simulated market on an ephemeral port, on a clock that tests move."""

import json
import time
from collections.abc import AsyncIterator, Callable, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import Any

import numpy as np
from aiohttp import web
from websockets.asyncio.client import ClientConnection, connect

from pl.market.batches import ClosedBars
from pl.simulator.broadcast import LOST_MS
from pl.simulator.days import DAY_MS
from pl.simulator.faults import Faults
from pl.simulator.market import MINUTE_MS, SimulatedMarket
from pl.simulator.minutes import Bars
from pl.simulator.plans import Plan
from pl.simulator.server import build_app
from pl.simulator.universe import read_listings

SYMBOLS = ("AAPL", "SPY", "KO", "F")
LISTINGS = tuple(one for one in read_listings() if one.symbol in SYMBOLS)
START = 20_700 * DAY_MS + 500 * MINUTE_MS
KEY = "test-key"


def as_closed(row: int, bars: Bars) -> ClosedBars:
    """Return a listing's minute bars as the stream closes them, as row `row`."""
    n = len(bars)
    return ClosedBars(
        row=np.full(n, row, np.int32),
        start_ms=bars.start_ms,
        open=bars.open / 100.0,
        high=bars.high / 100.0,
        low=bars.low / 100.0,
        close=bars.close / 100.0,
        volume=bars.volume.astype(np.float64),
        vwap=bars.notional / (100.0 * bars.volume),
        trade_count=bars.trades.astype(np.int32),
        revision=np.zeros(n, np.int32),
        quality=np.zeros(n, np.uint8),
    )


class SpedUpClock:
    """Start at an instant and run so many times faster than the wall's clock."""

    def __init__(self, start_ms: int, speed: float) -> None:
        self._start_ms = start_ms
        self._speed = speed
        self._began = time.monotonic()

    def __call__(self) -> int:
        """Return unix milliseconds."""
        return self._start_ms + int((time.monotonic() - self._began) * 1_000 * self._speed)


@dataclass(frozen=True)
class Served:
    """A running server."""

    port: int
    market: SimulatedMarket
    faults: Faults

    @property
    def base(self) -> str:
        """The address of REST."""
        return f"http://127.0.0.1:{self.port}"

    @asynccontextmanager
    async def client(
        self, key: str | None = KEY, *channels: str
    ) -> AsyncIterator[ClientConnection]:
        """Connect, log in when a key is given, subscribe."""
        async with connect(f"ws://127.0.0.1:{self.port}/stocks", max_size=2**24) as socket:
            assert await statuses(socket) == [("connected", "Connected Successfully")]
            if key is not None:
                await ask(socket, "auth", key)
                assert await statuses(socket) == [("auth_success", "authenticated")]
            if channels:
                await ask(socket, "subscribe", ",".join(channels))
            yield socket


async def ask(socket: ClientConnection, action: str, params: str) -> None:
    """Send a request."""
    await socket.send(json.dumps({"action": action, "params": params}))


async def events(socket: ClientConnection) -> list[dict[str, Any]]:
    """Return the events of the next frame."""
    frame = json.loads(await socket.recv())
    assert isinstance(frame, list)
    return frame


async def statuses(socket: ClientConnection) -> list[tuple[str, str]]:
    """Return the status events of the next frame that has any."""
    while True:
        found = [e for e in await events(socket) if e["ev"] == "status"]
        if found:
            return [(e["status"], e["message"]) for e in found]


@asynccontextmanager
async def serving(
    *,
    speed: float = 1.0,
    start_ms: int = START,
    rate: float = 3.0,
    plans: Mapping[str, Plan] | None = None,
    auth_timeout_s: float = 10.0,
    max_waiting_bytes: int = 2**23,
    lost_ms: int = LOST_MS,
    clock: Callable[[], int] | None = None,
) -> AsyncIterator[Served]:
    """Serve four listings until the block ends."""
    market = SimulatedMarket(7, rate, LISTINGS)
    faults = Faults()
    app = build_app(
        market,
        plans or {KEY: Plan()},
        clock=clock or SpedUpClock(start_ms, speed),
        faults=faults,
        auth_timeout_s=auth_timeout_s,
        max_waiting_bytes=max_waiting_bytes,
        lost_ms=lost_ms,
    )
    runner = web.AppRunner(app, access_log=None, shutdown_timeout=1.0)
    await runner.setup()
    try:
        site = web.TCPSite(runner, "127.0.0.1", 0)
        await site.start()
        port = runner.addresses[0][1]
        yield Served(port, market, faults)
    finally:
        await runner.cleanup()
