"""Compile every kernel of the signals with the types of production."""

from collections.abc import Sequence
from typing import Final

import numpy as np

from pl.market.batches import MINUTE_MS, ClosedBars
from pl.signals.chart.state import empty_state
from pl.signals.charting import look_again, room_for_finds
from pl.signals.combos.days import Days
from pl.signals.combos.tier import Combos
from pl.signals.crossings import CrossingWatch
from pl.signals.engine import SignalEngine
from pl.signals.evaluation import rows_between
from pl.signals.events.levels import fit_beyond
from pl.signals.levels import place_stops
from pl.signals.policy import Policy
from pl.signals.renumbering import continued
from pl.signals.room import empty_history
from pl.signals.universe import Universe
from pl.signals.warming import load, walked

N_BARS: Final = 80


def _bars(starts: Sequence[int], price: float, revision: int) -> ClosedBars:
    n = len(starts)
    flat = np.full(n, price)
    return ClosedBars(
        row=np.zeros(n, np.int32),
        start_ms=np.array(starts, np.int64) * MINUTE_MS,
        open=flat,
        high=flat + 1.0,
        low=flat - 1.0,
        close=flat,
        volume=np.full(n, 100.0),
        vwap=flat,
        trade_count=np.ones(n, np.int32),
        revision=np.full(n, revision, np.int32),
        quality=np.zeros(n, np.uint8),
    )


def warm_up_judging() -> None:
    """Compile what judges bars again: half of the kernels, so that two processes share them."""
    history = empty_history(1, N_BARS, "1min")
    history.columns[0] = 1.0
    for whole in (history.start, history.revision, history.quality):
        whole[0, 0] = 0
    history.n_bars[0] = 1
    rows_between(history, 0, 0, 1, lambda _: 0)


def warm_up_walking() -> None:
    """Compile what walks through a history: much of the other half."""
    history, charts = empty_history(1, N_BARS, "1min"), empty_state(1)
    load(history, {0: _bars(range(4), 10.0, 0)}, lambda _: 0)
    walked(history, np.zeros(1, np.int64), 2)
    look_again(history, charts, 0, 0, 4, 4, room_for_finds(1))


def warm_up() -> None:
    """Run each path of the engine once, so that no kernel compiles while the market waits."""
    engine = SignalEngine(("WARM",), "1min", "intraday", lambda _: 0, session_bars=N_BARS)
    history = [minute for minute in range(N_BARS - 8) if minute != 40]
    engine.warm(0, _bars(history, 10.0, 0))
    taken = _combos(engine).take(_bars([N_BARS - 8, N_BARS - 7], 11.0, 0))
    taken.judge()
    found = taken.update
    Policy(1, "1min", "intraday").decide(found.entries)
    CrossingWatch(1, "1min").look(found.indicators, engine.history)
    Universe().compare(found.indicators, engine.history)
    engine.update(_bars([N_BARS - 7], 12.0, 1))
    engine.update(_bars([40], 12.0, 1))
    engine.update(_bars([40], float("nan"), 2))
    continued(engine.history, _bars([N_BARS - 7], 13.0, 0))
    engine.recent(4)
    engine.latest_rows(np.zeros(1, np.int64), 4)
    engine.last_rows(np.zeros(1, np.int64))
    fit_beyond(1.0)
    place_stops(np.ones((1, 2)), np.ones(1, np.int64), np.ones((1, 5)), np.empty((1, 2)))


def _combos(engine: SignalEngine) -> Combos:
    days = Days(SignalEngine(("WARM",), "daily", "daily", lambda _: 0), lambda _: 0)
    days.recall()
    combos = Combos(("WARM",), engine, days, "1min", lambda _: 0)
    combos.recall()
    return combos
