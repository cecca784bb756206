"""Write indicators as rows of PostgreSQL's binary COPY in compiled code.

A close of the market is a million fields; they are written while other threads have the
interpreter. Source of the format: as in `copy_binary`.
"""

from collections.abc import Sequence
from typing import Final

import numpy as np
import numpy.typing as npt

from pl.kernel import kernel, leaf
from pl.market.batches import Int32, Int64, UInt8
from pl.signals.indicators.names import INDICATOR_NAMES
from pl.signals.table import IndicatorTable
from pl.store.copy_binary import POSTGRES_EPOCH_MS, framed

UInt32 = npt.NDArray[np.uint32]

_ABSENT: Final = 0xFFFFFFFF
"""The length of a NULL, -1."""
_INFINITE: Final = 0x7F800000
_WHOLE: Final = 4
"""Fields of 8 bytes: the time, the patterns, the candles of two directions."""
_KEYS: Final = 2


def encode_table(table: IndicatorTable, symbols: Sequence[str], timeframe: str) -> bytes:
    """Return rows of symbol, timeframe, timestamp, patterns, candles (2) and all indicators.

    symbols : the symbol of each `table.row`. NaN is written as NULL.
    """
    names = np.array([symbol.encode() for symbol in symbols], np.bytes_)
    stamps = (table.start_ms - POSTGRES_EPOCH_MS) * 1000
    whole = np.column_stack([stamps, table.patterns, table.candles]).astype(np.int64)
    values = table.values.astype(np.float32).view(np.uint32)
    n, n_values = values.shape
    of_name, of_frame = names.dtype.itemsize, len(timeframe)
    out = np.empty(n * (2 + 4 + of_name + 4 + of_frame + 12 * _WHOLE + 8 * n_values), np.uint8)
    end = write_rows(
        names.view(np.uint8).reshape(len(names), of_name),
        np.strings.str_len(names).astype(np.int64),
        table.row.astype(np.int32),
        np.frombuffer(timeframe.encode(), np.uint8).copy(),
        whole,
        values,
        out,
    )
    return framed(out[:end].data)


def warm_up() -> None:
    """Compile what writes rows for the types of production."""
    n_values = len(INDICATOR_NAMES)
    one = IndicatorTable(
        np.zeros(1, np.int32),
        np.zeros(1, np.int64),
        np.zeros((1, n_values)),
        np.zeros(1, np.int64),
        np.zeros((1, 2), np.int64),
    )
    encode_table(one, ("WARM",), "1min")


@leaf
def _put(out: UInt8, at: int, value: int, n_bytes: int) -> int:
    """Write the lowest bytes of a number, the highest of them first; return the place behind."""
    for k in range(n_bytes):
        out[at + k] = (value >> (8 * (n_bytes - 1 - k))) & 0xFF
    return at + n_bytes


@leaf
def _put_text(out: UInt8, at: int, text: UInt8, size: int) -> int:
    at = _put(out, at, size, 4)
    for k in range(size):
        out[at + k] = text[k]
    return at + size


@kernel
def write_rows(
    names: UInt8,
    sizes: Int64,
    row: Int32,
    timeframe: UInt8,
    whole: Int64,
    values: UInt32,
    out: UInt8,
) -> int:
    """Write n rows into `out`; return how many bytes they take.

    names : (S, w) bytes of each symbol; sizes : (S,) how many of them it has; whole : (n, 4) as
    int8; values : (n, m) the bits of float4.
    """
    at = 0
    n_fields = _KEYS + whole.shape[1] + values.shape[1]
    for i in range(len(row)):
        at = _put(out, at, n_fields, 2)
        at = _put_text(out, at, names[row[i]], sizes[row[i]])
        at = _put_text(out, at, timeframe, len(timeframe))
        for k in range(whole.shape[1]):
            at = _put(out, at, 8, 4)
            at = _put(out, at, whole[i, k], 8)
        for k in range(values.shape[1]):
            bits = int(values[i, k])
            if bits & 0x7FFFFFFF > _INFINITE:
                at = _put(out, at, _ABSENT, 4)
            else:
                at = _put(out, at, 4, 4)
                at = _put(out, at, bits, 4)
    return at
