"""Say what a key is entitled to."""

from collections import deque
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Final

from pl.simulator.subscriptions import KINDS

MINUTE_S: Final = 60.0


@dataclass(frozen=True, slots=True)
class Plan:
    """Describe a subscription plan.

    channels : kinds of events that may be subscribed to; history : whether aggregates may be
    asked for by REST; requests_per_minute : None for no limit; is_delayed : REST answers say
    DELAYED in place of OK.
    """

    channels: frozenset[str] = field(default=frozenset(KINDS))
    history: bool = True
    requests_per_minute: int | None = None
    is_delayed: bool = False


class Keys:
    """Know the plan of each key and count its requests of the last minute."""

    def __init__(self, plans: Mapping[str, Plan]) -> None:
        self._plans = dict(plans)
        self._requests: dict[str, deque[float]] = {key: deque() for key in plans}

    def plan(self, key: str) -> Plan | None:
        """Return the plan of a key, None for an unknown key."""
        return self._plans.get(key)

    def may_request(self, key: str, at_s: float) -> bool:
        """Count a request of a known key; False when its plan's minute is used up."""
        limit = self._plans[key].requests_per_minute
        if limit is None:
            return True
        asked = self._requests[key]
        while asked and asked[0] <= at_s - MINUTE_S:
            asked.popleft()
        if len(asked) >= limit:
            return False
        asked.append(at_s)
        return True
