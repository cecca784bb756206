"""Take ticks that others publish on `tickstock.data.raw`; never publish there."""

import asyncio
import time
from collections.abc import Collection

from redis.asyncio import Redis
from redis.asyncio.client import PubSub
from redis.asyncio.retry import Retry
from redis.backoff import NoBackoff
from redis.exceptions import AuthenticationError, NoPermissionError, RedisError

from contracts.names import RAW_TICKS
from pl.feeds.backoff import Backoff
from pl.feeds.feed import Sink
from pl.feeds.tick_messages import TickParser
from pl.feeds.trouble import Trouble, tell
from pl.market.batches import FeedNotice, SymbolTable

MOST_PENDING = 512


class RedisTicks:
    """Feed trades from the channel of raw ticks, and again after every loss of Redis.

    silence_s : after so long without a message Redis is asked whether it lives, and left
    when it does not answer within as long again.
    """

    name = "redis"
    may_wait = False

    def __init__(
        self,
        url: str,
        table: SymbolTable,
        *,
        sources: Collection[str] | None = None,
        connect_timeout_s: float = 5.0,
        silence_s: float = 10.0,
        backoff: Backoff | None = None,
    ) -> None:
        self.trouble = Trouble()
        self._url = url
        self._parser = TickParser(table, self.trouble, sources)
        self._connect_timeout_s = connect_timeout_s
        self._silence_s = silence_s
        self._backoff = backoff or Backoff(first_s=0.1, longest_s=5.0, stable_s=0.0)
        self._pending: list[bytes] = []
        self._came = asyncio.Event()

    def now_ms(self) -> int:
        """Return the wall clock in unix milliseconds."""
        return time.time_ns() // 1_000_000

    async def run(self, sink: Sink) -> None:
        """Subscribe, and again after every loss, until cancelled or refused."""
        parts = (self._listen_for_ever(sink), self._hand_on(sink), tell(self.trouble, sink))
        tasks = [asyncio.create_task(part) for part in parts]
        try:
            done, _ = await asyncio.wait(tasks, return_when=asyncio.FIRST_COMPLETED)
            for task in done:
                task.result()
        finally:
            for task in tasks:
                task.cancel()
            await asyncio.gather(*tasks, return_exceptions=True)

    async def _listen_for_ever(self, sink: Sink) -> None:
        while True:
            kind, detail = await self._one_session(sink)
            await sink.put(FeedNotice(kind, detail, time.time()))
            if kind == "refused":
                return
            await asyncio.sleep(self._backoff.next_delay_s())

    async def _one_session(self, sink: Sink) -> tuple[str, str]:
        client = Redis.from_url(
            self._url,
            protocol=3,
            retry=Retry(NoBackoff(), 0),  # a loss must be seen here, not healed in silence
            socket_connect_timeout=self._connect_timeout_s,
            socket_timeout=self._connect_timeout_s,
            socket_keepalive=True,
        )
        try:
            async with client, client.pubsub() as pubsub:
                await pubsub.subscribe(RAW_TICKS)
                await self._listen(pubsub, sink)
        except (AuthenticationError, NoPermissionError) as error:
            return "refused", f"Redis: {error}"
        except TimeoutError:
            return "mute", f"Redis did not answer for {self._silence_s:g} s"
        except (RedisError, OSError) as error:
            return "disconnected", f"Redis: {error}"
        return "disconnected", "Redis: the subscription ended"

    async def _listen(self, pubsub: PubSub, sink: Sink) -> None:
        asked = False
        while True:
            message = await pubsub.get_message(timeout=self._silence_s)
            if message is None:
                if asked:
                    raise TimeoutError
                await pubsub.ping()
            elif message["type"] == "message":
                await self._take(message["data"])
            elif message["type"] == "subscribe":
                self._backoff.session_ended(data_s=0.0)
                at = time.time()
                await sink.put(FeedNotice("connected", "Redis", at))
                await sink.put(FeedNotice("subscribed", RAW_TICKS, at))
            asked = message is None

    async def _take(self, data: bytes) -> None:
        self._pending.append(data)
        self._came.set()
        if len(self._pending) >= MOST_PENDING:
            await asyncio.sleep(0)  # buffered messages come without ever giving way

    async def _hand_on(self, sink: Sink) -> None:
        """Parse together what came together: one message when quiet, hundreds in a burst."""
        while True:
            await self._came.wait()
            self._came.clear()
            messages, self._pending = self._pending, []
            for batch in self._parser.parse(messages, time.time()):
                await sink.put(batch)
