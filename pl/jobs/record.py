"""Follow one job from its arrival to its end."""

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any, Final

import msgspec

from contracts.codec import iso
from contracts.messages.jobs import JobStatus
from pl.bus.orders import Job

ENDED: Final = frozenset({"completed", "completed_with_errors", "failed", "cancelled"})
UNKNOWN: Final = "unknown"


class _Asked(msgspec.Struct):
    """Read with tolerance what is kept of every job, whatever else is wrong with it."""

    job_type: Any = None
    type: Any = None
    requested_by: Any = None
    user_id: Any = None
    timestamp: Any = None


@dataclass(slots=True, eq=False)
class JobRecord:
    """Hold what is known of a job; `changed` hears of every change.

    pieces : how many requests of history the job takes, `done` of them are over.
    """

    job: Job
    job_type: str
    requested_by: str | None
    payload: bytes
    submitted_at: str
    changed: Callable[["JobRecord"], None]
    clock: Callable[[], float]
    status: str = "queued"
    message: str = "waits for its turn"
    current_symbol: str | None = None
    processed_symbols: int = 0
    total_symbols: int = 0
    pieces: int = 0
    done: int = 0
    bars: int = 0
    started_at: str | None = None
    completed_at: str | None = None
    error_message: str | None = None
    failed: dict[str, str] = field(default_factory=dict)

    @property
    def progress(self) -> int:
        """Return how far the job is in percent; 100 only when it is completed."""
        if self.status in {"completed", "completed_with_errors"}:
            return 100
        return min(99, self.done * 100 // self.pieces) if self.pieces else 0

    def start(self) -> None:
        """Say that work on the job begins."""
        self.status, self.message = "running", "reads what is asked for"
        self.started_at = self.started_at or iso(self.clock())
        self.changed(self)

    def expect(self, symbols: int, pieces_each: int) -> None:
        """Say how much there is to do."""
        self.total_symbols, self.pieces = symbols, symbols * pieces_each
        self.say(f"loads {symbols} symbols")

    def turn_to(self, symbol: str) -> None:
        """Say that work on a symbol begins."""
        self.current_symbol = symbol
        self.say(f"loads {symbol}")

    def advance(self, bars: int) -> None:
        """Count a finished piece and its bars."""
        self.done += 1
        self.bars += bars
        self.changed(self)

    def leave(self, pieces_left: int) -> None:
        """Count a symbol as processed, with the pieces of it that nobody will fetch."""
        self.done += pieces_left
        self.processed_symbols += 1
        self.changed(self)

    def say(self, message: str) -> None:
        """Tell what is being done or waited for."""
        self.message = message
        if self.status == "running":
            self.changed(self)

    def cancelling(self) -> None:
        """Say that the job is about to stop."""
        self.status, self.message = "cancelling", "stops"
        self.changed(self)

    def put_back(self) -> None:
        """Say that the job goes on when the loader starts again."""
        self.status, self.message = "queued", "the loader was stopped; goes on when it starts"
        self.changed(self)

    def end(self, status: str, message: str, error_message: str | None = None) -> None:
        """Say how the job ended."""
        self.status, self.message, self.error_message = status, message, error_message
        self.current_symbol = None
        self.completed_at = iso(self.clock())
        self.changed(self)

    def snapshot(self) -> JobStatus:
        """Return the status as it is published."""
        return JobStatus(
            job_id=self.job.id,
            status=self.status,
            progress=self.progress,
            message=_text(self.message),
            processed_symbols=self.processed_symbols,
            total_symbols=self.total_symbols,
            submitted_at=self.submitted_at,
            current_symbol=self.current_symbol,
            started_at=self.started_at,
            completed_at=self.completed_at,
            error_message=None if self.error_message is None else _text(self.error_message),
        )


def open_record(
    job: Job,
    before: JobStatus | None,
    changed: Callable[[JobRecord], None],
    clock: Callable[[], float],
) -> JobRecord:
    """Return the record of a job that has arrived; `before` is its status in an earlier life."""
    asked = _asked(job.body)
    by = asked.requested_by or asked.user_id
    return JobRecord(
        job=job,
        job_type=_text(str(asked.job_type or asked.type or UNKNOWN)),
        requested_by=None if by is None else _text(str(by)),
        payload=_payload(job.body),
        submitted_at=before.submitted_at if before else _moment(asked.timestamp, clock()),
        started_at=before.started_at if before else None,
        changed=changed,
        clock=clock,
    )


def _asked(body: bytes) -> _Asked:
    try:
        return msgspec.json.decode(body, type=_Asked)
    except (msgspec.MsgspecError, UnicodeDecodeError, RecursionError):
        return _Asked()


def _payload(body: bytes) -> bytes:
    """Return the job as PostgreSQL can keep it: no NUL, no broken text, no endless number."""
    try:
        kept = msgspec.json.encode(msgspec.json.decode(body))
    except (msgspec.MsgspecError, UnicodeDecodeError, RecursionError):
        return b"{}"
    return b"{}" if b"\\u0000" in kept else kept


def _moment(told: object, now: float) -> str:
    """Return a job's own time when it has a sound one, else `now`."""
    try:
        if isinstance(told, str):
            moment = datetime.fromisoformat(told)
            told = (moment if moment.tzinfo else moment.replace(tzinfo=UTC)).timestamp()
        return iso(float(told)) if isinstance(told, int | float) else iso(now)
    except (ValueError, OverflowError, OSError):
        return iso(now)


def _text(text: str) -> str:
    return text.replace("\0", "")
