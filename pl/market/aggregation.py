"""Turn trades, second bars and minute bars into closed minute bars, right to the share.

`MinuteBars` is told of events in any order and asked for the minutes that the watermark has
passed. What arrives later changes its bar, which then comes again with the next revision.
"""

from collections.abc import Callable
from functools import partial
from typing import Final

import numpy as np

from pl.kernel import entry_of
from pl.market.bars import put_bars, screen_bars
from pl.market.batches import (
    MINUTE_MS,
    PACKED_TRADE,
    QUALITY_BACKFILLED,
    QUALITY_LIVE,
    BarBatch,
    ClosedBars,
    Float64,
    Int64,
    PackedTrades,
    Records,
    TradeBatch,
    UInt8,
)
from pl.market.cells import RANK_SECONDS, RANK_TRADES
from pl.market.columns import checked, chosen, joined, merged, packed, stacked
from pl.market.quotes import Developing, count_minute, forget_day
from pl.market.rejections import (
    ACCEPTED,
    HELD,
    NONE,
    STALE,
    TOO_LATE,
    Rejections,
    rejections_of,
)
from pl.market.ring import Ring
from pl.market.screening import new_clock
from pl.market.trades import STOPPED, UNKNOWN_ROW, UNSCREENED, add_trades

SECOND_MS: Final = 1_000


