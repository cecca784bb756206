"""Tell bars that can be true from bars that cannot."""

import numpy as np
import numpy.typing as npt

from pl.jobs.pieces import Piece
from pl.market.batches import ClosedBars


def sound(bars: ClosedBars, piece: Piece) -> npt.NDArray[np.bool_]:
    """Return a mask (n,) of the bars that have possible prices and start where bars start."""
    prices = bars.open + bars.high + bars.low + bars.close + bars.volume + bars.vwap
    ordered = (bars.low <= np.minimum(bars.open, bars.close)) & (
        bars.high >= np.maximum(bars.open, bars.close)
    )
    possible = np.isfinite(prices) & (bars.low > 0) & (bars.volume >= 0) & ordered
    mask: npt.NDArray[np.bool_] = possible & (bars.start_ms % piece.grid_ms == 0)
    return mask
