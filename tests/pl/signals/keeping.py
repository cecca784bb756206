"""Stop an engine and begin another with what was held of it, as a snapshot does."""

import numpy as np

from pl.market.batches import ClosedBars
from pl.market.rows import rows_of
from pl.signals.engine import SignalEngine
from pl.signals.held import HeldBars
from pl.signals.walks import Walks


def bars_of(held: HeldBars) -> ClosedBars:
    """Return the bars that were held, row after row."""
    row = np.repeat(np.arange(len(held.n_bars), dtype=np.int32), held.n_bars)
    prices = (np.ascontiguousarray(column) for column in held.prices.T)
    none = np.zeros(len(row), np.int32)
    return ClosedBars(row, held.start, *prices, none, held.revision, held.quality)


def walks_of(held: HeldBars) -> Walks:
    """Return what was known of the bars, usable for every row."""
    known = Walks.of(held.n_bars, held.start, held.walk, held.hits, held.finds)
    return known.where(np.ones(len(held.n_bars), np.bool_))


def resumed(fresh: SignalEngine, held: HeldBars, walks: Walks | None) -> SignalEngine:
    """Return a fresh engine that holds those bars, and takes up the walks if there are any."""
    fresh.warm_all(rows_of(bars_of(held), len(held.n_bars)), walks)
    return fresh
