"""Measure the running session: its volume-weighted price and bands, its high and its low.

What the session's sums are, `session` says: they begin again with each session, wherever the walk
began; a day or a week is a session of its own. Where a bar has no volume-weighted price of its own
its typical price stands in.
"""

from typing import Final

from pl.kernel import inner_leaf
from pl.market.batches import Float64
from pl.signals.indicators.definition import Column, IndicatorSet
from pl.signals.indicators.names import COLUMN
from pl.signals.indicators.session import DEVIATIONS, vwap, write_anchored, write_session

SESSION_VWAP: Final = COLUMN["vwap"]
BANDS: Final = COLUMN["vwap_upper"]
ANCHORED: Final = COLUMN["vwap_from_high"]


@inner_leaf
def write(out: Float64, state: Float64) -> None:
    """Write the session's prices, which the walk sums up."""
    out[SESSION_VWAP] = vwap(state)
    write_session(out, BANDS, state)
    write_anchored(out, ANCHORED, state)


SESSION_PRICES: Final = IndicatorSet(
    columns=(
        Column(
            name="vwap",
            warm_up=1,
            unit="USD",
            rule="volume-weighted price since the session's open",
            published=("vwap", "vwap"),
            twin="test_signals_indicators.py",
        ),
        Column(
            name="vwap_upper",
            warm_up=1,
            unit="USD",
            rule="VWAP and two volume-weighted deviations of the price",
            parameters={"deviations": DEVIATIONS},
            twin="test_signals_indicator_breadth.py",
        ),
        Column(
            name="vwap_lower",
            warm_up=1,
            unit="USD",
            rule="VWAP less two volume-weighted deviations of the price",
            parameters={"deviations": DEVIATIONS},
            twin="test_signals_indicator_breadth.py",
        ),
        Column(
            name="session_high",
            warm_up=1,
            unit="USD",
            rule="highest high since the session's open",
            twin="test_signals_indicator_breadth.py",
        ),
        Column(
            name="session_low",
            warm_up=1,
            unit="USD",
            rule="lowest low since the session's open",
            twin="test_signals_indicator_breadth.py",
        ),
        Column(
            name="vwap_from_high",
            warm_up=1,
            unit="USD",
            rule="volume-weighted price since the bar of the session's high",
            twin="test_signals_indicator_breadth.py",
        ),
        Column(
            name="vwap_from_low",
            warm_up=1,
            unit="USD",
            rule="volume-weighted price since the bar of the session's low",
            twin="test_signals_indicator_breadth.py",
        ),
    ),
    source="West 1979 for the deviation; Shannon 2023 for anchored prices",
    write=write,
    home=__name__,
)
