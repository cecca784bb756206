"""Stream, daily run and backtest write one log, byte for byte, on recorded markets.

`pytest -m exhaustive` walks a hundred symbols; without it ten of them.
"""

from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest

from pl.market.batches import ClosedBars
from tests.pl.signals.laws.arrivals import KINDS, Mishap, arriving
from tests.pl.signals.laws.canonical import assert_same_bytes, net
from tests.pl.signals.laws.markets import (
    Market,
    day_frame,
    hundred,
    recorded_days,
    recorded_longer,
    recorded_minutes,
    recorded_weeks,
)
from tests.pl.signals.laws.walks import (
    close_by_close,
    in_batches,
    in_one_batch,
    with_restarts,
    with_stops,
)
from tests.pl.signals.synthetic import held

pytestmark = pytest.mark.real_data


def days(folder: Path, step: int) -> Market:
    return recorded_days(folder, hundred(day_frame(folder))[::step])


def weeks(folder: Path, step: int) -> Market:
    return recorded_weeks(folder, hundred(day_frame(folder))[::step])


def minutes(folder: Path, step: int) -> Market:
    return recorded_minutes(folder, () if step == 1 else ("AAPL", "BAC", "GOOG"))


def five_minutes(folder: Path, _step: int) -> Market:
    return recorded_longer(folder, "5min")


def quarters(folder: Path, _step: int) -> Market:
    return recorded_longer(folder, "15min")


def hours(folder: Path, _step: int) -> Market:
    return recorded_longer(folder, "1hour")


Source = Callable[[Path, int], Market]
SOURCES = (days, weeks, minutes)
LONGER = (five_minutes, quarters, hours)
every_source = pytest.mark.parametrize("source", SOURCES, ids=lambda source: source.__name__)
every_longer = pytest.mark.parametrize("source", LONGER, ids=lambda source: source.__name__)


def assert_one_log(market: Market, bars: ClosedBars, n_restarts: int) -> int:
    """Walk the bars in every way; return how many entries the one log has."""
    log = in_one_batch(market, bars)
    stops = np.linspace(0, len(bars), n_restarts + 2)[1:-1].astype(np.int64) + 7
    assert_same_bytes(log, close_by_close(market, bars), "close by close")
    assert_same_bytes(log, in_batches(market, bars, uneven(len(bars))), "uneven batches")
    assert_same_bytes(log, with_restarts(market, bars, stops), "restarts")
    assert_same_bytes(log, with_stops(market, bars, stops), "restarts from what was known")
    return len(log)


def uneven(n_bars: int) -> list[int]:
    """Return cuts into batches of very different lengths, in the middle of closes too."""
    dice = np.random.default_rng(n_bars)
    return np.cumsum(dice.integers(1, 2_000, n_bars // 500)).tolist()


def disturbed(market: Market, seed: int, share: float) -> ClosedBars:
    """Return the market's bars as a bad feed brings them: a share of them late, wrong, in part."""
    dice = np.random.default_rng(seed)
    n, reach = len(market.bars), 40 * len(market.symbols)
    befallen = [
        Mishap(
            int(which),
            KINDS[int(dice.integers(len(KINDS)))],
            int(dice.integers(1, reach)),
            float(dice.choice([0.25, 0.98, 1.01, 1.05, 6.0])),
        )
        for which in dice.choice(n, int(share * n), replace=False)
    ]
    return arriving(market.bars, befallen)


def assert_net_of_final_bars(market: Market, seeds: range, share: float) -> int:
    """Let the bars arrive with mishaps; return how many signals stand in the end."""
    final = net(in_one_batch(market, market.bars))
    for seed in seeds:
        came = disturbed(market, seed, share)
        assert len(held(came)) == len(market.bars)
        log = in_one_batch(market, came)
        assert len(log) > len(final)
        standing = net(log)
        wrong = [
            flow for flow in standing.keys() | final.keys() if not _agree(flow, standing, final)
        ]
        assert not wrong, [(standing.get(flow), final.get(flow)) for flow in wrong[:2]]
    return len(final)


def _agree(flow: str, one: dict[str, dict[str, str]], other: dict[str, dict[str, str]]) -> bool:
    return one.get(flow) == other.get(flow)


@every_source
def test_batches_and_restarts_leave_no_trace_in_the_log(source: Source, test_data: Path) -> None:
    market = source(test_data, 10)
    assert assert_one_log(market, market.bars, n_restarts=3) > 500


@every_source
def test_net_signals_are_those_of_the_final_bars(source: Source, test_data: Path) -> None:
    assert assert_net_of_final_bars(source(test_data, 10), range(1, 2), share=0.01) > 500


@every_source
def test_a_disturbed_feed_leaves_one_log_too(source: Source, test_data: Path) -> None:
    market = source(test_data, 20)
    assert assert_one_log(market, disturbed(market, 3, 0.01), n_restarts=2) > 250


@every_longer
def test_longer_bars_of_recorded_minutes_leave_one_log(source: Source, test_data: Path) -> None:
    market = source(test_data, 1)
    assert assert_one_log(market, market.bars, n_restarts=3) > 10
    assert_one_log(market, disturbed(market, 2, 0.01), n_restarts=2)
    assert_net_of_final_bars(market, range(4, 5), share=0.02)


@pytest.mark.exhaustive
@every_source
def test_a_hundred_symbols_leave_one_log(
    source: Source, test_data: Path, request: pytest.FixtureRequest
) -> None:
    if "exhaustive" not in request.config.option.markexpr:
        pytest.skip("takes minutes: run with -m exhaustive")
    market = source(test_data, 1)
    entries = assert_one_log(market, market.bars, n_restarts=12)
    assert_one_log(market, disturbed(market, 5, 0.005), n_restarts=12)
    standing = assert_net_of_final_bars(market, range(11, 15), share=0.01)
    print(f"{market.timeframe}: {len(market.bars):,} bars, {entries:,} entries, {standing:,} stand")
