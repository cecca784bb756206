"""Confidence follows each of its inputs, and a reason tells the numbers of its own find."""

import re
from collections import Counter
from functools import cache
from itertools import pairwise, product
from pathlib import Path

import numpy as np
import pytest

from pl.market.batches import ClosedBars
from pl.signals.chart.confidence import confidence
from pl.signals.chart.find import ChartFind
from pl.signals.chart.registry import CHART_NAMES
from pl.signals.combos.catalogue import COMBOS, OVERBOUGHT, OVERSOLD, UPTREND
from pl.signals.combos.conditions import sentence_of
from pl.signals.combos.declaration import Conditions
from pl.signals.combos.hit import Bar, ComboHit, reason
from pl.signals.combos.setups import Setup
from pl.signals.entries import KIND_NAMES, LIVES
from pl.signals.evaluation import weigh
from pl.signals.hits import BULLISH
from pl.signals.pattern import Pattern, prices_apart
from pl.signals.registry import PATTERN_NAMES, PATTERNS
from pl.signals.signal import Signal
from scripts.examples import recorded
from tests.pl.signals.chart.finding import find_charts
from tests.pl.signals.chart.planting import KINDS, planted_series
from tests.pl.signals.synthetic import (
    changed,
    confirmed,
    day_open,
    join,
    lively_bars,
    log_of,
    span,
)

BY_NAME = pytest.mark.parametrize(
    ("number", "pattern"), list(enumerate(PATTERNS)), ids=PATTERN_NAMES
)
STEPS = np.linspace(0.0, 1.0, 11).tolist()
HELD = (0.1, 0.5, 0.9)


@cache
def lively_log(timeframe: str) -> list[Signal]:
    return confirmed(log_of(lively_bars(8000, rows=[0], seed=21), timeframe=timeframe))


@cache
def planted_finds() -> list[ChartFind]:
    return [
        find
        for seed in range(400, 404)
        for find in find_charts(planted_series(seed, list(KINDS))[0])
    ]


FOUND_ONCE = {"Trading_Halt", "Trading_Resumption"}
"""The recorded minutes hold one hole within a session."""


def home(pattern: Pattern) -> str:
    return "1min" if "1min" in pattern.timeframes else "daily"


@BY_NAME
def test_each_of_fit_volume_and_context_alone_raises_confidence(
    number: int, pattern: Pattern
) -> None:
    for moved, others in product(range(3), product(HELD, HELD)):
        terms = [[*others[:moved], value, *others[moved:]] for value in STEPS]
        grown = [weigh(number, *term) for term in terms]
        assert all(a <= b for a, b in pairwise(grown))
        assert grown[0] < grown[-1]


def test_each_of_fit_volume_and_size_alone_raises_a_charts_confidence() -> None:
    for moved, others in product(range(3), product(HELD, HELD)):
        scale = 1.0 if moved == 0 else 4.0
        terms = [[*others[:moved], scale * value, *others[moved:]] for value in STEPS]
        grown = [confidence(*term) for term in terms]
        assert all(a <= b for a, b in pairwise(grown))
        assert grown[0] < grown[-1]


def with_volume(bars: ClosedBars, i: int, times: float) -> ClosedBars:
    last = changed(bars, i, volume=times * float(bars.volume[i]), revision=0)
    opened = int(np.searchsorted(bars.start_ms, day_open(int(bars.start_ms[i]))))
    return join([span(bars, max(opened - 300, 0), i), last])


@BY_NAME
def test_more_shares_in_its_bar_never_make_a_find_less_credible(
    number: int, pattern: Pattern
) -> None:
    bars = lively_bars(8000, rows=[0], seed=21)
    log = [entry for entry in lively_log(home(pattern)) if entry.pattern == pattern.name]
    for found in log[1:3]:
        i = int(np.searchsorted(bars.start_ms, found.bar_time_ms))
        said = [
            entry.confidence
            for times in (1.0, 1.3, 2.0, 5.0)
            for entry in confirmed(log_of(with_volume(bars, i, times), timeframe=home(pattern)))
            if (entry.pattern, entry.bar_time_ms) == (found.pattern, found.bar_time_ms)
        ]
        assert said
        assert all(a <= b for a, b in pairwise(said))


def numbers(sentence: str) -> list[float]:
    found = re.findall(r"\d[\d,]*(?:\.\d+)?", sentence)
    return [float(number.replace(",", "")) for number in found]


def tells(sentence: str, fact: float) -> bool:
    return any(abs(number - fact) <= 0.006 + 5e-7 * fact for number in numbers(sentence))


@BY_NAME
def test_a_reason_tells_numbers_of_its_own_bar_and_differs_from_others(
    number: int, pattern: Pattern
) -> None:
    bars = lively_bars(8000, rows=[0], seed=21)
    log = [entry for entry in lively_log(home(pattern)) if entry.pattern == pattern.name]
    assert len(log) > 1
    for entry in log:
        i = int(np.searchsorted(bars.start_ms, entry.bar_time_ms))
        columns = (bars.open, bars.high, bars.low, bars.close, bars.volume)
        facts = [float(column[i]) for column in columns]
        facts += [float(bars.close[i - 1]), float(str(entry.geometry.get("level", facts[3])))]
        assert any(tells(entry.reason, fact) for fact in facts), entry.reason
    assert len({entry.reason for entry in log}) >= 0.9 * len(log)


