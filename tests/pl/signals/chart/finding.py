"""Find the chart patterns of a whole history at once, as no service needs to."""

from pl.signals.bars import Bars
from pl.signals.chart.find import ChartFind, read_find
from pl.signals.chart.scan import scan


def find_charts(bars: Bars) -> list[ChartFind]:
    """Return the chart patterns of one symbol's history, oldest first.

    bars : (n_bars, 6) float64 as `pl.signals.bars` has them, oldest first.
    """
    return [read_find(row) for row in scan(bars)]
