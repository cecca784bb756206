"""A client that costs almost nothing: it notes when each alert arrives and reads it later."""

import asyncio
import http.cookiejar
import json
import re
import time
import urllib.parse
import urllib.request
from contextlib import suppress
from dataclasses import dataclass, field
from typing import Any, Final

import websockets

EVENT: Final = '42["pattern_alert",'
LOGIN_TIMEOUT_S: Final = 10.0


@dataclass
class LightClient:
    """Speak Engine.IO 4 over a WebSocket; `arrived` holds (unix seconds, frame).

    enough : how many alerts to listen for, 0 for as many as come
    """

    address: str
    cookie: str = ""
    enough: int = 0
    arrived: list[tuple[float, str]] = field(default_factory=list)
    connected: asyncio.Event = field(default_factory=asyncio.Event)

    async def listen(self) -> None:
        """Note alerts until there are enough, or cancelled."""
        url = self.address.replace("http", "ws", 1) + "/socket.io/?EIO=4&transport=websocket"
        headers = {"Cookie": self.cookie} if self.cookie else {}
        async with websockets.connect(
            url, additional_headers=headers, compression=None, max_size=None, ping_interval=None
        ) as socket:
            async for frame in socket:
                at = time.time()
                if isinstance(frame, bytes):
                    continue
                if frame.startswith(EVENT):
                    self.arrived.append((at, frame))
                    if len(self.arrived) == self.enough:
                        return
                else:
                    await self._answer(socket, frame)

    async def _answer(self, socket: websockets.ClientConnection, frame: str) -> None:
        if frame.startswith("0"):
            await socket.send("40")
        elif frame.startswith("40"):
            self.connected.set()
        elif frame == "2":
            await socket.send("3")
        elif frame.startswith("44"):
            raise ConnectionRefusedError(frame[2:])


async def stopped(task: "asyncio.Task[None]") -> None:
    """End a listening task; an error it ended with before is raised here."""
    task.cancel()
    with suppress(asyncio.CancelledError):
        await task


def message(frame: str) -> dict[str, Any]:
    """Return what an alert's frame carries."""
    read: dict[str, Any] = json.loads(frame[2:])[1]
    return read


def log_in(page: str, user: str, password: str) -> str:
    """Return the Cookie header of a session; raises OSError when the page refuses."""
    jar = http.cookiejar.CookieJar()
    opener = urllib.request.build_opener(urllib.request.HTTPCookieProcessor(jar))
    with opener.open(f"{page}/login", timeout=LOGIN_TIMEOUT_S) as answer:
        form = answer.read().decode()
    found = re.search(r'name="csrf_token"[^>]*value="([^"]+)"', form)
    token = found[1] if found else ""
    fields = {"username": user, "password": password, "csrf_token": token}
    body = urllib.parse.urlencode(fields).encode()
    with opener.open(f"{page}/login", body, timeout=LOGIN_TIMEOUT_S):
        return "; ".join(f"{cookie.name}={cookie.value}" for cookie in jar)
