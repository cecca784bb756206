"""Measure how often planted chart patterns are found; write docs/reference/chart-patterns.md.

The planted series come from three seeds that development never used. How often a pattern fires on
real bars and on random walks is in one place: `scripts/write_signals.py`. `--remarks` measures
nothing and writes what stands below the tables anew, `--lost` the table before that.
"""

import re
import sys
from collections.abc import Mapping
from pathlib import Path

import numpy as np

ROOT = Path(__file__).resolve().parents[1]
sys.path.insert(0, str(ROOT))

from pl.signals.chart.registry import ALERT_CONFIDENCE, CHART_NAMES  # noqa: E402 - after the path
from scripts.lost_breaks import fates, lost_part  # noqa: E402
from scripts.rates_text import told_of_rare  # noqa: E402
from tests.pl.signals.chart.planting import Array, Planted, planted_fields  # noqa: E402
from tests.pl.signals.chart.scoring import Tally, tally  # noqa: E402

PAGE = ROOT / "docs" / "reference" / "chart-patterns.md"
SEEDS = (5_000_011, 6_000_023, 7_000_003)
N_FIELDS = 4_000
RAISED = "## Breaks on raised volume"
EVEN = "## Breaks on even volume"

INTRODUCTION = """# Chart patterns: how many planted ones are found

Written by `.venv-pl/bin/python scripts/write_chart_patterns.py`; do not edit.

**Planted**: {n_planted:,} patterns in {n_bars:,} bars (about 10 per 1,000), lengths 20-120, every
close displaced evenly by up to a drawn 0-10 % of the height either way. The three seeds were not
used in development and measured once, {n_fields:,} series each. A find is right when its name, its
direction and every anchor agree, anchors within max(2 bars, 5 % of the length), and its confidence
is worth an alert. A second find of a planted pattern counts as wrong.

Cells are recall / precision in percent, by seed; *worst* is the least of each. With some
{n_each:,} of a kind on a seed, a figure is known to about {error:.1f} points (one standard error
at 92 %).

How often each fires on real bars and on random walks is told with its rule, in
[chart patterns, one by one](chart-pattern-rules.md), from the rates that travel with the alerts.

"""

RAISED_TEXT = """
A planted break comes on 1.3 to 3 times the volume, as the textbooks want it (Edwards and Magee
2007: a break without rising volume is suspect), and the volume of the whole breaking swing counts
in the confidence. So these figures are those of breaks that volume confirms.

"""

EVEN_TEXT = """
The same series with every bar's volume drawn alike, at the break, too. Volume confirms and is no
condition: such a break is found when its shape alone is good enough for the same confidence. The
flags, the wedges and the V, which noise and chance draw most easily, lose most; the log has what
comes within 0.05 of an alert as well.

"""

REMARKS = """
## What to know of these numbers

- A short flag whose swings drown in the noise is seen as a pennant or a triangle, and the other way
  round; channels and wedges turn into each other where noise tilts a line.
- Of flags, pennants and Vs that are missed every third is seen with an anchor too far off: noise
  moves the extreme of a flat turn by more than 5 % of the length.
- The first swing of a channel is a V until the next swing is seen.
"""

ALL = re.compile(r"^\| \*\*all\*\* .*\n", re.MULTILINE)

Fields = list[tuple[Array, list[Planted]]]


def evened(fields: Fields) -> Fields:
    """Return the series with the volumes of bars drawn anew, the same everywhere."""
    dice = np.random.default_rng(len(fields))
    out = []
    for bars, truth in fields:
        flat = bars.copy()
        flat[:, 4] = 1000.0 * dice.lognormal(0.0, 0.4, len(bars))
        out.append((flat, truth))
    return out


def measure(seed: int, n_fields: int) -> tuple[Tally, Tally]:
    """Return what is found on a seed, with raised and with even volume at the break."""
    fields = planted_fields(seed, n_fields)
    return tally(fields, ALERT_CONFIDENCE), tally(evened(fields), ALERT_CONFIDENCE)


def table(tallies: Mapping[int, Tally]) -> str:
    """Return the table of one way to draw volume."""
    seeds = " | ".join(f"seed {seed}" for seed in tallies)
    text = f"| pattern | alert from | {seeds} | worst |\n|---|---|{'---|' * len(tallies)}---|\n"
    for name in CHART_NAMES:
        cells = [(one.recall(name), one.precision(name)) for one in tallies.values()]
        text += f"| {name} | {ALERT_CONFIDENCE[name]:.2f} | {' | '.join(map(shown, cells))} "
        text += f"| {shown((min(r for r, _ in cells), min(p for _, p in cells)))} |\n"
    cells = [whole(one) for one in tallies.values()]
    worst = (min(r for r, _ in cells), min(p for _, p in cells))
    return text + f"| **all** | | {' | '.join(map(shown, cells))} | {shown(worst)} |\n"


def whole(one: Tally) -> tuple[float, float]:
    """Return recall and precision of all patterns together."""
    found = sum(one.found.values())
    return found / sum(one.planted.values()), found / sum(one.fired.values())


def shown(cell: tuple[float, float]) -> str:
    """Return recall and precision as a cell shows them."""
    return f"{100.0 * cell[0]:.1f} / {100.0 * cell[1]:.1f}"


def lost(seed: int, n_fields: int) -> str:
    """Return the part about the breaks on even volume that are lost."""
    fields = planted_fields(seed, n_fields)
    return lost_part(seed, fates(fields, evened(fields)))


def page(raised: Mapping[int, Tally], even: Mapping[int, Tally]) -> str:
    """Return the page."""
    n_planted = sum(sum(one.planted.values()) for one in raised.values())
    n_each = n_planted / len(raised) / len(CHART_NAMES)
    introduction = INTRODUCTION.format(
        n_planted=n_planted,
        n_bars=sum(one.bars for one in raised.values()),
        n_fields=N_FIELDS,
        n_each=round(n_each / 10.0) * 10,
        error=100.0 * (0.92 * 0.08 / n_each) ** 0.5,
    )
    parts = [introduction, RAISED, "\n", RAISED_TEXT, table(raised), "\n"]
    parts += [EVEN, "\n", EVEN_TEXT, table(even), lost(SEEDS[0], N_FIELDS), remarks()]
    return "".join(parts)


def remarks() -> str:
    """Return what stands below the tables."""
    return REMARKS + told_of_rare(CHART_NAMES)


def tables_of(text: str, n: int) -> str:
    """Return the page to the end of its first `n` tables."""
    return text[: [row.end() for row in ALL.finditer(text)][n - 1]]


def with_remarks(text: str) -> str:
    """Return the page with the remarks of now below the tables that were measured."""
    return tables_of(text, 3) + remarks()


def main() -> None:
    """Measure and write."""
    if "--remarks" in sys.argv[1:]:
        PAGE.write_text(with_remarks(PAGE.read_text()))
        return
    if "--lost" in sys.argv[1:]:
        kept = tables_of(PAGE.read_text(), 2)
        PAGE.write_text(kept + lost(SEEDS[0], N_FIELDS) + remarks())
        return
    measured = {seed: measure(seed, N_FIELDS) for seed in SEEDS}
    raised = {seed: pair[0] for seed, pair in measured.items()}
    even = {seed: pair[1] for seed, pair in measured.items()}
    PAGE.write_text(page(raised, even))


if __name__ == "__main__":
    main()
