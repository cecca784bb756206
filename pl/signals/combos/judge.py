"""Judge whether a bar triggers a combo whose setup stands, and how sure that is."""

import math
from typing import NamedTuple

import numpy as np

from pl.market.batches import QUALITY_PARTIAL
from pl.signals.bars import CLOSE, HIGH, LOW, OPEN, VOLUME, mean, mean_true_range
from pl.signals.combos.catalogue import COMBOS
from pl.signals.combos.declaration import Combo, Fires, Holds
from pl.signals.combos.hit import Bar, ComboHit
from pl.signals.combos.setups import Setup
from pl.signals.confidence import context_score, volume_score
from pl.signals.events.levels import fit_beyond
from pl.signals.history import History
from pl.signals.indicators.session import traded_price
from pl.signals.indicators.windows import RANGE_BARS, USUAL_BARS
from pl.signals.signal import Signal


class Place(NamedTuple):
    """Say which bar is looked at: `i` of `row`, in a session whose first bar is `first`."""

    row: int
    first: int
    i: int


def judge(
    combo: int,
    side: int,
    setup: Setup,
    history: History,
    place: Place,
    day_range: float,
    fired: Signal | None,
) -> ComboHit | None:
    """Return the hit of a combo at a bar, None when it does not trigger.

    side : 1 or -1; day_range : mean true range of the days before, USD; fired : the entry of the
    intraday log that may trigger. A bar that was not watched from end to end triggers nothing.
    """
    declared = COMBOS[combo]
    if place.i <= USUAL_BARS or history.quality[place.row, place.i] == QUALITY_PARTIAL:
        return None
    bar = _bar(history, place, side)
    if bar.mean_range <= 0.0 or bar.relative_volume < declared.least_volume:
        return None
    score = _trigger_score(declared, side, setup, history, place, bar, day_range, fired)
    if score <= 0.0:
        return None
    confidence = _weigh(declared, side, setup, history, place, bar, score)
    return ComboHit(combo, place.row, side, 0, setup, bar, day_range, fired, confidence)


def _bar(history: History, place: Place, side: int) -> Bar:
    row, first, i = place
    bars = history.columns[row]
    against = bars[first : i + 1, LOW].min() if side > 0 else bars[first : i + 1, HIGH].max()
    return Bar(
        start_ms=int(history.start[row, i]),
        close=float(bars[i, CLOSE]),
        volume=float(bars[i, VOLUME]),
        previous_close=float(bars[i - 1, CLOSE]),
        mean_volume=mean(bars, VOLUME, i - USUAL_BARS, i - 1),
        mean_range=mean_true_range(bars, i, RANGE_BARS),
        first_open=float(bars[first, OPEN]),
        reached=float(against),
    )


def _trigger_score(
    combo: Combo,
    side: int,
    setup: Setup,
    history: History,
    place: Place,
    bar: Bar,
    day_range: float,
    fired: Signal | None,
) -> float:
    """Return how good the trigger is, 0-1; 0 when it does not trigger."""
    trigger = combo.trigger
    if isinstance(trigger, Fires):
        if fired is None or (trigger.at_vwap and not _reaches_vwap(history, place)):
            return 0.0
        return fired.confidence
    if isinstance(trigger, Holds):
        opened = side * (bar.first_open - setup.level)
        held = side * (bar.reached - setup.level)
        if opened <= 0.0 or held <= 0.0 or not day_range > 0.0:
            return 0.0
        return fit_beyond(held / day_range)
    return fit_beyond(max(side * (bar.close - setup.level), 0.0) / bar.mean_range)


def _reaches_vwap(history: History, place: Place) -> bool:
    """Tell whether the bar's range holds the session's volume-weighted price."""
    row, first, i = place
    bars = history.columns[row]
    usd = shares = 0.0
    for j in range(first, i + 1):
        volume = float(bars[j, VOLUME])
        usd += traded_price(bars, j) * volume
        shares += volume
    price = usd / shares if shares > 0.0 else math.nan
    return bool(bars[i, LOW] <= price <= bars[i, HIGH])


def _weigh(
    combo: Combo,
    side: int,
    setup: Setup,
    history: History,
    place: Place,
    bar: Bar,
    trigger_score: float,
) -> float:
    """Return the confidence to two decimals: it never falls when one of the scores rises."""
    weights = combo.weights
    bars = history.columns[place.row]
    context = context_score(bars, place.i, int(combo.setting), side, 1, bar.mean_range)
    total = (
        weights.setup * setup.score
        + weights.trigger * trigger_score
        + weights.volume * volume_score(bar.volume, bar.mean_volume)
        + weights.context * context
    )
    return math.floor(total * 100.0 + 0.5) / 100.0


def first_beyond(history: History, row: int, first: int, end: int, level: float, side: int) -> int:
    """Return the first bar of [first, end) that closes beyond a level, `end` when none does."""
    beyond = np.flatnonzero(side * history.columns[row, first:end, CLOSE] > side * level)
    return first + int(beyond[0]) if len(beyond) else end


def first_after(history: History, row: int, first: int, end: int, until_ms: int) -> int:
    """Return the first bar of [first, end) that ends at `until_ms` or later, else `end`."""
    done = np.flatnonzero(history.start[row, first:end] + history.bar_ms >= until_ms)
    return first + int(done[0]) if len(done) else end
