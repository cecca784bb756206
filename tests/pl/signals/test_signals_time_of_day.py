"""Volume against that of the same time of day, held against a plain look-up."""

from dataclasses import replace

import numpy as np
import pytest

from pl.market.batches import MINUTE_MS, ClosedBars
from pl.signals.engine import SignalEngine
from pl.signals.indicators.names import VOLUME_AT_TIME
from pl.signals.indicators.time_of_day import sessions_compared
from pl.signals.table import IndicatorTable
from tests.pl.signals.synthetic import SYMBOLS, changed, held, join, random_bars, span

SESSION = 60
N_BACK = 10


def session_open(ms: int) -> int:
    return ms // (SESSION * MINUTE_MS) * (SESSION * MINUTE_MS)


def hourly_engine() -> SignalEngine:
    return SignalEngine(SYMBOLS, "1min", "intraday", session_open, session_bars=SESSION)


def warmed(bars: ClosedBars) -> SignalEngine:
    running, stored = hourly_engine(), held(bars)
    for row in range(len(SYMBOLS)):
        running.warm(row, stored.take(stored.row == row))
    return running


def told(table: IndicatorTable) -> dict[tuple[int, int], float]:
    keys = zip(table.row.tolist(), table.start_ms.tolist(), strict=True)
    return dict(zip(keys, table.values[:, VOLUME_AT_TIME].tolist(), strict=True))


def plain(bars: ClosedBars) -> dict[tuple[int, int], float]:
    """Look the volumes of the last ten sessions up, one by one."""
    keys = list(zip(bars.row.tolist(), bars.start_ms.tolist(), strict=True))
    volume = dict(zip(keys, bars.volume.tolist(), strict=True))
    found = {}
    for row, start in keys:
        before = [volume.get((row, start - k * SESSION * MINUTE_MS)) for k in range(1, N_BACK + 1)]
        known = [value for value in before if value is not None]
        usual = sum(known) / N_BACK if len(known) == N_BACK else float("nan")
        found[row, start] = volume[row, start] / usual
    return found


def same(found: dict[tuple[int, int], float], expected: dict[tuple[int, int], float]) -> None:
    assert found.keys() == expected.keys()
    a = np.array([found[key] for key in expected])
    b = np.array(list(expected.values()))
    np.testing.assert_allclose(a, b, rtol=1e-12)


@pytest.fixture(scope="module")
def bars() -> ClosedBars:
    return random_bars(13 * SESSION, seed=4, missing=0.02)


def test_volume_at_a_time_of_day_equals_a_plain_look_up(bars: ClosedBars) -> None:
    expected = plain(bars)
    known = np.isfinite(list(expected.values())).sum()
    assert 300 < known < len(expected)
    same(told(hourly_engine().update(bars).indicators), expected)


def test_neither_batches_nor_restarts_change_it(bars: ClosedBars) -> None:
    whole = told(hourly_engine().update(bars).indicators)
    running = hourly_engine()
    parts: dict[tuple[int, int], float] = {}
    for begin in range(0, len(bars), 217):
        batch = span(bars, begin, min(begin + 217, len(bars)))
        parts |= told(running.update(batch).indicators)
    assert repr(parts) == repr(whole)
    for stop in (1_900, 2_205):
        rest = told(warmed(span(bars, 0, stop)).update(span(bars, stop, len(bars))).indicators)
        assert repr(rest) == repr({key: whole[key] for key in rest})


def test_a_revised_bar_of_the_session_before_changes_what_follows(bars: ClosedBars) -> None:
    running = hourly_engine()
    running.update(bars)
    which = len(bars) - 3 * SESSION
    fresh = changed(bars, which, volume=9.0 * float(bars.volume[which]))
    after = told(running.update(fresh).indicators)
    volume = bars.volume.copy()
    volume[which] *= 9.0
    expected = plain(replace(bars, volume=volume))
    same(after, {key: expected[key] for key in after})
    assert told(hourly_engine().update(join([bars])).indicators) != after


def test_how_far_back_is_fixed_by_the_timeframe_and_its_sessions() -> None:
    assert sessions_compared("1min", 990, 390) == 2
    assert sessions_compared("5min", 856, 78) == 10
    assert sessions_compared("1min", 2_040, 1_440) == 1
    assert sessions_compared("1hour", 900, 150) == 0
