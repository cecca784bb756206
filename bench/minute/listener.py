"""Note when published events come out of Redis, on a bare socket in a thread of its own."""

import re
import select
import socket
import threading
import time
from dataclasses import dataclass, field
from datetime import datetime
from typing import Final

from contracts.names import EVENTS_PATTERNS, PATTERNS_UPDATED

_CHANNELS: Final = (EVENTS_PATTERNS, PATTERNS_UPDATED)
_AT_ONCE: Final = 1 << 22
_PATIENCE_S: Final = 0.05
_FACTS: Final = re.compile(
    rb'"timestamp":"?([^",]+)"?,"bar_time":"?([^",]+)"?,"received_at":"?([^",]+)'
)
_HEAD: Final = re.compile(rb"\*3\r\n\$7\r\nmessage\r\n\$\d+\r\n[^\r]+\r\n\$(\d+)\r\n")


@dataclass
class Close:
    """Hold what came of one close: its frame's arrival, and of its events (unix seconds).

    first_found_at, last_found_at : when Streaming had evaluated the bars of its first events, and
    of its last ones.
    """

    received_at: float
    bar_time: float
    first_found_at: float
    last_found_at: float
    first_at: float
    last_at: float
    n_events: int = 0


@dataclass
class Listener:
    """Collect `closes`, keyed by the arrival of the frame that caused them."""

    port: int
    closes: dict[float, Close] = field(default_factory=dict)
    _stop: threading.Event = field(default_factory=threading.Event)
    _thread: threading.Thread | None = None
    _rest: bytes = b""

    def __enter__(self) -> "Listener":
        connection = socket.create_connection(("127.0.0.1", self.port))
        connection.sendall(f"SUBSCRIBE {' '.join(_CHANNELS)}\r\n".encode())
        connection.setblocking(False)
        self._thread = threading.Thread(target=self._listen, args=(connection,), daemon=True)
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._stop.set()
        if self._thread is not None:
            self._thread.join()

    def _listen(self, connection: socket.socket) -> None:
        with connection:
            while not self._stop.is_set():
                if select.select([connection], [], [], _PATIENCE_S)[0]:
                    came = connection.recv(_AT_ONCE)
                    self._take(came, time.time())

    def _take(self, came: bytes, at: float) -> None:
        """Read whole messages; what is cut off waits for its rest."""
        raw, place = self._rest + came, 0
        while head := _HEAD.search(raw, place):
            end = head.end() + int(head[1])
            if end > len(raw):
                place = head.start()
                break
            self._note(raw, head.end(), end, at)
            place = end
        self._rest = raw[place:]

    def _note(self, raw: bytes, begin: int, end: int, at: float) -> None:
        found = _FACTS.search(raw, begin, end)
        if found is None:
            return
        found_at, bar_time, key = (_unix(raw) for raw in found.groups())
        close = self.closes.get(key)
        if close is None:
            close = self.closes[key] = Close(key, bar_time, found_at, found_at, at, at)
        close.last_found_at = max(close.last_found_at, found_at)
        close.bar_time = max(close.bar_time, bar_time)
        close.last_at = at
        close.n_events += 1


def _unix(raw: bytes) -> float:
    """Return unix seconds to the millisecond, of a number or ISO 8601."""
    text = raw.decode()
    seconds = datetime.fromisoformat(text).timestamp() if "T" in text else float(text)
    return round(seconds, 3)
