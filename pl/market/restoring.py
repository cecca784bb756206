"""Take up folding where an earlier run, or history, left it."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Final

import numpy as np
import numpy.typing as npt

from pl.market.batches import QUALITY_BACKFILLED, ClosedBars, Int64
from pl.market.columns import merged, stacked
from pl.market.folding import Folding
from pl.market.timeframes import DAILY, FOLDED, WEEKLY

OFFICIAL: Final = frozenset({DAILY, WEEKLY})
"""Timeframes whose fetched bars count more than what is folded: they hold the auctions."""


@dataclass(frozen=True, slots=True)
class Restored:
    """Hold, by timeframe, how the minutes differ from the longer bars that are stored.

    fresh : closed bars that are not stored; changed : stored ones that their minutes no longer
    add up to, under the next revision. Sorted by (start_ms, row).
    """

    fresh: Mapping[str, ClosedBars]
    changed: Mapping[str, ClosedBars]


def restore(
    folding: Folding, minutes: ClosedBars, through_ms: int, stored: Mapping[str, ClosedBars]
) -> Restored:
    """Fold the minutes from `folding.from_ms` on that are over by `through_ms`; say what is new.

    minutes : regular ones, sorted by (start_ms, row); stored : longer bars of the same time.
    """
    folding.through_ms = folding.from_ms
    steps = folding.advance(minutes, through_ms)
    fresh, changed = {}, {}
    for name in FOLDED:
        folded = merged([step.longer[name] for step in steps if name in step.longer])
        held = stored.get(name, ClosedBars.empty())
        fresh[name], changed[name] = _compared(folded, held, keeps_fetched=name in OFFICIAL)
        folding.know_revisions(name, held)
        folding.know_revisions(name, changed[name])
    return Restored(_not_empty(fresh), _not_empty(changed))


def _compared(
    folded: ClosedBars, held: ClosedBars, *, keeps_fetched: bool
) -> tuple[ClosedBars, ClosedBars]:
    keys, asked = _keys(held), _keys(folded)
    order = np.argsort(keys, kind="stable")
    place = np.minimum(np.searchsorted(keys[order], asked), max(len(keys) - 1, 0))
    if not len(keys):
        return folded, ClosedBars.empty()
    known = keys[order][place] == asked
    same = held.take(order[place])
    differs = known & ~_same_facts(folded, same)
    if keeps_fetched:
        differs &= same.quality != QUALITY_BACKFILLED
    changed = folded.take(differs)
    revision = (same.revision[differs] + 1).astype(np.int32)
    return folded.take(~known), replace(changed, revision=revision)


def _same_facts(one: ClosedBars, other: ClosedBars) -> npt.NDArray[np.bool_]:
    """Tell which bars have the same prices and volume; a snapshot does not count trades."""
    first, second = stacked(one), stacked(other)
    same = (first == second) | (np.isnan(first) & np.isnan(second))
    return np.asarray(same.all(axis=0), np.bool_)


def _keys(bars: ClosedBars) -> Int64:
    """Return one number for each (start, row); a market has fewer than 2**20 symbols."""
    return (bars.start_ms // 1000 << 20) + bars.row


def _not_empty(by_timeframe: Mapping[str, ClosedBars]) -> dict[str, ClosedBars]:
    return {name: bars for name, bars in by_timeframe.items() if len(bars)}
