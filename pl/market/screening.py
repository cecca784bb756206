"""Refuse what cannot be true before it reaches a bar, judged by the feed itself.

Time is judged by the feed's own clock, the largest event time that it has been believed, and
never by the machine's: a replay of 2013 is as plausible as today, and a machine whose clock
is wrong refuses nothing. An event may lead the clock by two minutes, plus the time that
passed on arrival since the clock last moved. What leads by more is held: when twenty events
agree, the feed has really jumped (the night in a replay) and all are used; when five events
carry on where the clock stood, the held ones came from the future.
"""

from typing import Any, Final

import numpy as np
import numpy.typing as npt

from pl.kernel import leaf
from pl.market.batches import MINUTE_MS, Int64, UInt8
from pl.market.rejections import ABSURD, ACCEPTED, FUTURE, HELD, NAN_PRICE, NON_POSITIVE

LEAD_MS: Final = 2 * MINUTE_MS
SPREAD_MS: Final = 10 * MINUTE_MS
"""How far held events may lie apart and still agree: late ones come among them."""
VOTES_FOR: Final = 20
VOTES_AGAINST: Final = 5
FIRST_VOTES: Final = 2
"""Votes for the very first clock: two events that agree."""

MIN_PRICE: Final = 1e-4
MAX_PRICE: Final = 1e7
MAX_SIZE: Final = 1e10

CLOCK: Final = np.dtype(
    [("now_ms", np.int64), ("seen_at", np.float64), ("against", np.int64)], align=True
)


def new_clock() -> npt.NDArray[np.void]:
    """Return a clock that no event has set (now_ms is -1), shape (1,)."""
    clock = np.zeros(1, CLOCK)
    clock["now_ms"] = -1
    return clock


@leaf
def trade_fault(price: float, size: float) -> int:
    """Return the cause to refuse a trade for its values alone."""
    if not (np.isfinite(price) and np.isfinite(size)):
        return NAN_PRICE
    if price <= 0.0 or size < 0.0:
        return NON_POSITIVE
    if price < MIN_PRICE or price > MAX_PRICE or size > MAX_SIZE:
        return ABSURD
    return ACCEPTED


@leaf
def bar_fault(
    open_: float, high: float, low: float, close: float, volume: float, vwap: float
) -> int:
    """Return the cause to refuse a bar for its values alone."""
    if np.isnan(open_ + high + low + close + volume + vwap):
        return NAN_PRICE
    fault = max(trade_fault(low, volume), trade_fault(high, volume))
    if fault != ACCEPTED:
        return fault
    if low > min(open_, close) or high < max(open_, close):
        return ABSURD
    return ACCEPTED


@leaf
def _settle(
    clock: Any, t_ms: Int64, verdict: UInt8, first: int, last: int, outcome: int
) -> tuple[int, int]:
    """Give the held events first..last their outcome; return how many stay held, and the first.

    outcome : FUTURE refuses all; ACCEPTED believes the first and what the clock then allows;
    HELD asks again, because the clock has moved.
    """
    held = 0
    first_held = -1
    for i in range(first, last + 1):
        if verdict[i] != HELD:
            continue
        if outcome == FUTURE:
            verdict[i] = FUTURE
            continue
        if (outcome == ACCEPTED and i == first) or t_ms[i] <= clock.now_ms + LEAD_MS:
            verdict[i] = ACCEPTED
            clock.now_ms = max(clock.now_ms, t_ms[i])
            continue
        if held == 0:
            first_held = i
        held += 1
    if held == 0:
        clock.against = 0
    return held, first_held


@leaf
def judge_times(clocks: Any, t_ms: Int64, received_at: float, verdict: UInt8) -> int:
    """Mark what the feed's clock does not believe; return how many events stay held.

    verdict : (n,) is written; events that are already refused have no say.
    """
    clock = clocks[0]
    limit = clock.now_ms + LEAD_MS
    if clock.now_ms >= 0:
        limit += np.int64(max(0.0, received_at - clock.seen_at) * 1000.0)
    held = 0
    first = -1
    for i in range(len(t_ms)):
        if verdict[i] != ACCEPTED:
            continue
        t = t_ms[i]
        if clock.now_ms >= 0 and t <= limit:
            if t <= clock.now_ms:
                continue
            clock.now_ms = t
            clock.seen_at = received_at
            limit = t + LEAD_MS
            if held > 0:
                held, first = _vote_against(clock, t_ms, verdict, first, i)
            continue
        if held > 0 and t < t_ms[first] - SPREAD_MS:
            held, first = _settle(clock, t_ms, verdict, first, i, FUTURE)
        if held == 0:
            first = i
        verdict[i] = HELD
        held += 1
        if held >= (VOTES_FOR if clock.now_ms >= 0 else FIRST_VOTES):
            held, first = _settle(clock, t_ms, verdict, first, i, ACCEPTED)
            clock.seen_at = received_at
            limit = clock.now_ms + LEAD_MS
    return held


@leaf
def _vote_against(
    clock: Any, t_ms: Int64, verdict: UInt8, first: int, last: int
) -> tuple[int, int]:
    clock.against += 1
    outcome = FUTURE if clock.against >= VOTES_AGAINST else HELD
    return _settle(clock, t_ms, verdict, first, last, outcome)


@leaf
def screen_trades(clocks: Any, n_rows: int, trades: Any, received_at: float) -> bool:
    """Write the verdict of each trade; return False, and judge none, for a row out of range."""
    for i in range(len(trades)):
        trade = trades[i]
        if trade.row < 0 or trade.row >= n_rows:
            return False
        trade.verdict = trade_fault(trade.price, trade.size)
    judge_times(clocks, trades.t_ms, received_at, trades.verdict)
    return True
