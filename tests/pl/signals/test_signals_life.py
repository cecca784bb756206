"""How signals end: against a plain twin, and in the cases where readings could differ."""

import math
from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from pl.market.batches import MINUTE_MS, QUALITY_PARTIAL, ClosedBars
from pl.signals.chart.registry import CHART_NAMES
from pl.signals.hits import DIRECTION_NAMES
from pl.signals.levels import NO_LEVELS, STOP_AT_LEVEL, Anchor, Stop, stop_and_target
from pl.signals.life import LASTING, outcome
from pl.signals.lives import LAST, N_EDGES, N_HOT, SIDE, STOP, TARGET, empty_lives
from pl.signals.living import clear_edges, is_within, narrow
from pl.signals.registry import PATTERNS
from pl.signals.signal import Signal
from tests.pl.signals.synthetic import (
    changed,
    engine,
    join,
    lively_bars,
    log_of,
    restarted,
    span,
)

FAMILY = {pattern.name: pattern.family for pattern in PATTERNS}
ENDS = {"target_reached", "failed", "expired"}
Told = tuple[str, int, float, int]


def horizon(signal: Signal, starts: list[int]) -> int:
    if signal.pattern not in CHART_NAMES:
        return {"candlestick": 10, "event": 20}[FAMILY[signal.pattern]]
    first = starts.index(round(signal.geometry["from"] * 1000))  # type: ignore[operator]
    return min(max(3 * (starts.index(signal.bar_time_ms) - first), 20), 120)


def plain_end(signal: Signal, bars: ClosedBars) -> Told | None:
    """Say how a signal of `bars`, those of its symbol alone, ends."""
    starts = bars.start_ms.tolist()
    at = starts.index(signal.bar_time_ms)
    for n, i in enumerate(range(at + 1, min(at + horizon(signal, starts), len(bars) - 1) + 1), 1):
        up = signal.direction == "bullish"
        near, far = (bars.low[i], bars.high[i]) if up else (-bars.high[i], -bars.low[i])
        sign, whole = (1 if up else -1), bars.quality[i] != QUALITY_PARTIAL
        stop, target = (sign * signal.levels.get(name, np.nan) for name in ("stop", "target"))
        if whole and near <= stop:
            return "failed", starts[i], sign * min(sign * bars.open[i], stop), n
        if whole and far >= target:
            return "target_reached", starts[i], sign * max(sign * bars.open[i], target), n
        if n == horizon(signal, starts):
            return "expired", starts[i], bars.close[i], n
    return None


def told_end(entry: Signal) -> Told:
    price, n_bars = entry.after["exit_price"], entry.after["bars"]
    assert isinstance(price, float)
    assert isinstance(n_bars, int)
    return entry.life, entry.bar_time_ms, price, n_bars


@pytest.mark.parametrize(("timeframe", "seed"), [("1min", 3), ("1min", 8), ("daily", 5)])
def test_signals_end_as_their_plain_twin_says(timeframe: str, seed: int) -> None:
    bars = lively_bars(900, seed=seed)
    bars = replace(bars, quality=np.where(np.arange(len(bars)) % 97 == 0, QUALITY_PARTIAL, 0))
    bars = replace(bars, quality=bars.quality.astype(np.uint8))
    log = log_of(bars, timeframe=timeframe)
    ended = {entry.flow_id: told_end(entry) for entry in log if entry.life in ENDS}
    found = [entry for entry in log if entry.life == "confirmed"]
    rows = {name: bars.take(bars.row == row) for row, name in enumerate(("AAA", "BBB", "CCC"))}
    for entry in found:
        assert ended.pop(entry.flow_id, None) == plain_end(entry, rows[entry.symbol]), entry
    assert not ended
    kinds = {plain_end(entry, rows[entry.symbol]) for entry in found}
    assert {kind[0] for kind in kinds if kind} == ENDS


LEVEL = st.integers(90, 110).map(float) | st.just(math.nan)
OPEN = st.tuples(st.sampled_from([1, -1, 2]), LEVEL, LEVEL, st.integers(1, 9))


@given(
    opened=st.lists(OPEN, max_size=4),
    prices=st.lists(st.integers(88, 112).map(float), min_size=4, max_size=4),
    seen=st.integers(0, 10),
    whole=st.booleans(),
)
def test_a_bar_within_the_edges_ends_nothing_and_one_beyond_them_something(
    opened: list[tuple[int, float, float, int]], prices: list[float], seen: int, whole: bool
) -> None:
    low, first, last, high = sorted(prices)
    bar, edges = np.array([first, high, low, last, 1.0, 1.0]), np.empty(N_EDGES)
    clear_edges(edges)
    ended = False
    for side, stop, target, expires in opened:
        hot = np.zeros(N_HOT)
        hot[[SIDE, STOP, TARGET, LAST]] = side, stop, target, expires
        narrow(edges, hot)
        ended |= seen >= expires or (whole and outcome(side, stop, target, bar)[0] != LASTING)
    assert is_within(edges, bar, whole, seen) != ended


