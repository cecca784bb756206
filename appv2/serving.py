"""Serve until told to stop; a task that fails ends the process."""

import signal
import socket
import threading
from collections.abc import Callable, Mapping
from types import FrameType
from typing import Any, Final

import structlog

from appv2.bootstrap import AppV2
from service import exits
from service.errors import Unavailable

log = structlog.get_logger()

HOST: Final = "127.0.0.1"
LOOK_EVERY_S: Final = 0.2
OPTIONS: Final[Mapping[str, dict[str, Any]]] = {
    "eventlet": {"max_size": 20_000},  # each open page holds one greenlet
    "threading": {"allow_unsafe_werkzeug": True},  # on loopback, chosen by the user
}


class Serving:
    """Run the server and its tasks; remember whether one of them failed."""

    def __init__(self, built: AppV2, port: int) -> None:
        self._built = built
        self._port = port
        self._stopping = threading.Event()
        self._asked_to_stop = False
        self._exit_code = 0

    def run(self) -> int:
        """Serve until SIGTERM or SIGINT; return the exit code.

        Raises Unavailable when the port is taken.
        """
        _refuse_taken_port(self._port)
        for number in (signal.SIGTERM, signal.SIGINT):
            signal.signal(number, self._ask_to_stop)
        socketio = self._built.socketio
        for name, task in self._built.tasks.items():
            socketio.start_background_task(self._supervise, name, task, self._stopping)
        socketio.start_background_task(self._supervise, "server", self._serve)
        log.info("serving", address=f"http://{HOST}:{self._port}")
        while not self._asked_to_stop:
            socketio.sleep(LOOK_EVERY_S)
        self._finish()
        return self._exit_code

    def _serve(self) -> None:
        options = OPTIONS.get(self._built.socketio.async_mode, {})
        self._built.socketio.run(
            self._built.app, host=HOST, port=self._port, use_reloader=False, **options
        )

    def _supervise(self, name: str, work: Callable[..., None], *arguments: Any) -> None:
        try:
            work(*arguments)
        except Exception:
            log.exception("task_failed", task=name)
            self._exit_code = exits.BUG
            self._asked_to_stop = True

    def _ask_to_stop(self, _number: int, _frame: FrameType | None) -> None:
        self._asked_to_stop = True

    def _finish(self) -> None:
        self._stopping.set()
        try:
            self._built.journal.flush()
        except Unavailable as error:
            log.warning("stopped_before_all_was_logged", detail=error.detail)
        self._built.close()
        log.info("stopped", exit_code=self._exit_code)


def _refuse_taken_port(port: int) -> None:
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((HOST, port))
        except OSError as error:
            raise Unavailable(f"port {port}", error.strerror or str(error)) from error
