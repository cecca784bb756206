"""Read what was last said of each flow."""

from dataclasses import dataclass
from typing import Final

from pl.store.connection import Cursor, Database
from pl.store.partitions import moment

_LAST: Final = """
SELECT DISTINCT ON (flow_id) flow_id::text, life, revision,
       round(extract(epoch FROM bar_time) * 1000)::bigint,
       confidence, current_price, price_change, volume, symbol, pattern, direction
FROM pattern_events
WHERE bar_time >= %s
ORDER BY flow_id, seq DESC
"""


@dataclass(frozen=True, slots=True)
class Standing:
    """Hold the last event of a flow; bar_time_ms in unix ms, price in USD, change in percent."""

    flow_id: str
    life: str
    revision: int
    bar_time_ms: int
    confidence: float
    price: float
    price_change: float
    volume: float
    symbol: str
    pattern: str
    direction: str


class StandingFlows:
    """Know the flows of recent bars; raises Unavailable while PostgreSQL is away."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def since(self, bar_time_ms: int) -> list[Standing]:
        """Return the last event of each flow whose bar is of `bar_time_ms` or later."""

        def work(cursor: Cursor) -> list[Standing]:
            cursor.execute(_LAST, (moment(bar_time_ms),))
            return [Standing(*row) for row in cursor.fetchall()]

        return self._database.run(work)
