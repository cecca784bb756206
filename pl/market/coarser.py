"""Fold bars of history into those of a longer timeframe."""

import numpy as np

from pl.market.backfilled import as_members
from pl.market.batches import ClosedBars, Int64
from pl.market.sessions import MarketSessions
from pl.market.timeframes import DAILY, MINUTES, WEEKLY, session_from, week_of


def coarser(bars: ClosedBars, timeframe: str, sessions: MarketSessions) -> ClosedBars:
    """Return the bars of a timeframe folded from shorter ones of regular hours.

    bars : in any order; of days for `weekly`, else of minutes. Returns revision 0, the gravest
    quality of the bars folded (an official day is a backfilled one), sorted by (start_ms, row).
    """
    if not len(bars):
        return ClosedBars.empty()
    bars = as_members(bars.take(np.lexsort((bars.row, bars.start_ms))))
    starts = bar_starts(bars.start_ms, timeframe, sessions)
    order = np.lexsort((bars.start_ms, bars.row, starts))
    bars, starts = bars.take(order), starts[order]
    begins = np.ones(len(bars), np.bool_)
    begins[1:] = (np.diff(starts) != 0) | (np.diff(bars.row) != 0)
    first = np.flatnonzero(begins)
    group = np.cumsum(begins) - 1
    return _reduced(bars, starts[first], first, group)


def _reduced(bars: ClosedBars, starts: Int64, first: Int64, group: Int64) -> ClosedBars:
    n = len(first)
    last = np.append(first[1:], len(bars)) - 1
    high, low = bars.high[first].copy(), bars.low[first].copy()
    np.maximum.at(high, group, bars.high)
    np.minimum.at(low, group, bars.low)
    volume, traded, trades = np.zeros(n), np.zeros(n), np.zeros(n, np.int64)
    np.add.at(volume, group, bars.volume)  # in the order of the bars, as nothing else promises
    np.add.at(traded, group, _worth(bars) * bars.volume)
    np.add.at(trades, group, bars.trade_count)
    quality = bars.quality[first].copy()
    np.maximum.at(quality, group, bars.quality)
    close = bars.close[last]
    vwap = np.divide(traded, volume, out=close.copy(), where=volume > 0)
    return ClosedBars(
        bars.row[first],
        starts,
        bars.open[first],
        high,
        low,
        close,
        volume,
        vwap,
        trades.astype(np.int32),
        np.zeros(n, np.int32),
        quality,
    )


def _worth(bars: ClosedBars) -> np.ndarray:
    typical = (bars.high + bars.low + bars.close) / 3.0
    return np.where(np.isfinite(bars.vwap), bars.vwap, typical)


def bar_starts(start_ms: Int64, timeframe: str, sessions: MarketSessions) -> Int64:
    """Return where the longer bar of each bar (n,), sorted by time, starts; unix ms."""
    out = np.empty(len(start_ms), np.int64)
    begin = 0
    while begin < len(start_ms):
        session = session_from(sessions, int(start_ms[begin]))
        if timeframe == WEEKLY:
            week = week_of(sessions, session)
            end = int(np.searchsorted(start_ms, week.close_ms))
            out[begin:end] = week.start_ms
        else:
            end = int(np.searchsorted(start_ms, session.close_ms))
            here = start_ms[begin:end] - session.open_ms
            step = MINUTES.get(timeframe, 0) * 60_000
            out[begin:end] = session.open_ms + here - here % step if step else 0
            if timeframe == DAILY:
                out[begin:end] = sessions.day_start_ms(session.session_date)
        begin = end
    return out
