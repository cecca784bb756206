"""Keep a session with Massive's WebSocket alive, whatever ends it."""

import asyncio
import time
from collections.abc import Callable
from urllib.parse import urlsplit

from websockets.asyncio.client import connect
from websockets.exceptions import ConnectionClosed, WebSocketException

from pl.feeds.backoff import Backoff
from pl.feeds.feed import Sink
from pl.feeds.massive_frames import FrameParser
from pl.feeds.massive_http import LOOPBACK
from pl.feeds.massive_session import (
    Ended,
    Session,
    SocketOptions,
    channels_of,
    halt_channels_of,
)
from pl.feeds.trade_rules import RegularHours, TradeRules
from pl.feeds.trouble import Trouble
from pl.market.batches import FeedNotice, SymbolTable

CLOSED_FOR_POLICY = 1008


class MassiveSocket:
    """Feed trades or aggregates from Massive, or from the simulated market that speaks it.

    regular_hours : decides what Form T trades may touch, and nothing else;
    expects_data : whether silence means trouble at this moment (the market is open).
    """

    name = "massive"
    may_wait = False

    def __init__(
        self,
        options: SocketOptions,
        table: SymbolTable,
        regular_hours: RegularHours,
        *,
        expects_data: Callable[[], bool] = lambda: True,
    ) -> None:
        self.trouble = Trouble()
        self._options = options
        self._channels = channels_of(table, options)
        self._halt_channels = halt_channels_of(table, options)
        self._parser = FrameParser(table, TradeRules(regular_hours), self.trouble)
        self._expects_data = expects_data
        self._backoff = Backoff(
            first_s=options.first_delay_s,
            longest_s=options.longest_delay_s,
            stable_s=options.stable_s,
        )

    def now_ms(self) -> int:
        """Return the wall clock in unix milliseconds."""
        return time.time_ns() // 1_000_000

    async def run(self, sink: Sink) -> None:
        """Connect, and again after every end, until cancelled or refused."""
        while True:
            ended = await self._one_session(sink)
            at = time.time()
            for notice in self.trouble.untold(at):
                await sink.put(notice)
            await sink.put(FeedNotice(ended.kind, ended.detail, at))
            if ended.kind == "refused":
                return
            at_least_s = self._options.evicted_delay_s if ended.kind == "evicted" else 0.0
            await asyncio.sleep(self._backoff.next_delay_s(at_least_s))

    async def _one_session(self, sink: Sink) -> Ended:
        try:
            async with self._connect() as connection:
                session = Session(
                    connection,
                    self._options,
                    self._channels,
                    self._halt_channels,
                    self._parser,
                    self.trouble,
                    sink,
                    self._expects_data,
                )
                try:
                    await session.run()
                finally:
                    self._backoff.session_ended(session.data_s)
                    await connection.close()  # 1000: leaving by an exception would say 1011
        except Ended as ended:
            return ended
        except ConnectionClosed as closed:
            return _why_closed(closed)
        except (OSError, TimeoutError, WebSocketException) as error:
            return Ended("disconnected", f"{type(error).__name__}: {error}")
        return Ended("disconnected", "the session ended")

    def _connect(self) -> connect:
        options = self._options
        return connect(
            options.url,
            compression=None,  # costs more time than the bytes it saves
            open_timeout=options.open_timeout_s,
            close_timeout=1.0,
            max_size=options.max_frame,
            max_queue=4_096,  # a server cuts slow readers: read on while one frame is worked on
            proxy=None if urlsplit(options.url).hostname in LOOPBACK else True,
        )


def _why_closed(closed: ConnectionClosed) -> Ended:
    received = closed.rcvd
    if received is None:
        return Ended("disconnected", "the connection broke off")
    kind = "evicted" if received.code == CLOSED_FOR_POLICY else "disconnected"
    return Ended(kind, f"closed {received.code} {received.reason}".rstrip())
