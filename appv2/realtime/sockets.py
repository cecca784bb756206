"""Answer the Socket.IO events of browsers; only those who logged in are heard."""

import threading
from collections.abc import Callable
from typing import Any, Final

import redis
import structlog
from flask import request
from flask_login import current_user
from flask_socketio import ConnectionRefusedError as Refused
from flask_socketio import SocketIO

from appv2.realtime.audience import ADMIN, Audience
from appv2.realtime.fanout import PAGE
from appv2.realtime.recovery import Recovery
from appv2.realtime.relay import Relay
from appv2.realtime.stream import place
from service.errors import Unavailable

log = structlog.get_logger()

ACCEPTED_AFTER_S: Final = 0.05
RESUME_WITHIN_S: Final = 0.5
RETRY_S: Final = 1.0


class Sockets:
    """Let connections in, and let each hear live events once it has caught up.

    A connection that does not ask to resume within half a second hears what came since it
    connected.
    """

    def __init__(
        self,
        socketio: SocketIO,
        relay: Relay,
        audience: Audience,
        recovery: Recovery,
        feed_state: Callable[[], dict[str, Any]],
    ) -> None:
        self._socketio = socketio
        self._relay = relay
        self._audience = audience
        self._recovery = recovery
        self._feed_state = feed_state
        self._resumed: set[str] = set()
        self._retrying: set[str] = set()
        self._lock = threading.Lock()

    def register(self) -> None:
        """Attach to the server's events."""
        self._socketio.on_event("connect", self._connect, namespace=PAGE)
        self._socketio.on_event("disconnect", self._disconnect, namespace=PAGE)
        self._socketio.on_event("resume", self._resume, namespace=PAGE)
        self._socketio.on_event("connect", self._connect_admin, namespace=ADMIN)
        self._socketio.on_event("disconnect", self._disconnect, namespace=ADMIN)

    def _connect(self, _auth: object = None) -> None:
        _require(lambda: bool(current_user.is_authenticated), "login required")
        sid = _sid()
        self._audience.arrived(sid, current_user.get_id())
        self._socketio.start_background_task(self._follow_unasked, sid, self._relay.cursor)

    def _connect_admin(self, _auth: object = None) -> None:
        _require(lambda: bool(current_user.is_authenticated), "login required")
        _require(lambda: bool(current_user.is_admin), "administrators only")
        self._audience.arrived(_sid(), current_user.get_id())

    def _disconnect(self, _reason: object = None) -> None:
        self._audience.left(_sid())
        with self._lock:
            self._resumed.discard(_sid())

    def _resume(self, message: object = None) -> dict[str, Any]:
        sid = _sid()
        after = _named_id(message) or self._relay.cursor
        with self._lock:
            self._resumed.add(sid)
        try:
            done = self._recovery.follow(sid, after)
        except (redis.RedisError, Unavailable) as error:
            self._retry(sid, after)
            return {"caught_up": 0, "seq": after, "from": "stream", "error": str(error)}
        return {"caught_up": done.n_events, "seq": done.seq, "from": done.source}

    def _retry(self, sid: str, after: str) -> None:
        with self._lock:
            if sid in self._retrying:
                return
            self._retrying.add(sid)
        self._socketio.start_background_task(self._follow_until_done, sid, after)

    def _follow_unasked(self, sid: str, after: str) -> None:
        self._socketio.sleep(ACCEPTED_AFTER_S)
        self._audience.tell_one(sid, "feed_state", self._feed_state())
        self._socketio.sleep(RESUME_WITHIN_S)
        with self._lock:
            asked = sid in self._resumed
        if not asked:
            self._follow_until_done(sid, after)

    def _follow_until_done(self, sid: str, after: str) -> None:
        while self._audience.knows(sid):
            try:
                self._recovery.follow(sid, after)
            except (redis.RedisError, Unavailable) as error:
                log.warning("recovery_waits", detail=str(error))
                self._socketio.sleep(RETRY_S)
            else:
                break
        with self._lock:
            self._retrying.discard(sid)


def _require(allowed: Callable[[], bool], refusal: str) -> None:
    try:
        if not allowed():
            raise Refused(refusal)
    except Unavailable as error:
        raise Refused("unavailable") from error


def _named_id(message: object) -> str | None:
    named = message.get("seq") if isinstance(message, dict) else None
    try:
        return named if isinstance(named, str) and place(named) else None
    except ValueError:
        return None


def _sid() -> str:
    return str(request.sid)  # type: ignore[attr-defined] # set by Flask-SocketIO
