"""Turn messages of `tickstock.data.raw` into columns, with the tolerance of the contract."""

import json
import math
from collections.abc import Collection, Iterable, Sequence
from datetime import UTC, datetime
from typing import Any, Final

import msgspec
import numpy as np

from pl.feeds.trouble import Trouble
from pl.feeds.typical import typical_price
from pl.market.batches import (
    UPDATES_ALL,
    UPDATES_HIGH_LOW,
    UPDATES_OPEN_CLOSE,
    BarBatch,
    SymbolTable,
    TradeBatch,
)

SECOND_MS: Final = 1_000
PRICES_ONLY: Final = UPDATES_OPEN_CLOSE | UPDATES_HIGH_LOW
_LATEST_MS: Final = 2**53
_UNITS: Final = ((1e11, 1_000.0), (1e14, 1.0), (1e17, 1e-3), (math.inf, 1e-6))
"""Below which number a timestamp counts seconds, milli-, micro- or nanoseconds; ms a unit."""


class _Tick(msgspec.Struct, gc=False):
    ticker: str
    timestamp: float | str
    price: float | None = None
    volume: float | None = None
    event_type: str | None = None
    source: str | None = None


class _TickBar(msgspec.Struct, gc=False):
    tick_open: float
    tick_high: float
    tick_low: float
    tick_close: float
    tick_volume: float | None = None
    tick_vwap: float | None = None


_Trade = tuple[int, int, float, float | None]
_Bar = tuple[int, int, _TickBar]


class TickParser:
    """Parse ticks for the symbols of one table; what is dropped is counted in `trouble`.

    sources : the `source` values to take (None: any), so that a simulated market never
    reaches a real one's history. A tick without `source` is always taken.
    """

    def __init__(
        self, table: SymbolTable, trouble: Trouble, sources: Collection[str] | None = None
    ) -> None:
        self._table = table
        self._trouble = trouble
        self._sources = None if sources is None else frozenset(sources)
        self._foreign = f"tick: expected source {' or '.join(sorted(sources or ()))}, was another"
        self._tick = msgspec.json.Decoder(_Tick)
        self._bar = msgspec.json.Decoder(_TickBar)
        self._sequence = 0

    def parse(self, messages: Iterable[bytes], received_at: float) -> list[TradeBatch | BarBatch]:
        """Return the trades of `messages` in order, then second bars of ticks without a price."""
        trades: list[_Trade] = []
        bars: list[_Bar] = []
        for message in messages:
            try:
                self._sort(message, trades, bars)
            except (msgspec.ValidationError, ValueError, RecursionError, OverflowError) as error:
                self._trouble.drop(f"tick: {_cause(error)}")
        found: list[TradeBatch | BarBatch] = []
        if trades:
            found.append(self._trades(trades, received_at))
        if bars:
            found.append(_bars(bars, received_at))
        return found

    def _sort(self, message: bytes, trades: list[_Trade], bars: list[_Bar]) -> None:
        try:
            tick, whole = self._tick.decode(message), message
        except msgspec.ValidationError:
            raise
        except msgspec.DecodeError:  # Python's json writes NaN as a bare word
            plain = _plain(message)
            tick, whole = msgspec.convert(plain, _Tick), msgspec.json.encode(plain)
        if not self._wanted(tick):
            return
        row, t_ms = self._table.row(tick.ticker), _unix_ms(tick.timestamp)
        if tick.price is None:
            bars.append((row, t_ms // SECOND_MS * SECOND_MS, self._bar.decode(whole)))
        else:
            trades.append((row, t_ms, tick.price, tick.volume))

    def _wanted(self, tick: _Tick) -> bool:
        if self._table.row(tick.ticker) < 0:
            self._trouble.ignore("not subscribed")
        elif self._sources is not None and tick.source not in (None, *self._sources):
            self._trouble.drop(self._foreign)
        elif tick.event_type not in (None, "trade"):
            self._trouble.ignore("not a trade")
        else:
            return True
        return False

    def _trades(self, trades: Sequence[_Trade], received_at: float) -> TradeBatch:
        """Number trades as they come; a trade of unknown volume touches prices only."""
        first, self._sequence = self._sequence + 1, self._sequence + len(trades)
        row, t_ms, price, size = zip(*trades, strict=True)
        return TradeBatch(
            row=np.array(row, np.int32),
            t_ms=np.array(t_ms, np.int64),
            price=np.array(price, np.float64),
            size=np.array([shares or 0.0 for shares in size], np.float64),
            rule=np.array(
                [PRICES_ONLY if shares is None else UPDATES_ALL for shares in size], np.uint8
            ),
            sequence=np.arange(first, self._sequence + 1, dtype=np.int64),
            received_at=received_at,
        )


def _bars(bars: Sequence[_Bar], received_at: float) -> BarBatch:
    ticks = [tick for _, _, tick in bars]
    return BarBatch(
        row=np.array([row for row, _, _ in bars], np.int32),
        start_ms=np.array([start_ms for _, start_ms, _ in bars], np.int64),
        open=np.array([tick.tick_open for tick in ticks], np.float64),
        high=np.array([tick.tick_high for tick in ticks], np.float64),
        low=np.array([tick.tick_low for tick in ticks], np.float64),
        close=np.array([tick.tick_close for tick in ticks], np.float64),
        volume=np.array([tick.tick_volume or 0.0 for tick in ticks], np.float64),
        vwap=np.array([_vwap(tick) for tick in ticks], np.float64),
        trade_count=np.zeros(len(bars), np.int32),
        span_ms=SECOND_MS,
        received_at=received_at,
    )


def _vwap(tick: _TickBar) -> float:
    return tick.tick_vwap or typical_price(tick.tick_high, tick.tick_low, tick.tick_close)


def _plain(message: bytes) -> dict[str, Any]:
    """Return an object's members without those that are no finite number or null."""
    plain = json.loads(message)
    if not isinstance(plain, dict):
        raise ValueError("not an object")  # noqa: TRY004 - one reaction to all bad input
    return {k: v for k, v in plain.items() if not (isinstance(v, float) and not math.isfinite(v))}


def _unix_ms(timestamp: float | str) -> int:
    """Return unix milliseconds of ISO 8601 text (UTC unless it says otherwise) or a number."""
    if isinstance(timestamp, str):
        at = datetime.fromisoformat(timestamp)
        t_ms = round((at if at.tzinfo else at.replace(tzinfo=UTC)).timestamp() * 1_000)
    else:
        t_ms = round(timestamp * next(ms for limit, ms in _UNITS if abs(timestamp) < limit))
    if not 0 <= t_ms <= _LATEST_MS:
        raise ValueError("timestamp out of range")
    return t_ms


def _cause(error: Exception) -> str:
    """Return a cause that is the same for every value."""
    if isinstance(error, msgspec.ValidationError):
        return str(error)
    if "isoformat" in str(error):
        return "timestamp is not ISO 8601"
    return "timestamp out of range" if "range" in str(error) else "not JSON"
