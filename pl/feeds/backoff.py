"""Space the attempts to reconnect."""

import random
from collections.abc import Callable


class Backoff:
    """Double the delay with every failed session, with jitter.

    A session counts as good only after data flowed for `stable_s`: a plan with one connection
    evicts a rival after its authentication and subscription have succeeded.
    """

    def __init__(
        self,
        *,
        first_s: float = 0.5,
        longest_s: float = 30.0,
        stable_s: float = 30.0,
        jitter: Callable[[], float] = random.random,
    ) -> None:
        self._first_s = first_s
        self._longest_s = longest_s
        self._stable_s = stable_s
        self._jitter = jitter
        self.failures = 0

    def session_ended(self, data_s: float) -> None:
        """Forget earlier failures when the session brought data for long enough (seconds)."""
        self.failures = 0 if data_s >= self._stable_s else self.failures

    def next_delay_s(self, at_least_s: float = 0.0) -> float:
        """Return the seconds to wait before the next attempt, and count a failure."""
        delay = min(self._longest_s, self._first_s * 2.0 ** min(self.failures, 30))
        self.failures += 1
        return max(at_least_s, delay) * (0.5 + 0.5 * self._jitter())
