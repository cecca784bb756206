"""Each signal has a drawn example, and it is what the engine finds in the recorded bars."""

import xml.etree.ElementTree as ET
from collections import Counter
from pathlib import Path

import pytest

from pl.signals.candles.names import CANDLE_NAMES
from pl.signals.chart.registry import CHART_NAMES
from pl.signals.registry import PATTERN_NAMES
from scripts.drawing import draw
from scripts.examples import Example, best, found_again, recorded
from scripts.measuring_rates import fires
from scripts.write_examples import FOLDER, file_of, read_examples
from tests.pl.signals.synthetic import confirmed, engine, lively_bars

EXAMPLES = read_examples()
MOST_BYTES = 6_000
REDRAWN = ("Gap_Up", "VWAP_Reclaim", "Rectangle", "Abandoned_Baby")


def test_each_signal_has_an_example_and_no_drawing_is_left_over() -> None:
    files = {path.name for path in FOLDER.glob("*.svg")}
    expected = {f"{name}.svg" for name in (*PATTERN_NAMES, *CHART_NAMES)}
    expected |= {f"candle-{name}.svg" for name in CANDLE_NAMES}
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


def test_rates_count_what_is_found_and_not_what_becomes_of_it() -> None:
    update = engine().update(lively_bars(2_000, seed=3))
    log = update.signals
    assert {"target_reached", "failed"} <= {entry.life for entry in log}
    found = Counter(entry.pattern for entry in confirmed(log))
    counted = {name: fires([update], name)[0] for name in PATTERN_NAMES}
    assert counted == {name: found[name] for name in PATTERN_NAMES}


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
