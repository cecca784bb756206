"""Add trades up to bars by the consolidated trade rules."""

from dataclasses import fields

import numpy as np

from pl.market.batches import UPDATES_HIGH_LOW, UPDATES_OPEN_CLOSE, UPDATES_VOLUME
from pl.simulator.minutes import Bars
from pl.simulator.randomness import Int64
from pl.simulator.trades import Trades


def tally(trades: Trades, group: Int64) -> tuple[Int64, Bars]:
    """Return the groups that have a bar, ascending, and their bars.

    group (n,) : what each trade belongs to, such as the number of its second or of its symbol.
    Open and close are the first and the last by (t_ms, sequence) of the trades that may set
    them; a group without one has no bar. `start_ms` of a bar is the time of its first trade.
    """
    order = np.lexsort((trades.sequence, trades.t_ms, group))
    trades, group, rule = trades.take(order), group[order], trades.rule[order]
    timed, ranged, counted = (
        np.flatnonzero(rule & bit) for bit in (UPDATES_OPEN_CLOSE, UPDATES_HIGH_LOW, UPDATES_VOLUME)
    )
    groups, first = np.unique(group[timed], return_index=True)
    last = np.append(first[1:], len(timed)) - 1
    high, low = _reduced(trades.price[ranged], group[ranged], groups)
    volume, notional, count = _summed(trades.take(counted), group[counted], groups)
    return groups, Bars(
        start_ms=trades.t_ms[timed[first]],
        open=trades.price[timed[first]],
        high=high,
        low=low,
        close=trades.price[timed[last]] if len(groups) else trades.price[:0],
        volume=volume,
        notional=notional,
        trades=count,
    )


def windows(bars: Bars, group: Int64) -> tuple[Int64, Bars]:
    """Return groups and the longer bars that bars in order of time make, one a group."""
    groups, first = np.unique(group, return_index=True)
    if not len(groups):
        return groups, bars
    last = np.append(first[1:], len(group)) - 1
    return groups, Bars(
        start_ms=bars.start_ms[first],
        open=bars.open[first],
        high=np.maximum.reduceat(bars.high, first),
        low=np.minimum.reduceat(bars.low, first),
        close=bars.close[last],
        volume=np.add.reduceat(bars.volume, first),
        notional=np.add.reduceat(bars.notional, first),
        trades=np.add.reduceat(bars.trades, first),
    )


def joined(parts: list[Bars]) -> Bars:
    """Join bars in the order given."""
    return Bars(
        *(np.concatenate([getattr(part, field.name) for part in parts]) for field in fields(Bars))
    )


def no_bars() -> Bars:
    """Return no bars."""
    return Bars(*(np.empty(0, np.int64) for _ in fields(Bars)))


def _reduced(price: Int64, group: Int64, groups: Int64) -> tuple[Int64, Int64]:
    """Return high and low of each of the groups."""
    if not len(groups):
        return price[:0], price[:0]
    known = np.isin(group, groups)
    price, group = price[known], group[known]
    first = np.searchsorted(group, groups)
    return np.maximum.reduceat(price, first), np.minimum.reduceat(price, first)


def _summed(trades: Trades, group: Int64, groups: Int64) -> tuple[Int64, Int64, Int64]:
    """Return volume, notional and count of each of the groups, which are sorted."""
    first = np.searchsorted(group, groups)
    end = np.searchsorted(group, groups, side="right")
    volume = np.append(0, np.cumsum(trades.size))
    notional = np.append(0, np.cumsum(trades.size * trades.price))
    return volume[end] - volume[first], notional[end] - notional[first], end - first
