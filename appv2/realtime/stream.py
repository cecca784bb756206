"""Read and append to the event stream in Redis. Ids compare as (milliseconds, place)."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Final, cast

import redis

from contracts.names import EVENT_FIELD, RECENT_PATTERN_PREFIX, STREAM_EVENTS

BEGINNING: Final = "0-0"
LARGEST: Final = 2**64 - 1
_FIELD: Final = EVENT_FIELD.encode()
_ID: Final = re.compile(r"([0-9]{1,20})(?:-([0-9]{1,20}))?")


@dataclass(frozen=True, slots=True)
class Entry:
    """Hold one entry; `raw` is the encoded event, empty when the entry has none."""

    id: str
    raw: bytes


def place(entry_id: str) -> tuple[int, int]:
    """Return an id as numbers that compare; raises ValueError when it is no id."""
    found = _ID.fullmatch(entry_id)
    numbers = (int(found[1]), int(found[2] or 0)) if found else (-1, -1)
    if not found or max(numbers) > LARGEST:
        raise ValueError(f"id: expected milliseconds-number, was {entry_id[:50]!r}")
    return numbers


def is_after(entry_id: str, other: str) -> bool:
    """Tell whether one id comes after another."""
    return place(entry_id) > place(other)


class EventStream:
    """Hold the one order in which all browsers see events."""

    def __init__(self, client: redis.Redis) -> None:
        self._client = client

    def read(self, after: str, count: int, block_ms: int | None = None) -> list[Entry]:
        """Return entries after an id, oldest first; waits up to `block_ms` for the first."""
        answer = cast(
            "Any", self._client.xread({STREAM_EVENTS: after}, count=count, block=block_ms)
        )
        return _entries(answer[0][1]) if answer else []

    def before(self, entry_id: str | None, count: int) -> list[Entry]:
        """Return up to `count` entries before an id (None: from the end), newest first."""
        upper = f"({entry_id}" if entry_id else "+"
        answer = self._client.xrevrange(STREAM_EVENTS, max=upper, min="-", count=count)
        return _entries(cast("Any", answer))

    def first_id(self) -> str | None:
        """Return the id of the oldest entry that is still kept."""
        answer = cast("Any", self._client.xrange(STREAM_EVENTS, count=1))
        return _entries(answer)[0].id if answer else None

    def last_id(self) -> str:
        """Return the id of the newest entry."""
        newest = self.before(None, 1)
        return newest[0].id if newest else BEGINNING

    def append(self, raw: bytes) -> str:
        """Add an encoded event at the end; return its id."""
        return str(cast("bytes", self._client.xadd(STREAM_EVENTS, {EVENT_FIELD: raw})).decode())

    def trim(self, before_ms: int) -> int:
        """Drop entries older than a time; return how many."""
        return self._client.xtrim(STREAM_EVENTS, minid=before_ms, approximate=True)

    def empty(self) -> None:
        """Drop all entries and recent patterns; ids go on where they were."""
        self._client.xtrim(STREAM_EVENTS, maxlen=0, approximate=False)
        recent = list(self._client.scan_iter(f"{RECENT_PATTERN_PREFIX}*", count=1000))
        if recent:
            self._client.delete(*recent)


def _entries(answer: Sequence[tuple[bytes, dict[bytes, bytes] | None]]) -> list[Entry]:
    return [
        Entry(entry_id.decode(), (fields or {}).get(_FIELD, b"")) for entry_id, fields in answer
    ]
