import numpy as np
import pytest

from pl.market.aggregation import MinuteBars
from pl.market.batches import QUALITY_BACKFILLED, QUALITY_LIVE, QUALITY_PARTIAL
from tests.pl.market.feeding import END, MINUTE, T0, as_dict, bars, trades

ALL = 7


def a_bar(start_ms, close, *, volume=10.0, row=0, count=1):
    return (row, start_ms, close, close, close, close, volume, close, count)


def steady(n, *, start_ms=T0, step_ms=1000, row=0):
    """Trades at 100, 101, ... once a step."""
    return trades(*((row, start_ms + i * step_ms, i + 1, 100.0 + i, 1.0, ALL) for i in range(n)))


def started(n_symbols=1, **options):
    """Minute bars whose feed has a clock, with one closed minute behind it."""
    minute_bars = MinuteBars(n_symbols, **options)
    minute_bars.add_trades(steady(62))
    minute_bars.close()
    return minute_bars


def test_a_minute_closes_when_the_watermark_passes_its_end():
    minute_bars = MinuteBars(1, lateness_ms=250)
    minute_bars.add_trades(
        trades((0, T0, 1, 10.0, 5.0, ALL), (0, T0 + MINUTE + 249, 2, 11.0, 1.0, ALL))
    )
    assert len(minute_bars.close()) == 0
    minute_bars.add_trades(trades((0, T0 + MINUTE + 250, 3, 12.0, 1.0, ALL)))
    closed = minute_bars.close()
    assert as_dict(closed) == {(T0, 0): (10.0, 10.0, 10.0, 10.0, 5.0, 10.0, 1)}
    assert closed.revision.tolist() == [0]
    assert closed.quality.tolist() == [QUALITY_LIVE]
    assert len(minute_bars.close()) == 0


def test_a_trade_on_the_boundary_opens_the_next_minute():
    minute_bars = MinuteBars(1)
    minute_bars.add_trades(
        trades((0, T0 + MINUTE - 1, 1, 10.0, 5.0, ALL), (0, T0 + MINUTE, 2, 20.0, 1.0, ALL))
    )
    assert {where: bar[3] for where, bar in as_dict(minute_bars.close(END)).items()} == {
        (T0, 0): 10.0,
        (T0 + MINUTE, 0): 20.0,
    }


def test_an_explicit_watermark_closes_the_minute_of_an_idle_feed():
    minute_bars = MinuteBars(1)
    minute_bars.add_trades(trades((0, T0, 1, 10.0, 5.0, ALL)))
    assert len(minute_bars.close(T0 + MINUTE)) == 1


def test_open_and_close_follow_time_then_sequence_and_not_arrival():
    minute_bars = MinuteBars(1)
    minute_bars.add_trades(
        trades(
            (0, T0 + 5000, 7, 15.0, 1.0, ALL),
            (0, T0 + 9000, 11, 19.0, 1.0, ALL),
            (0, T0 + 9000, 10, 18.0, 1.0, ALL),
            (0, T0 + 1000, 4, 12.0, 1.0, ALL),
            (0, T0 + 1000, 3, 11.0, 1.0, ALL),
        )
    )
    open_, high, low, close, *_ = as_dict(minute_bars.close(END))[T0, 0]
    assert (open_, high, low, close) == (11.0, 19.0, 11.0, 19.0)


def test_each_trade_touches_only_what_its_rule_allows():
    minute_bars = MinuteBars(1)
    minute_bars.add_trades(
        trades(
            (0, T0, 1, 10.0, 100.0, ALL),
            (0, T0 + 1, 2, 12.0, 50.0, 6),  # sold: high, low, volume
            (0, T0 + 2, 3, 99.0, 25.0, 4),  # odd lot: volume
            (0, T0 + 3, 4, 11.0, 1e6, 3),  # corrected close: prices
            (0, T0 + 4, 5, 77.0, 1e6, 0),  # official close: nothing
        )
    )
    open_, high, low, close, volume, vwap, count = as_dict(minute_bars.close(END))[T0, 0]
    assert (open_, high, low, close) == (10.0, 12.0, 10.0, 11.0)
    assert (volume, count) == (175.0, 3)
    assert vwap == (10.0 * 100 + 12.0 * 50 + 99.0 * 25) / 175