def test_a_flow_ends_once_and_after_it_was_confirmed() -> None:
    seen: dict[object, str] = {}
    n_ends = 0
    for entry in log_of(lively_bars(600, seed=2)):
        if entry.life in ENDS:
            n_ends += 1
            assert seen[entry.flow_id] == "confirmed"
            assert entry.before == {"life": "confirmed"}
            assert entry.bar_time_ms > entry.born_ms
        seen[entry.flow_id] = entry.life
    assert n_ends > 100


def test_rows_with_more_open_signals_than_room_get_more_room() -> None:
    bars = lively_bars(300, seed=4)
    tight = engine()
    tight._lives = empty_lives(3, 36, 1)
    assert repr(tight.update(bars).signals) == repr(log_of(bars))
    assert tight._lives.hits.hot.shape[1] > 36


def opened() -> tuple[ClosedBars, Signal]:
    """Return bars of one symbol whose last confirms a bullish signal with levels, and it."""
    bars = lively_bars(400, seed=11, rows=[0])
    found = [
        entry
        for entry in log_of(bars)
        if entry.life == "confirmed" and entry.direction == "bullish" and entry.levels
    ]
    signal = next(entry for entry in found if FAMILY.get(entry.pattern) == "event")
    at = bars.start_ms.tolist().index(signal.bar_time_ms)
    return span(bars, 0, at + 1), signal


def later(bars: ClosedBars, n: int, open_: float, high: float, low: float) -> ClosedBars:
    """Return a bar `n` after the last, which closes where it opened."""
    return changed(
        bars,
        len(bars) - 1,
        start_ms=int(bars.start_ms[-1]) + n * MINUTE_MS,
        open=open_,
        high=high,
        low=low,
        close=open_,
        vwap=open_,
        revision=0,
    )


def ends_of(signals: list[Signal], signal: Signal) -> list[Signal]:
    return [entry for entry in signals if entry.flow_id == signal.flow_id]


def test_a_bar_that_reaches_stop_and_target_counts_as_failed() -> None:
    bars, signal = opened()
    stop, target = signal.levels["stop"], signal.levels["target"]
    running = restarted(bars)
    wide = later(bars, 1, signal.price, target + 1.0, stop - 1.0)
    (entry,) = ends_of(running.update(wide).signals, signal)
    assert told_end(entry) == ("failed", int(wide.start_ms[0]), stop, 1)
    assert (entry.revision, entry.confidence) == (0, signal.confidence)


def test_a_gap_beyond_the_target_ends_at_the_open() -> None:
    bars, signal = opened()
    above = signal.levels["target"] + 0.5
    gap = later(bars, 1, above, above + 0.2, above - 0.2)
    (entry,) = ends_of(restarted(bars).update(gap).signals, signal)
    assert told_end(entry) == ("target_reached", int(gap.start_ms[0]), above, 1)


def test_a_partial_bar_ends_nothing_until_it_is_complete() -> None:
    bars, signal = opened()
    low = later(bars, 1, signal.price, signal.price, signal.levels["stop"] - 1.0)
    running = restarted(bars)
    partial = replace(low, quality=np.array([QUALITY_PARTIAL], np.uint8))
    assert ends_of(running.update(partial).signals, signal) == []
    whole = replace(low, quality=np.array([1], np.uint8))
    (entry,) = ends_of(running.update(whole).signals, signal)
    assert (entry.life, entry.before) == ("failed", {"life": "confirmed"})


def test_a_revision_takes_an_end_back_and_a_later_bar_ends_it_otherwise() -> None:
    bars, signal = opened()
    stop, target = signal.levels["stop"], signal.levels["target"]
    running = restarted(bars)
    low = later(bars, 1, signal.price, signal.price, stop - 1.0)
    (failed,) = ends_of(running.update(low).signals, signal)
    calm = changed(low, 0, low=stop + 0.01)
    (again,) = ends_of(running.update(calm).signals, signal)
    assert (again.life, again.after) == ("confirmed", {"life": "confirmed"})
    assert again.before == failed.after
    assert again.bar_time_ms == signal.bar_time_ms
    assert again.revision > failed.revision
    high = later(bars, 2, signal.price, target, stop + 0.01)
    (reached,) = ends_of(running.update(high).signals, signal)
    assert told_end(reached) == ("target_reached", int(high.start_ms[0]), target, 2)
    assert reached.revision >= again.revision


