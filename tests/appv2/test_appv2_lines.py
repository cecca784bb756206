"""A line writes at once or not at all, and never between the halves of another message."""

import socket
import warnings
from types import SimpleNamespace
from typing import Any

import pytest

with warnings.catch_warnings():
    warnings.simplefilter("ignore")  # eventlet's advice against itself
    import eventlet
    from eventlet.greenio import GreenSocket
    from eventlet.queue import Queue
    from eventlet.semaphore import Semaphore

from appv2.realtime.lines import Line, framed

BUFFER = 65_536
"""Unless it is said the kernel gives as much as it likes, which may be all of LARGE."""
LARGE = b"x" * 4_000_000


class Wire:
    """A WebSocket as eventlet holds it, and its other end."""

    def __init__(self) -> None:
        listener = socket.create_server(("127.0.0.1", 0))
        far = socket.socket()
        far.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, BUFFER)
        far.connect(listener.getsockname())
        self.far = GreenSocket(far)
        near, _ = listener.accept()
        near.setsockopt(socket.SOL_SOCKET, socket.SO_SNDBUF, BUFFER)
        listener.close()
        self.near = GreenSocket(near)
        self.connection = SimpleNamespace(
            upgraded=True, upgrading=False, closed=False, queue=Queue()
        )
        self.websocket = SimpleNamespace(socket=self.near, _sendlock=Semaphore())
        self.line = Line(self.connection, self.websocket)

    def heard(self, n: int) -> bytes:
        found = bytearray()
        while len(found) < n:
            found += self.far.recv(1 << 16)
        return bytes(found)

    def close(self) -> None:
        self.far.close()
        self.near.close()


@pytest.fixture
def wire() -> Any:
    made = Wire()
    yield made
    made.close()


@pytest.mark.parametrize(
    ("n", "head"),
    [
        (0, b"\x81\x00"),
        (125, b"\x81\x7d"),
        (126, b"\x81\x7e\x00\x7e"),
        (65_535, b"\x81\x7e\xff\xff"),
        (65_536, b"\x81\x7f\x00\x00\x00\x00\x00\x01\x00\x00"),
    ],
)
def test_a_frame_says_how_long_it_is(n: int, head: bytes) -> None:
    assert framed(b"t" * n) == head + b"t" * n


def test_a_free_line_writes_at_once(wire: Wire) -> None:
    assert wire.line.send(b"one")
    assert wire.heard(3) == b"one"


def test_what_does_not_fit_is_written_before_anything_else(wire: Wire) -> None:
    assert wire.line.send(LARGE)
    assert not wire.line.is_free
    assert not wire.line.send(b"later")
    assert wire.heard(len(LARGE)) == LARGE
    eventlet.sleep(0)
    assert wire.line.send(b"later")
    assert wire.heard(5) == b"later"


def test_a_writer_that_waits_for_its_turn_goes_first(wire: Wire) -> None:
    assert wire.line.send(LARGE)

    def write() -> None:
        with wire.websocket._sendlock:
            wire.near.sendall(b"second")

    eventlet.spawn(write)
    eventlet.sleep(0)
    assert not wire.line.send(b"third")
    assert wire.heard(len(LARGE) + 6).endswith(b"xsecond")


@pytest.mark.parametrize("state", [{"upgraded": False}, {"upgrading": True}, {"closed": True}])
def test_a_connection_that_is_not_open_has_no_free_line(wire: Wire, state: dict[str, bool]) -> None:
    vars(wire.connection).update(state)
    assert not wire.line.send(b"one")


def test_what_is_queued_goes_first(wire: Wire) -> None:
    wire.connection.queue.put("before")
    assert not wire.line.send(b"one")


def test_a_browser_that_has_gone_disturbs_nobody(wire: Wire) -> None:
    wire.far.close()
    for _ in range(3):
        assert wire.line.send(b"one")
        eventlet.sleep(0.01)
    wire.line.cut()
