"""The generated market: reproducible, adding up, and lifelike."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pl.market.batches import UPDATES_ALL, UPDATES_OPEN_CLOSE, UPDATES_VOLUME
from pl.simulator.conditions import KINDS, REGULAR, RULES
from pl.simulator.days import DAY_MS, frame_of_day
from pl.simulator.market import MINUTE_MS, SimulatedMarket
from pl.simulator.minutes import make_day
from pl.simulator.tally import tally
from pl.simulator.trades import MAX_LATENESS_MS, Trades, make_trades
from pl.simulator.universe import read_listings

LISTINGS = read_listings()
BY_SYMBOL = {listing.symbol: listing for listing in LISTINGS}
DAY = 20_700
COLUMNS = ("open", "high", "low", "close", "volume", "notional", "trades")


def plain_bar(trades: Trades) -> tuple[int, ...] | None:
    """Add one minute's trades up the slow way."""
    columns = (trades.t_ms, trades.sequence, trades.price, trades.size, trades.rule)
    rows = sorted(zip(*(column.tolist() for column in columns), strict=True))
    timed = [row for row in rows if row[4] & 1]
    if not timed:
        return None
    prices = [row[2] for row in rows if row[4] & 2]
    counted = [row for row in rows if row[4] & 4]
    return (
        timed[0][2],
        max(prices),
        min(prices),
        timed[-1][2],
        sum(row[3] for row in counted),
        sum(row[2] * row[3] for row in counted),
        len(counted),
    )


def test_seventy_listings_have_plausible_parameters():
    assert len(LISTINGS) == len(BY_SYMBOL) == 70
    assert all(5 < one.price < 1_000 and 0.05 < one.volatility < 0.7 for one in LISTINGS)
    assert np.mean([one.activity for one in LISTINGS]) == pytest.approx(1.0)


