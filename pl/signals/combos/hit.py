"""Hold what one combo saw at one closed bar, and write it as a signal."""

import math
from typing import Final, NamedTuple

import numpy as np

from pl.signals.combos.catalogue import COMBOS
from pl.signals.combos.declaration import Fires
from pl.signals.combos.setups import Setup
from pl.signals.hits import BULLISH, DIRECTION_NAMES
from pl.signals.levels import Anchor, stop_and_target
from pl.signals.pattern import price_text
from pl.signals.signal import CONFIRMED, RETRACTED, Facts, Signal, differing, identified

TIER: Final = "combo"
STOP_RANGES: Final = 0.25
"""The stop of a level lies so many daily mean ranges behind it."""


class Bar(NamedTuple):
    """Hold the bar that triggered, and what its session was so far; prices in USD.

    mean_volume : shares, of the 20 bars before; mean_range : true range of the 14 bars before;
    first_open : of the session; reached : its extreme against the trigger's direction.
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


def identity(hit: ComboHit) -> tuple[int, int, int, tuple[int, int]]:
    """Return what makes two hits the same find."""
    return hit.row, hit.combo, hit.direction, hit.times


def material(hit: ComboHit) -> dict[str, float]:
    """Return the numbers whose change is worth an update."""
    return {
        "confidence": hit.confidence,
        "price": hit.bar.close,
        "price_change": _price_change(hit.bar),
        "volume": hit.bar.volume,
    }


class ComboAuthor:
    """Turn hits into log entries for one table of symbols and timeframe."""

    def __init__(self, symbols: tuple[str, ...], timeframe: str) -> None:
        self._symbols = symbols
        self._timeframe = timeframe

    def confirm(self, hit: ComboHit) -> Signal:
        """Return the entry that says it is there, as its bar closes."""
        return self._entry(hit._replace(revision=0), CONFIRMED, {}, {})

    def retract(self, hit: ComboHit) -> Signal:
        """Return the entry that takes it back, with what it had said."""
        before: Facts = {"life": CONFIRMED, **material(hit)}
        return self._entry(_revised(hit), RETRACTED, before, {"life": RETRACTED})

    def restate(self, old: ComboHit | None, hit: ComboHit) -> Signal | None:
        """Return the entry of one that a changed bar brought or altered, None when it did not."""
        if old is None:
            return self._entry(_revised(hit), CONFIRMED, {}, {})
        before, after = differing(material(old), material(hit))
        return self._entry(_revised(hit), CONFIRMED, before, after) if before else None

    def _entry(self, hit: ComboHit, life: str, before: Facts, after: Facts) -> Signal:
        combo, symbol, bar = COMBOS[hit.combo], self._symbols[hit.row], hit.bar
        return Signal(
            symbol=symbol,
            pattern=combo.name,
            direction=DIRECTION_NAMES[hit.direction],
            timeframe=self._timeframe,
            tier=TIER,
            bar_time_ms=bar.start_ms,
            life=life,
            revision=hit.revision,
            confidence=hit.confidence,
            price=bar.close,
            price_change=_price_change(bar),
            volume=bar.volume,
            reason=self._reason(hit),
            indicators={"relative_volume": bar.relative_volume} if bar.mean_volume > 0.0 else {},
            levels=_levels(hit),
            geometry=_geometry(hit),
            flow_id=identified(symbol, self._timeframe, combo.name, hit.direction, hit.times),
            before=before,
            after=after,
            born_ms=bar.start_ms,
        )

    def _reason(self, hit: ComboHit) -> str:
        combo, bar, setup = COMBOS[hit.combo], hit.bar, hit.setup
        return combo.template.format(
            setup=setup.said,
            trigger=hit.fired.reason if hit.fired else "",
            timeframe=self._timeframe,
            close=price_text(bar.close),
            open=price_text(bar.first_open),
            reached=price_text(bar.reached),
            level=price_text(setup.level) if setup.level > 0.0 else "",
            beyond="above" if hit.direction == BULLISH else "below",
            said=getattr(combo.setup, "said", ""),
            day=str(np.datetime64(setup.level_ms, "ms").astype("datetime64[D]")),
            volume=bar.relative_volume,
        )


def _revised(hit: ComboHit) -> ComboHit:
    return hit._replace(revision=max(hit.revision, 1))


def _price_change(bar: Bar) -> float:
    return 100.0 * (bar.close / bar.previous_close - 1.0)


def _levels(hit: ComboHit) -> dict[str, float]:
    """Return those of the trigger; of a level, a stop behind it and a target twice as far away."""
    if hit.fired is not None:
        return dict(hit.fired.levels)
    level, close = hit.setup.level, hit.bar.close
    stop, target = stop_and_target(
        int(Anchor.LEVEL), STOP_RANGES, hit.direction, level, level, level, close, hit.day_range
    )
    return {} if math.isnan(stop) else {"entry": close, "stop": stop, "target": target}


def _geometry(hit: ComboHit) -> dict[str, object]:
    """Return the span from the daily bar to the trigger and, of a level, its line."""
    begin, end = hit.setup.level_ms / 1000.0, hit.bar.start_ms / 1000.0
    if not isinstance(COMBOS[hit.combo].trigger, Fires):
        level = hit.setup.level
        line = [{"time": begin, "price": level}, {"time": end, "price": level}]
        return {"from": begin, "to": end, "level": level, "lines": [line]}
    drawn: dict[str, object] = {"from": begin, "to": end}
    level_fired = hit.fired.geometry.get("level") if hit.fired else None
    return drawn if level_fired is None else {**drawn, "level": level_fired}
