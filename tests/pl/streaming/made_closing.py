"""Make a closing of real frames, whose road and writer collect what comes."""

import numpy as np

from pl.market.folding import Folding
from pl.streaming.announcer import Announcer
from pl.streaming.closing import Closing
from pl.streaming.counters import Counters
from pl.streaming.frames import Frame
from pl.streaming.quotes import QuoteBoard
from tests.pl.streaming.fakes import SYMBOLS, Channels, Clock, Collected


def closing_of(
    frames: dict[str, Frame], folding: Folding, road: Collected, writer: Collected
) -> Closing:
    """A closing without REST; `frames` by timeframe, that of minutes among them."""
    return Closing(
        minute=frames["1min"],
        longer={name: frame for name, frame in frames.items() if name != "1min"},
        folding=folding,
        road=road,
        writer=writer,
        announcer=Announcer(Channels().publish, SYMBOLS, 0),
        board=QuoteBoard(SYMBOLS),
        counters=Counters(),
        order_repair=None,
        clock=Clock(),
        last_start_ms=np.zeros(len(SYMBOLS), np.int64),
    )