def test_volume_alone_makes_no_bar_but_counts_once_a_trade_sets_the_close():
    minute_bars = MinuteBars(1)
    minute_bars.add_trades(trades((0, T0, 1, 10.0, 5.0, 4), (0, T0 + 1, 2, 10.0, 5.0, 6)))
    assert len(minute_bars.close(END)) == 0
    minute_bars.add_trades(trades((0, T0 + 2, 3, 10.0, 5.0, ALL)))
    closed = minute_bars.close(END)
    assert closed.volume.tolist() == [15.0]
    assert closed.revision.tolist() == [0]


def test_a_late_trade_revises_its_bar():
    minute_bars = started()
    minute_bars.add_trades(trades((0, T0 + 59_999, 900, 500.0, 3.0, ALL)))
    closed = minute_bars.close()
    assert closed.start_ms.tolist() == [T0]
    assert closed.revision.tolist() == [1]
    assert closed.close.tolist() == [500.0]
    assert closed.volume.tolist() == [63.0]


def test_a_late_trade_that_touches_nothing_revises_nothing():
    minute_bars = started()
    minute_bars.add_trades(trades((0, T0 + 59_999, 900, 500.0, 3.0, 0)))
    assert len(minute_bars.close()) == 0


def test_a_trade_later_than_the_ring_is_reported_for_a_fetch():
    minute_bars = MinuteBars(1, depth=4)
    minute_bars.add_trades(steady(400))
    rejected = minute_bars.add_trades(trades((0, T0 + 5, 9000, 101.0, 3.0, ALL)))
    assert rejected.counts() == {"too_late": 1}
    assert rejected.refetch_row.tolist() == [0]
    assert rejected.refetch_start_ms.tolist() == [T0]


def test_a_fetched_bar_older_than_the_ring_comes_as_the_next_revision():
    minute_bars = MinuteBars(1, depth=4)
    minute_bars.add_trades(steady(400))
    minute_bars.close()
    minute_bars.add_bars(bars(a_bar(T0, 123.0)), backfill=True)
    closed = minute_bars.close()
    assert (closed.start_ms.tolist(), closed.revision.tolist()) == ([T0], [1])
    assert closed.quality.tolist() == [QUALITY_BACKFILLED]
    minute_bars.add_bars(bars(a_bar(T0, 124.0)), backfill=True)
    assert minute_bars.close().revision.tolist() == [2]


def test_minutes_that_leave_the_ring_unclosed_are_not_lost():
    minute_bars = MinuteBars(2, depth=4)
    minute_bars.add_trades(steady(60 * 40))
    closed = minute_bars.close(END)
    assert closed.start_ms.tolist() == [T0 + i * MINUTE for i in range(40)]
    assert closed.revision.tolist() == [0] * 40


def test_a_replayed_batch_doubles_nothing():
    minute_bars = started()
    again = minute_bars.add_trades(steady(62))
    assert again.counts() == {"duplicate": 62}
    assert len(minute_bars.close()) == 0


def test_two_trades_alike_but_for_their_sequence_both_count():
    minute_bars = MinuteBars(1)
    minute_bars.add_trades(trades((0, T0, 1, 10.0, 5.0, ALL), (0, T0, 2, 10.0, 5.0, ALL)))
    assert minute_bars.close(END).volume.tolist() == [10.0]


def test_a_feed_without_sequences_has_no_duplicates():
    minute_bars = MinuteBars(1)
    minute_bars.add_trades(trades(*[(0, T0, -1, 10.0, 5.0, ALL)] * 3))
    assert minute_bars.close(END).volume.tolist() == [15.0]


