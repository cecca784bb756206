"""Take orders in, work on one job at a time, say how each ends."""

import asyncio
from collections import Counter, deque
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from typing import Final

import structlog

from contracts.messages.jobs import JobStatus
from pl.bus.orders import Cancel, Job, Malformed, Order
from pl.jobs.record import ENDED, JobRecord, open_record
from pl.jobs.reporting import Reporter
from pl.jobs.work import Work
from pl.trouble import TroubleDesk
from service.errors import Rejected, Unavailable

log = structlog.get_logger()

LOST: Final = "the loader was stopped before the job ended; ask for it again under another job_id"

MOST_EARLY: Final = 1_000
"""Cancels overtake jobs: so many of jobs that have not arrived yet are kept in mind."""


@dataclass(slots=True)
class Desk:
    """Hold the jobs that wait and the one that runs; used from the event loop only."""

    work: Work
    reporter: Reporter
    trouble: TroubleDesk
    clock: Callable[[], float]
    ended: Counter[str] = field(default_factory=Counter)
    malformed: int = 0
    bars: int = 0
    running: JobRecord | None = None
    _waiting: dict[str, JobRecord] = field(default_factory=dict)
    _left_behind: dict[str, JobStatus] = field(default_factory=dict)
    _early: deque[str] = field(default_factory=lambda: deque(maxlen=MOST_EARLY))
    _arrived: asyncio.Event = field(default_factory=asyncio.Event)
    _task: asyncio.Task[None] | None = None
    _vetting: set[asyncio.Task[None]] = field(default_factory=set)

    @property
    def waiting(self) -> int:
        """Return how many jobs wait for their turn."""
        return len(self._waiting)

    def expect(self, unfinished: Iterable[JobStatus]) -> None:
        """Learn of the jobs that a loader before this one did not finish."""
        self._left_behind = {status.job_id: status for status in unfinished}

    def take(self, order: Order | None, before: JobStatus | None) -> None:
        """Act on an order; None says that nothing has come for a while."""
        if order is None:
            self._give_up_lost()
        elif isinstance(order, Malformed):
            self._refuse(order)
        elif isinstance(order, Cancel):
            self._cancel(order.job_id)
        else:
            self._accept(order, before)

    async def run(self) -> None:
        """Work on jobs in the order of their arrival until cancelled."""
        while True:
            while not self._waiting:
                self._arrived.clear()
                await self._arrived.wait()
            self.running = self._waiting.pop(next(iter(self._waiting)))
            self._task = asyncio.create_task(self._perform(self.running))
            try:
                await asyncio.wait({self._task})
            except asyncio.CancelledError:
                self._task.cancel()
                for vetting in self._vetting:
                    vetting.cancel()
                await asyncio.wait({self._task, *self._vetting})
                self._lay_down()
                raise
            finally:
                self.running = self._task = None

    def _refuse(self, order: Malformed) -> None:
        self.malformed += 1
        message = f"{order.channel}: {order.reason}"
        self.trouble.report("MALFORMED_JOB", message, self.clock(), each_message=True)

    def _cancel(self, job_id: str) -> None:
        waiting = self._waiting.pop(job_id, None)
        if waiting is not None:
            self._end(waiting, "cancelled", "cancelled before it began")
        elif self.running is not None and self.running.job.id == job_id and self._task:
            if self.running.status not in {"cancelling", *ENDED}:
                self.running.cancelling()
                self._task.cancel()
        else:
            self._early.append(job_id)
            log.info("cancel_of_no_job", job_id=job_id)

    def _accept(self, job: Job, before: JobStatus | None) -> None:
        self._left_behind.pop(job.id, None)
        if before is not None and before.status in ENDED:
            self.reporter.settled(job)
            return
        record = open_record(job, before, self.reporter.note, self.clock)
        if job.id in self._early or (before is not None and before.status == "cancelling"):
            self._end(record, "cancelled", "cancelled before it began")
            return
        if self.running is not None or self._waiting:
            self._vet(record)
        self._waiting[job.id] = record
        self.reporter.note(record)
        self._arrived.set()

    def _vet(self, record: JobRecord) -> None:
        """Refuse a job that has to wait as soon as it is known that it cannot be done."""
        vetting = asyncio.create_task(self.work.vet(record))
        self._vetting.add(vetting)
        vetting.add_done_callback(lambda done: self._vetted(record, done))

    def _vetted(self, record: JobRecord, vetting: asyncio.Task[None]) -> None:
        self._vetting.discard(vetting)
        problem = None if vetting.cancelled() else vetting.exception()
        if isinstance(problem, Rejected) and self._waiting.get(record.job.id) is record:
            del self._waiting[record.job.id]
            self._end(record, "failed", problem.detail, problem.detail)
        elif problem is not None and not isinstance(problem, Rejected | Unavailable):
            log.error("vetting_broke", job_id=record.job.id, exc_info=problem)

    def _give_up_lost(self) -> None:
        """End the jobs that no stream entry brings back: bare publishes of an earlier life."""
        for job_id, status in self._left_behind.items():
            record = open_record(Job(job_id, "", b"{}"), status, self.reporter.note, self.clock)
            record.processed_symbols = status.processed_symbols
            record.total_symbols = status.total_symbols
            self._end(record, "failed", LOST, LOST)
        self._left_behind = {}

    async def _perform(self, record: JobRecord) -> None:
        try:
            record.start()
            await self.work.do(record)
        except Rejected as refused:
            self._end(record, "failed", refused.detail, refused.detail)
        except Unavailable as away:
            message = f"gave up waiting for {away}; {_loaded(record)}"
            self._end(record, "failed", message, str(away))
        except asyncio.CancelledError:
            if record.status == "cancelling":
                self._end(record, "cancelled", f"cancelled; {_loaded(record)}")
            else:
                self._interrupt(record)
        except Exception:  # the outer boundary of a job: resumed, a bug would come again and again
            log.exception("job_broke", job_id=record.job.id)
            message = f"internal error, the log says why; {_loaded(record)}"
            self._end(record, "failed", message, "internal error")
        else:
            self._end(record, *_outcome(record))

    def _lay_down(self) -> None:
        for record in self._waiting.values():
            self._interrupt(record)

    def _interrupt(self, record: JobRecord) -> None:
        if record.job.entry_id:
            record.put_back()
        else:
            self._end(record, "failed", LOST, LOST)

    def _end(self, record: JobRecord, status: str, message: str, error: str | None = None) -> None:
        record.end(status, message, error)
        self.ended[status] += 1
        self.bars += record.bars
        log.info(
            "job_ended",
            job_id=record.job.id,
            job_type=record.job_type,
            status=status,
            message=message,
            bars=record.bars,
        )


def _loaded(record: JobRecord) -> str:
    return f"{record.bars} bars were loaded and stay"


def _outcome(record: JobRecord) -> tuple[str, str, str | None]:
    loaded = f"{record.bars} bars of {record.total_symbols - len(record.failed)} symbols"
    if not record.failed:
        return "completed", loaded, None
    failed = "; ".join(f"{symbol}: {reason}" for symbol, reason in record.failed.items())
    if len(record.failed) == record.total_symbols:
        return "failed", f"every symbol failed: {failed}", failed
    return "completed_with_errors", f"{loaded}; {len(record.failed)} failed: {failed}", failed
