"""Migrations bring any database to the schema of this checkout, also after a killed attempt."""

import json
from collections.abc import Iterator
from contextlib import closing
from dataclasses import replace
from typing import Any

import psycopg2
import pytest

from contracts.messages.streaming import ErrorReport
from pl.market.batches import QUALITY_BACKFILLED, QUALITY_LIVE, QUALITY_PARTIAL
from pl.store.bars import BarStore
from pl.store.connection import Database
from pl.store.error_log import ErrorLog
from pl.store.migrations import MIGRATIONS, migrate, refuse_newer, schema_versions
from pl.store.patterns import PatternStore
from pl.store.queries import SignalQueries
from pl.store.universes import UniverseStore
from service.errors import Rejected, Unavailable
from tests.pl.store.samples import NOON_S, PRODUCER, closed_bars, detection, retraction

pytestmark = pytest.mark.integration

NOON_MS = int(NOON_S * 1000)
DAY_MS = 86_400_000
NEWEST = max(path.stem for path in MIGRATIONS.glob("*.sql"))


@pytest.fixture
def empty_url(postgres: Any) -> Iterator[str]:
    name = postgres.create_empty_database("test_migrations")
    yield postgres.url(name)
    postgres.drop_database(name)


def test_an_empty_database_gets_everything_once(empty_url: str) -> None:
    assert schema_versions(empty_url) == (None, NEWEST)
    applied = migrate(empty_url)
    assert applied == sorted(path.stem for path in MIGRATIONS.glob("*.sql"))
    assert schema_versions(empty_url) == (NEWEST, NEWEST)
    assert migrate(empty_url) == []


def test_the_lock_of_a_killed_attempt_is_broken(empty_url: str) -> None:
    migrate(empty_url)
    with closing(psycopg2.connect(empty_url)) as connection, connection, connection.cursor() as c:
        c.execute("INSERT INTO yoyo_lock (locked, ctime, pid) VALUES (1, now(), 1)")
        c.execute("DELETE FROM _yoyo_migration WHERE migration_id = %s", (NEWEST,))
    assert migrate(empty_url) == [NEWEST]


def test_applying_everything_again_changes_nothing(empty_url: str) -> None:
    applied = migrate(empty_url)
    with closing(psycopg2.connect(empty_url)) as connection, connection, connection.cursor() as c:
        c.execute("DELETE FROM _yoyo_migration")
    assert migrate(empty_url) == applied


@pytest.mark.parametrize(
    ("stored", "named"),
    [
        ("Head_and_Shoulders", "Head_And_Shoulders"),
        ("Inverse_Head_and_Shoulders", "Inverse_Head_And_Shoulders"),
        ("Cup_and_Handle", "Cup_And_Handle"),
        ("Three_Stars_In_The_South", "Three_Stars_In_The_South"),
    ],
)
def test_patterns_stored_under_names_of_before_are_renamed(
    store: Database, database: Any, asked: Any, stored: str, named: str
) -> None:
    PatternStore(store).commit_events([detection(1, pattern=stored)], None, NOON_S)
    asked("DELETE FROM _yoyo_migration WHERE migration_id = '0015_pattern_names' RETURNING 1")
    assert migrate(database.url) == ["0015_pattern_names"]
    (event,) = PatternStore(store).outbox(PRODUCER, 0)
    assert event.data.pattern == named
    assert {decode_pattern(body) for _, body in event.messages} == {named, None}
    assert asked("SELECT pattern FROM intraday_patterns") == [(named,)]
    assert asked("SELECT pattern_name FROM integration_events") == [(named,)]


def test_fetched_days_of_the_last_month_become_official(
    store: Database, database: Any, asked: Any
) -> None:
    bars = BarStore(store)
    days = closed_bars(n_symbols=3, start_ms=NOON_MS)
    days.quality[:] = (QUALITY_LIVE, QUALITY_BACKFILLED, QUALITY_PARTIAL)
    long_ago = replace(days, start_ms=days.start_ms - 40 * DAY_MS)
    for timeframe in ("daily", "weekly"):
        bars.write_bars(days, "ABC", timeframe)
        bars.write_bars(long_ago, "ABC", timeframe)
    asked("DELETE FROM _yoyo_migration WHERE migration_id = '0019_official_days' RETURNING 1")
    assert migrate(database.url) == ["0019_official_days"]
    order = 'ORDER BY "timestamp", symbol'
    assert asked(f"SELECT quality FROM ohlcv_daily {order}") == [(0,), (1,), (2,), (0,), (3,), (2,)]
    assert asked(f"SELECT quality FROM ohlcv_weekly {order}") == [(0,), (1,), (2,)] * 2


def test_the_views_of_patterns_say_what_the_api_says(store: Database, asked: Any) -> None:
    found = detection(1, symbol="AAPL", null_rate=0.7)
    silent = detection(2, symbol="AAPL", null_rate=None, tier="daily", timeframe="daily")
    PatternStore(store).commit_events([found, retraction(found, 3), silent], None, NOON_S)
    told = SignalQueries(store).patterns("AAPL").rows
    columns = ("seq", "tier", "null_rate", "before", "after")
    for view, tiers in (
        ("intraday_patterns", {"intraday", "combo"}),
        ("daily_patterns", {"daily"}),
    ):
        expected = [tuple(row[name] for name in columns) for row in told if row["tier"] in tiers]
        assert expected
        assert asked(f"SELECT {', '.join(columns)} FROM {view} ORDER BY seq DESC") == expected
    assert {row["null_rate"] for row in told} == {None, 0.7}
    assert any(row["before"] for row in told)


def decode_pattern(body: bytes) -> str | None:
    name = json.loads(body).get("data", {}).get("pattern")
    return str(name) if name else None


def test_a_role_without_rights_is_told_what_to_do(postgres: Any, empty_url: str) -> None:
    with pytest.raises(Rejected, match="may not create tables"):
        migrate(postgres.url("test_migrations", "app_readonly"))


def test_a_newer_schema_is_refused_naming_both() -> None:
    for have in (None, "0001_roles", NEWEST):
        refuse_newer(have, NEWEST)
    with pytest.raises(Rejected, match=f"9999_later is newer than {NEWEST}"):
        refuse_newer("9999_later", NEWEST)


def test_a_silent_server_is_unavailable() -> None:
    for ask in (migrate, schema_versions):
        with pytest.raises(Unavailable, match="PostgreSQL"):
            ask("postgresql://app_readwrite@127.0.0.1:1/tickstock")


def test_the_test_universe_is_there(store: Database) -> None:
    universes = UniverseStore(store)
    listed = MIGRATIONS.parent / "universes" / "combo_test.csv"
    expected = [line.split(",")[0] for line in listed.read_text().splitlines()[1:]]
    assert list(universes.universes()["stock_etf_test:combo_test"]) == expected
    assert len(expected) == 70
    assert universes.names()["MCD"] == "McDonald's Corporation"
    assert (universes.knows("AAPL"), universes.knows("NOPE")) == (True, False)


def test_an_error_is_kept_once(store: Database, asked: Any) -> None:
    report = ErrorReport(
        error_id="e1",
        severity="error",
        category="feed",
        component="streaming",
        error_code="MUTE_SOCKET",
        message="nothing for 30 s",
        context={"seconds": 30},
    )
    for _ in range(2):
        ErrorLog(store).write(report, 1_795_089_600.0, source="streaming")
    assert asked("SELECT error_id, severity, component, context FROM error_logs") == [
        ("e1", "error", "streaming", {"error_code": "MUTE_SOCKET", "seconds": 30})
    ]
