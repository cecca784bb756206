"""Every published file of expected values is compared with what we compute, or named with why not.

The files hold the values of 502 daily SPY bars. Where a file was made with another period than
ours, TA-Lib links the two: it equals the file at the file's period, and ours at ours.
"""

import json
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
import talib

from pl.market.batches import ClosedBars
from pl.signals.chart.pivots import is_bottom, is_top
from pl.signals.engine import SignalEngine
from tests.pl.signals import test_signals_indicator_breadth as breadth
from tests.pl.signals import test_signals_indicators as first
from tests.pl.signals.test_signals_indicator_breadth import by_talib, published
from tests.pl.signals.test_signals_indicators import indicators, published_bars

pytestmark = pytest.mark.real_data

COMPARED = {file for file, _ in [*first.PUBLISHED.values(), *breadth.PUBLISHED.values()]}
"""By period for period, in the tests of the indicators."""

OURS = {
    "dema": ("dema", "dema_20", 14, 200),
    "ema": ("ema", "ema_20", 20, 0),
    "epma": ("epma", "linreg_20", 10, 0),
    "hma": ("hma", "hma_20", 14, 0),
    "roc": ("roc", "roc_10", 14, 0),
    "slope": ("slope", "linreg_slope_20", 14, 0),
    "trix": ("trix", "trix_15", 14, 200),
    "wma": ("wma", "wma_20", 14, 0),
}
"""By file: its key, our indicator, the file's period, and from which value on the two agree: where
averages of averages start otherwise, the difference has faded by then."""

EXPLAINED = {
    "aroon": "of equal highs ours and TA-Lib's take the latest, the published one the earliest",
    "psar": "starts in another direction; the bar of a reversal is no limit to its own stop",
    "obv": "leaves out the first bar's volume: ours less that",
    "fractal": "pivots of scale 2",
    "stdev": "half a quarter of the width of our bands at their period",
    "tr": "the step of atr_14",
    "roc-wb": "bands of an average of roc, which we do not have",
    "pivot-points": "of calendar months: ours of months given as bars",
    "rolling-pivots": "of the 20 bars before; ours are of the session before",
    "stdev-channels": "drawn over fixed stretches afterwards; ours ends at each bar",
    "marubozu": "wicks of at most 5 %, in percent of the bar; ours are TA-Lib's",
    "doji": "bodies of at most 0.1 % of the price; ours are TA-Lib's",
    "vwma": "weighted over a window; our VWAP is the session's",
}
OTHERS = {
    *("alligator", "alma", "atr-stop", "awesome", "barpart", "beta", "bop", "chexit", "chop"),
    *("cmo", "corr", "crsi", "dpo", "dynamic", "elder-ray", "fcb", "fisher", "force", "gator"),
    *("heikinashi", "htl", "hurst", "kvo", "ma-env", "mama", "pivots", "pmo", "prs", "pvo"),
    *("renko", "renko-atr", "sma-analysis", "smi", "smma", "starc", "stc", "t3", "tsi", "ulcer"),
    *("vol-stop", "vortex", "zigzag", "zigzag-close"),
}
"""Files of indicators that we do not have."""


@pytest.fixture(scope="module")
def folder(test_data: Path) -> Path:
    return test_data / "skender_indicators"


@pytest.fixture(scope="module")
def bars(folder: Path) -> ClosedBars:
    return published_bars(folder)


def witness(name: str, bars: ClosedBars, period: int) -> np.ndarray:
    function: Callable[..., np.ndarray] = {
        "dema": talib.DEMA,
        "ema": talib.EMA,
        "epma": talib.LINEARREG,
        "hma": hull,
        "roc": talib.ROC,
        "slope": talib.LINEARREG_SLOPE,
        "trix": talib.TRIX,
        "wma": talib.WMA,
    }[name]
    return function(bars.close, period)


