#!/usr/bin/env python3
"""Write docs/reference/signals.md from the definitions and the measured rates.

`--check` only compares; `--measure` first measures the rates again on the recorded bars below
TICKSTOCK_TEST_DATA and writes pl/signals/rates.py.
"""

import inspect
import os
import sys
from collections.abc import Iterator
from pathlib import Path
from types import ModuleType

ROOT = Path(__file__).resolve().parents[1]
sys.path.insert(0, str(ROOT))

from pl.signals import rates  # noqa: E402 - the checkout is put on the path above
from pl.signals.candles.catalogue import CANDLES  # noqa: E402
from pl.signals.indicators.names import INDICATOR_NAMES  # noqa: E402
from pl.signals.pattern import EVERYWHERE, Pattern  # noqa: E402
from pl.signals.policy import FALLBACK, RULES  # noqa: E402
from pl.signals.registry import PATTERNS  # noqa: E402

PAGE = ROOT / "docs" / "reference" / "signals.md"

INTRODUCTION = """# Signals

Written by `.venv-pl/bin/python scripts/write_signals.py`; a test holds it up to date.

Each file of `pl/signals` below is one definition: its rule in words, its parameters, its source,
and the patterns it declares. Warm-up counts bars, the one that closes included. Confidence is
fit, volume and context weighed as shown; `pl/signals/confidence.py` has the terms. "Alert from" is
the least confidence that becomes an alert, and after how many bars the same may alert again; the
rest is counted.

**Rates** are fires per 1,000 bars: everything in the log and, after the slash, what reaches the
confidence of an alert. *Real* are {days:,} daily bars of 505 stocks (events of the session:
{minutes:,} recorded minutes of regular hours). *Random* are the same bars' moves, ranges and
volumes in drawn order: what fires there fires by chance. A rate on real bars that does not exceed
it says that the pattern is no news by itself. The random rate at an alert is its `null_rate`.

The chart patterns have a page of their own: [chart patterns](chart-patterns.md).
"""

CANDLE_TEXT = """
## Candlesticks

All 61 that TA-Lib names, to the bit, on every bar of every timeframe; stored as a bit set in the
bar's row (`pl/signals/candles`). Ten of them alert, see above. A rule reads at most {bars} bars.

| candlestick | TA-Lib | bars | real | random |
|---|---|---|---|---|
"""

INDICATOR_TEXT = """
## Indicators

{n} columns a bar, in this order; NULL until a warm-up is over. `pl/signals/indicators` has one file
a family, whose text says what each is.

"""


def main(arguments: list[str]) -> int:
    """Write the page, or compare it; returns 1 when it is out of date."""
    if "--measure" in arguments:
        from scripts.measuring_rates import write_rates

        home = Path(os.environ.get("TICKSTOCK_TEST_DATA", ROOT.parent / "shared" / "data"))
        write_rates(home, ROOT / "pl" / "signals" / "rates.py")
        print("measured: run again without --measure to write the page")
        return 0
    page = "".join(build())
    if "--check" in arguments:
        return int(not PAGE.exists() or PAGE.read_text() != page)
    PAGE.write_text(page)
    return 0


def build() -> Iterator[str]:
    """Yield the parts of the page."""
    yield INTRODUCTION.format(days=rates.DAILY_BARS, minutes=rates.MINUTE_BARS)
    for module, patterns in by_module():
        yield section(module, patterns)
    yield CANDLE_TEXT.format(bars=15)
    for candle in CANDLES:
        real, random = rates.CANDLES[candle.name]
        yield (
            f"| {candle.name} | {candle.talib} | {candle.n_bars} | {real:.2f} | {random:.2f} |\n"
        )
    yield INDICATOR_TEXT.format(n=len(INDICATOR_NAMES))
    yield ", ".join(f"`{name}`" for name in INDICATOR_NAMES) + "\n"


def by_module() -> Iterator[tuple[ModuleType, list[Pattern]]]:
    """Yield each file of definitions with its patterns, in the order of the registry."""
    found: dict[str, list[Pattern]] = {}
    for pattern in PATTERNS:
        found.setdefault(pattern.rule.__module__, []).append(pattern)
    for name, patterns in found.items():
        yield sys.modules[name], patterns


def section(module: ModuleType, patterns: list[Pattern]) -> str:
    """Return the part of the page about one file."""
    title, _, text = (inspect.getdoc(module) or "").partition("\n\n")
    file = module.__name__.replace(".", "/") + ".py"
    lines = [f"\n## {' · '.join(pattern.name for pattern in patterns)}\n"]
    lines += [f"{' '.join(title.split())}\n", text + "\n" if text else ""]
    known = parameters(module)
    if known:
        lines.append(f"Parameters: {', '.join(known)}.\n")
    lines.append(f"Source of the rule: {patterns[0].source}. File: `{file}`.\n")
    lines.append(
        "| pattern | timeframes | warm-up | fit/volume/context | alert from | real | random |"
    )
    lines.append("|---|---|---|---|---|---|---|")
    lines += [row(pattern) for pattern in patterns]
    return "\n".join(line for line in lines if line) + "\n"


def parameters(module: ModuleType) -> list[str]:
    """Return the file's own numbers."""
    own = inspect.getsource(module)
    return [
        f"`{name} = {value}`"
        for name, value in vars(module).items()
        if isinstance(value, int | float) and f"\n{name}: Final" in own
    ]


def row(pattern: Pattern) -> str:
    """Return the pattern's row of its table."""
    frames = "all" if pattern.timeframes == EVERYWHERE else ", ".join(sorted(pattern.timeframes))
    rule = RULES.get((pattern.name, "intraday", "1min"))
    rule = rule or RULES.get((pattern.name, "daily", "daily"), FALLBACK)
    weights = pattern.weights
    real, real_alert, random, random_alert = rates.PATTERNS[pattern.name]
    return (
        f"| {pattern.name} | {frames} | {pattern.warm_up} "
        f"| {weights.fit}/{weights.volume}/{weights.context} "
        f"| {rule.min_confidence}, {rule.cool_down_bars} bars "
        f"| {real:.2f} / {real_alert:.2f} | {random:.2f} / {random_alert:.2f} |"
    )


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
