"""Let the bars of a market arrive as a feed may bring them: late, revised, in part or not at all.

Two orders of arrival of the same bars end with the same final bars; how they get there differs.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np
from hypothesis import strategies as st

from pl.market.batches import QUALITY_BACKFILLED, QUALITY_PARTIAL, ClosedBars
from tests.pl.signals.synthetic import join

KINDS = ("late", "revised", "revised twice", "partial", "broken")
Key = tuple[int, int]


@dataclass(frozen=True)
class Mishap:
    """Hold what befalls one bar: which (of the final bars), how, and how many bars later it ends.

    factor : by how much its first version is off.
    """

    which: int
    kind: str
    delay: int
    factor: float


def mishaps(n_bars: int, reach: int, most: int) -> st.SearchStrategy[list[Mishap]]:
    """Draw mishaps of a history of `n_bars` that end within `reach` bars."""
    one = st.builds(
        Mishap,
        st.integers(0, n_bars - 1),
        st.sampled_from(KINDS),
        st.integers(1, reach),
        st.sampled_from([0.25, 0.98, 1.01, 1.05, 6.0]),
    )
    return st.lists(one, max_size=most)


def arriving(final: ClosedBars, befallen: Sequence[Mishap]) -> ClosedBars:
    """Return the bars in order of arrival, each mishap ending in the bar's final version."""
    first = {mishap.which: mishap for mishap in befallen}
    parts: list[tuple[float, int, ClosedBars]] = []
    for i in range(len(final)):
        bar = final.take(np.array([i]))
        mishap = first.get(i)
        if mishap is None:
            parts.append((i, len(parts), bar))
            continue
        for place, version in versions(bar, i, mishap):
            parts.append((place, len(parts), version))
    return numbered(join(part for *_, part in sorted(parts, key=lambda part: part[:2])))


def versions(bar: ClosedBars, i: int, mishap: Mishap) -> list[tuple[float, ClosedBars]]:
    """Return the versions of a bar with their places of arrival, the final one last."""
    end = i + mishap.delay + 0.5
    if mishap.kind == "late":
        return [(end, bar)]
    if mishap.kind == "partial":
        part = replace(bar, quality=np.full_like(bar.quality, QUALITY_PARTIAL))
        whole = replace(bar, quality=np.full_like(bar.quality, QUALITY_BACKFILLED))
        return [(i, part), (end, whole)]
    if mishap.kind == "broken":
        return [(i, replace(bar, close=np.full_like(bar.close, np.nan))), (end, bar)]
    off = [(i, wrong(bar, mishap.factor))]
    if mishap.kind == "revised twice":
        off.append((i + mishap.delay / 2, wrong(bar, 2.0 / (1.0 + mishap.factor))))
    return [*off, (end, bar)]


def wrong(bar: ClosedBars, factor: float) -> ClosedBars:
    """Return a bar that closed `factor` times as far up, a little muted, on so many shares."""
    close = bar.close * (1.0 + 0.01 * (factor - 1.0))
    return replace(
        bar,
        close=close,
        high=np.maximum(bar.high, close),
        low=np.minimum(bar.low, close),
        volume=np.maximum(np.round(bar.volume * factor), 1.0),
    )


def numbered(bars: ClosedBars) -> ClosedBars:
    """Return the bars with their feed's revisions: one more each time, a late bar from 1."""
    latest: dict[Key, int] = {}
    newest: dict[int, int] = {}
    revisions = []
    for row, start in zip(bars.row.tolist(), bars.start_ms.tolist(), strict=True):
        is_late = start < newest.get(row, 0)
        latest[row, start] = latest[row, start] + 1 if (row, start) in latest else int(is_late)
        newest[row] = max(start, newest.get(row, 0))
        revisions.append(latest[row, start])
    return replace(bars, revision=np.array(revisions, np.int32))


def without(bars: ClosedBars, seed: int, share: float) -> ClosedBars:
    """Return the bars without a share of them, drawn in runs as halts and silent minutes are."""
    if share == 0.0:
        return bars
    dice = np.random.default_rng(seed)
    keep = np.ones(len(bars), np.bool_)
    while keep.mean() > 1.0 - share:
        at, length = int(dice.integers(0, len(bars))), int(dice.geometric(0.1))
        keep[at : at + length] = False
    return bars.take(keep)
