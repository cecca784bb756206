"""Halts: no trades and no bars while they last, a jump and a burst after, told by LULD."""

import asyncio

import numpy as np
import pytest
from websockets.asyncio.client import ClientConnection

from pl.signals.engine import SignalEngine
from pl.simulator.days import DAY_MS
from pl.simulator.halts import BLOCK_MS, NEWS, VOLATILITY, Halt, halt_of_day
from pl.simulator.luld import HALTED, RESUMED, HaltNews
from pl.simulator.market import MINUTE_MS, SimulatedMarket
from pl.simulator.minutes import make_day
from pl.simulator.universe import Listing, read_listings
from tests.pl.simulator.served import KEY, as_closed, events, serving, statuses

SEED = 7
LISTINGS = read_listings()
Found = list[tuple[Listing, int, Halt]]


@pytest.fixture(scope="module")
def found() -> Found:
    days = range(20_700, 20_800)
    each = ((one, day, halt_of_day(SEED, one, day)) for one in LISTINGS for day in days)
    return [(one, day, halt) for one, day, halt in each if halt is not None]


def test_halts_are_rare_and_of_stocks_alone(found: Found) -> None:
    assert {one.kind for one, _, _ in found} == {"CS"}
    per_day = len(found) / 100
    assert 0.5 < per_day < 1.3
    kinds = [halt.kind for _, _, halt in found]
    assert kinds.count(VOLATILITY) > kinds.count(NEWS) > 0


def test_a_halt_lasts_five_minutes_at_least(found: Found) -> None:
    lengths = [(halt.end - halt.first) * BLOCK_MS for _, _, halt in found]
    assert min(lengths) >= 5 * MINUTE_MS
    assert max(lengths) <= 31 * MINUTE_MS


def test_nothing_trades_in_a_halt_and_much_after_it(found: Found) -> None:
    for listing, day, halt in found[:12]:
        made = make_day(SEED, listing, day, 3.0)
        counts = (made.blocks.regular + made.blocks.odd).ravel()
        assert not counts[halt.first : halt.end].any()
        after = counts[halt.end : halt.end + 8].sum()
        assert after > 2 * counts[halt.first - 400 : halt.first - 392].sum()
        minutes = (made.bars.start_ms // MINUTE_MS) % 1_440
        inside = (minutes > halt.first // 8) & (minutes < halt.end // 8)
        assert not inside.any()


def test_a_volatility_pause_follows_a_rush_and_ends_in_a_jump(found: Found) -> None:
    for listing, day, halt in [each for each in found if each[2].kind == VOLATILITY][:8]:
        price = np.log(make_day(SEED, listing, day, 3.0).blocks.centre.ravel())
        rush = price[halt.first - 1] - price[halt.first - 25]
        assert 0.04 < abs(rush) < 0.08
        jump = price[halt.end] - price[halt.first - 1]
        assert jump == pytest.approx(halt.jump, abs=0.004)


def test_the_engine_tells_each_halt_and_nothing_else(found: Found) -> None:
    chosen = found[::4]
    symbols = [f"S{row}" for row in range(len(chosen))]
    engine = SignalEngine(symbols, "1min", "intraday", lambda ms: ms - ms % DAY_MS)
    for row, (listing, day, halt) in enumerate(chosen):
        bars = make_day(SEED, listing, day, 3.0).bars
        resumed = day * DAY_MS + halt.end // 8 * MINUTE_MS
        first = int(bars.start_ms[np.searchsorted(bars.start_ms, resumed)])
        told = [
            (signal.pattern, signal.bar_time_ms)
            for signal in engine.update(as_closed(row, bars)).signals
            if signal.pattern in {"Trading_Halt", "Trading_Resumption"} and signal.is_found
        ]
        assert told == [("Trading_Halt", first), ("Trading_Resumption", first)], listing.symbol


def test_only_nasdaq_listed_stocks_have_messages(found: Found) -> None:
    market = SimulatedMarket(SEED, 3.0, LISTINGS)
    symbols = frozenset(one.symbol for one in LISTINGS)
    for day in sorted({day for _, day, _ in found})[:10]:
        news = HaltNews(market, day * DAY_MS)
        half = news.due(day * DAY_MS + DAY_MS // 2, symbols)
        told = [symbol for _, symbol, _ in half + news.due((day + 1) * DAY_MS - 1, symbols)]
        wanted = [one.symbol for one, at, _ in found if at == day and one.exchange == "XNAS"]
        assert sorted(told) == sorted(2 * wanted)


class Hands:
    """A clock that shows what it is set to."""

    def __init__(self, now_ms: int) -> None:
        self.now_ms = now_ms

    def __call__(self) -> int:
        return self.now_ms


async def next_luld(socket: ClientConnection) -> dict[str, object]:
    while True:
        for event in await events(socket):
            if event["ev"] == "LULD":
                return event


async def test_a_client_of_luld_hears_of_the_halt_and_of_the_resumption() -> None:
    apple = next(one for one in LISTINGS if one.symbol == "AAPL")
    days = range(20_700, 21_500)
    day, halt = next((day, each) for day in days if (each := halt_of_day(SEED, apple, day)))
    begins, ends = (day * DAY_MS + block * BLOCK_MS for block in (halt.first, halt.end))
    clock = Hands(begins - 1)
    async with (
        asyncio.timeout(20),
        serving(clock=clock) as served,
        served.client(KEY, "LULD.AAPL,LULD.KO") as socket,
    ):
        assert (await statuses(socket))[0] == ("success", "subscribed to: LULD.AAPL")
        clock.now_ms = begins
        halted = await next_luld(socket)
        clock.now_ms = ends + 40
        resumed = await next_luld(socket)
    assert [(event["T"], event["i"], event["t"]) for event in (halted, resumed)] == [
        ("AAPL", [HALTED], begins),
        ("AAPL", [RESUMED], ends),
    ]
    assert halted["l"] < halted["h"]  # type: ignore[operator]
