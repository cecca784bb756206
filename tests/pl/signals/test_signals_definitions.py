"""What every pattern promises about itself, and how confidence and identity behave."""

import math
import re
import uuid
from itertools import chain, pairwise

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from pl.market.batches import MINUTE_MS, Float64
from pl.signals.bars import CLOSE, Bars
from pl.signals.candles.frame import frame_of
from pl.signals.candles.names import CANDLE_NAMES
from pl.signals.confidence import context_score, saturate, volume_score
from pl.signals.entries import KIND_NAMES
from pl.signals.evaluation import weigh
from pl.signals.hits import NONE, SILENT, Verdict
from pl.signals.indicators.clock import look_at_clock
from pl.signals.indicators.session import step_session
from pl.signals.indicators.state import STATE_SIZE
from pl.signals.indicators.windows import look
from pl.signals.judging import judge
from pl.signals.pattern import Pattern, price_text
from pl.signals.registry import PATTERN_NAMES, PATTERNS, WINDOW_BARS
from tests.pl.signals.synthetic import engine, lively_bars, log_of, random_bars, restarted

FRAMES = ("1min", "daily")
SHARE = st.floats(0.0, 1.0)
NUMBERED = list(enumerate(PATTERNS))
BY_NAME = pytest.mark.parametrize(("number", "pattern"), NUMBERED, ids=PATTERN_NAMES)


SESSION_BARS = 390
STORED = (
    "Volume_Spike",
    "Price_Breakout",
    "Support_Test",
    "Resistance_Break",
    "Doji",
    "Hammer",
    "Shooting_Star",
    "Engulfing",
    "Piercing_Line",
    "Dark_Cloud_Cover",
    "Morning_Star",
    "Evening_Star",
    "Three_White_Soldiers",
    "Three_Black_Crows",
    "Gap_Up",
    "Gap_Down",
    "New_Session_High",
    "New_Session_Low",
    "New_20_Day_High",
    "New_20_Day_Low",
    "New_52_Week_High",
    "New_52_Week_Low",
    "Opening_Range_Break",
    "VWAP_Cross",
    "VWAP_Reclaim",
    "Moving_Average_Cross",
    "Golden_Cross",
    "Death_Cross",
    "Squeeze_Release",
    "RSI_Divergence",
    "MACD_Divergence",
    "Inside_Bar",
    "Outside_Bar",
    "NR7",
    "Unusual_Range",
)


def columns(n_bars: int, seed: int = 0) -> Bars:
    bars = lively_bars(n_bars, rows=[0], seed=seed)
    return np.column_stack([bars.open, bars.high, bars.low, bars.close, bars.volume, bars.vwap])


def states(bars: Bars) -> list[Float64]:
    """Return the state that has seen each bar, in sessions of 390."""
    seen, state = [], np.zeros(STATE_SIZE)
    starts = lively_bars(len(bars), rows=[0]).start_ms
    for i in range(len(bars)):
        if i % SESSION_BARS == 0:
            state[:] = 0.0
        step_session(state, bars, i, float(starts[i] - starts[i - i % SESSION_BARS]) / MINUTE_MS)
        look(state, bars, i)
        look_at_clock(state, starts, i, MINUTE_MS)
        seen.append(state.copy())
    return seen


def declared(pattern: Pattern, bars: Bars, i: int, state: Float64) -> Verdict:
    """Judge by the rule that the pattern names."""
    if pattern.family == "candlestick":
        return pattern.rule(bars, i, frame_of(bars, i))
    return pattern.rule(bars, i, state)


def home(pattern: Pattern) -> str:
    """Return a timeframe of the pattern's."""
    return "1min" if "1min" in pattern.timeframes else "daily"


@BY_NAME
def test_a_definition_is_complete(number: int, pattern: Pattern) -> None:
    weights = pattern.weights
    assert re.fullmatch(r"[A-Z][A-Za-z]*[0-9]?(_[A-Z0-9][A-Za-z0-9]*)*", pattern.name)
    assert len(pattern.name) <= 50
    assert pattern.n_bars <= 4 < pattern.warm_up <= WINDOW_BARS
    assert weights.fit + weights.volume + weights.context == pytest.approx(1.0)
    assert pattern.source


def test_every_name_is_words_that_begin_with_a_capital_or_a_figure_as_the_contract_has_it() -> None:
    names = {*KIND_NAMES, *CANDLE_NAMES}
    assert {"Volume_Spike", "Engulfing", "Head_And_Shoulders", "Double_Bottom"} <= names
    word = r"[A-Z0-9][A-Za-z0-9]*"
    assert [name for name in names if not re.fullmatch(rf"{word}(_{word})*", name)] == []
    assert max(map(len, names)) <= 50


def test_the_number_of_a_pattern_never_changes() -> None:
    """Golden: they are the bits of stored rows. What is added goes behind."""
    assert PATTERN_NAMES[: len(STORED)] == STORED
    assert len(PATTERN_NAMES) <= 63


@BY_NAME
def test_the_registry_judges_by_the_rule_that_the_pattern_declares(
    number: int, pattern: Pattern
) -> None:
    bars = columns(20_000)
    seen = states(bars)
    for i in range(pattern.warm_up, 20_000):
        assert judge(number, bars, i, seen[i]) == declared(pattern, bars, i, seen[i])
    verdicts = {judge(number, bars, i, seen[i]) for i in range(pattern.warm_up, 20_000)}
    assert len(verdicts - {SILENT}) > 0


