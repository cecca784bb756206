"""What nobody watched is fetched when it has settled, until it is there."""

import asyncio
from collections.abc import Callable

import pytest

from pl.market.batches import MINUTE_MS, BarBatch
from pl.streaming.repair import OVERDUE_MS, PORTION, RETRY_S, SETTLE_MS, Repair
from pl.streaming.watch import Gap
from service.errors import Rejected, Unavailable
from tests.pl.streaming.fakes import SYMBOLS, T0, Clock, minute_bars

GAP = Gap(T0, T0 + MINUTE_MS)
SETTLED = GAP.to_ms + SETTLE_MS


class Rest:
    """Answer with a bar a minute; `failures` are raised first, by symbol."""

    def __init__(self) -> None:
        self.asked: list[tuple[str, int, int]] = []
        self.failures: dict[str, list[Exception]] = {}
        self.bars: Callable[[str], BarBatch] = lambda symbol: minute_bars(
            (SYMBOLS.index(symbol), T0, 10.0)
        )

    async def fetch(self, symbol: str, from_ms: int, to_ms: int) -> BarBatch:
        self.asked.append((symbol, from_ms, to_ms))
        if waiting := self.failures.get(symbol):
            raise waiting.pop(0)
        return self.bars(symbol)


class Desk:
    """A Repair with what it fetched, slept and delivered."""

    def __init__(self) -> None:
        self.rest = Rest()
        self.slept: list[float] = []
        self.delivered: list[BarBatch] = []
        self.asked_at: list[float] = []
        self.clock = Clock()
        self.repair = Repair(self.rest.fetch, self._deliver, SYMBOLS, self._sleep, clock=self.clock)

    async def _sleep(self, seconds: float) -> None:
        self.slept.append(seconds)

    async def _deliver(self, bars: BarBatch, asked_at: float) -> None:
        self.delivered.append(bars)
        self.asked_at.append(asked_at)

    async def settle(self) -> None:
        for _ in range(100):
            await asyncio.sleep(0)

    @property
    def rows(self) -> list[int]:
        return sorted(int(bars.row[0]) for bars in self.delivered)


@pytest.fixture
def desk() -> Desk:
    return Desk()


async def test_a_gap_is_fetched_when_its_last_minute_has_settled(desk: Desk) -> None:
    desk.repair.order(GAP)
    desk.repair.start_due(SETTLED - 1)
    await desk.settle()
    assert desk.rest.asked == []
    desk.repair.start_due(SETTLED)
    await desk.settle()
    assert desk.rows == [0, 1, 2]
    assert {asked[1:] for asked in desk.rest.asked} == {(GAP.from_ms, GAP.to_ms)}
    assert (desk.repair.open_gaps, desk.repair.repaired) == (0, 1)


async def test_some_symbols_can_be_named(desk: Desk) -> None:
    desk.repair.order(GAP, ("KO",))
    desk.repair.start_due(SETTLED)
    await desk.settle()
    assert desk.rows == [1]


async def test_what_is_asked_for_twice_is_fetched_once(desk: Desk) -> None:
    desk.repair.order(GAP, ("KO",))
    desk.repair.order(GAP)
    desk.repair.order(GAP)
    desk.repair.order(Gap(T0, T0), ("SPY",))
    assert desk.repair.open_gaps == 1
    desk.repair.start_due(SETTLED)
    await desk.settle()
    assert len(desk.rest.asked) == len(SYMBOLS)


async def test_only_what_failed_is_asked_for_again(desk: Desk) -> None:
    desk.rest.failures["KO"] = [Unavailable("Massive", "503"), Unavailable("Massive", "503")]
    desk.repair.order(GAP)
    desk.repair.start_due(SETTLED)
    await desk.settle()
    assert [symbol for symbol, *_ in desk.rest.asked] == ["AAPL", "KO", "SPY", "KO", "KO"]
    assert desk.slept == [RETRY_S[0], RETRY_S[1]]
    assert desk.rows == [0, 1, 2]
    assert desk.repair.failing == ""


