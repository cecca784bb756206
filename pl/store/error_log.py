"""Keep what went wrong."""

import threading
from collections import deque
from functools import partial
from typing import Any, Final

import msgspec
import psycopg2
import structlog

from contracts.messages.streaming import ErrorReport
from pl.store.connection import Cursor, Database
from pl.store.partitions import moment

log = structlog.get_logger()

MOST_WAITING: Final = 1_000
REFUSING: Final = (psycopg2.DataError, psycopg2.IntegrityError, ValueError)
"""What is said of a report's own values; psycopg2 says ValueError of a NUL."""

_INSERT: Final = (
    'INSERT INTO error_logs (error_id, "timestamp", source, severity, category,'
    " component, message, traceback, context)"
    " VALUES (%s, %s, %s, %s, %s, %s, %s, %s, %s) ON CONFLICT DO NOTHING"
)


class ErrorLog:
    """Write error reports; raises Unavailable while PostgreSQL is away.

    Until it is back the last `MOST_WAITING` reports wait, that of the outage among them. One that
    PostgreSQL refuses is logged instead.
    """

    def __init__(self, database: Database) -> None:
        self._database = database
        self._waiting: deque[tuple[Any, ...]] = deque(maxlen=MOST_WAITING)
        self._writing = threading.Lock()

    def write(
        self, report: ErrorReport, at: float, *, source: str, traceback: str | None = None
    ) -> None:
        """Store a report of `at` (unix seconds) once; `source` names the process."""
        context = msgspec.json.encode({"error_code": report.error_code, **report.context}).decode()
        self._waiting.append(
            (
                report.error_id,
                moment(at * 1000),
                source,
                report.severity,
                report.category,
                report.component,
                report.message,
                traceback,
                context,
            )
        )
        self.write_waiting()

    def write_waiting(self) -> None:
        """Store what waits."""
        with self._writing:
            while self._waiting:
                oldest = self._waiting[0]
                try:
                    self._database.run(partial(_insert, oldest))
                except REFUSING as error:
                    log.warning("error_report_refused", report=repr(oldest), detail=str(error))
                if self._waiting and self._waiting[0] is oldest:
                    self._waiting.popleft()


def _insert(row: tuple[Any, ...], cursor: Cursor) -> None:
    cursor.execute(_INSERT, row)
