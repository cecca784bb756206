"""Know of which signals somebody was told, so that what becomes of them is told, and no more."""

from collections.abc import Container, Iterable, Sequence
from itertools import islice
from typing import Final

import numpy as np

from pl.market.batches import Int64, UInt8
from pl.signals.entries import DIRECTION_OF, KIND_OF, LIVES, Chosen, Entries
from pl.signals.signal import CONFIRMED, ENDINGS, FORMING, RETRACTED
from pl.signals.storm import Flags
from pl.store.standing import Standing

SECOND_MS: Final = 1_000
MOST_OLD: Final = 200_000
"""Flows that are remembered before the oldest are forgotten: those of hours of storm."""
_IS_END: Final = np.array([life in ENDINGS for life in LIVES], np.bool_)
_OVER: Final = frozenset({RETRACTED, *ENDINGS})
_IS_FOUND: Final = np.array([life in {CONFIRMED, FORMING} for life in LIVES], np.bool_)
_FORMING: Final = LIVES.index(FORMING)


class Told:
    """Remember flows by symbol, pattern, direction and the bar that confirmed them.

    Each is known by the life that was told last. Thousands of signals end at a close of the whole
    market; who was told of a few of them needs no sentence about the others. What is remembered
    too long does no harm: a flow has one end.
    What is forming is confirmed by another bar, so it is known by its flow, too: what is of the
    same symbol, pattern and direction is written out to read which flow that is. So is what may
    change the end of a flow that an earlier run told, which says by which bar it ended.
    """

    def __init__(self) -> None:
        self._keys: dict[int, int] = {}
        self._forming: dict[int, set[str]] = {}
        self._ended: dict[int, dict[str, int]] = {}

    def __len__(self) -> int:
        return len(self._keys)

    @staticmethod
    def of(standing: Iterable[Standing], symbols: Sequence[str], timeframe: str) -> "Told":
        """Return the flows of a timeframe that an earlier run told of and that still stand."""
        rows = {symbol: row for row, symbol in enumerate(symbols)}
        told = Told()
        for flow in standing:
            known = flow.symbol in rows and flow.pattern in KIND_OF
            if known and flow.timeframe == timeframe and flow.life != RETRACTED:
                told._recall(flow, rows[flow.symbol])
        return told

    def _recall(self, flow: Standing, row: int) -> None:
        kind, direction = KIND_OF[flow.pattern], DIRECTION_OF[flow.direction]
        topic = key_of(row, kind, direction, 0)
        if flow.life in ENDINGS:
            self._ended.setdefault(topic, {})[flow.flow_id] = flow.bar_time_ms
            return
        self._keys[key_of(row, kind, direction, flow.bar_time_ms)] = LIVES.index(flow.life)
        if flow.life == FORMING:
            self._forming.setdefault(topic, set()).add(flow.flow_id)

    def untold(self, entries: Entries, at: Chosen) -> Chosen:
        """Return those of the entries at `at` of whose flows nobody was told."""
        return at[~_are_in(self._keys, keys_of(entries.take(at)).tolist())]

    def places(self, entries: Entries, chosen: Flags, awaited: Flags) -> Chosen:
        """Return the places of entries somebody is to hear of, in log order.

        entries : of the log; chosen : (n,) those that a policy lets through; awaited : (n,) as
        below. Beside them it is whatever became of a flow that was told of; the ends of flows that
        were not are left out.
        """
        keys = keys_of(entries)
        found = set(keys[(chosen | awaited) & _IS_FOUND[entries.life]].tolist())
        heard = chosen & ~_IS_END[entries.life]
        changes = np.flatnonzero(~np.isnan(entries.said))
        able = keys[changes].tolist()
        heard[changes] |= _are_in(self._keys, able) | _are_in(found, able)
        heard[self._of_ended(entries, changes)] = True
        return np.flatnonzero(heard | awaited)

    def _of_ended(self, entries: Entries, changes: Chosen) -> list[int]:
        """Return which changes are of flows that ended in an earlier run."""
        if not self._ended:
            return []
        topics = _keys_without_time(entries)
        able = [
            k
            for k in changes[_are_in(self._ended, topics[changes].tolist())].tolist()
            if entries.born_ms[k] <= max(self._ended[int(topics[k])].values())
        ]
        return [
            k
            for k, signal in zip(able, entries.signals(able), strict=True)
            if signal.flow_id in self._ended[int(topics[k])]
        ]

    def awaited(self, entries: Entries, chosen: Flags) -> Flags:
        """Tell which entries say what became of something told as forming; (n,).

        That is its confirmation, and whatever comes of it where nobody was told of that.
        """
        topics = _keys_without_time(entries)
        forms = np.flatnonzero(chosen & (entries.life == _FORMING))
        known = list(self._forming) + topics[forms].tolist()
        awaited = np.zeros(len(entries), np.bool_)
        if not known:
            return awaited
        concerned = np.flatnonzero(np.isin(topics, known)).tolist()
        forming = set[str]().union(*(self._forming.get(key, ()) for key in known))
        for k, signal in zip(concerned, entries.signals(concerned), strict=True):
            flow_id = signal.flow_id
            if signal.life == FORMING:
                forming |= {flow_id} if chosen[k] else set()
            elif flow_id in forming:
                awaited[k] = True
                forming -= {flow_id} if signal.life in _OVER else set()
        return awaited

    def follows(self, entries: Entries, awaited: Flags) -> Chosen:
        """Return of each entry the place of the alert of this close without which it says nothing.

        entries : in log order; awaited : (n,) those that are told in any case. -1 where the flow
        was told of before, and of what says its find for the first time.
        """
        keys, first = keys_of(entries), np.isnan(entries.said)
        found: Chosen = np.full(len(entries), -1)
        alerts, later = np.flatnonzero(first & ~awaited), np.flatnonzero(~first & ~awaited)
        able = later[np.isin(keys[later], keys[alerts])].tolist()
        if able:
            place = dict(zip(keys[alerts].tolist(), alerts.tolist(), strict=True))
            for k in able:
                key = int(keys[k])
                found[k] = -1 if key in self._keys else place[key]
        return found

    def as_ended(self, entries: Entries, places: Chosen) -> Flags:
        """Tell which entries at `places` say an end that was told already, as far as is known."""
        known = _IS_END[entries.life[places]]
        ends = entries.take(places[known])
        told = zip(keys_of(ends).tolist(), ends.life.tolist(), strict=True)
        known[known] = [self._keys.get(key) == life for key, life in told]
        return known

    def note(self, entries: Entries) -> None:
        """Remember the flows that entries, in log order, tell of."""
        _remember(self._keys, keys_of(entries), entries.life)
        topics = _keys_without_time(entries).tolist()
        forms = {topics[k] for k in np.flatnonzero(entries.life == _FORMING).tolist()}
        concerned = [
            k for k, topic in enumerate(topics) if topic in forms or topic in self._forming
        ]
        for k, signal in zip(concerned, entries.signals(concerned), strict=True):
            if signal.life == FORMING:
                self._forming.setdefault(topics[k], set()).add(signal.flow_id)
            else:
                self._settle(topics[k], signal.flow_id)

    def _settle(self, topic: int, flow_id: str) -> None:
        flows = self._forming.get(topic, set())
        flows.discard(flow_id)
        if not flows:
            self._forming.pop(topic, None)