@settings(max_examples=120, deadline=None)
@given(
    seed=st.integers(0, 2**31),
    listing=st.sampled_from(LISTINGS),
    day=st.integers(14_700, 25_000),
    minute=st.integers(0, 1_439),
    rate=st.sampled_from([0.05, 0.3, 3.0, 30.0]),
)
def test_trades_of_a_minute_add_up_to_its_bar_exactly(seed, listing, day, minute, rate):
    whole = make_day(seed, listing, day, rate)
    start = day * DAY_MS + minute * MINUTE_MS
    trades = make_trades(seed, listing, start, whole.blocks.of_minute(minute))
    at = np.flatnonzero(whole.bars.start_ms == start)
    bar = tuple(int(getattr(whole.bars, name)[at[0]]) for name in COLUMNS) if len(at) else None
    assert plain_bar(trades) == bar
    groups, tallied = tally(trades, trades.t_ms // MINUTE_MS)
    assert (
        tuple(int(getattr(tallied, name)[0]) for name in COLUMNS) if len(groups) else None
    ) == bar


@settings(max_examples=40, deadline=None)
@given(
    listing=st.sampled_from(LISTINGS),
    minute=st.integers(0, 1_439),
    rate=st.sampled_from([0.3, 3.0, 100.0]),
)
def test_trades_are_well_formed(listing, minute, rate):
    day = make_day(3, listing, DAY, rate)
    start = DAY * DAY_MS + minute * MINUTE_MS
    trades = make_trades(3, listing, start, day.blocks.of_minute(minute))
    assert np.all((trades.t_ms >= start) & (trades.t_ms < start + MINUTE_MS))
    lateness = trades.arrives_ms - trades.t_ms
    assert np.all((lateness > 0) & (lateness < MAX_LATENESS_MS))
    assert np.all(trades.price > 0)
    assert len(np.unique(trades.sequence)) == len(np.unique(trades.number)) == len(trades)
    arrival = np.argsort(trades.sequence)
    assert np.all(np.diff(trades.arrives_ms[arrival]) >= 0)
    odd = np.array([37 in KINDS[kind].conditions for kind in trades.kind.tolist()], bool)
    assert np.all(trades.size[odd] < 100)
    assert np.all(trades.size[~odd] >= 100)


def test_the_same_key_makes_the_same_market_in_any_order():
    first, second = (SimulatedMarket(11, 3.0, LISTINGS) for _ in range(2))
    start = DAY * DAY_MS + 600 * MINUTE_MS
    now = start + 10 * MINUTE_MS
    later = first.minute_bars("AAPL", start, now, now)
    second.trades("AAPL", start + 5 * MINUTE_MS)
    second.minute_bars("AAPL", start - DAY_MS, start, now)
    again = second.minute_bars("AAPL", start, now, now)
    assert all(np.array_equal(getattr(later, name), getattr(again, name)) for name in COLUMNS)
    other = SimulatedMarket(12, 3.0, LISTINGS).minute_bars("AAPL", start, now, now)
    assert not np.array_equal(later.close, other.close)


def test_a_known_minute_never_changes():
    """Golden values of this generator: a change of them is a change of every simulated market."""
    bars = make_day(7, BY_SYMBOL["AAPL"], DAY, 3.0).bars
    row = [int(getattr(bars, name)[100]) for name in COLUMNS]
    assert row == [23552, 23567, 23540, 23543, 123327, 2904607097, 1634]


def test_rules_come_from_the_conditions():
    assert all(rule == UPDATES_ALL for rule in RULES[: len(REGULAR)])
    assert {int(rule) for rule in RULES} == {UPDATES_ALL, 6, UPDATES_VOLUME, 0}


def test_every_family_of_conditions_happens():
    market = SimulatedMarket(1, 3.0, LISTINGS)
    kinds: set[int] = set()
    for minute in range(40):
        for symbol in ("SPY", "NVDA", "TSLA"):
            trades = market.trades(symbol, DAY * DAY_MS + minute * MINUTE_MS)
            kinds |= set(trades.kind.tolist())
    assert {int(RULES[kind]) for kind in kinds} == {UPDATES_ALL, 6, UPDATES_VOLUME, 0}


def test_late_trades_change_some_bars_after_their_first_close():
    market = SimulatedMarket(5, 3.0, LISTINGS)
    revised = 0
    for minute in range(120):
        start = DAY * DAY_MS + minute * MINUTE_MS
        for symbol in ("AAPL", "KO", "SPY"):
            end = start + MINUTE_MS
            first = market.minute_bars(symbol, start, end, end + 250)
            final = market.minute_bars(symbol, start, end, end + MAX_LATENESS_MS)
            revised += any(
                not np.array_equal(getattr(first, name), getattr(final, name)) for name in COLUMNS
            )
    assert 0.01 < revised / 360 < 0.1


def test_a_minute_with_odd_lots_alone_has_no_bar():
    day = make_day(2, BY_SYMBOL["HYG"], DAY, 0.2)
    silent = np.flatnonzero(~(day.blocks.regular > 0).any(axis=1))
    assert len(silent)
    assert len(day.bars) == 1_440 - len(silent)
    assert (day.blocks.odd[silent].sum(axis=1) > 0).any()


def test_the_average_listing_trades_at_the_rate_asked_for():
    per_second = [
        make_day(seed, listing, DAY + seed, 3.0).bars.trades.sum() / 86_400
        for seed in range(3)
        for listing in LISTINGS
    ]
    assert np.mean(per_second) == pytest.approx(3.0, rel=0.12)


def test_volume_is_u_shaped_over_the_utc_day():
    volume = np.zeros(1_440)
    for seed in range(30):
        bars = make_day(seed, BY_SYMBOL["SPY"], DAY, 3.0).bars
        np.add.at(volume, (bars.start_ms // MINUTE_MS) % 1_440, bars.volume)
    thirds = volume.reshape(6, 240).mean(axis=1)
    assert thirds[0] > 1.3 * thirds[2]
    assert thirds[5] > 1.3 * thirds[3]


def test_volatility_clusters_and_returns_do_not():
    days = [make_day(seed, BY_SYMBOL["NVDA"], DAY, 3.0).bars for seed in range(12)]
    returns = np.concatenate([np.diff(np.log(bars.close.astype(float)))[:1_400] for bars in days])
    size = np.abs(returns)
    assert np.corrcoef(size[:-5], size[5:])[0, 1] > 0.1
    assert abs(np.corrcoef(returns[:-1], returns[1:])[0, 1]) < 0.1


def test_the_daily_path_keeps_near_the_price_and_has_gaps():
    frames = [frame_of_day(4, BY_SYMBOL["JPM"], DAY + n) for n in range(250)]
    closes = np.exp([frame.close_log for frame in frames])
    assert closes.min() > 238 / 2
    assert closes.max() < 238 * 2
    gaps = [frames[n].open_log - frames[n - 1].close_log for n in range(1, 250)]
    assert np.std(gaps) == pytest.approx(0.4 * frames[0].volatility, rel=0.6)


def test_a_day_starts_and_ends_where_its_frame_says():
    day = make_day(9, BY_SYMBOL["SPY"], DAY, 3.0)
    assert day.bars.open[0] / 100 == pytest.approx(np.exp(day.frame.open_log), rel=2e-3)
    assert day.bars.close[-1] / 100 == pytest.approx(np.exp(day.frame.close_log), rel=2e-3)


def test_only_trades_that_have_arrived_are_in_an_open_bar():
    market = SimulatedMarket(5, 3.0, LISTINGS)
    start = DAY * DAY_MS + 300 * MINUTE_MS
    now = start + 20_000
    trades = market.trades("SPY", start)
    arrived = trades.take(trades.arrives_ms <= now)
    bar = market.minute_bars("SPY", start, start + MINUTE_MS, now)
    assert int(bar.volume[0]) == plain_bar(arrived)[4]
    assert (arrived.rule & UPDATES_OPEN_CLOSE).any()
    assert len(market.minute_bars("SPY", start + MINUTE_MS, start + 9 * MINUTE_MS, now)) == 0
