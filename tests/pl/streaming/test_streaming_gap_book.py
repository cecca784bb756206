"""What a killed run still had to fetch is fetched by the next one."""

import asyncio
from pathlib import Path

import pytest

from pl.market.batches import MINUTE_MS, BarBatch
from pl.streaming.gap_book import UNREADABLE, GapBook
from pl.streaming.repair import SETTLE_MS, STORED_S, Repair
from pl.streaming.watch import Gap
from tests.pl.streaming.fakes import SYMBOLS, T0, Clock, minute_bars

FIRST, SECOND = Gap(T0, T0 + MINUTE_MS), Gap(T0 + 5 * MINUTE_MS, T0 + 9 * MINUTE_MS)
ALL, ONE = frozenset(SYMBOLS), frozenset({"KO"})


class Run:
    """One run's Repair over the book in a folder; REST answers when it is told to."""

    def __init__(self, folder: Path, symbols: tuple[str, ...] = SYMBOLS, since_ms: int = 0) -> None:
        self.clock = Clock()
        self.answers = asyncio.Event()
        self.asked: list[tuple[str, int, int]] = []
        self.book = GapBook(folder / "gaps.json", symbols)
        self.repair = Repair(self._fetch, self._deliver, symbols, clock=self.clock, book=self.book)
        self.repair.resume(since_ms)

    async def _fetch(self, symbol: str, from_ms: int, to_ms: int) -> BarBatch:
        await self.answers.wait()
        self.asked.append((symbol, from_ms, to_ms))
        return minute_bars((SYMBOLS.index(symbol), from_ms, 10.0))

    async def _deliver(self, bars: BarBatch, asked_at: float) -> None:
        pass

    async def turn(self, now_ms: int) -> None:
        self.repair.start_due(now_ms)
        for _ in range(50):
            await asyncio.sleep(0)


async def test_what_a_killed_run_had_not_fetched_the_next_one_fetches(tmp_path: Path) -> None:
    killed = Run(tmp_path)
    killed.repair.order(FIRST)
    killed.repair.order(SECOND, ("KO",))
    await killed.turn(FIRST.to_ms + SETTLE_MS)
    await killed.repair.close()
    again = Run(tmp_path)
    assert again.repair.open_gaps == 2
    again.answers.set()
    await again.turn(SECOND.to_ms + SETTLE_MS)
    of_all = [(symbol, FIRST.from_ms, FIRST.to_ms) for symbol in SYMBOLS]
    assert sorted(again.asked) == sorted([*of_all, ("KO", SECOND.from_ms, SECOND.to_ms)])


async def test_minutes_before_the_session_are_not_fetched_again(tmp_path: Path) -> None:
    killed = Run(tmp_path)
    killed.repair.order(FIRST)
    killed.repair.order(SECOND)
    await killed.turn(FIRST.from_ms)
    again = Run(tmp_path, since_ms=SECOND.from_ms + MINUTE_MS)
    again.answers.set()
    await again.turn(SECOND.to_ms + SETTLE_MS)
    asked = {(from_ms, to_ms) for _, from_ms, to_ms in again.asked}
    assert asked == {(SECOND.from_ms + MINUTE_MS, SECOND.to_ms)}


async def test_what_was_fetched_stays_open_until_it_must_be_stored(tmp_path: Path) -> None:
    run = Run(tmp_path)
    run.answers.set()
    run.repair.order(FIRST)
    await run.turn(FIRST.to_ms + SETTLE_MS)
    await run.turn(FIRST.to_ms + SETTLE_MS)
    assert (len(run.asked), run.repair.open_gaps) == (len(SYMBOLS), 0)
    assert run.book.read() == [(FIRST, ALL)]
    run.clock.now += STORED_S + 1.0
    await run.turn(FIRST.to_ms + 2 * SETTLE_MS)
    assert run.book.read() == []


def test_a_symbol_that_left_the_universe_is_fetched_no_more(tmp_path: Path) -> None:
    book = GapBook(tmp_path / "gaps.json", SYMBOLS)
    book.write([(FIRST, ALL), (SECOND, ONE)])
    assert book.read() == [(FIRST, ALL), (SECOND, ONE)]
    assert GapBook(book.path, ("AAPL",)).read() == [(FIRST, frozenset({"AAPL"}))]


@pytest.mark.parametrize("content", [b"", b"[{", b'[{"from_ms": "soon"}]', b"\xff"])
def test_a_torn_book_is_kept_apart_and_stops_nobody(tmp_path: Path, content: bytes) -> None:
    book = GapBook(tmp_path / "gaps.json", SYMBOLS)
    book.path.write_bytes(content)
    assert book.read() == []
    assert book.path.with_suffix(UNREADABLE).read_bytes() == content
    book.write([(FIRST, ONE)])
    assert book.read() == [(FIRST, ONE)]


async def test_a_disk_that_takes_no_book_stops_no_repair(tmp_path: Path) -> None:
    run = Run(tmp_path)
    run.book.path.mkdir()
    run.answers.set()
    run.repair.order(FIRST)
    await run.turn(FIRST.to_ms + SETTLE_MS)
    assert (run.repair.repaired, run.repair.failure) == (1, "")