def _are_in(known: Container[int], keys: Sequence[int]) -> Flags:
    """Tell which of n keys are known; thousands a close, of hundred thousands."""
    return np.fromiter(map(known.__contains__, keys), np.bool_, len(keys))


def _remember(known: dict[int, int], keys: Int64, lives: UInt8) -> None:
    for key, life in zip(keys.tolist(), lives.tolist(), strict=True):
        if _IS_FOUND[life]:
            known.pop(key, None)
            known[key] = life
        elif key in known:
            known[key] = life
    for key in list(islice(known, max(len(known) - MOST_OLD, 0))):
        del known[key]


def count_ends(entries: Entries) -> dict[str, int]:
    """Return how many entries say that a signal ended, by how it did."""
    counts = np.bincount(entries.life, minlength=len(LIVES)).tolist()
    return {life: count for life, count in zip(LIVES, counts, strict=True) if life in ENDINGS}


def keys_of(entries: Entries) -> Int64:
    """Return a number for the flow of each entry, (n,), as `key_of` does for one."""
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


def key_of(row: int, kind: int, direction: int, born_ms: int) -> int:
    """Return the same for one flow, as plain numbers: hundred thousands may be recalled."""
    return ((born_ms // SECOND_MS << 8 | kind) << 2 | direction & 3) << 19 | row
