"""What was read of a symbol may begin amid a session: no day is folded of a part of it."""

from datetime import UTC, date, datetime
from types import SimpleNamespace
from typing import Any

import numpy as np

from pl.bootstrap.past import FOUR_LONG_DAYS, Past
from pl.market.batches import MINUTE_MS, ClosedBars
from pl.market.columns import merged
from pl.market.rows import ByRow, by_row
from pl.market.sessions import AFTER_CLOSE_MS, BEFORE_OPEN_MS, xnys_sessions
from pl.market.timeframes import FOLDED
from pl.streaming.catch_up import History

SESSIONS = xnys_sessions(date(2026, 1, 1), date(2027, 12, 31))
SYMBOLS = ("SPY", "KO")
FRIDAY = int(datetime(2026, 11, 20, 17, 0, tzinfo=UTC).timestamp() * 1000)
A_DAY = 390


class Stored:
    """Hold minutes, and hear what is written."""

    def __init__(self, minutes: ClosedBars) -> None:
        self.minutes = minutes
        self.written: dict[str, ClosedBars] = {}

    def write_bars(self, bars: ClosedBars, _symbols: Any, timeframe: str) -> None:
        self.written[timeframe] = bars

    def bars_between(
        self, _symbols: Any, since_ms: int, before_ms: int, timeframe: str = "1min"
    ) -> ClosedBars:
        if timeframe != "1min":
            return ClosedBars.empty()
        bars = self.minutes
        bars = bars.take((bars.start_ms >= since_ms) & (bars.start_ms < before_ms))
        return bars.take(np.lexsort((bars.row, bars.start_ms)))


def minutes(row: int, *, extended: bool) -> ClosedBars:
    """A bar of one trade in every minute of the days since Friday of the week before."""
    before, after = (BEFORE_OPEN_MS, AFTER_CLOSE_MS) if extended else (0, 0)
    parts = [
        np.arange(one.open_ms - before, min(one.close_ms + after, FRIDAY), MINUTE_MS)
        for one in SESSIONS.sessions
        if date(2026, 11, 13) <= one.session_date <= date(2026, 11, 20)
    ]
    start_ms = np.concatenate(parts)
    n = len(start_ms)
    price, ones = np.full(n, 10.0), np.ones(n, np.int32)
    return ClosedBars(
        np.full(n, row, np.int32),
        start_ms,
        *(price.copy() for _ in range(4)),
        np.full(n, 100.0),
        price.copy(),
        ones,
        np.zeros(n, np.int32),
        np.zeros(n, np.uint8),
    )


async def days_folded(n_read: int) -> list[list[int]]:
    """How many trades the days of each symbol have, where `n_read` minutes of each were read."""
    whole: ByRow = {0: minutes(0, extended=True), 1: minutes(1, extended=False)}
    held = {row: bars.take(np.arange(len(bars))[-n_read:]) for row, bars in whole.items()}
    stored: Any = Stored(merged(list(whole.values())))
    past = Past(
        SYMBOLS,
        SESSIONS,
        stores=SimpleNamespace(bars=stored),  # type: ignore[arg-type]
        histories=(stored, stored),
        rest=None,
        repair=None,
        market="real",
        live=True,
    )
    none: dict[str, ByRow] = {
        name: dict.fromkeys(range(len(SYMBOLS)), ClosedBars.empty()) for name in FOLDED
    }
    await past.longer(History(held, ClosedBars.empty(), held), none, FRIDAY, None)
    days = by_row(stored.written["daily"])
    return [days[row].trade_count.tolist() for row in range(len(SYMBOLS))]


async def test_a_symbol_that_trades_in_every_minute_of_long_days_is_read_less_far_back() -> None:
    assert await days_folded(FOUR_LONG_DAYS) == [[A_DAY] * 3] * 2


async def test_a_snapshot_holds_less_than_the_sessions_that_are_folded() -> None:
    assert await days_folded(3 * A_DAY) == [[A_DAY] * 5] * 2
