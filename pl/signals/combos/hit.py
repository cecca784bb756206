"""Hold what one combo saw at one closed bar."""

import math
from typing import NamedTuple

import numpy as np

from pl.signals.combos.catalogue import COMBOS
from pl.signals.combos.declaration import Fires, Holds
from pl.signals.combos.setups import Setup
from pl.signals.combos.trades import StopAt
from pl.signals.hits import BULLISH
from pl.signals.levels import Anchor, stop_and_target
from pl.signals.pattern import prices_apart
from pl.signals.signal import Drawing, Facts, Numbers, Signal


class Bar(NamedTuple):
    """Hold the bar that triggered, and what its session was so far; prices in USD.

    mean_volume : shares, of the 20 bars before; mean_range : true range of the 14 bars before;
    first_open : of the session; reached : its extreme against the trigger's direction, 0 where the
    combo does not look at it.
    """

    start_ms: int
    close: float
    volume: float
    previous_close: float
    mean_volume: float
    mean_range: float
    first_open: float
    reached: float

    @property
    def relative_volume(self) -> float:
        """Return volume over its usual mean, 0 when that is not known."""
        return self.volume / self.mean_volume if self.mean_volume > 0.0 else 0.0

    @property
    def price_change(self) -> float:
        """Return the change against the close of the bar before, in percent."""
        return 100.0 * (self.close / self.previous_close - 1.0)


class ComboHit(NamedTuple):
    """Hold a fired combo.

    combo : its number; direction : code; revision : grows with each change of a bar that it may
    rest on; day_range : mean true range of the days, USD, NaN when not known;
    fired : the entry of the intraday log that triggered, None for levels.
    """

    combo: int
    row: int
    direction: int
    revision: int
    setup: Setup
    bar: Bar
    day_range: float
    fired: Signal | None
    confidence: float

    @property
    def times(self) -> tuple[int, int]:
        """Return the starts of the daily bar and of the bar that triggered, unix ms."""
        return self.setup.day_ms, self.bar.start_ms


Identity = tuple[int, int, int, tuple[int, int]]


def identity(hit: ComboHit) -> Identity:
    """Return what makes two hits the same find."""
    return hit.row, hit.combo, hit.direction, hit.times


def material(hit: ComboHit) -> Facts:
    """Return what a hit says; when a changed bar makes it say something else, that is news."""
    return {
        "confidence": hit.confidence,
        "price": hit.bar.close,
        "price_change": hit.bar.price_change,
        "volume": hit.bar.volume,
        "reason": reason(hit),
        **levels(hit),
        **_relative_volume(hit.bar),
    }


def levels(hit: ComboHit) -> Numbers:
    """Return entry, stop and target in USD as the combo declares them; empty without a stop."""
    trade, bar = COMBOS[hit.combo].trade, hit.bar
    if trade.stop == StopAt.TRIGGER:
        return dict(hit.fired.levels) if hit.fired else {}
    level, unit = hit.setup.level, hit.day_range
    if trade.stop == StopAt.TRIGGER_LEVEL:
        level, unit = trigger_level(hit), bar.mean_range
    stop, target = stop_and_target(
        int(Anchor.LEVEL), trade.ranges, hit.direction, level, level, level, bar.close, unit
    )
    return {} if math.isnan(stop) else {"entry": bar.close, "stop": stop, "target": target}


def trigger_level(hit: ComboHit) -> float:
    """Return the level of the pattern that triggered, USD, NaN without one."""
    level = hit.fired.geometry.get("level") if hit.fired else None
    return level if isinstance(level, float) else math.nan


def indicators(hit: ComboHit) -> Numbers:
    """Return the numbers that the reason is made of, and those of its pieces where known."""
    bar, setup, trigger = hit.bar, hit.setup, COMBOS[hit.combo].trigger
    known = {**_relative_volume(bar), **setup.numbers}
    if isinstance(trigger, Holds):
        known |= {"session_open": bar.first_open, "session_reached": bar.reached}
    if hit.fired is not None:
        known["trigger_confidence"] = hit.fired.confidence
        level = trigger_level(hit)
        known |= {} if math.isnan(level) else {"trigger_level": level}
    return known


def _relative_volume(bar: Bar) -> Numbers:
    return {"relative_volume": bar.relative_volume} if bar.mean_volume > 0.0 else {}


def reason(hit: ComboHit) -> str:
    """Return one sentence that says why it fired, from the numbers of both halves."""
    combo, bar, setup = COMBOS[hit.combo], hit.bar, hit.setup
    prices = {}
    if setup.level > 0.0:
        prices = {"close": bar.close, "level": setup.level}
    if isinstance(combo.trigger, Holds):
        prices |= {"open": bar.first_open, "reached": bar.reached}
    return combo.template.format(
        **dict(zip(prices, prices_apart(*prices.values()), strict=True)),
        setup=setup.said,
        trigger=hit.fired.reason if hit.fired else "",
        timeframe=hit.fired.timeframe if hit.fired else "",
        beyond="above" if hit.direction == BULLISH else "below",
        said=getattr(combo.setup, "said", ""),
        day=str(np.datetime64(setup.level_ms, "ms").astype("datetime64[D]")),
        volume=bar.relative_volume,
    )


def geometry(hit: ComboHit) -> Drawing:
    """Return the span from the daily bar to the trigger and, of a level, its line."""
    begin, end = hit.setup.level_ms / 1000.0, hit.bar.start_ms / 1000.0
    if not isinstance(COMBOS[hit.combo].trigger, Fires):
        level = hit.setup.level
        line = [{"time": begin, "price": level}, {"time": end, "price": level}]
        return {"from": begin, "to": end, "level": level, "lines": [line]}
    drawn: dict[str, object] = {"from": begin, "to": end}
    level = trigger_level(hit)
    return drawn if math.isnan(level) else {**drawn, "level": level}
