"""Read how an event went from the producer to browsers."""

from itertools import pairwise
from typing import Any
from uuid import UUID

from appv2.adapters.postgres import Postgres
from service.errors import Rejected


class FlowTrace:
    """Look up the checkpoints of one flow."""

    def __init__(self, market: Postgres) -> None:
        self._market = market

    def of(self, flow_id: str) -> dict[str, Any]:
        """Return a flow's checkpoints in order of time, and how long each stage took.

        Times are unix seconds, latencies milliseconds. Raises Rejected when it is not known.
        """
        name = _uuid(flow_id)
        rows = self._market.rows(
            'SELECT checkpoint, extract(epoch FROM "timestamp")::float8 AS at, source_system,'
            " channel, symbol, pattern_name, confidence::float8 AS confidence, user_count, details"
            ' FROM integration_events WHERE flow_id = %s ORDER BY "timestamp"',
            (name,),
        )
        if not rows:
            raise Rejected("unknown_flow", f"flow: {name} is not known", 404)
        checkpoints = [
            {key: value for key, value in row.items() if value is not None} for row in rows
        ]
        return {"flow_id": name, "checkpoints": checkpoints, "latency_ms": _latencies(rows)}


def _latencies(rows: list[dict[str, Any]]) -> dict[str, float]:
    """Return the milliseconds between each checkpoint's first time and the one before."""
    firsts: dict[str, float] = {}
    for row in rows:
        firsts.setdefault(row["checkpoint"], row["at"])
    times = list(firsts.items())
    steps = pairwise(times)
    latencies = {name: round((at - before) * 1000, 3) for (_, before), (name, at) in steps}
    latencies["total"] = round((times[-1][1] - times[0][1]) * 1000, 3)
    return latencies


def _uuid(text: str) -> str:
    try:
        return str(UUID(text))
    except ValueError as error:
        raise Rejected("invalid_flow_id", f"flow_id: expected a UUID, was {text}", 422) from error
