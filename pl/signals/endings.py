"""Read what the kernels wrote of ended signals."""

from typing import Final, NamedTuple

import numpy as np

from pl.market.batches import Float64
from pl.signals.chart.hit import ChartHit, Finding
from pl.signals.charting import read_chart
from pl.signals.evaluation import N_FACTS, hits_of
from pl.signals.hits import Hit
from pl.signals.life import EXPIRED, FAILED, TARGET_REACHED
from pl.signals.lives import BARS, CHANGES, LIFE, NUMBERS, PRICE, RECORD, START, TIMES, Endings
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


def endings_of(rows: Float64) -> list[Ending]:
    """Return the endings of n rows that the kernels wrote."""
    return [
        Ending(LIFE_NAMES[int(life)], price, int(bars), int(start), int(changes))
        for life, price, bars, start, changes in rows[
            :, [LIFE, PRICE, BARS, START, CHANGES]
        ].tolist()
    ]


def ended_hits(rows: Float64) -> list[Hit]:
    """Return the hits whose endings the kernels wrote, n rows."""
    record = rows[:, RECORD:]
    facts, times = record[:, :N_FACTS], record[:, TIMES:NUMBERS]
    return hits_of(facts.astype(np.int64), times.astype(np.int64), record[:, NUMBERS:])


def ended_charts(rows: Float64) -> list[ChartHit]:
    """Return the chart patterns whose endings the kernels wrote, n rows."""
    return [read_chart(row) for row in rows[:, RECORD:]]


def read_endings(ended: Endings) -> list[tuple[Finding, Ending]]:
    """Return what ended, and how, in the order it was written, chart patterns last."""
    hits, charts = ended.hits[: ended.n[0]], ended.charts[: ended.n[1]]
    finds: list[Finding] = [*ended_hits(hits), *ended_charts(charts)]
    return list(zip(finds, endings_of(hits) + endings_of(charts), strict=True))
