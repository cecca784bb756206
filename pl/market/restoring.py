"""Take up folding where an earlier run, or history, left it."""

from collections.abc import Mapping
from dataclasses import dataclass, replace

import numpy as np
import numpy.typing as npt

from pl.market.batches import ClosedBars
from pl.market.columns import keys_of, merged, stacked
from pl.market.folding import Folding
from pl.market.timeframes import FOLDED


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

    minutes : regular ones, sorted by (start_ms, row); stored : longer bars of the same time. Of
    days that the folding knows as official nothing is said.
    """
    folding.through_ms = folding.from_ms
    steps = folding.advance(minutes, through_ms)
    fresh, changed = {}, {}
    for name in FOLDED:
        folded = merged([step.longer[name] for step in steps if name in step.longer])
        held = stored.get(name, ClosedBars.empty())
        fresh[name], changed[name] = _compared(folded, held)
        folding.know_revisions(name, held)
        folding.know_revisions(name, changed[name])
    return Restored(_not_empty(fresh), _not_empty(changed))


def _compared(folded: ClosedBars, held: ClosedBars) -> tuple[ClosedBars, ClosedBars]:
    keys, asked = keys_of(held), keys_of(folded)
    order = np.argsort(keys, kind="stable")
    place = np.minimum(np.searchsorted(keys[order], asked), max(len(keys) - 1, 0))
    if not len(keys):
        return folded, ClosedBars.empty()
    known = keys[order][place] == asked
    same = held.take(order[place])
    differs = known & ~_same_facts(folded, same)
    changed = folded.take(differs)
    revision = (same.revision[differs] + 1).astype(np.int32)
    return folded.take(~known), replace(changed, revision=revision)


def _same_facts(one: ClosedBars, other: ClosedBars) -> npt.NDArray[np.bool_]:
    """Tell which bars have the same prices and volume; a snapshot does not count trades."""
    first, second = stacked(one), stacked(other)
    same = (first == second) | (np.isnan(first) & np.isnan(second))
    return np.asarray(same.all(axis=0), np.bool_)


def _not_empty(by_timeframe: Mapping[str, ClosedBars]) -> dict[str, ClosedBars]:
    return {name: bars for name, bars in by_timeframe.items() if len(bars)}
