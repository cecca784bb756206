"""Turn a job as it was asked for into a plan, or say what is wrong with it."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Final

from contracts.messages.jobs import DataLoadJob
from contracts.symbols import SYMBOL, spelled
from service.errors import Rejected

HISTORICAL_LOAD: Final = "historical_load"
SPANS: Final = {"minute": "1min", "hour": "1hour", "day": "daily"}
TIMEFRAMES: Final = tuple(SPANS.values())
MOST_YEARS: Final = 50.0
DAYS_A_YEAR: Final = 365.25

ResolveUniverse = Callable[[str], Sequence[str]]


@dataclass(frozen=True, slots=True)
class LoadPlan:
    """Say which bars to load: every timeframe of every symbol in [from_ms, to_ms)."""

    job_id: str
    symbols: tuple[str, ...]
    timeframes: tuple[str, ...]
    from_ms: int
    to_ms: int


def plan_load(job: DataLoadJob, now: datetime, resolve: ResolveUniverse) -> LoadPlan:
    """Return the plan of a job; raises Rejected naming the field, its value and what is expected.

    resolve : universe key -> symbols, raising Rejected for an unknown one.
    """
    if job.job_type != HISTORICAL_LOAD:
        raise _wrong("job_type", job.job_type, f"{HISTORICAL_LOAD}, the only load there is so far")
    start, end = _period(job, now)
    return LoadPlan(
        job_id=job.job_id,
        symbols=_symbols(job, resolve),
        timeframes=_timeframes(job),
        from_ms=int(start.timestamp() * 1000),
        to_ms=int(end.timestamp() * 1000),
    )


def _symbols(job: DataLoadJob, resolve: ResolveUniverse) -> tuple[str, ...]:
    universe = job.universe_key or job.universe_type
    if job.symbols:
        named = tuple(dict.fromkeys(spelled(symbol.strip()) for symbol in job.symbols))
        odd = [symbol for symbol in named if not SYMBOL.fullmatch(symbol)]
        if odd:
            raise _wrong("symbols", odd, "names of symbols")
        return named
    if not universe:
        raise _wrong("symbols", job.symbols, "symbols or a universe_key")
    return tuple(resolve(universe))


def _timeframes(job: DataLoadJob) -> tuple[str, ...]:
    if job.timeframes:
        unknown = [name for name in job.timeframes if name not in TIMEFRAMES]
        if unknown:
            raise _wrong("timeframes", unknown, f"some of {', '.join(TIMEFRAMES)}")
        return tuple(dict.fromkeys(job.timeframes))
    timespan = job.timespan or "day"
    if timespan not in SPANS:
        raise _wrong("timespan", timespan, f"one of {', '.join(SPANS)}")
    return (SPANS[timespan],)


def _period(job: DataLoadJob, now: datetime) -> tuple[datetime, datetime]:
    if job.start or job.end:
        start, end = _moment("start", job.start), _moment("end", job.end or now.isoformat())
        if start >= min(end, now):
            raise _wrong("start", job.start, "a time before end, in the past")
        if start < now - timedelta(days=MOST_YEARS * DAYS_A_YEAR):
            raise _wrong("start", job.start, f"a time at most {MOST_YEARS:g} years ago")
        return start, min(end, now)
    if job.years is None or not 0 < job.years <= MOST_YEARS:
        raise _wrong("years", job.years, f"a number above 0, at most {MOST_YEARS:g}, or a start")
    return now - timedelta(days=job.years * DAYS_A_YEAR), now


def _moment(name: str, text: str | None) -> datetime:
    try:
        moment = datetime.fromisoformat(text or "")
    except ValueError as error:
        raise _wrong(name, text, "a date or an ISO 8601 time") from error
    return moment.replace(tzinfo=UTC) if moment.tzinfo is None else moment


def _wrong(field: str, value: object, expected: str) -> Rejected:
    return Rejected("invalid_job", f"{field}: expected {expected}, was {value}", 422)
