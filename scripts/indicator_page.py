"""Make the reference page of the indicators from their definitions."""

import inspect
import sys
from collections.abc import Iterator

from pl.signals.indicators.catalogue import COLUMNS, SETS
from pl.signals.indicators.definition import Column, IndicatorSet, TaLib

TEXT = """# Indicators, one by one

Written by `.venv-pl/bin/python scripts/write_signals.py`; a test holds it up to date.

{n} columns a bar, in {sets} sets, on every timeframe; `/indicators/{{symbol}}`
([producer](producer-api.md)) tells them by name. Each file below is one definition: rule,
parameters, source and kernel. **Warm-up** is the first bar with a value, counted from the first of
the walk, which begins 600 bars before the anchor: the session on 1min and 5min, the month on 15min
and 1hour, the year on days and weeks; before it the column is NULL. **Unit** is what it is counted
in, or the range that it never leaves.

**Held against** is what somebody else computes of the same, or a plain twin in the tests; where the
definition differs from it, that is said. TA-Lib is 0.8.2 started on the same first bar, and agrees
to 1e-9 of the larger of the value and its scale. *Published* are values of 502 daily bars of SPY
([what is held against what](witnesses.md)). Tests lie in `tests/pl/signals`;
`test_signals_indicator_definitions.py` asks every definition for its warm-up, its range and its
witness.
"""


def indicator_page() -> Iterator[str]:
    """Yield the parts of the page."""
    yield TEXT.format(n=len(COLUMNS), sets=len(SETS))
    for one in SETS:
        yield section(one)


def section(one: IndicatorSet) -> str:
    """Return the part of the page about one set."""
    module = sys.modules[one.home]
    title, _, text = (inspect.getdoc(module) or "").partition("\n\n")
    lines = [f"\n## {' · '.join(column.name for column in one.columns)}\n"]
    lines += [f"{' '.join(title.split())}\n", f"{text}\n" if text else ""]
    lines.append(f"Source: {one.source}. File: `{one.home.replace('.', '/')}.py`.\n")
    lines.append("| column | rule | parameters | warm-up | unit | held against |")
    lines.append("|---|---|---|---|---|---|")
    lines += [row(column) for column in one.columns]
    apart = {column.differs: [] for column in one.columns if column.differs}
    for column in one.columns:
        if column.differs:
            apart[column.differs].append(f"`{column.name}`")
    if apart:
        lines.append("\nDiffers:\n")
        lines += [f"- {', '.join(names)}: {differs}." for differs, names in apart.items()]
    return "\n".join(line for line in lines if line) + "\n"


def row(column: Column) -> str:
    """Return the column's row of its table."""
    known = ", ".join(f"{name} {value:.4g}" for name, value in column.parameters.items())
    warm_up = str(column.warm_up) if column.warm_up else "sessions"
    if "weeks" in column.parameters:
        warm_up = f"{column.warm_up} days, {column.parameters['weeks']:g} weeks"
    return (
        f"| `{column.name}` | {column.rule} | {known} | {warm_up} | {column.unit} "
        f"| {'; '.join(witnesses(column))} |"
    )


def witnesses(column: Column) -> Iterator[str]:
    """Yield what a column is held against, in words."""
    if column.talib:
        yield called(column.talib)
    if column.published:
        file, key = column.published
        yield f"published `{file}`: {key}"
    if column.twin:
        yield f"twin in `{column.twin}`"


def called(talib: TaLib) -> str:
    """Return how TA-Lib is called, and which of its outputs is meant."""
    given = ", ".join(str(value) for value in talib.parameters.values())
    output = f", {talib.output}" if talib.output else ""
    return f"TA-Lib `{talib.function}({given})`{output}"
