"""Bring what combos say at bars into the order of the log.

At each bar first what ends, then what is found: by combo, bearish ones first; where a bar changed
what was said before, by bar, by combo, retractions first.
"""

from collections.abc import Iterable, Mapping, Sequence
from typing import Final, NamedTuple

import numpy as np

from pl.market.batches import Int64
from pl.signals.combos.author import ComboAuthor
from pl.signals.combos.begun import Begun
from pl.signals.combos.hit import ComboHit, Identity
from pl.signals.combos.names import COMBO_NAMES
from pl.signals.combos.open import Ended
from pl.signals.endings import Ending
from pl.signals.entries import KIND_OF, LIVES, Chosen, Entries, join_entries
from pl.signals.signal import CONFIRMED, Signal

COMBO_KIND: Final = KIND_OF[COMBO_NAMES[0]]
RETRACTION: Final = 0
STATEMENT: Final = 1
END: Final = 0
FIND: Final = 1

Numbered = tuple[int, int, int, int, int, Signal]
"""Place of the bar in the batch, bar time, combo, 0 for a retraction, side, and the entry."""


class Part(NamedTuple):
    """Hold n entries and what orders them; keys : (5, n), the place of the bar first."""

    keys: Int64
    entries: Entries


def in_order(parts: Sequence[Part]) -> Entries:
    """Return the entries of all parts, in log order."""
    entries = join_entries([part.entries for part in parts])
    keys = np.concatenate([part.keys for part in parts], axis=1)
    return entries.take(np.lexsort(keys[::-1]))


def found_part(author: ComboAuthor, begun: Begun, place: Int64) -> Part:
    """Return what was triggered says as its bars close, written when somebody reads it."""
    looks, n = begun.looks, len(begun)
    entries = Entries(
        looks.row.astype(np.int32),
        (looks.combo + COMBO_KIND).astype(np.int32),
        looks.side.astype(np.int8),
        looks.start_ms,
        looks.start_ms,
        begun.confidence,
        np.full(n, LIVES.index(CONFIRMED), np.uint8),
        np.full(n, np.nan),
        lambda places: [author.confirm(hit) for hit in begun.write(places)],
    )
    return Part(_keys(place, FIND, entries), entries)


def ended_part(author: ComboAuthor, ended: Ended, place: Int64) -> Part:
    """Return how trades ended, written when somebody reads it."""
    trades, hits, endings = ended.trades, ended.hits, ended.endings

    def write(places: Chosen) -> list[Signal]:
        how = [endings[k] for k in places.tolist()]
        return list(map(author.end, hits.write(places), how))

    entries = Entries(
        trades.row.astype(np.int32),
        (trades.combo + COMBO_KIND).astype(np.int32),
        trades.side.astype(np.int8),
        np.array([ending.start_ms for ending in endings], np.int64),
        trades.born_ms,
        trades.confidence,
        np.array([LIVES.index(ending.life) for ending in endings], np.uint8),
        trades.confidence,
        write,
    )
    return Part(_keys(place, END, entries), entries)


def changed_part(found: Sequence[Numbered], rows: Mapping[str, int]) -> Part:
    """Return entries that are written already; rows : by symbol."""
    keys = np.array([one[:5] for one in found], np.int64).reshape(-1, 5).T
    return Part(keys, Entries.of([one[5] for one in found], rows))


def differences(
    author: ComboAuthor,
    b: int,
    old: tuple[Mapping[Identity, ComboHit], Mapping[Identity, Ending]],
    fresh: tuple[Mapping[Identity, ComboHit], Mapping[Identity, Ending]],
) -> Iterable[Numbered]:
    """Yield what bar `b` changed; old, fresh : hits and how they ended, before and after it.

    The hits of `old` have the changes of their bars as they are after it.
    """
    (was, was_ended), (now, now_ended) = old, fresh
    for name, hit in was.items():
        if name not in now:
            gone = author.retract(hit, was_ended.get(name))
            yield b, hit.bar.start_ms, hit.combo, RETRACTION, hit.direction, gone
    for name, hit in now.items():
        ends = was_ended.get(name), now_ended.get(name)
        for said in author.restate(was.get(name), hit, *ends):
            yield b, hit.bar.start_ms, hit.combo, STATEMENT, hit.direction, said


def _keys(place: Int64, stage: int, entries: Entries) -> Int64:
    stages = np.full(len(entries), stage, np.int64)
    return np.stack(
        [place, stages, entries.kind.astype(np.int64), entries.direction, entries.born_ms]
    )
