"""Know which minutes were not watched from their first to their last second."""

from dataclasses import dataclass

from pl.market.batches import MINUTE_MS


@dataclass(frozen=True, slots=True)
class Gap:
    """Name minutes not watched: [from_ms, to_ms), whole minutes."""

    from_ms: int
    to_ms: int

    def reaching_back(self, n_minutes: int) -> "Gap":
        """Return the gap with the minutes before it."""
        return Gap(self.from_ms - n_minutes * MINUTE_MS, self.to_ms)


def minute_of(t_ms: int) -> int:
    """Return the start of the minute that holds `t_ms`."""
    return t_ms - t_ms % MINUTE_MS


class Watch:
    """Follow a feed's connections and tell the gaps they leave.

    lost_from_ms : the first minute that nobody has watched before the first connection.
    """

    def __init__(self, lost_from_ms: int | None = None) -> None:
        self._lost_from_ms = lost_from_ms
        self._last_event_ms: int | None = None

    @property
    def connected(self) -> bool:
        """Return whether the feed is delivering."""
        return self._last_event_ms is not None and self._lost_from_ms is None

    def seen(self, event_ms: int) -> None:
        """Note how far the feed has told what happened."""
        self._last_event_ms = max(event_ms, self._last_event_ms or 0)

    def lost(self, at_ms: int) -> Gap:
        """Return the minutes broken by a lost connection, from its last event on."""
        if self._lost_from_ms is None:
            self._lost_from_ms = minute_of(self._last_event_ms or at_ms)
        return Gap(self._lost_from_ms, minute_of(max(at_ms, self._lost_from_ms)) + MINUTE_MS)

    def regained(self, at_ms: int) -> Gap:
        """Return the minutes that no one watched until the feed came (back)."""
        start = minute_of(at_ms) if self._lost_from_ms is None else self._lost_from_ms
        self._lost_from_ms = None
        self.seen(at_ms)
        return Gap(start, minute_of(max(at_ms, start)) + MINUTE_MS)
