"""A data-load job becomes a plan, or a message that names what is wrong."""

from datetime import UTC, datetime

import pytest

from contracts.messages.jobs import DataLoadJob
from pl.jobs.plans import plan_load
from service.errors import Rejected

NOW = datetime(2026, 11, 20, 21, 0, tzinfo=UTC)


def job(**fields: object) -> DataLoadJob:
    defaults = {"job_id": "j1", "job_type": "historical_load", "symbols": ["AAPL"], "years": 1.0}
    return DataLoadJob(**{**defaults, **fields})  # type: ignore[arg-type]


def universe(key: str) -> tuple[str, ...]:
    if key != "etf":
        raise Rejected("unknown_universe", f"universe: no {key}", 422)
    return ("SPY", "QQQ")


def test_symbols_are_named_once_in_capitals() -> None:
    plan = plan_load(job(symbols=["aapl", " AAPL", "NVDA"]), NOW, universe)
    assert plan.symbols == ("AAPL", "NVDA")


def test_a_preferred_share_keeps_its_small_letter() -> None:
    plan = plan_load(job(symbols=["BACpB", "BAC"]), NOW, universe)
    assert plan.symbols == ("BACpB", "BAC")


def test_a_universe_stands_for_its_symbols() -> None:
    plan = plan_load(job(symbols=None, universe_key="etf"), NOW, universe)
    assert plan.symbols == ("SPY", "QQQ")


def test_a_year_of_days_is_the_default_span() -> None:
    plan = plan_load(job(), NOW, universe)
    assert plan.timeframes == ("daily",)
    assert (plan.to_ms - plan.from_ms) / 86_400_000 == pytest.approx(365.25)


def test_a_fraction_of_a_year_is_welcome() -> None:
    plan = plan_load(job(years=0.1, timespan="minute"), NOW, universe)
    assert plan.timeframes == ("1min",)
    assert (plan.to_ms - plan.from_ms) / 86_400_000 == pytest.approx(36.525)


def test_an_end_in_the_future_is_now() -> None:
    plan = plan_load(job(start="2026-11-01", end="2027-01-01"), NOW, universe)
    assert plan.to_ms == int(NOW.timestamp() * 1000)


@pytest.mark.parametrize(
    ("fields", "words"),
    [
        ({"job_type": "csv_universe_load"}, "job_type: expected historical_load"),
        ({"years": 0.0}, "years: expected a number above 0"),
        ({"years": None}, "years: expected a number above 0"),
        ({"timespan": "tick"}, "timespan: expected one of minute, hour, day, was tick"),
        ({"timeframes": ["1min", "2min"]}, "timeframes: expected some of"),
        ({"symbols": None}, "symbols: expected symbols or a universe_key"),
        ({"symbols": [""]}, "symbols: expected names of symbols"),
        ({"symbols": None, "universe_key": "moon"}, "universe: no moon"),
        ({"start": "2026-11-02", "end": "2026-11-01"}, "start: expected a time before end"),
        ({"start": "2026-12-01"}, "start: expected a time before end, in the past"),
        ({"start": "1901-01-01"}, "start: expected a time at most 50 years ago"),
        ({"symbols": ["A B"]}, "symbols: expected names of symbols"),
        ({"symbols": ["A\0"]}, "symbols: expected names of symbols"),
        ({"symbols": ["../../v3"]}, "symbols: expected names of symbols"),
        ({"years": 51.0}, "years: expected a number above 0, at most 50"),
        ({"start": "yesterday"}, "start: expected a date or an ISO 8601 time, was yesterday"),
    ],
)
def test_a_wrong_job_is_refused_by_field(fields: dict, words: str) -> None:
    with pytest.raises(Rejected, match=words.replace("(", r"\(")):
        plan_load(job(**fields), NOW, universe)
