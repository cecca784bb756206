"""Keep what went wrong."""

import threading
from collections import deque
from functools import partial
from typing import Any, Final

import msgspec

from contracts.messages.streaming import ErrorReport
from pl.store.connection import Cursor, Database
from pl.store.partitions import moment

MOST_WAITING: Final = 1_000

_INSERT: Final = (
    'INSERT INTO error_logs (error_id, "timestamp", source, severity, category,'
    " component, message, traceback, context)"
    " VALUES (%s, %s, %s, %s, %s, %s, %s, %s, %s) ON CONFLICT DO NOTHING"
)


class ErrorLog:
    """Write error reports; raises Unavailable while PostgreSQL is away.

    Until it is back the last `MOST_WAITING` reports wait, that of the outage among them.
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
                self._database.run(partial(_insert, oldest))
                if self._waiting and self._waiting[0] is oldest:
                    self._waiting.popleft()


def _insert(row: tuple[Any, ...], cursor: Cursor) -> None:
    cursor.execute(_INSERT, row)
