"""Know who is connected, and send events to all of them or to one who missed some."""

import threading
from collections.abc import Callable, Sequence
from contextlib import suppress
from typing import Any, Final

from flask_socketio import SocketIO

from appv2.realtime.bundle import Bundle
from appv2.realtime.fanout import PAGE, Fanout, Message
from appv2.realtime.pattern_news import PatternNews
from appv2.realtime.relay import Delivery
from contracts.codec import iso

LIVE: Final = "live"
ADMIN: Final = "/admin"
FEW_WAITING: Final = 200


class Audience:
    """Count connected users and emit to browsers.

    A connection hears live events from the moment it enters the room `live`.
    """

    def __init__(
        self, socketio: SocketIO, fanout: Fanout, bundle: Bundle, current_seq: Callable[[], str]
    ) -> None:
        self._socketio = socketio
        self._fanout = fanout
        self._bundle = bundle
        self._current_seq = current_seq
        self._users: dict[str, str] = {}
        self._lock = threading.Lock()

    @property
    def n_users(self) -> int:
        """How many users have the page open, each counted once."""
        return len(self.sessions)

    @property
    def sessions(self) -> set[str]:
        """Return the session of every connection, as the session remembers its user."""
        return set(self._users.values())

    def arrived(self, sid: str, user_id: str) -> None:
        """Remember a connection and whose it is."""
        with self._lock:
            self._users = {**self._users, sid: user_id}

    def left(self, sid: str) -> None:
        """Forget a connection."""
        with self._lock:
            self._users = {known: user for known, user in self._users.items() if known != sid}

    def knows(self, sid: str) -> bool:
        """Tell whether a connection is still there."""
        return sid in self._users

    def connections_of(self, user_id: str) -> list[str]:
        """Return the connections of one user."""
        return [sid for sid, user in self._users.items() if user == user_id]

    def hears_live(self, sid: str) -> None:
        """Let a connection hear events from now on, unless it has left meanwhile."""
        with suppress(KeyError, ValueError):
            self._socketio.server.enter_room(sid, LIVE, namespace=PAGE)

    def pauses(self, sid: str) -> None:
        """Keep events from a connection while it catches up."""
        self._socketio.server.leave_room(sid, LIVE, namespace=PAGE)

    def deliver(self, deliveries: Sequence[Delivery]) -> int:
        """Send events to everybody; return how many users are connected.

        Returns after they were written to the sockets that were ready.
        """
        messages = [message for each in deliveries for message in _messages(each.seq, each.news)]
        self._fanout.send(messages, LIVE)
        return self.n_users

    def send(self, seq: str, news: PatternNews, to: str) -> None:
        """Send an event to one connection."""
        self._fanout.send(_messages(seq, news), to)

    def is_reading(self, sid: str) -> bool:
        """Tell whether a connection has taken most of what was sent to it."""
        return self._fanout.waiting(sid) <= FEW_WAITING

    def tell(self, event: str, message: dict[str, Any], namespace: str = PAGE) -> None:
        """Send something that is only worth knowing now to everybody in a namespace, soon."""
        self._bundle.add(event, message, namespace)

    def tell_one(self, sid: str, event: str, message: dict[str, Any]) -> None:
        """Send something to one connection of the page."""
        self._fanout.send([(event, {"seq": self._current_seq(), **message})], sid)


def _messages(seq: str, news: PatternNews) -> list[Message]:
    is_alert = news.kind == "pattern_detected"
    name = "pattern_alert" if is_alert else "pattern_update"
    messages: list[Message] = [(name, {"type": news.kind, "seq": seq, "event": news.fields})]
    if is_alert and news.fields.get("tier") in {"intraday", "combo"}:
        messages.append(("streaming_pattern", _detection(seq, news)))
    return messages


def _detection(seq: str, news: PatternNews) -> dict[str, Any]:
    """Return a pattern as readers of the streaming channels know it, its time in ISO 8601."""
    fields = news.fields
    parameters = {name: fields[name] for name in ("direction", "reason") if name in fields}
    indicators = fields.get("indicators")
    detection = {
        "pattern_type": fields["pattern"],
        "symbol": fields["symbol"],
        "confidence": fields["confidence"],
        "timestamp": iso(fields["timestamp"]),
        "parameters": {**parameters, **(indicators if isinstance(indicators, dict) else {})},
        "flow_id": fields["flow_id"],
    }
    if "timeframe" in fields:
        detection["timeframe"] = fields["timeframe"]
    return {"type": news.kind, "seq": seq, "detection": detection}
