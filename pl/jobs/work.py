"""Do what a job asks for, or say what is wrong with it."""

import asyncio
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Final

import msgspec

from contracts.messages.jobs import DataLoadJob
from contracts.names import JOBS_DATA_LOAD
from pl.jobs.historical_load import HistoricalLoad
from pl.jobs.plans import HISTORICAL_LOAD, LoadPlan, plan_load
from pl.jobs.record import JobRecord
from service.errors import Rejected

NO_HISTORY: Final = (
    "MASSIVE_API_KEY: expected a key, because history is loaded from Massive's REST interface,"
    " was not set"
)
NO_HISTORY_OF_A_REPLAY: Final = (
    "PL_FEED: expected massive or redis, because a replayed market has no history to load,"
    " was replay"
)


@dataclass(frozen=True, slots=True)
class Work:
    """Plan a job and run it.

    load : None when there is no history to load from, and then `missing` says why;
    resolve : universe key -> symbols, asks PostgreSQL.
    """

    load: HistoricalLoad | None
    missing: str
    resolve: Callable[[str], Sequence[str]]
    clock: Callable[[], float]

    async def vet(self, record: JobRecord) -> None:
        """Raise Rejected for a job that can never be done, Unavailable when nobody can say now."""
        asked = _read(record)
        plan = await asyncio.to_thread(self._plan, asked)
        if self.load is None:
            raise Rejected("no_history", self.missing, 422)
        if asked.symbols:
            await self.load.vet(plan.symbols)

    async def do(self, record: JobRecord) -> None:
        """Work until the job is done.

        Raises Rejected for a job that cannot be done, Unavailable when a dependency stays away.
        """
        asked = _read(record)
        load = self.load
        if load is None:
            self._plan(asked)
            raise Rejected("no_history", self.missing, 422)
        plan = await load.patiently(record, lambda: asyncio.to_thread(self._plan, asked))
        await load.run(plan, record)

    def _plan(self, asked: DataLoadJob) -> LoadPlan:
        return plan_load(asked, datetime.fromtimestamp(self.clock(), UTC), self.resolve)


def _read(record: JobRecord) -> DataLoadJob:
    job = record.job
    if job.channel != JOBS_DATA_LOAD:
        expected = f"channel: expected {JOBS_DATA_LOAD} with a {HISTORICAL_LOAD}"
        raise Rejected("unknown_job", f"{expected}, the only job there is, was {job.channel}", 422)
    try:
        return msgspec.json.decode(job.body, type=DataLoadJob)
    except (msgspec.MsgspecError, UnicodeDecodeError, RecursionError) as error:
        raise Rejected("invalid_job", f"job: {error}", 422) from error
