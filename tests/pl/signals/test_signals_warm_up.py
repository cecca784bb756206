"""Compiling ahead covers every kernel that production calls."""

import numpy as np

from pl.signals import births, crossed, evaluation, history
from pl.signals.closing import close_bars
from pl.signals.combos.days import Days
from pl.signals.combos.living import live_on
from pl.signals.combos.measures import measure
from pl.signals.combos.reach import leave
from pl.signals.combos.tier import Combos
from pl.signals.crossings import CrossingWatch
from pl.signals.levels import place_stops
from pl.signals.scales import scale_ages
from pl.signals.shifting import shift_left, shift_right
from pl.signals.warm_up import warm_up
from tests.pl.signals.synthetic import (
    SYMBOLS,
    changed,
    day_open,
    engine,
    random_bars,
    restarted,
    span,
)

ENTRANCES = (
    close_bars,
    evaluation.changes_since,
    evaluation.evaluate_range,
    history.find,
    history.make_room,
    history.set_anchor,
    shift_left,
    shift_right,
    history.walk,
    history.walk_start,
    history.write_bar,
    births.replay,
    crossed.look,
    live_on,
    leave,
    measure,
    place_stops,
    scale_ages,
)


def signatures() -> list[int]:
    return [len(kernel.signatures) for kernel in ENTRANCES]  # type: ignore[attr-defined]


def test_nothing_compiles_once_the_market_is_open() -> None:
    warm_up()
    before = signatures()
    bars = random_bars(120)
    frozen = bars.take(np.arange(len(bars)))
    frozen.row.flags.writeable = False
    running = restarted(span(bars, 0, 60))
    days = Days(engine(timeframe="daily"), day_open)
    days.take(random_bars(30))
    combos = Combos(SYMBOLS, running, days, "1min", day_open)
    combos.recall()
    taken = combos.take(frozen)
    taken.judge()
    found = taken.update
    CrossingWatch(2, "1min").look(found.indicators, running.history)
    running.update(changed(bars, 300, volume=1.0))
    running.update(changed(bars, 300, close=float("nan"), revision=2))
    engine().recent(5)
    assert signatures() == before
    assert all(count > 0 for count in before)
