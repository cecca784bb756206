"""The hops of each alert as the database has them: the view `pattern_flow_analysis`."""

import time
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

import psycopg2

_FLOWS: Final = """
SELECT flow_id::text, extract(epoch FROM pattern_published_at)::float8,
       extract(epoch FROM event_received_at)::float8, extract(epoch FROM event_parsed_at)::float8,
       extract(epoch FROM websocket_delivered_at)::float8, total_latency_ms
FROM pattern_flow_analysis WHERE flow_id = ANY(%s::uuid[])
"""
LOGGED_WITHIN_S: Final = 10.0


@dataclass(frozen=True)
class Flow:
    """One alert's checkpoints in unix seconds; None where one is missing."""

    flow_id: str
    published: float | None
    received: float | None
    parsed: float | None
    delivered: float | None
    total_ms: float

    @property
    def is_whole(self) -> bool:
        """Whether it has all four checkpoints."""
        return None not in (self.published, self.received, self.parsed, self.delivered)


def read(database_url: str, flow_ids: Sequence[str]) -> list[Flow]:
    """Return the flows; waits a few seconds for checkpoints that are written in batches."""
    end = time.monotonic() + LOGGED_WITHIN_S
    connection = psycopg2.connect(database_url)
    connection.autocommit = True
    try:
        with connection.cursor() as cursor:
            while True:
                cursor.execute(_FLOWS, (list(flow_ids),))
                found = [Flow(*row) for row in cursor.fetchall()]
                whole = sum(flow.is_whole for flow in found)
                if whole == len(flow_ids) or time.monotonic() > end:
                    return found
                time.sleep(0.5)
    finally:
        connection.close()
