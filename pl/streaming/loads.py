"""Hand the alerts of a close to the road, in parts that are told together."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Final

from pl.streaming.findings import Found

TOLD_FIRST: Final = 20
TOLD_AT_ONCE: Final = 270
"""Events of one transaction: the first ones of a close are few, so that they come soon."""


@dataclass(frozen=True, slots=True)
class Load:
    """Hold the alerts of one close: (signal, quality of its bar), and how far was evaluated.

    through_ms : None when more of the close is still to come;
    then : called on the road's thread when they are durable, in the order of the loads; must
    not block; None when nothing follows.
    """

    found: Found
    received_at: float
    detected_at: float
    through_ms: int | None
    then: Callable[[], None] | None

    @property
    def is_ahead(self) -> bool:
        """Tell whether more of the close is still to come."""
        return self.through_ms is None and self.then is None


def parts_of(n: int) -> Iterator[slice]:
    """Return what is told together of `n` events; a close that has little more is told at once."""
    first = n if n <= 2 * TOLD_FIRST else TOLD_FIRST
    if n:
        yield slice(0, first)
    for begin in range(first, n, TOLD_AT_ONCE):
        yield slice(begin, min(begin + TOLD_AT_ONCE, n))
