"""Compile the kernels of this room before the first frame needs them."""

import numpy as np

from pl.feeds.massive_frames import FrameParser
from pl.feeds.trade_rules import TradeRules
from pl.feeds.trouble import Trouble
from pl.market.batches import SymbolTable


def warm_up() -> None:
    """Compile the readers of Massive's frames: making a parser does."""
    always = TradeRules(lambda t_ms: np.ones(t_ms.shape, np.bool_))
    FrameParser(SymbolTable(["WARM"]), always, Trouble())
