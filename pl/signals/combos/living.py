"""Let trades on combos live through the bars of their session, thousands in one call."""

from collections.abc import Callable, Sequence
from typing import Final, NamedTuple

import numpy as np
import numpy.typing as npt

from pl.kernel import kernel, leaf
from pl.market.batches import QUALITY_PARTIAL, Float64, Int64
from pl.signals.bars import CLOSE
from pl.signals.combos.catalogue import COMBOS
from pl.signals.combos.hit import ComboHit, levels
from pl.signals.endings import LIFE_NAMES, Ending
from pl.signals.evaluation import changes_since
from pl.signals.history import History
from pl.signals.life import EXPIRED, LASTING, outcome
from pl.signals.living import scale_left

Flags = npt.NDArray[np.bool_]

FOREVER: Final = 2**62
HORIZON: Final[Int64] = np.array([combo.trade.horizon_bars for combo in COMBOS], np.int64)


class Trades(NamedTuple):
    """Hold n trades; (n,) each.

    row, side; born_ms : start of the bar that triggered; stop, target : USD, NaN without;
    horizon : bars it may take; session_ms : open of its session; until_ms : bars from then on are
    of later sessions; seen_ms : start of the last bar it lived through; n_seen : how many those
    were.
    """

    row: Int64
    side: Int64
    born_ms: Int64
    stop: Float64
    target: Float64
    horizon: Int64
    session_ms: Int64
    until_ms: Int64
    seen_ms: Int64
    n_seen: Int64

    def take(self, places: Flags | Int64) -> "Trades":
        """Return a copy of the trades at `places`."""
        return Trades._make(column[places] for column in self)


class TradeEnds(NamedTuple):
    """Receive how n trades ended; (n,) each.

    life : LASTING for one that goes on; price : USD; start_ms : of the bar at which it ended;
    cause_ms : of the bar that made it known, FOREVER where the day did;
    changes : a number that grows with each change of a bar up to the end.
    """

    life: Int64
    price: Float64
    start_ms: Int64
    cause_ms: Int64
    changes: Int64

    @staticmethod
    def of(n: int) -> "TradeEnds":
        """Return room for `n` ends."""
        ints = (np.zeros(n, np.int64) for _ in range(4))
        return TradeEnds(next(ints), np.zeros(n, np.float64), *ints)


@leaf
def first_unseen(history: History, row: int, seen_ms: int) -> int:
    """Return the position of the first bar after one; it is most often the last."""
    i = history.n_bars[row]
    while i > 0 and history.start[row, i - 1] > seen_ms:
        i -= 1
    return int(i)


@leaf
def write_end(
    history: History, trades: Trades, k: int, i: int, cause_ms: int, life: int, ends: TradeEnds
) -> None:
    """Write that trade `k` ended at bar `i`."""
    ends.life[k] = life
    ends.start_ms[k] = history.start[trades.row[k], i]
    ends.cause_ms[k] = cause_ms
    ends.changes[k] = changes_since(history, trades.row[k], i, float(trades.born_ms[k]))


@kernel
def live_on(history: History, trades: Trades, is_over: Flags, ends: TradeEnds) -> None:
    """Let trades live through the bars held that they have not seen yet, until they end.

    is_over : (n,) those whose session is complete. What is written of a trade that lasts is its
    life alone.
    """
    for k in range(len(trades.row)):
        row = trades.row[k]
        bars, n = history.columns[..., row], history.n_bars[row]
        ends.life[k] = LASTING
        i = first_unseen(history, row, trades.seen_ms[k])
        while i < n and history.start[row, i] < trades.until_ms[k]:
            trades.seen_ms[k] = history.start[row, i]
            trades.n_seen[k] += 1
            left = scale_left(history, row, i)
            life, price = LASTING, bars[i, CLOSE]
            if not np.isnan(left):
                life, price = EXPIRED, left
            elif history.quality[row, i] != QUALITY_PARTIAL:
                life, price = outcome(trades.side[k], trades.stop[k], trades.target[k], bars[i])
            if life == LASTING and trades.n_seen[k] >= trades.horizon[k]:
                life = EXPIRED
            if life != LASTING:
                ends.price[k] = price
                write_end(history, trades, k, i, history.start[row, i], life, ends)
                break
            i += 1
        if ends.life[k] == LASTING and i > 0 and (i < n or is_over[k]):
            ends.price[k] = bars[i - 1, CLOSE]
            cause_ms = history.start[row, i] if i < n else FOREVER
            write_end(history, trades, k, i - 1, cause_ms, EXPIRED, ends)


