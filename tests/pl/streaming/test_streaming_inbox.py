"""A live feed is never held up, a replay is, and what is dropped is told."""

import asyncio

import pytest

from pl.market.batches import FeedNotice
from pl.streaming.inbox import Backfill, Inbox
from tests.pl.streaming.fakes import T0, Clock, minute_bars, trades

ONE = trades((0, T0, 10.0))
THREE = trades((0, T0, 10.0), (0, T0, 10.0), (0, T0, 10.0))


async def test_items_come_out_in_the_order_of_arrival() -> None:
    inbox = Inbox(may_wait=False)
    notice, bars = FeedNotice("connected", "", 0.0), Backfill(minute_bars((0, T0, 1.0)))
    for item in (ONE, notice, bars, THREE):
        await inbox.put(item)
    assert await inbox.take(1.0) == [ONE, notice, bars, THREE]
    assert inbox.is_empty


async def test_without_an_item_it_returns_after_the_timeout() -> None:
    assert await Inbox(may_wait=False).take(0.0) == []


async def test_a_waiting_reader_wakes_at_the_first_item() -> None:
    inbox = Inbox(may_wait=False)
    taking = asyncio.create_task(inbox.take(60.0))
    await asyncio.sleep(0)
    await inbox.put(ONE)
    assert await taking == [ONE]


@pytest.mark.parametrize("turns", range(5))
async def test_a_reader_that_is_cancelled_as_an_item_comes_ends(turns: int) -> None:
    inbox = Inbox(may_wait=False)
    reading = asyncio.create_task(inbox.take(10.0))
    await asyncio.sleep(0.01)
    await inbox.put(ONE)
    for _ in range(turns):
        await asyncio.sleep(0)
    was_done = reading.done()
    reading.cancel()
    await asyncio.wait([reading])
    assert was_done or reading.cancelled()


async def test_a_live_feed_drops_beyond_the_limit_between_two_notices() -> None:
    clock = Clock(100.0)
    inbox = Inbox(may_wait=False, limit=2, clock=clock)
    for _ in range(3):
        await inbox.put(THREE)
    clock.now = 107.0
    first, overflow, resumed = await inbox.take(1.0)
    assert first is THREE
    assert isinstance(overflow, FeedNotice)
    assert isinstance(resumed, FeedNotice)
    assert (overflow.kind, overflow.at) == ("overflow", 100.0)
    assert (resumed.kind, resumed.at) == ("resumed", 107.0)
    assert inbox.dropped == 6
    await inbox.put(ONE)
    assert await inbox.take(1.0) == [ONE]


async def test_notices_and_fetched_bars_are_never_dropped() -> None:
    inbox = Inbox(may_wait=False, limit=2)
    await inbox.put(THREE)
    kept = [FeedNotice("disconnected", "", 0.0), Backfill(minute_bars((0, T0, 1.0)))]
    for item in kept:
        await inbox.put(item)
    assert await inbox.take(1.0) == [THREE, *kept]


async def test_a_replay_waits_until_the_loop_has_taken() -> None:
    inbox = Inbox(may_wait=True, limit=2)
    await inbox.put(THREE)
    held = asyncio.create_task(inbox.put(ONE))
    for _ in range(3):
        await asyncio.sleep(0)
    assert not held.done()
    assert await inbox.take(1.0) == [THREE]
    await held
    assert await inbox.take(1.0) == [ONE]
    assert inbox.dropped == 0


async def test_the_end_of_a_replay_does_not_wait() -> None:
    inbox = Inbox(may_wait=True, limit=2)
    await inbox.put(THREE)
    async with asyncio.timeout(1):
        await inbox.put(FeedNotice("end", "", 0.0))
    with pytest.raises(TimeoutError):
        async with asyncio.timeout(0):
            await inbox.put(ONE)
