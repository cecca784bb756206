"""Type the events of Massive's stock socket, as its OpenAPI file and knowledge base give them."""

from typing import Annotated, Final

import msgspec

from pl.market.batches import BarBatch, HaltBatch, TradeBatch

UnixMs = Annotated[int, msgspec.Meta(ge=0, le=2**53)]
SinceEpoch = Annotated[int, msgspec.Meta(ge=0, le=2**62)]
"""Milli-, micro- or nanoseconds: Massive's documentation says the first and shows the others."""
Sequence = Annotated[int, msgspec.Meta(ge=-(2**62), le=2**62)]


class Trade(msgspec.Struct, tag_field="ev", tag="T", gc=False):
    """A trade; `c` is absent when it has no conditions."""

    sym: str
    p: float
    s: float
    t: UnixMs
    q: Sequence = 0
    c: tuple[int, ...] = ()


class SecondBar(msgspec.Struct, tag_field="ev", tag="A", gc=False):
    """An aggregate; `z` is the mean trade size, `s` the start of the window."""

    sym: str
    o: float
    h: float
    l: float  # noqa: E741 - Massive's own field name
    c: float
    v: float
    s: UnixMs
    vw: float = 0.0  # 0: not given
    z: float = 0.0


class MinuteBar(SecondBar, tag_field="ev", tag="AM", gc=False):
    """The same over a minute."""


class PriceBand(msgspec.Struct, tag_field="ev", tag="LULD", gc=False):
    """A message of the limit-up limit-down plan; `i` holds its indicators, 17 a halt, 18 its end.

    Source : Massive, WebSocket documentation of the stocks' LULD channel
    """

    T: str
    t: SinceEpoch
    i: tuple[int, ...] = ()


class Status(msgspec.Struct, tag_field="ev", tag="status"):
    """What the server says about the connection."""

    status: str
    message: str = ""


class Frame(msgspec.Struct, frozen=True, gc=False):
    """Hold what one frame said, each kind in order of arrival."""

    trades: TradeBatch | None
    bars: tuple[BarBatch, ...] = ()
    statuses: tuple[Status, ...] = ()
    halts: HaltBatch | None = None


Event = Trade | SecondBar | MinuteBar | PriceBand | Status

KNOWN_UNUSED: Final = frozenset({"Q", "NOI", "FMV", "LV"})
