"""Know of which confirmed signals somebody was told, so that only their ends are told too."""

from collections.abc import Iterable, Sequence
from typing import Final

import numpy as np

from pl.market.batches import Int64
from pl.signals.entries import DIRECTION_OF, KIND_OF, LIVES, Chosen, Entries
from pl.signals.signal import CONFIRMED, ENDINGS, FORMING
from pl.signals.storm import Flags
from pl.store.standing import Standing

SECOND_MS: Final = 1_000
MOST_OLD: Final = 50_000
"""Flows that are remembered before the oldest are forgotten."""
_IS_END: Final = np.array([life in ENDINGS for life in LIVES], np.bool_)
_IS_FOUND: Final = np.array([life in {CONFIRMED, FORMING} for life in LIVES], np.bool_)
_CONFIRMED: Final = LIVES.index(CONFIRMED)
_FORMING: Final = LIVES.index(FORMING)


class Told:
    """Remember flows by symbol, pattern, direction and the bar that confirmed them.

    Thousands of signals end at a close of the whole market; who was told of a few of them needs no
    sentence about the others. What is remembered too long does no harm: a flow has one end.
    What is forming is known by symbol, pattern and direction: another bar confirms it.
    """

    def __init__(self) -> None:
        self._keys: dict[int, None] = {}
        self._forming: dict[int, None] = {}

    def __len__(self) -> int:
        return len(self._keys)

    @staticmethod
    def of(standing: Iterable[Standing], symbols: Sequence[str], timeframe: str) -> "Told":
        """Return the flows of a timeframe that an earlier run told of and that have not ended."""
        rows = {symbol: row for row, symbol in enumerate(symbols)}
        known = [
            (rows[flow.symbol], KIND_OF[flow.pattern], DIRECTION_OF[flow.direction], flow)
            for flow in standing
            if flow.life in {CONFIRMED, FORMING}
            and flow.timeframe == timeframe
            and flow.symbol in rows
            and flow.pattern in KIND_OF
        ]
        row, kind, direction = (np.array([each[n] for each in known], np.int64) for n in range(3))
        born_ms = np.array([flow.bar_time_ms for *_, flow in known], np.int64)
        forming = np.array([flow.life == FORMING for *_, flow in known], np.bool_)
        told = Told()
        _remember(told._keys, _keys(row, kind, direction, born_ms))
        _remember(told._forming, _keys(row, kind, direction, np.zeros_like(born_ms))[forming])
        return told

    def places(self, entries: Entries) -> Chosen:
        """Return the places of entries somebody may hear of: all but the ends of untold flows.

        entries : what a policy let through, in log order; flows among them may be told.
        """
        keys = _keys_of(entries)
        found = set(keys[_IS_FOUND[entries.life]].tolist())
        ends = np.flatnonzero(_IS_END[entries.life])
        heard = np.ones(len(entries), np.bool_)
        heard[ends] = [key in self._keys or key in found for key in keys[ends].tolist()]
        return np.flatnonzero(heard)

    def awaited(self, entries: Entries) -> Flags:
        """Tell which entries confirm what somebody was told of as forming; (n,)."""
        keys = _keys_without_time(entries)
        able = np.flatnonzero(entries.life == _CONFIRMED)
        awaited = np.zeros(len(entries), np.bool_)
        awaited[able] = [key in self._forming for key in keys[able].tolist()]
        return awaited

    def note(self, entries: Entries) -> None:
        """Remember the flows that entries tell of."""
        _remember(self._keys, _keys_of(entries)[_IS_FOUND[entries.life]])
        keys = _keys_without_time(entries)
        for key in keys[entries.life == _CONFIRMED].tolist():
            self._forming.pop(key, None)
        _remember(self._forming, keys[entries.life == _FORMING])


def _remember(known: dict[int, None], keys: Int64) -> None:
    for key in keys.tolist():
        known.pop(key, None)
        known[key] = None
    for key in list(known)[: max(len(known) - MOST_OLD, 0)]:
        del known[key]


def count_ends(entries: Entries) -> dict[str, int]:
    """Return how many entries say that a signal ended, by how it did."""
    counts = np.bincount(entries.life, minlength=len(LIVES)).tolist()
    return {life: count for life, count in zip(LIVES, counts, strict=True) if life in ENDINGS}


def _keys_of(entries: Entries) -> Int64:
    return _keys(entries.row, entries.kind, entries.direction, entries.born_ms)


def _keys_without_time(entries: Entries) -> Int64:
    return _keys(entries.row, entries.kind, entries.direction, np.zeros_like(entries.born_ms))


def _keys(row: np.ndarray, kind: np.ndarray, direction: np.ndarray, born_ms: Int64) -> Int64:
    """Return a number for each flow: 34 bits of seconds, 8 of patterns, 2 of sides, 19 of rows."""
    keys = born_ms // SECOND_MS
    keys = (keys << 8) | kind.astype(np.int64)
    keys = (keys << 2) | (direction.astype(np.int64) & 3)
    found: Int64 = (keys << 19) | row.astype(np.int64)
    return found
