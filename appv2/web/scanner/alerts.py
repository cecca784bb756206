"""List past alerts, newest first."""

import time
from typing import Any

import redis

from appv2.realtime.archive import Archive
from appv2.realtime.pattern_news import PatternNews, read_pattern
from appv2.realtime.seen import Key
from appv2.realtime.stream import EventStream, place
from service.errors import InvalidData


class AlertHistory:
    """Read alerts from the stream, and older ones from PostgreSQL."""

    def __init__(self, stream: EventStream, archive: Archive) -> None:
        self._stream = stream
        self._archive = archive

    def newest(self, limit: int, before: str | None) -> list[dict[str, Any]]:
        """Return events before a stream id, newest first, each with its `seq`.

        While Redis is away, all come from PostgreSQL.
        """
        found: dict[Key, dict[str, Any]] = {}
        for entry_id, raw in self._from_stream(limit, before):
            _collect(found, entry_id, raw)
        if len(found) < limit:
            oldest = next(reversed(found.values()))["seq"] if found else before
            until = place(oldest) if oldest else (int(time.time() * 1000) + 1000, 0)
            for event in reversed(self._archive.between(0, until, limit - len(found))):
                _collect(found, event.pseudo_id, event.raw)
        return list(found.values())

    def _from_stream(self, limit: int, before: str | None) -> list[tuple[str, bytes]]:
        try:
            entries = self._stream.before(before, limit)
        except redis.RedisError:
            return []
        return [(entry.id, entry.raw) for entry in entries]


def _collect(found: dict[Key, dict[str, Any]], entry_id: str, raw: bytes) -> None:
    try:
        news: PatternNews = read_pattern(raw, place(entry_id)[0] / 1000).identified_by(entry_id)
    except InvalidData:
        return
    found.setdefault(news.key, {**news.fields, "seq": entry_id})