def hull(close: np.ndarray, period: int) -> np.ndarray:
    raw = 2.0 * talib.WMA(close, period // 2) - talib.WMA(close, period)
    rest = talib.WMA(raw[period - 1 :], int(period**0.5))
    return np.concatenate([np.full(period - 1, np.nan), rest])


def agree(found: np.ndarray, expected: np.ndarray, begin: int = 0) -> int:
    """Compare to 1e-9 wherever both know a value; return at how many bars."""
    known = np.flatnonzero(~np.isnan(found) & ~np.isnan(expected))
    known = known[known >= begin]
    np.testing.assert_allclose(found[known], expected[known], rtol=1e-9, atol=1e-9)
    return len(known)


def test_each_published_file_is_compared_or_explained(folder: Path) -> None:
    files = {path.name.split(".")[0] for path in (folder / "results").glob("*.json")}
    sorted_out = [COMPARED, set(OURS), set(EXPLAINED), OTHERS]
    assert files == set().union(*sorted_out)
    assert len(files) == sum(len(part) for part in (COMPARED | set(OURS), set(EXPLAINED), OTHERS))


@pytest.mark.parametrize("file", OURS)
def test_a_file_of_another_period_equals_the_witness_of_ours(
    file: str, folder: Path, bars: ClosedBars
) -> None:
    key, name, period, begin = OURS[file]
    assert agree(witness(file, bars, period), published(folder, file, key), begin) > 250
    assert agree(indicators(bars)[name], by_talib(bars)[name]) > 400


def test_momentum_equals_the_witness_of_ours(folder: Path, bars: ClosedBars) -> None:
    assert agree(talib.MOM(bars.close, 14), published(folder, "roc", "momentum")) > 400
    assert agree(indicators(bars)["momentum_10"], talib.MOM(bars.close, 10)) > 400


def test_aroon_differs_at_one_tie(folder: Path, bars: ClosedBars) -> None:
    found = indicators(bars)
    for name, key in (("aroon_up", "aroonUp"), ("aroon_down", "aroonDown")):
        expected = published(folder, "aroon", key)
        known = ~np.isnan(found[name]) & ~np.isnan(expected)
        wrong = np.flatnonzero(known & (np.abs(found[name] - expected) > 1e-9))
        assert len(wrong) == 1
        extreme = bars.high if name == "aroon_up" else bars.low
        window = extreme[wrong[0] - 25 : wrong[0] + 1]
        end = window.max() if name == "aroon_up" else window.min()
        assert (window == end).sum() > 1


def test_the_parabolic_stop_differs_in_its_start_and_at_one_reversal(
    folder: Path, bars: ClosedBars
) -> None:
    """Ours, as TA-Lib's, begins a stop beyond the reversing bar itself where that is farther."""
    expected = published(folder, "psar", "sar")
    found = indicators(bars)["psar"]
    wrong = np.flatnonzero(np.abs(found - expected) > 1e-9)
    assert wrong.tolist() == [*range(16, 40), 250]
    assert found[250] == bars.low[250]
    assert (~np.isnan(expected)).sum() == 488


def test_volume_on_balance_differs_by_the_volume_of_the_first_bar(
    folder: Path, bars: ClosedBars
) -> None:
    expected = published(folder, "obv", "obv") + bars.volume[0]
    assert agree(indicators(bars)["obv"], expected) == 502


def test_deviations_and_ranges_are_the_published_ones(folder: Path, bars: ClosedBars) -> None:
    found = indicators(bars)
    spread = (found["bb_upper"] - found["bb_lower"]) / 4.0
    assert agree(talib.STDDEV(bars.close, 14), published(folder, "stdev", "stdDev")) > 400
    assert agree(spread, talib.STDDEV(bars.close, 20)) > 400
    ranges = published(folder, "tr", "tr")
    assert found["atr_14"][14] == pytest.approx(ranges[1:15].mean(), rel=1e-12)
    step = 14.0 * found["atr_14"][15:] - 13.0 * found["atr_14"][14:-1]
    np.testing.assert_allclose(step, ranges[15:], rtol=1e-9)


def test_pivots_of_scale_two_are_the_published_fractals(folder: Path, bars: ClosedBars) -> None:
    table = np.column_stack([bars.open, bars.high, bars.low, bars.close, bars.volume, bars.vwap])
    inside = range(2, len(bars) - 2)
    tops = [p for p in inside if is_top(table, p, 2)]
    bottoms = [p for p in inside if is_bottom(table, p, 2)]
    assert tops == np.flatnonzero(~np.isnan(published(folder, "fractal", "fractalBear"))).tolist()
    assert (
        bottoms == np.flatnonzero(~np.isnan(published(folder, "fractal", "fractalBull"))).tolist()
    )


LEVELS = {"pivot": "pp", **{f"pivot_{k}": k for k in ("r1", "s1", "r2", "s2", "r3", "s3")}}


@pytest.mark.parametrize("name", LEVELS)
def test_pivot_points_of_months_are_the_published_ones(
    name: str, folder: Path, bars: ClosedBars
) -> None:
    """Months as bars: those of the bar before are the published ones of the month before."""
    rows = json.loads((folder / "results" / "pivot-points.standard.json").read_text())
    month = np.array([row["timestamp"][:7] for row in rows])
    _, first = np.unique(month, return_index=True)
    last = np.append(first[1:], len(bars)) - 1
    months = replace(
        bars.take(first),
        high=np.maximum.reduceat(bars.high, first),
        low=np.minimum.reduceat(bars.low, first),
        close=bars.close[last],
    )
    found = SignalEngine(("M",), "weekly", "daily", lambda _: 0).update(months).indicators
    expected = published(folder, "pivot-points", LEVELS[name])[last]
    assert agree(found.column(name), expected) == len(months) - 1
