"""Publish committed events, each once and in order.

One Lua call an event refuses a number at or below the producer's cursor, moves the cursor,
appends to the stream, publishes on the channels and keeps the recent pattern. So a call whose
answer was lost can be repeated: what had happened is refused. The calls of a close are one
transaction, so that whoever waits at the stream gets them all at once.
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
CHUNK: Final = 200

# ARGV: seq, the seq published before it, oldest ms, event, recent pattern, its seconds, then
# channel and body in turn (an empty body is the event). After a failed event none of its batch
# may pass, or the cursor would shut it out for ever.
_PUBLISH: Final = """
local cursor = tonumber(redis.call('GET', KEYS[1]) or '0')
if tonumber(ARGV[1]) <= cursor then return false end
if cursor < tonumber(ARGV[2]) then return redis.error_reply('GAP before ' .. ARGV[1]) end
local id = redis.call('XADD', KEYS[2], 'MINID', '~', ARGV[3], '*', 'event', ARGV[4])
redis.call('SET', KEYS[1], ARGV[1])
for i = 7, #ARGV, 2 do
    local body = ARGV[i + 1]
    if body == '' then body = ARGV[4] end
    redis.call('PUBLISH', ARGV[i], body)
end
if KEYS[3] then
    redis.call('HSET', KEYS[3], 'data', ARGV[5])
    redis.call('EXPIRE', KEYS[3], ARGV[6])
end
return id
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
        try:
            answers = self._call(events, after)
        except Unavailable:  # an idle connection may be dead: what arrived is refused
            answers = self._call(events, after)
        return [answer.decode() for answer in answers if answer is not None]

    def _call(self, events: Sequence[StoredEvent], after: int) -> list[bytes | None]:
        with answering():
            answers = self._pipeline(events, after)
            if any(isinstance(answer, redis.exceptions.NoScriptError) for answer in answers):
                self._client.script_load(_PUBLISH)
                answers = self._pipeline(events, after)
            failed = next((answer for answer in answers if isinstance(answer, Exception)), None)
            if failed is not None:
                raise failed
        return cast("list[bytes | None]", answers)

    def _pipeline(self, events: Sequence[StoredEvent], after: int) -> list[Any]:
        """Call the script for each event; whoever reads the stream gets them together."""
        oldest_ms = int((self._clock() - self._keep_stream_s) * 1000)
        before = after
        with self._client.pipeline(transaction=True) as pipeline:
            for event in events:
                keys = [self._cursor_key, *_keys(event)]
                arguments = _arguments(event, before, oldest_ms)
                pipeline.evalsha(_PUBLISH_SHA, len(keys), *keys, *arguments)
                before = event.data.seq
            return pipeline.execute(raise_on_error=False)


def _keys(event: StoredEvent) -> list[str]:
    data = event.data
    if event.channel != EVENTS_PATTERNS:
        return [STREAM_EVENTS]
    return [STREAM_EVENTS, recent_pattern_key(data.symbol, data.pattern, data.timestamp)]


def _arguments(event: StoredEvent, before: int, oldest_ms: int) -> list[str | bytes | int]:
    recent = _recent(event.data) if event.channel == EVENTS_PATTERNS else b""
    arguments: list[str | bytes | int] = [event.data.seq, before, oldest_ms]
    arguments += [event.body, recent, KEEP_RECENT_S]
    for channel, body in event.messages:
        arguments += [channel, b"" if body == event.body else body]
    return arguments


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
