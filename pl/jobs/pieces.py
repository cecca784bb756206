"""Cut the period of a load into pieces that fit in memory and hold complete bars only."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final

from pl.jobs.plans import LoadPlan
from pl.market.timeframes import DAILY

HOURLY: Final = "1hour"
MINUTE_MS: Final = 60_000
DAY_MS: Final = 86_400_000

SETTLE_MS: Final = 16 * MINUTE_MS
"""Bars that ended less than this ago may still be revised: they are left to Streaming."""


@dataclass(frozen=True, slots=True)
class _Timeframe:
    span_ms: int
    fetched_ms: int
    piece_ms: int
    on_the_grid: bool


# A piece is one page of REST: 50,000 minutes for minutes and half hours, 50,000 days for days.
# Hours count from a session's open, at half past in New York: they are folded from half hours.
# A day starts at midnight in New York, which is no multiple of anything in UTC.
_TIMEFRAMES: Final = {
    "1min": _Timeframe(MINUTE_MS, MINUTE_MS, 30 * DAY_MS, on_the_grid=True),
    HOURLY: _Timeframe(60 * MINUTE_MS, 30 * MINUTE_MS, 30 * DAY_MS, on_the_grid=True),
    DAILY: _Timeframe(DAY_MS, DAY_MS, 3_650 * DAY_MS, on_the_grid=False),
}


@dataclass(frozen=True, slots=True)
class Piece:
    """Name the bars of a timeframe that start in [from_ms, to_ms)."""

    timeframe: str
    from_ms: int
    to_ms: int

    @property
    def grid_ms(self) -> int:
        """Return what every start is a multiple of."""
        timeframe = _TIMEFRAMES[self.timeframe]
        return timeframe.fetched_ms if timeframe.on_the_grid else MINUTE_MS

    @property
    def fetched_to_ms(self) -> int:
        """Return where the last bar ends that starts in the piece, if its start is the latest."""
        timeframe = _TIMEFRAMES[self.timeframe]
        return self.to_ms + timeframe.span_ms - timeframe.fetched_ms


def pieces_of(plan: LoadPlan, now_ms: int) -> tuple[Piece, ...]:
    """Return the pieces of each symbol of a plan, oldest first within a timeframe.

    Bars that are not complete and settled at `now_ms` are left out.
    """
    return tuple(
        piece for name in plan.timeframes for piece in _cut(name, plan.from_ms, plan.to_ms, now_ms)
    )


def _cut(name: str, from_ms: int, to_ms: int, now_ms: int) -> Iterator[Piece]:
    timeframe = _TIMEFRAMES[name]
    last_ms = min(to_ms, now_ms - SETTLE_MS - timeframe.span_ms + 1)
    if timeframe.on_the_grid:
        from_ms, last_ms = (_up(ms, timeframe.fetched_ms) for ms in (from_ms, last_ms))
    for start_ms in range(from_ms, last_ms, timeframe.piece_ms):
        yield Piece(name, start_ms, min(start_ms + timeframe.piece_ms, last_ms))


def _up(ms: int, span_ms: int) -> int:
    return -(-ms // span_ms) * span_ms
