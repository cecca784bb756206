"""Write what combos saw, and how it ended, as log entries."""

from collections.abc import Iterator
from typing import Final

from pl.signals.combos.catalogue import COMBOS
from pl.signals.combos.hit import (
    ComboHit,
    geometry,
    indicators,
    levels,
    material,
    reason,
)
from pl.signals.endings import Ending, are_alike
from pl.signals.hits import DIRECTION_NAMES
from pl.signals.signal import CONFIRMED, RETRACTED, Facts, Signal, differing, identified

TIER: Final = "combo"


class ComboAuthor:
    """Turn hits into log entries for one table of symbols and timeframe."""

    def __init__(self, symbols: tuple[str, ...], timeframe: str) -> None:
        self._symbols = symbols
        self._timeframe = timeframe

    def confirm(self, hit: ComboHit) -> Signal:
        """Return the entry that says it is there, as its bar closes."""
        return self._entry(hit._replace(revision=0), CONFIRMED, {}, {})

    def end(self, hit: ComboHit, ending: Ending) -> Signal:
        """Return the entry that says how a confirmed one ended."""
        return self._ended(hit, ending, {"life": CONFIRMED}, ending.facts())

    def retract(self, hit: ComboHit, ending: Ending | None = None) -> Signal:
        """Return the entry that takes it back, with what it had said."""
        before: Facts = {**_lived(ending), **material(hit)}
        return self._entry(_revised(hit), RETRACTED, before, {"life": RETRACTED})

    def restate(
        self, old: ComboHit | None, hit: ComboHit, was: Ending | None, now: Ending | None
    ) -> Iterator[Signal]:
        """Yield the entries of one that a changed bar brought, altered or had end otherwise.

        was, now : how it had ended and how it ends, None while it lasts.
        """
        hit = _revised(hit)
        if old is None:
            yield self._entry(hit, CONFIRMED, {}, {})
            if now is not None:
                yield self.end(hit, now._replace(changes=hit.revision))
            return
        before, after = differing(material(old), material(hit))
        if not are_alike(was, now) or (before and now):
            before, after = {**_lived(was), **before}, {**_lived(now), **after}
        if before and now is None:
            yield self._entry(hit, CONFIRMED, before, after)
        elif before and now is not None:
            yield self._ended(hit, now._replace(changes=hit.revision), before, after)

    def _ended(self, hit: ComboHit, ending: Ending, before: Facts, after: Facts) -> Signal:
        hit = hit._replace(revision=ending.changes)
        return self._entry(hit, ending.life, before, after, ending.start_ms)

    def _entry(
        self,
        hit: ComboHit,
        life: str,
        before: Facts,
        after: Facts,
        ended_ms: int | None = None,
    ) -> Signal:
        combo, symbol, bar = COMBOS[hit.combo], self._symbols[hit.row], hit.bar
        return Signal(
            symbol=symbol,
            pattern=combo.name,
            direction=DIRECTION_NAMES[hit.direction],
            timeframe=self._timeframe,
            tier=TIER,
            bar_time_ms=bar.start_ms if ended_ms is None else ended_ms,
            life=life,
            revision=hit.revision,
            confidence=hit.confidence,
            price=bar.close,
            price_change=bar.price_change,
            volume=bar.volume,
            reason=reason(hit),
            indicators=indicators(hit),
            levels=levels(hit),
            geometry=geometry(hit),
            flow_id=identified(symbol, self._timeframe, combo.name, hit.direction, hit.times),
            before=before,
            after=after,
            born_ms=bar.start_ms,
            horizon_bars=combo.trade.horizon_bars,
        )


def _revised(hit: ComboHit) -> ComboHit:
    return hit._replace(revision=max(hit.revision, 1))


def _lived(ending: Ending | None) -> Facts:
    return ending.facts() if ending else {"life": CONFIRMED}
