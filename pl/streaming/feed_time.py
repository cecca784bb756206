"""Tell the time as the feed sees it."""

WINDOW_S = 60.0


class FeedTime:
    """Estimate the feed's clock: wall time less the feed's lag.

    A replay's clock is its last event. A live feed's lag is the smallest of the last minute, so
    a delayed plan (15 minutes) does not look like silence.
    """

    def __init__(self, *, live: bool) -> None:
        self._live = live
        self._last_event_ms = 0
        self._lag_ms: float | None = None
        self._window_lag_ms = float("inf")
        self._window_from_s = 0.0

    def observe(self, newest_ms: int, received_at: float) -> None:
        """Take the newest event of a batch (unix ms) and its arrival (unix s) into account."""
        self._last_event_ms = max(self._last_event_ms, newest_ms)
        lag = max(0.0, received_at * 1000 - newest_ms)
        if received_at - self._window_from_s > WINDOW_S:
            self._window_from_s = received_at
            self._lag_ms, self._window_lag_ms = lag, lag
        self._window_lag_ms = min(self._window_lag_ms, lag)
        self._lag_ms = self._window_lag_ms

    @property
    def last_event_ms(self) -> int:
        """Return the time of the newest event, 0 before the first."""
        return self._last_event_ms

    @property
    def lag_ms(self) -> float:
        """Return the feed's smallest delay of late, 0 before the first event."""
        return self._lag_ms or 0.0

    def now_ms(self, wall_s: float) -> int:
        """Return the feed's time in unix ms; `wall_s` is the wall clock in unix seconds."""
        if not self._live:
            return self._last_event_ms
        return int(wall_s * 1000 - self.lag_ms)
