"""Know which minutes were not watched from their first to their last second."""

from dataclasses import dataclass

from pl.market.batches import MINUTE_MS


@dataclass(frozen=True, slots=True)
class Gap:
    """Name minutes not watched: [from_ms, to_ms), whole minutes."""

    from_ms: int
    to_ms: int


def minute_of(t_ms: int) -> int:
    """Return the start of the minute that holds `t_ms`."""
    return t_ms - t_ms % MINUTE_MS


class Watch:
    """Follow a feed's connections and tell the gaps they leave.

    lost_from_ms : the first minute that nobody has watched before the first connection.
    """

    def __init__(self, lost_from_ms: int | None = None) -> None:
        self._lost_from_ms = lost_from_ms
        self._last_frame_ms: int | None = None

    @property
    def connected(self) -> bool:
        """Return whether the feed is delivering."""
        return self._last_frame_ms is not None and self._lost_from_ms is None

    def frame(self, at_ms: int) -> None:
        """Note that data arrived."""
        self._last_frame_ms = at_ms

    def lost(self, at_ms: int) -> Gap:
        """Return the minute broken by a lost connection; it began with the last frame."""
        if self._lost_from_ms is None:
            self._lost_from_ms = minute_of(self._last_frame_ms or at_ms)
        return Gap(self._lost_from_ms, minute_of(at_ms) + MINUTE_MS)

    def regained(self, at_ms: int) -> Gap:
        """Return the minutes that no one watched until the feed came (back)."""
        start = minute_of(at_ms) if self._lost_from_ms is None else self._lost_from_ms
        self._lost_from_ms = None
        self._last_frame_ms = at_ms
        return Gap(start, minute_of(at_ms) + MINUTE_MS)
