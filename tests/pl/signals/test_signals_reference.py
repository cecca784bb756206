"""Each signal has a drawn example, and it is what the engine finds in the recorded bars."""

import xml.etree.ElementTree as ET
from pathlib import Path

import pytest

from pl.signals.candles.names import CANDLE_NAMES
from pl.signals.chart.registry import CHART_NAMES
from pl.signals.registry import PATTERN_NAMES
from scripts.drawing import draw
from scripts.examples import Example, found_again, recorded
from scripts.write_examples import FOLDER, file_of, read_examples

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
