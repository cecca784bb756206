"""Listen to every channel of the producer by its exact name."""

import threading
import time
from collections.abc import Callable
from typing import Any, Final, cast

import redis
import structlog

from appv2.realtime.tallies import Tallies
from contracts.channels import OUTGOING
from service.errors import InvalidData

log = structlog.get_logger()

CHANNELS: Final = tuple(channel.name for channel in OUTGOING)
LISTEN_S: Final = 1.0
BACKOFF_S: Final = (0.05, 0.1, 0.2, 0.5, 1.0)

Hear = Callable[[str, bytes, float], None]


class Subscriptions:
    """Keep the subscriptions alive and hand every message on.

    Before each message the relay gets its turn: events of the stream do not wait for news, and
    the producer's copies on the channels are known when they are looked at.
    """

    def __init__(
        self,
        client: redis.Redis,
        hear: Hear,
        tallies: Tallies,
        sleep: Callable[[float], object],
    ) -> None:
        self._client = client
        self._hear = hear
        self._tallies = tallies
        self._sleep = sleep
        self.connected = False

    def run(self, stopping: threading.Event) -> None:
        """Listen until told to stop; while Redis is away, try again with growing pauses."""
        failures = 0
        while not stopping.is_set():
            try:
                self._listen(stopping)
                failures = 0
            except redis.RedisError as error:
                failures = 0 if self.connected else failures
                self.connected = False
                if failures == 0:
                    log.warning("channels_lost", detail=str(error))
                stopping.wait(BACKOFF_S[min(failures, len(BACKOFF_S) - 1)])
                failures += 1

    def _listen(self, stopping: threading.Event) -> None:
        with cast("Any", self._client).pubsub(ignore_subscribe_messages=True) as subscribed:
            subscribed.subscribe(*CHANNELS)
            while not stopping.is_set():
                message = subscribed.get_message(timeout=LISTEN_S)
                self.connected = True
                if message is not None:
                    self._sleep(0)
                    self._take(message["channel"].decode(), message["data"])

    def _take(self, channel: str, raw: bytes) -> None:
        self._tallies.add("messages_heard")
        try:
            self._hear(channel, raw, time.time())
        except InvalidData as error:
            self._tallies.malformed(channel, error)
