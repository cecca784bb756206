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
) -> Chosen:
    """Return the places, in log order, of what is left of a close with at most `most` alerts.

    What changes or ends a signal said before always stays; together they are at most
    `most_events`, if they can be. Of the others the most confident stay,
    among equals those of the first symbols by row, then of the first patterns by kind.
    awaited : (n,) confirmations of what was told as forming, None for none; they stay, too.
    """
    is_fresh = _IS_FOUND[entries.life] & np.isnan(entries.said)
    fresh = np.flatnonzero(is_fresh if awaited is None else is_fresh & ~awaited)
    if most_events is not None:
        most = min(most, most_events - (len(entries) - len(fresh)))
    if len(fresh) <= max(most, 0):
        return np.arange(len(entries))
    order = np.lexsort((entries.kind[fresh], entries.row[fresh], -entries.confidence[fresh]))
    stays = np.ones(len(entries), np.bool_)
    stays[fresh[order[max(most, 0) :]]] = False
    return np.flatnonzero(stays)
