"""Compiling ahead covers every kernel that production calls."""

import numpy as np

from pl.signals import births, evaluation, history
from pl.signals.closing import close_bars
from pl.signals.shifting import shift_left, shift_right
from pl.signals.warm_up import warm_up
from tests.pl.signals.synthetic import changed, engine, random_bars, restarted, span

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
    running.update(frozen)
    running.update(changed(bars, 300, volume=1.0))
    running.update(changed(bars, 300, close=float("nan"), revision=2))
    engine().recent(5)
    assert signatures() == before
    assert all(count > 0 for count in before)
