"""Write the events of Massive's stock socket as JSON texts."""

from collections.abc import Sequence
from typing import Final

import orjson

from pl.simulator.conditions import KINDS
from pl.simulator.tape import Printed
from pl.simulator.universe import Listing

_CONDITIONS: Final = tuple(
    f',"c":{orjson.dumps(kind.conditions).decode()}' if kind.conditions else "" for kind in KINDS
)
_TRF: Final = 4
_TRF_IDS: Final = (201, 202, 203, 202)


class TradeWriter:
    """Write trades of fixed listings; what never changes of a listing is encoded once."""

    def __init__(self, listings: Sequence[Listing]) -> None:
        self._heads = tuple(
            f'{{"ev":"T","sym":"{listing.symbol}","z":{listing.tape}' for listing in listings
        )

    def texts(self, printed: Printed) -> list[str]:
        """Return one JSON object a trade, in the same order."""
        trades, heads = printed.trades, self._heads
        columns = zip(
            printed.row.tolist(),
            trades.t_ms.tolist(),
            (trades.price / 100.0).tolist(),
            trades.size.tolist(),
            trades.kind.tolist(),
            trades.exchange.tolist(),
            trades.sequence.tolist(),
            trades.number.tolist(),
            strict=True,
        )
        return [
            f'{heads[row]},"x":{exchange},"i":"{number}","p":{price},"s":{size}{_CONDITIONS[kind]}'
            f',"t":{t_ms},"q":{sequence}{_facility(exchange, number, t_ms)}}}'
            for row, t_ms, price, size, kind, exchange, sequence, number in columns
        ]


def _facility(exchange: int, number: int, t_ms: int) -> str:
    if exchange != _TRF:
        return ""
    return f',"trfi":{_TRF_IDS[number & 3]},"trft":{t_ms - (number & 7)}'


def frame(texts: Sequence[str]) -> bytes:
    """Return one frame: a JSON array of events."""
    return f"[{','.join(texts)}]".encode()


def status(kind: str, message: str) -> str:
    """Return a status event."""
    event = {"ev": "status", "status": kind, "message": message}
    return orjson.dumps(event).decode()


def event_text(event: dict[str, object]) -> str:
    """Return an aggregate or quote event."""
    return orjson.dumps(event).decode()
