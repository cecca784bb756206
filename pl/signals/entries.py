"""Hold log entries as columns, and write as sentences only those that somebody reads.

A close of 11,000 symbols brings thousands of entries of which a policy publishes a few. So the
log stays in columns until the policy has chosen; a `Signal`, with its reason, geometry and
identity, is written on demand.
"""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Final, NamedTuple

import numpy as np
import numpy.typing as npt

from pl.market.batches import Float64, Int32, Int64, UInt8
from pl.signals.chart.registry import CHART_NAMES
from pl.signals.combos.names import COMBO_NAMES
from pl.signals.hits import DIRECTION_NAMES
from pl.signals.registry import PATTERN_NAMES
from pl.signals.signal import (
    CONFIRMED,
    EXPIRED,
    FAILED,
    FORMING,
    RETRACTED,
    TARGET_REACHED,
    Signal,
)

Int8 = npt.NDArray[np.int8]
Chosen = npt.NDArray[np.intp]

LIVES: Final = (CONFIRMED, RETRACTED, TARGET_REACHED, FAILED, EXPIRED, FORMING)
"""An entry's life is a place in this table; it only grows."""

KIND_NAMES: Final = (*PATTERN_NAMES, *CHART_NAMES, *COMBO_NAMES)
N_KINDS: Final = len(KIND_NAMES)
KIND_OF: Final[Mapping[str, int]] = {name: kind for kind, name in enumerate(KIND_NAMES)}
"""Patterns of the registry, chart patterns and combos in one row of numbers without a gap."""
DIRECTION_OF: Final = {name: code for code, name in DIRECTION_NAMES.items()}


def _unwritten(places: Chosen) -> list[Signal]:
    if len(places):
        raise IndexError(f"entries {places.tolist()}: expected some of none")
    return []


class Brief(NamedTuple):
    """Hold what trades on n entries need, apart from all else that was written with them.

    stop, target, level : (n,) float64 USD, NaN where an entry has none; write : as in `Entries`.
    """

    stop: Float64
    target: Float64
    level: Float64
    write: Callable[[Chosen], list[Signal]]

    @staticmethod
    def of(signals: Sequence[Signal]) -> "Brief":
        """Return that of signals that are written already."""
        stop, target = (
            np.array([signal.levels.get(name, np.nan) for signal in signals], np.float64)
            for name in ("stop", "target")
        )
        level = np.array([signal.geometry.get("level", np.nan) for signal in signals], np.float64)
        return Brief(stop, target, level, lambda places: [signals[k] for k in places.tolist()])


@dataclass(frozen=True, slots=True)
class Entries:
    """Hold n log entries, in log order.

    row : (n,) int32; kind : (n,) int32, see KIND_NAMES; direction : (n,) int8 as in `hits`;
    bar_time_ms, born_ms : (n,) int64 start of the bar that closed, and of the one that confirmed
    it, unix ms; confidence : (n,) float64;
    life : (n,) uint8, see LIVES; said : (n,) float64 confidence said before by the entry that
    this one changes or takes back, NaN when it says its find for the first time;
    write : returns the entries at places as signals; keep : their brief, where that is known
    without writing them.
    """

    row: Int32
    kind: Int32
    direction: Int8
    bar_time_ms: Int64
    born_ms: Int64
    confidence: Float64
    life: UInt8
    said: Float64
    write: Callable[[Chosen], list[Signal]] = _unwritten
    keep: Callable[[Chosen], Brief] | None = None

    def __len__(self) -> int:
        return len(self.row)

    def signals(self, places: Iterable[int] | None = None) -> list[Signal]:
        """Return the entries at `places`, all of them unless given, written out."""
        if places is None:
            return self.write(np.arange(len(self)))
        return self.write(np.fromiter(places, np.intp))

    def brief(self, places: Chosen) -> Brief:
        """Return what stays of the entries at places when all others are forgotten."""
        return self.keep(places) if self.keep else Brief.of(self.write(places))

    def take(self, places: Chosen) -> "Entries":
        """Return the entries at `places` only, in that order."""
        return Entries(
            self.row[places],
            self.kind[places],
            self.direction[places],
            self.bar_time_ms[places],
            self.born_ms[places],
            self.confidence[places],
            self.life[places],
            self.said[places],
            lambda chosen: self.write(places[chosen]),
            lambda chosen: self.brief(places[chosen]),
        )

    @staticmethod
    def empty() -> "Entries":
        """Return no entries."""
        return Entries(
            np.empty(0, np.int32),
            np.empty(0, np.int32),
            np.empty(0, np.int8),
            np.empty(0, np.int64),
            np.empty(0, np.int64),
            np.empty(0, np.float64),
            np.empty(0, np.uint8),
            np.empty(0, np.float64),
        )

    @staticmethod
    def of(signals: Sequence[Signal], rows: Mapping[str, int]) -> "Entries":
        """Return signals as columns; rows : by symbol."""
        return Entries(
            np.array([rows[signal.symbol] for signal in signals], np.int32),
            np.array([KIND_OF[signal.pattern] for signal in signals], np.int32),
            np.array([DIRECTION_OF[signal.direction] for signal in signals], np.int8),
            np.array([signal.bar_time_ms for signal in signals], np.int64),
            np.array([signal.born_ms for signal in signals], np.int64),
            np.array([signal.confidence for signal in signals], np.float64),
            np.array([LIVES.index(signal.life) for signal in signals], np.uint8),
            np.array([_said(signal) for signal in signals], np.float64),
            lambda places: [signals[place] for place in places.tolist()],
        )


