"""The combos that trigger, and their confidence, are those of a plain twin."""

from collections import defaultdict
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np
import pytest

from pl.market.batches import ClosedBars
from pl.signals.engine import SignalEngine
from pl.signals.indicators.names import INDICATOR_NAMES
from pl.signals.signal import Signal
from pl.signals.table import EngineUpdate
from tests.pl.signals.made_combos import (
    MADE,
    SESSION_MS,
    made_batches,
    made_market,
    made_session,
)
from tests.pl.signals.naive_combos import Bar, Session, Told, told_of
from tests.pl.signals.recorded_combos import (
    DAY,
    MINUTE,
    SYMBOLS,
    Batch,
    calendar,
    in_order,
    log_of,
    new_york,
    read_days,
    read_minutes,
)
from tests.pl.signals.synthetic import confirmed

LONGEST = 11
"""Sessions that a setup may look back, and one."""


@dataclass
class Heard:
    """What an engine said of its bars: finds by symbol, indicator rows by row and start."""

    finds: dict[str, list[Signal]] = field(default_factory=lambda: defaultdict(list))
    rows: dict[tuple[int, int], dict[str, float]] = field(default_factory=dict)

    def take(self, update: EngineUpdate) -> None:
        for entry in confirmed(update.signals):
            self.finds[entry.symbol].append(entry)
        table = update.indicators
        for row, start, values in zip(table.row, table.start_ms, table.values, strict=True):
            named = zip(INDICATOR_NAMES, values.tolist(), strict=True)
            self.rows[int(row), int(start)] = dict(named)


def heard(engine: SignalEngine, batches: list[Batch], kind: int) -> Heard:
    """Return what an engine of its own says of the bars of a kind."""
    out = Heard()
    for of, bars in batches:
        if of == kind:
            out.take(engine.update(bars))
    return out


def bars_of(batches: list[Batch], kind: int, row: int) -> list[Bar]:
    parts = [bars.take(bars.row == row) for of, bars in batches if of == kind]
    return [bar for part in parts for bar in plain(part)]


def plain(bars: ClosedBars) -> list[Bar]:
    typical = (bars.high + bars.low + bars.close) / 3.0
    price = np.where(bars.vwap > 0.0, bars.vwap, typical)
    columns = (bars.start_ms, bars.open, bars.high, bars.low, bars.close, bars.volume, price)
    return [Bar(*values) for values in zip(*(c.tolist() for c in columns), strict=True)]


def expected(
    batches: list[Batch],
    symbols: tuple[str, ...],
    engines: tuple[SignalEngine, SignalEngine],
    session_of: Callable[[int], int],
    session_before: Callable[[int], int],
) -> dict[str, set[Told]]:
    """Return what the twin says, by symbol; engines : of days and of minutes, unused so far."""
    daily, intraday = heard(engines[0], batches, DAY), heard(engines[1], batches, MINUTE)
    told: dict[str, set[Told]] = {}
    for row, symbol in enumerate(symbols):
        minutes, days = bars_of(batches, MINUTE, row), bars_of(batches, DAY, row)
        opens = [session_of(bar.t) for bar in minutes]
        told[symbol] = set()
        for opened in sorted(set(opens)):
            known = [bar for bar in days if bar.t < opened]
            before = [session_before(opened)]
            while len(before) < LONGEST:
                before.append(session_before(before[-1]))
            day = known[-1]
            values = {**daily.rows[row, day.t], "close": day.c}
            first, end = opens.index(opened), len(opens) - opens[::-1].index(opened)
            finds = [one for one in daily.finds[symbol] if one.bar_time_ms < opened]
            told[symbol] |= told_of(
                Session(
                    opened,
                    first,
                    minutes[:end],
                    known,
                    before,
                    values,
                    finds,
                    intraday.finds[symbol],
                )
            )
    return told


def said(log: list[Signal], symbol: str) -> set[Told]:
    return {
        (entry.pattern, entry.direction, entry.bar_time_ms, entry.confidence)
        for entry in confirmed(log)
        if entry.symbol == symbol
    }


@pytest.mark.parametrize("seed", [102, 103])
def test_combos_of_made_sessions_are_those_of_their_twin(seed: int) -> None:
    batches, own = made_batches(seed), made_market()
    engines = own.days.engine, own.combos.engine
    twin = expected(batches, MADE, engines, made_session, lambda ms: ms - SESSION_MS)
    log = log_of(made_market(), batches)
    assert {symbol: said(log, symbol) for symbol in MADE} == twin
    assert len(log) > 100


@pytest.mark.real_data
def test_combos_of_recorded_sessions_are_those_of_their_twin(test_data: Path) -> None:
    """Of all but AAPL, whose days and minutes go on at another scale in between."""
    sessions = calendar()
    days, minutes = read_days(test_data, sessions), read_minutes(test_data, sessions)
    batches = in_order(days, minutes, sessions)
    own = new_york(sessions)
    twin = expected(
        batches,
        SYMBOLS,
        (own.days.engine, own.combos.engine),
        lambda ms: sessions.anchor_ms("1min", ms),
        lambda ms: sessions.anchor_ms("1min", ms - 1),
    )
    log = log_of(new_york(sessions), batches)
    for symbol in SYMBOLS[:4]:
        assert said(log, symbol) == twin[symbol]
    assert len(confirmed(log)) > 150
