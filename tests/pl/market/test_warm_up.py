import numpy as np

from pl.market import bars, cells, screening, trades
from pl.market.aggregation import MinuteBars
from pl.market.warm_up import warm_up
from tests.pl.market import feeding
from tests.pl.market.feeding import T0


def compiled():
    return {
        (module.__name__, name): len(value.signatures)
        for module in (bars, cells, screening, trades)
        for name, value in vars(module).items()
        if hasattr(value, "signatures")
    }


def test_nothing_is_left_to_compile_after_the_warm_up():
    warm_up()
    before = compiled()
    minute_bars = MinuteBars(5)
    batch = feeding.trades(*((i % 5, T0 + i, i, 10.0, 1.0, 7) for i in range(30_000)))
    batch.price.flags.writeable = False
    minute_bars.mark_unwatched(np.int64(T0), np.int64(T0 + 1))
    minute_bars.add_trades(batch)
    minute_bars.add_trades(batch)
    bar = (0, T0, 1.0, 1.0, 1.0, 1.0, 1.0, 1.0, 1)
    minute_bars.add_bars(feeding.bars(bar, span_ms=1000, received_at=1))
    minute_bars.add_bars(feeding.bars(bar, received_at=1), backfill=True)
    minute_bars.close(np.int64(T0 + 60_000))
    minute_bars.mark_unwatched(T0, T0 + 1)
    assert compiled() == before
