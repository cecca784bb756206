"""Publish committed events, each once and in order.

One Lua call takes many events. Of each it refuses a number at or below the producer's cursor,
moves the cursor, appends to the stream, publishes on the channels and keeps the recent pattern.
So a call whose answer was lost can be repeated: what had happened is refused. Whoever waits at the
stream gets the events of a call all at once.
"""

import hashlib
import threading
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any, Final, cast

import msgspec
import redis

from contracts.messages.patterns import PatternData, RecentPattern
from contracts.names import (
    EVENTS_PATTERNS,
    PRODUCER_CURSOR_PREFIX,
    STREAM_EVENTS,
    recent_pattern_key,
)
from pl.bus.connection import answering
from pl.store.events import StoredEvent
from service.errors import Unavailable

KEEP_STREAM_S: Final = 24 * 3600.0
KEEP_RECENT_S: Final = 55 * 60
CHUNK: Final = 250

# KEYS: cursor, stream, then that of each recent pattern. ARGV: the seq published before, oldest ms,
# seconds that a recent pattern is kept, then of each event: seq, event, recent pattern (empty for
# none), how many channels, and channel and body of each in turn (an empty body is the event).
# A call that fails leaves none after the failed event: the cursor would shut it out for ever.
_PUBLISH: Final = """
local cursor = tonumber(redis.call('GET', KEYS[1]) or '0')
local before, recent, ids, at = ARGV[1], 3, {}, 4
while at <= #ARGV do
    local seq, event, kept, last = ARGV[at], ARGV[at + 1], ARGV[at + 2], at + 3 + 2 * ARGV[at + 3]
    if tonumber(seq) > cursor then
        if cursor < tonumber(before) then return redis.error_reply('GAP before ' .. seq) end
        ids[#ids + 1] = redis.call('XADD', KEYS[2], 'MINID', '~', ARGV[2], '*', 'event', event)
        redis.call('SET', KEYS[1], seq)
        cursor = tonumber(seq)
        for i = at + 4, last, 2 do
            local body = ARGV[i + 1]
            redis.call('PUBLISH', ARGV[i], body == '' and event or body)
        end
        if kept ~= '' then
            redis.call('HSET', KEYS[recent], 'data', kept)
            redis.call('EXPIRE', KEYS[recent], ARGV[3])
        end
    end
    if kept ~= '' then recent = recent + 1 end
    before, at = seq, last + 1
end
return ids
"""
_PUBLISH_SHA: Final = hashlib.sha1(_PUBLISH.encode(), usedforsecurity=False).hexdigest()

_RESTORE: Final = """
local cursor = redis.call('GET', KEYS[1])
if cursor then return tonumber(cursor) end
redis.call('SET', KEYS[1], ARGV[1])
return tonumber(ARGV[1])
"""


@dataclass(frozen=True, slots=True)
class Published:
    """Say what became of a batch: stream ids in order, and how many were refused as repeated."""

    ids: tuple[str, ...]
    refused: int


class EventPublisher:
    """Publish events of one producer; synchronous, safe to call from any one thread at a time.

    From asyncio call it with `asyncio.to_thread`. Raises Unavailable while Redis is away; the
    same events may then be given again.
    """

    def __init__(
        self,
        client: redis.Redis,
        producer: str,
        *,
        keep_stream_s: float = KEEP_STREAM_S,
        clock: Callable[[], float] = time.time,
    ) -> None:
        self._client = client
        self._cursor_key = f"{PRODUCER_CURSOR_PREFIX}{producer}"
        self._keep_stream_s = keep_stream_s
        self._clock = clock
        self._restore = client.register_script(_RESTORE)
        self._lock = threading.Lock()

    def rehearse(self) -> None:
        """Connect and load the script, so that the first event finds them; raises Unavailable."""
        with answering():
            self._client.script_load(_PUBLISH)

    def cursor(self) -> int | None:
        """Return the number of the last event published, None when Redis knows of none."""
        with answering():
            found = cast("bytes | None", self._client.get(self._cursor_key))
        return None if found is None else int(found)

    def restore_cursor(self, seq: int) -> int:
        """Set the cursor to `seq` when Redis has lost it; return what it is."""
        with answering():
            return int(cast("int", self._restore(keys=[self._cursor_key], args=[seq])))

    def publish(self, events: Sequence[StoredEvent], after: int = 0) -> Published:
        """Publish events in the order of their numbers; a repeated one is refused and counted.

        after : the number published before them; a Redis that has forgotten it takes none.
        """
        ids: list[str] = []
        with self._lock:
            for start in range(0, len(events), CHUNK):
                chunk = events[start : start + CHUNK]
                ids += self._publish_chunk(chunk, after)
                after = chunk[-1].data.seq
        return Published(tuple(ids), len(events) - len(ids))

    def _publish_chunk(self, events: Sequence[StoredEvent], after: int) -> list[str]:
        arguments = self._arguments(events, after)
        try:
            answer = self._call(arguments)
        except Unavailable:  # an idle connection may be dead: what arrived is refused
            answer = self._call(arguments)
        return [entry_id.decode() for entry_id in answer]

    def _call(self, arguments: Sequence[Any]) -> list[bytes]:
        with answering():
            try:
                return cast("list[bytes]", self._client.evalsha(_PUBLISH_SHA, *arguments))
            except redis.exceptions.NoScriptError:
                self._client.script_load(_PUBLISH)
                return cast("list[bytes]", self._client.evalsha(_PUBLISH_SHA, *arguments))

    def _arguments(self, events: Sequence[StoredEvent], after: int) -> list[str | bytes | int]:
        """Return how many keys there are, the keys, and what the script is told."""
        oldest_ms = int((self._clock() - self._keep_stream_s) * 1000)
        keys: list[str | bytes | int] = [self._cursor_key, STREAM_EVENTS]
        told: list[str | bytes | int] = [after, oldest_ms, KEEP_RECENT_S]
        for event in events:
            data, body, recent = event.data, event.body, b""
            if event.channel == EVENTS_PATTERNS:
                keys.append(recent_pattern_key(data.symbol, data.pattern, data.timestamp))
                recent = _recent(data)
            told += (data.seq, body, recent, len(event.messages))
            for channel, own in event.messages:
                told += (channel, b"" if own is body else own)
        return [len(keys), *keys, *told]


def _recent(data: PatternData) -> bytes:
    return msgspec.json.encode(
        RecentPattern(
            symbol=data.symbol,
            pattern_type=data.pattern,
            confidence=data.confidence,
            current_price=data.current_price,
            price_change=data.price_change,
            detected_at=data.timestamp,
            expires_at=data.expires_at,
            indicators=data.indicators,
            source_tier=data.tier,
        )
    )
