"""What a trade needs of an entry is read from its columns, and is what its signal says."""

import math
from collections.abc import Callable
from dataclasses import replace

import numpy as np
import pytest

from pl.market.batches import ClosedBars, Int64
from pl.signals.combos.days import Days
from pl.signals.combos.hit import levels
from pl.signals.combos.open import OpenTrades
from pl.signals.combos.tier import Combos
from pl.signals.engine import SignalEngine
from pl.signals.entries import Brief, Entries, join_entries
from pl.signals.signal import Signal
from pl.signals.table import EngineUpdate
from tests.pl.signals.made_combos import MADE, made_batches, made_market, made_session
from tests.pl.signals.recorded_combos import DAY, MINUTE, Market, cut
from tests.pl.signals.synthetic import SYMBOLS, day_open, random_bars

Write = Callable[[Int64], list[Signal]]


class Counting(SignalEngine):
    """Count the entries that are written out of what an engine found."""

    n_written = 0

    def update(self, bars: ClosedBars) -> EngineUpdate:
        found = super().update(bars)
        entries = found.entries
        counted = replace(
            entries,
            write=self._counted(entries.write),
            keep=lambda places: self._kept(entries.brief(places)),
        )
        return replace(found, entries=counted)

    def _counted(self, write: Write) -> Write:
        def counted(places: Int64) -> list[Signal]:
            self.n_written += len(places)
            return write(places)

        return counted

    def _kept(self, brief: Brief) -> Brief:
        return brief._replace(write=self._counted(brief.write))


def found_in(seed: int, least_shared: int) -> Entries:
    engine = SignalEngine(SYMBOLS, "1min", "intraday", day_open, least_shared=least_shared)
    bars = random_bars(700, seed=seed)
    starts = np.unique(bars.start_ms)
    return join_entries(
        [
            engine.update(
                bars.take((bars.start_ms >= first) & (bars.start_ms < first + 6_000_000))
            ).entries
            for first in starts[::100].tolist()
        ]
    )


def same(one: float, other: float | None) -> bool:
    return math.isnan(one) if other is None else one == other


@pytest.mark.parametrize("least_shared", [2, 10_000])
def test_a_brief_has_the_levels_of_the_signals(least_shared: int) -> None:
    entries = found_in(7, least_shared)
    dice = np.random.default_rng(7)
    hits = np.flatnonzero(np.isnan(entries.said) & (entries.kind < 50))
    for places in (hits[::-3], dice.permutation(len(entries))[:400], hits[:0]):
        brief, signals = entries.brief(places), entries.signals(places.tolist())
        assert len(brief.stop) == len(brief.target) == len(brief.level) == len(signals)
        for k, signal in enumerate(signals):
            assert same(float(brief.stop[k]), signal.levels.get("stop"))
            assert same(float(brief.target[k]), signal.levels.get("target"))
            level = signal.geometry.get("level")
            assert same(float(brief.level[k]), level if isinstance(level, float) else None)
        assert brief.write(np.arange(len(signals))) == signals
        assert brief.write(np.arange(len(signals))[::-2]) == signals[::-2]


def test_a_brief_of_entries_taken_apart_is_of_the_ones_taken() -> None:
    entries = found_in(8, 10_000)
    some = entries.take(np.arange(len(entries))[::-5])
    places = np.array([3, 0, 17])
    assert some.brief(places).write(np.arange(3)) == some.signals(places.tolist())


def counted_market() -> tuple[Market, Counting]:
    intraday = Counting(MADE, "1min", "intraday", made_session, session_bars=400)
    daily = SignalEngine(MADE, "daily", "daily", lambda _: 0, session_bars=366)
    days = Days(daily, made_session)
    return Market(days, Combos(MADE, intraday, days, "1min", made_session)), intraday


def test_what_triggers_combos_is_written_when_somebody_reads_it() -> None:
    market, engine = counted_market()
    n_found = n_read = 0
    for kind, bars in cut(made_batches(3), 120):
        if kind == DAY:
            market.take((DAY, bars))
            continue
        before = engine.n_written
        found = market.combos.take(bars).judge().combos
        assert engine.n_written == before
        n_found += len(found)
        found.signals(range(0, len(found), 3))
        n_read += engine.n_written - before
    assert n_found > 50
    assert 0 < n_read < n_found


def test_stops_in_columns_are_those_that_the_hits_name() -> None:
    market = made_market()
    n_stops = 0
    for kind, bars in cut(made_batches(5), 60):
        market.take((kind, bars))
        if kind == MINUTE:
            n_stops += check_open(market.combos._open)
    assert n_stops > 100


def check_open(open_: OpenTrades) -> int:
    """Return how many open trades have a stop; each is that of its hit."""
    trades, hits = open_._trades, open_._hits.write(np.arange(len(open_)))
    for k, hit in enumerate(hits):
        assert hit[:3] == (trades.combo[k], trades.row[k], trades.side[k])
        assert (hit.confidence, hit.bar.start_ms) == (trades.confidence[k], trades.born_ms[k])
        named = levels(hit)
        assert same(float(trades.stop[k]), named.get("stop"))
        assert same(float(trades.target[k]), named.get("target"))
    return int(np.isfinite(trades.stop).sum())
