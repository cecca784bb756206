"""Know which symbols are halted: by the exchange's word, or by a silence that speaks.

The exchange's word holds until it takes it back, or until the symbol trades again a minute or more
later, when the taking back was missed. Silence speaks when a symbol that had a bar in at least 55
of the 60 minutes up to its last one has not traded for five minutes of a session, while the feed
lives and no minute of it is missing.
Source : limit-up limit-down plan (pauses last five minutes or more); the word comes for
Nasdaq-listed stocks alone, so that of others only the silence is known.
"""

from typing import Final

import numpy as np
import numpy.typing as npt

from pl.market.batches import MINUTE_MS, HaltBatch, Int32, Int64

Bool = npt.NDArray[np.bool_]

SILENT_AFTER_MS: Final = 5 * MINUTE_MS
HOUR: Final = 60
LIVELY: Final = 55
"""Minutes of the hour that need a bar."""
_TRADES_AGAIN_MS: Final = MINUTE_MS
_KEPT: Final = 64
_NEVER: Final = -(2**40)


class Halts:
    """Follow what the exchange says of each symbol, and in which minutes it traded."""

    def __init__(self, n_symbols: int) -> None:
        self._told_ms: Int64 = np.full(n_symbols, -1, np.int64)
        self._minutes: Int64 = np.full((n_symbols, _KEPT), _NEVER, np.int64)

    def told(self, batch: HaltBatch) -> None:
        """Take the exchange's word, in order."""
        self._told_ms[batch.row] = np.where(batch.halted, batch.t_ms, -1)

    def traded(self, row: Int32 | int, start_ms: Int64) -> None:
        """Note bars by the start of their minutes (n,), of rows (n,) or of one row."""
        minute = start_ms // MINUTE_MS
        place = np.broadcast_to(row, minute.shape), minute % _KEPT
        np.maximum.at(self._minutes, place, minute)

    def halted(self, now_ms: int, last_trade_ms: Int64, watched: Bool, open_ms: int) -> Bool:
        """Return which symbols are halted now (n_symbols,).

        last_trade_ms : (n_symbols,), -1 for none; watched : (n_symbols,) whether silence of the
        symbol means anything; open_ms : when the session began, before which silence is none.
        """
        told = (self._told_ms >= 0) & (last_trade_ms < self._told_ms + _TRADES_AGAIN_MS)
        silent = watched & ~told & (last_trade_ms > 0)
        silent &= now_ms - np.maximum(last_trade_ms, open_ms) >= SILENT_AFTER_MS
        rows = np.flatnonzero(silent)
        told[rows] = self._was_lively(rows)
        return told

    def _was_lively(self, rows: npt.NDArray[np.intp]) -> Bool:
        minutes = self._minutes[rows]
        newest = minutes.max(axis=1, keepdims=True)
        lively: Bool = (minutes > newest - HOUR).sum(axis=1) >= LIVELY
        lively &= newest[:, 0] > 0
        return lively
