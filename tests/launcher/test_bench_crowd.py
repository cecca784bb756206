"""What the crowd of light clients reads."""

import json
import socket
import time

import pytest

from bench.crowd import Crowd, Page


def frame(text: str) -> bytes:
    body = text.encode()
    if len(body) <= 125:
        return bytes((0x81, len(body))) + body
    return bytes((0x81, 126)) + len(body).to_bytes(2) + body


def alert(sent_at: float) -> str:
    return "42" + json.dumps(["pattern_alert", {"sent_at": sent_at}], separators=(",", ":"))


def test_frames_are_read_whole_however_they_come() -> None:
    near, far = socket.socketpair()
    page = Page(near)
    sent = frame("2") + frame("x" * 300)
    far.sendall(sent[:100])
    assert page.frames() == [b"2"]
    far.sendall(sent[100:])
    assert page.frames() == [b"x" * 300]
    far.close()
    with pytest.raises(EOFError):
        page.frames()
    near.close()


def test_each_page_counts_its_alerts_and_answers_pings() -> None:
    pairs = [socket.socketpair() for _ in range(2)]
    crowd = Crowd([Page(near) for near, _ in pairs])
    for _, far in pairs:
        far.sendall(frame("2") + frame(alert(time.time() - 1)))
    crowd.listen(1)
    assert len(crowd.times_ms) == 2
    assert min(crowd.times_ms) >= 1000
    for near, far in pairs:
        assert far.recv(100).endswith(b"3")
        near.close()
        far.close()
