"""Read frames both ways: by the kernels and by the general decoder."""

from collections.abc import Callable
from typing import Any

import numpy as np

from pl.feeds.massive_events import Frame
from pl.feeds.massive_frames import FrameParser
from pl.feeds.trade_rules import RegularHours, TradeRules
from pl.feeds.trouble import Trouble
from pl.market.batches import SymbolTable
from pl.market.columns import columns_of

AT = 1_700_000_000.5
SYMBOLS = ("AAPL", "MSFT", "BRK.B", "", "A", "ABCDEFGH", "ABCDEFGHI", "SIXTEEN.LETTERS+", "\x7f")
SYMBOLS += ("SEVENTEEN.LETTERS", "Ärzte", 'quo"te', "back\\slash", "new\nline", "nul\0", "\0")
TABLE = SymbolTable(SYMBOLS)


def half_the_day(t_ms: np.ndarray) -> np.ndarray:
    """Stand for regular hours: every odd second."""
    return np.asarray(t_ms // 1_000 % 2 == 1)


class Ways:
    """Hold two parsers that have seen the same frames."""

    def __init__(self, hours: RegularHours = half_the_day, table: SymbolTable = TABLE) -> None:
        self.troubles = (Trouble(), Trouble())
        self.fast, self.general = (
            FrameParser(table, TradeRules(hours), trouble) for trouble in self.troubles
        )

    def check(self, frame: bytes) -> Frame:
        """Return what the frame says, after asserting that both ways agree on it."""
        outcomes = outcome(self.fast.parse, frame), outcome(self.general.decode, frame)
        assert told(outcomes[0]) == told(outcomes[1]), frame
        counted = [(trouble.malformed, trouble.ignored) for trouble in self.troubles]
        assert counted[0] == counted[1], frame
        return outcomes[0]


def outcome(read: Callable[[bytes, float], Frame], frame: bytes) -> Frame:
    """Return what a way says of a frame."""
    return read(frame, AT)


def told(frame: Frame) -> tuple[Any, ...]:
    """Return a frame as plain values, floats bit by bit."""
    trades = () if frame.trades is None else _columns(frame.trades)
    return trades, tuple(_columns(bars) for bars in frame.bars), frame.statuses


def _columns(batch: Any) -> tuple[Any, ...]:
    columns = {name: getattr(batch, name) for name in columns_of(batch)}
    facts = [getattr(batch, name, None) for name in ("span_ms", "received_at")]
    return *facts, *((name, c.dtype, c.tobytes()) for name, c in columns.items())
