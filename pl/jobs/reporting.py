"""Tell Redis and PostgreSQL how jobs are; what could not be told is told later."""

import asyncio
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Final

import structlog

from contracts.codec import encode
from contracts.messages.envelopes import flat
from contracts.messages.jobs import JobProgress, JobStatus
from contracts.names import MONITORING
from pl.bus.jobs import JobQueue
from pl.bus.orders import Job
from pl.jobs.record import ENDED, JobRecord
from pl.store.jobs import JobLog
from service.errors import Unavailable

log = structlog.get_logger()

COMPONENT: Final = "dataloader"
EVERY_S: Final = 0.25
RETRY_S: Final = 1.0


@dataclass(frozen=True, slots=True)
class _Report:
    status: JobStatus
    job: Job
    job_type: str
    payload: bytes
    requested_by: str | None


@dataclass(slots=True)
class Reporter:
    """Write the newest status of each job, at most four times a second.

    settled : hears of a job whose end stands in Redis, so that its order may be forgotten.
    """

    statuses: JobQueue
    rows: JobLog
    publish: Callable[[str, bytes], None]
    settled: Callable[[Job], None]
    clock: Callable[[], float]
    _statuses: dict[str, _Report] = field(default_factory=dict)
    _rows: dict[str, _Report] = field(default_factory=dict)
    _said: dict[str, tuple[str, float]] = field(default_factory=dict)
    _changed: asyncio.Event = field(default_factory=asyncio.Event)

    def note(self, record: JobRecord) -> None:
        """Take the status of a job; never waits."""
        status = record.snapshot()
        report = _Report(status, record.job, record.job_type, record.payload, record.requested_by)
        self._statuses[status.job_id] = self._rows[status.job_id] = report
        self._announce(status)
        self._changed.set()

    async def run(self) -> None:
        """Write for ever."""
        while True:
            await self._changed.wait()
            self._changed.clear()
            if await self.flush():
                await asyncio.sleep(EVERY_S)
            else:
                self._changed.set()
                await asyncio.sleep(RETRY_S)

    async def flush(self) -> bool:
        """Write what is waiting; return whether all of it is written."""
        told = await self._told(self._statuses, self._write_status)
        saved = await self._told(self._rows, self._write_row)
        return told and saved

    async def _told(self, waiting: dict[str, _Report], write: Callable[[_Report], None]) -> bool:
        for job_id, report in tuple(waiting.items()):
            try:
                await asyncio.to_thread(write, report)
            except Unavailable as away:
                log.warning("job_status_waits", job_id=job_id, detail=str(away))
                return False
            if waiting.get(job_id) is report:
                del waiting[job_id]
        return True

    def _write_status(self, report: _Report) -> None:
        self.statuses.set_status(report.status)
        if report.status.status in ENDED:
            self.settled(report.job)

    def _write_row(self, report: _Report) -> None:
        self.rows.save(
            report.status,
            job_type=report.job_type,
            payload=report.payload,
            requested_by=report.requested_by,
        )

    def _announce(self, status: JobStatus) -> None:
        now = self.clock()
        before, at = self._said.get(status.job_id, ("", 0.0))
        if status.status == before and now - at < EVERY_S:
            return
        self._said[status.job_id] = (status.status, now)
        if status.status in ENDED:
            del self._said[status.job_id]
        progress = JobProgress(
            event_type="job_progress_update",
            job_id=status.job_id,
            status=status.status,
            progress=status.progress,
            processed_symbols=status.processed_symbols,
            total_symbols=status.total_symbols,
            current_symbol=status.current_symbol,
        )
        self.publish(MONITORING, encode(flat("job_progress_update", now, COMPONENT, progress)))
