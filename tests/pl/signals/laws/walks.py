"""Walk one sequence of bars through the engine in the ways that production has.

Backtest and daily run : the whole history in one batch. Stream : a batch a close. Restart : a
fresh engine that is told the bars a database holds, then goes on. Stop : one that takes up, beside
the bars, what was known of them.
"""

from collections.abc import Iterable, Sequence
from itertools import pairwise
from typing import Any

import numpy as np

from pl.market.batches import ClosedBars
from tests.pl.signals.keeping import resumed, walks_of
from tests.pl.signals.laws.canonical import entries_of
from tests.pl.signals.laws.markets import Market
from tests.pl.signals.synthetic import held, span

Log = list[Any]


def in_one_batch(market: Market, bars: ClosedBars) -> Log:
    return entries_of(market.engine().update(bars))


def in_batches(market: Market, bars: ClosedBars, cuts: Iterable[int]) -> Log:
    engine = market.engine()
    log: Log = []
    for begin, end in pairwise(edges(bars, cuts)):
        log += entries_of(engine.update(span(bars, begin, end)))
    return log


def close_by_close(market: Market, bars: ClosedBars) -> Log:
    """Give the bars of each close in a batch of their own, as a stream does."""
    return in_batches(market, bars, np.flatnonzero(np.diff(bars.start_ms)) + 1)


def with_restarts(market: Market, bars: ClosedBars, stops: Iterable[int]) -> Log:
    """Start a fresh engine at each stop, warmed with what was stored until then."""
    log: Log = []
    for begin, end in pairwise(edges(bars, stops)):
        engine = market.restarted(held(span(bars, 0, begin))) if begin else market.engine()
        log += entries_of(engine.update(span(bars, begin, end)))
    return log


def with_stops(market: Market, bars: ClosedBars, stops: Iterable[int]) -> Log:
    """Stop at each stop; a fresh engine takes up what was known, and goes on."""
    engine, n_rows = market.engine(), len(market.symbols)
    log: Log = []
    for begin, end in pairwise(edges(bars, stops)):
        if begin:
            left = engine.held(0, n_rows)
            engine = resumed(market.engine(), left, walks_of(left))
        log += entries_of(engine.update(span(bars, begin, end)))
    return log


def edges(bars: ClosedBars, cuts: Iterable[int]) -> Sequence[int]:
    inside = {int(cut) for cut in cuts if 0 < cut < len(bars)}
    return [0, *sorted(inside), len(bars)]
