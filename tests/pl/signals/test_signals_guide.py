"""The how-to is true, and the reference is up to date."""

import importlib.util
import json
import os
import re
import subprocess
import sys
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from pl.discovery import declared, found
from pl.kernel import kernel
from pl.signals import events
from pl.signals.candles import alerted
from pl.signals.candles.names import CANDLE_NAMES
from pl.signals.chart.registry import CHARTS, RULES
from pl.signals.composition import asked, chosen, composed
from pl.signals.hits import NONE, Hit
from pl.signals.indicators import rules
from pl.signals.indicators.catalogue import SETS
from pl.signals.indicators.definition import IndicatorSet
from pl.signals.indicators.names import INDICATOR_NAMES
from pl.signals.indicators.row import ARGUMENTS
from pl.signals.indicators.session import step_session
from pl.signals.indicators.state import STATE_SIZE
from pl.signals.indicators.windows import look
from pl.signals.pattern import Pattern
from pl.signals.registry import PATTERNS
from pl.simulator.kinds import KINDS
from tests.pl.signals.synthetic import lively_bars
from tests.pl.signals.test_signals_indicator_breadth import published
from tests.pl.signals.test_signals_indicators import published_bars

ROOT = Path(__file__).resolve().parents[3]
GUIDE = (ROOT / "docs" / "guides" / "adding-a-signal.md").read_text()
CODE = re.findall(r"```python\n(.*?)```", GUIDE, re.DOTALL)
EVENT, CHART, OUTLINE, INDICATOR = CODE
BROADENING = """
from pl.kernel import leaf
from pl.signals.chart.pattern import NO_PATTERN, ChartPattern, Slopes

@leaf
def broadening(upper: float, lower: float) -> int:
    return {number} if upper > 0.2 and lower < -0.2 else NO_PATTERN

SLOPES = Slopes(broadening)
APART = ChartPattern({number}, "Broadening", SLOPES, alert_from=0.5)
"""
LONG_WHITE = """
from pl.kernel import leaf
from pl.signals.bars import CLOSE, OPEN
from pl.signals.candles.definition import Candle
from pl.signals.candles.frame import NOW, Frame

@leaf
def long_white(c: Frame) -> int:
    return 100 if c[NOW, CLOSE] > 1.05 * c[NOW, OPEN] else 0

LONG = Candle({number}, "Long_White", "", 1, long_white, needs=("wL",), directed=False)
"""
JUDGING = """
import json, sys
import numpy as np
from pl.signals.candles import rules

rules.__path__.append(sys.argv[1])
from pl.signals.candles.names import CANDLE_NAMES, WITHOUT_DIRECTION
assert "numba" not in sys.modules
from pl.signals.candles import judging
from pl.signals.candles.strengths import strengths_of

looked_up = [(int(flags) >> len(CANDLE_NAMES) - 1) & 1 for flags in judging.BY_COLOUR]
judging.possible_candles = lambda frame: -1
bars = np.tile([10.0, 10.3, 9.8, 10.1, 100.0, 10.0], (40, 1))
bars[-1] = 10.0, 11.1, 9.9, 11.0, 100.0, 10.5
print(json.dumps([CANDLE_NAMES, strengths_of(bars), sorted(WITHOUT_DIRECTION), looked_up]))
"""
"""Likewise; what a glance rules out, eight bars at a time, is read from its table."""
FINDING = """
import json, sys
from pl.signals.chart import patterns, slopes

patterns.__path__.append(sys.argv[1])
slopes.__path__.append(sys.argv[2])
from pl.simulator import outlines

outlines.__path__.append(sys.argv[3])
import numpy as np
from pl.signals import bars as kernels

def true_range(bars, j):
    return max(bars[j, 1], bars[j - 1, 3]) - min(bars[j, 2], bars[j - 1, 3])

kernels.mean = lambda bars, column, first, last: bars[first : last + 1, column].mean()
kernels.mean_true_range = lambda bars, i, n: np.mean(
    [true_range(bars, j) for j in range(i - n + 1, i + 1)])
from tests.pl.signals.chart.finding import find_charts
from pl.signals.chart.registry import CHART_NAMES
from pl.signals.entries import KIND_OF
from pl.signals.policy import RULES
from pl.simulator.kinds import KINDS
from pl.simulator.planting import _KINDS as CHOSEN
from scripts.drawing import Drawing, draw
from tests.pl.signals.chart.planting import planted_series
from tests.pl.signals.chart.scoring import tally

found = []
for series in json.load(sys.stdin):
    bars = np.array(series)
    for find in find_charts(bars):
        first = find.points[0][0]
        drawing = Drawing(find.pattern, bars[:, :5], first, find.bar, "bullish", ("a", "b"),
                          outline=find.points, lines=find.lines)
        least = RULES[find.pattern, "daily", "daily"].min_confidence
        found.append((find.pattern, find.confidence, least, KIND_OF[find.pattern],
                      CHART_NAMES.index(find.pattern), find.reason(), draw(drawing)))
planted = tally([planted_series(1, ["One_Two_Three_Bottom"], 100)],
                {name: 0.0 for name in CHART_NAMES})
counts = [planted.planted["One_Two_Three_Bottom"], planted.found["One_Two_Three_Bottom"]]
print(json.dumps([found, counts, list(CHOSEN)[-1]]))
"""
"""Run without the compiler, which would take longer than the bars; what a processor does eight at
a time is done in plain Python."""


