"""The log of simulated sessions, whatever a feed does to them: gaps, late and wrong bars, restarts.

A session is two hours around the midnight at which a simulated day begins, of three listings.
"""

import math
from functools import cache

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from pl.market.batches import ClosedBars
from tests.pl.signals.laws.arrivals import Mishap, arriving, mishaps, without
from tests.pl.signals.laws.canonical import assert_same_bytes, net
from tests.pl.signals.laws.markets import Market, simulated_minutes
from tests.pl.signals.laws.walks import in_batches, in_one_batch, with_restarts
from tests.pl.signals.synthetic import held, span

LAWFUL = settings(
    max_examples=12, deadline=None, suppress_health_check=[HealthCheck.data_too_large]
)
N_MINUTES = 180
N_BARS = 3 * N_MINUTES
DAY = 20_400
DAYS = st.sampled_from(range(DAY, DAY + 4))
GAPS = st.sampled_from([0.0, 0.08, 0.3])
PLACES = st.lists(st.integers(1, N_BARS), max_size=4)
BEFALLEN = mishaps(N_BARS, reach=90, most=12)


@cache
def session(day: int) -> Market:
    return simulated_minutes(7, day, N_MINUTES)


def gapped(day: int, share: float) -> tuple[Market, ClosedBars]:
    market = session(day)
    return market, without(market.bars, day, share)


def fed(bars: ClosedBars, befallen: list[Mishap]) -> ClosedBars:
    return arriving(bars, [mishap for mishap in befallen if mishap.which < len(bars)])


@LAWFUL
@given(DAYS, GAPS, BEFALLEN, PLACES, PLACES)
def test_neither_batches_nor_restarts_show_in_the_log(
    day: int, share: float, befallen: list[Mishap], cuts: list[int], stops: list[int]
) -> None:
    market, final = gapped(day, share)
    bars = fed(final, befallen)
    log = in_one_batch(market, bars)
    assert_same_bytes(log, in_batches(market, bars, cuts), "batches")
    assert_same_bytes(log, with_restarts(market, bars, stops), "restarts")


@LAWFUL
@given(DAYS, GAPS, BEFALLEN, BEFALLEN)
def test_two_histories_of_the_same_bars_net_out_to_the_same_signals(
    day: int, share: float, befallen: list[Mishap], other: list[Mishap]
) -> None:
    market, final = gapped(day, share)
    one, two = fed(final, befallen), fed(final, other)
    assert len(held(one)) == len(held(two)) == len(final)
    expected = net(in_one_batch(market, final))
    assert net(in_one_batch(market, one)) == expected
    assert net(in_one_batch(market, two)) == expected


@LAWFUL
@given(DAYS, GAPS, BEFALLEN, st.lists(st.integers(0, N_BARS), max_size=3))
def test_the_log_so_far_is_the_beginning_of_every_longer_log(
    day: int, share: float, befallen: list[Mishap], ends: list[int]
) -> None:
    market, final = gapped(day, share)
    bars = fed(final, befallen)
    whole = in_one_batch(market, bars)
    for end in ends:
        part = in_one_batch(market, bars.take(slice(0, end)))  # type: ignore[arg-type]
        assert_same_bytes(part, whole[: len(part)], f"first {end} bars")


@LAWFUL
@given(DAYS, GAPS, BEFALLEN)
def test_every_entry_has_the_rsi_of_its_bar_as_that_stands_by_then(
    day: int, share: float, befallen: list[Mishap]
) -> None:
    """Of a bar of a session gone by, whose row is not written again, that it is there."""
    market, final = gapped(day, share)
    bars, engine = fed(final, befallen), market.engine()
    rsi: dict[tuple[int, int], float] = {}
    for i in range(len(bars)):
        update = engine.update(span(bars, i, i + 1))
        table = update.indicators
        keys = zip(table.row.tolist(), table.start_ms.tolist(), strict=True)
        rsi |= dict(zip(keys, table.column("rsi_14").tolist(), strict=True))
        row = int(bars.row[i])
        running = market.session_open(engine.last_start_ms(row) or 0)
        for entry in update.signals:
            told = entry.indicators.get("rsi", math.nan)
            known = rsi.get((row, entry.bar_time_ms), math.nan)
            if entry.bar_time_ms not in engine.held(row, row + 1).start:
                assert math.isnan(told), entry
            elif market.session_open(entry.bar_time_ms) < running:
                assert not math.isnan(told) or math.isnan(known), entry
            else:
                assert repr(told) == repr(known), entry


def test_sessions_have_something_to_say() -> None:
    for day in range(DAY, DAY + 4):
        log = in_one_batch(session(day), session(day).bars)
        assert len(log) > 80
        assert len({entry.pattern for entry in log}) > 8
