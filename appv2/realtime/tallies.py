"""Count what the relay did, and what it had to drop and why."""

from collections import Counter
from collections.abc import Mapping

import structlog

from service.errors import InvalidData

log = structlog.get_logger()


class Tallies:
    """Count events; each cause of a drop is logged the first time only."""

    def __init__(self) -> None:
        self._counts: Counter[str] = Counter()
        self._malformed: Counter[str] = Counter()

    def add(self, what: str, n: int = 1) -> None:
        """Count `n` more of `what`."""
        self._counts[what] += n

    def malformed(self, channel: str, error: InvalidData) -> None:
        """Count a message that could not be used."""
        cause = f"{channel}: {error}"
        self._malformed[cause] += 1
        if self._malformed[cause] == 1:
            log.warning("message_malformed", channel=channel, cause=str(error))

    @property
    def counts(self) -> Mapping[str, int]:
        """How often each thing happened."""
        return dict(self._counts)

    @property
    def malformed_by_cause(self) -> Mapping[str, int]:
        """How many messages were dropped, by channel and cause."""
        return dict(self._malformed)
