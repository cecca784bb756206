"""Work out how long each close took, from the frame that passed the watermark."""

from collections.abc import Sequence
from typing import Final

from bench.minute.listener import Close
from bench.minute.stored import stored_at

FIRST: Final = "frame -> first published"
ALL: Final = "frame -> all published"
STORED: Final = "frame -> everything stored"
PHASES: Final = (
    "hop: frame -> first found",
    "hop: first found -> first published",
    "hop: first found -> last found",
    "hop: last found -> last published",
)
_MINUTE_S: Final = 60.0


def latencies(closes: Sequence[Close], url: str, speed: float) -> dict[str, list[float]]:
    """Return milliseconds by name, one a close; of what is stored by kind of row too.

    A frame's arrival is what Streaming says of it. A replay that is held up would note it late:
    how much later than at the best close is a row of its own.
    """
    found: dict[str, list[float]] = {name: [] for name in (FIRST, ALL, STORED, *PHASES)}
    if not closes:
        return found
    rows, events = stored_at(url, min(one.bar_time for one in closes))
    for one in closes:
        found[FIRST].append(1000 * (one.first_at - one.received_at))
        found[ALL].append(1000 * (one.last_at - one.received_at))
        for name, took in zip(PHASES, _phases(one), strict=True):
            found[name].append(took)
        kinds = rows.get(one.bar_time + _MINUTE_S, {}) | events.get(one.received_at, {})
        ended = {kind: 1000 * (at - one.received_at) for kind, (at, _) in kinds.items()}
        found[STORED].append(max(ended.values(), default=float("inf")))
        for kind, took in ended.items():
            found.setdefault(f"frame -> {kind} stored", []).append(took)
        n_timeframes = sum(kind.startswith("bars ") for kind in kinds)
        found.setdefault(published_of(n_timeframes), []).append(found[ALL][-1])
        found.setdefault(stored_of(n_timeframes), []).append(found[STORED][-1])
    shifts = [one.received_at - one.bar_time / speed for one in closes]
    found["frame later than due"] = [1000 * (shift - min(shifts)) for shift in shifts]
    return found


def published_of(n_timeframes: int) -> str:
    """Name the row of closes that so many timeframes had."""
    return f"{ALL}, timeframes: {n_timeframes}"


def stored_of(n_timeframes: int) -> str:
    """Name the row of closes that so many timeframes had."""
    return f"{STORED}, timeframes: {n_timeframes}"


def _phases(one: Close) -> tuple[float, ...]:
    """Return what the parts of a close took, in the order of PHASES, ms."""
    return (
        1000 * (one.first_found_at - one.received_at),
        1000 * (one.first_at - one.first_found_at),
        1000 * (one.last_found_at - one.first_found_at),
        1000 * (one.last_at - one.last_found_at),
    )
