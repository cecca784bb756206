"""Live through the bars of a row again, before and after a revision."""

from collections.abc import Callable

import numpy as np

from pl.signals.births import replay
from pl.signals.chart.hit import Finding
from pl.signals.charting import finds_between, read_charts
from pl.signals.endings import Ending, read_endings
from pl.signals.evaluation import HitRows, read_hits, rows_between
from pl.signals.history import History
from pl.signals.life import LONGEST_HIT, LONGEST_LIFE
from pl.signals.lives import (
    Endings,
    Lives,
    empty_lives,
    room_for_endings,
)
from pl.signals.signal import identity

Identity = tuple[int, int, tuple[int, ...]]
Finds = dict[Identity, Finding]
Ends = dict[Identity, Ending]
SessionOpen = Callable[[int], int]


def lived_from(
    history: History, row: int, position: int, session_open: SessionOpen
) -> tuple[Finds, Ends]:
    """Return the hits that bars from `position` on make or may end, and how those ended.

    Of a pattern that was forming and then confirmed, the latter.
    """
    begin, n = max(position - LONGEST_LIFE, 0), int(history.n_bars[row])
    rows, n_hits = rows_between(history, row, max(position - LONGEST_HIT, 0), n, session_open)
    finds, n_finds = finds_between(history, row, begin, n)
    _, ended = _replayed(history, row, begin, rows, n_hits, finds, n_finds)
    hits: list[Finding] = [*read_hits(rows, n_hits), *read_charts(finds, n_finds)]
    found = {identity(hit): hit for hit in hits}
    ends = {
        identity(hit): ending
        for hit, ending in read_endings(ended)
        if hit.forming == found[identity(hit)].forming
    }
    return found, ends


def _replayed(
    history: History,
    row: int,
    begin: int,
    rows: HitRows,
    n_hits: int,
    finds: np.ndarray,
    n_finds: int,
) -> tuple[Lives, Endings]:
    lives = empty_lives(1, n_hits + 1, n_finds + 1)
    ended = room_for_endings(lives, 0)
    n = int(history.n_bars[row])
    replay(history, lives, row, begin, n, rows, n_hits, finds, n_finds, ended)
    return lives, ended
