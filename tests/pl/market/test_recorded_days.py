"""Five real days, 2,793,812 trades: the kernels against a plain second implementation."""

from dataclasses import replace

import numpy as np
import pytest

from pl.market.aggregation import MinuteBars
from tests.pl.market.feeding import as_dict, final_bars, split
from tests.pl.market.plain_bars import Trade, plain_bars
from tests.pl.market.recorded import SYMBOLS, published_bars, recorded_trades

pytestmark = pytest.mark.real_data

N_TRADES = 2_793_812


@pytest.fixture(scope="module")
def recorded(test_data):
    return recorded_trades(test_data)


@pytest.fixture(scope="module")
def witness(recorded):
    columns = (recorded.row, recorded.t_ms, recorded.sequence, recorded.price, recorded.size)
    rows = zip(*(c.tolist() for c in (*columns, recorded.rule)), strict=True)
    return {where: tuple(bar) for where, bar in plain_bars(map(Trade._make, rows)).items()}


@pytest.fixture(scope="module")
def aggregated(recorded):
    return final_bars(split(recorded, range(977, len(recorded), 977)), len(SYMBOLS))


def assert_same_bars(got, want):
    assert got.keys() == want.keys()
    wrong = [where for where in want if got[where][:5] != want[where][:5]]
    assert not wrong, f"{len(wrong)} bars differ, first {wrong[0]}: {got[wrong[0]]}"
    assert [bar[6] for bar in got.values()] == [bar[6] for bar in want.values()]
    got_vwap = np.array([bar[5] for bar in got.values()])
    want_vwap = np.array([bar[5] for bar in want.values()])
    np.testing.assert_allclose(got_vwap, want_vwap, rtol=1e-12)


def test_bars_of_five_days_equal_the_plain_ones(recorded, aggregated, witness):
    assert len(recorded) == N_TRADES
    assert len(witness) == 11_288
    assert_same_bars(aggregated, witness)


def test_bars_do_not_depend_on_the_order_of_arrival(recorded, aggregated):
    rng = np.random.default_rng(20131007)
    late = rng.exponential(20_000, len(recorded)) * (rng.random(len(recorded)) < 0.1)
    arrival = np.argsort(recorded.t_ms + np.minimum(late, 600_000), kind="stable")
    names = ("row", "t_ms", "price", "size", "rule", "sequence")
    shuffled = type(recorded)(*(getattr(recorded, n)[arrival] for n in names), received_at=0.0)
    got = final_bars(split(shuffled, range(1009, len(shuffled), 1009)), len(SYMBOLS))
    assert got == aggregated


def test_no_trade_of_the_five_days_is_refused(recorded):
    minute_bars = MinuteBars(len(SYMBOLS))
    refused = sum(minute_bars.add_trades(part).total for part in split(recorded, [10, 1_000_000]))
    assert refused == 0


def test_days_replayed_after_a_reconnect_double_nothing(recorded, aggregated):
    minute_bars = MinuteBars(len(SYMBOLS))
    last = {}
    for part in split(recorded, range(50_000, 400_000, 50_000))[:-1]:
        refused = minute_bars.add_trades(part).total + minute_bars.add_trades(part).total
        assert refused == len(part)
        last.update(as_dict(minute_bars.close()))
    last.update(as_dict(minute_bars.close()))
    assert last == {where: aggregated[where] for where in last}


def agreement(published, bars):
    """Return how often open, high, low, close equal the published ones, and missing bars."""
    both = published.keys() & bars.keys()
    rates = [
        sum(bars[where][i] == published[where][i] for where in both) / len(published)
        for i in range(4)
    ]
    return [round(rate, 4) for rate in rates], len(published) - len(both)


def test_bars_agree_with_the_published_ones_as_far_as_documented(test_data, recorded):
    """The publisher takes all trades but official prints, less its private outliers."""
    lenient = replace(recorded, rule=np.where(recorded.rule == 0, 0, 7).astype(np.uint8))
    bars = final_bars(split(lenient, [1_000_000]), len(SYMBOLS))
    published = published_bars(test_data)
    assert len(published) == 11_374
    assert agreement(published, bars) == ([0.9145, 0.9266, 0.9092, 0.9179], 0)
    volumes = sum(bars[where][4] == bar[4] for where, bar in published.items())
    assert volumes == 11_323


def test_bars_by_the_consolidated_rules_agree_nearly_as_often(test_data, aggregated):
    """Of 88 published minutes, no trade may set a close: late and averaged trades only."""
    rates, missing = agreement(published_bars(test_data), aggregated)
    assert (rates, missing) == ([0.9077, 0.9359, 0.9171, 0.9099], 88)


def test_minute_volumes_agree_with_the_published_ones(test_data, recorded):
    published = published_bars(test_data)
    volume = {}
    counted = (recorded.rule & 4) != 0
    minutes = recorded.t_ms[counted] // 60_000 * 60_000
    rows = zip(minutes.tolist(), recorded.row[counted].tolist(), strict=True)
    for where, size in zip(rows, recorded.size[counted].tolist(), strict=True):
        volume[where] = volume.get(where, 0.0) + size
    assert sum(volume.get(where) == bar[4] for where, bar in published.items()) == 11_323
