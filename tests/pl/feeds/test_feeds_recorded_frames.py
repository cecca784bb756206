"""Five real days, 2,793,812 trades, as Massive would have sent them: frames to bars."""

import itertools
from collections.abc import Iterator

import numpy as np
import pytest

from pl.feeds.massive_frames import FrameParser
from pl.feeds.trade_rules import TradeRules
from pl.feeds.trouble import Trouble
from pl.market.aggregation import MinuteBars
from pl.market.batches import PackedTrades, SymbolTable, TradeBatch
from pl.market.sessions import AlwaysOpenSessions
from tests.pl.market.feeding import END, as_dict
from tests.pl.market.plain_bars import Trade, plain_bars
from tests.pl.market.recorded import SYMBOLS, recorded_trades

pytestmark = pytest.mark.real_data

CONDITIONS = {7: "", 6: ',"c":[10]', 4: ',"c":[37,14]', 3: ',"c":[38]', 0: ',"c":[16]'}
"""Condition ids that allow what the recorder's own flags of a trade do."""
SIZES = (200, 1, 10, 37, 1_000)


def frames(trades: TradeBatch) -> Iterator[bytes]:
    columns = (trades.row, trades.t_ms, trades.sequence, trades.price, trades.size, trades.rule)
    rows = zip(*(column.tolist() for column in columns), strict=True)
    texts = (
        f'{{"ev":"T","sym":"{SYMBOLS[row]}","x":4,"i":"{q}","z":1,"p":{price},"s":{size:.0f}'
        f'{CONDITIONS[rule]},"t":{t_ms},"q":{q}}}'
        for row, t_ms, q, price, size, rule in rows
    )
    for size in itertools.cycle(SIZES):
        events = list(itertools.islice(texts, size))
        if not events:
            return
        yield f"[{','.join(events)}]".encode()


def test_frames_of_the_recorded_days_give_the_plain_bars(test_data) -> None:
    recorded, trouble = recorded_trades(test_data), Trouble()
    parser = FrameParser(SymbolTable(SYMBOLS), TradeRules(AlwaysOpenSessions().regular), trouble)
    minute_bars, got, by_kernel, n_frames = MinuteBars(len(SYMBOLS)), {}, 0, 0
    for frame in frames(recorded):
        trades = parser.parse(frame, 0.0).trades
        assert trades is not None
        assert minute_bars.add_trades(trades).total == 0
        by_kernel += isinstance(trades, PackedTrades)
        n_frames += 1
        if n_frames % 100 == 0:
            got.update(as_dict(minute_bars.close()))
    got.update(as_dict(minute_bars.close(END)))
    columns = (recorded.row, recorded.t_ms, recorded.sequence, recorded.price, recorded.size)
    rows = zip(*(c.tolist() for c in (*columns, recorded.rule)), strict=True)
    want = plain_bars(map(Trade._make, rows))
    assert not trouble.malformed
    assert by_kernel == n_frames
    assert len(want) == 11_288
    assert got.keys() == want.keys()
    wrong = [where for where, bar in want.items() if got[where][:5] != bar[:5]]
    assert not wrong, f"{len(wrong)} bars differ, first {wrong[0]}: {got[wrong[0]]}"
    assert [got[where][6] for where in want] == [bar.trade_count for bar in want.values()]
    vwaps = np.array([(got[where][5], bar.vwap) for where, bar in want.items()])
    np.testing.assert_allclose(vwaps[:, 0], vwaps[:, 1], rtol=1e-12)
