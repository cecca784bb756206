"""Read what was last said of each flow."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Final

from pl.store.connection import Cursor, Database
from pl.store.partitions import moment

_NEWEST: Final = "1min"
"""The timeframe of most events, of which only the newest are asked for."""
_NEVER: Final = datetime.max.replace(tzinfo=UTC)
_SAID: Final = """
SELECT flow_id, seq, life, revision, bar_time, confidence, current_price, price_change, volume,
       timeframe, symbol, pattern, direction, reason, levels, geometry
FROM pattern_events
"""
# Of years of events a part is read by an index of its own, not all by the time of the oldest.
_LAST: Final = f"""
SELECT DISTINCT ON (flow_id) flow_id::text, life, revision,
       round(extract(epoch FROM bar_time) * 1000)::bigint,
       confidence, current_price, price_change, volume, timeframe, symbol, pattern, direction,
       reason, coalesce(levels, '{{}}')::text, coalesce(geometry, '{{}}')::text
FROM (
    {_SAID} WHERE timeframe = '{_NEWEST}' AND bar_time >= %(newest)s
    UNION ALL
    SELECT longer.*
    FROM unnest(%(timeframes)s::text[], %(since)s::timestamptz[]) AS asked (name, since)
    CROSS JOIN LATERAL (
        {_SAID} WHERE timeframe <> '{_NEWEST}' AND timeframe = name AND bar_time >= since
    ) AS longer
) AS said
ORDER BY flow_id, seq DESC
"""  # noqa: S608 - constants of this module


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
        since = {name: moment(ms) for name, ms in bar_time_ms.items()}
        newest = since.pop(_NEWEST, _NEVER)
        asked = {"newest": newest, "timeframes": list(since), "since": list(since.values())}

        def work(cursor: Cursor) -> list[Standing]:
            cursor.execute(_LAST, asked)
            return [Standing(*row) for row in cursor.fetchall()]

        return self._database.run(work)