@BY_NAME
def test_a_rule_reads_no_bar_outside_its_warm_up(number: int, pattern: Pattern) -> None:
    bars = columns(3000, seed=1)
    last = pattern.warm_up - 1
    for i, state in enumerate(states(bars)):
        if i < last:
            continue
        expected = judge(number, bars, i, state)
        window = bars[i - last : i + 1].copy()
        look(state, window, last)
        assert judge(number, window, last, state) == expected


@BY_NAME
def test_fit_lies_between_0_and_1(number: int, pattern: Pattern) -> None:
    bars = columns(3000, seed=2)
    for i, state in enumerate(states(bars)):
        if i >= pattern.warm_up:
            direction, fit, *_ = judge(number, bars, i, state)
            assert direction == NONE or 0.0 <= fit <= 1.0


@BY_NAME
@given(st.tuples(SHARE, SHARE, SHARE), st.tuples(SHARE, SHARE, SHARE))
def test_confidence_never_falls_when_its_terms_rise(
    number: int, pattern: Pattern, one: tuple[float, ...], other: tuple[float, ...]
) -> None:
    low = [min(pair) for pair in zip(one, other, strict=True)]
    high = [max(pair) for pair in zip(one, other, strict=True)]
    assert 0.0 <= weigh(number, *low) <= weigh(number, *high) <= 1.0


def test_volume_scores_rise_from_nothing_to_one() -> None:
    scores = [volume_score(shares, 100.0) for shares in (0.0, 50.0, 100.0, 300.0, 1e9)]
    assert scores[0] == 0.0
    assert scores[2:4] == [0.5, 0.75]
    assert all(a < b for a, b in pairwise(scores))
    assert volume_score(5.0, 0.0) == 0.0
    assert saturate(-1.0) == 0.0


def test_a_reversal_is_more_credible_after_a_move_the_other_way() -> None:
    bars = columns(40)
    bars[:, CLOSE] = np.linspace(60.0, 50.0, 40)
    assert context_score(bars, 39, 0, 1, 1, 0.5) > 0.5
    assert context_score(bars, 39, 0, -1, 1, 0.5) == 0.0
    assert context_score(bars, 39, 1, -1, 1, 0.5) > 0.5


@pytest.mark.parametrize("n_before", [20, 21, 22, 40])
def test_a_continuation_is_measured_against_a_walk_of_the_bars_there_are(n_before: int) -> None:
    bars, unit = columns(60), 0.25
    closes = bars[:n_before, CLOSE].tolist()[-21:]
    walked = (closes[-1] - closes[0]) / (unit * math.sqrt(len(closes) - 1))
    side = 1 if walked > 0.0 else -1
    expected = abs(walked) / (1.0 + abs(walked))
    assert context_score(bars, n_before, 1, side, 1, unit) == pytest.approx(expected, rel=1e-12)


@BY_NAME
def test_reasons_are_one_sentence_with_numbers(number: int, pattern: Pattern) -> None:
    whole = log_of(lively_bars(4000, seed=3), timeframe=home(pattern))
    log = [entry for entry in whole if entry.pattern == pattern.name]
    assert log
    for entry in log:
        assert entry.reason.endswith(".")
        assert entry.reason == entry.reason.strip()
        assert ". " not in entry.reason
        assert re.search(r"\d", entry.reason)


def test_confidence_is_no_constant() -> None:
    by_frame = {frame: log_of(lively_bars(6000, seed=4), timeframe=frame) for frame in FRAMES}
    for pattern in PATTERNS:
        log = [entry for entry in by_frame[home(pattern)] if entry.pattern == pattern.name]
        log = [entry for entry in log if entry.is_found]
        assert len({entry.confidence for entry in log}) > min(5, len(log) // 2)


def test_stop_entry_and_target_lie_in_the_order_of_the_direction() -> None:
    logs = [log_of(lively_bars(3000, seed=5), timeframe=frame) for frame in FRAMES]
    for entry in chain(*logs):
        if not entry.levels:
            continue
        sign = 1 if entry.direction == "bullish" else -1
        stop, start, target = (sign * entry.levels[k] for k in ("stop", "entry", "target"))
        assert stop < start < target


def test_a_flow_id_is_the_same_in_every_process() -> None:
    """Golden: another namespace or another text would orphan every stored flow."""
    entry = log_of(random_bars(100, seed=6))[0]
    times = entry.geometry
    direction = f"{entry.pattern}:{entry.direction}"
    assert times["from"] == times["to"] == entry.bar_time_ms / 1000.0
    namespace = uuid.UUID("6e0c8f2b-6d0c-5a7e-9b8a-3f4d1c2e7a90")
    text = f"{entry.symbol}|1min|{direction}|{entry.bar_time_ms}"
    assert entry.flow_id == str(uuid.uuid5(namespace, text))


def test_recent_signals_are_those_of_the_last_bars() -> None:
    bars = random_bars(300, seed=7)
    running = restarted(bars)
    log = engine().update(bars).signals
    since = int(bars.start_ms[-1]) - 49 * 60_000
    expected = {entry.flow_id for entry in log if entry.born_ms >= since}
    assert {entry.flow_id for entry in running.recent(50).signals()} == expected


@pytest.mark.parametrize(
    ("price", "text"), [(1234.5, "1,234.50"), (1.0, "1.00"), (0.00012, "0.000120")]
)
def test_prices_are_written_as_people_write_them(price: float, text: str) -> None:
    assert price_text(price) == text
