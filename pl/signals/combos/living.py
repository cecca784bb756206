"""Let trades on combos live through the bars of their session, thousands in one call."""

from collections.abc import Sequence
from typing import Final, NamedTuple

import numpy as np
import numpy.typing as npt

from pl.kernel import inner_leaf, kernel, leaf
from pl.market.batches import QUALITY_PARTIAL, Float64, Int64
from pl.prefetch import prefetch
from pl.signals.bars import CLOSE, VOLUME
from pl.signals.combos.begun import Begun
from pl.signals.combos.catalogue import COMBOS
from pl.signals.combos.hit import ComboHit, levels
from pl.signals.endings import LIFE_NAMES, Ending
from pl.signals.evaluation import changes_since
from pl.signals.history import History, fetch_column
from pl.signals.life import EXPIRED, LASTING, outcome
from pl.signals.living import scale_left

Flags = npt.NDArray[np.bool_]

FOREVER: Final = 2**62
AHEAD: Final = 8
"""So many trades on, the last bar is fetched while one lives."""
HORIZON: Final[Int64] = np.array([combo.trade.horizon_bars for combo in COMBOS], np.int64)


class Trades(NamedTuple):
    """Hold n trades; (n,) each.

    combo : its number; row, side; confidence : 0-1; born_ms : start of the bar that triggered;
    stop, target : USD, NaN without; horizon : bars it may take; session_ms : open of its session;
    until_ms : bars from then on are of later sessions; seen_ms : start of the last bar it lived
    through; n_seen : how many those were.
    """

    combo: Int64
    row: Int64
    side: Int64
    confidence: Float64
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


@inner_leaf
def fetch_last(history: History, row: int) -> None:
    """Fetch a row's last bar."""
    last = row * history.start.shape[1] + history.n_bars[row] - 1
    prefetch(history.start, last)
    prefetch(history.quality, last)
    for column in range(VOLUME):
        fetch_column(history, row, column, 1, 2)


@kernel
def live_on(history: History, trades: Trades, is_over: Flags, ends: TradeEnds) -> None:
    """Let trades live through the bars held that they have not seen yet, until they end.

    is_over : (n,) those whose session is complete. What is written of a trade that lasts is its
    life alone.
    """
    for k in range(len(trades.row)):
        fetch_last(history, int(trades.row[min(k + AHEAD, len(trades.row) - 1)]))
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
    confidence = np.array([hit.confidence for hit in hits], np.float64)
    opened = np.array(session_ms, np.int64)
    return _unseen(combo, row, side, confidence, born_ms, stop, target, opened)


def trades_on(begun: Begun) -> Trades:
    """Return trades on what a close triggered."""
    looks, stops = begun.looks, begun.stops()
    return _unseen(
        looks.combo,
        looks.row,
        looks.side,
        begun.confidence,
        looks.start_ms,
        stops[:, 0],
        stops[:, 1],
        looks.open_ms,
    )


def _unseen(
    combo: Int64,
    row: Int64,
    side: Int64,
    confidence: Float64,
    born_ms: Int64,
    stop: Float64,
    target: Float64,
    session_ms: Int64,
) -> Trades:
    n = len(combo)
    until_ms, seen = np.full(n, FOREVER, np.int64), np.zeros(n, np.int64)
    stop, target = np.ascontiguousarray(stop), np.ascontiguousarray(target)
    return Trades(
        combo,
        row,
        side,
        confidence,
        born_ms,
        stop,
        target,
        HORIZON[combo],
        session_ms,
        until_ms,
        born_ms.copy(),
        seen,
    )


def endings_at(trades: Trades, ends: TradeEnds, places: Int64) -> list[Ending]:
    """Return how the trades at places ended."""
    columns = (ends.life, ends.price, trades.n_seen, ends.start_ms, ends.changes)
    return [
        Ending(LIFE_NAMES[life], price, n_bars, start_ms, changes)
        for life, price, n_bars, start_ms, changes in zip(
            *(column[places].tolist() for column in columns), strict=True
        )
    ]
