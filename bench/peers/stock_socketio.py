"""A stock Flask-SocketIO server that only emits: bursts of one event, with the time it was sent.

Run in AppV2's environment as `python stock_socketio.py PORT BURST N`; the event is read from
standard input.
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

PAUSE_S = 0.25


def main(port: int, burst: int, n: int) -> None:
    """Serve; begin to emit when the first client has connected."""
    event = json.load(sys.stdin)
    app = Flask("stock")
    socketio = SocketIO(app, async_mode="eventlet", logger=False)

    def emit() -> None:
        socketio.sleep(1.0)
        for _ in range(0, n, burst):
            for _ in range(burst):
                socketio.emit("pattern_alert", {"sent_at": time.time(), "event": event})
            socketio.sleep(PAUSE_S)

    @socketio.on("connect")  # type: ignore[untyped-decorator] # Flask-SocketIO has no types
    def connected(_auth: object = None) -> None:
        socketio.start_background_task(emit)

    socketio.run(app, host="127.0.0.1", port=port)


if __name__ == "__main__":
    main(*(int(argument) for argument in sys.argv[1:4]))
