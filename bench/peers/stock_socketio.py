"""A stock Flask-SocketIO server that only emits: bursts of one event, with the time it was sent.

Run in AppV2's environment as `python stock_socketio.py PORT CLIENTS BURST PAUSE_S N`; the event
is read from standard input. It begins when so many clients have connected.
"""

import os
import sys
import time
import warnings

os.environ.setdefault("EVENTLET_NO_GREENDNS", "yes")
with warnings.catch_warnings():
    warnings.simplefilter("ignore")  # eventlet's advice against itself
    import eventlet

    eventlet.monkey_patch()

import json

from flask import Flask  # type: ignore[import-not-found] # in the environment of AppV2 alone
from flask_socketio import SocketIO

SETTLED_S = 1.0


def main(port: int, clients: int, burst: int, pause_s: float, n: int) -> None:
    """Serve; begin to emit when all clients have connected."""
    event = json.load(sys.stdin)
    app = Flask("stock")
    socketio = SocketIO(app, async_mode="eventlet", logger=False)
    arrived: list[object] = []

    def emit() -> None:
        socketio.sleep(SETTLED_S)
        began = time.monotonic()
        for sent in range(0, n, burst):
            for _ in range(burst):
                socketio.emit("pattern_alert", {"sent_at": time.time(), "event": event})
            due = began + (sent // burst + 1) * pause_s
            socketio.sleep(max(0.0, due - time.monotonic()))

    @socketio.on("connect")  # type: ignore[untyped-decorator] # Flask-SocketIO has no types
    def connected(_auth: object = None) -> None:
        arrived.append(None)
        if len(arrived) == clients:
            socketio.start_background_task(emit)

    socketio.run(app, host="127.0.0.1", port=port, max_size=20_000)


if __name__ == "__main__":
    port, clients, burst, pause_s, n = sys.argv[1:]
    main(int(port), int(clients), int(burst), float(pause_s), int(n))
