"""Gather what is only worth knowing now, so that it goes out together and after alerts."""

import threading
from collections.abc import Callable
from typing import Any, Final

from appv2.realtime.fanout import Fanout, Message

GATHER_S: Final = 0.01


class Bundle:
    """Send messages of a namespace in their order, a few at a time.

    Each gets the place in the stream at which it is sent, and so never one before an event that
    its reader has already.
    """

    def __init__(
        self, fanout: Fanout, current_seq: Callable[[], str], sleep: Callable[[float], object]
    ) -> None:
        self._fanout = fanout
        self._current_seq = current_seq
        self._sleep = sleep
        self._waiting: dict[str, list[Message]] = {}
        self._lock = threading.Lock()
        self._filled = threading.Event()

    def add(self, event: str, message: dict[str, Any], namespace: str) -> None:
        """Have a message sent to everybody in a namespace."""
        with self._lock:
            self._waiting.setdefault(namespace, []).append((event, message))
        self._filled.set()

    def run(self, stopping: threading.Event) -> None:
        """Send until told to stop."""
        while not stopping.is_set():
            if self._filled.wait(timeout=0.5):
                self._filled.clear()
                self._sleep(GATHER_S)
                self.flush()

    def flush(self) -> None:
        """Send what was gathered."""
        with self._lock:
            waiting, self._waiting = self._waiting, {}
        for namespace, messages in waiting.items():
            seq = self._current_seq()
            stamped = [(event, {"seq": seq, **message}) for event, message in messages]
            self._fanout.send(stamped, None, namespace)
