"""Send what happens in the market to the clients that want it, slot by slot."""

import asyncio
from collections.abc import Callable
from typing import Final

from pl.simulator.connection import Connection, Connections
from pl.simulator.faults import Faults
from pl.simulator.live_bars import Event, LiveBars
from pl.simulator.luld import KIND as LULD
from pl.simulator.luld import HaltNews
from pl.simulator.market import SimulatedMarket
from pl.simulator.quotes import quote
from pl.simulator.tape import Printed, Tape
from pl.simulator.wire import TradeWriter, frame

SLOT_S: Final = 0.025
LOST_MS: Final = 15_000
"""A shorter pause is made good, since a client cannot tell it from a market that is quiet."""
_EVENTS_A_FRAME: Final = 1_000
Clock = Callable[[], int]
"""Unix milliseconds."""


class Broadcast:
    """Play the tape to the connected clients."""

    def __init__(
        self,
        market: SimulatedMarket,
        connections: Connections,
        faults: Faults,
        clock: Clock,
        lost_ms: int,
    ) -> None:
        self._market = market
        self._connections = connections
        self._faults = faults
        self._clock = clock
        self._lost_ms = lost_ms
        self._writer = TradeWriter(market.listings)
        self._symbols = tuple(listing.symbol for listing in market.listings)
        self._quoted_second = 0
        self._played_to_ms = clock()
        self._tape = Tape(market, self._played_to_ms)
        self._bars = LiveBars(market, self._played_to_ms)
        self._halts = HaltNews(market, self._played_to_ms)
        self.trades_played = 0

    def summary(self) -> str:
        """Say in a line what has been played to whom."""
        clients = len(self._connections.all())
        return f"{self.trades_played} trades played, {clients} clients"

    async def run(self) -> None:
        """Send a slot every 25 ms until cancelled.

        After a pause of the process, such as a suspended machine, it goes on from now: what
        was missed is not sent, as from the real market.
        """
        loop = asyncio.get_running_loop()
        next_at = loop.time()
        while True:
            now = self._clock()
            if now > self._played_to_ms + self._lost_ms:
                self._tape, self._bars = Tape(self._market, now), LiveBars(self._market, now)
            self._send_slot(now)
            self._played_to_ms = now
            next_at = max(next_at + SLOT_S, loop.time() + 0.001)
            await asyncio.sleep(next_at - loop.time())

    def _send_slot(self, now: int) -> None:
        printed = self._tape.due(now)
        self._tape.prepare(now)
        self.trades_played += len(printed)
        clients = self._connections.all()
        events = self._aggregates(printed, now, clients) + self._quotes(now, clients)
        events += self._halts.due(now, self._wanted(LULD, clients))
        wants_trades = any(client.subscriptions.wants("T") for client in clients)
        texts = self._writer.texts(printed) if wants_trades else []
        self._trouble(clients)
        if self._faults.is_mute:
            return
        for client in clients:
            self._send(client, printed, texts, events)

    def _send(
        self, client: Connection, printed: Printed, texts: list[str], events: list[Event]
    ) -> None:
        wanted = client.subscriptions
        chosen = texts
        if texts and not wanted.wants_all("T"):
            named = wanted.symbols("T")
            rows = [self._symbols[row] in named for row in printed.row.tolist()]
            chosen = [text for text, is_wanted in zip(texts, rows, strict=True) if is_wanted]
        chosen = self._faults.spoil(chosen) + [
            text
            for kind, symbol, text in events
            if wanted.wants_all(kind) or symbol in wanted.symbols(kind)
        ]
        for first in range(0, len(chosen), _EVENTS_A_FRAME):
            client.offer(frame(chosen[first : first + _EVENTS_A_FRAME]))

    def _aggregates(self, printed: Printed, now: int, clients: list[Connection]) -> list[Event]:
        events: list[Event] = []
        for kind in ("A", "AM"):
            symbols = self._wanted(kind, clients)
            events += self._bars.revised(kind, printed, now, symbols)
            events += self._bars.due(kind, now, symbols)
        return events

    def _quotes(self, now: int, clients: list[Connection]) -> list[Event]:
        """Return a quote of each wanted listing, once a second."""
        if now // 1_000 == self._quoted_second:
            return []
        self._quoted_second = now // 1_000
        wanted = sorted(self._wanted("Q", clients))
        return [("Q", symbol, quote(self._market, symbol, now)) for symbol in wanted]

    def _wanted(self, kind: str, clients: list[Connection]) -> frozenset[str]:
        subscribed = [client.subscriptions for client in clients]
        if any(one.wants_all(kind) for one in subscribed):
            return frozenset(self._symbols)
        named = frozenset[str]().union(*(one.symbols(kind) for one in subscribed))
        return named & frozenset(self._symbols) if named else named

    def _trouble(self, clients: list[Connection]) -> None:
        if clients and (broken := self._faults.take_malformed_frame()):
            for client in clients:
                client.offer(broken)
        if clients and (code := self._faults.take_close_code()):
            for client in clients:
                client.part(code)
