"""Turn frames of plain trades into batches: what a busy market sends, at its fastest."""

from collections.abc import Callable
from functools import partial
from typing import Final

import numpy as np

from pl.feeds.frame_trades import (
    FULL,
    N_BY_HOURS,
    N_EVENTS,
    REFUSED,
    REMARKED,
    SHORTEST,
    read_trades,
)
from pl.feeds.massive_events import Frame
from pl.feeds.symbol_rows import symbol_rows
from pl.feeds.trade_rules import CONDITION_CODES, TradeRules
from pl.feeds.trouble import Trouble
from pl.kernel import entry_of
from pl.market.batches import PACKED_TRADE, PackedTrades, Records, SymbolTable

BLOCK: Final = 1 << 13
"""Batches share blocks of so many records; a block lives as long as one of its batches."""


class PlainTrades:
    """Read the frames that hold nothing but plain trades, equal to the general decoder."""

    def __init__(self, table: SymbolTable, rules: TradeRules, trouble: Trouble) -> None:
        self._rules = rules
        self._trouble = trouble
        self._symbols = symbol_rows(table)
        self._remarks = np.zeros(2, np.int64)
        self._block, self._read = self._new_block(BLOCK)
        self._used = 0

    def read(self, frame: bytes, received_at: float) -> Frame | None:
        """Return the frame's trades, or None when the general decoder has to read it."""
        begin = self._used
        end = self._read(frame, begin)
        if end < begin:
            return self._otherwise(end, frame, received_at)
        self._used = end
        return Frame(PackedTrades(self._block[begin:end], received_at))

    def _otherwise(self, found: int, frame: bytes, received_at: float) -> Frame | None:
        if found == REFUSED:
            return None
        if found == FULL:
            self._block, self._read = self._new_block(max(BLOCK, len(frame) // SHORTEST + 1))
            self._used = 0
            return self.read(frame, received_at)
        return self._heeded(self._block[self._used : REMARKED - found], received_at)

    def _heeded(self, trades: Records, received_at: float) -> Frame:
        """Return the trades after what the remarks say of them."""
        unknown = int(self._remarks[N_EVENTS]) - len(trades)
        if unknown:
            self._trouble.ignore("not subscribed", unknown)
        if self._remarks[N_BY_HOURS]:
            trades["rule"] = self._rules.by_hours(trades["rule"], trades["t_ms"])
        self._used += len(trades)
        return Frame(PackedTrades(trades, received_at) if len(trades) else None)

    def _new_block(self, n_records: int) -> tuple[Records, Callable[[bytes, int], int]]:
        """Return an empty block, and `read_trades` into it."""
        block: Records = np.empty(n_records, PACKED_TRADE)
        fixed = (self._symbols, CONDITION_CODES, self._remarks, block)
        return block, partial(entry_of(read_trades, *fixed, b"", 0), *fixed)
