"""Make the reference pages of the chart patterns and of the candlesticks."""

import inspect
from collections.abc import Iterator
from importlib import import_module
from types import ModuleType

from pl.signals.candles.catalogue import CANDLES, Candle
from pl.signals.candles.judging import WARM_UP
from pl.signals.chart.registry import ALERT_CONFIDENCE, CHART_NAMES, CHARTS
from pl.signals.rates.candles import CANDLES as CANDLE_RATES
from scripts.examples import Example, alerts, least_of
from scripts.rates_text import rates_table, told_of_rare
from scripts.talib_starts import TALIB_FROM
from scripts.write_examples import file_of

SOURCES = {
    "daily": "S&P 500 daily bars 2013 to 2018 (a public collection under the MIT licence)",
    "1min": "recorded minute bars of QuantConnect LEAN (Apache-2.0), New York time",
}

CHART_TEXT = """# Chart patterns, one by one

Written by `.venv-pl/bin/python scripts/write_signals.py`; a test holds it up to date. How many
planted ones are found, and how precisely, is on [a page of its own](chart-patterns.md).

Each file below is one rule, read on confirmed pivots; the text says which way
up, and the other way up is its mirror image. A find carries its points, lines, entry, stop and
target; where a bar since the last pivot went beyond the stop there is none. **Confidence** is
0.5 * fit + 0.4 * volume + 0.1 * size and never falls when one of them rises
(`pl/signals/chart/confidence.py`): volume is r * r / (1 + r * r), r the volume of the
breaking swing over that of the pattern; size is x / (1 + x), x the height over what a random walk
of as many bars spans; fit is as each text says (`pl/signals/chart/fit.py`). A rule reads at most
264 bars. It is judged on every timeframe; after an alert the same pattern rests for 15 bars of it.

Rates are finds per 1,000 bars at the confidence of an alert, real and by chance, on each timeframe
([how they are measured](signals.md)). In the drawings blue is the find, orange its lines, and the
arrow stands at the close that completed it. The bars are facts of
{source}.
"""

CANDLE_TEXT = """# Candlesticks, one by one

Written by `.venv-pl/bin/python scripts/write_signals.py`; a test holds it up to date.

All 61 that TA-Lib names, on every timeframe, equal to it on every bar but for two exceptions, and
where TA-Lib's own sums [lose a cent in rounding](witnesses.md): a bar of one price is no doji here,
and ours are told from bar {bars} on, when five candles and the ten bars before each are there.
TA-Lib begins with each as soon as its own few bars allow, so it speaks alone on some of the first
{before} bars; from which on stands beside each.

They are stored as two bit sets in the bar's row, what fired and what of it is bearish, and told by
[`/candlesticks/{{symbol}}`](producer-api.md). Strength is TA-Lib's: 100, or 80 when two bodies
share an end, or 200 when a hikkake is confirmed; one without a direction counts as +.
Ten of them also [alert](signals.md).
Warm-up of all: {bars} bars. Source of all: Nison 1991, with the thresholds of TA-Lib.

A body is long above the mean body of the 10 bars before, short below it; a shadow is hardly there
below a tenth of their mean spread. Rates are per 1,000 daily bars, on real ones and on random walks
of their moves. The bars in the drawings are facts of
{source}.
"""


def chart_page(examples: dict[str, Example]) -> Iterator[str]:
    """Yield the parts of the page about the chart patterns."""
    yield CHART_TEXT.format(source=SOURCES["daily"])
    for module, names in chart_rules():
        title, _, text = (inspect.getdoc(module) or "").partition("\n\n")
        yield f"\n## {' · '.join(name.replace('_', ' ') for name in names)}\n\n"
        yield f"{' '.join(title.split())}\n\n{text}\n\n"
        yield f"File: `{module.__name__.replace('.', '/')}.py`. {parameters_text(module)}\n\n"
        least = ", ".join(f"{name} {ALERT_CONFIDENCE[name]:.2f}" for name in names)
        yield f"Alert from: {least}.\n\n" + rates_table(names) + told_of_rare(names)
        for name in names:
            yield shown(examples[file_of_name(name)])


def file_of_name(name: str) -> str:
    """Return the file of a pattern's example."""
    return f"{name}.svg"


def shown(example: Example) -> str:
    """Return an example: its drawing and what it said."""
    frame = "daily bars" if example.timeframe == "daily" else "minutes"
    said = f": {example.reason} Confidence {example.confidence:.2f}." if example.reason else "."
    if not alerts(example):
        said += f" That is below the {least_of(example):.2f} of an alert, which nothing in the"
        said += " recorded days and minutes reaches."
    caption = f"{example.symbol}, {frame}, {example.closed}, {example.direction}{said}"
    return f"\n![{example.name} on {example.symbol}](examples/{file_of(example)})\n\n*{caption}*\n"


def chart_rules() -> Iterator[tuple[ModuleType, list[str]]]:
    """Yield each file that declares chart patterns, with their names, by their numbers."""
    found: dict[str, list[str]] = {}
    for one in CHARTS:
        found.setdefault(one.rule.home, []).append(one.name)
    for home, names in found.items():
        yield import_module(home), names


def candle_page(examples: dict[str, Example]) -> Iterator[str]:
    """Yield the parts of the page about the candlesticks."""
    yield CANDLE_TEXT.format(bars=WARM_UP, before=WARM_UP - 1, source=SOURCES["daily"])
    for candle in CANDLES:
        yield candle_section(candle, examples[f"candle-{candle.name}.svg"])


def candle_section(candle: Candle, example: Example) -> str:
    """Return the part of the page about one candlestick."""
    real, random = CANDLE_RATES[candle.name]
    module = import_module(candle.rule.__module__)
    title, _, text = (inspect.getdoc(module) or "").partition("\n\n")
    file = module.__name__.replace(".", "/") + ".py"
    many = "1 bar" if candle.n_bars == 1 else f"{candle.n_bars} bars"
    return (
        f"\n## {candle.name.replace('_', ' ')}\n\n"
        f"{' '.join(title.split())}\n\n{text}\n\n"
        f"`{candle.name}`, TA-Lib's {candle.talib} (from bar {TALIB_FROM[candle.name]} on), "
        f"{many}; {real:.2f} real, {random:.2f} random. "
        f"File: `{file}`.\n" + shown(example)
    )


def parameters(module: ModuleType) -> list[str]:
    """Return the file's own numbers."""
    own = inspect.getsource(module)
    return [
        f"`{name} = {value}`"
        for name, value in vars(module).items()
        if isinstance(value, int | float)
        and f"\n{name}: Final" in own
        and name not in {"NOISE", *(one.upper() for one in CHART_NAMES)}
    ]


def parameters_text(module: ModuleType) -> str:
    """Return a sentence with the file's own numbers, empty when it has none."""
    known = parameters(module)
    return f"Parameters: {', '.join(known)}." if known else ""
