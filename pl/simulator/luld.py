"""Tell halts and resumptions of Nasdaq-listed stocks, as Massive's LULD channel does.

Indicator 17 says that trading is halted, 18 that it resumes; `h` and `l` are the price bands, 5 %
around the price. Updates of the bands alone, of which the real channel is full, are not sent.
Source : Massive, WebSocket documentation of the stocks' LULD channel.
"""

from typing import Final

from pl.simulator.days import DAY_MS
from pl.simulator.halts import BAND, BLOCK_MS, Halt, halt_of_day
from pl.simulator.live_bars import Event
from pl.simulator.market import SimulatedMarket
from pl.simulator.universe import Listing
from pl.simulator.wire import event_text

KIND: Final = "LULD"
HALTED: Final = 17
RESUMED: Final = 18
_EXCHANGE: Final = "XNAS"


class HaltNews:
    """Follow the clock and tell which halts and resumptions are due for sending."""

    def __init__(self, market: SimulatedMarket, from_ms: int) -> None:
        self._market = market
        self._told_to_ms = from_ms
        self._day = -1
        self._halts: list[tuple[Listing, Halt]] = []

    def due(self, now_ms: int, symbols: frozenset[str]) -> list[Event]:
        """Return the messages of (told, now_ms], in order of time; told moves on to now."""
        from_ms, self._told_to_ms = self._told_to_ms, max(now_ms, self._told_to_ms)
        self._know(now_ms // DAY_MS)
        told = sorted(
            (self._day * DAY_MS + block * BLOCK_MS, listing.symbol, indicator)
            for listing, halt in self._halts
            for block, indicator in ((halt.first, HALTED), (halt.end, RESUMED))
        )
        return [
            (KIND, symbol, self._text(symbol, at_ms, indicator))
            for at_ms, symbol, indicator in told
            if from_ms < at_ms <= now_ms and symbol in symbols
        ]

    def _know(self, day: int) -> None:
        if day == self._day:
            return
        listed = [one for one in self._market.listings if one.exchange == _EXCHANGE]
        found = [(one, halt_of_day(self._market.seed, one, day)) for one in listed]
        self._day, self._halts = day, [(one, halt) for one, halt in found if halt is not None]

    def _text(self, symbol: str, at_ms: int, indicator: int) -> str:
        within = at_ms % DAY_MS // BLOCK_MS
        blocks = self._market.day(symbol, at_ms // DAY_MS).blocks.centre.ravel()
        price = int(blocks[within - 1 if indicator == HALTED else within])
        return event_text(
            {
                "ev": KIND,
                "T": symbol,
                "h": round(price * (1 + BAND)) / 100.0,
                "l": round(price * (1 - BAND)) / 100.0,
                "i": [indicator],
                "z": 3,
                "t": at_ms,
                "q": at_ms // BLOCK_MS,
            }
        )
