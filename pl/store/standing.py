"""Read what was last said of each flow."""

from pl.store.connection import Cursor, Database
from pl.store.partitions import moment

StandingRow = tuple[str, str, int, int]

_LAST = """
SELECT DISTINCT ON (flow_id) flow_id::text, life, revision,
       round(extract(epoch FROM bar_time) * 1000)::bigint
FROM pattern_events
WHERE bar_time >= %s
ORDER BY flow_id, seq DESC
"""


class StandingFlows:
    """Know the flows of recent bars; raises Unavailable while PostgreSQL is away."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def since(self, bar_time_ms: int) -> list[StandingRow]:
        """Return (flow_id, life, revision, bar time in unix ms) of the last event of each flow."""

        def work(cursor: Cursor) -> list[StandingRow]:
            cursor.execute(_LAST, (moment(bar_time_ms),))
            return list(cursor.fetchall())

        return self._database.run(work)
