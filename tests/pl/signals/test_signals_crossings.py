"""An indicator that crosses a line is told once, wherever the bars are cut."""

from itertools import pairwise

import numpy as np
import pytest

from pl.market.batches import MINUTE_MS
from pl.signals.crossings import (
    COOL_DOWN_BARS,
    FELT_BARS,
    LINES,
    MEMORY_BARS,
    CrossingWatch,
    Line,
)
from pl.signals.history import History
from pl.signals.indicators.names import COLUMN
from pl.signals.scales import scale_ages
from pl.signals.table import IndicatorTable
from pl.signals.timeframes import TIMEFRAME_MS
from tests.pl.signals.synthetic import engine, lively_bars, restarted, span, split_in_two

PLACE = {line.name: place for place, line in enumerate(LINES)}
Told = list[tuple[str, int, int]]


def table(row: list[int], minute: list[int], **columns: list[float]) -> IndicatorTable:
    """Rows whose other indicators are still warming up."""
    values = np.full((len(row), len(COLUMN)), np.nan)
    for name, column in columns.items():
        values[:, COLUMN[name]] = column
    empty = np.zeros(len(row), np.int64)
    start = np.array(minute, np.int64) * MINUTE_MS
    return IndicatorTable(
        np.array(row, np.int32), start, values, empty, np.zeros((len(row), 2), np.int64)
    )


NO_BARS = engine().history
"""Of rows without bars nothing says that their prices changed their scale."""


