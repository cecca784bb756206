"""Judge which bars trigger a combo whose setup stands, and how sure that is."""

from collections.abc import Callable, Mapping, Sequence
from typing import Final, NamedTuple

import numpy as np
import numpy.typing as npt

from pl.market.batches import Float64, Int64
from pl.signals.bars import CLOSE
from pl.signals.combos import measures
from pl.signals.combos.begun import ATR, NOT_FIRED, Begun
from pl.signals.combos.catalogue import COMBOS
from pl.signals.combos.conditions import score_of
from pl.signals.combos.declaration import Conditions, Fires, Holds, Level
from pl.signals.combos.held import columns_of
from pl.signals.combos.levels import LEVEL_OF
from pl.signals.combos.measures import N_MEASURES, Looks, measure
from pl.signals.combos.setups import Ages, DayRows, Setup, setup_of
from pl.signals.entries import Brief
from pl.signals.events.levels import fit_beyond
from pl.signals.history import History
from pl.signals.signal import Signal

Flags = npt.NDArray[np.bool_]

_SETTING: Final = np.array([int(combo.setting) for combo in COMBOS], np.int64)
_LEAST_VOLUME: Final = np.array([combo.least_volume for combo in COMBOS], np.float64)
_N_BARS: Final = np.array([combo.n_bars for combo in COMBOS], np.int64)
_HOLDS: Final = np.array([isinstance(combo.trigger, Holds) for combo in COMBOS], np.bool_)
_FIRES: Final = np.array([isinstance(combo.trigger, Fires) for combo in COMBOS], np.bool_)
_AT_VWAP: Final = np.array(
    [isinstance(combo.trigger, Fires) and combo.trigger.at_vwap for combo in COMBOS], np.bool_
)
_READS: Final = measures.READS_REACHED * _HOLDS.astype(
    np.int64
) + measures.READS_VWAP * _AT_VWAP.astype(np.int64)
_WEIGHTS: Final = np.array(
    [(w.setup, w.trigger, w.volume, w.context) for w in (combo.weights for combo in COMBOS)],
    np.float64,
)


class Circumstances(NamedTuple):
    """Hold what is known around n looks.

    days : the last day before the session, n of them; found : by look, the standing finds of its
    symbol's latest days; ages : by open of the session; fired_confidence : (n,) of the intraday
    entry that may trigger, NaN for levels; fired : the brief of those of the looks at places.
    """

    days: DayRows
    found: Sequence[Sequence[Signal]]
    ages: Callable[[int], Ages]
    fired_confidence: Float64
    fired: Callable[[Int64], Brief]


class Judged(NamedTuple):
    """Hold n looks, what was measured at them and how sure each is.

    values : (n, N_MEASURES) float64; confidence : (n,) float64, NaN where nothing triggers;
    misled : (n,) bool, what is silent because days or session hold prices of two scales;
    scores : (n,) float64 of the setups, 0 without one; setups : those that stand on finds, by look.
    """

    looks: Looks
    around: Circumstances
    values: Float64
    confidence: Float64
    misled: Flags
    scores: Float64
    setups: Mapping[int, Setup | None]

    def triggered(self) -> Int64:
        """Return the places of the looks that trigger."""
        return np.flatnonzero(~np.isnan(self.confidence))

    def begun(self, places: Int64) -> Begun:
        """Return the looks at places, which trigger, apart from all others."""
        looks, days = self.looks.take(places), self.around.days.take(places)
        fires = _FIRES[looks.combo]
        return Begun(
            looks,
            days,
            self.values[places],
            self.confidence[places],
            self.scores[places],
            [self.setups.get(k) for k in places.tolist()],
            self.around.ages,
            np.where(fires, np.cumsum(fires) - 1, NOT_FIRED),
            self.around.fired(places[fires]),
        )


def judge(history: History, looks: Looks, around: Circumstances) -> Judged:
    """Return how sure each look is: to two decimals, never falling when one of its scores rises.

    A bar that was not watched from end to end triggers nothing.
    """
    n = len(looks.row)
    setups: dict[int, Setup | None] = {}
    setup, level = _setup_scores(looks, around, setups)
    values = _measured(history, looks, np.flatnonzero(setup > 0.0))
    trigger = _trigger_scores(looks, around, values, level)
    usual = values[:, measures.USUAL_SHARES]
    ratio = np.divide(values[:, measures.SHARES], usual, out=np.zeros(n), where=usual > 0.0)
    weights = _WEIGHTS[looks.combo]
    total = (
        weights[:, 0] * setup
        + weights[:, 1] * trigger
        + weights[:, 2] * values[:, measures.VOLUME_SCORE]
        + weights[:, 3] * values[:, measures.CONTEXT]
    )
    triggers = (setup > 0.0) & (trigger > 0.0) & (values[:, measures.KNOWN] > 0.0)
    triggers &= ratio >= _LEAST_VOLUME[looks.combo]
    misled = around.days.scale_age < _N_BARS[looks.combo]
    triggers &= ~misled
    confidence = np.where(triggers, np.floor(total * 100.0 + 0.5) / 100.0, np.nan)
    misled |= values[:, measures.MISLED] > 0.0
    return Judged(looks, around, values, confidence, misled & (setup > 0.0), setup, setups)


