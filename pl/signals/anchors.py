"""Find the sessions that bars belong to."""

from collections.abc import Callable
from functools import cache

import numpy as np

from pl.market.batches import Int64


def anchors_of(starts: Int64, session_open: Callable[[int], int]) -> Int64:
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
