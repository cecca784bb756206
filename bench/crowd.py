"""Many light clients in one process: raw sockets, each frame looked at and forgotten.

Run as `python -m bench.crowd ADDRESS PAGES ALERTS`, the session's cookie on standard input. Says
`connected` once all are, then, when each has heard so many alerts or none came for a while, one
JSON object: how many were heard and the spread of their times, from `sent_at` in the event.
"""

import base64
import json
import os
import re
import selectors
import socket
import sys
import time
from array import array
from dataclasses import dataclass, field
from typing import Final
from urllib.parse import urlsplit

from bench.report import spread

CONNECTED: Final = "connected"
PATIENCE_S: Final = 10.0
_ALERT: Final = b'42["pattern_alert",'
_SENT_AT: Final = re.compile(rb'"sent_at":\s?([0-9.]+)')
_LARGEST_READ: Final = 1 << 18
_SMALL: Final = 125
_TWO_BYTES: Final = 126


@dataclass
class Page:
    """One connection; `rest` is what has come of a frame that is not whole yet."""

    socket: socket.socket
    rest: bytes = b""

    def frames(self) -> list[bytes]:
        """Return the payloads of the frames that have come; raises EOFError at the end."""
        data = self.socket.recv(_LARGEST_READ)
        if not data:
            raise EOFError
        data = self.rest + data
        found = []
        at = 0
        while (end := _frame_end(data, at)) is not None:
            found.append(data[end[0] : end[1]])
            at = end[1]
        self.rest = data[at:]
        return found

    def say(self, text: bytes) -> None:
        """Send a short text; clients mask what they send, here with zeros."""
        self.socket.sendall(bytes((0x81, 0x80 | len(text), 0, 0, 0, 0)) + text)


@dataclass
class Crowd:
    """All connections and the times of the alerts they heard, in ms."""

    pages: list[Page]
    times_ms: "array[float]" = field(default_factory=lambda: array("d"))
    ended: int = 0

    def listen(self, n_alerts: int) -> None:
        """Note times until every page has heard so many, or none came for a while."""
        waiting = selectors.DefaultSelector()
        for page in self.pages:
            waiting.register(page.socket, selectors.EVENT_READ, page)
        while len(self.times_ms) < n_alerts * len(self.pages):
            ready = waiting.select(PATIENCE_S)
            if not ready:
                return
            for key, _ in ready:
                try:
                    self._note(key.data)
                except (EOFError, ConnectionError):
                    waiting.unregister(key.fileobj)
                    self.ended += 1

    def _note(self, page: Page) -> None:
        frames = page.frames()
        now = time.time()
        for frame in frames:
            if frame.startswith(_ALERT):
                sent_at = _SENT_AT.search(frame)
                if sent_at:
                    self.times_ms.append(1000 * (now - float(sent_at[1])))
            elif frame == b"2":
                page.say(b"3")


def _frame_end(data: bytes, at: int) -> tuple[int, int] | None:
    """Return where the payload of a server's frame begins and ends, None when it is not whole."""
    if len(data) < at + 2:
        return None
    size, begin = data[at + 1], at + 2
    if size > _SMALL:
        wide = 2 if size == _TWO_BYTES else 8
        size, begin = int.from_bytes(data[begin : begin + wide]), begin + wide
    return (begin, begin + size) if len(data) >= begin + size else None


def connect(address: str, cookie: str, raw: socket.socket | None = None) -> Page:
    """Open one WebSocket, on a connection of one's own if given, and enter the page's namespace."""
    where = urlsplit(address)
    raw = raw or socket.create_connection((where.hostname, where.port), timeout=PATIENCE_S)
    key = base64.b64encode(os.urandom(16)).decode()
    raw.sendall(
        "GET /socket.io/?EIO=4&transport=websocket HTTP/1.1\r\n"
        f"Host: {where.netloc}\r\nUpgrade: websocket\r\nConnection: Upgrade\r\nCookie: {cookie}\r\n"
        f"Sec-WebSocket-Key: {key}\r\nSec-WebSocket-Version: 13\r\n\r\n".encode()
    )
    answer = b""
    while b"\r\n\r\n" not in answer:
        answer += raw.recv(4096)
    head, _, rest = answer.partition(b"\r\n\r\n")
    if b" 101 " not in head.partition(b"\r\n")[0]:
        raise ConnectionRefusedError(head.decode(errors="replace"))
    page = Page(raw, rest)
    page.say(b"40")
    while not any(frame.startswith(b"40") for frame in page.frames()):
        continue
    return page


def main(address: str, n_pages: int, n_alerts: int) -> None:
    """Connect, listen, tell."""
    cookie = sys.stdin.read()
    crowd = Crowd([connect(address, cookie) for _ in range(n_pages)])
    print(CONNECTED, flush=True)
    crowd.listen(n_alerts)
    facts = {"heard": len(crowd.times_ms), "ended": crowd.ended, "ms": spread(crowd.times_ms)}
    print(json.dumps(facts), flush=True)


if __name__ == "__main__":
    main(sys.argv[1], int(sys.argv[2]), int(sys.argv[3]))
