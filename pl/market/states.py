"""Say how far each symbol's data can be trusted right now."""

from collections.abc import Sequence
from typing import Final

import numpy as np
import numpy.typing as npt

from pl.market.batches import (
    MINUTE_MS,
    QUALITY_BACKFILLED,
    QUALITY_PARTIAL,
    Int64,
    UInt8,
)

LIVE: Final = 0
QUIET: Final = 1
STALE: Final = 2
GAP: Final = 3
BACKFILLED: Final = 4
PARTIAL: Final = 5
HALTED: Final = 6
STATE_NAMES: Final[Sequence[str]] = (
    "live",
    "quiet",
    "stale",
    "gap",
    "backfilled",
    "partial",
    "halted",
)

QUIET_AFTER_MS: Final = MINUTE_MS
MUTE_AFTER_MS: Final = 15_000
"""A feed without any event for so long says nothing about its symbols."""


def symbol_states(
    *,
    now_ms: int,
    feed_last_ms: int,
    last_trade_ms: Int64,
    missing_minutes: Int64,
    last_quality: UInt8,
    halted: npt.NDArray[np.bool_],
    market_open: bool,
) -> UInt8:
    """Return each symbol's state (n,), an index into STATE_NAMES; the gravest one wins.

    now_ms : the feed's time now. feed_last_ms : its last event of any symbol, -1 for none.
    last_trade_ms : (n,) of the symbol, -1 for none. missing_minutes : (n,) minutes known to
    be missing (not watched, not fetched). last_quality : (n,) QUALITY_* of the last bar.
    halted : (n,) trading is stopped, by the exchange's word or a telling silence.
    market_open : regular hours, when a mute feed is a fault and not a pause.

    halted: trading is stopped, see `halts`. gap: minutes are missing. partial: its last minute was
    not watched whole. stale: the feed itself is mute, so silence means nothing. backfilled:
    its last minute came by REST. quiet: no trade for a minute, while the feed lives. live:
    otherwise.
    """
    mute = market_open and now_ms - feed_last_ms > MUTE_AFTER_MS
    conditions = [
        halted,
        missing_minutes > 0,
        last_quality == QUALITY_PARTIAL,
        np.full(halted.shape, mute),
        last_quality == QUALITY_BACKFILLED,
        now_ms - last_trade_ms > QUIET_AFTER_MS,
    ]
    states = (HALTED, GAP, PARTIAL, STALE, BACKFILLED, QUIET)
    return np.select(conditions, states, LIVE).astype(np.uint8)
