"""Check, join, choose and sort columnar batches."""

from collections.abc import Mapping, Sequence
from dataclasses import fields, replace
from typing import Any, Final, TypeVar

import numpy as np
import numpy.typing as npt

from pl.market.batches import (
    PACKED_TRADE,
    BarBatch,
    ClosedBars,
    Float64,
    Int64,
    PackedTrades,
    Records,
    TradeBatch,
)

Batch = TypeVar("Batch", TradeBatch, BarBatch)

TRADE_COLUMNS: Final[Mapping[str, type[np.generic]]] = {
    "row": np.int32,
    "t_ms": np.int64,
    "price": np.float64,
    "size": np.float64,
    "rule": np.uint8,
    "sequence": np.int64,
}
BAR_COLUMNS: Final[Mapping[str, type[np.generic]]] = {
    "row": np.int32,
    "start_ms": np.int64,
    "open": np.float64,
    "high": np.float64,
    "low": np.float64,
    "close": np.float64,
    "volume": np.float64,
    "vwap": np.float64,
    "trade_count": np.int32,
}


def columns_of(batch: Batch) -> Mapping[str, type[np.generic]]:
    """Return the names and dtypes of the batch's arrays."""
    return TRADE_COLUMNS if isinstance(batch, TradeBatch) else BAR_COLUMNS


def checked(batch: Batch) -> Batch:
    """Return the batch with arrays that the compiled kernels know.

    Raises TypeError for a wrong dtype, ValueError for arrays of different lengths. Arrays
    that are read-only or not contiguous are copied.
    """
    n = len(batch)
    copies = {}
    for name, dtype in columns_of(batch).items():
        column = getattr(batch, name)
        if column.dtype != dtype:
            raise TypeError(f"{name}: expected {np.dtype(dtype)}, was {column.dtype}")
        if column.shape != (n,):
            raise ValueError(f"{name}: expected shape ({n},), was {column.shape}")
        flags = column.flags
        if not (flags.c_contiguous and flags.writeable):
            copies[name] = column.copy()
    return replace(batch, **copies) if copies else batch


def packed(batch: TradeBatch) -> Records:
    """Return the trades as records (n,) that the compiled kernels know.

    Raises TypeError for a wrong dtype, ValueError for arrays of different lengths.
    """
    if isinstance(batch, PackedTrades):
        return batch.records
    batch = checked(batch)
    records = np.empty(len(batch), PACKED_TRADE)
    for name in TRADE_COLUMNS:
        records[name] = getattr(batch, name)
    return records


def joined(first: Batch, second: Batch) -> Batch:
    """Return both batches as one, received when the second was."""
    columns: dict[str, Any] = {
        name: np.concatenate((getattr(first, name), getattr(second, name)))
        for name in columns_of(second)
    }
    return replace(second, **columns)


def chosen(batch: Batch, mask: npt.NDArray[np.bool_]) -> Batch:
    """Return the events of the batch where the mask is true."""
    return replace(batch, **{name: getattr(batch, name)[mask] for name in columns_of(batch)})


def stacked(bars: BarBatch | ClosedBars, axis: int = 0) -> Float64:
    """Return open, high, low, close, volume, vwap as one array of shape (6, n), or (n, 6)."""
    columns = (bars.open, bars.high, bars.low, bars.close, bars.volume, bars.vwap)
    return np.stack(columns, axis=axis)


def keys_of(bars: ClosedBars) -> Int64:
    """Return one number for each (start, row), (n,); a market has fewer than 2**20 symbols."""
    return (bars.start_ms // 1000 << 20) + bars.row


def concatenated(parts: Sequence[ClosedBars]) -> ClosedBars:
    """Return the bars of one part or more, one part after the other."""
    names = [field.name for field in fields(ClosedBars)]
    return ClosedBars(
        **{name: np.concatenate([getattr(part, name) for part in parts]) for name in names}
    )


def merged(parts: Sequence[ClosedBars]) -> ClosedBars:
    """Return the bars of all parts sorted by (start_ms, row), then by revision."""
    parts = [part for part in parts if len(part)]
    if not parts:
        return ClosedBars.empty()
    if len(parts) == 1:
        return parts[0].take(np.lexsort((parts[0].row, parts[0].start_ms)))
    bars = concatenated(parts)
    return bars.take(np.lexsort((bars.revision, bars.row, bars.start_ms)))
