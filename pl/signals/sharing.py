"""Share the bars of a market's close between threads: rows have nothing to do with each other."""

from collections import Counter
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from typing import Final, TypeVar

import numpy as np

from pl.signals.closing import TAKEN, Arrivals, IndicatorRows
from pl.signals.entries import Entries
from pl.signals.table import IndicatorTable

P = TypeVar("P")
T = TypeVar("T")

LEAST: Final = 2_000
"""Bars of each row once; fewer are taken sooner than a second thread is awake."""

HELPERS: Final = 4
"""A close needs one; at a start several timeframes share their rows at once."""

_helpers: Final = ThreadPoolExecutor(HELPERS, thread_name_prefix="close-share")


@dataclass(slots=True)
class Share:
    """Hold bars of a batch, and what came of them so far.

    out : receives their rows; number : of the share, from 0; begin : the first bar that is not
    taken; stopped : why not.
    """

    batch: Arrivals
    out: IndicatorRows
    number: int = 0
    begin: int = 0
    stopped: int = TAKEN
    log: list[Entries] = field(default_factory=list)
    tables: list[IndicatorTable] = field(default_factory=list)
    refused: Counter[str] = field(default_factory=Counter)

    @property
    def is_done(self) -> bool:
        """Tell whether every bar is taken."""
        return self.begin == len(self.batch.row)


def shares_of(batch: Arrivals, out: IndicatorRows, least: int = LEAST) -> list[Share]:
    """Return the batch as one share, or as two when it has many bars and no row twice."""
    n = len(batch.row)
    if n < least or (np.diff(batch.row) <= 0).any():
        return [Share(batch, out)]
    parts = (slice(0, n // 2), slice(n // 2, n))
    return [
        Share(
            Arrivals._make(column[part] for column in batch),
            IndicatorRows._make(column[part] for column in out),
            number,
        )
        for number, part in enumerate(parts)
    ]


def at_once(work: Callable[[P], T], parts: Sequence[P]) -> list[T]:
    """Do the work for one part or two, each in a thread of its own; return what came of each."""
    others = [_helpers.submit(work, part) for part in parts[1:]]
    return [work(parts[0]), *(other.result() for other in others)]
