"""Write rates as tables, a column a timeframe."""

from collections.abc import Iterable
from typing import Final

from pl.signals.rates import LEAST_BARS, MEASURED, rate_of

UNKNOWN: Final = "–"
FRAMES: Final = tuple(MEASURED)


def rates_table(names: Iterable[str]) -> str:
    """Return alerts per 1,000 bars of each pattern, real and by chance, by timeframe."""
    rows = [
        f"| {name} | " + " | ".join(cell(name, timeframe) for timeframe in FRAMES) + " |\n"
        for name in names
    ]
    return _head("real / by chance") + "".join(rows)


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
