"""How the socket feed takes each failure of the other side."""

import asyncio
import json
import time
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from typing import Any

import pytest
from websockets.asyncio.server import ServerConnection, serve

from pl.feeds.backoff import Backoff
from pl.feeds.feed import FeedItem
from pl.feeds.massive_session import SocketOptions
from pl.feeds.massive_socket import MassiveSocket
from pl.market.batches import BarBatch, FeedNotice, HaltBatch, SymbolTable, TradeBatch
from pl.market.sessions import AlwaysOpenSessions

ALWAYS = AlwaysOpenSessions().regular
TABLE = SymbolTable(["AAPL", "MSFT"])
Script = Callable[["Peer"], Awaitable[None]]


class Peer:
    """The server's end of one connection."""

    def __init__(self, connection: ServerConnection) -> None:
        self.connection = connection
        self.heard: list[dict[str, str]] = []

    async def status(self, status: str, message: str = "") -> None:
        await self.send([{"ev": "status", "status": status, "message": message}])

    async def send(self, events: list[object]) -> None:
        await self.connection.send(json.dumps(events))

    async def hear(self) -> dict[str, str]:
        self.heard.append(json.loads(await self.connection.recv()))
        return self.heard[-1]

    async def log_in(self) -> None:
        await self.status("connected", "Connected Successfully")
        await self.hear()
        await self.status("auth_success", "authenticated")

    async def accept(self, *, acknowledge: bool = True) -> None:
        await self.log_in()
        for channel in (await self.hear())["params"].split(","):
            if acknowledge:
                await self.status("success", f"subscribed to: {channel}")

    async def trade(self, price: float) -> None:
        await self.send([{"ev": "T", "sym": "AAPL", "p": price, "s": 1, "t": 1, "q": 1}])


class Record:
    """A sink that remembers, and lets a test wait for what it looks for."""

    def __init__(self) -> None:
        self.items: list[FeedItem] = []
        self._came = asyncio.Event()

    async def put(self, item: FeedItem) -> None:
        self.items.append(item)
        self._came.set()

    @property
    def notices(self) -> list[FeedNotice]:
        return [item for item in self.items if isinstance(item, FeedNotice)]

    @property
    def kinds(self) -> list[str]:
        return [notice.kind for notice in self.notices]

    @property
    def prices(self) -> list[float]:
        return [p for i in self.items if isinstance(i, TradeBatch) for p in i.price.tolist()]

    async def until(self, met: Callable[[], bool]) -> None:
        async with asyncio.timeout(30):
            while not met():
                self._came.clear()
                await self._came.wait()


class Market:
    """A running server and the feed that talks to it."""

    def __init__(self, feed: MassiveSocket, peers: list[Peer]) -> None:
        self.feed = feed
        self.peers = peers
        self.record = Record()
        self.task = asyncio.create_task(feed.run(self.record))


@asynccontextmanager
async def market(*scripts: Script, **options: Any) -> AsyncIterator[Market]:
    """Play one script a connection; the last one is repeated."""
    peers: list[Peer] = []

    async def play(connection: ServerConnection) -> None:
        peers.append(Peer(connection))
        await scripts[min(len(peers), len(scripts)) - 1](peers[-1])

    expects_data = options.pop("expects_data", lambda: True)
    async with serve(play, "127.0.0.1", 0) as server:
        port = next(iter(server.sockets)).getsockname()[1]
        given = {"first_delay_s": 0.01, "evicted_delay_s": 0.02} | options
        chosen = SocketOptions(f"ws://127.0.0.1:{port}/stocks", "secret-key", **given)
        running = Market(MassiveSocket(chosen, TABLE, ALWAYS, expects_data=expects_data), peers)
        try:
            yield running
        finally:
            running.task.cancel()
            await asyncio.gather(running.task, return_exceptions=True)


async def steady(peer: Peer) -> None:
    await peer.accept()
    await peer.trade(1.5)
    await peer.connection.wait_closed()


