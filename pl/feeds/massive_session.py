"""Speak with Massive over one open socket: authenticate, subscribe, read, watch for silence."""

import asyncio
import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from typing import Final

import msgspec
from websockets.asyncio.client import ClientConnection

from pl.feeds.feed import Sink
from pl.feeds.massive_events import Status
from pl.feeds.massive_frames import FrameParser
from pl.feeds.trouble import Trouble
from pl.market.batches import FeedNotice, SymbolTable

TOPICS: Final = {"trades": "T", "seconds": "A", "minutes": "AM"}
HALT_TOPIC: Final = "LULD"

_ENDINGS: Final = {
    "auth_failed": "refused",
    "auth_timeout": "disconnected",
    "max_connections": "evicted",
    "force_disconnect": "disconnected",
}


@dataclass(frozen=True, slots=True)
class SocketOptions:
    """Say where and how to connect; times in seconds, `max_frame` in bytes.

    channels : "trades", "seconds" or "minutes". Above `wildcard_above` symbols every ticker is
    subscribed by `*`, and those that nobody asked for are dropped here.
    halts : whether news of halts is asked for too; never by `*`, which would bring the price bands
    of every ticker. A plan without that channel loses nothing else.
    """

    url: str
    key: str = field(repr=False)
    channels: str = "trades"
    halts: bool = False
    open_timeout_s: float = 10.0
    answer_timeout_s: float = 10.0
    acknowledgement_timeout_s: float = 5.0
    mute_s: float = 60.0
    stable_s: float = 30.0
    first_delay_s: float = 0.5
    longest_delay_s: float = 30.0
    evicted_delay_s: float = 60.0
    chunk: int = 500
    wildcard_above: int = 2_000
    max_frame: int = 16 * 2**20


class Ended(Exception):
    """Say why a session is over; `kind` is that of the notice it becomes."""

    def __init__(self, kind: str, detail: str) -> None:
        super().__init__(f"{kind}: {detail}")
        self.kind = kind
        self.detail = detail


def channels_of(table: SymbolTable, options: SocketOptions) -> list[str]:
    """Return the channels to subscribe, such as `T.AAPL`, or `T.*` for a large universe."""
    topic = TOPICS[options.channels]
    symbols = table.symbols if len(table) <= options.wildcard_above else ("*",)
    return [f"{topic}.{symbol}" for symbol in symbols]


def halt_channels_of(table: SymbolTable, options: SocketOptions) -> list[str]:
    """Return the channels that tell of halts, none for a large universe."""
    if not options.halts or len(table) > options.wildcard_above:
        return []
    return [f"{HALT_TOPIC}.{symbol}" for symbol in table.symbols]


