"""Say what streaming may expect of every feed, and a feed of its sink."""

from typing import Protocol

from pl.market.batches import BarBatch, FeedNotice, HaltBatch, TradeBatch

FeedItem = TradeBatch | BarBatch | HaltBatch | FeedNotice


class Sink(Protocol):
    """Take what a feed brings; a feed that may not wait needs this to return at once."""

    async def put(self, item: FeedItem, /) -> None:
        """Take one batch or notice, in the order of arrival."""


class Feed(Protocol):
    """Bring trades or bars until cancelled or at the end of what there is.

    name : "massive", "redis" or "replay";
    may_wait : whether `run` may be held up by a slow sink without losing data.
    Notices: "connected", "subscribed", "disconnected", "mute", "refused" (`run` returns),
    "evicted", "malformed" (`count` events of one cause), "end" (`run` returns).
    """

    @property
    def name(self) -> str:
        """Return the name that settings know the feed by."""

    @property
    def may_wait(self) -> bool:
        """Return whether the sink may block `run`."""

    async def run(self, sink: Sink) -> None:
        """Feed `sink` until cancelled, refused or at the end."""

    def now_ms(self) -> int:
        """Return the feed's own time: the wall clock, or where a replay stands."""
