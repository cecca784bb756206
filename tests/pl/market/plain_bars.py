"""Compute minute bars the slow and plain way: a second opinion for the kernels.

No arrays, no kernels, no state between events: all trades of a minute are sorted by time and
sequence, then the bar is read off them.
"""

import math
from collections import defaultdict
from collections.abc import Iterable
from typing import NamedTuple


class Trade(NamedTuple):
    row: int
    t_ms: int
    sequence: int
    price: float
    size: float
    rule: int


class Bar(NamedTuple):
    open: float
    high: float
    low: float
    close: float
    volume: float
    vwap: float
    trade_count: int


def plain_bars(trades: Iterable[Trade]) -> dict[tuple[int, int], Bar]:
    """Return the bars by (start_ms, row); a cancelled trade (rule 0) voids its twin."""
    known: dict[tuple[int, int, int, float, float], int] = {}
    for trade in trades:
        identity = (trade.row, trade.t_ms, trade.sequence, trade.price, trade.size)
        known[identity] = known.get(identity, 7) & trade.rule
    minutes: dict[tuple[int, int], list[Trade]] = defaultdict(list)
    for (row, t_ms, sequence, price, size), rule in known.items():
        start_ms = t_ms - t_ms % 60_000
        minutes[start_ms, row].append(Trade(row, t_ms, sequence, price, size, rule))
    bars = {where: _bar(found) for where, found in minutes.items()}
    return {where: bar for where, bar in sorted(bars.items()) if bar is not None}


def _bar(trades: list[Trade]) -> Bar | None:
    trades = sorted(trades, key=lambda trade: (trade.t_ms, trade.sequence))
    ends = [trade.price for trade in trades if trade.rule & 1]
    if not ends:
        return None
    extremes = [trade.price for trade in trades if trade.rule & 2] + [ends[0], ends[-1]]
    counted = [trade for trade in trades if trade.rule & 4]
    volume = math.fsum(trade.size for trade in counted)
    turnover = math.fsum(trade.price * trade.size for trade in counted)
    return Bar(
        open=ends[0],
        high=max(extremes),
        low=min(extremes),
        close=ends[-1],
        volume=volume,
        vwap=turnover / volume if volume > 0 else ends[-1],
        trade_count=len(counted),
    )
