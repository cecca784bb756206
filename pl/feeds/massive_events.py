"""Type the events of Massive's stock socket, as its OpenAPI file and knowledge base give them."""

from typing import Annotated, Final

import msgspec

from pl.market.batches import BarBatch, TradeBatch

UnixMs = Annotated[int, msgspec.Meta(ge=0, le=2**53)]
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


class Status(msgspec.Struct, tag_field="ev", tag="status"):
    """What the server says about the connection."""

    status: str
    message: str = ""


class Frame(msgspec.Struct, frozen=True, gc=False):
    """Hold what one frame said, each kind in order of arrival."""

    trades: TradeBatch | None
    bars: tuple[BarBatch, ...] = ()
    statuses: tuple[Status, ...] = ()


Event = Trade | SecondBar | MinuteBar | Status

KNOWN_UNUSED: Final = frozenset({"Q", "LULD", "NOI", "FMV", "LV"})
