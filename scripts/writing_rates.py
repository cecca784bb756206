"""Write measured rates as modules, one a timeframe."""

from collections.abc import Mapping
from pathlib import Path
from typing import NamedTuple

Rows = tuple[float, ...]

HEADER = '''\
"""Hold how often signals fire on {timeframe} bars, as scripts/write_signals.py wrote it."""

from collections.abc import Mapping
from typing import Final

REAL_BARS: Final = {real}
RANDOM_BARS: Final = {random}
COMBO_REAL_BARS: Final = {combo_real}
COMBO_RANDOM_BARS: Final = {combo_random}

RATES: Final[Mapping[str, tuple[float, float, float, float]]] = {{
{rows}}}
"""Per 1,000 bars. Real: in the log, at the confidence of an alert; random walks: likewise."""
'''
CANDLES = '''\
"""Hold how often candlesticks fire on daily bars, as scripts/write_signals.py wrote it."""

from collections.abc import Mapping
from typing import Final

CANDLES: Final[Mapping[str, tuple[float, float]]] = {{
{rows}}}
"""Per 1,000 bars: real, random."""
'''


class Bars(NamedTuple):
    """Hold how many bars were looked at."""

    real: int
    random: int


def write_module(
    folder: Path, timeframe: str, bars: Bars, combo_bars: Bars | None, rows: Mapping[str, Rows]
) -> None:
    """Write the rates of a timeframe."""
    combos = combo_bars or Bars(0, 0)
    (folder / f"on_{timeframe}.py").write_text(
        HEADER.format(
            timeframe=timeframe,
            real=bars.real,
            random=bars.random,
            combo_real=combos.real,
            combo_random=combos.random,
            rows="".join(map(_row, rows.items())),
        )
    )


def write_candles(folder: Path, rows: Mapping[str, Rows]) -> None:
    """Write the rates of the 61 candlesticks."""
    (folder / "candles.py").write_text(CANDLES.format(rows="".join(map(_row, rows.items()))))


def _row(item: tuple[str, Rows]) -> str:
    name, rates = item
    return f'    "{name}": ({", ".join(f"{rate:.3f}" for rate in rates)}),\n'