@pytest.mark.parametrize("cancel_first", [False, True])
def test_a_cancelled_trade_leaves_the_bar_as_if_it_had_never_been(cancel_first):
    minute_bars = MinuteBars(1)
    true_ones = [(0, T0, 1, 10.0, 5.0, ALL), (0, T0 + 2, 3, 11.0, 5.0, ALL)]
    wrong = (0, T0 + 1, 2, 30.0, 500.0, ALL)
    pair = [wrong, (*wrong[:5], 0)]
    minute_bars.add_trades(trades(*true_ones, *(reversed(pair) if cancel_first else pair)))
    assert as_dict(minute_bars.close(END)) == {(T0, 0): (10.0, 11.0, 10.0, 11.0, 10.0, 10.5, 2)}


def test_a_cancel_after_the_close_revises_the_bar():
    minute_bars = started()
    minute_bars.add_trades(trades((0, T0 + 59_000, 60, 159.0, 1.0, 0)))
    closed = minute_bars.close()
    assert closed.revision.tolist() == [1]
    assert (closed.close.tolist(), closed.volume.tolist()) == ([158.0], [59.0])


def test_compacted_trades_are_still_known():
    minute_bars = started()
    minute_bars.compact()
    assert minute_bars.add_trades(steady(62)).counts() == {"duplicate": 62}
    minute_bars.add_trades(trades((0, T0, 1, 100.0, 1.0, 0)))
    assert as_dict(minute_bars.close())[T0, 0][:5] == (101.0, 159.0, 101.0, 159.0, 59.0)


def test_a_close_that_a_later_trade_replaces_leaves_no_trace_in_the_high():
    minute_bars = MinuteBars(1)
    prices_of_ends = 1
    minute_bars.add_trades(
        trades((0, T0, 1, 10.0, 1.0, prices_of_ends), (0, T0 + 1, 2, 12.0, 1.0, prices_of_ends))
    )
    assert minute_bars.close(END).high.tolist() == [12.0]
    minute_bars.add_trades(trades((0, T0 + 2, 3, 11.0, 1.0, ALL)))
    assert minute_bars.close(END).high.tolist() == [11.0]


def test_memory_is_bounded_by_the_ring():
    minute_bars = MinuteBars(1, depth=4)
    for minute in range(200):
        minute_bars.add_trades(
            trades(
                *(
                    (0, T0 + minute * MINUTE + i, minute * 1000 + i, 10.0, 1.0, ALL)
                    for i in range(1000)
                )
            )
        )
        minute_bars.close()
    minute_bars.compact()
    assert int(minute_bars._ring.book["trades_used"][0]) <= 4000


def test_bars_are_sorted_by_time_then_row():
    minute_bars = MinuteBars(3)
    minute_bars.add_trades(
        trades(
            (2, T0, 1, 10.0, 1.0, ALL),
            (0, T0 + MINUTE, 2, 10.0, 1.0, ALL),
            (1, T0, 3, 10.0, 1.0, ALL),
            (0, T0, 4, 10.0, 1.0, ALL),
        )
    )
    closed = minute_bars.close(END)
    assert closed.row.tolist() == [0, 1, 2, 0]
    assert closed.start_ms.tolist() == [T0, T0, T0, T0 + MINUTE]


def test_a_fetched_bar_replaces_what_trades_built_and_revises_it():
    minute_bars = started()
    minute_bars.add_bars(bars(a_bar(T0, 42.0, volume=7.0)), backfill=True)
    closed = minute_bars.close()
    assert as_dict(closed) == {(T0, 0): (42.0, 42.0, 42.0, 42.0, 7.0, 42.0, 1)}
    assert closed.revision.tolist() == [1]
    assert closed.quality.tolist() == [QUALITY_BACKFILLED]


def test_a_fetched_bar_with_equal_values_changes_the_quality_only():
    minute_bars = started()
    same = (0, T0, 100.0, 159.0, 100.0, 159.0, 60.0, 129.5, 60)
    minute_bars.add_bars(bars(same), backfill=True)
    closed = minute_bars.close()
    assert closed.revision.tolist() == [0]
    assert closed.quality.tolist() == [QUALITY_BACKFILLED]
    minute_bars.add_bars(bars(same), backfill=True)
    assert len(minute_bars.close()) == 0


