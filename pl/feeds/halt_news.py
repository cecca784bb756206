"""Read halts and resumptions out of the messages of the limit-up limit-down plan."""

from collections.abc import Mapping, Sequence
from typing import Final

import numpy as np

from pl.feeds.massive_events import PriceBand
from pl.feeds.trouble import Trouble
from pl.market.batches import HaltBatch

HALTED: Final = 17
RESUMED: Final = 18
_LATEST_MS: Final = 10**14


def halts_of(
    bands: Sequence[PriceBand], rows: Mapping[str, int], trouble: Trouble, received_at: float
) -> HaltBatch | None:
    """Return what the messages say of the symbols of `rows`; None when no trading ends or begins.

    Other symbols, and messages about the bands alone, are counted in `trouble` as ignored.
    """
    said = [band for band in bands if HALTED in band.i or RESUMED in band.i]
    known = [band for band in said if band.T in rows]
    trouble.ignore("price band", len(bands) - len(said))
    trouble.ignore("not subscribed", len(said) - len(known))
    if not known:
        return None
    return HaltBatch(
        row=np.array([rows[band.T] for band in known], np.int32),
        t_ms=np.array([_in_ms(band.t) for band in known], np.int64),
        halted=np.array([HALTED in band.i for band in known], np.bool_),
        received_at=received_at,
    )


def _in_ms(since_epoch: int) -> int:
    """Return milliseconds, from milli-, micro- or nanoseconds."""
    while since_epoch > _LATEST_MS:
        since_epoch //= 1_000
    return since_epoch