def test_a_revision_that_ends_a_signal_otherwise_says_both() -> None:
    bars, signal = opened()
    stop, target = signal.levels["stop"], signal.levels["target"]
    low = later(bars, 1, signal.price, signal.price, stop - 1.0)
    running = restarted(join([bars, low]))
    high = changed(low, 0, low=stop + 0.01, high=target + 1.0)
    (entry,) = ends_of(running.update(high).signals, signal)
    assert (entry.before["life"], entry.life) == ("failed", "target_reached")
    assert entry.after["exit_price"] == target


def test_a_signal_taken_back_after_its_end_says_how_it_had_ended() -> None:
    bars, signal = opened()
    low = later(bars, 1, signal.price, signal.price, signal.levels["stop"] - 1.0)
    running = restarted(join([bars, low]))
    flat = changed(bars, len(bars) - 1, close=float("nan"))
    (entry,) = ends_of(running.update(flat).signals, signal)
    assert (entry.life, entry.before["life"]) == ("retracted", "failed")


def test_a_volume_that_was_corrected_leaves_the_end_told_as_it_was() -> None:
    bars, signal = opened()
    low = later(bars, 1, signal.price, signal.price, signal.levels["stop"] - 1.0)
    running = restarted(bars)
    (failed,) = ends_of(running.update(low).signals, signal)
    last = len(bars) - 1
    more = changed(bars, last, volume=float(bars.volume[last]) + 1.0)
    (entry,) = ends_of(running.update(more).signals, signal)
    assert (entry.life, entry.bar_time_ms) == ("failed", failed.bar_time_ms)
    assert entry.before.items() >= {**failed.after, "volume": signal.volume}.items()
    assert entry.after.items() >= {**failed.after, "volume": signal.volume + 1.0}.items()


def test_what_is_said_later_of_a_signal_has_the_rsi_of_the_bar_it_is_said_of() -> None:
    bars = lively_bars(600, seed=2)
    running, ends = engine(), 0
    for begin in range(0, len(bars), 150):
        update = running.update(span(bars, begin, begin + 150))
        table = update.indicators
        known = dict(
            zip(
                zip(table.row.tolist(), table.start_ms.tolist(), strict=True),
                table.column("rsi_14").tolist(),
                strict=True,
            )
        )
        for entry in update.signals:
            rsi = known["ABC".index(entry.symbol[0]), entry.bar_time_ms]
            assert entry.indicators.get("rsi", math.nan) == pytest.approx(rsi, abs=0, nan_ok=True)
            ends += entry.life in ENDS
    assert ends > 100


def test_what_a_revision_makes_of_a_signal_has_the_rsi_of_its_bar() -> None:
    bars, signal = opened()
    low = later(bars, 1, signal.price, signal.price, signal.levels["stop"] - 1.0)
    running = restarted(bars)
    (failed,) = ends_of(running.update(changed(low, 0, close=float(low.low[0]))).signals, signal)
    assert failed.indicators["rsi"] < signal.indicators["rsi"]
    calm = changed(low, 0, low=signal.levels["stop"] + 0.01, revision=2)
    (again,) = ends_of(running.update(calm).signals, signal)
    assert again.indicators["rsi"] == signal.indicators["rsi"]
    quiet = changed(bars, len(bars) - 1, close=float(bars.open[-1]), volume=1.0)
    (gone,) = ends_of(running.update(quiet).signals, signal)
    assert gone.life == "retracted"
    assert gone.indicators["rsi"] < signal.indicators["rsi"]


@pytest.mark.parametrize(
    ("stop", "direction", "expected"),
    [
        (STOP_AT_LEVEL, 1, (99.0, 105.0)),
        (STOP_AT_LEVEL, -1, None),
        (Stop(Anchor.LEVEL, 2.0), 1, (97.0, 109.0)),
        (Stop(Anchor.BAR_END), -1, (103.0, 97.0)),
        (Stop(Anchor.FARTHER, 0.5), 1, (98.0, 107.0)),
        (NO_LEVELS, 1, None),
        (STOP_AT_LEVEL, 2, None),
    ],
)
def test_stops_are_placed_as_declared(
    stop: Stop, direction: int, expected: tuple[float, float] | None
) -> None:
    assert direction in DIRECTION_NAMES
    found = stop_and_target(int(stop.at), stop.ranges, direction, 99.0, 103.0, 98.5, 101.0, 1.0)
    if expected is None:
        assert np.isnan(found).all()
    else:
        assert found == pytest.approx(expected)