def _measured(history: History, looks: Looks, able: Int64) -> Float64:
    """Return what is measured at `able` of n looks, (n, N_MEASURES); 0 at the others."""
    values = np.zeros((len(looks.row), N_MEASURES), np.float64)
    out = np.empty((len(able), N_MEASURES), np.float64)
    combo = looks.combo[able]
    measure(history, looks.take(able), _SETTING[combo], _READS[combo], out)
    values[able] = out
    return values


def _setup_scores(
    looks: Looks, around: Circumstances, setups: dict[int, Setup | None]
) -> tuple[Float64, Float64]:
    """Return score, 0 where there is no setup, and level in USD, NaN without one; (n,) each.

    setups : receives those that stand on finds, by look.
    """
    score = np.zeros(len(looks.row))
    level = np.full(len(looks.row), np.nan)
    days = around.days
    is_fresh = _is_fresh(looks, around)
    for number in sorted(set(looks.combo.tolist())):
        at = np.flatnonzero(looks.combo == number)
        declared = COMBOS[number].setup
        if isinstance(declared, Level):
            place = LEVEL_OF[declared]
            fresh = is_fresh[at] & np.isfinite(days.levels.price[at, place])
            level[at] = days.levels.price[at, place]
            score[at] = np.where(fresh, days.levels.score[at, place], 0.0)
        elif isinstance(declared, Conditions):
            held = score_of(declared, days.values[at])
            score[at] = np.where(is_fresh[at], held, 0.0)
        else:
            found = {k: _setup(looks, around, k) for k in at.tolist()}
            score[at] = [one.score if one else 0.0 for one in found.values()]
            setups.update(found)
    return score, level


def _is_fresh(looks: Looks, around: Circumstances) -> Flags:
    """Tell whether the last days are those of the sessions just before."""
    out, day = np.zeros(len(looks.row), np.bool_), around.days.start_ms
    for opened in set(looks.open_ms.tolist()):
        opens = around.ages(opened).opens
        out |= (looks.open_ms == opened) & (day > opens[1]) & (day <= opens[0])
    return out


def _trigger_scores(
    looks: Looks, around: Circumstances, values: Float64, level: Float64
) -> Float64:
    """Return how good the triggers are, 0-1; 0 where nothing triggers."""
    side = looks.side.astype(np.float64)
    unit = values[:, measures.MEAN_RANGE]
    beyond = np.maximum(side * (values[:, measures.PRICE] - level), 0.0)
    score = np.divide(0.5 * unit + beyond, unit + beyond, out=np.zeros(len(unit)), where=unit > 0.0)
    for k in np.flatnonzero(_HOLDS[looks.combo]).tolist():
        score[k] = _held(side[k], values[k], level[k], around.days.values[k, ATR])
    fires = _FIRES[looks.combo]
    able = ~_AT_VWAP[looks.combo] | (values[:, measures.AT_VWAP] > 0.0)
    fired = np.where(able, around.fired_confidence, 0.0)
    return np.where(fires, np.nan_to_num(fired), np.nan_to_num(score))


def _held(side: float, values: Float64, level: float, day_range: float) -> float:
    opened = side * (values[measures.FIRST_OPEN] - level)
    held = side * (values[measures.REACHED] - level)
    if not (opened > 0.0 and held > 0.0 and day_range > 0.0):
        return 0.0
    return float(fit_beyond(held / day_range))


def _setup(looks: Looks, around: Circumstances, k: int) -> Setup | None:
    combo, ages = COMBOS[int(looks.combo[k])], around.ages(int(looks.open_ms[k]))
    return setup_of(combo, int(looks.side[k]), around.days, k, around.found[k], ages)


def first_beyond(history: History, row: int, first: int, end: int, level: float, side: int) -> int:
    """Return the first bar of [first, end) that closes beyond a level, `end` when none does."""
    beyond = np.flatnonzero(side * columns_of(history, row)[first:end, CLOSE] > side * level)
    return first + int(beyond[0]) if len(beyond) else end


def first_after(history: History, row: int, first: int, end: int, until_ms: int) -> int:
    """Return the first bar of [first, end) that ends at `until_ms` or later, else `end`.

    None is where the first of them starts no earlier: nothing was there that could hold till then.
    """
    if first < end and history.start[row, first] >= until_ms:
        return end
    done = np.flatnonzero(history.start[row, first:end] + history.bar_ms >= until_ms)
    return first + int(done[0]) if len(done) else end
