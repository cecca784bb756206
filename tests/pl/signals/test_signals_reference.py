"""Each signal has a drawn example, and it is what the engine finds in the recorded bars."""

import os
import re
import subprocess
import sys
import xml.etree.ElementTree as ET
from dataclasses import replace
from datetime import date
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from pl.market.sessions import xnys_sessions
from pl.signals.candles.names import CANDLE_NAMES
from pl.signals.chart.registry import CHART_NAMES
from pl.signals.combos.catalogue import COMBOS
from pl.signals.combos.names import COMBO_NAMES
from pl.signals.rates import LEAST_BARS, MEASURED, Bars, Measured, null_rate, rate_of
from pl.signals.registry import PATTERN_NAMES, PATTERNS
from scripts.combo_examples import combo_again, recording
from scripts.drawing import draw
from scripts.examples import Example, alerts, best, found_again, least_of, recorded
from scripts.measuring_combos import SESSION_MINUTES, Course, paced
from scripts.measuring_rates import rule_of, tally
from scripts.rates_text import hardly_alert
from scripts.recorded_series import shuffled
from scripts.signal_pages import shown
from scripts.write_chart_patterns import with_remarks
from scripts.write_examples import FOLDER, file_of, read_examples
from tests.pl.signals.synthetic import engine, lively_bars

EXAMPLES = read_examples()
SCRIPTS = Path(__file__).resolve().parents[3] / "scripts"
MOST_BYTES = 6_000
REDRAWN = ("Gap_Up", "VWAP_Reclaim", "Rectangle", "Abandoned_Baby")


def was_seen(name: str) -> bool:
    """Tell whether something of the kind happened in the recorded bars."""
    rates = [rate_of(name, timeframe) for timeframe in ("1min", "daily")]
    return any(rate is not None and rate.real > 0.0 for rate in rates)


def test_each_signal_has_an_example_and_no_drawing_is_left_over() -> None:
    files = {path.name for path in FOLDER.glob("*.svg")}
    expected = {f"{name}.svg" for name in (*PATTERN_NAMES, *CHART_NAMES) if was_seen(name)}
    expected |= {f"candle-{name}.svg" for name in CANDLE_NAMES}
    expected |= {f"combo-{name}.svg" for name in COMBO_NAMES if was_seen(name)}
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


def drawn_as_alerts(example: Example) -> bool:
    """Tell whether recorded days or minutes hold an alert of the kind, by the rates of them."""
    rates = [rate_of(example.name, timeframe) for timeframe in ("1min", "daily")]
    return any(rate is not None and rate.real_alert > 0.0 for rate in rates)


def test_an_example_alerts_where_recorded_bars_have_one_that_does() -> None:
    told = [example for example in EXAMPLES if example.family != "candle"]
    silent = {example.name for example in told if not alerts(example)}
    assert silent == {example.name for example in told if not drawn_as_alerts(example)}
    assert {"Doji", "V_Bottom", "Oversold_Reversal"}.isdisjoint(silent)
    for example in told:
        said = f"Confidence {example.confidence:.2f}."
        if example.name in silent:
            said += f" That is below the {least_of(example):.2f} of an alert"
        assert said in shown(example)


def test_pages_say_which_patterns_hardly_ever_alert_on_real_bars() -> None:
    names = hardly_alert(CHART_NAMES)
    assert names == ["V_Top", "V_Bottom"]
    for page in ("signals.md", "chart-patterns.md", "chart-pattern-rules.md"):
        text = (FOLDER.parent / page).read_text()
        assert "V_Top and V_Bottom hardly ever alert on real bars" in text, page
    text = (FOLDER.parent / "chart-patterns.md").read_text()
    assert with_remarks(text) == text, "run scripts/write_chart_patterns.py --remarks"


