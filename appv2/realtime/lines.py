"""Write straight to a browser's WebSocket while nothing else waits to be written there.

Works under eventlet, whose sockets it knows. A connection by long polling, or one that is busy,
has no free line: its messages take Engine.IO's queue, as all do under other servers.
"""

import socket
import struct
from contextlib import suppress
from typing import Any, Final

from engineio import Server
from engineio.socket import Socket as Connection

TEXT: Final = 0x81
SHORT: Final = 125
MEDIUM: Final = 0xFFFF


class Line:
    """Hold one connection's WebSocket."""

    def __init__(self, connection: Connection, websocket: Any) -> None:
        self._connection = connection
        self._websocket = websocket
        self._turn = websocket._sendlock  # noqa: SLF001 - nothing else tells whether it writes
        self._socket: socket.socket = websocket.socket.fd
        self._socket.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)

    @property
    def is_free(self) -> bool:
        """Whether nothing is queued for it and nobody is writing or about to write to it."""
        connection = self._connection
        if not connection.upgraded or connection.upgrading or connection.closed:
            return False
        return bool(connection.queue.empty() and self._turn.balance == 1)

    def send(self, frames: bytes) -> bool:
        """Write frames without waiting; return False, having written nothing, when it is busy.

        What the socket does not take at once is written before anything else as soon as it does.
        """
        if not self.is_free:
            return False
        try:
            n_sent = self._socket.send(frames)
        except BlockingIOError:
            return False
        except OSError:  # whoever reads from it finds that out and ends the connection
            return True
        if n_sent < len(frames):
            self._turn.acquire(blocking=False)
            _spawn(self._send_rest, frames[n_sent:])
        return True

    def _send_rest(self, rest: bytes) -> None:
        try:
            self._websocket.socket.sendall(rest)
        except OSError:
            self.cut()
        finally:
            self._turn.release()

    def cut(self) -> None:
        """End the connection without a word; the browser connects again and resumes."""
        with suppress(OSError):
            self._websocket.socket.shutdown(socket.SHUT_RDWR)


class Lines:
    """Know the line of every connection that has one."""

    def __init__(self) -> None:
        self._lines: dict[str, Line] = {}

    def of(self, eio_sid: str) -> Line | None:
        """Return the line of a connection, None when it has none."""
        return self._lines.get(eio_sid)

    def watch(self, server: Server) -> None:
        """Learn of each WebSocket that the server opens from now on, if it serves by eventlet."""
        if server.async_mode != "eventlet":
            return
        serving = server._async  # noqa: SLF001 - Engine.IO tells nobody of its WebSockets
        lines, stock = self._lines, serving["websocket"]

        class Watched(stock):  # type: ignore[misc, valid-type] # Engine.IO has no types
            def __init__(self, serve: Any, server: Server) -> None:
                connection: Connection = serve.__self__

                def serve_watched(websocket: Any) -> Any:
                    lines[connection.sid] = Line(connection, websocket)
                    try:
                        return serve(websocket)
                    finally:
                        del lines[connection.sid]

                super().__init__(serve_watched, server)

        server._async = {**serving, "websocket": Watched}  # noqa: SLF001 - as above


def framed(text: bytes) -> bytes:
    """Return a text as one WebSocket frame of a server (RFC 6455, 5.2), uncompressed."""
    n = len(text)
    if n <= SHORT:
        return struct.pack("!BB", TEXT, n) + text
    if n <= MEDIUM:
        return struct.pack("!BBH", TEXT, 126, n) + text
    return struct.pack("!BBQ", TEXT, 127, n) + text


def _spawn(work: Any, *arguments: Any) -> None:
    import eventlet

    eventlet.spawn(work, *arguments)