async def test_while_rest_is_away_it_says_so_and_goes_on_trying(desk: Desk) -> None:
    desk.rest.failures["KO"] = [Unavailable("Massive", "503")] * (len(RETRY_S) + 3)
    desk.repair.order(GAP, ("KO",))
    seen = []

    async def sleep(seconds: float) -> None:
        seen.append((desk.repair.failing, seconds))

    desk.repair.sleep = sleep
    desk.repair.start_due(SETTLED)
    await desk.settle()
    assert {failing for failing, _ in seen} == {"Massive: 503"}
    assert [seconds for _, seconds in seen] == [*RETRY_S, *[RETRY_S[-1]] * 3]
    assert desk.rows == [1]


async def test_bars_come_with_the_moment_of_the_question_that_brought_them(desk: Desk) -> None:
    desk.rest.failures["KO"] = [Unavailable("Massive", "503")]
    desk.clock.now = 100.0

    async def sleep(seconds: float) -> None:
        desk.clock.now += seconds

    def answered_later(symbol: str) -> BarBatch:
        desk.clock.now += 5.0
        return minute_bars((SYMBOLS.index(symbol), T0, 10.0))

    desk.repair.sleep = sleep
    desk.rest.bars = answered_later
    desk.repair.order(GAP, ("KO",))
    desk.repair.start_due(SETTLED)
    await desk.settle()
    assert desk.asked_at == [100.0 + RETRY_S[0]]


async def test_a_refusal_is_final_and_remembered(desk: Desk) -> None:
    desk.rest.failures["KO"] = [Rejected("not_authorized", "no history in this plan", 403)]
    desk.repair.order(GAP)
    desk.repair.start_due(SETTLED)
    await desk.settle()
    assert desk.rows == [0, 2]
    assert desk.slept == []
    assert desk.repair.refused == {"KO": "no history in this plan"}
    desk.repair.order(GAP, ("KO",))
    desk.repair.start_due(SETTLED)
    await desk.settle()
    assert desk.repair.refused == {}


async def test_overdue_minutes_are_missing_until_they_come(desk: Desk) -> None:
    gap = Gap(T0 - 2 * MINUTE_MS, T0 + MINUTE_MS)
    desk.rest.failures["KO"] = [Unavailable("Massive", "503")]
    came = asyncio.Event()

    async def sleep(_: float) -> None:
        await came.wait()

    desk.repair.sleep = sleep
    desk.repair.order(gap)
    assert desk.repair.missing(gap.to_ms + OVERDUE_MS - 1) == {}
    assert desk.repair.missing(gap.to_ms + OVERDUE_MS) == dict.fromkeys(SYMBOLS, 3)
    desk.repair.start_due(gap.to_ms + OVERDUE_MS)
    await desk.settle()
    assert desk.repair.missing(gap.to_ms + OVERDUE_MS) == {"KO": 3}
    came.set()
    await desk.settle()
    assert desk.repair.missing(gap.to_ms + OVERDUE_MS) == {}


async def test_a_symbol_without_bars_is_done(desk: Desk) -> None:
    desk.rest.bars = lambda _: minute_bars()
    desk.repair.order(GAP)
    desk.repair.start_due(SETTLED)
    await desk.settle()
    assert (desk.delivered, desk.repair.open_gaps) == ([], 0)


async def test_long_answers_come_in_portions(desk: Desk) -> None:
    n = 2 * PORTION + 5
    desk.rest.bars = lambda _: minute_bars(*((1, T0 + i * MINUTE_MS, 10.0) for i in range(n)))
    desk.repair.order(GAP, ("KO",))
    desk.repair.start_due(SETTLED)
    await desk.settle()
    assert [len(bars) for bars in desk.delivered] == [PORTION, PORTION, 5]
    assert sum(bars.start_ms.sum() for bars in desk.delivered) == sum(
        T0 + i * MINUTE_MS for i in range(n)
    )


async def test_a_bug_is_not_swallowed(desk: Desk) -> None:
    desk.rest.failures["KO"] = [ZeroDivisionError("ours")]
    desk.repair.order(GAP)
    desk.repair.start_due(SETTLED)
    await desk.settle()
    assert desk.repair.failure == "ZeroDivisionError: ours"


async def test_closing_abandons_what_runs(desk: Desk) -> None:
    forever = asyncio.Event()

    async def fetch(*_: object) -> BarBatch:
        await forever.wait()
        raise AssertionError

    desk.repair.fetch = fetch
    desk.repair.order(GAP)
    desk.repair.start_due(SETTLED)
    await desk.repair.close()
    assert desk.repair.open_gaps == 0
    assert desk.repair.failure == ""
