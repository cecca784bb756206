"""Name why an event did not enter its bar, and count it."""

from dataclasses import dataclass, fields
from typing import Final

import numpy as np

from pl.market.batches import MINUTE_MS, Int32, Int64, UInt8

ACCEPTED: Final = 0
NAN_PRICE: Final = 1
NON_POSITIVE: Final = 2
ABSURD: Final = 3
FUTURE: Final = 4
STALE: Final = 5
TOO_LATE: Final = 6
DUPLICATE: Final = 7
SUPERSEDED: Final = 8
HELD: Final = 9

REFETCHED = (ABSURD, TOO_LATE, SUPERSEDED)
SPOILT = (NAN_PRICE, NON_POSITIVE, FUTURE, STALE)


@dataclass(frozen=True, slots=True)
class Rejections:
    """Count the events of one batch that were refused, a field a cause.

    nan_price : a price or size that is no finite number. non_positive : price <= 0 or size < 0.
    absurd : outside the hard limits, a bar with its high below its low, or a price 20 times
    off the symbol's last one that no later trade has confirmed. future : ahead of the feed's
    clock, and the feed did not follow. stale : hours behind the feed's clock. too_late : older
    than the ring of open minutes. duplicate : known already, to the last field. superseded : a
    trade of a minute that the vendor's own bar has replaced.

    refetch_row, refetch_start_ms : the minutes, each once, of events that were true but could
    not be counted (too_late, superseded, absurd): fetch their bars by REST.

    spoilt_row : the rows, each once, of events that cannot be true as they came (nan_price,
    non_positive, future, stale), so that a true one may be missing from a minute unknown.
    """

    nan_price: int
    non_positive: int
    absurd: int
    future: int
    stale: int
    too_late: int
    duplicate: int
    superseded: int
    refetch_row: Int32
    refetch_start_ms: Int64
    spoilt_row: Int32

    def counts(self) -> dict[str, int]:
        """Return the causes that occurred, with how often."""
        counted = {name: getattr(self, name) for name in CAUSES}
        return {name: count for name, count in counted.items() if count}

    @property
    def total(self) -> int:
        """Return how many events were refused."""
        return sum(self.counts().values())


CAUSES: Final = tuple(field.name for field in fields(Rejections))[:8]


def rejections_of(verdict: UInt8, row: Int32, time_ms: Int64) -> Rejections:
    """Count the verdicts (n,) of a batch and list the minutes to fetch again."""
    if not verdict.any():
        return NONE
    tally = np.bincount(verdict, minlength=HELD + 1)
    where = np.isin(verdict, REFETCHED)
    minutes = np.unique(
        np.column_stack((row[where].astype(np.int64), time_ms[where] // MINUTE_MS)), axis=0
    )
    return Rejections(
        nan_price=int(tally[NAN_PRICE]),
        non_positive=int(tally[NON_POSITIVE]),
        absurd=int(tally[ABSURD]),
        future=int(tally[FUTURE]),
        stale=int(tally[STALE]),
        too_late=int(tally[TOO_LATE]),
        duplicate=int(tally[DUPLICATE]),
        superseded=int(tally[SUPERSEDED]),
        refetch_row=minutes[:, 0].astype(np.int32),
        refetch_start_ms=minutes[:, 1] * MINUTE_MS,
        spoilt_row=np.unique(row[np.isin(verdict, SPOILT)]),
    )


_NO_ROWS: Final = np.empty(0, np.int32)
NONE: Final = Rejections(0, 0, 0, 0, 0, 0, 0, 0, _NO_ROWS, np.empty(0, np.int64), _NO_ROWS)