async def test_it_logs_in_subscribes_and_hands_trades_on() -> None:
    async with market(steady) as running:
        await running.record.until(lambda: "subscribed" in running.record.kinds)
        await running.record.until(lambda: bool(running.record.prices))
    assert running.peers[0].heard == [
        {"action": "auth", "params": "secret-key"},
        {"action": "subscribe", "params": "T.AAPL,T.MSFT"},
    ]
    assert running.record.kinds == ["connected", "subscribed"]
    assert running.record.notices[1].detail == "2 of 2 channels acknowledged"
    assert running.record.prices == [1.5]


async def test_a_batch_knows_when_its_frame_arrived() -> None:
    before = time.time()
    async with market(steady) as running:
        await running.record.until(lambda: bool(running.record.prices))
    batch = next(item for item in running.record.items if isinstance(item, TradeBatch))
    assert before <= batch.received_at <= time.time()


async def test_channels_are_subscribed_in_chunks_each_acknowledged_before_the_next() -> None:
    async def two_chunks(peer: Peer) -> None:
        await peer.accept()
        await peer.status("success", f"subscribed to: {(await peer.hear())['params']}")
        await peer.connection.wait_closed()

    async with market(two_chunks, chunk=1) as running:
        await running.record.until(lambda: "subscribed" in running.record.kinds)
    assert [h["params"] for h in running.peers[0].heard[1:]] == ["T.AAPL", "T.MSFT"]
    assert running.record.notices[-1].count == 2


@pytest.mark.parametrize(("channels", "topic"), [("seconds", "A"), ("minutes", "AM")])
async def test_aggregates_are_subscribed_by_their_topic(channels: str, topic: str) -> None:
    async with market(steady, channels=channels) as running:
        await running.record.until(lambda: "subscribed" in running.record.kinds)
    assert running.peers[0].heard[1]["params"] == f"{topic}.AAPL,{topic}.MSFT"


async def test_a_large_universe_is_subscribed_by_one_star() -> None:
    async with market(steady, wildcard_above=1) as running:
        await running.record.until(lambda: "subscribed" in running.record.kinds)
    assert running.peers[0].heard[1]["params"] == "T.*"


async def test_news_of_halts_are_asked_for_last_and_handed_on() -> None:
    async def halting(peer: Peer) -> None:
        await peer.accept()
        for channel in (await peer.hear())["params"].split(","):
            await peer.status("success", f"subscribed to: {channel}")
        await peer.send([{"ev": "LULD", "T": "MSFT", "h": 2, "l": 1, "i": [17], "z": 3, "t": 5}])
        await peer.connection.wait_closed()

    async with market(halting, halts=True) as running:
        record = running.record
        await record.until(lambda: any(isinstance(item, HaltBatch) for item in record.items))
    assert [h["params"] for h in running.peers[0].heard[1:]] == [
        "T.AAPL,T.MSFT",
        "LULD.AAPL,LULD.MSFT",
    ]
    batch = next(item for item in record.items if isinstance(item, HaltBatch))
    assert (batch.row.tolist(), batch.halted.tolist(), batch.t_ms.tolist()) == ([1], [True], [5])


async def test_a_plan_without_news_of_halts_loses_nothing_else() -> None:
    async def half(peer: Peer) -> None:
        await peer.accept()
        await peer.hear()
        await peer.status("error", "not authorized to subscribe to LULD.AAPL")
        await peer.trade(7.5)
        await peer.connection.wait_closed()

    async with market(half, halts=True) as running:
        await running.record.until(lambda: bool(running.record.prices))
        assert running.feed.trouble.ignored == {"LULD is not in the plan": 1}
    assert running.record.kinds == ["connected", "subscribed"]


async def test_no_news_of_halts_are_asked_for_of_a_large_universe() -> None:
    async with market(steady, wildcard_above=1, halts=True) as running:
        await running.record.until(lambda: bool(running.record.prices))
    assert [h["params"] for h in running.peers[0].heard[1:]] == ["T.*"]


async def test_a_refused_key_ends_the_feed() -> None:
    async def refuse(peer: Peer) -> None:
        await peer.status("connected")
        await peer.hear()
        await peer.status("auth_failed", "authentication failed")

    async with market(refuse) as running:
        await asyncio.wait_for(running.task, 10)
    assert running.record.kinds == ["refused"]
    assert len(running.peers) == 1
    assert "secret-key" not in running.record.notices[0].detail


