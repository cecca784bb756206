"""Tell when an indicator crosses a line: RSI and 30 or 70, MACD and its signal, Bollinger's bands.

A crossing is two closed bars of a symbol that follow each other, the first on one side of the
line or on it, the second beyond it: it is told once and not at each bar that stays beyond. It is
told again only when no crossing of its kind stood in the COOL_DOWN_BARS before, by the clock (a
night and a weekend count as well), alerted or not, so that what is told depends on the last bars
alone and never on when a process began to look.

Bars are as traded, and an average holds on to the scale that a split left. So nothing is crossed
while a restated bar (see `restated`) is among the last that an indicator feels: it is counted.
Source : Wilder 1978, ch. 6 (RSI); Appel 1979 (MACD); Bollinger 2001 (%b beyond 0 and 1).
"""

from collections import Counter
from dataclasses import dataclass
from typing import Final

import numpy as np

from pl.market.batches import Float64, Int32, Int64
from pl.signals import crossed
from pl.signals.crossed import Lines, Seen
from pl.signals.history import History
from pl.signals.indicators.names import COLUMN
from pl.signals.pattern import numbers_apart
from pl.signals.table import IndicatorTable
from pl.signals.timeframes import TIMEFRAME_MS

COOL_DOWN_BARS: Final = 15
MEMORY_BARS: Final = COOL_DOWN_BARS + 2
"""Rows of each symbol that `recall` needs: the cool-down, the bar that crossed, the one before."""
TOLD: Final = "told"
HELD: Final = "held_cool_down"
MISLED: Final = "held_restated"
_VERDICTS: Final = {crossed.TOLD: TOLD, crossed.HELD: HELD, crossed.MISLED: MISLED}


@dataclass(frozen=True, slots=True)
class Line:
    """Declare a line: an indicator's column that crosses `at`, upwards (1) or downwards (-1).

    said : one sentence, with the place of the value where it means something to a reader.
    """

    name: str
    column: str
    at: float
    side: int
    said: str

    def sentence(self, value: float) -> str:
        """Say that a value lies beyond it, with the decimals that tell it from the line."""
        return self.said.format(value=numbers_apart(value, self.at, decimals=1)[0])


LINES: Final = (
    Line("RSI_OVERBOUGHT", "rsi_14", 70.0, 1, "RSI(14) rose above 70, to {value}"),
    Line("RSI_OVERSOLD", "rsi_14", 30.0, -1, "RSI(14) fell below 30, to {value}"),
    Line("MACD_BULLISH_CROSS", "macd_hist", 0.0, 1, "MACD crossed above its signal line"),
    Line("MACD_BEARISH_CROSS", "macd_hist", 0.0, -1, "MACD crossed below its signal line"),
    Line("BB_UPPER_BREAK", "bb_percent_b", 1.0, 1, "closed above the upper Bollinger band"),
    Line(
        "BB_LOWER_BREAK",
        "bb_percent_b",
        0.0,
        -1,
        "closed below the lower Bollinger band",
    ),
)
"""The alert types of the contract, in its order."""

FELT_BARS: Final = {"rsi_14": 64, "macd_hist": 81, "bb_percent_b": 21}
"""Bars that two values of an indicator feel: the window and one, of a smoothing average those until
it weighs a bar with less than 1 %."""
_LINES: Final = Lines(
    np.array([COLUMN[line.column] for line in LINES], np.int64),
    np.array([line.at for line in LINES], np.float64),
    np.array([line.side for line in LINES], np.float64),
    np.array([FELT_BARS[line.column] for line in LINES], np.int64),
)


@dataclass(frozen=True, slots=True)
class Crossings:
    """Hold what is to be told, by time, row and line; n of them.

    row : (n,) int32; start_ms : (n,) int64 start of the bar that closed; line : (n,) place in
    LINES; value : (n,) float64 of the line's indicator.
    """

    row: Int32
    start_ms: Int64
    line: Int64
    value: Float64

    def __len__(self) -> int:
        return len(self.row)

    def since(self, start_ms: Int64 | int) -> "Crossings":
        """Return those of bars from `start_ms` on: unix ms, of each row (n_rows,) or for all."""
        kept = self.start_ms >= (start_ms if isinstance(start_ms, int) else start_ms[self.row])
        return Crossings(self.row[kept], self.start_ms[kept], self.line[kept], self.value[kept])

    @staticmethod
    def join(parts: "list[Crossings]") -> "Crossings":
        """Return all parts as one, in their order."""
        parts = [_NONE, *parts]
        return Crossings(
            np.concatenate([part.row for part in parts]),
            np.concatenate([part.start_ms for part in parts]),
            np.concatenate([part.line for part in parts]),
            np.concatenate([part.value for part in parts]),
        )


_NONE: Final = Crossings(
    np.empty(0, np.int32), np.empty(0, np.int64), np.empty(0, np.int64), np.empty(0, np.float64)
)


class CrossingWatch:
    """Remember each symbol's last row and latest crossings; `counts` what came, by (name, what).

    n_rows : rows of symbols from this on are not looked at.
    """

    def __init__(self, n_rows: int, timeframe: str) -> None:
        self._seen = Seen.nothing(n_rows, len(LINES))
        self._cool_ms = COOL_DOWN_BARS * TIMEFRAME_MS[timeframe]
        self.counts: Counter[tuple[str, str]] = Counter()

    @property
    def n_rows(self) -> int:
        """Return how many rows are looked at."""
        return len(self._seen.start)

    @property
    def misled(self) -> int:
        """Return how many crossings were no crossings, because of a restated bar."""
        return sum(self.counts[line.name, MISLED] for line in LINES)

    def recall(self, table: IndicatorTable, history: History) -> None:
        """Learn from earlier rows, the last MEMORY_BARS of each symbol at least; tells nothing."""
        self._take(table, history)

    def look(self, table: IndicatorTable, history: History) -> Crossings:
        """Return what the rows of a table cross and is to be told.

        A row that was computed again because a bar was revised is remembered, not told.
        history : the bars as they are after those of the table.
        """
        place, line, verdict = self._take(table, history)
        self._count(line, verdict)
        told = verdict == crossed.TOLD
        place, line = place[told], line[told]
        values = table.values[place, _LINES.column[line]]
        return Crossings(table.row[place], table.start_ms[place], line, values)

    def _count(self, line: Int64, verdict: Int64) -> None:
        n = len(_VERDICTS)
        found = np.bincount(line * n + verdict, minlength=n * len(LINES)).tolist()
        for k, how_often in enumerate(found):
            if how_often:
                self.counts[LINES[k // n].name, _VERDICTS[k % n]] += how_often

    def _take(self, table: IndicatorTable, history: History) -> Int64:
        """Return place in the table, line and verdict of n crossings, (3, n), by time and row."""
        order = np.argsort(table.start_ms, kind="stable")
        out = np.empty((len(table) * len(LINES), 3), np.int64)
        n = crossed.look(
            self._seen,
            _LINES,
            table.row,
            table.start_ms,
            table.values,
            order,
            history,
            self._cool_ms,
            out,
        )
        return out[:n].T
