"""Take a bar that is not simply the next one: revised, late, repeated or unsound.

What was signalled before needs no memory of its own: it is what the patterns say of the bars as
they were held. So the bars from the changed one on are judged before and after the change, and
the difference goes to the log.
"""

from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Final

import numpy as np

from pl.market.batches import QUALITY_PARTIAL, Float64
from pl.signals.anchors import Calendar
from pl.signals.chart.hit import Finding
from pl.signals.closing import Arrivals, has_sound_prices
from pl.signals.endings import are_alike
from pl.signals.evaluation import changes_since, mark_range
from pl.signals.history import (
    NO_ANCHOR,
    History,
    find,
    make_room,
    set_anchor,
    walk,
    walk_start,
    write_bar,
)
from pl.signals.hits import Hit
from pl.signals.indicators.names import INDICATOR_NAMES, RSI_14
from pl.signals.reliving import Ends, Finds, lived_from
from pl.signals.shifting import shift_left, shift_right
from pl.signals.table import IndicatorTable

NEVER: Final = 2**62
"""Later than every bar, unix ms."""


@dataclass(frozen=True, slots=True)
class Outcome:
    """Hold what the change of one bar did; `refused` names why it did nothing.

    old, fresh : the hits of all bars whose signals it may concern, by identity, before and after;
    of a pattern that was forming and then confirmed the latter; old_ends, fresh_ends : how those
    ended that did; rsi : by bar start, of every bar that something else is said of now; table :
    indicator rows of the bars that were walked again.
    """

    refused: str = ""
    old: Finds = field(default_factory=dict)
    fresh: Finds = field(default_factory=dict)
    old_ends: Ends = field(default_factory=dict)
    fresh_ends: Ends = field(default_factory=dict)
    table: IndicatorTable = field(default_factory=IndicatorTable.empty)
    rsi: dict[int, float] = field(default_factory=dict)


def revise(history: History, batch: Arrivals, b: int, calendar: Calendar) -> Outcome:
    """Replace, insert or remove bar `b` of the batch and walk its row again.

    A sound bar replaces the one of the same start or goes in where it belongs; an unsound one
    removes what it replaces. Raises ValueError when the row is full.
    """
    row, start = int(batch.row[b]), int(batch.start[b])
    refused = _objection(history, batch, b)
    if refused:
        return Outcome(refused=refused)
    if not make_room(history, row):
        raise ValueError(f"row {row}: session longer than the bars there is room for")
    position = find(history, row, start)
    old, old_ends = lived_from(history, row, position, calendar.session_of)
    _place(history, batch, b, position)
    table = _walk_again(history, row, position, calendar)
    fresh, fresh_ends = lived_from(history, row, position, calendar.session_of)
    _mark(table, fresh.values())
    rsi = _rsi_since(history, row, table, _oldest(old, fresh, old_ends, fresh_ends))
    old = {name: _recount(history, hit) for name, hit in old.items()}
    fresh = {name: _recount(history, hit) for name, hit in fresh.items()}
    return Outcome("", old, fresh, old_ends, fresh_ends, table, rsi)


def _objection(history: History, batch: Arrivals, b: int) -> str:
    row, start = int(batch.row[b]), int(batch.start[b])
    position = find(history, row, start)
    held = _is_held(history, row, position, start)
    if not held and not has_sound_prices(batch.prices[b]):
        return "unsound"
    oldest = walk_start(history, row)
    if oldest > 0 and start < history.start[row, oldest]:
        return "too_old"
    if held and batch.revision[b] < history.revision[row, position]:
        return "stale"
    if held and _is_repeated(history, batch, b, position):
        return "repeated"
    return ""


def _is_held(history: History, row: int, position: int, start: int) -> bool:
    return position < history.n_bars[row] and int(history.start[row, position]) == start