async def test_a_plan_without_the_channel_ends_the_feed() -> None:
    async def unauthorized(peer: Peer) -> None:
        await peer.log_in()
        await peer.status("error", "not authorized to subscribe to T.AAPL")
        await peer.connection.wait_closed()

    async with market(unauthorized) as running:
        await asyncio.wait_for(running.task, 10)
    assert running.record.kinds == ["connected", "refused"]


@pytest.mark.parametrize("status", ["auth_timeout", "force_disconnect"])
async def test_other_endings_are_tried_again(status: str) -> None:
    async def end(peer: Peer) -> None:
        await peer.status("connected")
        await peer.status(status)
        await peer.connection.wait_closed()

    async with market(end, steady) as running:
        await running.record.until(lambda: bool(running.record.prices))
    assert running.record.kinds[:2] == ["disconnected", "connected"]


@pytest.mark.parametrize("code", [1000, 1001, 1011])
async def test_a_closed_socket_is_opened_again(code: int) -> None:
    async def close(peer: Peer) -> None:
        await peer.accept()
        await peer.connection.close(code, "bye")

    async with market(close, steady) as running:
        await running.record.until(lambda: bool(running.record.prices))
    details = [n.detail for n in running.record.notices if n.kind == "disconnected"]
    assert details == [f"closed {code} bye"]


async def test_a_connection_cut_without_a_word_is_opened_again() -> None:
    async def cut(peer: Peer) -> None:
        await peer.accept()
        peer.connection.transport.abort()

    async with market(cut, steady) as running:
        await running.record.until(lambda: bool(running.record.prices))
    assert "disconnected" in running.record.kinds


async def test_close_1008_is_an_eviction_and_waits_longer() -> None:
    async def evict(peer: Peer) -> None:
        await peer.accept()
        await peer.connection.close(1008, "policy")

    async with market(evict, steady, evicted_delay_s=0.3) as running:
        await running.record.until(lambda: bool(running.record.prices))
    notices = running.record.notices
    evicted = next(n for n in notices if n.kind == "evicted")
    back = next(n for n in notices if n.kind == "connected" and n.at > evicted.at)
    assert back.at - evicted.at >= 0.15


async def test_max_connections_is_an_eviction() -> None:
    async def too_many(peer: Peer) -> None:
        await peer.accept()
        await peer.status("max_connections", "Maximum number of websocket connections exceeded.")
        await peer.connection.close(1008)

    async with market(too_many, steady) as running:
        await running.record.until(lambda: bool(running.record.prices))
    assert running.record.kinds.count("evicted") == 1


async def test_a_server_that_never_greets_is_left() -> None:
    async def silent(peer: Peer) -> None:
        await peer.connection.wait_closed()

    async with market(silent, steady, answer_timeout_s=0.05) as running:
        await running.record.until(lambda: bool(running.record.prices))
    assert running.record.notices[0].detail == "no connected within 0.05 s"


async def test_data_without_any_acknowledgement_is_still_a_session() -> None:
    async def unacknowledged(peer: Peer) -> None:
        await peer.accept(acknowledge=False)
        await peer.trade(2.5)
        await peer.connection.wait_closed()

    async with market(unacknowledged, acknowledgement_timeout_s=0.1) as running:
        await running.record.until(lambda: "subscribed" in running.record.kinds)
    assert running.record.notices[-1].detail == "0 of 2 channels acknowledged"
    assert running.record.prices == [2.5]


async def test_neither_acknowledgement_nor_data_is_a_failed_session() -> None:
    async def deaf(peer: Peer) -> None:
        await peer.accept(acknowledge=False)
        await peer.connection.wait_closed()

    async with market(deaf, steady, acknowledgement_timeout_s=1.0) as running:
        await running.record.until(lambda: bool(running.record.prices))
    assert running.record.kinds[:2] == ["connected", "disconnected"]


async def test_a_socket_that_falls_mute_is_opened_again() -> None:
    async with market(steady, mute_s=1.0) as running:
        await running.record.until(lambda: "mute" in running.record.kinds)
        await running.record.until(lambda: len(running.record.prices) == 2)
    assert len(running.peers) == 2


