"""Write trades as messages of `tickstock.data.raw`, thousands a second."""

from collections.abc import Sequence

import msgspec
import numpy as np

from pl.market.batches import TradeBatch


class TickWriter:
    """Encode raw ticks without an object a tick; the text of each symbol is made once.

    source : names the market, for readers of the channel. The result reads as
    `contracts.messages.streaming.RawTick`.
    """

    def __init__(self, symbols: Sequence[str], source: str) -> None:
        quoted = (msgspec.json.encode(symbol).decode() for symbol in symbols)
        self._heads = [f'{{"ticker":{symbol},"price":' for symbol in quoted]
        self._middle = f'Z","event_type":"trade","source":"{source}","tick_open":'

    def encode(self, batch: TradeBatch) -> list[bytes]:
        """Return a message a trade; those without a sound price, or cancelled, are left out."""
        chosen = np.isfinite(batch.price) & (batch.price > 0) & (batch.rule != 0)
        chosen &= np.isfinite(batch.size) & (batch.size >= 0)
        heads, middle = self._heads, self._middle
        times = np.datetime_as_string(batch.t_ms[chosen].view("datetime64[ms]"), unit="us")
        return [
            (
                f'{heads[row]}{p},"volume":{v},"timestamp":"{at}{middle}{p},"tick_high":{p},'
                f'"tick_low":{p},"tick_close":{p},"tick_volume":{v},"tick_vwap":{p}}}'
            ).encode()
            for row, p, v, at in zip(
                batch.row[chosen].tolist(),
                batch.price[chosen].tolist(),
                batch.size[chosen].tolist(),
                times.tolist(),
                strict=True,
            )
        ]
