"""Compile the kernels of this room before the first event needs them."""

import numpy as np

from pl.market.aggregation import SECOND_MS, MinuteBars
from pl.market.batches import MINUTE_MS, BarBatch, TradeBatch
from pl.market.pages import Page


def warm_up() -> None:
    """Compile every kernel of this room for the dtypes of production."""
    bars = MinuteBars(1, depth=4)
    start = 1_700_000_040_000
    for trades in ((start, 1, 7), (start, 1, 7), (start, 1, 0), (start + MINUTE_MS, 2, 7)):
        bars.add_trades(_one_trade(*trades))
    bars.mark_unwatched(start, start + MINUTE_MS)
    bars.close(start + 2 * MINUTE_MS)
    bars.mark_unwatched(start, start + MINUTE_MS)
    for span in (SECOND_MS, MINUTE_MS):
        bars.add_bars(_one_bar(start + MINUTE_MS, span))
    bars.add_bars(_one_bar(start, MINUTE_MS), backfill=True)
    bars.compact()
    closed = bars.close()
    page = Page(1, 1)
    page.put(closed.take(np.arange(1)), np.zeros(1, np.int64))
    page.fold(
        np.zeros(1, np.int64), np.zeros(1, np.int64), np.ones(1, np.int64), closed.start_ms[:1]
    )


def _one_trade(t_ms: int, sequence: int, rule: int) -> TradeBatch:
    return TradeBatch(
        row=np.zeros(1, np.int32),
        t_ms=np.array([t_ms], np.int64),
        price=np.ones(1),
        size=np.ones(1),
        rule=np.array([rule], np.uint8),
        sequence=np.array([sequence], np.int64),
        received_at=0.0,
    )


def _one_bar(start_ms: int, span_ms: int) -> BarBatch:
    one = np.ones(1)
    return BarBatch(
        row=np.zeros(1, np.int32),
        start_ms=np.array([start_ms], np.int64),
        open=one,
        high=one,
        low=one,
        close=one,
        volume=one,
        vwap=one,
        trade_count=np.ones(1, np.int32),
        span_ms=span_ms,
        received_at=0.0,
    )
