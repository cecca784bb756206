"""Work out how long each close took, from the frame that passed the watermark."""

from collections.abc import Sequence
from typing import Final

from bench.minute.listener import Close
from bench.minute.stored import stored_at

FIRST: Final = "frame -> first published"
ALL: Final = "frame -> all published"
STORED: Final = "frame -> everything stored"
_MINUTE_S: Final = 60.0


def latencies(closes: Sequence[Close], url: str, speed: float) -> dict[str, list[float]]:
    """Return milliseconds by name, one a close; of what is stored by kind of row too.

    A frame's arrival is what Streaming says of it. A replay that is held up would note it late:
    how much later than at the best close is a row of its own.
    """
    found: dict[str, list[float]] = {FIRST: [], ALL: [], STORED: []}
    if not closes:
        return found
    rows, events = stored_at(url, min(one.bar_time for one in closes))
    for one in closes:
        found[FIRST].append(1000 * (one.first_at - one.received_at))
        found[ALL].append(1000 * (one.last_at - one.received_at))
        kinds = rows.get(one.bar_time + _MINUTE_S, {}) | events.get(one.received_at, {})
        ended = {kind: 1000 * (at - one.received_at) for kind, (at, _) in kinds.items()}
        found[STORED].append(max(ended.values(), default=float("inf")))
        for kind, took in ended.items():
            found.setdefault(f"frame -> {kind} stored", []).append(took)
    shifts = [one.received_at - one.bar_time / speed for one in closes]
    found["frame later than due"] = [1000 * (shift - min(shifts)) for shift in shifts]
    return found
