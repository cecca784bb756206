"""Type the rows of Massive's REST answers, and read them with tolerance."""

import math
from collections.abc import Sequence
from typing import Final, TypeVar

import msgspec
import numpy as np

from pl.feeds.massive_events import UnixMs
from pl.feeds.salvage import UNREADABLE
from pl.feeds.trouble import Trouble
from pl.feeds.typical import typical_price
from pl.market.batches import BarBatch, Int32, Int64
from service.errors import InvalidData

MOST_TRADES: Final = 2**31 - 1


class AggregateRow(msgspec.Struct, gc=False):
    """One bar; `t` starts the window (ends it in grouped answers), `n` counts trades."""

    o: float
    h: float
    l: float  # noqa: E741 - Massive's own field name
    c: float
    v: float
    t: UnixMs
    vw: float | None = None
    n: float | None = None
    symbol: str = msgspec.field(name="T", default="")


class Split(msgspec.Struct, frozen=True):
    """A split: prices before the execution date times `split_from / split_to`."""

    ticker: str
    execution_date: str
    split_from: float
    split_to: float


class Holiday(msgspec.Struct, frozen=True):
    """A closed or half day of one exchange; `open` and `close` are ISO 8601 on half days."""

    exchange: str
    date: str
    status: str
    name: str = ""
    open: str = ""
    close: str = ""


class Ticker(msgspec.Struct, frozen=True):
    """A symbol: its name and its type in Massive's codes, such as CS or ETF."""

    ticker: str
    name: str = ""
    type: str = ""


class MarketState(msgspec.Struct, frozen=True):
    """What Massive says of now: `market` is open, closed or extended-hours."""

    market: str
    server_time: str = msgspec.field(name="serverTime", default="")
    exchanges: dict[str, str] = {}


Row = TypeVar("Row", AggregateRow, Split, Holiday)


class _Results(msgspec.Struct):
    results: list[msgspec.Raw] | None = None


class _Result(msgspec.Struct):
    results: Ticker


def ticker_of(body: bytes) -> Ticker:
    """Return the symbol of an answer; raises InvalidData when it has another shape."""
    try:
        return msgspec.json.decode(body, type=_Result).results
    except UNREADABLE as error:
        raise InvalidData("Massive ticker", str(error)) from error


def rows_of(body: bytes, kind: type[Row], trouble: Trouble) -> list[Row]:
    """Return the rows of an answer; those that do not fit are counted, the others kept."""
    raw = _raw_rows(body, trouble)
    try:
        rows = [msgspec.json.decode(row, type=kind) for row in raw]
    except UNREADABLE:
        rows = [row for piece in raw if (row := _row(piece, kind, trouble)) is not None]
    return rows


def _raw_rows(body: bytes, trouble: Trouble) -> list[msgspec.Raw]:
    bare_array = body.lstrip()[:1] == b"["
    try:
        if bare_array:
            return msgspec.json.decode(body, type=list[msgspec.Raw])
        return msgspec.json.decode(body, type=_Results).results or []
    except msgspec.ValidationError:
        trouble.drop("REST: results are no list")
        return []


def _row(piece: msgspec.Raw, kind: type[Row], trouble: Trouble) -> Row | None:
    try:
        return msgspec.json.decode(piece, type=kind)
    except UNREADABLE as error:
        trouble.drop(f"REST {kind.__name__}: {error}")
        return None


def bar_columns(
    rows: Sequence[AggregateRow], row: Int32, start_ms: Int64, span_ms: int, received_at: float
) -> BarBatch:
    """Return rows as columns; a bar without `vw` takes the typical price as vwap."""
    return BarBatch(
        row=row,
        start_ms=start_ms,
        open=np.array([bar.o for bar in rows], np.float64),
        high=np.array([bar.h for bar in rows], np.float64),
        low=np.array([bar.l for bar in rows], np.float64),
        close=np.array([bar.c for bar in rows], np.float64),
        volume=np.array([bar.v for bar in rows], np.float64),
        vwap=np.array([bar.vw or typical_price(bar.h, bar.l, bar.c) for bar in rows], np.float64),
        trade_count=np.array([_trades(bar) for bar in rows], np.int32),
        span_ms=span_ms,
        received_at=received_at,
    )


def _trades(bar: AggregateRow) -> int:
    n = bar.n or 0.0
    return int(min(max(n, 0.0), MOST_TRADES)) if math.isfinite(n) else 0
