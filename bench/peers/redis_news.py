"""A bare publish and a bare blocking subscriber: the least that news through Redis can cost."""

import threading
import time
from typing import Final

import redis

CHANNEL: Final = "tickstock:bench:news"
_PAUSE_S: Final = 0.02


def one_way_ms(redis_url: str, payload: bytes, n: int) -> list[float]:
    """Return how long each of `n` messages of the payload's size took, in ms."""
    client = redis.Redis.from_url(redis_url)
    listener = client.pubsub(ignore_subscribe_messages=True)  # type: ignore[no-untyped-call]
    listener.subscribe(CHANNEL)
    listener.get_message(timeout=1.0)
    sent: list[float] = []
    heard: list[float] = []

    def listen() -> None:
        for _ in listener.listen():
            heard.append(time.perf_counter())
            if len(heard) == n:
                return

    thread = threading.Thread(target=listen, daemon=True)
    thread.start()
    for _ in range(n):
        sent.append(time.perf_counter())
        client.publish(CHANNEL, payload)
        time.sleep(_PAUSE_S)
    thread.join(5.0)
    listener.close()
    client.close()
    return [1000 * (after - before) for before, after in zip(sent, heard, strict=False)]
