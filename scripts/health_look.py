"""Look at the running system: health pages, heartbeat, flows of the last minutes, subscribers."""

import json
import time
import urllib.error
import urllib.request
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import psycopg2
import redis

from contracts.names import EVENTS_PATTERNS, PATTERNS_STREAMING, PRODUCER_HEARTBEAT
from launcher.running import Running

ANSWER_S = 3
DEAD_AFTER_S = 60.0
WATCHED = (EVENTS_PATTERNS, PATTERNS_STREAMING)
_FLOWS = """
SELECT total_latency_ms,
       extract(epoch FROM event_received_at - pattern_published_at)::float8 * 1000,
       extract(epoch FROM event_parsed_at - event_received_at)::float8 * 1000,
       extract(epoch FROM websocket_delivered_at - event_parsed_at)::float8 * 1000
FROM pattern_flows_since(clock_timestamp() - make_interval(secs => %s))
"""


@dataclass(frozen=True)
class Page:
    """What a health page said; `status` is silent when nobody answered."""

    status: str
    parts: Mapping[str, Mapping[str, str]]


@dataclass(frozen=True)
class Flows:
    """The flows of the last minutes; each column in ms, without those that miss a checkpoint.

    problem : why they could not be read, empty when they could
    """

    minutes: float
    n: int = 0
    whole: int = 0
    total_ms: Sequence[float] = ()
    to_received_ms: Sequence[float] = ()
    to_parsed_ms: Sequence[float] = ()
    to_delivered_ms: Sequence[float] = ()
    problem: str = ""


@dataclass(frozen=True)
class News:
    """What Redis knows: age of the heartbeat in seconds (None: there is none), listeners."""

    heartbeat_age_s: float | None = None
    subscribers: Mapping[str, int] | None = None
    problem: str = ""

    @property
    def producer_lives(self) -> bool:
        """Whether the producer gave a sign of life lately."""
        return self.heartbeat_age_s is not None and self.heartbeat_age_s < DEAD_AFTER_S


@dataclass(frozen=True)
class Look:
    """Everything that one look found."""

    pages: Mapping[str, Page]
    news: News
    flows: Flows

    @property
    def is_healthy(self) -> bool:
        """Whether every page is healthy, the producer lives and AppV2 listens."""
        listened = all((self.news.subscribers or {}).get(name, 0) for name in WATCHED)
        pages = all(page.status == "healthy" for page in self.pages.values())
        return pages and self.news.producer_lives and listened and not self.flows.problem


def look(system: Running, minutes: float) -> Look:
    """Look at everything; what does not answer is part of the finding."""
    pages = {name: ask(url) for name, url in system.health.items()}
    return Look(pages, _news(system.redis_url), _flows(system.database_url, minutes))


def ask(url: str) -> Page:
    """Return what a health page says; a page that answers 503 is read too."""
    try:
        with urllib.request.urlopen(url, timeout=ANSWER_S) as answer:  # noqa: S310 - loopback
            return _page(answer.read())
    except urllib.error.HTTPError as error:
        return _page(error.read())
    except OSError:
        return Page("silent", {})


def _page(body: bytes) -> Page:
    try:
        said: dict[str, Any] = json.loads(body)
        return Page(str(said["status"]), said.get("services", {}))
    except (ValueError, KeyError, TypeError):
        return Page("unreadable", {})


def _news(redis_url: str) -> News:
    try:
        with redis.Redis.from_url(redis_url, socket_timeout=ANSWER_S) as client:
            beat = client.get(PRODUCER_HEARTBEAT)
            counted = dict(client.pubsub_numsub(*WATCHED))
    except redis.RedisError as error:
        return News(problem=str(error))
    age = None if beat is None else max(0.0, time.time() - float(beat))
    return News(age, {name: int(counted.get(name.encode(), 0)) for name in WATCHED})


def _flows(database_url: str, minutes: float) -> Flows:
    try:
        connection = psycopg2.connect(database_url, connect_timeout=ANSWER_S)
        try:
            with connection, connection.cursor() as cursor:
                cursor.execute(_FLOWS, (minutes * 60,))
                rows = cursor.fetchall()
        finally:
            connection.close()
    except psycopg2.Error as error:
        return Flows(minutes, problem=str(error).strip())
    whole = [row for row in rows if None not in row]
    total, received, parsed, delivered = zip(*whole, strict=True) if whole else ((),) * 4
    return Flows(minutes, len(rows), len(whole), total, received, parsed, delivered)
