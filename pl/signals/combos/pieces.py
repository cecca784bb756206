"""Cut a batch of bars where a bar is not simply the next one of its symbol."""

from collections.abc import Callable, Iterator
from typing import Final, NamedTuple

import numpy as np
import numpy.typing as npt

from pl.market.batches import ClosedBars, Int64

Flags = npt.NDArray[np.bool_]

NO_BAR: Final = -(2**62)


class Piece(NamedTuple):
    """Hold n bars of a batch that may be taken together, all of one session.

    at : (n,) their places in the batch; is_plain : (n,) False for a bar that may change what was
    said before; such a bar is the only one of its row in the piece.
    """

    at: Int64
    is_plain: Flags


class Cutter:
    """Know the last bar of each row, as the engine does.

    is_special : rows (n,) and the open of their session (ms) -> which of them are treated like
    revised bars although they are the next ones.
    """

    def __init__(
        self,
        n_rows: int,
        session_open: Callable[[int], int],
        is_special: Callable[[Int64, int], Flags],
    ) -> None:
        self.last: Int64 = np.full(n_rows, NO_BAR, np.int64)
        self._session_open = session_open
        self._is_special = is_special

    def cut(self, bars: ClosedBars) -> Iterator[Piece]:
        """Yield the pieces of a batch, in order; each is taken before the next is cut."""
        parts: list[Piece] = []
        touched: Flags = np.zeros(len(self.last), np.bool_)
        changed: Flags = np.zeros(len(self.last), np.bool_)
        session: int | None = None
        for at in groups_of(bars):
            row = bars.row[at].astype(np.int64)
            opened = self._session_open(int(bars.start_ms[at[0]]))
            if parts and opened != session:
                yield _joined(parts)
                parts, touched[:], changed[:] = [], False, False
            session = opened
            is_plain = self._is_plain(bars, at, row, opened)
            if parts and bool(np.any(touched[row] & (changed[row] | ~is_plain))):
                yield _joined(parts)
                parts, touched[:], changed[:] = [], False, False
                is_plain = self._is_plain(bars, at, row, opened)
            parts.append(Piece(at, is_plain))
            touched[row] = True
            changed[row[~is_plain]] = True
            self.last[row[is_plain]] = bars.start_ms[at[is_plain]]
        if parts:
            yield _joined(parts)

    def _is_plain(self, bars: ClosedBars, at: Int64, row: Int64, opened: int) -> Flags:
        is_next = (bars.start_ms[at] > self.last[row]) & is_sound(bars, at)
        return np.asarray(is_next & ~self._is_special(row, opened), np.bool_)


def groups_of(bars: ClosedBars) -> Iterator[Int64]:
    """Yield the places of bars that began together, each row once."""
    edges = np.flatnonzero(np.diff(bars.start_ms) != 0) + 1
    for group in np.split(np.arange(len(bars)), edges):
        row = bars.row[group]
        if not np.all(row[1:] > row[:-1]) and len(np.unique(row)) < len(row):
            yield from group[:, None]
        elif len(group):
            yield group


def _joined(parts: list[Piece]) -> Piece:
    return Piece(
        np.concatenate([part.at for part in parts]),
        np.concatenate([part.is_plain for part in parts]),
    )


def is_sound(bars: ClosedBars, at: Int64) -> Flags:
    """Tell which bars can be computed with, as `bars.is_sound` does."""
    opened, high, low = bars.open[at], bars.high[at], bars.low[at]
    close, volume = bars.close[at], bars.volume[at]
    with np.errstate(invalid="ignore"):
        finite = np.isfinite(opened) & np.isfinite(high) & np.isfinite(close) & np.isfinite(volume)
        ordered = (low <= np.minimum(opened, close)) & (high >= np.maximum(opened, close))
        return np.asarray(finite & (low > 0.0) & (volume >= 0.0) & ordered, np.bool_)
