"""A job that cannot be done is refused when it arrives, not when its turn comes."""

import asyncio
import json
from collections.abc import AsyncIterator
from datetime import UTC, datetime
from types import SimpleNamespace
from typing import Any

import pytest

from contracts.messages.jobs import JobStatus
from contracts.names import JOBS_DATA_LOAD
from pl.bus.orders import Cancel, Job
from pl.feeds.rest_rows import Ticker
from pl.jobs.desk import Desk
from pl.jobs.historical_load import MOST_VETTED, HistoricalLoad, History
from pl.jobs.record import JobRecord
from pl.jobs.work import Work
from service.errors import Rejected, Unavailable

NOW = datetime(2026, 11, 20, 21, 0, tzinfo=UTC).timestamp()


class Reporter:
    """Keep the last status of each job, and hear when one ended."""

    def __init__(self) -> None:
        self.status: dict[str, JobStatus] = {}
        self.ended: dict[str, asyncio.Event] = {}

    def note(self, record: JobRecord) -> None:
        status = record.snapshot()
        self.status[status.job_id] = status
        if status.completed_at:
            self.end_of(status.job_id).set()

    def settled(self, job: Job) -> None:
        pass

    def end_of(self, job_id: str) -> asyncio.Event:
        return self.ended.setdefault(job_id, asyncio.Event())


class Rest:
    """Know MSFT, as Massive does; `away` when it does not answer."""

    def __init__(self) -> None:
        self.asked: list[str] = []
        self.away = False

    async def look_up(self, symbol: str) -> Ticker:
        self.asked.append(symbol)
        if self.away:
            raise Unavailable("Massive REST", "away")
        if symbol != "MSFT":
            raise Rejected("not_found", symbol, 404)
        return Ticker(symbol, "Microsoft", "CS")


class Endless(HistoricalLoad):
    """A load that runs until it is told to go on."""

    def __init__(self, rest: Rest, going: asyncio.Event) -> None:
        universes: Any = SimpleNamespace(names=lambda: {"AAPL": "Apple"})
        nothing: Any = None
        super().__init__(History({}, nothing, rest.look_up), nothing, universes, lambda *_: None)
        self.going, self.runs = going, asyncio.Event()

    async def run(self, plan: Any, record: Any) -> None:
        record.expect(len(plan.symbols), 1)
        self.runs.set()
        await self.going.wait()


def resolve(key: str) -> tuple[str, ...]:
    if key != "etf":
        raise Rejected("unknown_universe", f"universe_key: part {key!r} is unknown", 422)
    return ("SPY",)


class Stage:
    def __init__(self) -> None:
        self.rest, self.going, self.reporter = Rest(), asyncio.Event(), Reporter()
        self.trouble: Any = SimpleNamespace(report=lambda *_, **__: None)
        self.load = Endless(self.rest, self.going)
        reporter: Any = self.reporter
        work = Work(self.load, "", resolve, lambda: NOW)
        self.desk = Desk(work, reporter, self.trouble, lambda: NOW)

    def send(self, job_id: str, channel: str = JOBS_DATA_LOAD, **fields: object) -> None:
        job = {"job_id": job_id, "job_type": "historical_load", "symbols": ["AAPL"], "years": 1}
        body = {name: value for name, value in (job | fields).items() if value is not None}
        self.desk.take(Job(job_id, channel, json.dumps(body).encode()), None)

    async def end_of(self, job_id: str) -> JobStatus:
        await asyncio.wait_for(self.reporter.end_of(job_id).wait(), 10)
        return self.reporter.status[job_id]


@pytest.fixture
async def stage() -> AsyncIterator[Stage]:
    """A desk whose first job runs, so that every other one waits."""
    stage = Stage()
    running = asyncio.create_task(stage.desk.run())
    stage.send("first")
    await asyncio.wait_for(stage.load.runs.wait(), 10)
    yield stage
    running.cancel()
    await asyncio.gather(running, return_exceptions=True)


@pytest.mark.parametrize(
    ("fields", "reason"),
    [
        ({"universe_key": "nobody", "symbols": None}, "universe_key: part 'nobody' is unknown"),
        ({"symbols": ["A B"]}, "symbols: expected names of symbols"),
        ({"symbols": ["NOONE", "NEVER"]}, "expected one that Massive knows, was NOONE, NEVER"),
        ({"symbols": None}, "symbols: expected symbols or a universe_key"),
        ({"years": None, "start": "yesterday"}, "start: expected a date or an ISO 8601 time"),
        ({"start": "2027-01-01", "end": "2027-02-01"}, "start: expected a time before end, in the"),
        ({"start": "2026-02-01", "end": "2026-01-01"}, "start: expected a time before end"),
        ({"job_type": "universe_seed"}, "job_type: expected historical_load"),
        ({"years": "many"}, "job: Expected `float | null`"),
        ({"channel": "tickstock.jobs.backtest"}, "channel: expected tickstock.jobs.data_load"),
    ],
)
async def test_what_cannot_be_done_is_refused_while_another_job_runs(
    stage: Stage, fields: Any, reason: str
) -> None:
    stage.send("bad", **fields)
    status = await stage.end_of("bad")
    assert status.status == "failed"
    assert reason in (status.error_message or "")
    assert stage.reporter.status["first"].status == "running"
    assert stage.desk.waiting == 0


@pytest.mark.parametrize(
    "symbols", [["NOONE", "MSFT"], ["NOONE", "AAPL"], [f"N{n}" for n in range(MOST_VETTED + 1)]]
)
async def test_what_can_be_done_in_part_waits_for_its_turn(
    stage: Stage, symbols: list[str]
) -> None:
    stage.send("second", symbols=symbols)
    await asyncio.gather(*stage.desk._vetting)
    assert stage.reporter.status["second"].status == "queued"
    stage.going.set()
    assert (await stage.end_of("second")).status == "completed"


async def test_while_nobody_can_say_a_job_waits_for_its_turn(stage: Stage) -> None:
    stage.rest.away = True
    stage.send("second", symbols=["NOONE"])
    await asyncio.gather(*stage.desk._vetting, return_exceptions=True)
    await asyncio.sleep(0)
    assert stage.reporter.status["second"].status == "queued"


async def test_a_job_that_was_cancelled_meanwhile_stays_cancelled(stage: Stage) -> None:
    stage.send("second", symbols=["NOONE"])
    stage.desk._cancel("second")
    await asyncio.gather(*stage.desk._vetting, return_exceptions=True)
    await asyncio.sleep(0)
    assert stage.reporter.status["second"].status == "cancelled"


async def test_a_cancel_that_comes_as_its_job_ends_changes_nothing(stage: Stage) -> None:
    record = stage.desk.running
    stage.going.set()
    await stage.reporter.end_of("first").wait()
    assert stage.desk.running is record
    stage.desk.take(Cancel("first"), None)
    assert stage.reporter.status["first"].status == "completed"


async def test_without_history_a_job_is_refused_when_it_arrives(stage: Stage) -> None:
    stage.desk.work = Work(None, "MASSIVE_API_KEY: expected a key", resolve, lambda: NOW)
    stage.send("second")
    assert (await stage.end_of("second")).error_message == "MASSIVE_API_KEY: expected a key"
