"""The peer of what is stored: the same rows, encoded already, copied by PostgreSQL alone.

Nothing is evaluated, told or encoded, and nothing else runs: no close can be stored sooner than
its rows can be copied.
"""

import io
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing, contextmanager
from typing import Final

import psycopg2
from psycopg2 import extensions

TIMES: Final = 5
_PARENTS: Final = ("ohlcv_1min", "indicator_rows_intraday")
_OF_LAST: Final = """
COPY (SELECT * FROM {parent} WHERE "timestamp" = %s {only} ORDER BY symbol)
TO STDOUT (FORMAT binary)
"""


def bare_copies(url: str, n_timeframes: int) -> list[float]:
    """Return ms of copying bars and indicator rows of so many timeframes, of each of TIMES times.

    Bars and indicators go side by side on two connections, a transaction a timeframe, as Streaming
    stores them; the rows are those of the last minute, in tables of their own with the same keys.
    """
    with closing(psycopg2.connect(url)) as connection:
        rows = _last_rows(connection)
    took = []
    with ThreadPoolExecutor(len(rows)) as beside:
        for _ in range(TIMES):
            with _fresh_tables(url, n_timeframes):
                began = time.monotonic()
                done = [
                    beside.submit(_copy, url, parent, raw, n_timeframes)
                    for parent, raw in rows.items()
                ]
                ended = [each.result() for each in done]
                took.append(1000 * (max(ended) - began))
    return took


def _last_rows(connection: extensions.connection) -> dict[str, bytes]:
    """Return the rows of the last minute that has both, as binary streams by their table."""
    found: dict[str, bytes] = {}
    with connection, connection.cursor() as cursor:
        cursor.execute(
            "SELECT max(\"timestamp\") FROM indicator_rows_intraday WHERE timeframe = '1min'"
        )
        ((last,),) = cursor.fetchall()
        for parent in _PARENTS:
            only = "" if parent.startswith("ohlcv") else "AND timeframe = '1min'"
            query = cursor.mogrify(_OF_LAST.format(parent=parent, only=only), (last,)).decode()
            out = io.BytesIO()
            cursor.copy_expert(query, out)
            found[parent] = out.getvalue()
    return found


@contextmanager
def _fresh_tables(url: str, n_timeframes: int) -> Iterator[None]:
    """Make a table for each timeframe and kind of row, and drop them afterwards."""
    names = [(f"bare_{parent}_{n}", parent) for parent in _PARENTS for n in range(n_timeframes)]
    with closing(psycopg2.connect(url)) as connection:
        with connection, connection.cursor() as cursor:
            for name, parent in names:
                cursor.execute(f"CREATE TABLE {name} (LIKE {parent} INCLUDING ALL)")
        try:
            yield
        finally:
            with connection, connection.cursor() as cursor:
                for name, _ in names:
                    cursor.execute(f"DROP TABLE {name}")


def _copy(url: str, parent: str, raw: bytes, n_timeframes: int) -> float:
    """Copy the rows into the tables of a kind; return when the last was committed."""
    with closing(psycopg2.connect(url)) as connection:
        for n in range(n_timeframes):
            with connection, connection.cursor() as cursor:
                copy = f"COPY bare_{parent}_{n} FROM STDIN (FORMAT binary)"
                cursor.copy_expert(copy, io.BytesIO(raw), size=len(raw))
    return time.monotonic()
