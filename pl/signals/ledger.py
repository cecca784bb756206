"""Enter what bars caused into columns, in log order, as the kernels close them.

At each bar first what ends, then what is found; chart patterns after what else there is.
"""

from typing import Final, NamedTuple

import numpy as np
import numpy.typing as npt

from pl.kernel import inner_leaf, kernel
from pl.market.batches import Float64, Int32, Int64, UInt8
from pl.signals.candidates import N_PATTERNS
from pl.signals.chart.sketch import CONFIDENCE, FORMING, PATTERN, TURN
from pl.signals.charting import BAR_START, CAUSE, ROW
from pl.signals.endings import LIFE_NAMES
from pl.signals.entries import LIVES
from pl.signals.evaluation import LAST_TIME, HitRows
from pl.signals.lives import BIRTH, LIFE, NUMBERS, RECORD, START
from pl.signals.lives import ROW as ENDING_ROW

HIT: Final = 0
FIND: Final = 1
ENDED_HIT: Final = 2
ENDED_CHART: Final = 3
"""Where an entry's numbers lie: among the hits, the finds, the ended hits or the ended charts; as
`pages` counts them, too."""

FIT_CONFIDENCE: Final = 3
"""Column of `HitRows.numbers`."""
CONFIRMED_CODE: Final = LIVES.index("confirmed")
FORMING_CODE: Final = LIVES.index("forming")
LIFE_CODES: UInt8 = np.array([0, *(LIVES.index(name) for name in LIFE_NAMES.values())], np.uint8)
"""By how a bar leaves a signal: the life of its entry."""


class Ledger(NamedTuple):
    """Receive log entries; columns of N as in `entries.Entries`.

    source : (N,) uint8, see HIT; place : (N,) int64 among those of its source; n : (1,) int64 how
    many entries were written.
    """

    row: Int32
    kind: Int32
    direction: npt.NDArray[np.int8]
    bar_time_ms: Int64
    born_ms: Int64
    confidence: Float64
    life: UInt8
    said: Float64
    source: UInt8
    place: Int64
    n: Int64


def empty_ledger(n: int) -> Ledger:
    """Return room for `n` entries; pages are touched only when written."""
    return Ledger(
        np.empty(n, np.int32),
        np.empty(n, np.int32),
        np.empty(n, np.int8),
        np.empty(n, np.int64),
        np.empty(n, np.int64),
        np.empty(n, np.float64),
        np.empty(n, np.uint8),
        np.empty(n, np.float64),
        np.empty(n, np.uint8),
        np.empty(n, np.int64),
        np.zeros(1, np.int64),
    )


@inner_leaf
def enter(
    ledger: Ledger,
    row: int,
    kind: int,
    direction: int,
    bar_time_ms: int,
    born_ms: int,
    confidence: float,
    life: int,
    said: float,
    source: int,
    place: int,
) -> None:
    """Add an entry."""
    n = ledger.n[0]
    ledger.row[n] = row
    ledger.kind[n] = kind
    ledger.direction[n] = direction
    ledger.bar_time_ms[n] = bar_time_ms
    ledger.born_ms[n] = born_ms
    ledger.confidence[n] = confidence
    ledger.life[n] = life
    ledger.said[n] = said
    ledger.source[n] = source
    ledger.place[n] = place
    ledger.n[0] = n + 1


@inner_leaf
def enter_ends(ledger: Ledger, ended: Float64, begin: int, end: int, source: int) -> None:
    """Enter endings `begin` to `end` - 1 of hits or of charts, as `source` says."""
    for place in range(begin, end):
        numbers = ended[place]
        if source == ENDED_HIT:
            kind, direction = int(numbers[RECORD + 2]), int(numbers[RECORD + 3])
            confidence = numbers[RECORD + NUMBERS + FIT_CONFIDENCE]
        else:
            kind = int(numbers[RECORD + PATTERN]) + N_PATTERNS
            direction = int(numbers[RECORD + TURN])
            confidence = numbers[RECORD + CONFIDENCE]
        enter(
            ledger,
            int(numbers[ENDING_ROW]),
            kind,
            direction,
            int(numbers[START]),
            int(numbers[BIRTH]),
            confidence,
            LIFE_CODES[int(numbers[LIFE])],
            confidence,
            source,
            place,
        )


@inner_leaf
def enter_hits(ledger: Ledger, hits: HitRows, begin: int, end: int) -> None:
    """Enter hits `begin` to `end` - 1."""
    for place in range(begin, end):
        facts = hits.facts[place]
        at = hits.times[place, LAST_TIME[facts[2]]]
        confidence = hits.numbers[place, FIT_CONFIDENCE]
        enter(
            ledger,
            facts[1],
            facts[2],
            facts[3],
            at,
            at,
            confidence,
            CONFIRMED_CODE,
            np.nan,
            HIT,
            place,
        )


@inner_leaf
def enter_finds(ledger: Ledger, finds: Float64, begin: int, end: int) -> None:
    """Enter chart finds `begin` to `end` - 1."""
    for place in range(begin, end):
        find = finds[place]
        at = int(find[BAR_START])
        life = FORMING_CODE if find[FORMING] > 0.0 else CONFIRMED_CODE
        kind, direction = int(find[PATTERN]) + N_PATTERNS, int(find[TURN])
        confidence = find[CONFIDENCE]
        enter(
            ledger,
            int(find[ROW]),
            kind,
            direction,
            at,
            at,
            confidence,
            life,
            np.nan,
            FIND,
            place,
        )


@kernel
def enter_found(ledger: Ledger, hits: HitRows, n_hits: int, finds: Float64, n_finds: int) -> None:
    """Enter what fired on bars that are judged again: by cause, hits before chart patterns."""
    hit = find = 0
    while hit < n_hits or find < n_finds:
        if find == n_finds or (hit < n_hits and hits.facts[hit, 0] <= finds[find, CAUSE]):
            enter_hits(ledger, hits, hit, hit + 1)
            hit += 1
        else:
            enter_finds(ledger, finds, find, find + 1)
            find += 1
