"""Store what a close leaves behind; a row that PostgreSQL refuses does not hold up the others."""

from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor, wait
from dataclasses import dataclass
from functools import partial
from threading import Lock
from typing import Final, Protocol, TypeVar

import numpy as np
import psycopg2
import structlog

from contracts.codec import iso
from pl.market.batches import QUALITY_BACKFILLED, ClosedBars
from pl.signals.indicators.names import INDICATOR_NAMES
from pl.signals.table import IndicatorTable, join
from pl.store.bars import BarStore
from pl.store.indicators import IndicatorStore
from service.errors import Unavailable

log = structlog.get_logger()

REFUSING: Final = (psycopg2.DataError, psycopg2.IntegrityError)
"""What PostgreSQL says of a value; everything else it says of itself."""
FACTS: Final = ("open", "high", "low", "close", "volume", "vwap", "trade_count", "revision")


class _Rows(Protocol):
    def __len__(self) -> int: ...


R = TypeVar("R", bound=_Rows)
Cut = Callable[[R, int, int], R]


@dataclass(frozen=True, slots=True)
class Close:
    """Hold what one close of a timeframe leaves behind."""

    bars: ClosedBars
    indicators: IndicatorTable
    timeframe: str = "1min"

    def __len__(self) -> int:
        return len(self.bars) + len(self.indicators)


class CloseStore:
    """Write closes, bars and indicators at the same time; every write may be repeated.

    A row that PostgreSQL refuses is looked for by halves, set aside and logged with its values.
    Attributes: refused, how many rows were; last_refused, the last one and why.
    """

    def __init__(self, bars: BarStore, indicators: IndicatorStore) -> None:
        self._bars = bars
        self._indicators = indicators
        self.refused = 0
        self.last_refused = ""
        self._counting = Lock()
        self._beside = ThreadPoolExecutor(1, thread_name_prefix="indicator-writer")

    def write(self, close: Close, symbols: Sequence[str]) -> None:
        """Store a close; raises Unavailable while PostgreSQL takes nothing.

        symbols : the symbol of each `row`.
        """
        indicators = self._beside.submit(self._write_indicators, close, symbols)
        try:
            self._write_bars(close, symbols)
        except psycopg2.Error as error:  # of no single row: a missing table, a lost right
            raise Unavailable("PostgreSQL", str(error).strip()) from error
        finally:
            wait([indicators])
        indicators.result()

    def refuse(self, what: str, why: str) -> None:
        """Count and log something that cannot be stored."""
        with self._counting:
            self.refused += 1
            self.last_refused = f"{what}: {why}"
        log.error("row_refused", row=what, detail=why)

    def _write_indicators(self, close: Close, symbols: Sequence[str]) -> None:
        write = partial(
            self._indicators.write_indicators,
            symbols=symbols,
            timeframe=close.timeframe,
            are_new=not close.bars.revision.any(),
        )
        try:
            self._write(
                close.indicators,
                write,
                rows_of,
                lambda table: _told_indicators(table, symbols),
            )
        except psycopg2.Error as error:
            raise Unavailable("PostgreSQL", str(error).strip()) from error

    def _write_bars(self, close: Close, symbols: Sequence[str]) -> None:
        fetched = close.bars.quality == QUALITY_BACKFILLED
        replace = partial(self._bars.replace_bars, timeframe=close.timeframe)
        write = partial(self._bars.write_bars, timeframe=close.timeframe)
        self._write_some(close.bars.take(fetched), symbols, replace)
        self._write_some(close.bars.take(~fetched), symbols, write)

    def _write_some(
        self,
        bars: ClosedBars,
        symbols: Sequence[str],
        write: Callable[[ClosedBars, Sequence[str]], None],
    ) -> None:
        self._write(
            bars,
            lambda some: write(some, symbols),
            bars_of,
            lambda one: _told_bar(one, symbols),
        )

    def _write(
        self, rows: R, write: Callable[[R], None], cut: Cut[R], told: Callable[[R], str]
    ) -> None:
        if not len(rows):
            return
        try:
            write(rows)
        except REFUSING as error:
            if len(rows) == 1:
                self.refuse(told(rows), str(error).strip().splitlines()[0])
                return
            middle = len(rows) // 2
            for first, end in ((0, middle), (middle, len(rows))):
                self._write(cut(rows, first, end), write, cut, told)


def bars_of(bars: ClosedBars, first: int, end: int) -> ClosedBars:
    """Return the bars [first, end)."""
    return bars.take(np.arange(first, min(end, len(bars))))


def rows_of(table: IndicatorTable, first: int, end: int) -> IndicatorTable:
    """Return the rows [first, end)."""
    part = slice(first, end)
    return IndicatorTable(
        table.row[part],
        table.start_ms[part],
        table.values[part],
        table.patterns[part],
        table.candles[part],
    )


def merged(closes: Sequence[Close]) -> list[Close]:
    """Return one close a timeframe; of a bar that comes again the last word counts."""
    by_timeframe: dict[str, list[Close]] = {}
    for close in closes:
        by_timeframe.setdefault(close.timeframe, []).append(close)
    return [_as_one(same) for same in by_timeframe.values()]


def _as_one(closes: Sequence[Close]) -> Close:
    if len(closes) == 1:
        return closes[0]
    bars = ClosedBars(
        *(
            np.concatenate([getattr(close.bars, name) for close in closes])
            for name in ClosedBars.__dataclass_fields__
        )
    )
    order = np.lexsort((np.arange(len(bars)), bars.row, bars.start_ms))
    last = np.ones(len(bars), np.bool_)
    last[:-1] = np.diff(bars.row[order]) != 0
    last[:-1] |= np.diff(bars.start_ms[order]) != 0
    indicators = join([close.indicators for close in closes])
    return Close(bars.take(order[last]), indicators, closes[0].timeframe)


def _told_bar(bar: ClosedBars, symbols: Sequence[str]) -> str:
    facts = " ".join(f"{name}={getattr(bar, name)[0]:g}" for name in FACTS)
    return f"bar of {symbols[bar.row[0]]} at {iso(int(bar.start_ms[0]) / 1000)} {facts}"


def _told_indicators(one: IndicatorTable, symbols: Sequence[str]) -> str:
    facts = " ".join(
        f"{name}={value:g}"
        for name, value in zip(INDICATOR_NAMES, one.values[0], strict=True)
        if np.isfinite(value)
    )
    return f"indicators of {symbols[one.row[0]]} at {iso(int(one.start_ms[0]) / 1000)} {facts}"