@pytest.mark.parametrize("script", [["write_signals.py", "--measure"], ["write_examples.py"]])
def test_a_script_without_recorded_bars_says_which_are_absent(
    script: list[str], tmp_path: Path
) -> None:
    done = subprocess.run(
        [sys.executable, str(SCRIPTS / script[0]), *script[1:]],
        env={**os.environ, "TICKSTOCK_TEST_DATA": str(tmp_path)},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 1
    assert "Traceback" not in done.stderr
    assert "expected daily_sp500_5yr/sp500_5yr.parquet, lean/daily_raw.parquet," in done.stderr
    assert f"in {tmp_path.resolve()}" in done.stderr
    assert "TICKSTOCK_TEST_DATA" in done.stderr


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
    least = rule_of("Price_Breakout", "1min").min_confidence
    counted = tally([update], "1min")
    assert counted.n_bars == 2_000
    assert counted.of("Price_Breakout") == (len(found), sum(c >= least for c in found))


def test_walked_minutes_span_what_days_move_without_drift() -> None:
    dice = np.random.default_rng(1)
    days = lively_bars(4_000, seed=0, rows=(0,))
    course = paced(recorded_course(20), days)
    spans = [course.moves.prices[course.drawn(dice), 3].sum() for _ in range(2_000)]
    assert abs(course.moves.prices[:, 3].mean()) < 1e-12
    assert np.std(spans) == pytest.approx(np.log(days.close / days.open).std(), rel=0.1)


def test_walked_minutes_begin_where_the_ones_before_closed_as_often_as_recorded_ones() -> None:
    course = recorded_course(20)
    gaps = course.moves.prices[:, 0]
    walked = paced(course, lively_bars(4_000, seed=0, rows=(0,))).moves.prices
    assert (gaps == 0.0).any()
    assert (walked[:, 0] == 0.0).mean() == (gaps == 0.0).mean()
    assert (walked[:, 0] > 0.0).sum() == (walked[:, 0] < 0.0).sum() == (gaps != 0.0).sum()
    assert (walked[:, 1] >= walked.max(axis=1)).all()
    assert (walked[:, 2] <= walked.min(axis=1)).all()


def recorded_course(n_sessions: int) -> Course:
    """Sessions of lively bars whose first minutes trade ten times what the others do."""
    sessions = xnys_sessions(date(2013, 1, 1), date(2013, 12, 31))
    whole = [s for s in sessions.sessions if s.close_ms - s.open_ms == SESSION_MINUTES * 60_000]
    start = [s.open_ms + 60_000 * m for s in whole[:n_sessions] for m in range(SESSION_MINUTES)]
    bars = lively_bars(len(start), seed=1, rows=(0,))
    lively = np.where(np.arange(len(start)) % SESSION_MINUTES < 5, 10.0, 1.0)
    made = replace(bars, start_ms=np.array(start), volume=1_000.0 * lively)
    return Course.of(made, sessions)


def test_a_walked_session_is_as_lively_at_its_ends_as_recorded_ones() -> None:
    """Each minute is drawn among those of its time of day, from any of the sessions."""
    course, dice = recorded_course(8), np.random.default_rng(2)
    for _ in range(5):
        which = course.drawn(dice)
        share = course.moves.volume[which]
        assert share[:5].min() > 9.0 * share[5:].max()
        assert (which % SESSION_MINUTES == np.arange(SESSION_MINUTES)).all()
        assert len(set(which // SESSION_MINUTES)) == 8


def test_hours_change_places_with_those_of_the_same_time_of_day() -> None:
    frame = pd.DataFrame({name: np.full(700, 10.0) for name in ("open", "high", "low", "close")})
    slot = np.arange(700) % 7
    frame = frame.assign(volume=slot + 10.0 * np.arange(700))
    walked = shuffled(frame, slot, np.random.default_rng(3))["volume"].to_numpy()
    np.testing.assert_array_equal(walked % 10, frame["volume"] % 10)
    assert sorted(walked) == sorted(frame["volume"])
    assert (walked != frame["volume"]).mean() > 0.9


@pytest.mark.parametrize("timeframe", MEASURED)
@pytest.mark.parametrize("name", CHART_NAMES)
def test_no_chart_pattern_alerts_by_chance_more_than_twice_in_a_thousand_bars(
    name: str, timeframe: str
) -> None:
    rate = null_rate(name, timeframe)
    assert rate is not None
    assert rate <= 2.0


@pytest.mark.parametrize("timeframe", MEASURED)
def test_each_signal_of_a_timeframe_has_a_rate_of_its_own(timeframe: str) -> None:
    judged = {pattern.name for pattern in PATTERNS if timeframe in pattern.timeframes}
    combos = {combo.name for combo in COMBOS if timeframe in combo.timeframes}
    assert set(MEASURED[timeframe].rates) == judged | combos | set(CHART_NAMES)


def test_of_too_few_bars_no_rate_is_told() -> None:
    rates = {"Doji": (3.0, 2.0, 3.0, 2.0)}
    enough, few = Bars(0, LEAST_BARS), Bars(0, LEAST_BARS - 1)
    assert Measured(rates, enough, few).null_rate("Doji") == 2.0
    assert Measured(rates, few, enough).null_rate("Doji") is None
    assert Measured(rates, enough, enough).null_rate("Unmeasured") is None
