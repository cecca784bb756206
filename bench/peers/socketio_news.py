"""Measure a stock Flask-SocketIO emit to one light client, or to a crowd of them."""

import asyncio
import json
import time
from asyncio.subprocess import DEVNULL, PIPE
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

from bench.listening import listening, message
from launcher.ports import any_free, is_free

_SCRIPT: Final = Path(__file__).with_name("stock_socketio.py")
_READY_WITHIN_S: Final = 15.0
_DONE_WITHIN_S: Final = 60.0
_PAUSE_S: Final = 0.25


@dataclass(frozen=True)
class Emits:
    """What a stock server is to do: `n` events, `burst` at a time with a pause between."""

    clients: int
    burst: int
    pause_s: float
    n: int


async def one_way_ms(python: Path, event: Mapping[str, Any], burst: int, n: int) -> list[float]:
    """Return how long each event took from the call of emit to the client, in ms."""
    async with serving(python, event, Emits(1, burst, _PAUSE_S, n)) as (address, _pid):
        async with listening(address, enough=n) as heard:
            with suppress(TimeoutError):
                await asyncio.wait_for(heard.ended.wait(), _DONE_WITHIN_S)
        return [1000 * (at - message(frame)["sent_at"]) for at, frame in heard.arrived]


@asynccontextmanager
async def serving(
    python: Path, event: Mapping[str, Any], emits: Emits
) -> AsyncIterator[tuple[str, int]]:
    """Yield the address and process id of a server that emits once its clients have come."""
    port = any_free()
    numbers = (port, emits.clients, emits.burst, emits.pause_s, emits.n)
    server = await asyncio.create_subprocess_exec(
        str(python), str(_SCRIPT), *map(str, numbers), stdin=PIPE, stdout=DEVNULL, stderr=DEVNULL
    )
    assert server.stdin  # noqa: S101 - it was asked for
    try:
        server.stdin.write(json.dumps(event).encode())
        server.stdin.close()
        end = time.monotonic() + _READY_WITHIN_S
        while is_free(port) and time.monotonic() < end:  # noqa: ASYNC110 - another process
            await asyncio.sleep(0.1)
        yield f"http://127.0.0.1:{port}", server.pid
    finally:
        server.kill()
        await server.wait()