def test_the_reason_of_a_chart_tells_its_close_and_differs_from_others() -> None:
    finds = planted_finds()
    assert {find.pattern for find in finds} == set(CHART_NAMES)
    for find in finds:
        assert tells(find.reason(), find.entry)
    assert len({find.reason() for find in finds}) == len(finds)


@pytest.mark.parametrize("name", ["Morning_Star", "Evening_Star"])
def test_a_star_tells_how_much_of_the_long_body_was_taken_back(name: str) -> None:
    bars = lively_bars(8000, rows=[0], seed=21)
    place = {int(start): i for i, start in enumerate(bars.start_ms)}
    stars = [entry for entry in lively_log("1min") if entry.pattern == name]
    told = Counter(entry.reason.partition("took back ")[2].split(" of ")[0] for entry in stars)
    taken = []
    for i in (place[entry.bar_time_ms] for entry in stars):
        body = abs(bars.close[i - 2] - bars.open[i - 2])
        taken.append(abs(bars.close[i] - bars.close[i - 2]) / body)
    assert told == Counter(f"{share:.0%}" if share < 1.0 else "all" for share in taken)
    assert min(taken) < 0.9
    assert max(taken) > 1.1


BEYOND = re.compile(r"\b(above|below)\b")


def test_no_reason_says_that_a_price_is_beyond_itself() -> None:
    """Averages cross within a fraction of a cent, and so do closes and a VWAP."""
    told = [entry.reason for entry in lively_log("1min") if BEYOND.search(entry.reason)]
    compared = [re.findall(r"\d[\d,]*\.\d+(?!%)", reason) for reason in told]
    assert len(told) > 500
    assert [reason for reason, prices in zip(told, compared, strict=True) if is_same(prices)] == []


def is_same(prices: list[str]) -> bool:
    return len(prices) > 1 and prices[0] == prices[1]


@pytest.mark.parametrize(
    ("one", "other", "told"),
    [
        (12.3456, 12.5, ("12.35", "12.50")),
        (12.34, 12.3401, ("12.3400", "12.3401")),
        (0.42, 0.4200001, ("0.4200000", "0.4200001")),
        (0.00014996, 0.00015004, ("0.00014996", "0.00015004")),
        (1_234.5, 1_234.5, ("1,234.50", "1,234.50")),
        (1.0, 1.0 + 1e-14, ("1.0000000000", "1.0000000000")),
    ],
)
def test_unlike_prices_are_told_with_the_decimals_that_tell_them_apart(
    one: float, other: float, told: tuple[str, str]
) -> None:
    assert prices_apart(one, other) == told


def test_prices_of_one_sentence_have_the_same_decimals_where_two_would_read_alike() -> None:
    assert prices_apart(30.004, 30.001, 30.5, 30.5) == ("30.004", "30.001", "30.500", "30.500")
    assert prices_apart(30.01, 29.99, 30.5) == ("30.01", "29.99", "30.50")
    assert prices_apart(1.001, 1.004, 0.5) == ("1.001", "1.004", "0.500")
    assert prices_apart() == ()


@pytest.mark.parametrize(
    ("conditions", "numbers", "told"),
    [
        (
            UPTREND,
            {"close": 50.004, "sma_50": 50.001, "sma_200": 40.0},
            "The day before closed at 50.004, above SMA(50) 50.001 above SMA(200) 40.000.",
        ),
        (OVERSOLD, {"rsi_14": 29.998}, "The day before left RSI(14) at 29.998."),
        (OVERBOUGHT, {"rsi_14": 71.0}, "The day before left RSI(14) at 71.00."),
    ],
)
def test_a_day_never_reads_like_what_it_lies_beyond(
    conditions: Conditions, numbers: dict[str, float], told: str
) -> None:
    assert sentence_of(conditions, numbers) == told


def test_a_gap_that_holds_never_reads_like_the_level_it_holds() -> None:
    number = next(n for n, combo in enumerate(COMBOS) if combo.name == "Gap_Above_Prior_High_Holds")
    setup = Setup(0, 30.0, 0, 0.75, "", {"level": 30.0})
    bar = Bar(0, 30.2, 500.0, 30.1, 400.0, 0.1, first_open=30.004, reached=30.001)
    hit = ComboHit(number, 0, BULLISH, 0, setup, bar, 0.5, None, 0.6)
    assert reason(hit) == (
        "Opened at 30.004 above 30.000, the prior day's high of 1970-01-01, and held above it: "
        "the session reached 30.001 and closed at 30.200."
    )


@pytest.mark.real_data
def test_no_confidence_is_constant_on_recorded_bars(test_data: Path) -> None:
    said: dict[str, list[float]] = {name: [] for name in KIND_NAMES}
    for series in recorded(test_data, lambda symbol: symbol < "D" or len(symbol) == 1):
        entries = series.update.entries
        first = (entries.life == LIVES.index("confirmed")) & np.isnan(entries.said)
        for kind in np.unique(entries.kind).tolist():
            said[KIND_NAMES[kind]] += entries.confidence[first & (entries.kind == kind)].tolist()
    often = {name for name, values in said.items() if len(values) > 1}
    assert often >= set(PATTERN_NAMES) - FOUND_ONCE
    assert {name for name in often if len(set(said[name])) == 1} == set()
