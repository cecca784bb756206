"""A hole in a producer's sequence is known until it is filled, whoever looks meanwhile."""

import json
from typing import Any

from appv2.realtime.archive import StoredEvent
from appv2.realtime.gaps import SequenceGaps
from appv2.realtime.pattern_news import PatternNews, read_pattern
from appv2.realtime.tallies import Tallies


class Archive:
    """Have every event."""

    def with_seqs(self, _producer: str, seqs: list[int]) -> list[StoredEvent]:
        return [StoredEvent(b"", seq, 0.0) for seq in seqs]


class Stream:
    def __init__(self) -> None:
        self.gaps: Any = None
        self.through: list[int] = []

    def append(self, _raw: bytes) -> None:
        self.through.append(self.gaps.complete_through()["streaming"])


def news(pattern: Any, seq: int) -> PatternNews:
    return read_pattern(json.dumps(pattern(producer="streaming", seq=seq)), 0.0)


def test_the_relay_may_look_while_a_hole_is_filled(pattern: Any) -> None:
    archive: Any = Archive()
    stream: Any = Stream()
    gaps = stream.gaps = SequenceGaps(archive, stream, Tallies(), {}, lambda: 0.0)
    for seq in (1, 4):
        gaps.watch(news(pattern, seq))
    (hole,) = gaps._holes
    gaps.refill(hole)
    assert stream.through == [1, 2]
    assert gaps.complete_through() == {"streaming": 4}
