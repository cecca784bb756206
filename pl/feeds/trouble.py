"""Count what was dropped, by cause, and tell the sink in portions."""

import asyncio
import time
from collections import Counter
from collections.abc import Iterator

from pl.feeds.feed import Sink
from pl.market.batches import FeedNotice

MOST_CAUSES = 200


class Trouble:
    """Hold the number of dropped events by cause, over the life of a feed."""

    def __init__(self) -> None:
        self.malformed: Counter[str] = Counter()
        self.ignored: Counter[str] = Counter()
        self._told: Counter[str] = Counter()

    def drop(self, cause: str, n: int = 1) -> None:
        """Count `n` events that could not be used."""
        self.malformed[self._bounded(self.malformed, cause)] += n

    def ignore(self, cause: str, n: int = 1) -> None:
        """Count `n` events that are sound but not asked for."""
        if n:
            self.ignored[self._bounded(self.ignored, cause)] += n

    def untold(self, at: float) -> Iterator[FeedNotice]:
        """Yield a "malformed" notice for each cause that grew since the last call."""
        for cause, n in self.malformed.items():
            grown = n - self._told[cause]
            if grown:
                self._told[cause] = n
                yield FeedNotice("malformed", cause, at, grown)

    @staticmethod
    def _bounded(counter: Counter[str], cause: str) -> str:
        return cause if cause in counter or len(counter) < MOST_CAUSES else "other"


async def tell(trouble: Trouble, sink: Sink, every_s: float = 1.0) -> None:
    """Tell the sink for ever, every `every_s` seconds, what else was dropped."""
    while True:
        await asyncio.sleep(every_s)
        for notice in trouble.untold(time.time()):
            await sink.put(notice)