class MinuteBars:
    """Aggregate one feed's events into minute bars.

    A minute is [start, start + 60,000 ms). Open and close are the first and last eligible
    trade by (t_ms, sequence), whatever the order of arrival; a bar exists once a trade has
    set its close. vwap and trade_count are over the trades that update volume. High and low
    include open and close.

    n_symbols : rows of the symbol table. lateness_ms : how far the watermark stays behind the
    largest event time. depth : how many minutes stay open; later ones are reported for REST.
    """

    def __init__(self, n_symbols: int, *, lateness_ms: int = 250, depth: int = 16) -> None:
        if n_symbols < 1 or depth < 4:
            raise ValueError(f"expected n_symbols >= 1, depth >= 4, was {n_symbols}, {depth}")
        self._ring = Ring(n_symbols, depth)
        self._clock = new_clock()
        self._add = self._bound()
        self._lateness_ms = lateness_ms
        self._pending: list[ClosedBars] = []
        self._held_trades: Records | None = None
        self._held_bars: BarBatch | None = None

    @property
    def clock_ms(self) -> int:
        """Return the feed's clock: the largest event time believed, -1 before the first."""
        return int(self._clock["now_ms"][0])

    @property
    def watermark_ms(self) -> int:
        """Return the time before which every event is taken to have arrived; 0 at first."""
        return max(0, self.clock_ms - self._lateness_ms)

    def add_trades(self, batch: TradeBatch) -> Rejections:
        """Count the trades of `batch` into their minutes; return what was refused, by cause.

        Raises TypeError for a wrong dtype, ValueError for a row outside the symbol table.
        """
        trades = batch.records if isinstance(batch, PackedTrades) else packed(batch)
        if self._held_trades is not None:
            trades = np.concatenate((self._held_trades, trades))
            self._held_trades = None
        refused = self._add(trades, batch.received_at, UNSCREENED)
        return self._settled(trades, refused) if refused else NONE

    def add_bars(self, batch: BarBatch, *, backfill: bool = False) -> Rejections:
        """Let second or minute bars be the truth of their minutes; return what was refused.

        backfill : the bars are history fetched by REST (minutes that have ended): they are
        trusted, do not move the feed's clock and mark their minutes as backfilled. A minute bar
        is due at the next `close`, whatever the watermark; one older than the ring passes
        through, one revision above what was last emitted.

        Raises TypeError for a wrong dtype, ValueError for an unknown span or row.
        """
        if batch.span_ms not in (SECOND_MS, MINUTE_MS):
            raise ValueError(f"span_ms: expected 1000 or 60000, was {batch.span_ms}")
        held_before = self._held_bars
        if held_before is not None and not backfill and held_before.span_ms == batch.span_ms:
            batch = joined(held_before, batch)
            self._held_bars = None
        if not len(batch):
            return NONE
        batch = checked(batch)
        columns = stacked(batch)
        verdict = np.empty(len(batch), np.uint8)
        held = screen_bars(
            self._clock,
            self._ring.n_symbols,
            batch.row,
            batch.start_ms,
            columns,
            int(batch.span_ms),
            float(batch.received_at),
            backfill,
            verdict,
        )
        _refuse_unknown_rows(held, self._ring.n_symbols)
        if held:
            self._held_bars = chosen(batch, verdict == HELD)
        self._put_bars(batch, columns, verdict, backfill=backfill)
        if batch.span_ms == MINUTE_MS:
            self._pass_through(batch, verdict, backfill=backfill)
        return rejections_of(verdict, batch.row, batch.start_ms)

    def close(self, watermark_ms: int | None = None) -> ClosedBars:
        """Return the bars that are due, sorted by (start_ms, row).

        Due are minutes that end by the watermark, vendor's minute bars, and bars emitted before
        that changed since (revision + 1) or whose quality alone did (the same revision). Given a
        watermark (an idle feed's clock, a replay's end), held events up to it are believed.
        """
        if watermark_ms is None:
            watermark_ms = self.watermark_ms
        else:
            self._believe_held(watermark_ms)
        parts, self._pending = self._pending, []
        for minute in self._ring.open_minutes():
            settled = (minute + 1) * MINUTE_MS <= watermark_ms
            parts.append(self._ring.take(minute, settled=settled))
        return merged(parts)

    def mark_unwatched(self, from_ms: int, to_ms: int) -> None:
        """Doubt the minutes touched by [from_ms, to_ms): their bars are partial.

        So is a vendor's minute bar that has none before it there.
        They are emitted with QUALITY_PARTIAL, again under the same revision if they were
        emitted before, until a REST bar makes them backfilled.
        """
        if to_ms > from_ms:
            self._ring.mark_unwatched(from_ms // MINUTE_MS, (to_ms - 1) // MINUTE_MS)

    def begin_day(
        self,
        from_ms: int,
        open_ms: int,
        previous_close: Float64 | None = None,
        before: ClosedBars | None = None,
    ) -> None:
        """Start the day's quotes: volume counts from `from_ms`, the open from `open_ms`.

        previous_close : (n_symbols,) USD, NaN where not known; None keeps what was set;
        before : bars of the day that are stored already, sorted by (start_ms, row).
        """
        ring = self._ring
        ring.book["day_from_ms"] = from_ms
        ring.book["day_open_from_ms"] = open_ms
        if previous_close is not None:
            ring.quotes["previous_close"] = previous_close
        forget_day(ring.quotes)
        ring.day_before.begin(ring.quotes, before, open_ms)
        for minute in ring.open_minutes():
            cells = ring.cells[minute % ring.depth]
            count_minute(ring.quotes, cells, minute * MINUTE_MS, from_ms, open_ms)

    def compact(self) -> None:
        """Give back the memory of minutes that have left the ring; done when needed, too."""
        self._ring.compact()
        self._add = self._bound()

    def developing(self) -> Developing:
        """Return the quote columns as they stand now (copies)."""
        return self._ring.developing()

    def _bound(self) -> Callable[[Records, float, int], int]:
        """Return `add_trades` for the arrays as they are now."""
        ring = self._ring
        log = ring.logs[RANK_TRADES]
        state = (self._clock, ring.book, ring.cells, ring.quotes, ring.touched, log)
        return partial(entry_of(add_trades, *state, np.empty(0, PACKED_TRADE), 0.0, 0), *state)

    def _settled(self, trades: Records, refused: int) -> Rejections:
        """Go on after what stopped `add_trades`; return what was refused in the end."""
        if refused == UNKNOWN_ROW:
            _refuse_unknown_rows(refused, self._ring.n_symbols)
        while refused <= STOPPED:
            at = STOPPED - refused
            self._pending += self._ring.make_room(int(trades["t_ms"][at]), len(trades) - at)
            self._add = self._bound()
            refused = self._add(trades, 0.0, at)
        if not refused:
            return NONE
        verdict = trades["verdict"]
        held = verdict == HELD
        if held.any():
            self._held_trades = trades[held]
        return rejections_of(verdict, trades["row"], trades["t_ms"])

    def _put_bars(
        self, batch: BarBatch, columns: Float64, verdict: UInt8, *, backfill: bool
    ) -> None:
        ring = self._ring
        log = ring.log(RANK_SECONDS, len(batch))
        begin = 0
        while True:
            begin = put_bars(
                ring.book,
                ring.cells,
                ring.quotes,
                log,
                ring.touched,
                batch.row,
                batch.start_ms,
                columns,
                batch.trade_count,
                int(batch.span_ms),
                backfill,
                verdict,
                self.clock_ms,
                begin,
            )
            if begin >= len(batch):
                return
            self._pending += ring.advance(int(batch.start_ms[begin]) // MINUTE_MS)

    def _pass_through(self, batch: BarBatch, verdict: UInt8, *, backfill: bool) -> None:
        left = verdict == TOO_LATE
        if backfill:
            left |= verdict == STALE
        if not left.any():
            return
        verdict[left] = ACCEPTED
        gone = chosen(batch, left)
        self._pending.append(
            ClosedBars(
                row=gone.row,
                start_ms=gone.start_ms,
                open=gone.open,
                high=gone.high,
                low=gone.low,
                close=gone.close,
                volume=gone.volume,
                vwap=gone.vwap,
                trade_count=gone.trade_count,
                revision=self._ring.next_revisions(gone.start_ms // MINUTE_MS, gone.row),
                quality=np.full(
                    len(gone), QUALITY_BACKFILLED if backfill else QUALITY_LIVE, np.uint8
                ),
            )
        )

    def _believe_held(self, until_ms: int) -> None:
        trades, bars = self._held_trades, self._held_bars
        if trades is not None:
            due = trades["t_ms"] <= until_ms
            self._held_trades = None if due.all() else trades[~due]
            trades = trades[due]
            trades["verdict"] = ACCEPTED
            self._set_clock(trades["t_ms"])
            self._settled(trades, self._add(trades, 0.0, 0))
        if bars is not None:
            ends = bars.start_ms + bars.span_ms
            due = ends <= until_ms
            self._held_bars = None if due.all() else chosen(bars, ~due)
            bars = chosen(bars, due)
            self._set_clock(ends[due])
            self._put_bars(bars, stacked(bars), np.zeros(len(bars), np.uint8), backfill=False)

    def _set_clock(self, times_ms: Int64) -> None:
        if len(times_ms):
            self._clock["now_ms"] = max(self.clock_ms, int(times_ms.max()))


def _refuse_unknown_rows(held: int, n_symbols: int) -> None:
    if held < 0:
        raise ValueError(f"row: expected 0..{n_symbols - 1}, found another")
