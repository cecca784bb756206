"""The chart patterns of a history, found the slow way: every rule asked at every bar and scale.

No levels are watched, no state is kept: the pivots of a bar are collected afresh from the bars of
its window, in plain Python. Only the rules themselves are those of production; their geometry is
checked by `naive_geometry`.
"""

from collections.abc import Iterator

import numpy as np

from pl.signals.chart import sketch
from pl.signals.chart.rules import N_RULES, judge, keep_best
from pl.signals.chart.scan import LEAST_CONFIDENCE, QUIET_BARS, complete
from pl.signals.chart.sketch import (
    BAR,
    CONFIDENCE,
    FIT,
    N_POINTS,
    PATTERN,
    POINTS,
    SIZE,
    STOP,
    TURN,
)

Array = np.ndarray
Pivot = tuple[int, float, int]
"""Bar, price, 1 for a top and -1 for a bottom."""

SCALES = (2, 3, 5, 8, 13, 20)
WINDOW = 240
MOST = 8


def turns_at(bars: Array, p: int, k: int) -> Iterator[Pivot]:
    """Yield what bar `p` is at a scale; of both the one that its colour says came first."""
    around = [p + d for d in range(-k, k + 1) if d]
    high, low = bars[p, 1], bars[p, 2]
    top = all(bars[j, 1] < high if j < p else bars[j, 1] <= high for j in around)
    bottom = all(bars[j, 2] > low if j < p else bars[j, 2] >= low for j in around)
    found = [(p, high, 1)] * top + [(p, low, -1)] * bottom
    if len(found) == 2 and bars[p, 3] >= bars[p, 0]:
        found.reverse()
    yield from found


def alternating(found: list[Pivot]) -> list[Pivot]:
    """Return the most extreme of each run of one kind, but for the first run, which may be cut."""
    runs: list[list[Pivot]] = []
    for pivot in found:
        if runs and runs[-1][0][2] == pivot[2]:
            runs[-1].append(pivot)
        else:
            runs.append([pivot])
    return [max(run, key=lambda pivot: (pivot[2] * pivot[1], -pivot[0])) for run in runs[1:]]


def pivots_at(bars: Array, i: int, k: int) -> list[Pivot]:
    """Return the pivots that the window of bar `i` determines, newest first."""
    first = max(i - WINDOW + 1, 0) + k
    found = [pivot for p in range(first, i - k + 1) for pivot in turns_at(bars, p, k)]
    newest = alternating(found)[::-1][:MOST]
    for m in range(1, len(newest)):
        if newest[m][0] >= newest[m - 1][0]:
            return newest[:m]
    return newest


def may_break(bars: Array, i: int, turn: int, pivots: list[Pivot]) -> bool:
    """Tell whether the close is beyond the last high or the line of the last two."""
    close, highs = turn * bars[i, 3], [(x, turn * y) for x, y, _ in pivots[1::2]]
    if not highs or close > highs[0][1]:
        return bool(highs)
    if len(highs) < 2:
        return False
    (x1, y1), (x0, y0) = highs[:2]
    return close > y0 + (y1 - y0) * (i - x0) / (x1 - x0)


def best_at(bars: Array, i: int) -> Array | None:
    """Return the best find of bar `i` over all scales and rules."""
    out = np.zeros(SIZE)
    best = None
    for k in SCALES:
        pivots = pivots_at(bars, i, k)
        if len(pivots) < 2:
            continue
        turn = -pivots[0][2]
        if not may_break(bars, i, turn, pivots):
            continue
        for rule in range(N_RULES):
            xs, ys = np.zeros(SIZE), np.zeros(SIZE)
            draft, work = np.zeros(SIZE), np.zeros(SIZE)
            xs[: len(pivots)] = [x for x, *_ in pivots]
            ys[: len(pivots)] = [turn * y for _, y, _ in pivots]
            found = judge(rule, bars, i, turn, k, xs, ys, len(pivots), work, draft)
            since = (turn * bars[j, 2 if turn > 0 else 1] for j in range(int(xs[0]) + 1, i + 1))
            found = found and min(since) >= draft[STOP]
            if found and keep_best(draft, out, turn * bars[i, 3]):
                out[TURN], out[BAR], out[sketch.SCALE] = turn, i, k
                best = out
    return best


def naive_scan(bars: Array) -> list[Array]:
    """Return the finds of a history, each break once."""
    finds: list[Array] = []
    recent: list[tuple[int, float, float, float]] = []
    sufficed: dict[int, tuple[float, ...]] = {}
    for i in range(len(bars)):
        best = best_at(bars, i)
        if best is None:
            continue
        first = best[POINTS]
        newest = best[POINTS + 2 * int(best[N_POINTS]) - 2]
        known = any(
            turn == best[TURN]
            and max(newest + 1, i - QUIET_BARS) <= bar
            and bar - start >= 0.5 * (i - first)
            and fit >= 0.9 * best[FIT]
            for bar, turn, start, fit in recent[-4:]
        )
        name = (best[TURN], best[PATTERN], first, newest)
        known |= any(i - bar <= QUIET_BARS and sufficed.get(bar) == name for bar, *_ in recent[-4:])
        recent.append((i, best[TURN], first, best[FIT]))
        complete(bars, i, best)
        if best[CONFIDENCE] >= LEAST_CONFIDENCE[int(best[PATTERN])]:
            sufficed[i] = name
            finds += [best] * (not known)
    return finds
