"""Write the signal log: confirmations, updates and retractions, in a fixed order."""

import math
from collections.abc import Mapping

from pl.signals.chart.hit import Finding
from pl.signals.endings import Ending, are_alike
from pl.signals.hits import DIRECTION_NAMES
from pl.signals.revision import Outcome
from pl.signals.signal import (
    RETRACTED,
    Facts,
    Signal,
    changes,
    defining_times,
    geometry,
    horizon,
    identified,
    is_candlestick,
    levels,
    life_of,
    material,
    name_of,
    reason,
)


class Author:
    """Turn hits into log entries for one table of symbols, timeframe and tier.

    rsi : that of the bar that an entry is of, NaN when not known: what a bar says beside the find
    is said of the bar that found it, or of the one that ended it.
    """

    def __init__(self, symbols: tuple[str, ...], timeframe: str, tier: str) -> None:
        self._symbols = symbols
        self.rows = {symbol: row for row, symbol in enumerate(symbols)}
        self._timeframe = timeframe
        self._tier = tier

    def confirm(self, hit: Finding, rsi: float = math.nan) -> Signal:
        """Return the entry that says the pattern is there or forming, as its bar closes."""
        return self._entry(hit, 0, life_of(hit), rsi, {}, {})

    def end(self, hit: Finding, ending: Ending, rsi: float = math.nan) -> Signal:
        """Return the entry that says how a confirmed pattern ended."""
        before: Facts = {"life": life_of(hit)}
        return self._ended(hit, ending.changes, ending, rsi, before, ending.facts())

    def _ended(
        self, hit: Finding, revision: int, ending: Ending, rsi: float, before: Facts, after: Facts
    ) -> Signal:
        return self._entry(hit, revision, ending.life, rsi, before, after, ending.start_ms)

    def retract(self, hit: Finding, ending: Ending | None = None, rsi: float = math.nan) -> Signal:
        """Return the entry that takes a pattern back, with what it had said."""
        before: Facts = {**lived(hit, ending), **material(hit)}
        return self._entry(hit, _revised(hit), RETRACTED, rsi, before, {"life": RETRACTED})

    def difference(self, outcome: Outcome) -> list[Signal]:
        """Return what a changed bar adds to the log: by bar, by pattern, retractions first."""
        old, fresh = outcome.old, outcome.fresh
        entries: list[tuple[int, int, Signal]] = []
        for name, hit in old.items():
            if name not in fresh or is_elsewhere(hit, fresh[name]):
                rsi = outcome.rsi.get(hit.times[-1], math.nan)
                gone = self.retract(hit, outcome.old_ends.get(name), rsi)
                entries.append((hit.times[-1], hit.pattern, gone))
        for name, hit in fresh.items():
            ends = (outcome.old_ends.get(name), outcome.fresh_ends.get(name))
            before = old.get(name)
            moved = before is not None and is_elsewhere(before, hit)
            at = max(hit.times[-1], before.times[-1] if before else 0)
            said = self._restate(None if moved else before, hit, ends, outcome.rsi)
            entries += [(at, hit.pattern, entry) for entry in said]
        return [entry for *_, entry in sorted(entries, key=lambda found: found[:2])]

    def _restate(
        self,
        old: Finding | None,
        hit: Finding,
        ends: tuple[Ending | None, Ending | None],
        rsi: Mapping[int, float],
    ) -> list[Signal]:
        """Return what is said of a find that stands now: confirmed, changed, or ended otherwise."""
        was, is_ = ends
        revision, strength = _revised(hit), rsi.get(hit.times[-1], math.nan)
        at_end = rsi.get(is_.start_ms, math.nan) if is_ else math.nan
        if old is None or old.forming != hit.forming:
            found = self._entry(hit, revision, life_of(hit), strength, {}, {})
            ended = is_._replace(changes=revision) if is_ else None
            return [found, self.end(hit, ended, at_end)] if ended else [found]
        before: Facts
        after: Facts
        before, after = changes(old, hit)
        if not are_alike(was, is_) or (before and is_):
            before, after = {**lived(old, was), **before}, {**lived(hit, is_), **after}
        if not before:
            return []
        if is_ is None:
            return [self._entry(hit, revision, life_of(hit), strength, before, after)]
        return [self._ended(hit, revision, is_, at_end, before, after)]

    def _entry(
        self,
        hit: Finding,
        revision: int,
        life: str,
        rsi: float,
        before: Facts,
        after: Facts,
        ended_ms: int | None = None,
    ) -> Signal:
        symbol, name, born_ms = self._symbols[hit.row], name_of(hit), hit.times[-1]
        return Signal(
            symbol=symbol,
            pattern=name,
            direction=DIRECTION_NAMES[hit.direction],
            timeframe=self._timeframe,
            tier=self._tier,
            bar_time_ms=born_ms if ended_ms is None else ended_ms,
            life=life,
            revision=revision,
            confidence=hit.confidence,
            price=hit.close,
            price_change=hit.price_change,
            volume=hit.volume,
            reason=reason(hit),
            indicators=_indicators(hit, rsi),
            levels=levels(hit),
            geometry=geometry(hit),
            flow_id=identified(symbol, self._timeframe, name, hit.direction, defining_times(hit)),
            before=before,
            after=after,
            born_ms=born_ms,
            horizon_bars=horizon(hit),
        )


def is_elsewhere(old: Finding, fresh: Finding) -> bool:
    """Tell whether a find that was confirmed is forming now, or was confirmed by another bar."""
    return not old.forming and (fresh.forming or old.times[-1] != fresh.times[-1])


def lived(hit: Finding, ending: Ending | None) -> Facts:
    """Return the life of a pattern as far as it went."""
    return ending.facts() if ending else {"life": life_of(hit)}


def _revised(hit: Finding) -> int:
    """Return the revision of what a changed bar caused, be it a late bar never revised before."""
    return max(hit.revision, 1)


def _indicators(hit: Finding, rsi: float) -> dict[str, float]:
    """Return the indicators that travel with a signal; what is not known is left out."""
    known = {}
    relative_volume = hit.relative_volume
    if relative_volume is not None:
        known["relative_volume"] = relative_volume
    if not math.isnan(rsi):
        known["rsi"] = rsi
    if is_candlestick(hit):
        known["candle_strength"] = hit.measure
    return known
