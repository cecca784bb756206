"""Compare the bar's shares with those of the same time of day in the sessions before.

`time_of_day` says how many sessions, and when there is nothing to compare with. The history writes
it, because it needs the times of bars and the opens of sessions.
"""

from typing import Final

from pl.signals.indicators.definition import Column, IndicatorSet
from pl.signals.indicators.time_of_day import MOST_SESSIONS

VOLUME_AT_TIME: Final = IndicatorSet(
    columns=(
        Column(
            name="relative_volume_at_time",
            warm_up=0,
            unit="ratio",
            rule="volume over its mean at the same time of day in the sessions before",
            parameters={"most sessions": MOST_SESSIONS},
            twin="test_signals_time_of_day.py",
        ),
    ),
    source="relative volume by time of day, as in Aziz 2016",
    write=None,
    home=__name__,
)
