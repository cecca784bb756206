"""Measure the bars that may trigger combos, thousands in one call."""

from typing import Final, NamedTuple

from pl.kernel import kernel, leaf
from pl.market.batches import QUALITY_PARTIAL, Float64, Int64
from pl.signals.bars import CLOSE, HIGH, LOW, OPEN, VOLUME, Bars, mean, mean_true_range
from pl.signals.confidence import context_score, volume_score
from pl.signals.history import History, find
from pl.signals.indicators.session import traded_price
from pl.signals.indicators.windows import RANGE_BARS, USUAL_BARS
from pl.signals.restated import holds_restated

KNOWN: Final = 0
PRICE: Final = 1
SHARES: Final = 2
PREVIOUS: Final = 3
USUAL_SHARES: Final = 4
MEAN_RANGE: Final = 5
FIRST_OPEN: Final = 6
REACHED: Final = 7
AT_VWAP: Final = 8
CONTEXT: Final = 9
VOLUME_SCORE: Final = 10
MISLED: Final = 11
N_MEASURES: Final = 12
"""Columns of what is measured: KNOWN is 1 for a bar that may trigger (watched from end to end, with
20 bars before it, in a session of one price scale); MISLED is 1 where the scale alone is why not;
REACHED is the session's extreme against the side, 0 for a combo that holds none; AT_VWAP is 1 when
the bar's range holds the session's volume-weighted price, 0 for a combo that does not ask."""

READS_REACHED: Final = 1
READS_VWAP: Final = 2
"""Bits of what a combo reads of the whole session, bar by bar."""


class Looks(NamedTuple):
    """Name n bars that may trigger combos; (n,) int64 each.

    combo : its number; side : 1 or -1; row; start_ms : of the bar; open_ms : of its session.
    """

    combo: Int64
    side: Int64
    row: Int64
    start_ms: Int64
    open_ms: Int64

    def take(self, places: Int64) -> "Looks":
        """Return those at `places`."""
        return Looks(*(column[places] for column in self))


@leaf
def extreme_against(bars: Bars, first: int, i: int, side: int) -> float:
    """Return the lowest low of bars `first` to `i`, the highest high for side -1."""
    worst = bars[first, LOW] if side > 0 else bars[first, HIGH]
    for j in range(first + 1, i + 1):
        worst = min(worst, bars[j, LOW]) if side > 0 else max(worst, bars[j, HIGH])
    return float(worst)


@leaf
def reaches_vwap(bars: Bars, first: int, i: int) -> bool:
    """Tell whether bar `i` holds the volume-weighted price of bars `first` to `i`."""
    usd = 0.0
    shares = 0.0
    for j in range(first, i + 1):
        usd += traded_price(bars, j) * bars[j, VOLUME]
        shares += bars[j, VOLUME]
    if shares <= 0.0:
        return False
    return bool(bars[i, LOW] <= usd / shares <= bars[i, HIGH])


@kernel
def measure(history: History, looks: Looks, setting: Int64, reads: Int64, out: Float64) -> None:
    """Measure each bar that is looked at; setting, reads : (n,), out : (n, N_MEASURES)."""
    for k in range(len(looks.row)):
        row = looks.row[k]
        i = find(history, row, looks.start_ms[k])
        first = find(history, row, looks.open_ms[k])
        out[k, :] = 0.0
        if i <= USUAL_BARS or history.quality[row, i] == QUALITY_PARTIAL:
            continue
        bars = history.columns[..., row]
        if holds_restated(history.start[row], bars, i, i - first + 1):
            out[k, MISLED] = 1.0
            continue
        usual = mean(bars, VOLUME, i - USUAL_BARS, i - 1)
        unit = mean_true_range(bars, i, RANGE_BARS)
        out[k, KNOWN] = 1.0 if unit > 0.0 else 0.0
        out[k, PRICE] = bars[i, CLOSE]
        out[k, SHARES] = bars[i, VOLUME]
        out[k, PREVIOUS] = bars[i - 1, CLOSE]
        out[k, USUAL_SHARES] = usual
        out[k, MEAN_RANGE] = unit
        out[k, FIRST_OPEN] = bars[first, OPEN]
        if reads[k] & READS_REACHED:
            out[k, REACHED] = extreme_against(bars, first, i, looks.side[k])
        if reads[k] & READS_VWAP and reaches_vwap(bars, first, i):
            out[k, AT_VWAP] = 1.0
        out[k, CONTEXT] = context_score(bars, i, setting[k], looks.side[k], 1, unit)
        out[k, VOLUME_SCORE] = volume_score(bars[i, VOLUME], usual)
