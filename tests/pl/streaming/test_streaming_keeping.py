"""What the engines hold is kept between closes, and room made for the bars to come."""

from pathlib import Path
from typing import Any

import numpy as np

from pl.market.batches import ClosedBars
from pl.signals.engine import SignalEngine
from pl.store.snapshot import Snapshots
from pl.streaming.keeping import ROOM_AHEAD, Keeping
from tests.pl.signals.synthetic import SYMBOLS, engine, random_bars

N_BARS = 130


def full(bars: ClosedBars, n_more: int) -> tuple[SignalEngine, ClosedBars]:
    """Return an engine whose rows are full, and the bars of `n_more` starts after them."""
    made, starts = engine(SYMBOLS), np.unique(bars.start_ms)
    past = bars.take(bars.start_ms < starts[N_BARS])
    made.warm_all({row: past.take(past.row == row) for row in range(len(SYMBOLS))})
    room = made.history.start.shape[1]
    made.update(bars.take((bars.start_ms >= starts[N_BARS]) & (bars.start_ms < starts[room])))
    after = (bars.start_ms >= starts[room]) & (bars.start_ms < starts[room + n_more])
    return made, bars.take(after)


def room_is_copied(engine: SignalEngine, coming: ClosedBars) -> bool:
    before = engine.history.start
    engine.update(coming)
    return engine.history.start is not before


async def test_no_close_until_the_next_time_has_to_wait_for_room(tmp_path: Path) -> None:
    bars = random_bars(3 * N_BARS, rows=range(len(SYMBOLS)))
    kept, coming = full(bars, ROOM_AHEAD)
    folding: Any = None
    await Keeping(Snapshots(tmp_path, "real", SYMBOLS), {"5min": kept}, 3, folding).keep()
    assert not room_is_copied(kept, coming)
    assert room_is_copied(*full(bars, 1))
