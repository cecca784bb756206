"""Keep jobs and what became of them longer than Redis does."""

from datetime import datetime

from contracts.codec import iso
from contracts.messages.jobs import JobStatus
from pl.store.connection import Cursor, Database

_SAVE = """
INSERT INTO jobs (job_id, job_type, payload, requested_by, status, progress, message,
                  current_symbol, processed_symbols, total_symbols, submitted_at, started_at,
                  completed_at, error_message)
VALUES (%s, %s, %s, %s, %s, %s, %s, %s, %s, %s, %s, %s, %s, %s)
ON CONFLICT (job_id) DO UPDATE SET
    status = excluded.status, progress = excluded.progress, message = excluded.message,
    current_symbol = excluded.current_symbol, processed_symbols = excluded.processed_symbols,
    total_symbols = excluded.total_symbols, started_at = excluded.started_at,
    completed_at = excluded.completed_at, error_message = excluded.error_message
"""

_UNFINISHED = """
SELECT job_id, status, progress, message, processed_symbols, total_symbols, submitted_at,
       current_symbol, started_at
FROM jobs WHERE status IN ('queued', 'running', 'cancelling')
ORDER BY submitted_at
"""


class JobLog:
    """Write jobs; raises Unavailable while PostgreSQL is away."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def save(
        self, status: JobStatus, *, job_type: str, payload: bytes, requested_by: str | None = None
    ) -> None:
        """Store a job with its status; `payload` is the JSON that asked for it."""
        values = (
            status.job_id,
            job_type,
            payload.decode(),
            requested_by,
            status.status,
            status.progress,
            status.message,
            status.current_symbol,
            status.processed_symbols,
            status.total_symbols,
            status.submitted_at,
            status.started_at,
            status.completed_at,
            status.error_message,
        )

        def work(cursor: Cursor) -> None:
            cursor.execute(_SAVE, values)

        self._database.run(work)

    def unfinished(self) -> list[JobStatus]:
        """Return the jobs that have not ended, oldest first."""

        def work(cursor: Cursor) -> list[JobStatus]:
            cursor.execute(_UNFINISHED)
            return [_status(*row) for row in cursor.fetchall()]

        return self._database.run(work)


def _status(
    job_id: str,
    status: str,
    progress: int,
    message: str,
    processed: int,
    total: int,
    submitted_at: datetime,
    current_symbol: str | None,
    started_at: datetime | None,
) -> JobStatus:
    return JobStatus(
        job_id=job_id,
        status=status,
        progress=progress,
        message=message,
        processed_symbols=processed,
        total_symbols=total,
        submitted_at=iso(submitted_at.timestamp()),
        current_symbol=current_symbol,
        started_at=iso(started_at.timestamp()) if started_at else None,
    )
