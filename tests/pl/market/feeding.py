"""Feed `MinuteBars` in tests."""

import itertools
from collections.abc import Iterable, Sequence

import numpy as np

from pl.market.aggregation import MinuteBars
from pl.market.batches import BarBatch, ClosedBars, TradeBatch

MINUTE = 60_000
T0 = 1_700_000_040_000  # the start of a minute
END = 1 << 60


def trades(*rows: tuple, received_at: float = 0.0) -> TradeBatch:
    """Build a batch of (row, t_ms, sequence, price, size, rule)."""
    columns = list(zip(*rows, strict=True)) if rows else [()] * 6
    row, t_ms, sequence, price, size, rule = columns
    return TradeBatch(
        row=np.array(row, np.int32),
        t_ms=np.array(t_ms, np.int64),
        price=np.array(price, np.float64),
        size=np.array(size, np.float64),
        rule=np.array(rule, np.uint8),
        sequence=np.array(sequence, np.int64),
        received_at=received_at,
    )


def bars(*rows: tuple, span_ms: int = MINUTE, received_at: float = 0.0) -> BarBatch:
    """Build a batch of (row, start_ms, open, high, low, close, volume, vwap, count)."""
    row, start_ms, open_, high, low, close, volume, vwap, count = zip(*rows, strict=True)
    return BarBatch(
        row=np.array(row, np.int32),
        start_ms=np.array(start_ms, np.int64),
        open=np.array(open_, np.float64),
        high=np.array(high, np.float64),
        low=np.array(low, np.float64),
        close=np.array(close, np.float64),
        volume=np.array(volume, np.float64),
        vwap=np.array(vwap, np.float64),
        trade_count=np.array(count, np.int32),
        span_ms=span_ms,
        received_at=received_at,
    )


def as_dict(closed: ClosedBars) -> dict[tuple[int, int], tuple]:
    """Return bars by (start_ms, row); a later one of the same minute wins."""
    values = zip(
        closed.start_ms.tolist(),
        closed.row.tolist(),
        closed.open.tolist(),
        closed.high.tolist(),
        closed.low.tolist(),
        closed.close.tolist(),
        closed.volume.tolist(),
        closed.vwap.tolist(),
        closed.trade_count.tolist(),
        strict=True,
    )
    return {(start, row): tuple(rest) for start, row, *rest in values}


def final_bars(batches: Iterable[TradeBatch], n_symbols: int, **options: int) -> dict:
    """Feed the batches, closing after each, and return the last word on every bar."""
    minute_bars = MinuteBars(n_symbols, **options)
    last: dict[tuple[int, int], tuple] = {}
    for batch in batches:
        minute_bars.add_trades(batch)
        last.update(as_dict(minute_bars.close()))
    last.update(as_dict(minute_bars.close(END)))
    return dict(sorted(last.items()))


def split(batch: TradeBatch, cuts: Sequence[int]) -> list[TradeBatch]:
    """Cut a batch at the given indices."""
    edges = [0, *sorted(cuts), len(batch)]
    return [
        TradeBatch(
            *(
                getattr(batch, name)[start:stop]
                for name in ("row", "t_ms", "price", "size", "rule", "sequence")
            ),
            received_at=batch.received_at,
        )
        for start, stop in itertools.pairwise(edges)
    ]
