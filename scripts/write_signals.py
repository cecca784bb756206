#!/usr/bin/env python3
"""Write the reference pages of the signals from the definitions and the measured rates.

`--check` only compares; `--measure` first measures the rates again on the recorded bars below
TICKSTOCK_TEST_DATA and writes pl/signals/rates.
"""

import inspect
import sys
from collections.abc import Iterator
from pathlib import Path
from types import ModuleType

ROOT = Path(__file__).resolve().parents[1]
sys.path.insert(0, str(ROOT))

from pl.signals.chart.registry import CHART_NAMES  # noqa: E402
from pl.signals.indicators.names import INDICATOR_NAMES  # noqa: E402
from pl.signals.pattern import EVERYWHERE, Pattern  # noqa: E402
from pl.signals.policy import FALLBACK, RULES  # noqa: E402
from pl.signals.rates import LEAST_BARS  # noqa: E402
from pl.signals.registry import PATTERNS  # noqa: E402
from scripts.examples import Example  # noqa: E402
from scripts.indicator_page import indicator_page  # noqa: E402
from scripts.rates_text import bars_table, rates_table, told_of_rare  # noqa: E402
from scripts.signal_pages import (  # noqa: E402
    SOURCES,
    candle_page,
    chart_page,
    file_of_name,
    parameters,
    shown,
)
from scripts.write_examples import file_of, read_examples  # noqa: E402

FOLDER = ROOT / "docs" / "reference"
UNSEEN = "no example, for nothing of the kind happened in the recorded bars."

INTRODUCTION = """# Signals

Written by `.venv-pl/bin/python scripts/write_signals.py`; a test holds it up to date.

Each file of `pl/signals` below is one definition: its rule in words, its parameters, its source,
and the patterns it declares. Warm-up counts bars, the one that closes included. "Alert from" is
the least confidence that becomes an alert, and after how many bars the same may alert again, by the
clock: a night and a weekend count as well. The rest is counted. Every count of days, weeks or
minutes is one of bars: a day on which a symbol did not trade has none, so that the 20 days and the
52 weeks of one that seldom trades reach further back than by the calendar.

**Confidence** is fit, volume and context, each from 0 to 1, weighed as shown; it never falls when
one of them rises (`pl/signals/confidence.py`). Fit is as each text says. Volume is r / (1 + r), r
the bar's volume over its mean of the 20 bars before. Context is x / (1 + x) of what the setting
looks at: for a reversal the move of 10 bars against it, for a continuation that of 20 bars with it,
each over what a random walk does, for activity the bar's true range over its mean of 14.

**Rates** are fires per 1,000 bars of each timeframe that reach the confidence of an alert there:
on real bars and, after the slash, by chance. Real days and weeks are those of 505 stocks, minutes
and their folds recorded ones of regular hours, hours those of six symbols over 23 years. By chance
is what fires on moves, ranges and volumes of such bars in drawn order: days and weeks in any, hours
among those of the same time of day and quarter. Minutes and their folds are walked by five symbols
whose days are recorded, too: in sessions whose every minute, or its mirror image, is drawn among
those of the same time of day, all scaled to span what the days do, so that a walk is as lively at a
session's ends as the market. A rate on real bars that does not exceed chance says that the pattern
is no news by itself. The rate by chance on an event's own timeframe is its `null_rate`. A dash: not
judged there, or fewer than {least:,} bars, of which no rate is told. Finds below an alert's
confidence are counted in `pl/signals/rates`.

{bars}

**Drawings** show a find in recorded bars: those that make it on a light ground, an arrow at the
close that completed it, the level dashed. The bars are facts of {daily}, and of
{minute}.

[Chart patterns](chart-pattern-rules.md), all [61 candlesticks](candlesticks.md) and the
[indicators](indicators.md) have pages of their own.
{rare}"""

INDICATOR_TEXT = """
## Indicators

{n} columns a bar, [each with its definition](indicators.md). In the order of the rows:

"""


def main(arguments: list[str]) -> int:
    """Write the page, or compare it; returns 1 when it is out of date."""
    if "--measure" in arguments:
        from scripts.measuring_rates import write_rates
        from scripts.recorded_series import recorded_home

        write_rates(recorded_home(), ROOT / "pl" / "signals" / "rates")
        print("measured: run again without --measure to write the page")
        return 0
    pages = {name: "".join(parts) for name, parts in build().items()}
    if "--check" in arguments:
        kept = {name: FOLDER / name for name in pages}
        old = [n for n, path in kept.items() if not path.exists() or path.read_text() != pages[n]]
        return int(bool(old))
    for name, page in pages.items():
        (FOLDER / name).write_text(page)
    return 0


def build() -> dict[str, Iterator[str]]:
    """Return the parts of each page, by its file."""
    examples = {file_of(example): example for example in read_examples()}
    return {
        "signals.md": alert_page(examples),
        "chart-pattern-rules.md": chart_page(examples),
        "candlesticks.md": candle_page(examples),
        "indicators.md": indicator_page(),
    }


def alert_page(examples: dict[str, Example]) -> Iterator[str]:
    """Yield the parts of the page about what the registry holds, and the indicators."""
    yield INTRODUCTION.format(
        least=LEAST_BARS,
        bars=bars_table(),
        daily=SOURCES["daily"],
        minute=SOURCES["1min"],
        rare=told_of_rare(CHART_NAMES),
    )
    for module, patterns in by_module():
        yield section(module, patterns)
        for pattern in patterns:
            example = examples.get(file_of_name(pattern.name))
            yield shown(example) if example else f"\n**{pattern.name}**: {UNSEEN}\n"
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
    lines.append("| pattern | timeframes | warm-up | setting | fit/volume/context | alert from |")
    lines.append("|---|---|---|---|---|---|")
    lines += [row(pattern) for pattern in patterns]
    lines.append("\n" + rates_table([pattern.name for pattern in patterns]))
    return "\n".join(line for line in lines if line) + "\n"


def row(pattern: Pattern) -> str:
    """Return the pattern's row of its table."""
    frames = "all" if pattern.timeframes == EVERYWHERE else ", ".join(sorted(pattern.timeframes))
    rule = RULES.get((pattern.name, "intraday", "1min"))
    rule = rule or RULES.get((pattern.name, "daily", "daily"), FALLBACK)
    weights = pattern.weights
    return (
        f"| {pattern.name} | {frames} | {pattern.warm_up} "
        f"| {pattern.setting.name.lower()} "
        f"| {weights.fit}/{weights.volume}/{weights.context} "
        f"| {rule.min_confidence}, {rule.cool_down_bars} bars |"
    )


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
