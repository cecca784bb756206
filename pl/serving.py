"""Serve a process's pages until it is told to stop."""

import asyncio
import signal
import time
from collections.abc import Callable, Collection
from dataclasses import dataclass, field
from typing import Any, Final

from aiohttp import web

from contracts.messages.health import ServiceHealth
from pl.health_page import degraded, healthy, listen
from service.errors import Unavailable

PING_EVERY_S: Final = 2.0

Ping = Callable[[], None]


@dataclass(slots=True)
class Dependencies:
    """Ask each dependency every so often how it is, so that `/health` answers at once."""

    pings: dict[str, Ping]
    parts: dict[str, ServiceHealth] = field(default_factory=dict)
    every_s: float = PING_EVERY_S

    async def watch(self) -> None:
        """Ask for ever."""
        while True:
            await self.ask()
            await asyncio.sleep(self.every_s)

    async def ask(self) -> None:
        """Ask each once."""
        for name, ping in self.pings.items():
            began = time.monotonic()
            try:
                await asyncio.to_thread(ping)
            except Unavailable as away:
                self.parts[name] = degraded(f"away: {away.detail}")
            else:
                took_ms = (time.monotonic() - began) * 1000
                self.parts[name] = healthy(f"answers in {took_ms:.1f} ms")


async def first_end(tasks: Collection[asyncio.Task[Any]]) -> None:
    """Return when one of the tasks ends; raises what it raised."""
    done, _ = await asyncio.wait(tasks, return_when=asyncio.FIRST_COMPLETED)
    for task in done:
        task.result()


def stop_signal() -> asyncio.Event:
    """Return an event that SIGINT and SIGTERM set."""
    stop = asyncio.Event()
    for name in (signal.SIGINT, signal.SIGTERM):
        asyncio.get_running_loop().add_signal_handler(name, stop.set)
    return stop


async def listen_or_refuse(app: web.Application, port: int) -> web.AppRunner:
    """Start serving on loopback; raises Unavailable when the port is taken."""
    try:
        return await listen(app, port)
    except OSError as error:
        raise Unavailable(f"port {port}", error.strerror or str(error)) from error