def _is_repeated(history: History, batch: Arrivals, b: int, position: int) -> bool:
    row = int(batch.row[b])
    return (
        batch.revision[b] == history.revision[row, position]
        and _is_as_whole(int(batch.quality[b]), int(history.quality[row, position]))
        and np.array_equal(batch.prices[b], history.columns[position, :, row], equal_nan=True)
    )


def _is_as_whole(quality: int, held: int) -> bool:
    """Tell whether two qualities are worth the same: it counts only whether a bar is partial."""
    return quality == held or QUALITY_PARTIAL not in (quality, held)


def _place(history: History, batch: Arrivals, b: int, position: int) -> None:
    row, start, prices = int(batch.row[b]), int(batch.start[b]), batch.prices[b]
    held = _is_held(history, row, position, start)
    if not has_sound_prices(prices):
        shift_left(history, row, position)
        return
    if not held:
        shift_right(history, row, position)
    write_bar(history, row, position, start, prices, batch.revision[b], batch.quality[b])


def _walk_again(history: History, row: int, position: int, calendar: Calendar) -> IndicatorTable:
    """Walk the row from its start; return the rows from the changed bar on.

    Rows of sessions gone by stay as they were written: their walks began elsewhere.
    """
    n = int(history.n_bars[row])
    if n == 0:
        history.anchor[row] = history.session[row] = NO_ANCHOR
        return IndicatorTable.empty()
    set_anchor(history, row, calendar.anchor_of(int(history.start[row, n - 1])))
    begin = min(max(position, int(history.first[row])), n)
    values = _walked(history, row, begin)
    candles = np.empty((n - begin, 2), np.int64)
    mark_range(history, row, begin, n, candles)
    return IndicatorTable(
        np.full(n - begin, row, np.int32),
        history.start[row, begin:n].copy(),
        values,
        np.zeros(n - begin, np.int64),
        candles,
    )


def _walked(history: History, row: int, begin: int) -> Float64:
    """Walk the row from its start; return the indicators of the bars from `begin` on."""
    values = np.empty((int(history.n_bars[row]) - begin, len(INDICATOR_NAMES)), np.float64)
    walk(history, row, begin, values)
    return values


def _oldest(old: Finds, fresh: Finds, old_ends: Ends, fresh_ends: Ends) -> int:
    """Return the start of the first bar that found what is said otherwise now, unix ms."""
    moved = [
        hit.times[-1]
        for finds, others in ((old, fresh), (fresh, old))
        for name, hit in finds.items()
        if hit != others.get(name) or not are_alike(old_ends.get(name), fresh_ends.get(name))
    ]
    return min(moved, default=NEVER)


def _rsi_since(
    history: History, row: int, table: IndicatorTable, oldest_ms: int
) -> dict[int, float]:
    """Return the RSI by bar start, those of the table and from `oldest_ms` on.

    Of bars before it the walk is that of the running session, as far back as it goes.
    """
    starts, values = table.start_ms, table.values
    begin = max(find(history, row, oldest_ms), walk_start(history, row))
    if begin < int(history.n_bars[row]) - len(table):
        starts = history.start[row, begin : history.n_bars[row]]
        values = _walked(history, row, begin)
    return dict(zip(starts.tolist(), values[:, RSI_14].tolist(), strict=True))


def _mark(table: IndicatorTable, hits: Iterable[Finding]) -> None:
    """Set the bits of the patterns that fired on the table's bars; chart patterns have none."""
    places = {start: place for place, start in enumerate(table.start_ms.tolist())}
    for hit in hits:
        place = places.get(hit.times[-1])
        if place is not None and isinstance(hit, Hit):
            table.patterns[place] |= 1 << hit.pattern


def _recount(history: History, hit: Finding) -> Finding:
    """Return the hit with the changes of its bars as they are now; one more once it is gone."""
    start = hit.times[-1]
    position = find(history, hit.row, start)
    newest = int(history.n_bars[hit.row]) - 1
    changes = changes_since(history, hit.row, newest, float(start))
    gone = not _is_held(history, hit.row, position, start)
    return hit._replace(revision=changes + gone)