def _said(signal: Signal) -> float:
    if signal.life in {CONFIRMED, FORMING} and not signal.before:
        return float("nan")
    said = signal.before.get("confidence", signal.confidence)
    return float(said)


def join_entries(parts: Sequence[Entries]) -> Entries:
    """Return the entries of all parts, in that order."""
    parts = [part for part in parts if len(part)]
    if not parts:
        return Entries.empty()
    if len(parts) == 1:
        return parts[0]
    begins = np.cumsum([0, *(len(part) for part in parts)])

    def brief(places: Chosen) -> Brief:
        which, at = _parted(begins, places)
        order = np.argsort(which, kind="stable")
        kept = [parts[part].brief(at[which == part]) for part in np.unique(which).tolist()]
        return _join_briefs(kept, np.argsort(order))

    return Entries(
        np.concatenate([part.row for part in parts]),
        np.concatenate([part.kind for part in parts]),
        np.concatenate([part.direction for part in parts]),
        np.concatenate([part.bar_time_ms for part in parts]),
        np.concatenate([part.born_ms for part in parts]),
        np.concatenate([part.confidence for part in parts]),
        np.concatenate([part.life for part in parts]),
        np.concatenate([part.said for part in parts]),
        _writer([part.write for part in parts], begins),
        brief,
    )


def _join_briefs(parts: Sequence[Brief], order: Chosen) -> Brief:
    """Return the briefs of all parts on end, and then in an order."""
    begins = np.cumsum([0, *(len(part.stop) for part in parts)])
    write = _writer([part.write for part in parts], begins)
    stop, target, level = (
        np.concatenate([np.empty(0), *(part[column] for part in parts)])[order]
        for column in range(3)
    )
    return Brief(stop, target, level, lambda places: write(order[places]))


def _writer(
    parts: Sequence[Callable[[Chosen], list[Signal]]], begins: Int64
) -> Callable[[Chosen], list[Signal]]:
    """Return what writes entries of parts on end, each of which begins at one of `begins`."""

    def write(places: Chosen) -> list[Signal]:
        which, at = _parted(begins, places)
        written = np.empty(len(places), np.object_)
        for part in np.unique(which).tolist():
            mine = np.flatnonzero(which == part)
            written[mine] = parts[part](at[mine])
        return list(written)

    return write


def _parted(begins: Int64, places: Chosen) -> tuple[Chosen, Chosen]:
    """Return in which of the parts that begin at `begins` places lie, and where in them."""
    which = np.searchsorted(begins, places, "right") - 1
    return which, places - begins[which]
