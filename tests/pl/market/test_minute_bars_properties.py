"""The final bars are a function of the set of events, not of how they came."""

from hypothesis import given, settings
from hypothesis import strategies as st

from pl.market.aggregation import MinuteBars
from pl.market.screening import LEAD_MS
from tests.pl.market.feeding import T0, final_bars, split, trades
from tests.pl.market.plain_bars import Trade, plain_bars

N_ROWS = 3
DEPTH = 8
SPAN_MS = LEAD_MS  # within the ring and believed at once, whatever the order

events = st.tuples(
    st.integers(0, N_ROWS - 1),
    st.integers(T0, T0 + SPAN_MS),
    st.integers(0, 3),
    st.sampled_from([99.99, 100.0, 100.01, 100.1, 101.7, 95.3]),
    st.sampled_from([1.0, 100.0, 0.1, 0.3, 12.5, 1e6]),
    st.sampled_from([0, 1, 3, 4, 5, 6, 7, 7, 7, 7]),
)
# two trades of the same millisecond and sequence would have no order but that of arrival
histories = st.lists(events, min_size=2, max_size=60, unique_by=lambda event: event[:3])


def exact(bars):
    return {where: tuple(bar) for where, bar in bars.items()}


@settings(max_examples=300, deadline=None)
@given(history=histories, data=st.data())
def test_any_batching_and_any_order_give_the_bars_of_the_plain_implementation(history, data):
    arrival = data.draw(st.permutations(history))
    cuts = data.draw(st.lists(st.integers(0, len(history)), max_size=5))
    got = final_bars(split(trades(*arrival), cuts), N_ROWS, depth=DEPTH)
    want = exact(plain_bars(map(Trade._make, history)))
    assert got.keys() == want.keys()
    for where, bar in want.items():
        assert got[where] == bar


@settings(max_examples=200, deadline=None)
@given(history=histories, data=st.data())
def test_repeats_and_cancels_in_any_order_leave_the_plain_bars(history, data):
    repeats = data.draw(st.lists(st.sampled_from(history), max_size=15))
    cancels = [(*event[:5], 0) for event in data.draw(st.lists(st.sampled_from(history)))]
    arrival = data.draw(st.permutations([*history, *repeats, *cancels]))
    got = final_bars(split(trades(*arrival), [len(arrival) // 2]), N_ROWS, depth=DEPTH)
    want = exact(plain_bars(map(Trade._make, [*history, *cancels])))
    # a bar that was closed before all of its prices were cancelled stays as it was
    assert want.items() <= got.items()


@settings(max_examples=100, deadline=None)
@given(history=histories, data=st.data())
def test_revisions_of_a_bar_count_up_from_zero_without_holes(history, data):
    arrival = data.draw(st.permutations(history))
    minute_bars = MinuteBars(N_ROWS, depth=DEPTH)
    seen = {}
    for part in split(trades(*arrival), range(0, len(arrival), 3)):
        minute_bars.add_trades(part)
        closed = minute_bars.close()
        for start, row, revision in zip(
            closed.start_ms.tolist(), closed.row.tolist(), closed.revision.tolist(), strict=True
        ):
            assert revision == seen.get((start, row), -1) + 1
            seen[start, row] = revision


@settings(max_examples=100, deadline=None)
@given(history=histories, data=st.data())
def test_compacting_at_any_time_changes_no_bar(history, data):
    arrival = data.draw(st.permutations(history))
    plain, compacted = MinuteBars(N_ROWS, depth=DEPTH), MinuteBars(N_ROWS, depth=DEPTH)
    for part in split(trades(*arrival), range(0, len(arrival), 7)):
        assert compacted.add_trades(part).counts() == plain.add_trades(part).counts()
        compacted.compact()
    far = T0 + 2 * SPAN_MS
    assert repr(plain.close(far)) == repr(compacted.close(far))
