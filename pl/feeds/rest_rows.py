"""Type the rows of Massive's REST answers, and read them with tolerance."""

import math
from collections.abc import Sequence
from typing import Final

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
    """One bar; `t` starts the window, `n` counts trades."""

    o: float
    h: float
    l: float  # noqa: E741 - Massive's own field name
    c: float
    v: float
    t: UnixMs
    vw: float | None = None
    n: float | None = None


class Ticker(msgspec.Struct, frozen=True):
    """A symbol: its name and its type in Massive's codes, such as CS or ETF."""

    ticker: str
    name: str = ""
    type: str = ""


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


def rows_of(body: bytes, trouble: Trouble) -> list[AggregateRow]:
    """Return the bars of an answer; those that do not fit are counted, the others kept."""
    raw = _raw_rows(body, trouble)
    try:
        rows = [msgspec.json.decode(row, type=AggregateRow) for row in raw]
    except UNREADABLE:
        rows = [row for piece in raw if (row := _row(piece, trouble)) is not None]
    return rows


def _raw_rows(body: bytes, trouble: Trouble) -> list[msgspec.Raw]:
    try:
        return msgspec.json.decode(body, type=_Results).results or []
    except msgspec.ValidationError:
        trouble.drop("REST: results are no list")
        return []


def _row(piece: msgspec.Raw, trouble: Trouble) -> AggregateRow | None:
    try:
        return msgspec.json.decode(piece, type=AggregateRow)
    except UNREADABLE as error:
        trouble.drop(f"REST AggregateRow: {error}")
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
