"""Carry market data between feeds, aggregation, signals and stores as columns.

All times are unix milliseconds UTC (int64) unless the name says otherwise. A `row` is the
index of a symbol in the running `SymbolTable`.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np
import numpy.typing as npt

Int64 = npt.NDArray[np.int64]
Int32 = npt.NDArray[np.int32]
UInt8 = npt.NDArray[np.uint8]
Float64 = npt.NDArray[np.float64]
Records = npt.NDArray[np.void]

MINUTE_MS: Final = 60_000

UPDATES_OPEN_CLOSE: Final = 1
UPDATES_HIGH_LOW: Final = 2
UPDATES_VOLUME: Final = 4
UPDATES_ALL: Final = UPDATES_OPEN_CLOSE | UPDATES_HIGH_LOW | UPDATES_VOLUME

QUALITY_LIVE: Final = 0
QUALITY_BACKFILLED: Final = 1
QUALITY_PARTIAL: Final = 2
QUALITY_OFFICIAL: Final = 3
"""Of a day as the exchange's vendor gives it, with its auctions: no minute is folded over it."""
QUALITY_NAMES: Final = ("live", "backfilled", "partial", "official")


class SymbolTable:
    """Map symbols to rows, fixed for the life of a process."""

    def __init__(self, symbols: Sequence[str]) -> None:
        self.symbols: tuple[str, ...] = tuple(symbols)
        self._rows = {symbol: row for row, symbol in enumerate(self.symbols)}
        if len(self._rows) != len(self.symbols):
            raise ValueError("symbols: expected each once, found duplicates")

    def row(self, symbol: str) -> int:
        """Return the row of `symbol`, or -1 when it is not in the table."""
        return self._rows.get(symbol, -1)

    def __len__(self) -> int:
        return len(self.symbols)

    def __iter__(self) -> Iterator[str]:
        return iter(self.symbols)


@dataclass(frozen=True, slots=True)
class TradeBatch:
    """Hold trades in order of arrival; every array has shape (n,).

    row : int32; t_ms : int64 event time; price : float64 USD; size : float64 shares;
    rule : uint8 mask of UPDATES_* (0: touches nothing, such as a cancelled trade);
    sequence : int64, increasing per feed; received_at : unix seconds, arrival of the frame.
    """

    row: Int32
    t_ms: Int64
    price: Float64
    size: Float64
    rule: UInt8
    sequence: Int64
    received_at: float

    def __len__(self) -> int:
        return len(self.row)


PACKED_TRADE: Final = np.dtype(
    [
        ("t_ms", np.int64),
        ("sequence", np.int64),
        ("price", np.float64),
        ("size", np.float64),
        ("row", np.int32),
        ("rule", np.uint8),
        ("verdict", np.uint8),  # written when the trade is counted into its bar
    ],
    align=True,
)


class PackedTrades(TradeBatch):
    """Hold trades as one record each, as kernels write and read them; columns are views.

    records : (n,) PACKED_TRADE.
    """

    __slots__ = ("records",)
    __setattr__ = object.__setattr__  # freezing takes as long as reading a trade

    def __init__(self, records: Records, received_at: float) -> None:
        self.records = records
        self.received_at = received_at  # type: ignore[misc] # frozen only in the parent

    def __len__(self) -> int:
        return len(self.records)

    row = property(lambda self: self.records["row"])
    t_ms = property(lambda self: self.records["t_ms"])
    price = property(lambda self: self.records["price"])
    size = property(lambda self: self.records["size"])
    rule = property(lambda self: self.records["rule"])
    sequence = property(lambda self: self.records["sequence"])


@dataclass(frozen=True, slots=True)
class BarBatch:
    """Hold second or minute bars as a feed or REST sent them; every array has shape (n,).

    span_ms : 1,000 or 60,000, the same for the batch. A bar with a (row, start_ms) already
    seen replaces the old one.
    """

    row: Int32
    start_ms: Int64
    open: Float64
    high: Float64
    low: Float64
    close: Float64
    volume: Float64
    vwap: Float64
    trade_count: Int32
    span_ms: int
    received_at: float

    def __len__(self) -> int:
        return len(self.row)


@dataclass(frozen=True, slots=True)
class HaltBatch:
    """Hold what the exchange said about trading, in order of arrival; every array has shape (n,).

    row : int32; t_ms : int64 when it said so; halted : bool, False where trading resumes.
    """

    row: Int32
    t_ms: Int64
    halted: npt.NDArray[np.bool_]
    received_at: float

    def __len__(self) -> int:
        return len(self.row)


@dataclass(frozen=True, slots=True)
class FeedNotice:
    """Tell what happened to a feed; `at` is unix seconds, `count` how many it stands for."""

    kind: str
    detail: str
    at: float
    count: int = 1


@dataclass(frozen=True, slots=True)
class ClosedBars:
    """Hold closed minute bars sorted by (start_ms, row); every array has shape (n,).

    revision : int32, 0 for the first close, one more for each later change;
    quality : uint8 index into QUALITY_NAMES.
    """

    row: Int32
    start_ms: Int64
    open: Float64
    high: Float64
    low: Float64
    close: Float64
    volume: Float64
    vwap: Float64
    trade_count: Int32
    revision: Int32
    quality: UInt8

    def __len__(self) -> int:
        return len(self.row)

    def take(self, index: npt.NDArray[np.intp] | npt.NDArray[np.bool_]) -> "ClosedBars":
        """Return the bars chosen by an index or mask, in that order."""
        return ClosedBars(*(getattr(self, name)[index] for name in self.__dataclass_fields__))

    def where(self, chosen: npt.NDArray[np.bool_]) -> "ClosedBars":
        """Return the bars that a mask (n,) chooses: these themselves when it chooses all."""
        return self if chosen.all() else self.take(chosen)

    def part(self, begin: int, end: int) -> "ClosedBars":
        """Return views of the bars [begin, end)."""
        return ClosedBars(*(getattr(self, name)[begin:end] for name in self.__dataclass_fields__))

    @staticmethod
    def empty() -> "ClosedBars":
        """Return no bars, with the right dtypes."""
        return ClosedBars(
            np.empty(0, np.int32),
            np.empty(0, np.int64),
            np.empty(0, np.float64),
            np.empty(0, np.float64),
            np.empty(0, np.float64),
            np.empty(0, np.float64),
            np.empty(0, np.float64),
            np.empty(0, np.float64),
            np.empty(0, np.int32),
            np.empty(0, np.int32),
            np.empty(0, np.uint8),
        )