def trades_of(hits: Sequence[ComboHit], session_ms: Sequence[int]) -> Trades:
    """Return trades on hits that have seen no bar yet; session_ms : opens of their sessions."""
    combo, row, side = (np.array([hit[column] for hit in hits], np.int64) for column in range(3))
    born_ms = np.array([hit.bar.start_ms for hit in hits], np.int64)
    named = [levels(hit) for hit in hits]
    stop, target = (
        np.array([each.get(name, np.nan) for each in named], np.float64)
        for name in ("stop", "target")
    )
    return Trades(
        row,
        side,
        born_ms,
        stop,
        target,
        HORIZON[combo],
        np.array(session_ms, np.int64),
        np.full(len(hits), FOREVER, np.int64),
        born_ms.copy(),
        np.zeros(len(hits), np.int64),
    )


class Ended(NamedTuple):
    """Hold n hits and how they ended; cause_ms : (n,) as in `TradeEnds`."""

    hits: Sequence[ComboHit]
    endings: Sequence[Ending]
    cause_ms: Int64


class OpenTrades:
    """Hold the trades that have not ended, in the order in which they began.

    They follow from the bars that are held, so they are a cache that a restart fills again.
    is_over : rows and opens of sessions (n,) -> which of those are complete.
    """

    def __init__(self, history: History, is_over: Callable[[Int64, Int64], Flags]) -> None:
        self._history = history
        self._is_over = is_over
        self.clear()

    def __len__(self) -> int:
        return len(self._hits)

    def clear(self) -> None:
        """Forget all of them."""
        self._trades = trades_of((), ())
        self._hits: list[ComboHit] = []

    def add(self, hits: Sequence[ComboHit], session_ms: Sequence[int]) -> None:
        """Open hits at the bars that triggered them."""
        if hits:
            parts = zip(self._trades, trades_of(hits, session_ms), strict=True)
            self._trades = Trades._make(np.concatenate(columns) for columns in parts)
            self._hits += hits

    def drop(self, rows: Int64) -> None:
        """Forget the trades of rows, whose bars have changed."""
        if len(self):
            self._keep(~np.isin(self._trades.row, rows))

    def live(self, opened: int) -> Ended:
        """Let them live through the bars held by now, those from `opened` on of that session.

        Returns what ended, which is open no more.
        """
        trades = self._trades
        trades.until_ms[:] = np.where(trades.session_ms < opened, opened, FOREVER)
        ends = TradeEnds.of(len(self))
        live_on(self._history, trades, self._is_over(trades.row, trades.session_ms), ends)
        ended = np.flatnonzero(ends.life != LASTING)
        if not len(ended):
            return Ended((), (), ends.cause_ms[ended])
        hits = [self._hits[k] for k in ended.tolist()]
        endings = endings_at(trades, ends, ended)
        self._keep(ends.life == LASTING)
        return Ended(hits, endings, ends.cause_ms[ended])

    def _keep(self, kept: Flags) -> None:
        if not kept.all():
            self._trades = self._trades.take(kept)
            self._hits = [self._hits[k] for k in np.flatnonzero(kept).tolist()]


def endings_at(trades: Trades, ends: TradeEnds, places: Int64) -> list[Ending]:
    """Return how the trades at places ended."""
    columns = (ends.life, ends.price, trades.n_seen, ends.start_ms, ends.changes)
    return [
        Ending(LIFE_NAMES[life], price, n_bars, start_ms, changes)
        for life, price, n_bars, start_ms, changes in zip(
            *(column[places].tolist() for column in columns), strict=True
        )
    ]
