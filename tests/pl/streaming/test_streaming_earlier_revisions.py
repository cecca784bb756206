"""A run counts revisions from none; what an earlier run had revised goes on from there."""

import pytest

from pl.market.batches import MINUTE_MS, QUALITY_BACKFILLED, QUALITY_LIVE, ClosedBars
from pl.market.folding import Folding
from pl.market.sessions import AlwaysOpenSessions
from pl.streaming.closing import Closing
from pl.streaming.frames import build_frame
from tests.pl.streaming.fakes import SYMBOLS, T0, Collected, closed
from tests.pl.streaming.made_closing import closing_of

SESSIONS = AlwaysOpenSessions()
OPEN = T0 - T0 % (5 * MINUTE_MS)
ROW = 1


def ran_before(writer: Collected, revision: int) -> Closing:
    """Ten minutes of an earlier run, which had revised the second of them."""
    frames = {name: build_frame(name, SYMBOLS, SESSIONS, 0) for name in ("1min", "5min")}
    closing = closing_of(frames, Folding(SESSIONS, len(SYMBOLS)), Collected(), writer)
    minutes = [(ROW, OPEN + n * MINUTE_MS, 100.0) for n in range(10)]
    bars = closed(*minutes)
    bars.revision[1] = revision
    closing.pass_on(bars, 0.0, OPEN + 10 * MINUTE_MS)
    writer.items.clear()
    return closing


def second_minute(price: float, quality: int) -> ClosedBars:
    """The second minute as a run finds it that knows nothing of the one before."""
    return closed((ROW, OPEN + MINUTE_MS, price), quality=quality)


def stored(writer: Collected, timeframe: str) -> list[tuple[float, int]]:
    """What was stored of a timeframe: highs and revisions."""
    closes = [close for close in writer.items if close.timeframe == timeframe]
    return [
        pair
        for close in closes
        for pair in zip(close.bars.high.tolist(), close.bars.revision.tolist(), strict=True)
    ]


@pytest.mark.parametrize("quality", [QUALITY_BACKFILLED, QUALITY_LIVE])
def test_a_minute_that_an_earlier_run_revised_may_change_again(quality: int) -> None:
    writer = Collected()
    closing = ran_before(writer, revision=2)
    closing.pass_on(second_minute(120.0, quality), 0.0)
    held = closing.minute.engine.held(ROW, ROW + 1)
    assert (held.prices[1, 3], held.revision[1]) == (120.0, 3)
    assert stored(writer, "1min") == [(121.0, 3)]
    assert stored(writer, "5min") == [(121.0, 1)]


def test_the_same_minute_again_is_no_revision() -> None:
    writer = Collected()
    closing = ran_before(writer, revision=2)
    closing.pass_on(second_minute(100.0, QUALITY_BACKFILLED), 0.0)
    assert closing.minute.engine.held(ROW, ROW + 1).revision[1] == 2
    assert stored(writer, "1min") == [(101.0, 2)]
    assert stored(writer, "5min") == [(101.0, 0)]
