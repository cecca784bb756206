"""Lend the bars of all symbols as much memory as there are bars, growing by half as much again."""

from typing import Final, TypeVar

import numpy as np
import numpy.typing as npt

from pl.signals.bars import N_COLUMNS
from pl.signals.chart.scan import MEMORY_BARS
from pl.signals.history import NO_ANCHOR, SEED_BARS, History
from pl.signals.indicators.state import STATE_SIZE
from pl.signals.indicators.time_of_day import OPENS_KNOWN, sessions_compared
from pl.signals.life import LONGEST_LIFE
from pl.signals.registry import WINDOW_BARS, active_in
from pl.signals.restated import USUAL_BARS
from pl.signals.timeframes import TIMEFRAME_MS, YEAR_BARS

T = TypeVar("T", bound=np.generic)

SLACK_BARS: Final = 64
FEWEST: Final = 128
"""Bars that a row has room for before anything is known of it."""
PAGE: Final = 1 << 12
"""Bytes of the smallest page. Where the system lends larger ones most of what is written costs
nothing, and numpy lets no other thread run while it writes fewer than 500 numbers."""


def empty_history(n_symbols: int, session_bars: int, timeframe: str) -> History:
    """Return `n_symbols` rows without bars, whose sessions have at most `session_bars` bars."""
    window_bars = max(WINDOW_BARS, MEMORY_BARS, session_bars) + USUAL_BARS + LONGEST_LIFE
    most_bars = SEED_BARS + window_bars + session_bars + SLACK_BARS
    room = min(FEWEST, most_bars)
    return History(
        start=np.empty((n_symbols, room), np.int64),
        columns=np.empty((n_symbols, N_COLUMNS, room), np.float64).T,
        revision=np.empty((n_symbols, room), np.int32),
        quality=np.empty((n_symbols, room), np.uint8),
        n_bars=np.zeros(n_symbols, np.int64),
        anchor=np.full(n_symbols, NO_ANCHOR, np.int64),
        first=np.zeros(n_symbols, np.int64),
        session=np.full(n_symbols, NO_ANCHOR, np.int64),
        state=np.zeros((n_symbols, STATE_SIZE), np.float64),
        active=active_in(timeframe),
        bar_ms=TIMEFRAME_MS[timeframe],
        window_bars=window_bars,
        year_bars=YEAR_BARS.get(timeframe, 0),
        opens=np.full(OPENS_KNOWN, NO_ANCHOR, np.int64),
        sessions_back=sessions_compared(timeframe, SEED_BARS + window_bars, session_bars),
        most_bars=most_bars,
    )


def with_room(history: History, n_bars: int) -> History:
    """Return the same bars with room for `n_bars` in each row, as far as there may be so many.

    It has half as much again, so that rows that grow are seldom copied; all that there may be where
    that is little more. What is not a bar is shared with the `history` given, which is to be used
    no more.
    """
    if n_bars <= history.start.shape[1] or history.start.shape[1] == history.most_bars:
        return history
    room = history.most_bars if 2 * n_bars >= history.most_bars else n_bars + n_bars // 2
    used = int(history.n_bars.max(initial=0))
    return history._replace(
        start=_copied(history.start, room, used),
        columns=_copied(history.columns.T, room, used).T,
        revision=_copied(history.revision, room, used),
        quality=_copied(history.quality, room, used),
    )


def _copied(held: npt.NDArray[T], room: int, used: int) -> npt.NDArray[T]:
    """Return the first `used` of the last axis, with room for as many as `room`."""
    out = np.empty((*held.shape[:-1], room), held.dtype)
    out[..., :used] = held[..., :used]
    return out


def take_pages(history: History) -> None:
    """Have the system lend, and clear, the memory of bars now.

    Else the first bars written into it wait for that, 2 s in a market of 11,000 symbols.
    """
    for room in (history.start, history.columns.T, history.revision, history.quality):
        room.reshape(-1)[:: PAGE // room.itemsize] = 0