def test_a_trade_of_a_replaced_minute_is_reported_and_not_added():
    minute_bars = started()
    minute_bars.add_bars(bars(a_bar(T0, 142.0)), backfill=True)
    rejected = minute_bars.add_trades(trades((0, T0 + 30_000, 999, 130.0, 1.0, ALL)))
    assert rejected.counts() == {"superseded": 1}
    assert rejected.refetch_start_ms.tolist() == [T0]


def test_a_live_minute_bar_is_due_at_once_and_its_repeat_replaces_it():
    minute_bars = MinuteBars(2)
    minute_bars.add_bars(bars(a_bar(T0, 10.0), a_bar(T0, 20.0, row=1)))
    first = minute_bars.close()
    assert (first.row.tolist(), first.revision.tolist()) == ([0, 1], [0, 0])
    minute_bars.add_bars(bars(a_bar(T0, 10.0), a_bar(T0, 21.0, row=1)))
    again = minute_bars.close()
    assert (again.row.tolist(), again.revision.tolist()) == ([1], [1])
    assert again.quality.tolist() == [QUALITY_LIVE]


def test_a_live_minute_bar_closes_its_own_symbol_only():
    minute_bars = MinuteBars(2)
    minute_bars.add_trades(trades((1, T0, 1, 10.0, 1.0, ALL), (1, T0 + 1, 2, 10.0, 1.0, ALL)))
    minute_bars.add_bars(bars(a_bar(T0, 10.0)), backfill=True)
    assert minute_bars.close().row.tolist() == [0]
    assert minute_bars.close(END).row.tolist() == [1]


def test_second_bars_make_the_minute_and_a_repeat_replaces_its_second():
    minute_bars = MinuteBars(1)
    minute_bars.add_bars(
        bars(
            (0, T0 + 5000, 11.0, 13.0, 10.0, 12.0, 100.0, 11.5, 3),
            (0, T0 + 1000, 10.0, 10.5, 9.0, 10.0, 50.0, 10.0, 2),
            span_ms=1000,
        )
    )
    minute_bars.add_bars(bars(a_bar(T0 + MINUTE, 12.0), span_ms=1000))
    minute_bars.add_bars(bars(a_bar(T0 + MINUTE + 1000, 12.0), span_ms=1000))
    first = minute_bars.close()
    vwap = (11.5 * 100 + 10.0 * 50) / 150
    assert as_dict(first) == {(T0, 0): (10.0, 13.0, 9.0, 12.0, 150.0, vwap, 5)}
    minute_bars.add_bars(bars((0, T0 + 5000, 11.0, 12.0, 10.0, 11.0, 80.0, 11.5, 2), span_ms=1000))
    again = minute_bars.close()
    assert again.revision.tolist() == [1]
    assert as_dict(again)[T0, 0][:5] == (10.0, 12.0, 9.0, 11.0, 130.0)


def test_a_second_bar_sent_again_unchanged_is_a_duplicate():
    minute_bars = MinuteBars(1)
    second = bars(a_bar(T0, 12.0), a_bar(T0 + 1000, 12.0), span_ms=1000)
    minute_bars.add_bars(second)
    assert minute_bars.add_bars(second).counts() == {"duplicate": 2}


def test_an_unwatched_minute_is_partial_until_fetched():
    minute_bars = MinuteBars(1)
    minute_bars.mark_unwatched(0, T0 + 30_000)
    minute_bars.add_trades(
        trades((0, T0 + 30_000, 1, 10.0, 5.0, ALL), (0, T0 + 61_000, 2, 10.0, 5.0, ALL))
    )
    closed = minute_bars.close()
    assert closed.quality.tolist() == [QUALITY_PARTIAL]
    minute_bars.add_bars(bars(a_bar(T0, 10.0, volume=9.0)), backfill=True)
    fetched = minute_bars.close()
    assert fetched.quality.tolist() == [QUALITY_BACKFILLED]
    assert fetched.revision.tolist() == [1]
    assert minute_bars.close(END).quality.tolist() == [QUALITY_LIVE]


