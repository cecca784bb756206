"""Hold back what is least sure when a close has more alerts than anybody can read.

An alert is what says a pattern for the first time, be it forming or confirmed. The rest is told in
any storm: an ending, an update, a retraction or the confirmation of what somebody was told of, who
would otherwise hold on to what is over, or wait for what has come. There are never more of them
than alerts were told before, and the more there are at a close, the fewer alerts it has.

It comes after the log and after a policy, and changes neither: a signal that is held back stands
as one that was told, so the choice of later closes is the same whether or not it stormed.
"""

from typing import Final

import numpy as np
import numpy.typing as npt

from pl.market.batches import Float64
from pl.signals.entries import LIVES, Chosen, Entries
from pl.signals.signal import CONFIRMED, FORMING

Flags = npt.NDArray[np.bool_]
MOST_EVENTS: Final = 1_000
"""Events of one close of the whole market, what changes and ends included."""
MOST_OF_COMBOS: Final = 100
"""Of them those of combos, for each timeframe that triggers some."""
_IS_FOUND: Final = np.array([life in {CONFIRMED, FORMING} for life in LIVES], np.bool_)


def surest(
    entries: Entries,
    most: int,
    most_events: int | None = None,
    awaited: Flags | None = None,
    follows: Chosen | None = None,
) -> Chosen:
    """Return the places, in log order, of what is left of a close with at most `most` alerts.

    What changes or ends a signal said before always stays; together they are at most
    `most_events`, if they can be. Of the others the most confident stay,
    among equals those of the first symbols by row, then of the first patterns by kind.
    awaited : (n,) confirmations of what was told as forming, None for none; they stay, too;
    follows : (n,) place of the alert without which an entry says nothing, -1 for none, None for
    none at all. It stays or goes with that alert: bars that come at once may bring both.
    """
    is_fresh = _IS_FOUND[entries.life] & np.isnan(entries.said)
    fresh = np.flatnonzero(is_fresh if awaited is None else is_fresh & ~awaited)
    most_events = len(entries) if most_events is None else most_events
    leads = np.arange(len(entries))
    if len(fresh) <= most and len(entries) <= most_events:
        return leads
    if follows is not None:
        after = np.flatnonzero(follows >= 0)
        after = after[np.isin(follows[after], fresh)]
        leads[after] = follows[after]
    n_told = np.bincount(leads, minlength=len(entries))
    room = most_events - (len(entries) - int(n_told[fresh].sum()))
    able = fresh[_surest(entries.confidence[fresh], most)]
    order = np.lexsort((entries.kind[able], entries.row[able], -entries.confidence[able]))
    told = able[order[:most]]
    stays = np.ones(len(entries), np.bool_)
    stays[fresh] = False
    stays[told[np.cumsum(n_told[told]) <= room]] = True
    return np.flatnonzero(stays[leads])


def _surest(confidence: Float64, most: int) -> Flags:
    """Tell which of n are as sure as the `most`-th one; nobody has to order the others."""
    if len(confidence) <= most:
        return np.ones(len(confidence), np.bool_)
    place = min(len(confidence) - most, len(confidence) - 1)
    return np.asarray(confidence >= np.partition(confidence, place)[place], np.bool_)
