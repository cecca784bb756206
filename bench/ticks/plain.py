"""Make minute bars with plain Python objects, as one would write it without this product.

It does less: no duplicate is noticed, no cancel or late revision is possible, and nothing
is refused that cannot be true.
"""

from collections.abc import Callable, Iterable
from typing import Any

import msgspec

from pl.market.conditions import massive_rule

Bar = tuple[float, float, float, float, float, float, int]
Bars = dict[tuple[int, int], Bar]


class Trade(msgspec.Struct, tag_field="ev", tag="T", gc=False):
    """A trade as msgspec decodes it."""

    sym: str
    p: float
    s: float
    t: int
    q: int
    c: tuple[int, ...] = ()


class Print:
    """A trade made of what a JSON library returns."""

    __slots__ = ("c", "p", "q", "s", "sym", "t")

    def __init__(self, event: dict[str, Any]) -> None:
        self.sym: str = event["sym"]
        self.p: float = event["p"]
        self.s: float = event["s"]
        self.t: int = event["t"]
        self.q: int = event["q"]
        self.c: tuple[int, ...] = tuple(event["c"]) if "c" in event else ()


class MinuteBar:
    """A bar in the making."""

    __slots__ = ("close", "count", "first", "high", "last", "low", "open", "turnover", "volume")

    def __init__(self) -> None:
        self.open = self.close = 0.0
        self.high, self.low = float("-inf"), float("inf")
        self.volume = self.turnover = 0.0
        self.count = 0
        self.first: tuple[int, int] | None = None
        self.last: tuple[int, int] | None = None

    def add(self, trade: Print | Trade, rule: int) -> None:
        """Let a trade touch what its rule allows."""
        price = trade.p
        if rule & 1:
            at = (trade.t, trade.q)
            if self.first is None or at < self.first:
                self.first, self.open = at, price
            if self.last is None or at >= self.last:
                self.last, self.close = at, price
        if rule & 2:
            if price > self.high:  # noqa: PLR1730 - max() takes longer
                self.high = price
            if price < self.low:  # noqa: PLR1730 - min() takes longer
                self.low = price
        if rule & 4:
            self.volume += trade.s
            self.turnover += price * trade.s
            self.count += 1

    def values(self) -> Bar:
        """Return open, high, low, close, volume, vwap, count."""
        return (
            self.open,
            max(self.high, self.open, self.close),
            min(self.low, self.open, self.close),
            self.close,
            self.volume,
            self.turnover / self.volume if self.volume else self.close,
            self.count,
        )


class PlainBars:
    """Aggregate trades for the symbols of one universe."""

    def __init__(self, tickers: Iterable[str]) -> None:
        self._rows = {ticker: row for row, ticker in enumerate(tickers)}
        self._rules: dict[tuple[int, ...], int] = {}
        self._bars: dict[tuple[int, str], MinuteBar] = {}

    def add(self, trade: Print | Trade) -> None:
        """Count one trade into its bar."""
        if trade.sym not in self._rows:
            return
        rule = self._rules.get(trade.c)
        if rule is None:
            rule = self._rules[trade.c] = massive_rule(trade.c)
        where = (trade.t // 60_000, trade.sym)
        bar = self._bars.get(where)
        if bar is None:
            bar = self._bars[where] = MinuteBar()
        bar.add(trade, rule)

    def closed(self) -> Bars:
        """Return every bar that has a close, by start (unix ms) and row."""
        return {
            (minute * 60_000, self._rows[ticker]): bar.values()
            for (minute, ticker), bar in self._bars.items()
            if bar.last is not None
        }


def from_json(loads: Callable[[bytes], Any], tickers: Iterable[str]) -> "Way":
    """Return a way that decodes to dictionaries and makes an object of each trade."""
    bars = PlainBars(tickers)

    def take(frame: bytes) -> None:
        for event in loads(frame):
            if event["ev"] == "T":
                bars.add(Print(event))

    return take, bars.closed


def from_msgspec(tickers: Iterable[str]) -> "Way":
    """Return a way that decodes to typed objects at once."""
    bars = PlainBars(tickers)
    decode = msgspec.json.Decoder(list[Trade]).decode

    def take(frame: bytes) -> None:
        for trade in decode(frame):
            bars.add(trade)

    return take, bars.closed


Way = tuple[Callable[[bytes], None], Callable[[], Bars]]
"""Take a frame; return the bars of all frames."""
