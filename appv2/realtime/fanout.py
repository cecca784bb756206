"""Encode a message once and give it to every connection that hears it."""

from collections.abc import Sequence
from typing import Any, Final

import msgspec
import structlog
from engineio.packet import MESSAGE, Packet
from flask_socketio import SocketIO

from appv2.realtime.lines import Lines, framed
from appv2.realtime.tallies import Tallies

log = structlog.get_logger()

PAGE: Final = "/"
MOST_WAITING: Final = 1_000

Message = tuple[str, dict[str, Any]]


class Fanout:
    """Send messages in order; what is given together is written together.

    A connection that does not read is ended when too many messages wait for it: it connects
    again and resumes. Nobody waits for it.
    """

    def __init__(self, socketio: SocketIO, tallies: Tallies) -> None:
        self._socketio = socketio
        self._server = socketio.server
        self._tallies = tallies
        self._lines = Lines()
        self._lines.watch(self._server.eio)

    def send(
        self, messages: Sequence[Message], room: str | None = None, namespace: str = PAGE
    ) -> None:
        """Send messages to a room, to one connection, or to all in a namespace."""
        texts = [_text(message, namespace) for message in messages]
        frames = b"".join(map(framed, texts))
        packets: list[Packet] = []
        for _sid, eio_sid in self._server.manager.get_participants(namespace, room):
            line = self._lines.of(eio_sid)
            if line is None or not line.send(frames):
                packets = packets or [Packet(MESSAGE, text[1:].decode()) for text in texts]
                self._queue(eio_sid, packets)
        if packets:
            self._socketio.sleep(0)  # the turn of those who write what is queued

    def waiting(self, sid: str) -> int:
        """Return how many messages wait to be written to a connection of the page."""
        eio_sid = self._server.manager.eio_sid_from_sid(sid, PAGE)
        connection = self._server.eio.sockets.get(eio_sid)
        return 0 if connection is None else int(connection.queue.qsize())

    def _queue(self, eio_sid: str, packets: Sequence[Packet]) -> None:
        for packet in packets:
            self._server.eio.send_packet(eio_sid, packet)
        connection = self._server.eio.sockets.get(eio_sid)
        if connection is not None and connection.queue.qsize() > MOST_WAITING:
            self._end(eio_sid, connection)

    def _end(self, eio_sid: str, connection: Any) -> None:
        log.warning("connection_too_slow", waiting=connection.queue.qsize())
        self._tallies.add("connections_too_slow")
        line = self._lines.of(eio_sid)
        if line is None:
            connection.close(wait=False, abort=True)
        else:
            line.cut()


def _text(message: Message, namespace: str) -> bytes:
    """Return a Socket.IO event as Engine.IO message: type 4, packet type 2, JSON."""
    head = b"42" if namespace == PAGE else f"42{namespace},".encode()
    return head + msgspec.json.encode(message)