def told(watch: CrossingWatch, rows: IndicatorTable, history: History = NO_BARS) -> Told:
    """What is told of rows, given the bars they are of."""
    found = watch.look(rows, history)
    return [
        (LINES[line].name, row, start // MINUTE_MS)
        for row, start, line in zip(
            found.row.tolist(), found.start_ms.tolist(), found.line.tolist(), strict=True
        )
    ]


def naive(values: np.ndarray, minutes: list[int]) -> Told:
    """Say bar by bar, in plain words, what one symbol's RSI, histogram and %b cross."""
    heard: Told = []
    latest: dict[str, int] = {}
    for i in range(1, len(values)):
        was, now = values[i - 1], values[i]
        kinds = [
            ("RSI_OVERBOUGHT", was[0] <= 70 < now[0]),
            ("RSI_OVERSOLD", was[0] >= 30 > now[0]),
            ("MACD_BULLISH_CROSS", was[1] <= 0 < now[1]),
            ("MACD_BEARISH_CROSS", was[1] >= 0 > now[1]),
            ("BB_UPPER_BREAK", was[2] <= 1 < now[2]),
            ("BB_LOWER_BREAK", was[2] >= 0 > now[2]),
        ]
        for name in [name for name, crossed in kinds if crossed]:
            if minutes[i] - latest.get(name, -1_000) > COOL_DOWN_BARS:
                heard.append((name, 0, minutes[i]))
            latest[name] = minutes[i]
    return heard


def test_a_zone_is_told_as_it_is_entered_and_not_at_each_bar_in_it() -> None:
    watch = CrossingWatch(1, "1min")
    heard = told(watch, table([0] * 6, list(range(6)), rsi_14=[60, 70, 71, 75, 80, 65]))
    assert heard == [("RSI_OVERBOUGHT", 0, 2)]


def test_a_value_that_warms_up_inside_a_zone_crosses_nothing() -> None:
    watch = CrossingWatch(1, "1min")
    assert told(watch, table([0] * 2, [0, 1], rsi_14=[np.nan, 80.0])) == []


def test_a_crossing_within_the_cool_down_of_another_is_held_back_and_counted() -> None:
    watch = CrossingWatch(1, "1min")
    bars = COOL_DOWN_BARS + 6
    swings = [1.0 if i in {1, 3, bars - 1} else -1.0 for i in range(bars)]
    heard = told(watch, table([0] * bars, list(range(bars)), macd_hist=swings))
    bullish = [minute for name, _, minute in heard if name == "MACD_BULLISH_CROSS"]
    assert bullish == [1, bars - 1]
    assert watch.counts["MACD_BULLISH_CROSS", "told"] == 2
    assert watch.counts["MACD_BULLISH_CROSS", "held_cool_down"] == 1


def test_a_revised_bar_tells_nothing_but_is_what_the_next_one_is_compared_with() -> None:
    watch = CrossingWatch(1, "1min")
    assert told(watch, table([0, 0], [0, 1], rsi_14=[60, 65])) == []
    assert told(watch, table([0], [1], rsi_14=[72])) == []
    assert told(watch, table([0], [2], rsi_14=[74])) == []


def test_rows_beyond_those_watched_are_left_out() -> None:
    watch = CrossingWatch(1, "1min")
    assert told(watch, table([1, 1], [0, 1], rsi_14=[60, 75])) == []


@pytest.mark.parametrize("seed", range(4))
def test_crossings_equal_a_plain_reading_of_the_rows(seed: int) -> None:
    rows = engine(("AAA",)).update(lively_bars(700, seed=seed, rows=(0,))).indicators
    minutes = (rows.start_ms // MINUTE_MS).tolist()
    columns = [COLUMN[name] for name in ("rsi_14", "macd_hist", "bb_percent_b")]
    expected = naive(rows.values[:, columns], minutes)
    heard = told(CrossingWatch(1, "1min"), rows)
    assert len(heard) > 20
    assert sorted(heard) == sorted(expected)


@pytest.mark.parametrize(
    ("first", "revised", "told_at"), [(65, 72, []), (72, 65, [1, 3]), (72, 75, [1]), (65, 66, [3])]
)
def test_what_a_last_bar_said_before_it_was_revised_is_not_felt(
    first: float, revised: float, told_at: list[int]
) -> None:
    """What follows is told as by a process that began after the revision."""
    running, fresh = CrossingWatch(1, "1min"), CrossingWatch(1, "1min")
    earlier = told(running, table([0, 0], [0, 1], rsi_14=[60, first]))
    told(running, table([0], [1], rsi_14=[revised]))
    fresh.recall(table([0, 0], [0, 1], rsi_14=[60, revised]), NO_BARS)
    following = table([0] * 3, [2, 3, 4], rsi_14=[65, 75, 60])
    heard = told(running, following)
    assert heard == told(fresh, following)
    assert [minute for _, _, minute in [*earlier, *heard]] == told_at


@pytest.mark.parametrize("cut", [300, 333, 401])
def test_a_restart_tells_the_rest_and_nothing_twice(cut: int) -> None:
    bars = lively_bars(500, seed=3)
    n = 3 * cut
    whole = told(CrossingWatch(3, "1min"), engine().update(bars).indicators)
    before = told(CrossingWatch(3, "1min"), engine().update(span(bars, 0, n)).indicators)
    again = restarted(span(bars, 0, n))
    watch = CrossingWatch(3, "1min")
    for row in range(3):
        table = again.latest_rows(np.array([row]), MEMORY_BARS)
        watch.recall(table, again.history)
    after = told(watch, again.update(span(bars, n, len(bars))).indicators)
    assert before + after == whole
    assert len(after) > 20


def test_the_cut_of_batches_leaves_no_trace() -> None:
    bars = lively_bars(400, seed=5)
    whole = told(CrossingWatch(3, "1min"), engine().update(bars).indicators)
    running, watch = engine(), CrossingWatch(3, "1min")
    heard: Told = []
    for begin, end in pairwise([0, 7, 8, 500, 501, 1_000, len(bars)]):
        heard += told(watch, running.update(span(bars, begin, end)).indicators)
    assert heard == whole


@pytest.mark.parametrize("line", LINES, ids=lambda line: line.name)
def test_lines_are_crossed_from_on_them_to_beyond(line: Line) -> None:
    beyond = line.at + line.side
    values = {line.column: [line.at, beyond, beyond, line.at]}
    heard = told(CrossingWatch(1, "1min"), table([0] * 4, [0, 1, 2, 3], **values))
    assert heard == [(line.name, 0, 1)]


def test_a_split_crosses_nothing_and_is_counted() -> None:
    bars = split_in_two(300, 120, "daily")
    one = engine(("AAA",), "daily")
    rows = one.update(bars).indicators
    blind, watch = CrossingWatch(1, "daily"), CrossingWatch(1, "daily")
    split_ms = int(bars.start_ms[300])
    seen = [name for name, _, day in told(blind, rows) if day * MINUTE_MS == split_ms]
    assert "RSI_OVERSOLD" in seen
    heard = told(watch, rows, one.history)
    after = [(name, day * MINUTE_MS) for name, _, day in heard if day * MINUTE_MS >= split_ms]
    feels = {line.name: FELT_BARS[line.column] for line in LINES}
    day_ms = TIMEFRAME_MS["daily"]
    assert all(day - split_ms >= feels[name] * day_ms for name, day in after)
    assert watch.counts["RSI_OVERSOLD", "held_restated"] >= 1


@pytest.mark.parametrize("most", [5, 9, 64, 300])
def test_the_age_of_a_scale_counts_bars_since_the_split(most: int) -> None:
    bars = split_in_two(300, 120, "daily")
    one = engine(("AAA",), "daily")
    rows = one.update(bars).indicators
    ages = np.empty(len(rows), np.int64)
    scale_ages(one.history, rows.row, rows.start_ms, most, ages)
    assert ages[:300].tolist() == [most] * 300
    assert ages[300:].tolist() == [min(i, most) for i in range(120)]
