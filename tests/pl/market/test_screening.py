import numpy as np
import pytest

from pl.market.aggregation import MinuteBars
from tests.pl.market.feeding import END, MINUTE, T0, bars, trades

ALL = 7
DAY = 86_400_000


def running(last_ms=T0 + 10_000, price=100.0):
    """Minute bars that have seen ten seconds of ordinary trades of row 0."""
    minute_bars = MinuteBars(2)
    minute_bars.add_trades(
        trades(*((0, last_ms - 10_000 + i * 1000, i, price, 1.0, ALL) for i in range(11)))
    )
    return minute_bars


def one(t_ms, *, sequence=500, price=100.0, size=1.0, row=0):
    return (row, t_ms, sequence, price, size, ALL)


@pytest.mark.parametrize(
    ("values", "cause"),
    [
        ({"price": np.nan}, "nan_price"),
        ({"price": np.inf}, "nan_price"),
        ({"size": np.nan}, "nan_price"),
        ({"price": 0.0}, "non_positive"),
        ({"price": -5.0}, "non_positive"),
        ({"size": -1.0}, "non_positive"),
        ({"price": 1e9}, "absurd"),
        ({"price": 1e-7}, "absurd"),
        ({"size": 1e12}, "absurd"),
    ],
)
def test_impossible_values_are_refused_and_counted(values, cause):
    minute_bars = running()
    assert minute_bars.add_trades(trades(one(T0 + 11_000, **values))).counts() == {cause: 1}
    assert minute_bars.close(END).volume.tolist() == [11.0]


def test_a_seven_for_one_split_gap_is_believed():
    minute_bars = running(price=645.57)
    assert minute_bars.add_trades(trades(one(T0 + 11_000, price=92.7))).total == 0


def test_a_price_far_off_is_refused_until_a_second_one_agrees():
    minute_bars = running()
    jump = trades(one(T0 + 11_000, price=5000.0), one(T0 + 12_000, sequence=501, price=5001.0))
    rejected = minute_bars.add_trades(jump)
    assert rejected.counts() == {"absurd": 1}
    assert rejected.refetch_start_ms.tolist() == [T0]
    assert minute_bars.developing().last[0] == 5001.0


def test_a_single_bad_print_never_reaches_the_bar():
    minute_bars = running()
    minute_bars.add_trades(
        trades(one(T0 + 11_000, price=5000.0), one(T0 + 12_000, sequence=501, price=101.0))
    )
    assert minute_bars.close(END).high.tolist() == [101.0]


def test_a_trade_from_the_future_is_refused_once_the_feed_carries_on():
    minute_bars = running()
    first = minute_bars.add_trades(trades(one(T0 + DAY)))
    assert first.total == 0
    onward = [one(T0 + 11_000 + i * 100, sequence=600 + i) for i in range(5)]
    assert minute_bars.add_trades(trades(*onward)).counts() == {"future": 1}
    assert minute_bars.clock_ms == T0 + 11_400
    assert minute_bars.close(END).volume.tolist() == [16.0]


def test_bad_clocks_of_several_symbols_do_not_move_the_feeds_clock():
    minute_bars = running()
    minute_bars.add_trades(trades(*(one(T0 + DAY + i, sequence=i, row=i % 2) for i in range(10))))
    assert minute_bars.clock_ms == T0 + 10_000


def test_after_a_night_the_feed_is_believed_and_nothing_is_lost():
    minute_bars = running()
    morning = [one(T0 + DAY + i * 100, sequence=600 + i) for i in range(30)]
    assert minute_bars.add_trades(trades(*morning)).total == 0
    assert minute_bars.clock_ms == T0 + DAY + 2900
    assert minute_bars.close(END).volume.tolist() == [11.0, 30.0]


def test_time_that_passed_on_arrival_explains_a_jump_at_once():
    minute_bars = MinuteBars(1)
    minute_bars.add_trades(trades(one(T0), one(T0 + 1, sequence=501), received_at=1000.0))
    minute_bars.add_trades(trades(one(T0 + 900_000, sequence=502), received_at=1900.0))
    assert minute_bars.clock_ms == T0 + 900_000


def test_a_quiet_feeds_last_trade_is_believed_by_an_explicit_watermark():
    minute_bars = running()
    minute_bars.add_trades(trades(one(T0 + 10 * MINUTE)))
    assert minute_bars.close(T0 + 11 * MINUTE).start_ms.tolist() == [T0, T0 + 10 * MINUTE]


def test_a_first_trade_from_the_future_does_not_set_the_clock():
    minute_bars = MinuteBars(1)
    minute_bars.add_trades(trades(one(T0 + DAY)))
    rejected = minute_bars.add_trades(trades(one(T0), one(T0 + 100, sequence=501)))
    assert rejected.counts() == {"future": 1}
    assert minute_bars.clock_ms == T0 + 100


def test_a_stale_first_trade_is_overtaken():
    minute_bars = MinuteBars(1)
    today = [one(T0 + DAY + i * 100, sequence=600 + i) for i in range(30)]
    minute_bars.add_trades(trades(one(T0), one(T0 + 1, sequence=501), *today))
    assert minute_bars.clock_ms == T0 + DAY + 2900


def test_yesterdays_trade_is_stale_and_not_fetched():
    minute_bars = running()
    rejected = minute_bars.add_trades(trades(one(T0 - DAY)))
    assert rejected.counts() == {"stale": 1}
    assert rejected.refetch_row.tolist() == []


@pytest.mark.parametrize("t_ms", [-1, 0, 1 << 62])
def test_wild_times_are_survived(t_ms):
    minute_bars = running()
    minute_bars.add_trades(trades(one(t_ms)))
    minute_bars.add_trades(trades(*(one(T0 + 11_000 + i, sequence=600 + i) for i in range(5))))
    assert minute_bars.clock_ms == T0 + 11_004


@pytest.mark.parametrize(
    ("bar", "cause"),
    [
        ((0, T0, 10.0, 9.0, 8.0, 9.0, 1.0, 9.0, 1), "absurd"),
        ((0, T0, 10.0, 11.0, 10.5, 10.0, 1.0, 10.0, 1), "absurd"),
        ((0, T0, np.nan, 11.0, 9.0, 10.0, 1.0, 10.0, 1), "nan_price"),
        ((0, T0, 10.0, 11.0, -9.0, 10.0, 1.0, 10.0, 1), "non_positive"),
        ((0, T0, 10.0, 11.0, 9.0, 10.0, -1.0, 10.0, 1), "non_positive"),
        ((0, T0 + 1, 10.0, 11.0, 9.0, 10.0, 1.0, 10.0, 1), "absurd"),
    ],
)
def test_impossible_bars_are_refused(bar, cause):
    minute_bars = MinuteBars(1)
    assert minute_bars.add_bars(bars(bar), backfill=True).counts() == {cause: 1}
    assert len(minute_bars.close(END)) == 0
