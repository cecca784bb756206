"""Say that the producer is alive."""

from typing import Final

import redis

from contracts.names import PRODUCER_HEARTBEAT
from pl.bus.connection import answering

EVERY_S: Final = 10.0


class Heartbeat:
    """Write the producer's heartbeat; called by the loop itself, so that a hung loop looks dead."""

    def __init__(self, client: redis.Redis) -> None:
        self._client = client

    def beat(self, now: float) -> None:
        """Write `now` (unix seconds); call every EVERY_S seconds. Raises Unavailable."""
        with answering():
            self._client.set(PRODUCER_HEARTBEAT, repr(now))
