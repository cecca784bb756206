"""Tell the time as the feed sees it."""

from typing import Final

WINDOW_S: Final = 60.0


class FeedTime:
    """Estimate the feed's clock: wall time less the feed's lag.

    A replay's clock is its last event. A live feed's lag is the smallest of one to two minutes,
    so that a delayed plan (15 minutes) does not look like silence and a late trade does not turn
    the clock back.
    """

    def __init__(self, *, live: bool) -> None:
        self._live = live
        self._last_event_ms = 0
        self._window_from_s = 0.0
        self._lags_ms = (float("inf"), float("inf"))

    def observe(self, newest_ms: int, received_at: float) -> None:
        """Take an event that the feed's clock believes (unix ms) and its arrival (unix s)."""
        if newest_ms <= self._last_event_ms:
            return
        self._last_event_ms = newest_ms
        lag = max(0.0, received_at * 1000 - newest_ms)
        before, running = self._lags_ms
        if received_at - self._window_from_s > WINDOW_S:
            self._window_from_s = received_at
            self._lags_ms = (running, lag)
        else:
            self._lags_ms = (before, min(running, lag))

    @property
    def last_event_ms(self) -> int:
        """Return the time of the newest event, 0 before the first."""
        return self._last_event_ms

    @property
    def lag_ms(self) -> float:
        """Return the feed's smallest delay of late, 0 before the first event."""
        lag = min(self._lags_ms)
        return lag if lag != float("inf") else 0.0

    def now_ms(self, wall_s: float) -> int:
        """Return the feed's time in unix ms; `wall_s` is the wall clock in unix seconds."""
        if not self._live:
            return self._last_event_ms
        return int(wall_s * 1000 - self.lag_ms)
