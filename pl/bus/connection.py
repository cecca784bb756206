"""Connect to Redis with our own time limits and name its absence."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Final

import redis
from redis.backoff import NoBackoff
from redis.retry import Retry

from service.errors import Unavailable

ANSWER_TIMEOUT_S: Final = 2.0

# BusyLoading and ReadOnly come while Redis reads its file after a crash or follows another.
_AWAY: Final = (
    redis.ConnectionError,
    redis.TimeoutError,
    redis.exceptions.ReadOnlyError,
    redis.exceptions.OutOfMemoryError,
)

# BUSY (not BUSYGROUP) comes while somebody's script keeps everybody waiting.
_REFUSING: Final = ("MISCONF", "OOM", "READONLY", "LOADING", "GAP", "BUSY ", "NOREPLICAS")


def connect(url: str, name: str, *, timeout_s: float = ANSWER_TIMEOUT_S) -> redis.Redis:
    """Return a client that gives bytes, connects when first used and never retries by itself."""
    return redis.Redis.from_url(
        url,
        client_name=f"tickstock-{name}",
        socket_connect_timeout=timeout_s,
        socket_timeout=timeout_s,
        socket_keepalive=True,
        retry=Retry(NoBackoff(), 0),
        health_check_interval=0,
        decode_responses=False,
    )


@contextmanager
def answering() -> Iterator[None]:
    """Turn every sign that Redis is away into Unavailable."""
    try:
        yield
    except _AWAY as error:
        raise Unavailable("Redis", str(error) or type(error).__name__) from error
    except redis.ResponseError as error:
        if not str(error).startswith(_REFUSING):
            raise
        raise Unavailable("Redis", str(error)) from error