class Session:
    """Run the protocol on one connection until it ends."""

    def __init__(
        self,
        connection: ClientConnection,
        options: SocketOptions,
        channels: Sequence[str],
        halt_channels: Sequence[str],
        parser: FrameParser,
        trouble: Trouble,
        sink: Sink,
        expects_data: Callable[[], bool],
    ) -> None:
        self._connection = connection
        self._options = options
        self._channels = channels
        self._halt_channels = halt_channels
        self._asks_for_halts = False
        self._parser = parser
        self._trouble = trouble
        self._sink = sink
        self._expects_data = expects_data
        self._answers: asyncio.Queue[Status] = asyncio.Queue()
        self._first_data = 0.0
        self._last_data = 0.0
        self._silent_since = time.monotonic()

    @property
    def data_s(self) -> float:
        """Return the seconds between the first and the last data of this session."""
        return self._last_data - self._first_data

    async def run(self) -> None:
        """Read until the end.

        Raises: Ended; websockets' ConnectionClosed.
        """
        tasks = [
            asyncio.create_task(part) for part in (self._read(), self._converse(), self._watch())
        ]
        try:
            done, _ = await asyncio.wait(tasks, return_when=asyncio.FIRST_EXCEPTION)
            for task in tasks:
                if task in done:
                    task.result()
        finally:
            for task in tasks:
                task.cancel()
            await asyncio.gather(*tasks, return_exceptions=True)

    async def _read(self) -> None:
        receive, parse, put = self._connection.recv, self._parser.parse, self._sink.put
        while True:
            frame = parse(await receive(decode=False), time.time())
            if frame.trades is not None:
                self._data_came()
                await put(frame.trades)
            for bars in frame.bars:
                self._data_came()
                await put(bars)
            if frame.halts is not None:
                await put(frame.halts)
            for status in frame.statuses:
                self._hear(status)

    def _data_came(self) -> None:
        self._silent_since = self._last_data = time.monotonic()
        self._first_data = self._first_data or self._last_data

    def _hear(self, status: Status) -> None:
        said = f"{status.status}: {status.message}"
        if status.status in _ENDINGS:
            raise Ended(_ENDINGS[status.status], said)
        if status.status == "error":
            if "not authorized" in status.message.lower():
                self._refused(said)
            self._trouble.drop("status: error")
        else:
            self._answers.put_nowait(status)

    def _refused(self, said: str) -> None:
        """End the session; a refusal after all else was granted is that of the halts' channel."""
        if not self._asks_for_halts:
            raise Ended("refused", said)
        self._trouble.ignore("LULD is not in the plan")

    async def _converse(self) -> None:
        await self._expect("connected")
        await self._send("auth", self._options.key)
        await self._expect("auth_success")
        await self._tell("connected", self._options.url)
        acknowledged = 0
        for chunk in _chunks(self._channels, self._options.chunk):
            acknowledged += await self._subscribe(chunk)
        if not acknowledged and not self._first_data:
            raise Ended("disconnected", f"none of {len(self._channels)} channels acknowledged")
        detail = f"{acknowledged} of {len(self._channels)} channels acknowledged"
        await self._tell("subscribed", detail, acknowledged)
        self._asks_for_halts = True
        for chunk in _chunks(self._halt_channels, self._options.chunk):
            await self._subscribe(chunk)

    async def _expect(self, wanted: str) -> None:
        try:
            async with asyncio.timeout(self._options.answer_timeout_s):
                while (await self._answers.get()).status != wanted:
                    pass
        except TimeoutError:
            waited = f"no {wanted} within {self._options.answer_timeout_s:g} s"
            raise Ended("disconnected", waited) from None

    async def _subscribe(self, chunk: Sequence[str]) -> int:
        """Subscribe and return how many channels were acknowledged in time."""
        await self._send("subscribe", ",".join(chunk))
        missing = set(chunk)
        try:
            async with asyncio.timeout(self._options.acknowledgement_timeout_s):
                while missing:
                    missing.difference_update(_acknowledged(await self._answers.get()))
        except TimeoutError:
            pass  # repeated and unknown channels get no reply
        return len(chunk) - len(missing)

    async def _watch(self) -> None:
        pause_s = min(1.0, self._options.mute_s / 4)
        while True:
            await asyncio.sleep(pause_s)
            for notice in self._trouble.untold(time.time()):
                await self._sink.put(notice)
            if not self._expects_data():
                self._silent_since = time.monotonic()
            silent_s = time.monotonic() - self._silent_since
            if silent_s > self._options.mute_s:
                raise Ended("mute", f"no data for {silent_s:.0f} s while the market is open")

    async def _send(self, action: str, params: str) -> None:
        message = msgspec.json.encode({"action": action, "params": params})
        await self._connection.send(message, text=True)

    async def _tell(self, kind: str, detail: str, count: int = 1) -> None:
        await self._sink.put(FeedNotice(kind, detail, time.time(), count))


def _chunks(channels: Sequence[str], n: int) -> Iterator[Sequence[str]]:
    return (channels[at : at + n] for at in range(0, len(channels), n))


def _acknowledged(status: Status) -> list[str]:
    _, found, channels = status.message.partition("subscribed to:")
    return [channel.strip() for channel in channels.split(",")] if found else []
