"""Ask PostgreSQL when the rows of each close were committed; it notes that by itself."""

from contextlib import closing
from typing import Final

import psycopg2

_COMMITTED: Final = "extract(epoch FROM max(pg_xact_commit_timestamp(xmin)))::float8"
_LENGTHS: Final = {"1min": 60, "5min": 300, "15min": 900, "1hour": 3600}
_BARS: Final = """
SELECT extract(epoch FROM "timestamp")::bigint + {length}, {committed}, count(*)
FROM ohlcv_{timeframe} WHERE "timestamp" >= to_timestamp(%(since)s) - interval '1 hour' GROUP BY 1
"""
_INDICATORS: Final = """
SELECT extract(epoch FROM "timestamp")::bigint + {length}, {committed}, count(*)
FROM indicator_rows_intraday
WHERE timeframe = '{timeframe}' AND "timestamp" >= to_timestamp(%(since)s) - interval '1 hour'
GROUP BY 1
"""
_EVENTS: Final = """
SELECT round(extract(epoch FROM received_at), 3)::float8, {committed}, count(*)
FROM pattern_events GROUP BY 1
"""

Stored = dict[float, dict[str, tuple[float, int]]]


def stored_at(url: str, since: float) -> tuple[Stored, Stored]:
    """Return when the last row was committed and how many there are, each by kind of row.

    The first by the end of a bar, of bars from `since` on; the second by the arrival of the frame
    that caused an event; all unix seconds.
    """
    rows: Stored = {}
    with closing(psycopg2.connect(url)) as connection, connection.cursor() as cursor:
        for timeframe, length in _LENGTHS.items():
            named = {"length": length, "committed": _COMMITTED, "timeframe": timeframe}
            for kind, query in (("bars", _BARS), ("indicators", _INDICATORS)):
                cursor.execute(query.format(**named), {"since": since})
                for end, at, count in cursor.fetchall():
                    if at is not None:
                        rows.setdefault(float(end), {})[f"{kind} {timeframe}"] = (at, count)
        cursor.execute(_EVENTS.format(committed=_COMMITTED))
        events: Stored = {key: {"events": (at, n)} for key, at, n in cursor.fetchall()}
    return rows, events
