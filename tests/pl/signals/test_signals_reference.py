"""Each signal has a drawn example, and it is what the engine finds in the recorded bars."""

import re
import xml.etree.ElementTree as ET
from pathlib import Path

import numpy as np
import pytest

from pl.signals.candles.names import CANDLE_NAMES
from pl.signals.chart.registry import CHART_NAMES
from pl.signals.combos.names import COMBO_NAMES
from pl.signals.rates import PATTERNS as PATTERN_RATES
from pl.signals.registry import PATTERN_NAMES
from scripts.combo_examples import combo_again, recording
from scripts.drawing import draw
from scripts.examples import Example, best, found_again, recorded
from scripts.measuring_combos import SESSION_MINUTES, Moves, paced
from scripts.measuring_rates import fires, rule_of
from scripts.write_examples import FOLDER, file_of, read_examples
from tests.pl.signals.synthetic import engine, lively_bars

EXAMPLES = read_examples()
MOST_BYTES = 6_000
REDRAWN = ("Gap_Up", "VWAP_Reclaim", "Rectangle", "Abandoned_Baby")


def test_each_signal_has_an_example_and_no_drawing_is_left_over() -> None:
    files = {path.name for path in FOLDER.glob("*.svg")}
    expected = {f"{name}.svg" for name in (*PATTERN_NAMES, *CHART_NAMES)}
    expected |= {f"candle-{name}.svg" for name in CANDLE_NAMES}
    expected |= {f"combo-{name}.svg" for name in COMBO_NAMES if PATTERN_RATES[name][0] > 0.0}
    told = "run `.venv-pl/bin/python scripts/write_examples.py`"
    assert {file_of(example) for example in EXAMPLES} == expected, told
    assert files == expected, told


@pytest.mark.parametrize("example", EXAMPLES, ids=file_of)
def test_a_drawing_is_small_and_says_what_it_shows(example: Example) -> None:
    text = (FOLDER / file_of(example)).read_text()
    title = ET.fromstring(text).find("{http://www.w3.org/2000/svg}title")
    words = f"{example.name} {example.symbol} {example.timeframe} {example.closed}"
    assert len(text) <= MOST_BYTES
    assert title is not None
    assert title.text == words


@pytest.mark.real_data
def test_examples_drawn_again_from_the_recorded_bars_are_the_same(test_data: Path) -> None:
    shown = [example for example in EXAMPLES if example.name in REDRAWN]
    symbols = {example.symbol for example in shown}
    series = recorded(test_data, symbols.__contains__)
    for example in shown:
        (home,) = (
            one
            for one in series
            if (one.symbol, one.timeframe) == (example.symbol, example.timeframe)
        )
        drawn = draw(found_again(example, home))
        assert drawn == (FOLDER / file_of(example)).read_text(), example
    days = [one for one in series if one.timeframe == "daily"]
    typical, drawing = best("Gap_Up", "event", days)
    (home,) = (one for one in days if one.symbol == typical.symbol)
    assert draw(drawing) == draw(found_again(typical, home))


@pytest.mark.real_data
def test_each_combo_that_fires_on_recorded_minutes_is_drawn_as_it_fires(test_data: Path) -> None:
    judged = recording(test_data)
    shown = {example.name: example for example in EXAMPLES if example.family == "combo"}
    assert {name for name in COMBO_NAMES if judged.found(name)} == set(shown)
    for example in shown.values():
        drawn = draw(combo_again(example, judged))
        assert drawn == (FOLDER / file_of(example)).read_text(), example


def test_the_page_of_the_combos_names_those_without_an_example() -> None:
    text = (FOLDER.parent / "combos.md").read_text()
    drawn = {example.name for example in EXAMPLES if example.family == "combo"}
    silent = text.partition("**Without an example**")[2].partition("\n### ")[0]
    assert set(re.findall(r"`(\w+)`", silent)) == set(COMBO_NAMES) - drawn
    assert set(re.findall(r"examples/combo-(\w+)\.svg", text)) == drawn


def test_a_rate_counts_how_often_a_pattern_was_confirmed_not_how_it_began_and_ended() -> None:
    one = engine(("AAA",))
    update = one.update(lively_bars(2_000, rows=(0,)))
    lives = [signal.life for signal in update.signals if signal.pattern == "Price_Breakout"]
    found = [
        signal.confidence
        for signal in update.signals
        if signal.pattern == "Price_Breakout" and signal.life == "confirmed"
    ]
    assert len(lives) > len(found) > 5
    least = rule_of("Price_Breakout").min_confidence
    assert fires([update], "Price_Breakout") == (len(found), sum(c >= least for c in found))


def test_walked_minutes_span_what_days_move_without_drift() -> None:
    dice = np.random.default_rng(1)
    days, minutes = (lively_bars(4_000, seed=seed, rows=(0,)) for seed in range(2))
    moves = paced(Moves.of(minutes, first_open=False), days).prices[:, 3]
    spans = dice.choice(moves, (2_000, SESSION_MINUTES)).sum(axis=1)
    assert abs(moves.mean()) < 1e-12
    assert spans.std() == pytest.approx(np.log(days.close / days.open).std(), rel=0.1)
