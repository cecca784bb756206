"""Turn frames of Massive's socket into columns.

A frame of plain trades or bars is read by a kernel. Any other takes one typed decode, when it is
sound as a whole; else it is taken apart event by event, so that a malformed event costs only
itself. The three ways give the same columns and counts.
"""

import math
import re
from collections.abc import Iterator, Sequence
from typing import TypeVar

import msgspec
import numpy as np

from pl.feeds.halt_news import halts_of
from pl.feeds.massive_events import (
    KNOWN_UNUSED,
    Event,
    Frame,
    MinuteBar,
    PriceBand,
    SecondBar,
    Status,
    Trade,
)
from pl.feeds.plain_bars import SECOND_MS, PlainBars
from pl.feeds.plain_trades import PlainTrades
from pl.feeds.salvage import UNREADABLE, Broken, salvage
from pl.feeds.trade_rules import TradeRules
from pl.feeds.trouble import Trouble
from pl.feeds.typical import typical_price
from pl.market.batches import MINUTE_MS, BarBatch, SymbolTable, TradeBatch

_KINDS = frozenset({"T", "A", "AM", "LULD", "status"})
_MAY_BE_NULL = frozenset({"c", "i", "q", "vw", "z", "message"})

_POSITION = re.compile(r"\[\d+\]")

_OfSymbol = TypeVar("_OfSymbol", Trade, SecondBar, MinuteBar)


class FrameParser:
    """Parse frames for the symbols of one table; what is dropped is counted in `trouble`.

    A bar without `vw` takes the typical price as vwap, one without `z` counts no trades.
    """

    def __init__(self, table: SymbolTable, rules: TradeRules, trouble: Trouble) -> None:
        self._rows = {symbol: row for row, symbol in enumerate(table)}
        self._rules = rules
        self._decoder = msgspec.json.Decoder(list[Event])
        self._event_decoder = msgspec.json.Decoder(Event)
        self._trouble = trouble
        self._read_trades = PlainTrades(table, rules, trouble).read
        self._read_bars = PlainBars(table, trouble).read

    def parse(self, frame: bytes, received_at: float) -> Frame:
        """Return the columns of `frame`, which arrived at `received_at` (unix seconds)."""
        return self._read_trades(frame, received_at) or self._not_trades(frame, received_at)

    def _not_trades(self, frame: bytes, received_at: float) -> Frame:
        return self._read_bars(frame, received_at) or self.decode(frame, received_at)

    def decode(self, frame: bytes, received_at: float) -> Frame:
        """Return the same by the general way, whatever the frame holds."""
        try:
            events = self._decoder.decode(frame)
        except UNREADABLE:
            events = list(self._sound_events(frame))
        trades = [event for event in events if type(event) is Trade]
        if len(trades) == len(events):
            return Frame(self._trades(trades, received_at))
        return self._mixed(events, trades, received_at)

    def _mixed(self, events: list[Event], trades: list[Trade], received_at: float) -> Frame:
        seconds = [event for event in events if type(event) is SecondBar]
        minutes = [event for event in events if type(event) is MinuteBar]
        bars = (
            self._bars(seconds, SECOND_MS, received_at),
            self._bars(minutes, MINUTE_MS, received_at),
        )
        return Frame(
            self._trades(trades, received_at),
            tuple(batch for batch in bars if batch is not None),
            tuple(event for event in events if type(event) is Status),
            halts_of(
                [event for event in events if type(event) is PriceBand],
                self._rows,
                self._trouble,
                received_at,
            ),
        )

    def _known(self, events: list[_OfSymbol]) -> tuple[list[int], list[_OfSymbol]]:
        find = self._rows.get
        rows = [find(event.sym, -1) for event in events]
        if -1 in rows:
            self._trouble.ignore("not subscribed", rows.count(-1))
            events = [event for event, row in zip(events, rows, strict=True) if row >= 0]
            rows = [row for row in rows if row >= 0]
        return rows, events

    def _trades(self, events: list[Trade], received_at: float) -> TradeBatch | None:
        rows, events = self._known(events)
        if not rows:
            return None
        t_ms = np.array([event.t for event in events], np.int64)
        return TradeBatch(
            row=np.array(rows, np.int32),
            t_ms=t_ms,
            price=np.array([event.p for event in events], np.float64),
            size=np.array([event.s for event in events], np.float64),
            rule=self._rules.masks([event.c for event in events], t_ms),
            sequence=np.array([event.q for event in events], np.int64),
            received_at=received_at,
        )

    def _bars(
        self, found: Sequence[SecondBar], span_ms: int, received_at: float
    ) -> BarBatch | None:
        rows, events = self._known(list(found))
        if not rows:
            return None
        return BarBatch(
            row=np.array(rows, np.int32),
            start_ms=np.array([event.s for event in events], np.int64),
            open=np.array([event.o for event in events], np.float64),
            high=np.array([event.h for event in events], np.float64),
            low=np.array([event.l for event in events], np.float64),
            close=np.array([event.c for event in events], np.float64),
            volume=np.array([event.v for event in events], np.float64),
            vwap=np.array(
                [event.vw or typical_price(event.h, event.l, event.c) for event in events],
                np.float64,
            ),
            trade_count=np.array([_trade_count(event) for event in events], np.int32),
            span_ms=span_ms,
            received_at=received_at,
        )

    def _sound_events(self, frame: bytes) -> Iterator[Event]:
        for event in salvage(frame, self._event_decoder):
            if isinstance(event, Trade | SecondBar | PriceBand | Status):
                yield event
            elif isinstance(event, Broken):
                self._trouble.drop(event.cause)
            elif not isinstance(event, dict):
                self._trouble.drop("event: not an object")
            else:
                yield from self._typed(event)

    def _typed(self, event: dict[str, object]) -> Iterator[Event]:
        kind = event.get("ev")
        if not isinstance(kind, str):
            self._trouble.drop("event: no kind")
        elif kind not in _KINDS:
            self._trouble.ignore(kind if kind in KNOWN_UNUSED else "unknown kind")
        else:
            yield from self._converted(kind, event)

    def _converted(self, kind: str, event: dict[str, object]) -> Iterator[Event]:
        given = {
            name: value
            for name, value in event.items()
            if value is not None or name not in _MAY_BE_NULL
        }
        try:
            typed = msgspec.convert(given, Event)
        except msgspec.ValidationError as error:
            self._trouble.drop(f"{kind}: {_POSITION.sub('[...]', str(error))}")
            return
        if _finite(typed):
            yield typed
        else:
            self._trouble.drop(f"{kind}: not a finite number")


def _trade_count(bar: SecondBar) -> int:
    """Return the number of trades, which Massive gives as volume over mean size."""
    return round(min(bar.v / bar.z, 2.0**31 - 1)) if bar.z > 0 < bar.v else 0


def _finite(event: Event) -> bool:
    return all(
        math.isfinite(value) for value in msgspec.structs.astuple(event) if type(value) is float
    )
