"""Hold one client of the socket: what it wants, what waits for it, how it is let go."""

import asyncio
from typing import Final

from aiohttp import WSCloseCode, WSMsgType, web

from pl.simulator.subscriptions import Subscriptions
from pl.simulator.wire import frame, status

MAX_WAITING_BYTES: Final = 8 * 2**20
_CLOSE_PATIENCE_S: Final = 2.0


class Connection:
    """Queue frames for one socket, so that a slow reader never delays the others.

    A client that lets more than `max_waiting_bytes` pile up is cut, with close code 1008.
    """

    def __init__(
        self, socket: web.WebSocketResponse, max_waiting_bytes: int = MAX_WAITING_BYTES
    ) -> None:
        self.subscriptions = Subscriptions()
        self.key: str | None = None
        self._socket = socket
        self._frames: asyncio.Queue[bytes] = asyncio.Queue()
        self._waiting_bytes = 0
        self._max_waiting_bytes = max_waiting_bytes
        self._parting: asyncio.Future[tuple[int, bytes]] = (
            asyncio.get_running_loop().create_future()
        )

    def offer(self, data: bytes) -> None:
        """Queue a frame, or cut the client when it reads too slowly."""
        if self._parting.done():
            return
        self._waiting_bytes += len(data)
        if self._waiting_bytes > self._max_waiting_bytes:
            self._frames = asyncio.Queue()
            self.part(WSCloseCode.POLICY_VIOLATION, status("slow_consumer", "reads too slowly"))
            return
        self._frames.put_nowait(data)

    def tell(self, kind: str, message: str) -> None:
        """Queue a status event."""
        self.offer(frame([status(kind, message)]))

    def part(self, code: int, last_words: str = "") -> None:
        """Close the socket with a code, after a last status event when it still takes one."""
        if not self._parting.done():
            self._parting.set_result((code, frame([last_words]) if last_words else b""))

    async def write(self) -> None:
        """Send what is queued until the client is let go, then close."""
        sending = asyncio.create_task(self._send_queued())
        try:
            await asyncio.wait((sending, self._parting), return_when=asyncio.FIRST_COMPLETED)
        finally:
            sending.cancel()
            await asyncio.gather(sending, return_exceptions=True)
        if self._parting.done():
            await self._close(*self._parting.result())

    async def _send_queued(self) -> None:
        while True:
            data = await self._frames.get()
            await self._socket.send_frame(data, WSMsgType.TEXT)
            self._waiting_bytes -= len(data)

    async def _close(self, code: int, last_words: bytes) -> None:
        try:
            async with asyncio.timeout(_CLOSE_PATIENCE_S):
                while not self._frames.empty():
                    await self._socket.send_frame(self._frames.get_nowait(), WSMsgType.TEXT)
                if last_words:
                    await self._socket.send_frame(last_words, WSMsgType.TEXT)
            await self._socket.close(code=code, drain=False)
        except (ConnectionError, TimeoutError, RuntimeError):
            # The client went away first, or reads nothing: RuntimeError is aiohttp's word for
            # a socket that is already closed.
            await self._socket.close(code=code, drain=False)


class Connections:
    """Know the clients: those connected, and those logged in, one a key, the latest."""

    def __init__(self) -> None:
        self._open: set[Connection] = set()
        self._by_key: dict[str, Connection] = {}

    def open(self, connection: Connection) -> None:
        """Take note of a client that has connected."""
        self._open.add(connection)

    def admit(self, connection: Connection, key: str) -> None:
        """Take a client in; another one with its key is told so and closed with 1008."""
        before = self._by_key.get(key)
        connection.key = key
        self._by_key[key] = connection
        if before is not None:
            words = status("max_connections", "Maximum number of websocket connections exceeded.")
            before.part(WSCloseCode.POLICY_VIOLATION, words)

    def leave(self, connection: Connection) -> None:
        """Forget a client that has gone."""
        self._open.discard(connection)
        if connection.key and self._by_key.get(connection.key) is connection:
            del self._by_key[connection.key]

    def part_all(self) -> None:
        """Let every client go: the server is going away."""
        for connection in self._open:
            connection.part(WSCloseCode.GOING_AWAY)

    def all(self) -> list[Connection]:
        """Return the clients that are logged in."""
        return list(self._by_key.values())