async def test_silence_while_the_market_is_closed_is_no_trouble() -> None:
    asked = asyncio.Event()
    answers = iter([False] * 8)

    def closed() -> bool:
        if next(answers, None) is None:
            asked.set()
        return False

    async with market(steady, mute_s=0.1, expects_data=closed) as running:
        await asyncio.wait_for(asked.wait(), 10)
    assert "mute" not in running.record.kinds


async def test_malformed_events_are_told_in_portions_and_cost_nothing_else() -> None:
    async def dirty(peer: Peer) -> None:
        await peer.accept()
        good = {"ev": "T", "sym": "AAPL", "p": 3.5, "s": 1, "t": 1, "q": 1}
        await peer.send([good | {"p": None}, good, good | {"p": "NaN"}, 7])
        await peer.connection.send(b"\x00\xffgarbage")
        await peer.connection.send("[{")
        await peer.trade(4.5)
        await peer.connection.wait_closed()

    async with market(dirty, mute_s=0.4) as running:
        await running.record.until(lambda: "malformed" in running.record.kinds)
        await running.record.until(lambda: "mute" in running.record.kinds)
    malformed = [n for n in running.record.notices if n.kind == "malformed"]
    assert running.record.prices == [3.5, 4.5]
    assert sum(n.count for n in malformed) == 5


async def test_a_frame_above_the_limit_ends_the_session_and_not_the_feed() -> None:
    async def huge(peer: Peer) -> None:
        await peer.accept()
        await peer.connection.send("[" + " " * 10_000 + "]")
        await peer.connection.wait_closed()

    async with market(huge, steady, max_frame=5_000) as running:
        await running.record.until(lambda: bool(running.record.prices))
    assert "disconnected" in running.record.kinds


async def test_an_absent_server_is_retried_until_it_is_there() -> None:
    record = Record()
    options = SocketOptions("ws://127.0.0.1:9/stocks", "k", first_delay_s=0.001)
    task = asyncio.create_task(MassiveSocket(options, TABLE, ALWAYS).run(record))
    await record.until(lambda: record.kinds.count("disconnected") >= 3)
    task.cancel()
    await asyncio.gather(task, return_exceptions=True)
    assert set(record.kinds) == {"disconnected"}


async def test_cancelling_closes_the_socket_in_order() -> None:
    async with market(steady) as running:
        await running.record.until(lambda: bool(running.record.prices))
        running.task.cancel()
        await asyncio.gather(running.task, return_exceptions=True)
        await asyncio.wait_for(running.peers[0].connection.wait_closed(), 10)
        assert running.peers[0].connection.close_code == 1000


async def test_bars_are_handed_on_as_bars() -> None:
    async def bars(peer: Peer) -> None:
        await peer.accept()
        bar = {"ev": "AM", "sym": "MSFT", "o": 1, "h": 2, "l": 1, "c": 2, "v": 10, "s": 60_000}
        await peer.send([bar])
        await peer.connection.wait_closed()

    async with market(bars, channels="minutes") as running:
        await running.record.until(
            lambda: any(isinstance(item, BarBatch) for item in running.record.items)
        )


def test_a_login_that_is_followed_by_eviction_does_not_shorten_the_delay() -> None:
    backoff = Backoff(first_s=1.0, longest_s=60.0, stable_s=30.0, jitter=lambda: 1.0)
    delays = []
    for _ in range(4):
        backoff.session_ended(data_s=5.0)
        delays.append(backoff.next_delay_s())
    assert delays == [1.0, 2.0, 4.0, 8.0]


def test_data_that_flowed_long_enough_resets_the_delay() -> None:
    backoff = Backoff(first_s=1.0, longest_s=60.0, stable_s=30.0, jitter=lambda: 1.0)
    for _ in range(4):
        backoff.next_delay_s()
    backoff.session_ended(data_s=30.0)
    assert backoff.next_delay_s() == 1.0


def test_the_delay_has_a_ceiling_a_floor_and_jitter() -> None:
    backoff = Backoff(first_s=1.0, longest_s=8.0, jitter=lambda: 0.0)
    assert [backoff.next_delay_s() for _ in range(6)] == [0.5, 1.0, 2.0, 4.0, 4.0, 4.0]
    assert backoff.next_delay_s(at_least_s=60.0) == 30.0
