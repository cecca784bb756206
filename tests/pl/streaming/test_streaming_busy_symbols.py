"""A symbol that trades in every minute of the long days is read less far back than a week."""

from datetime import UTC, date, datetime
from types import SimpleNamespace
from typing import Any

import numpy as np

from pl.bootstrap.past import FOUR_LONG_DAYS, Past
from pl.market.batches import MINUTE_MS, ClosedBars
from pl.market.rows import ByRow, by_row
from pl.market.sessions import AFTER_CLOSE_MS, BEFORE_OPEN_MS, xnys_sessions
from pl.market.timeframes import FOLDED
from pl.streaming.catch_up import History

SESSIONS = xnys_sessions(date(2026, 1, 1), date(2027, 12, 31))
SYMBOLS = ("SPY", "KO")
FRIDAY = int(datetime(2026, 11, 20, 17, 0, tzinfo=UTC).timestamp() * 1000)
A_DAY = 390


class Stored:
    """Hear what is written; nothing else is there."""

    def __init__(self) -> None:
        self.written: dict[str, ClosedBars] = {}

    def write_bars(self, bars: ClosedBars, _symbols: Any, timeframe: str) -> None:
        self.written[timeframe] = bars

    def bars_between(self, *_: Any) -> ClosedBars:
        return ClosedBars.empty()


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
    bars = ClosedBars(
        np.full(n, row, np.int32),
        start_ms,
        *(price.copy() for _ in range(4)),
        np.full(n, 100.0),
        price.copy(),
        ones,
        np.zeros(n, np.int32),
        np.zeros(n, np.uint8),
    )
    return bars.take(np.arange(n)[-FOUR_LONG_DAYS:])


async def test_no_day_is_folded_of_which_minutes_were_not_read() -> None:
    held: ByRow = {0: minutes(0, extended=True), 1: minutes(1, extended=False)}
    stored: Any = Stored()
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
    for row in range(len(SYMBOLS)):
        assert days[row].trade_count.tolist() == [A_DAY] * 3, SYMBOLS[row]
