"""Copy out what the engine holds of its rows, for a later start to begin with."""

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from pl.market.batches import Float64, Int32, Int64, UInt8
from pl.signals.chart.state import ChartState
from pl.signals.history import SEED_BARS, History
from pl.signals.lives import Lives
from pl.signals.walks import open_of, walks_of


@dataclass(frozen=True, slots=True)
class HeldBars:
    """Hold the bars of k rows one after the other, oldest first; m bars in all.

    n_bars : (k,) int64; whole : (k,) bool, whether older bars would change nothing;
    start : (m,) int64 unix ms; prices : (m, 6) float64 open, high, low, close, volume, vwap;
    revision : (m,) int32; quality : (m,) uint8;
    walk, hits, finds : what the walk over these bars knows, see `walks`.
    """

    n_bars: Int64
    whole: npt.NDArray[np.bool_]
    start: Int64
    prices: Float64
    revision: Int32
    quality: UInt8
    walk: Float64
    hits: Float64
    finds: Float64


def held_rows(history: History, charts: ChartState, lives: Lives, begin: int, end: int) -> HeldBars:
    """Return a copy of the bars of rows `begin` to `end` - 1, and of what follows from them."""
    n_bars = history.n_bars[begin:end].copy()
    used = slice(0, int(n_bars.max(initial=0)))
    chosen = np.arange(used.stop) < n_bars[:, None]
    return HeldBars(
        n_bars=n_bars,
        whole=history.first[begin:end] - SEED_BARS >= history.window_bars,
        start=history.start[begin:end, used][chosen],
        prices=history.columns[used, :, begin:end].transpose(2, 0, 1)[chosen],
        revision=history.revision[begin:end, used][chosen],
        quality=history.quality[begin:end, used][chosen],
        walk=walks_of(history, charts, lives, begin, end),
        hits=open_of(lives.hits, begin, end),
        finds=open_of(lives.charts, begin, end),
    )
