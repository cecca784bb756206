"""Read what was last said of each flow."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

from pl.store.connection import Cursor, Database
from pl.store.partitions import moment

_LAST: Final = """
SELECT DISTINCT ON (flow_id) flow_id::text, life, revision,
       round(extract(epoch FROM bar_time) * 1000)::bigint,
       confidence, current_price, price_change, volume, timeframe, symbol, pattern, direction,
       reason, coalesce(levels, '{}')::text, coalesce(geometry, '{}')::text
FROM pattern_events
JOIN unnest(%s::text[], %s::timestamptz[]) AS asked (timeframe, since) USING (timeframe)
WHERE bar_time >= since AND bar_time >= %s
ORDER BY flow_id, seq DESC
"""


@dataclass(frozen=True, slots=True)
class Standing:
    """Hold the last event of a flow; bar_time_ms in unix ms, price in USD, change in percent.

    levels, geometry : as JSON, which few are ever asked for.
    """

    flow_id: str
    life: str
    revision: int
    bar_time_ms: int
    confidence: float
    price: float
    price_change: float
    volume: float
    timeframe: str
    symbol: str
    pattern: str
    direction: str
    reason: str = ""
    levels: str = "{}"
    geometry: str = "{}"


class StandingFlows:
    """Know the flows of recent bars; raises Unavailable while PostgreSQL is away."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def since(self, bar_time_ms: Mapping[str, int]) -> list[Standing]:
        """Return the last event of each flow of a bar from then on.

        bar_time_ms : by timeframe, unix ms; flows of others are left out.
        """
        since = [moment(ms) for ms in bar_time_ms.values()]

        def work(cursor: Cursor) -> list[Standing]:
            cursor.execute(_LAST, (list(bar_time_ms), since, min(since)))
            return [Standing(*row) for row in cursor.fetchall()]

        return self._database.run(work)
