"""Choose an example of each combo from recorded minutes and days, and make its drawing."""

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

import numpy as np
import pandas as pd

from pl.market.batches import ClosedBars, Float64
from pl.signals.combos.names import COMBO_NAMES
from pl.signals.indicators.names import COLUMN
from pl.signals.signal import Signal
from scripts.drawing import Drawing
from scripts.examples import TYPICAL, Example, alerts
from tests.pl.signals.recorded_combos import (
    DAY,
    SYMBOLS,
    calendar,
    in_order,
    new_york,
    read_days,
    read_minutes,
)

BEFORE: Final = 60
AFTER: Final = 20
FAMILY: Final = "combo"


@dataclass(frozen=True, slots=True)
class Recording:
    """Hold the recorded minutes, the VWAP of each, and what the combos found in them.

    vwap : by row and start, USD.
    """

    minutes: ClosedBars
    vwap: dict[tuple[int, int], float]
    log: list[Signal]

    def found(self, name: str) -> list[Signal]:
        """Return the finds of a combo, from the least confident to the most."""
        mine = [one for one in self.log if one.pattern == name and one.is_found]
        return sorted(mine, key=lambda one: (one.confidence, one.symbol, one.bar_time_ms))


def recording(home: Path) -> Recording:
    """Return the recorded sessions below `home`, judged as they came."""
    sessions = calendar()
    days, minutes = read_days(home, sessions), read_minutes(home, sessions)
    market = new_york(sessions)
    log: list[Signal] = []
    vwap: dict[tuple[int, int], float] = {}
    for kind, bars in in_order(days, minutes, sessions):
        if kind == DAY:
            log += market.take((kind, bars))
            continue
        taken = market.combos.take(bars)
        log += taken.judge().combos.signals()
        table = taken.update.indicators
        keys = zip(table.row.tolist(), table.start_ms.tolist(), strict=True)
        vwap |= dict(zip(keys, table.values[:, COLUMN["vwap"]].tolist(), strict=True))
    return Recording(minutes, vwap, log)


def chosen_combos(recorded: Recording) -> Iterator[tuple[Example, Drawing]]:
    """Yield a typical find of each combo that fired."""
    for name in COMBO_NAMES:
        found = recorded.found(name)
        sure = [one for one in found if alerts(example_of(one))]
        if found:
            signal = found[int(TYPICAL * (len(found) - 1))]
            if sure and signal not in sure:
                signal = sure[int(TYPICAL * (len(sure) - 1))]
            yield example_of(signal), drawing_of(signal, recorded)


def combo_again(example: Example, recorded: Recording) -> Drawing:
    """Return the drawing of a known example. Raises LookupError when nothing fires there."""
    for signal in recorded.found(example.name):
        if example_of(signal) == example:
            return drawing_of(signal, recorded)
    raise LookupError(f"{example.name}: nothing fires on {example.symbol} {example.closed}")


def example_of(signal: Signal) -> Example:
    """Return which bar is shown, and what the combo said there."""
    return Example(
        signal.pattern,
        FAMILY,
        signal.symbol,
        signal.timeframe,
        clock(signal.bar_time_ms),
        signal.direction,
        signal.reason,
        signal.confidence,
    )


def clock(start_ms: int) -> str:
    """Return when a minute started, as people of the market write it."""
    moment = pd.Timestamp(start_ms, unit="ms", tz="UTC").tz_convert("America/New_York")
    return moment.strftime("%Y-%m-%d %H:%M")


def drawing_of(signal: Signal, recorded: Recording) -> Drawing:
    """Return the minutes around a find, with its level, or with the VWAP where it has none."""
    row = SYMBOLS.index(signal.symbol)
    bars = recorded.minutes.take(recorded.minutes.row == row)
    place = int(np.searchsorted(bars.start_ms, signal.bar_time_ms))
    begin, end = max(place - BEFORE, 0), min(place + 1 + AFTER, len(bars))
    shown = bars.take(np.arange(begin, end))
    starts = shown.start_ms.tolist()
    vwap = np.array([recorded.vwap[row, start] for start in starts])
    level = _level(dict(signal.geometry))
    return Drawing(
        f"{signal.pattern} {signal.symbol} {signal.timeframe} {clock(signal.bar_time_ms)}",
        _columns(shown),
        place - begin,
        place - begin,
        signal.direction,
        (clock(starts[0]), clock(starts[-1])),
        level,
        overlays=() if level is not None else (("vwap", vwap),),
    )


def _level(geometry: dict[str, Any]) -> float | None:
    return float(geometry["level"]) if "level" in geometry else None


def _columns(bars: ClosedBars) -> Float64:
    return np.column_stack([bars.open, bars.high, bars.low, bars.close, bars.volume])
