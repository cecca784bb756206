"""Remember which events went out, so that none goes out twice."""

from collections import OrderedDict
from collections.abc import Iterable
from typing import Final

from appv2.realtime.pattern_news import PatternNews

CAPACITY: Final = 200_000

Key = tuple[str, str, int]


class SeenEvents:
    """Remember the newest flows with the lives and revisions that were seen of them."""

    def __init__(self, keys: Iterable[Key] = (), capacity: int = CAPACITY) -> None:
        self._flows: OrderedDict[str, set[tuple[str, int]]] = OrderedDict()
        self._capacity = capacity
        for key in keys:
            self._remember(key)

    def knows(self, news: PatternNews) -> bool:
        """Tell whether this event was seen; without a revision, any revision of that life is."""
        known = self._flows.get(news.flow_id)
        if known is None:
            return False
        if news.revision is None:
            return any(life == news.life for life, _revision in known)
        return (news.life, news.revision) in known

    def add(self, news: PatternNews) -> None:
        """Remember an event; forgets the oldest flow when full."""
        self._remember(news.key)

    def _remember(self, key: Key) -> None:
        flow_id, life, revision = key
        self._flows.setdefault(flow_id, set()).add((life, revision))
        self._flows.move_to_end(flow_id)
        if len(self._flows) > self._capacity:
            self._flows.popitem(last=False)