def test_a_minute_found_unwatched_after_its_close_comes_again_as_partial():
    minute_bars = started()
    minute_bars.mark_unwatched(T0 + 50_000, T0 + MINUTE)
    closed = minute_bars.close()
    assert closed.start_ms.tolist() == [T0]
    assert closed.revision.tolist() == [0]
    assert closed.quality.tolist() == [QUALITY_PARTIAL]


def minute_of(minute, *rows):
    """The vendor's bars of a minute since T0."""
    return bars(*(a_bar(T0 + minute * MINUTE, 10.0, row=row) for row in rows), span_ms=MINUTE)


def test_a_vendors_minute_after_one_that_nobody_watched_is_partial_until_fetched():
    """The bar before it may be missing: row 1 has one, row 0 has none."""
    minute_bars = MinuteBars(2)
    minute_bars.add_bars(minute_of(0, 0, 1))
    minute_bars.add_bars(minute_of(1, 1))
    minute_bars.close()
    minute_bars.mark_unwatched(T0 + MINUTE, T0 + 3 * MINUTE)
    minute_bars.add_bars(minute_of(2, 0, 1))
    closed = minute_bars.close()
    again = dict(zip(zip(closed.start_ms, closed.row, strict=True), closed.quality, strict=True))
    assert again[T0 + 2 * MINUTE, 0] == QUALITY_PARTIAL
    assert again[T0 + 2 * MINUTE, 1] == QUALITY_LIVE
    minute_bars.add_bars(minute_of(2, 0), backfill=True)
    fetched = minute_bars.close()
    assert (fetched.quality.tolist(), fetched.revision.tolist()) == ([QUALITY_BACKFILLED], [0])
    minute_bars.add_bars(minute_of(3, 0))
    assert minute_bars.close().quality.tolist() == [QUALITY_LIVE]


def test_a_vendors_minute_in_which_we_came_back_is_whole_when_none_was_missed():
    minute_bars = MinuteBars(1)
    minute_bars.add_bars(minute_of(0, 0))
    minute_bars.mark_unwatched(T0 + MINUTE, T0 + 2 * MINUTE)
    minute_bars.add_bars(minute_of(1, 0))
    assert minute_bars.close().quality.tolist() == [QUALITY_LIVE, QUALITY_LIVE]


def test_a_first_minute_follows_on_history():
    minute_bars = MinuteBars(2)
    minute_bars.mark_unwatched(T0 - MINUTE, T0 + MINUTE)
    minute_bars.add_bars(minute_of(0, 0, 1))
    assert minute_bars.close().quality.tolist() == [QUALITY_LIVE, QUALITY_LIVE]


def test_quotes_show_the_last_price_and_the_day():
    minute_bars = MinuteBars(2)
    minute_bars.begin_day(T0, T0 + 2000, np.array([9.0, np.nan]))
    minute_bars.add_trades(
        trades(
            (0, T0 + 1000, 1, 10.0, 5.0, ALL),
            (0, T0 + 3000, 3, 12.0, 5.0, ALL),
            (0, T0 + 2000, 2, 11.0, 5.0, ALL),
            (0, T0 + 4000, 4, 50.0, 5.0, 4),
            (0, T0 + 3000, 3, 12.0, 5.0, ALL),
        )
    )
    quotes = minute_bars.developing()
    assert (quotes.last[0], quotes.last_ms[0]) == (12.0, T0 + 3000)
    assert (quotes.day_open[0], quotes.day_volume[0]) == (11.0, 20.0)
    assert quotes.previous_close[0] == 9.0
    assert (quotes.last_ms[1], quotes.day_volume[1]) == (-1, 0.0)


