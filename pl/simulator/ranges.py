"""Understand a request for aggregates and cut the range into pages.

The simulated exchange keeps UTC: a day starts at 00:00 UTC, a week on Sunday. The `limit` of
a request counts base bars (minutes for minutes and hours, days for days and longer), as
Massive counts it; a page ends at a window's edge.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Final

import numpy as np

from pl.simulator.days import DAY_MS
from pl.simulator.market import FIRST_DAY, MINUTE_MS, SimulatedMarket
from pl.simulator.minutes import Bars
from pl.simulator.randomness import Int64
from pl.simulator.tally import joined, no_bars
from service.errors import Rejected

_BASES_MS: Final = {"second": 1_000, "minute": MINUTE_MS, "hour": MINUTE_MS}
_SPANS_MS: Final = {"second": 1_000, "minute": MINUTE_MS, "hour": 60 * MINUTE_MS, "day": DAY_MS}
_MONTHS: Final = {"month": 1, "quarter": 3, "year": 12}
_TIMESPANS: Final = (*_SPANS_MS, "week", *_MONTHS)
_CHUNKS_MS: Final = {1_000: 10 * MINUTE_MS, MINUTE_MS: DAY_MS, DAY_MS: 30 * DAY_MS}
_DAYS_FROM_SUNDAY: Final = 4
_MAX_LIMIT: Final = 50_000
_DEFAULT_LIMIT: Final = 5_000


@dataclass(frozen=True, slots=True)
class RangeQuery:
    """Hold a request for aggregates; times in unix ms, `to_ms` exclusive."""

    symbol: str
    multiplier: int
    timespan: str
    from_ms: int
    to_ms: int
    limit: int
    is_descending: bool
    adjusted: bool

    @property
    def base_ms(self) -> int:
        """Return the length of the bars that the aggregates are made of."""
        return _BASES_MS.get(self.timespan, DAY_MS)


def range_query(path: Mapping[str, str], query: Mapping[str, str]) -> RangeQuery:
    """Return the request; raises Rejected 400 naming what is wrong with it."""
    timespan = path["timespan"]
    if timespan not in _TIMESPANS:
        raise Rejected("ERROR", f"timespan: expected one of {', '.join(_TIMESPANS)}")
    sort = query.get("sort", "asc")
    if sort not in {"asc", "desc"}:
        raise Rejected("ERROR", f"sort: expected asc or desc, was {sort}")
    return RangeQuery(
        symbol=path["ticker"],
        multiplier=_number(path["multiplier"], "multiplier", 1, 1_000_000),
        timespan=timespan,
        from_ms=instant(path["from"], "from"),
        to_ms=_end(path["to"]),
        limit=_number(query.get("limit", str(_DEFAULT_LIMIT)), "limit", 1, _MAX_LIMIT),
        is_descending=sort == "desc",
        adjusted=query.get("adjusted", "true") != "false",
    )


def instant(text: str, name: str) -> int:
    """Return the unix ms of a date (its 00:00 UTC) or of a number of ms."""
    if text.lstrip("-").isdigit():
        return int(text)
    try:
        return int(datetime.strptime(text, "%Y-%m-%d").replace(tzinfo=UTC).timestamp()) * 1_000
    except ValueError as unreadable:
        raise Rejected("ERROR", f"{name}: expected YYYY-MM-DD or ms, was {text}") from unreadable


def window_starts(start_ms: Int64, asked: RangeQuery) -> Int64:
    """Return the start of the window that each base bar (n,) belongs to."""
    if asked.timespan in _MONTHS:
        months = start_ms.astype("datetime64[ms]").astype("datetime64[M]").astype(np.int64)
        first = months - months % (_MONTHS[asked.timespan] * asked.multiplier)
        return first.astype("datetime64[M]").astype("datetime64[ms]").astype(np.int64)
    if asked.timespan == "week":
        days = start_ms // DAY_MS + _DAYS_FROM_SUNDAY
        return (days - days % (7 * asked.multiplier) - _DAYS_FROM_SUNDAY) * DAY_MS
    span = _SPANS_MS[asked.timespan] * asked.multiplier
    return start_ms - start_ms % span


def page_of_bars(
    market: SimulatedMarket, asked: RangeQuery, now_ms: int
) -> tuple[Bars, int | None]:
    """Return base bars of a page in order of time, and where the next page starts.

    Descending pages come from the end of the range; the second value is then the end of the
    next page, exclusive. It is None when nothing is left.
    """
    parts: list[Bars] = []
    count = 0
    for from_ms, to_ms in _chunks(asked, now_ms):
        bars = _base_bars(market, asked, from_ms, to_ms, now_ms)
        parts.append(bars)
        count += len(bars)
        if count > asked.limit and _has_two_windows(parts, asked):
            break
    if not parts:
        return no_bars(), None
    return _cut(joined(parts[::-1] if asked.is_descending else parts), asked)


def _cut(bars: Bars, asked: RangeQuery) -> tuple[Bars, int | None]:
    """Return at most `limit` of the bars, in whole windows but at least one, and the next edge."""
    excess = len(bars) - asked.limit
    starts = window_starts(bars.start_ms, asked)
    if excess <= 0 or starts[0] == starts[-1]:
        return bars, None
    if asked.is_descending:
        at = int(np.searchsorted(starts, starts[excess - 1], side="right"))
        at = at if at < len(bars) else int(np.searchsorted(starts, starts[-1]))
        return bars.take(slice(at, None)), int(starts[at])
    at = int(np.searchsorted(starts, starts[asked.limit]))
    at = at or int(np.searchsorted(starts, starts[0], side="right"))
    return bars.take(slice(0, at)), int(starts[at])


def _has_two_windows(parts: list[Bars], asked: RangeQuery) -> bool:
    ends = [int(part.start_ms[i]) for part in (parts[0], parts[-1]) if len(part) for i in (0, -1)]
    return len(set(window_starts(np.array(ends, np.int64), asked).tolist())) > 1


def _chunks(asked: RangeQuery, now_ms: int) -> Iterator[tuple[int, int]]:
    """Yield pieces of the range, the wanted end first."""
    size = _CHUNKS_MS[asked.base_ms]
    from_ms = max(asked.from_ms, FIRST_DAY * DAY_MS)
    to_ms = min(asked.to_ms, now_ms + 1)
    pieces = range(from_ms // size, -(-to_ms // size))
    for piece in reversed(pieces) if asked.is_descending else pieces:
        yield max(from_ms, piece * size), min(to_ms, (piece + 1) * size)


def _base_bars(
    market: SimulatedMarket, asked: RangeQuery, from_ms: int, to_ms: int, now_ms: int
) -> Bars:
    if asked.base_ms == 1_000:
        return market.second_bars(asked.symbol, from_ms, to_ms, now_ms)
    if asked.base_ms == MINUTE_MS:
        return market.minute_bars(asked.symbol, from_ms, to_ms, now_ms)
    first, last = -(-from_ms // DAY_MS), (to_ms - 1) // DAY_MS
    return market.day_bars(asked.symbol, first, last, now_ms)


def _end(text: str) -> int:
    """Return the first ms after `to`: a date's day and a number's bar are included."""
    start = instant(text, "to")
    return start + 1 if text.lstrip("-").isdigit() else start + DAY_MS


def _number(text: str, name: str, lowest: int, highest: int) -> int:
    if not text.isdigit() or not lowest <= int(text) <= highest:
        raise Rejected("ERROR", f"{name}: expected {lowest} to {highest}, was {text}")
    return int(text)
