"""Find where the calendar anchors bars, and the sessions that they belong to."""

from collections.abc import Callable
from functools import cache
from typing import NamedTuple

import numpy as np

from pl.market.batches import Int64
from pl.signals.timeframes import DAY_MS, TIMEFRAME_MS

OpenOf = Callable[[int], int]
"""Unix ms of a bar's start -> unix ms of an open at or before it, never falling."""


class Calendar(NamedTuple):
    """Answer from where on a bar is walked, and when its session opened.

    anchor_of : where the walk to a bar is anchored; session_of : the open of its session, never
    before its anchor. Bars of a day or longer are sessions of their own.
    """

    anchor_of: OpenOf
    session_of: OpenOf

    @staticmethod
    def of(timeframe: str, anchor_of: OpenOf, session_of: OpenOf | None) -> "Calendar":
        """Return the calendar of a timeframe, whose anchors are its sessions unless told."""
        if TIMEFRAME_MS[timeframe] >= DAY_MS:
            return Calendar(anchor_of, int)
        return Calendar(anchor_of, session_of or anchor_of)


def anchors_of(starts: Int64, session_open: OpenOf) -> Int64:
    """Return the open that anchors the session of each of these rising starts, unix ms.

    session_open : never falling as time rises, so that what lies between two bars of a session
    belongs to it: of years of bars only few are asked for.
    """

    @cache
    def anchor_of(place: int) -> int:
        return session_open(int(starts[place]))

    anchors = np.empty(len(starts), np.int64)
    begin = 0
    while begin < len(starts):
        end = _end_of_session(anchor_of, begin, len(starts))
        anchors[begin:end] = anchor_of(begin)
        begin = end
    return anchors


def _end_of_session(anchor_of: Callable[[int], int], begin: int, n: int) -> int:
    """Return the place after the last one of the session of `begin`, in ever longer steps."""
    anchor, inside, step = anchor_of(begin), begin, 1
    while inside + step < n and anchor_of(inside + step) == anchor:
        inside += step
        step *= 2
    outside = min(inside + step, n)
    while outside - inside > 1:
        middle = (inside + outside) // 2
        if anchor_of(middle) == anchor:
            inside = middle
        else:
            outside = middle
    return outside
