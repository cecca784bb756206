"""Run the simulated market or Streaming on a clock that runs faster than the wall's.

Both processes take the clock from the command line, so that they agree on the time:
python -m tests.pl.streaming.fast simulator|streaming ANCHOR SPEED
"""

import asyncio
import os
import sys
import time
from dataclasses import dataclass, replace

from aiohttp import web

from pl import settings
from pl.bootstrap.beginning import begin
from pl.bootstrap.building import Building
from pl.bootstrap.stores import open_stores
from pl.feeds.feed import Sink
from pl.feeds.massive_session import SocketOptions
from pl.feeds.massive_socket import MassiveSocket
from pl.health_page import listen
from pl.market.batches import BarBatch, FeedNotice, PackedTrades, SymbolTable, TradeBatch
from pl.market.sessions import AlwaysOpenSessions
from pl.simulator.market import SimulatedMarket
from pl.simulator.plans import Plan
from pl.simulator.server import build_app
from pl.simulator.universe import read_listings
from service import logs
from service.errors import SettingsError, Unavailable

EXIT_UNAVAILABLE = 69
EXIT_SETTINGS = 78
SYMBOLS = tuple(listing.symbol for listing in read_listings()[:12])
KEY = "key"


@dataclass(frozen=True)
class FastClock:
    """Run `speed` times as fast as the wall since `anchor` (unix seconds)."""

    anchor: float
    speed: float

    def __call__(self) -> float:
        """Return unix seconds."""
        return self.anchor + (time.time() - self.anchor) * self.speed

    def ms(self) -> int:
        """Return unix milliseconds."""
        return int(self() * 1000)


@dataclass(frozen=True)
class Restamped:
    """Stamp arrivals by the fast clock."""

    sink: Sink
    clock: FastClock

    async def put(self, item: TradeBatch | BarBatch | FeedNotice) -> None:
        """Hand on what came, as of now."""
        if isinstance(item, FeedNotice):
            await self.sink.put(replace(item, at=self.clock()))
        elif isinstance(item, PackedTrades):
            await self.sink.put(PackedTrades(item.records, self.clock()))
        else:
            await self.sink.put(replace(item, received_at=self.clock()))


@dataclass(frozen=True)
class FastFeed:
    """Massive's socket that gives up on silence in two seconds."""

    socket: MassiveSocket
    clock: FastClock
    name = "massive"
    may_wait = False

    def now_ms(self) -> int:
        """Return the time of the feed."""
        return self.clock.ms()

    async def run(self, sink: Sink) -> None:
        """Feed the sink."""
        await self.socket.run(Restamped(sink, self.clock))


def market() -> SimulatedMarket:
    """Return the market that is simulated."""
    listings = [listing for listing in read_listings() if listing.symbol in SYMBOLS]
    return SimulatedMarket(7, 1.0, listings)


async def simulate(clock: FastClock) -> None:
    """Serve the market until killed."""
    app = build_app(market(), {KEY: Plan()}, clock=clock.ms)
    await listen(app, int(os.environ["PL_SIMULATOR_PORT"]))
    await asyncio.Event().wait()


async def stream(clock: FastClock) -> None:
    """Run Streaming until told to stop."""
    chosen = settings.load(os.environ)
    logs.configure("streaming", chosen.log_format)
    options = SocketOptions(
        chosen.massive_url, KEY, mute_s=1.0, first_delay_s=0.05, evicted_delay_s=0.2
    )
    socket = MassiveSocket(options, SymbolTable(SYMBOLS), AlwaysOpenSessions().regular)
    stores = open_stores(chosen)
    service = await Building(chosen, begin(chosen, stores), clock).service()
    service.feed = FastFeed(socket, clock)
    try:
        await service.run()
    finally:
        stores.close()


if __name__ == "__main__":
    part, anchor, speed = sys.argv[1:]
    work = {"simulator": simulate, "streaming": stream}[part]
    try:
        asyncio.run(work(FastClock(float(anchor), float(speed))))
    except (SettingsError, Unavailable) as error:
        print(error, file=sys.stderr)
        sys.exit(EXIT_UNAVAILABLE if isinstance(error, Unavailable) else EXIT_SETTINGS)
    except web.GracefulExit:
        sys.exit(0)
