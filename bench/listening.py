"""Log in, and listen with a light client in a process of its own."""

import asyncio
import http.cookiejar
import json
import re
import sys
import urllib.parse
import urllib.request
from asyncio.subprocess import PIPE
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Final

from bench.light_client import CONNECTED

_ROOT: Final = Path(__file__).resolve().parent.parent
_LOGIN_TIMEOUT_S: Final = 10.0
_CONNECTED_WITHIN_S: Final = 15.0


@dataclass
class Heard:
    """What a light client has told so far: (unix seconds, frame); `ended` once it has gone."""

    arrived: list[tuple[float, str]] = field(default_factory=list)
    connected: asyncio.Event = field(default_factory=asyncio.Event)
    ended: asyncio.Event = field(default_factory=asyncio.Event)

    async def follow(self, told: asyncio.StreamReader) -> None:
        """Take what the client tells until it ends."""
        async for line in told:
            text = line.decode().rstrip("\n")
            if text == CONNECTED:
                self.connected.set()
            else:
                at, _, frame = text.partition(" ")
                self.arrived.append((float(at), frame))
        self.ended.set()


@asynccontextmanager
async def listening(address: str, cookie: str = "", enough: int = 0) -> AsyncIterator[Heard]:
    """Yield what a light client hears, once it is connected; end it afterwards.

    Raises: TimeoutError when it does not get a connection.
    """
    client = await asyncio.create_subprocess_exec(
        sys.executable,
        *("-m", "bench.light_client", address, str(enough)),
        cwd=_ROOT,
        stdin=PIPE,
        stdout=PIPE,
        start_new_session=True,
    )
    assert client.stdin  # noqa: S101 - it was asked for
    assert client.stdout  # noqa: S101 - it was asked for
    heard = Heard()
    following = asyncio.create_task(heard.follow(client.stdout))
    try:
        client.stdin.write(cookie.encode())
        client.stdin.close()
        await asyncio.wait_for(heard.connected.wait(), _CONNECTED_WITHIN_S)
        yield heard
    finally:
        with suppress(ProcessLookupError):
            client.kill()
        await client.wait()
        await following


def message(frame: str) -> dict[str, Any]:
    """Return what an alert's frame carries."""
    read: dict[str, Any] = json.loads(frame[2:])[1]
    return read


def log_in(page: str, user: str, password: str) -> str:
    """Return the Cookie header of a session; raises OSError when the page refuses."""
    jar = http.cookiejar.CookieJar()
    opener = urllib.request.build_opener(urllib.request.HTTPCookieProcessor(jar))
    with opener.open(f"{page}/login", timeout=_LOGIN_TIMEOUT_S) as answer:
        form = answer.read().decode()
    found = re.search(r'name="csrf_token"[^>]*value="([^"]+)"', form)
    token = found[1] if found else ""
    fields = {"username": user, "password": password, "csrf_token": token}
    body = urllib.parse.urlencode(fields).encode()
    with opener.open(f"{page}/login", body, timeout=_LOGIN_TIMEOUT_S):
        return "; ".join(f"{cookie.name}={cookie.value}" for cookie in jar)
