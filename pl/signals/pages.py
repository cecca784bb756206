"""Read what the kernels wrote at a close as log entries, in columns."""

import math
from dataclasses import dataclass

import numpy as np

from pl.market.batches import Float64
from pl.signals.chart.hit import Finding
from pl.signals.chart.sketch import CONFIDENCE, PATTERN, TURN
from pl.signals.charting import BAR_START, CAUSE, ROW, read_chart
from pl.signals.entries import Chosen, Entries
from pl.signals.evaluation import LAST_TIME, N_PATTERNS, HitRows, read_hit
from pl.signals.indicators.names import RSI_14
from pl.signals.log import Author
from pl.signals.signal import Signal

FIT_CONFIDENCE = 3
"""Column of `HitRows.numbers`."""


@dataclass(frozen=True, slots=True)
class Page:
    """Hold the hits and chart finds of a run of closes.

    hits : n_hits rows written; finds : (n_finds, N_COLUMNS) float64; order : places in log order,
    hits counted before finds; values : (n, N) float64 indicators by cause, none when not known.
    """

    author: Author
    hits: HitRows
    finds: Float64
    order: Chosen
    values: Float64

    def write(self, place: int) -> Signal:
        """Return the entry at `place` of the log order."""
        which = int(self.order[place])
        n_hits = len(self.hits.facts)
        hit: Finding = (
            read_hit(self.hits, which) if which < n_hits else read_chart(self.finds[which - n_hits])
        )
        rsi = float(self.values[hit.cause, RSI_14]) if len(self.values) else math.nan
        return self.author.confirm(hit, rsi=rsi)


def read_page(
    author: Author, rows: HitRows, n_hits: int, finds: Float64, n_finds: int, values: Float64
) -> Entries:
    """Return what was written as entries, ordered by cause, chart finds after what else fired.

    values : (n, N) float64 indicator rows by cause; empty leaves the RSI out of the signals.
    """
    hits = HitRows(rows.facts[:n_hits], rows.times[:n_hits], rows.numbers[:n_hits])
    found = finds[:n_finds]
    facts = hits.facts
    cause = np.concatenate([facts[:, 0], found[:, CAUSE].astype(np.int64)])
    order = np.argsort(cause, kind="stable")
    n = len(order)
    bar_times = hits.times[np.arange(n_hits), LAST_TIME[facts[:, 2]]]
    charts = found[:, PATTERN].astype(np.int64) + N_PATTERNS
    return Entries(
        np.concatenate([facts[:, 1], found[:, ROW].astype(np.int64)])[order].astype(np.int32),
        np.concatenate([facts[:, 2], charts])[order].astype(np.int32),
        np.concatenate([facts[:, 3], found[:, TURN].astype(np.int64)])[order].astype(np.int8),
        np.concatenate([bar_times, found[:, BAR_START].astype(np.int64)])[order],
        np.concatenate([hits.numbers[:, FIT_CONFIDENCE], found[:, CONFIDENCE]])[order],
        np.zeros(n, np.uint8),
        np.full(n, np.nan),
        Page(author, hits, found, order, values).write,
    )