def example(folder: Path) -> Pattern:
    """Return what the guide's file declares."""
    code = EVENT
    file = folder / "key_reversal.py"
    file.write_text(code)
    spec = importlib.util.spec_from_file_location("key_reversal", file)
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    sys.modules["key_reversal"] = module
    spec.loader.exec_module(module)
    declared: Pattern = module.KEY_REVERSAL
    return declared


def test_the_guides_example_is_a_pattern_that_fires(tmp_path: Path) -> None:
    pattern = example(tmp_path)
    bars = lively_bars(2000, rows=[0])
    names = ("open", "high", "low", "close", "volume", "vwap")
    columns = np.column_stack([getattr(bars, name) for name in names])
    state, fired = np.zeros(STATE_SIZE), 0
    for i in range(len(columns)):
        step_session(state, columns, i, float(i))
        look(state, columns, i)
        if i + 1 < pattern.warm_up:
            continue
        direction, fit, level, measure = pattern.rule(columns, i, state)
        if direction == NONE:
            continue
        fired += 1
        assert 0.0 <= fit <= 1.0
        rest = (*columns[i, :5], columns[i - 1, 3], 1.0, 1.0)
        hit = Hit(0, 0, 0, direction, 0, (0,), fit, level, measure, 0.5, *rest)
        assert re.fullmatch(r"Turned at .*\d.*\.", pattern.explain(hit))
    assert fired > 20


