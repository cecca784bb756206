"""Know how far the running session of each symbol has come, and which closes leave a level."""

from typing import Final, NamedTuple

import numpy as np

from pl.kernel import kernel
from pl.market.batches import Float64, Int64

NO_SESSION: Final = -(2**62)


class Reach(NamedTuple):
    """Hold how far each row's running session has come; (S,) each.

    session_ms : its open; last_ms : start of its last bar; top, bottom : highest and lowest close.
    """

    session_ms: Int64
    last_ms: Int64
    top: Float64
    bottom: Float64

    @staticmethod
    def nowhere(n_rows: int) -> "Reach":
        """Return that of rows without a bar."""
        return Reach(
            np.full(n_rows, NO_SESSION, np.int64),
            np.full(n_rows, NO_SESSION, np.int64),
            np.full(n_rows, -np.inf),
            np.full(n_rows, np.inf),
        )


class Watched(NamedTuple):
    """Hold L levels of the running session.

    price : (L, S) USD, NaN without one; side : (L,) 1.0 for one that is left upwards, else -1.0;
    hold_ms : (L,) how long after the open it has to hold, 0 for one that has to be crossed.
    """

    price: Float64
    side: Float64
    hold_ms: Int64


@kernel
def leave(
    reach: Reach,
    levels: Watched,
    row: Int64,
    close: Float64,
    start: int,
    opened: int,
    bar_ms: int,
    out: Int64,
) -> int:
    """Take the closes (n,) of bars that began at `start` in the session that opened at `opened`.

    A level is crossed by the session's first close beyond it; it has held when every close is
    beyond it, at the first bar that ends so long after the open or later, unless the session's
    first bar starts no earlier. Writes place of the level and of the bar into `out` (n * L, 2);
    returns how many there are.
    """
    n_found = 0
    ends = start + bar_ms
    for j in range(len(row)):
        r = row[j]
        begins = reach.session_ms[r] != opened
        top = -np.inf if begins else reach.top[r]
        bottom = np.inf if begins else reach.bottom[r]
        ended = opened if begins else reach.last_ms[r] + bar_ms
        low, high = min(bottom, close[j]), max(top, close[j])
        for k in range(len(levels.side)):
            up = levels.side[k] > 0.0
            price = levels.price[k, r] if up else -levels.price[k, r]
            if levels.hold_ms[k] > 0:
                until = opened + levels.hold_ms[k]
                held = (low if up else -high) > price and not (begins and start >= until)
                leaves = ended < until <= ends and held
            else:
                now, before = (close[j], top) if up else (-close[j], -bottom)
                leaves = now > price >= before
            if leaves:
                out[n_found, 0], out[n_found, 1] = k, j
                n_found += 1
        reach.session_ms[r], reach.last_ms[r] = opened, start
        reach.top[r], reach.bottom[r] = high, low
    return n_found
