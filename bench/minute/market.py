"""Invent the minutes of a market, keyed by a seed; it shares no code with the simulated market."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np
import numpy.typing as npt

Float64 = npt.NDArray[np.float64]
Int64 = npt.NDArray[np.int64]

MINUTE_MS: Final = 60_000
TRADES: Final = 3
"""Trades a symbol and minute: the open, the extreme and the close."""
_FIRST_MS: Final = 400
"""No trade comes sooner after the minute's begin: the close before it has the loop to itself."""


@dataclass(frozen=True)
class Minute:
    """Hold one minute of all symbols, (n,) float64 each; `start_ms` is unix ms."""

    start_ms: int
    open: Float64
    high: Float64
    low: Float64
    close: Float64
    volume: Float64

    @property
    def vwap(self) -> Float64:
        """The mean of open, extreme and close, each of a third of the volume."""
        return (self.open + self.extreme + self.close) / TRADES

    @property
    def extreme(self) -> Float64:
        """The high of a minute that reached above its body, else the low."""
        above = self.high > np.maximum(self.open, self.close)
        return np.where(above, self.high, self.low)


def names(n: int) -> tuple[str, ...]:
    """Return `n` tickers of four letters, rising."""
    return tuple(
        "".join(chr(65 + i // place % 26) for place in (17_576, 676, 26, 1)) for i in range(n)
    )


def minutes(n_symbols: int, starts_ms: Sequence[int], seed: int) -> Iterator[Minute]:
    """Yield a minute for each start: a walk in cents with busy and calm symbols and times.

    Returns have heavy tails and follow the market's own; volume follows the size of the move.
    """
    dice = np.random.default_rng(seed)
    price = np.exp(dice.uniform(np.log(5.0), np.log(400.0), n_symbols))
    unrest = 0.0006 * dice.lognormal(0.0, 0.4, n_symbols)
    usual = 300.0 * dice.lognormal(2.0, 1.0, n_symbols)
    beta = dice.normal(1.0, 0.3, n_symbols)
    for start_ms in starts_ms:
        own = unrest * dice.standard_t(5, n_symbols)
        opened = _cents(price * np.exp(0.1 * unrest * dice.normal(size=n_symbols)))
        price = np.clip(opened * np.exp(own + beta * dice.normal(0.0, 0.0003)), 2.0, 2_000.0)
        closed = _cents(price)
        wick = price * unrest * dice.exponential(0.5, n_symbols)
        reaches_up = dice.random(n_symbols) < 0.5
        top, bottom = np.maximum(opened, closed), np.minimum(opened, closed)
        high = np.where(reaches_up, _cents(top + wick), top)
        low = np.where(reaches_up, bottom, np.maximum(0.01, _cents(bottom - wick)))
        moved = 1.0 + np.abs(own) / unrest
        volume = TRADES * np.ceil(usual * moved * dice.lognormal(0.0, 0.4, n_symbols))
        yield Minute(start_ms, opened, high, low, closed, volume)


def trade_times(n_symbols: int, start_ms: int, seed: int) -> Int64:
    """Return when the trades of a minute happen, (TRADES, n) unix ms, rising for each symbol."""
    dice = np.random.default_rng((seed, start_ms))
    drawn = dice.integers(_FIRST_MS, MINUTE_MS, (TRADES, n_symbols))
    return np.sort(drawn, axis=0) + start_ms


def _cents(price: Float64) -> Float64:
    return np.round(price, 2)
