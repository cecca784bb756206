"""Measure the chart patterns and write docs/reference/chart-patterns.md.

Planted series come from seeds that development never used; real bars, read below
TICKSTOCK_TEST_DATA, give the fires on real data and the moves that random walks shuffle.
"""

import os
import sys
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pandas as pd

ROOT = Path(__file__).resolve().parents[1]
sys.path.insert(0, str(ROOT))

from pl.signals.chart.registry import ALERT_CONFIDENCE  # noqa: E402 - after the path is set
from tests.pl.signals.chart.planting import KINDS, Array, Planted, planted_fields  # noqa: E402
from tests.pl.signals.chart.scoring import Tally, fires, shuffled_walk, tally  # noqa: E402

PAGE = ROOT / "docs" / "reference" / "chart-patterns.md"
SEED = 4_000_037
N_FIELDS = 400

INTRODUCTION = """# Chart patterns: found, and found in noise

Written by `.venv-pl/bin/python scripts/write_chart_patterns.py`; do not edit.

**Planted**: {n_planted:,} patterns in {n_bars:,} bars (about 10 per 1,000), lengths 20-120, every
close displaced evenly by up to a drawn 0-10 % of the height either way, seeds not used in
development. A find is right when its name, its direction and every anchor agree, anchors within
max(2 bars, 5 % of the length). A second find of a planted pattern counts as wrong.

**Noise**: finds per 1,000 bars at the default alert confidence, on real daily bars ({n_real:,}) and
on random walks of the same bars' moves, ranges and volumes in drawn order ({n_null:,}).

| pattern | alert from | planted | recall | precision | real /1,000 | null /1,000 |
|---|---|---|---|---|---|---|
"""

REMARKS = """
What to know of these numbers:

- A planted break comes on 1.3 to 3 times the volume, as the textbooks want it; confidence counts
  the volume of the whole breaking swing. Breaks on even volume are found less often, see below.
- A short flag whose swings drown in the noise is seen as a pennant or a triangle, and the other way
  round; channels and wedges turn into each other where noise tilts a line.
- The first swing of a channel is a V until the next swing is seen.
"""

EVEN_VOLUME = """
Without raised volume at the break ({n:,} patterns): recall {recall:.1%}, precision {precision:.1%}.
"""


def real_bars() -> Iterator[Array]:
    """Yield the sound daily bars of each symbol, (n, 6)."""
    home = Path(os.environ.get("TICKSTOCK_TEST_DATA", ROOT.parent / "shared" / "data"))
    frame = pd.read_parquet(home / "daily_sp500_5yr" / "sp500_5yr.parquet").dropna()
    sound = (frame["high"] >= frame[["open", "close"]].max(axis=1)) & (
        frame["low"] <= frame[["open", "close"]].min(axis=1)
    )
    names = ["open", "high", "low", "close", "volume", "close"]
    for _, rows in frame[sound].sort_values("date").groupby("symbol", observed=True):
        yield np.ascontiguousarray(rows[names].to_numpy(np.float64))


def count(series: list[Array]) -> tuple[Counter[str], int]:
    """Return fires a pattern at its alert confidence, and the bars."""
    total: Counter[str] = Counter()
    for bars in series:
        total += fires(bars, ALERT_CONFIDENCE)
    return total, sum(len(bars) for bars in series)


def page(planted: Tally, real: tuple[Counter[str], int], null: tuple[Counter[str], int]) -> str:
    """Return the page."""
    n_planted = sum(planted.planted.values())
    text = INTRODUCTION.format(
        n_planted=n_planted, n_bars=planted.bars, n_real=real[1], n_null=null[1]
    )
    for name in KINDS:
        rates = [f"{1000.0 * fired[name] / n:.3f}" for fired, n in (real, null)]
        text += (
            f"| {name} | {ALERT_CONFIDENCE[name]:.2f} | {planted.planted[name]} "
            f"| {planted.recall(name):.1%} | {planted.precision(name):.1%} "
            f"| {rates[0]} | {rates[1]} |\n"
        )
    found, fired = sum(planted.found.values()), sum(planted.fired.values())
    all_rates = [f"{1000.0 * sum(fired_.values()) / n:.3f}" for fired_, n in (real, null)]
    text += (
        f"| **all** | | {n_planted} | {found / n_planted:.1%} | {found / fired:.1%} "
        f"| {all_rates[0]} | {all_rates[1]} |\n"
    )
    return text + REMARKS


def even(planted: Tally) -> str:
    """Return what the page says of breaks on even volume."""
    found, n = sum(planted.found.values()), sum(planted.planted.values())
    precision = found / sum(planted.fired.values())
    return EVEN_VOLUME.format(n=n, recall=found / n, precision=precision)


def evened(fields: list[tuple[Array, list[Planted]]]) -> list[tuple[Array, list[Planted]]]:
    """Return the series with the volumes of bars drawn anew, the same everywhere."""
    dice = np.random.default_rng(SEED)
    out = []
    for bars, truth in fields:
        flat = bars.copy()
        flat[:, 4] = 1000.0 * dice.lognormal(0.0, 0.4, len(bars))
        out.append((flat, truth))
    return out


def main() -> None:
    """Measure and write."""
    fields = planted_fields(SEED, N_FIELDS)
    planted = tally(fields, ALERT_CONFIDENCE)
    real = list(real_bars())
    dice = np.random.default_rng(SEED)
    walks = [shuffled_walk(bars, dice) for bars in real if len(bars) > 300]
    PAGE.parent.mkdir(parents=True, exist_ok=True)
    text = page(planted, count(real), count(walks))
    PAGE.write_text(text + even(tally(evened(fields), ALERT_CONFIDENCE)))


if __name__ == "__main__":
    main()
