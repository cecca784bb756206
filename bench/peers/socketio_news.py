"""Measure a stock Flask-SocketIO emit to one light client."""

import asyncio
import json
import time
from asyncio.subprocess import DEVNULL, PIPE
from collections.abc import Mapping
from contextlib import suppress
from pathlib import Path
from typing import Any, Final

from bench.listening import listening, message
from launcher.ports import any_free, is_free

_SCRIPT: Final = Path(__file__).with_name("stock_socketio.py")
_READY_WITHIN_S: Final = 15.0
_DONE_WITHIN_S: Final = 60.0


async def one_way_ms(python: Path, event: Mapping[str, Any], burst: int, n: int) -> list[float]:
    """Return how long each event took from the call of emit to the client, in ms."""
    port = any_free()
    command = (str(python), str(_SCRIPT), str(port), str(burst), str(n))
    server = await asyncio.create_subprocess_exec(
        *command, stdin=PIPE, stdout=DEVNULL, stderr=DEVNULL
    )
    assert server.stdin  # noqa: S101 - it was asked for
    try:
        server.stdin.write(json.dumps(event).encode())
        server.stdin.close()
        return await _measure(port, n)
    finally:
        server.kill()
        await server.wait()


async def _measure(port: int, n: int) -> list[float]:
    end = time.monotonic() + _READY_WITHIN_S
    while is_free(port) and time.monotonic() < end:  # noqa: ASYNC110 - another process
        await asyncio.sleep(0.1)
    async with listening(f"http://127.0.0.1:{port}", enough=n) as heard:
        with suppress(TimeoutError):
            await asyncio.wait_for(heard.ended.wait(), _DONE_WITHIN_S)
    return [1000 * (at - message(frame)["sent_at"]) for at, frame in heard.arrived]
