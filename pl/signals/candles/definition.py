"""Describe what a candlestick declares about itself."""

from collections.abc import Callable
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Candle:
    """Declare a candlestick: its number, its name and TA-Lib's, how many bars make it, its rule.

    number : its bit in stored sets, which never changes; rule : kernel to what TA-Lib returns: the
    sign is the direction (dojis without one have +), the size the strength: 100, 80 when two bodies
    share an end, 200 when a hikkake is confirmed; reads : what the rule is called with, a frame `c`
    or `bars, i`; needs : what has to hold of the last bars for it to be anything but 0, in one of
    these ways: a word a bar, the newest last, of `w` white, `b` black, `L` a body above the mean of
    the 10 bars before it, `S` one not above, `d` a doji's; `.` is any bar; directed : False for a
    doji whose +100 is no direction. Number, name and `directed` are written as constants: `names`
    reads them as text.
    """

    number: int
    name: str
    talib: str
    n_bars: int
    rule: Callable[..., int]
    reads: str = "c"
    needs: tuple[str, ...] = (".",)
    directed: bool = True
