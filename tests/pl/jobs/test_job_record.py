"""What is kept of a job, whatever it was sent with."""

import json

import pytest

from contracts.codec import encode
from contracts.messages.jobs import JobStatus
from pl.bus.orders import Job
from pl.jobs.record import JobRecord, open_record

NOW = 1_795_089_600.0


def record(body: bytes | None = None, before: JobStatus | None = None, **job: object) -> JobRecord:
    raw = json.dumps({"job_id": "j", **job}).encode() if body is None else body
    return open_record(Job("j", "c", raw), before, lambda _: None, lambda: NOW)


@pytest.mark.parametrize(
    ("told", "submitted"),
    [
        ("2026-11-19T11:59:58Z", "2026-11-19T11:59:58.000000Z"),
        ("2026-11-19T06:59:58-05:00", "2026-11-19T11:59:58.000000Z"),
        ("2026-11-19T11:59:58", "2026-11-19T11:59:58.000000Z"),
        (NOW - 2, "2026-11-19T11:59:58.000000Z"),
        ("soon", "2026-11-19T12:00:00.000000Z"),
        (1e300, "2026-11-19T12:00:00.000000Z"),
        (None, "2026-11-19T12:00:00.000000Z"),
        ({"a": 1}, "2026-11-19T12:00:00.000000Z"),
    ],
)
def test_a_job_was_submitted_when_it_says_so(told: object, submitted: str) -> None:
    assert record(timestamp=told).submitted_at == submitted


@pytest.mark.parametrize(
    ("body", "payload"),
    [
        (b'{"job_id": "j", "years": 1}', b'{"job_id":"j","years":1}'),
        (b'{"job_id": "j", "a": "\\u0000"}', b"{}"),
        (b'{"job_id": "j", "a": "\xff"}', b"{}"),
        (b'{"job_id": "j", "a":' + b"[" * 5_000, b"{}"),
    ],
)
def test_a_payload_that_postgresql_cannot_keep_is_left_out(body: bytes, payload: bytes) -> None:
    assert record(body).payload == payload


def test_a_resumed_job_keeps_its_times() -> None:
    before = record(timestamp=NOW - 60)
    before.start()
    again = record(before=before.snapshot(), timestamp=NOW)
    again.start()
    assert again.submitted_at == before.submitted_at
    assert again.started_at == before.started_at


def test_progress_is_full_only_at_the_end() -> None:
    job = record()
    job.start()
    job.expect(symbols=2, pieces_each=3)
    seen = []
    for _ in range(2):
        for _ in range(3):
            job.advance(10)
            seen.append(job.progress)
        job.leave(0)
    assert seen == [16, 33, 50, 66, 83, 99]
    job.end("completed", "60 bars")
    status = job.snapshot()
    assert (status.progress, status.processed_symbols, status.total_symbols) == (100, 2, 2)


def test_pieces_that_nobody_fetches_count_as_done() -> None:
    job = record()
    job.start()
    job.expect(symbols=2, pieces_each=4)
    job.advance(1)
    job.leave(3)
    assert job.progress == 50


def test_a_status_holds_no_null_and_no_nul() -> None:
    job = record(job_type="a\0b", requested_by="x\0")
    job.end("failed", "was \0", "was \0")
    assert b"null" not in encode(job.snapshot())
    assert "\0" not in job.job_type + str(job.requested_by) + job.snapshot().message


def test_a_load_without_pieces_has_no_division_by_zero() -> None:
    job = record()
    job.start()
    job.expect(symbols=3, pieces_each=0)
    assert job.progress == 0
