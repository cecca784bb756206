"""Keep what went wrong."""

import msgspec

from contracts.messages.streaming import ErrorReport
from pl.store.connection import Cursor, Database
from pl.store.partitions import moment


class ErrorLog:
    """Write error reports; raises Unavailable while PostgreSQL is away."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def write(
        self, report: ErrorReport, at: float, *, source: str, traceback: str | None = None
    ) -> None:
        """Store a report of `at` (unix seconds) once; `source` names the process."""
        context = msgspec.json.encode({"error_code": report.error_code, **report.context}).decode()
        values = (
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

        def work(cursor: Cursor) -> None:
            cursor.execute(
                'INSERT INTO error_logs (error_id, "timestamp", source, severity, category,'
                " component, message, traceback, context)"
                " VALUES (%s, %s, %s, %s, %s, %s, %s, %s, %s) ON CONFLICT DO NOTHING",
                values,
            )

        self._database.run(work)
