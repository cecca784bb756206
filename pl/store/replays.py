"""Forget what a replay left behind, so that a recording can be played again."""

from typing import Final

from pl.store import identity
from pl.store.connection import Cursor, Database

_TABLES: Final = (
    "ohlcv_1min",
    "ohlcv_5min",
    "ohlcv_15min",
    "ohlcv_1hour",
    "ohlcv_daily",
    "ohlcv_weekly",
    "indicator_rows_intraday",
    "indicator_rows_daily",
    "pattern_events",
    "stream_progress",
    "integration_events",
    "appv2.relay_cursor",
)


def forget_replay(database_url: str) -> None:
    """Delete bars, indicators, alerts and their log; users, symbols and universes stay.

    Raises Rejected for a database that holds another market than replay, Unavailable when
    PostgreSQL does not answer.
    """
    identity.check(database_url, "replay")
    database = Database(database_url, application="tickstock-replay-again")

    def work(cursor: Cursor) -> None:
        cursor.execute(f"TRUNCATE {', '.join(_TABLES)}")

    try:
        database.run(work)
    finally:
        database.close()
