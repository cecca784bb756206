"""Turn frames of plain second or minute bars into batches."""

from typing import Final

import numpy as np

from pl.feeds.frame_bars import MINUTES, PLAIN_BAR, REFUSED, SECONDS, SHORTEST, read_bars
from pl.feeds.massive_events import Frame
from pl.feeds.symbol_rows import symbol_rows
from pl.feeds.trouble import Trouble
from pl.kernel import entry_of
from pl.market.batches import MINUTE_MS, BarBatch, Records, SymbolTable
from pl.market.columns import BAR_COLUMNS

SECOND_MS: Final = 1_000

_KINDS: Final = (
    (b'[{"ev":"AM"', MINUTES, MINUTE_MS),
    (b'[{"ev":"A"', SECONDS, SECOND_MS),
)


class PlainBars:
    """Read the frames that hold nothing but plain bars of one kind, as the decoder would."""

    def __init__(self, table: SymbolTable, trouble: Trouble) -> None:
        self._symbols = symbol_rows(table)
        self._trouble = trouble
        none = np.empty(0, PLAIN_BAR)
        self._read = entry_of(read_bars, SECONDS, self._symbols, none, b"")

    def read(self, frame: bytes, received_at: float) -> Frame | None:
        """Return the frame's bars, or None when the general decoder has to read it."""
        for beginning, kind, span_ms in _KINDS:
            if frame.startswith(beginning):
                bars = np.empty(len(frame) // SHORTEST + 1, PLAIN_BAR)
                n_bars, n_events = self._read(kind, self._symbols, bars, frame)
                if n_bars == REFUSED:
                    return None
                if n_events > n_bars:
                    self._trouble.ignore("not subscribed", n_events - n_bars)
                return Frame(None, _batches(bars[:n_bars], span_ms, received_at))
        return None


def _batches(bars: Records, span_ms: int, received_at: float) -> tuple[BarBatch, ...]:
    if not len(bars):
        return ()
    columns = {name: bars[name].copy() for name in BAR_COLUMNS}
    return (BarBatch(**columns, span_ms=span_ms, received_at=received_at),)
