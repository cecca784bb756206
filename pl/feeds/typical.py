"""Stand in for a volume-weighted price that a source does not give."""

from typing import TypeVar

from pl.market.batches import Float64

_Price = TypeVar("_Price", float, Float64)


def typical_price(high: _Price, low: _Price, close: _Price) -> _Price:
    """Return (high + low + close) / 3, USD."""
    return (high + low + close) / 3.0