def test_a_day_begun_after_its_first_trades_counts_them():
    minute_bars = MinuteBars(1)
    minute_bars.add_trades(trades((0, T0 - MINUTE, 1, 8.0, 7.0, ALL), (0, T0, 2, 10.0, 5.0, ALL)))
    minute_bars.begin_day(T0, T0)
    quotes = minute_bars.developing()
    assert (quotes.day_volume[0], quotes.day_open[0]) == (5.0, 10.0)


def stored(*rows):
    """Bars of (row, minute since T0, volume) as an earlier process stored them."""
    starts = [T0 + minute * MINUTE for _, minute, _ in rows]
    minute_bars = MinuteBars(4, depth=1_000)
    for (row, _, volume), start in zip(rows, starts, strict=True):
        minute_bars.add_bars(bars(a_bar(start, 10.0, row=row, volume=volume)), backfill=True)
    return minute_bars.close()


def test_a_process_begun_within_a_day_counts_what_is_stored_of_it():
    minute_bars = MinuteBars(2)
    before = stored((0, 0, 100.0), (1, 0, 7.0), (0, 300, 50.0))
    minute_bars.begin_day(T0, T0, None, before)
    assert minute_bars.developing().day_volume.tolist() == [150.0, 7.0]
    now = T0 + 301 * MINUTE
    minute_bars.add_trades(trades((0, now, 1, 30.0, 5.0, ALL), (0, now + 1, 2, 31.0, 5.0, ALL)))
    quotes = minute_bars.developing()
    assert quotes.day_volume.tolist() == [160.0, 7.0]
    assert quotes.day_open.tolist() == [10.0, 10.0]


def test_a_stored_minute_that_comes_again_counts_once():
    minute_bars = MinuteBars(1, depth=4)
    minute_bars.begin_day(T0, T0, None, stored((0, 0, 100.0), (0, 1, 50.0)))
    now = T0 + 2 * MINUTE
    minute_bars.add_trades(trades((0, now, 2, 10.0, 5.0, ALL), (0, now + 1, 3, 10.0, 5.0, ALL)))
    minute_bars.add_trades(trades((0, now - 1_000, 1, 10.0, 8.0, ALL)))  # of the stored 50
    assert minute_bars.developing().day_volume[0] == 160.0
    minute_bars.add_bars(bars(a_bar(T0, 10.0, volume=90.0)), backfill=True)  # was 100
    minute_bars.add_bars(bars(a_bar(T0 + MINUTE, 10.0, volume=60.0)), backfill=True)  # was 50
    assert minute_bars.developing().day_volume[0] == 160.0
    for minute in range(3, 40):
        at = T0 + minute * MINUTE
        minute_bars.add_trades(trades((0, at, minute, 10.0, 1.0, ALL)))
    assert minute_bars.developing().day_volume[0] == 160.0 + 37


def test_the_next_day_begins_without_what_was_stored():
    minute_bars = MinuteBars(1)
    minute_bars.begin_day(T0, T0, None, stored((0, 0, 100.0)))
    minute_bars.begin_day(T0 + 60 * MINUTE, T0 + 60 * MINUTE)
    assert minute_bars.developing().day_volume[0] == 0.0


def test_a_wrong_dtype_is_refused_by_name():
    batch = steady(2)
    wrong = type(batch)(
        *(
            batch.row.astype(np.int64),
            *(
                getattr(batch, n)
                for n in ("t_ms", "price", "size", "rule", "sequence", "received_at")
            ),
        )
    )
    with pytest.raises(TypeError, match="row: expected int32, was int64"):
        MinuteBars(1).add_trades(wrong)


def test_a_row_outside_the_symbol_table_is_refused():
    with pytest.raises(ValueError, match=r"row: expected 0\.\.0"):
        MinuteBars(1).add_trades(steady(2, row=1))


def test_read_only_columns_are_accepted():
    batch = steady(3)
    batch.price.flags.writeable = False
    minute_bars = MinuteBars(1)
    minute_bars.add_trades(batch)
    assert minute_bars.close(END).volume.tolist() == [3.0]
