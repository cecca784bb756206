"""Tell how strong the candlesticks of a stored bar are, by the rules that found them."""

from collections.abc import Iterable, Mapping
from typing import Final

import numpy as np

from pl.market.batches import Float64
from pl.signals.candles.catalogue import BIT, N_CANDLES
from pl.signals.candles.frame import AVERAGE_BARS, NOW, empty_frame
from pl.signals.candles.judging import WARM_UP, judge_candles
from pl.signals.candles.names import WITHOUT_DIRECTION

BARS_READ: Final = AVERAGE_BARS + NOW + 1
"""Bars, the judged one included, from which on a frame is measured as the stream does."""


def strengths_of(prices: Float64) -> Mapping[str, int]:
    """Return by name what each candlestick that the last bar completes is worth, with its sign.

    prices : (n_bars, 6) open, high, low, close in USD, volume, vwap, oldest first; nothing where
    there are fewer bars than the warm-up.
    """
    if len(prices) < WARM_UP:
        return {}
    out = np.zeros(N_CANDLES, np.int16)
    judge_candles(np.asfortranarray(prices), len(prices) - 1, empty_frame(), out)
    return {name: int(out[bit]) for name, bit in BIT.items() if out[bit]}


def described(
    bearish: Mapping[str, bool], prices: Float64, names: Iterable[str]
) -> list[dict[str, str | int | None]]:
    """Return name, direction and strength, 80 to 200, of what a bar completed.

    bearish : of each candlestick that was stored whether it is; prices : as above; names : those
    wanted. A strength is None where the bars no longer show the candlestick.
    """
    found = strengths_of(prices)
    return [
        {
            "name": name,
            "direction": _direction(name, is_bearish=bearish[name]),
            "strength": _size(found.get(name, 0), is_bearish=bearish[name]),
        }
        for name in names
        if name in bearish
    ]


def _direction(name: str, *, is_bearish: bool) -> str:
    if name in WITHOUT_DIRECTION:
        return "neutral"
    return "bearish" if is_bearish else "bullish"


def _size(strength: int, *, is_bearish: bool) -> int | None:
    return abs(strength) if strength and (strength < 0) == is_bearish else None
