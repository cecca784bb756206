"""Know the chart patterns and their rules: what the files of two folders declare."""

from collections.abc import Mapping
from typing import Final

from pl.discovery import declared
from pl.signals.chart import patterns, slopes
from pl.signals.chart.pattern import ChartPattern, ChartRule

CHARTS: Final = declared(ChartPattern, patterns, slopes)
CHART_NAMES: Final = tuple(chart.name for chart in CHARTS)
ALERT_CONFIDENCE: Final[Mapping[str, float]] = {chart.name: chart.alert_from for chart in CHARTS}

RULES: Final = tuple(
    sorted(declared(ChartRule, patterns), key=lambda rule: (rule.moves_pivots, rule.number))
)
"""In the order in which they are asked."""
