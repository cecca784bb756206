"""Know the 61 candlesticks, in the order of their bits in stored sets."""

from typing import Final

from pl.discovery import declared
from pl.signals.candles import rules
from pl.signals.candles.definition import Candle
from pl.signals.candles.names import CANDLE_NAMES

CANDLES: Final = declared(Candle, rules)
N_CANDLES: Final = len(CANDLES)
BIT: Final = {name: bit for bit, name in enumerate(CANDLE_NAMES)}
