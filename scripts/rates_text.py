"""Write rates as tables, a column a timeframe."""

from collections.abc import Iterable
from typing import Final

from pl.signals.rates import LEAST_BARS, MEASURED, rate_of

UNKNOWN: Final = "–"
RARE: Final = 0.01
"""Alerts per 1,000 bars: one in 400 years of days."""
FRAMES: Final = tuple(MEASURED)


def rates_table(names: Iterable[str]) -> str:
    """Return alerts per 1,000 bars of each pattern, real and by chance, by timeframe."""
    rows = [
        f"| {name} | " + " | ".join(cell(name, timeframe) for timeframe in FRAMES) + " |\n"
        for name in names
    ]
    return _head("real / by chance") + "".join(rows)


def hardly_alert(names: Iterable[str]) -> list[str]:
    """Return which of the names alert on hardly any real bar of each timeframe."""
    return [name for name in names if real_alerts(name) < RARE]


def real_alerts(name: str) -> float:
    """Return the most alerts per 1,000 real bars of a timeframe that a pattern has."""
    known = [
        rate.real_alert
        for timeframe in FRAMES
        if MEASURED[timeframe].bars_of(name).real >= LEAST_BARS
        and (rate := rate_of(name, timeframe)) is not None
    ]
    return max(known, default=0.0)


def told_of_rare(names: Iterable[str]) -> str:
    """Return a paragraph on those that hardly alert on real bars, empty where all do."""
    rare = hardly_alert(names)
    if not rare:
        return ""
    most = max(map(real_alerts, rare))
    return (
        f"\n{' and '.join(rare)} hardly ever alert on real bars, at most {text(most)} times in\n"
        "1,000 of a timeframe: [how many planted ones are found](chart-patterns.md) says little\n"
        "of them on the market.\n"
    )


def cell(name: str, timeframe: str) -> str:
    """Return both rates of a pattern on a timeframe, a dash for what is not known."""
    rate = rate_of(name, timeframe)
    if rate is None:
        return UNKNOWN
    bars = MEASURED[timeframe].bars_of(name)
    real = text(rate.real_alert) if bars.real >= LEAST_BARS else UNKNOWN
    chance = text(rate.random_alert) if bars.random >= LEAST_BARS else UNKNOWN
    return f"{real} / {chance}"


def text(rate: float) -> str:
    """Return a rate with the digits that say something."""
    return f"{rate:.1f}" if rate >= 10.0 else f"{rate:.2f}" if rate >= 1.0 else f"{rate:.3f}"


def bars_table() -> str:
    """Return how many bars were looked at on each timeframe."""
    rows = []
    for said, of in (("real", 0), ("by chance", 1)):
        counts = " | ".join(f"{MEASURED[timeframe].bars[of]:,}" for timeframe in FRAMES)
        rows.append(f"| {said} | {counts} |\n")
    return _head("bars") + "".join(rows)


def _head(corner: str) -> str:
    return f"| {corner} | " + " | ".join(FRAMES) + " |\n" + "|---" * (len(FRAMES) + 1) + "|\n"
