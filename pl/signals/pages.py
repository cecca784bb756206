"""Read what the kernels wrote at a close as log entries, in columns."""

import math
from dataclasses import dataclass
from typing import Final

import numpy as np

from pl.market.batches import Float64, Int64
from pl.signals.chart.hit import Finding
from pl.signals.chart.sketch import CONFIDENCE, PATTERN, TURN
from pl.signals.charting import BAR_START, CAUSE, ROW, read_chart, room_for_finds
from pl.signals.endings import LIFE_NAMES, ended_chart, ended_hit, read_ending
from pl.signals.entries import LIVES, Chosen, Entries, join_entries
from pl.signals.evaluation import LAST_TIME, N_PATTERNS, HitRows, read_hit, room_for
from pl.signals.indicators.names import RSI_14
from pl.signals.lives import BIRTH, LIFE, NUMBERS, RECORD, START, Endings
from pl.signals.lives import CAUSE as ENDING_CAUSE
from pl.signals.lives import ROW as ENDING_ROW
from pl.signals.log import Author
from pl.signals.signal import Signal

FIT_CONFIDENCE: Final = 3
"""Column of `HitRows.numbers`."""
HIT_COLUMNS: Final = (2, 3, NUMBERS + FIT_CONFIDENCE)
CHART_COLUMNS: Final = (PATTERN, TURN, CONFIDENCE)
"""Where the record of what ended has its pattern, direction and confidence."""
LIFE_CODES: Final = np.array([0, *(LIVES.index(name) for name in LIFE_NAMES.values())], np.uint8)
"""By how a bar leaves a signal: the life of its entry."""


@dataclass(frozen=True, slots=True)
class Page:
    """Hold the hits and chart finds of a run of closes.

    hits : n_hits rows written; finds : (n_finds, N_COLUMNS) float64; causes : (n,) int64, rising;
    order : places in log order, hits counted before finds; values : (n, N) float64 indicators by
    cause, none when not known.
    """

    author: Author
    hits: HitRows
    finds: Float64
    causes: Int64
    order: Chosen
    values: Float64

    def entries(self) -> Entries:
        """Return the entries that confirm what was found."""
        facts, found, order = self.hits.facts, self.finds, self.order
        bar_times = self.hits.times[np.arange(len(facts)), LAST_TIME[facts[:, 2]]]
        charts = found[:, PATTERN].astype(np.int64) + N_PATTERNS
        times = np.concatenate([bar_times, found[:, BAR_START].astype(np.int64)])[order]
        confidence = np.concatenate([self.hits.numbers[:, FIT_CONFIDENCE], found[:, CONFIDENCE]])
        return Entries(
            np.concatenate([facts[:, 1], found[:, ROW].astype(np.int64)])[order].astype(np.int32),
            np.concatenate([facts[:, 2], charts])[order].astype(np.int32),
            np.concatenate([facts[:, 3], found[:, TURN].astype(np.int64)])[order].astype(np.int8),
            times,
            times,
            confidence[order],
            np.zeros(len(order), np.uint8),
            np.full(len(order), np.nan),
            self.write,
        )

    def write(self, place: int) -> Signal:
        """Return the entry at `place` of the log order."""
        which = int(self.order[place])
        n_hits = len(self.hits.facts)
        hit: Finding = (
            read_hit(self.hits, which) if which < n_hits else read_chart(self.finds[which - n_hits])
        )
        rsi = float(self.values[hit.cause, RSI_14]) if len(self.values) else math.nan
        return self.author.confirm(hit, rsi=rsi)


def read_ends(author: Author, rows: Float64, *, chart: bool) -> tuple[Int64, Entries]:
    """Return the causes (n,) and the entries of endings that the kernels wrote.

    rows : (n, RECORD + R) float64, see `lives`.
    """
    record = rows[:, RECORD:]
    columns = CHART_COLUMNS if chart else HIT_COLUMNS
    kind, direction, confidence = (record[:, column] for column in columns)
    read = ended_chart if chart else ended_hit
    entries = Entries(
        rows[:, ENDING_ROW].astype(np.int32),
        (kind + (N_PATTERNS if chart else 0)).astype(np.int32),
        direction.astype(np.int8),
        rows[:, START].astype(np.int64),
        rows[:, BIRTH].astype(np.int64),
        confidence.copy(),
        LIFE_CODES[rows[:, LIFE].astype(np.intp)],
        confidence.copy(),
        lambda place: author.end(read(rows[place]), read_ending(rows[place])),
    )
    return rows[:, ENDING_CAUSE].astype(np.int64), entries


def read_closes(author: Author, page: Page, ended: Endings) -> Entries:
    """Return the entries of a run of closes in log order: at each bar first what ends."""
    hits, charts = ended.hits[: ended.n[0]].copy(), ended.charts[: ended.n[1]].copy()
    if not (len(hits) or len(charts)):
        return page.entries()
    parts = [
        read_ends(author, hits, chart=False),
        read_ends(author, charts, chart=True),
        (page.causes, page.entries()),
    ]
    order = np.argsort(np.concatenate([cause for cause, _ in parts]), kind="stable")
    return join_entries([entries for _, entries in parts]).take(order)


class Room:
    """Lend the kernels room for what the bars of a close may find, the same at each close.

    New memory costs a close a millisecond, which the system takes to clear it.
    """

    def __init__(self, usual: int) -> None:
        self._usual = usual
        self._held: tuple[HitRows, Float64] | None = None

    def of(self, n_bars: int) -> tuple[HitRows, Float64]:
        """Return room for the finds of `n_bars` bars, to be read before it is asked for again."""
        if n_bars > self._usual:
            return room_for(n_bars), room_for_finds(n_bars + 1)
        if self._held is None:
            self._held = room_for(self._usual), room_for_finds(self._usual + 1)
        return self._held


def read_page(
    author: Author, rows: HitRows, n_hits: int, finds: Float64, n_finds: int, values: Float64
) -> Page:
    """Return what was written, ordered by cause, chart finds after what else fired.

    What was written is copied: the room for all that might have been is not kept.
    values : (n, N) float64 indicator rows by cause; empty leaves the RSI out of the signals.
    """
    hits = HitRows(
        rows.facts[:n_hits].copy(), rows.times[:n_hits].copy(), rows.numbers[:n_hits].copy()
    )
    found = finds[:n_finds].copy()
    cause = np.concatenate([hits.facts[:, 0], found[:, CAUSE].astype(np.int64)])
    order = np.argsort(cause, kind="stable")
    return Page(author, hits, found, cause[order], order, values)
