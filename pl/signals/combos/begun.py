"""Hold the combos that a close triggers, in columns until somebody reads them.

A trade needs its stop and its target at once; what the alert says of it is written for the few
that a policy chooses.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np

from pl.market.batches import Float64, Int64
from pl.signals.combos import measures
from pl.signals.combos.catalogue import COMBOS
from pl.signals.combos.conditions import DAY_COLUMN
from pl.signals.combos.declaration import Conditions, Found, Level
from pl.signals.combos.hit import Bar, ComboHit
from pl.signals.combos.levels import LEVEL_OF
from pl.signals.combos.measures import Looks
from pl.signals.combos.setups import Ages, DayRows, Setup, setup_of, state_of
from pl.signals.combos.trades import StopAt
from pl.signals.entries import Brief
from pl.signals.levels import Anchor, place_stops

NOT_FIRED: Final = -1
ATR: Final = DAY_COLUMN["atr_14"]

_STOP_AT: Final[Int64] = np.array([int(combo.trade.stop) for combo in COMBOS], np.int64)
_RULES: Final[Float64] = np.array(
    [(float(Anchor.LEVEL), combo.trade.ranges) for combo in COMBOS], np.float64
)
_LEVEL: Final[Int64] = np.array(
    [LEVEL_OF[c.setup] if isinstance(c.setup, Level) else -1 for c in COMBOS], np.int64
)


@dataclass(frozen=True, slots=True)
class Begun:
    """Hold n looks that trigger.

    days : the last day before their sessions, n of them; values : (n, N_MEASURES) float64;
    confidence, scores : (n,) float64, of the setups the latter; setups : those that stand on
    finds, None for others; ages : by open of the session; which : (n,) place among those that an
    entry triggered, NOT_FIRED for levels; fired : the brief of these entries.
    """

    looks: Looks
    days: DayRows
    values: Float64
    confidence: Float64
    scores: Float64
    setups: Sequence[Setup | None]
    ages: Callable[[int], Ages]
    which: Int64
    fired: Brief

    def __len__(self) -> int:
        return len(self.confidence)

    def stops(self) -> Float64:
        """Return stop and target of each as `hit.levels` names them, USD, (n, 2)."""
        combo, fired = self.looks.combo, self.which != NOT_FIRED
        out = np.full((len(self), 2), np.nan)
        out[fired, 0], out[fired, 1] = self.fired.stop, self.fired.target
        own = np.flatnonzero(_STOP_AT[combo] != StopAt.TRIGGER)
        out[own] = self._own_stops(own)
        return out

    def _own_stops(self, at: Int64) -> Float64:
        """Return stop and target of those at places whose combos place them, USD, (n, 2)."""
        combo, values, fired = self.looks.combo[at], self.values[at], self.which[at]
        level = self.days.levels.price[at, _LEVEL[combo]]
        level[_LEVEL[combo] < 0] = np.nan
        unit = self.days.values[at, ATR]
        by_trigger = _STOP_AT[combo] == StopAt.TRIGGER_LEVEL
        level[by_trigger] = self.fired.level[fired[by_trigger]]
        unit[by_trigger] = values[by_trigger, measures.MEAN_RANGE]
        prices = np.stack([level, level, level, values[:, measures.PRICE], unit], axis=1)
        out = np.empty((len(at), 2), np.float64)
        place_stops(_RULES[combo], self.looks.side[at], prices, out)
        return out

    def write(self, places: Int64) -> list[ComboHit]:
        """Return those at places as hits."""
        which = self.which[places]
        fired = iter(self.fired.write(which[which != NOT_FIRED]))
        return [
            self._hit(k)._replace(fired=None if entry == NOT_FIRED else next(fired))
            for k, entry in zip(places.tolist(), which.tolist(), strict=True)
        ]

    def _hit(self, k: int) -> ComboHit:
        looks, setup = self.looks, self._setup(k)
        if setup is None:
            raise IndexError(f"look {k}: expected one that triggers")
        return ComboHit(
            combo=int(looks.combo[k]),
            row=int(looks.row[k]),
            direction=int(looks.side[k]),
            revision=0,
            setup=setup,
            bar=_bar(int(looks.start_ms[k]), self.values[k]),
            day_range=float(self.days.values[k, ATR]),
            fired=None,
            confidence=float(self.confidence[k]),
        )

    def _setup(self, k: int) -> Setup | None:
        looks, days = self.looks, self.days
        combo = COMBOS[int(looks.combo[k])]
        if isinstance(combo.setup, Found):
            return self.setups[k]
        if isinstance(combo.setup, Conditions):
            score = float(self.scores[k])
            return state_of(combo.setup, int(days.start_ms[k]), days.values[k], score)
        return setup_of(combo, int(looks.side[k]), days, k, (), self.ages(int(looks.open_ms[k])))


def _bar(start_ms: int, values: Float64) -> Bar:
    return Bar(
        start_ms=start_ms,
        close=float(values[measures.PRICE]),
        volume=float(values[measures.SHARES]),
        previous_close=float(values[measures.PREVIOUS]),
        mean_volume=float(values[measures.USUAL_SHARES]),
        mean_range=float(values[measures.MEAN_RANGE]),
        first_open=float(values[measures.FIRST_OPEN]),
        reached=float(values[measures.REACHED]),
    )