def test_a_file_in_the_folder_is_all_that_a_pattern_needs(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The registry finds the guide's file, and the composed judge calls its rule."""
    code = EVENT
    number = len(PATTERNS)
    file = tmp_path / "key_reversal.py"
    file.write_text(re.sub(r"number=\d+", f"number={number}", code))
    monkeypatch.setattr(events, "__path__", [*events.__path__, str(tmp_path)])
    held = declared(Pattern, events, alerted)
    monkeypatch.delitem(sys.modules, "pl.signals.events.key_reversal")
    assert [pattern.name for pattern in held] == [*(p.name for p in PATTERNS), "Key_Reversal"]
    calls = {pattern.number: (pattern.rule, "bars, i, state") for pattern in held[-1:]}
    judge = kernel(chosen("judge_one", "number, bars, i, state", calls, __name__))
    bars, state = lively_bars(300, rows=[0]), np.zeros(STATE_SIZE)
    names = ("open", "high", "low", "close", "volume", "vwap")
    columns = np.column_stack([getattr(bars, name) for name in names])
    look(state, columns, 299)
    assert judge(number, columns, 299, state) == held[-1].rule(columns, 299, state)


@pytest.mark.real_data
def test_a_file_in_the_folder_is_all_that_a_row_needs_to_hold_an_indicator(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, test_data: Path
) -> None:
    """The guide's indicator is found, joins the composed pass, and is what was published."""
    place = len(INDICATOR_NAMES)
    code = INDICATOR.replace('COLUMN["choppiness_14"]', str(place))
    (tmp_path / "choppiness.py").write_text(code)
    monkeypatch.setattr(rules, "__path__", [*rules.__path__, str(tmp_path)])
    sets = found(IndicatorSet, rules)
    monkeypatch.delitem(sys.modules, "pl.signals.indicators.rules.choppiness")
    (fresh,) = (one for one in sets if one not in SETS)
    (column,) = fresh.columns
    assert fresh.write is not None
    line = f"write_0({asked(fresh.write)})"
    write = kernel(composed("write_one", ARGUMENTS, [line], {"write_0": fresh.write}, __name__))
    folder = test_data / "skender_indicators"
    bars = published_bars(folder)
    names = ("open", "high", "low", "close", "volume", "vwap")
    prices = np.asfortranarray(np.column_stack([getattr(bars, name) for name in names]))
    out = np.zeros((len(bars), place + 1))
    for i in range(len(bars)):
        write(out[i], np.zeros(STATE_SIZE), prices, i)
    values, (file, key) = out[:, place], column.published or ("", "")
    assert int(np.argmin(np.isnan(values))) + 1 == column.warm_up
    np.testing.assert_allclose(values, published(folder, file, key), rtol=1e-9)


def swinging(corners: list[tuple[int, float]], beat: float = 3.0) -> list[list[float]]:
    """Return bars along a zigzag; the last leg trades `beat` times the volume."""
    at, height = zip(*corners, strict=True)
    closes = np.interp(np.arange(at[-1] + 1), at, height)
    opens = np.concatenate([closes[:1], closes[:-1]])
    volume = np.where(np.arange(len(closes)) > at[-2], beat, 1.0) * 1000.0
    high, low = np.maximum(opens, closes) + 0.1, np.minimum(opens, closes) - 0.1
    return np.column_stack([opens, high, low, closes, volume, closes]).tolist()


def renumbered(code: str, chart: int, rule: int) -> str:
    """Return the guide's chart pattern with numbers that are free, whatever was added since."""
    for name, number in (("TOP", chart), ("BOTTOM", chart + 1)):
        code = re.sub(rf"(ONE_TWO_THREE_{name}: Final = )\d+", rf"\g<1>{number}", code)
    return re.sub(r"number=\d+", f"number={rule}", code)


def test_a_file_and_its_drawing_are_all_that_a_chart_pattern_needs(tmp_path: Path) -> None:
    """It is found, judged, explained, ruled on, drawn and planted, by a process begun with it."""
    rules, slopes, outlines = (tmp_path / name for name in ("rules", "slopes", "outlines"))
    for folder in (rules, slopes, outlines):
        folder.mkdir()
    (rules / "one_two_three.py").write_text(renumbered(CHART, len(CHARTS), len(RULES)))
    (slopes / "broadening.py").write_text(BROADENING.format(number=len(CHARTS) + 2))
    drawing = re.sub(r"Drawn\(\d+", f"Drawn({len(KINDS)}", OUTLINE)
    (outlines / "one_two_three.py").write_text(drawing)
    reversal = [(0, 120), (9, 110), (18, 132), (38, 100), (50, 112), (60, 106), (70, 116)]
    apart = [(0, 90), (10, 103), (20, 99), (30, 106), (40, 96), (50, 109), (60, 93), (74, 118)]
    done = run_alone(
        FINDING, [swinging(reversal), swinging(apart)], str(rules), str(slopes), str(outlines)
    )
    listed, counts, newest = done
    drawn_by = {name: rest for name, *rest in listed}
    assert {"One_Two_Three_Bottom", "Broadening"} <= set(drawn_by), drawn_by.keys()
    confidence, least, kind, number, reason, drawn = drawn_by["One_Two_Three_Bottom"]
    assert confidence >= least == 0.6
    assert kind == len(PATTERNS) + number
    assert number == len(CHARTS) + 1
    assert reason.startswith("One Two Three Bottom over ")
    assert "<svg" in drawn
    assert newest == "One_Two_Three_Bottom"
    assert counts == [1, 1]


def test_a_file_is_all_that_a_candlestick_needs(tmp_path: Path) -> None:
    """It is found, named, judged and told by its strength, by a process that began with it."""
    (tmp_path / "long_white.py").write_text(LONG_WHITE.format(number=len(CANDLE_NAMES)))
    names, strengths, neutral, looked_up = run_alone(JUDGING, None, str(tmp_path))
    assert names == [*CANDLE_NAMES, "Long_White"]
    assert strengths["Long_White"] == 100
    assert "Long_White" in neutral
    assert sum(looked_up) == len(looked_up) / 2, "half of all bars are white"


def run_alone(code: str, given: object, *arguments: str) -> Any:
    """Return what a process without the compiler prints, as JSON."""
    done = subprocess.run(
        [sys.executable, "-c", code, *arguments],
        cwd=ROOT,
        input=json.dumps(given),
        env={**os.environ, "NUMBA_DISABLE_JIT": "1", "PYTHONPATH": str(ROOT)},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    return json.loads(done.stdout)


def test_a_number_is_given_once_and_none_is_left_out(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    code = EVENT
    monkeypatch.setattr(events, "__path__", [*events.__path__, str(tmp_path)])
    for number in (0, len(PATTERNS) + 1):
        file = tmp_path / f"key_reversal_{number}.py"
        file.write_text(re.sub(r"number=\d+", f"number={number}", code))
        with pytest.raises(ValueError, match=r"expected the number \d+, was \d+"):
            declared(Pattern, events, alerted)
        file.unlink()
        monkeypatch.delitem(sys.modules, f"pl.signals.events.key_reversal_{number}")


def test_every_file_the_guide_names_is_there() -> None:
    named = set(re.findall(r"`((?:pl|tests|scripts|db)/[\w/.]+)`", GUIDE))
    missing = {name for name in named if not (ROOT / name).exists()}
    assert missing == {
        "pl/signals/events/key_reversal.py",
        "pl/signals/chart/patterns/one_two_three.py",
        "pl/simulator/outlines/one_two_three.py",
        "pl/signals/indicators/rules/choppiness.py",
    }


def test_the_reference_of_the_signals_equals_the_definitions() -> None:
    script = ROOT / "scripts" / "write_signals.py"
    done = subprocess.run([sys.executable, str(script), "--check"], cwd=ROOT, check=False)
    assert done.returncode == 0, "run `.venv-pl/bin/python scripts/write_signals.py`"
