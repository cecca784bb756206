"""Read what the kernels wrote of ended signals."""

from collections.abc import Callable
from typing import Final, NamedTuple

import numpy as np

from pl.market.batches import Float64
from pl.signals.chart.hit import Finding
from pl.signals.charting import read_chart
from pl.signals.evaluation import N_FACTS
from pl.signals.hits import Hit
from pl.signals.life import EXPIRED, FAILED, TARGET_REACHED
from pl.signals.lives import BARS, CHANGES, LIFE, NUMBERS, PRICE, RECORD, START, TIMES, Endings
from pl.signals.registry import PATTERNS
from pl.signals.signal import EXPIRED as EXPIRED_LIFE
from pl.signals.signal import FAILED as FAILED_LIFE
from pl.signals.signal import TARGET_REACHED as TARGET_LIFE
from pl.signals.signal import Facts

LIFE_NAMES: Final = {
    TARGET_REACHED: TARGET_LIFE,
    FAILED: FAILED_LIFE,
    EXPIRED: EXPIRED_LIFE,
}


class Ending(NamedTuple):
    """Say how a confirmed signal ended.

    price : USD at which it did; bars : since the find; start_ms : of the ending bar, unix ms;
    changes : a number that grows with each change of a bar from before the find on.
    """

    life: str
    price: float
    bars: int
    start_ms: int
    changes: int = 0

    def facts(self) -> Facts:
        """Return what an entry of the log says of it."""
        return {"life": self.life, "exit_price": self.price, "bars": self.bars}


def are_alike(one: Ending | None, other: Ending | None) -> bool:
    """Tell whether two endings are the same, whatever changed in between."""
    if one is None or other is None:
        return one is other
    return one[:-1] == other[:-1]


def read_ending(row: Float64) -> Ending:
    """Return the ending that a kernel wrote."""
    return Ending(
        LIFE_NAMES[int(row[LIFE])],
        float(row[PRICE]),
        int(row[BARS]),
        int(row[START]),
        int(row[CHANGES]),
    )


def ended_hit(row: Float64) -> Hit:
    """Return the hit whose ending a kernel wrote."""
    record = row[RECORD:]
    facts = record[:N_FACTS].astype(np.int64).tolist()
    n_bars = PATTERNS[facts[2]].n_bars
    times = record[TIMES : TIMES + n_bars].astype(np.int64).tolist()
    return Hit._make((*facts[:5], tuple(times), *record[NUMBERS:].tolist()))


def ended_chart(row: Float64) -> Finding:
    """Return the chart pattern whose ending a kernel wrote."""
    return read_chart(row[RECORD:])


def read_endings(ended: Endings) -> list[tuple[Finding, Ending]]:
    """Return what ended, and how, in the order it was written, chart patterns last."""
    readers: tuple[tuple[Float64, Callable[[Float64], Finding]], ...] = (
        (ended.hits[: ended.n[0]], ended_hit),
        (ended.charts[: ended.n[1]], ended_chart),
    )
    return [(read(row), read_ending(row)) for rows, read in readers for row in rows]
