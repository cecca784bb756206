"""The flow log is written through one function by both services and by people with psql."""

import time
from contextlib import closing
from datetime import UTC, datetime, timedelta
from typing import Any

import psycopg2
import psycopg2.errors
import pytest

from pl.store.connection import Database
from pl.store.flow import FlowLog
from pl.store.patterns import PatternStore
from tests.pl.store.samples import detection, retraction

pytestmark = pytest.mark.integration

FLOW = "0b0a6f3c-4a52-4d0e-9f63-3a4a1f0c7d11"


def run(url: str, statement: str, *values: object) -> list[tuple[Any, ...]]:
    with closing(psycopg2.connect(url)) as connection, connection, connection.cursor() as cursor:
        cursor.execute(statement, values or None)
        return list(cursor.fetchall()) if cursor.description else []


@pytest.mark.parametrize("role", ["url", "readonly_url"])
def test_both_roles_call_it_with_untyped_literals(database: Any, role: str) -> None:
    run(
        getattr(database, role),
        f"SELECT log_integration_event('{FLOW}', 'pattern_detected', 'TickStockPL',"
        " 'PATTERN_PUBLISHED', 'tickstock.events.patterns', 'AAPL', 'Volume_Spike', 0.85, NULL,"
        """ '{"tier": "intraday"}')""",
    )
    run(
        getattr(database, role),
        f"SELECT log_integration_event('{FLOW}', 'heartbeat', 'TickStockPL', 'PRODUCER_ALIVE')",
    )
    rows = run(
        database.url,
        "SELECT flow_id::text, event_type, source_system, checkpoint, channel, symbol,"
        " pattern_name, confidence::float, user_count, details->>'tier' FROM integration_events"
        " WHERE checkpoint = 'PATTERN_PUBLISHED'",
    )
    assert rows == [
        (
            FLOW,
            "pattern_detected",
            "TickStockPL",
            "PATTERN_PUBLISHED",
            "tickstock.events.patterns",
            "AAPL",
            "Volume_Spike",
            0.85,
            None,
            "intraday",
        )
    ]


def test_there_is_one_signature_in_the_order_of_the_contract(database: Any) -> None:
    found = run(
        database.url,
        "SELECT pg_get_function_identity_arguments(oid), prosecdef, proconfig[1]"
        " FROM pg_proc WHERE proname = 'log_integration_event'",
    )
    assert found == [
        (
            (
                "p_flow_id uuid, p_event_type text, p_source_system text, p_checkpoint text,"
                " p_channel text, p_symbol text, p_pattern_name text, p_confidence numeric,"
                " p_user_count integer, p_details jsonb"
            ),
            True,
            "search_path=pg_catalog, pg_temp",
        )
    ]


def test_the_consumer_reads_the_market_and_writes_only_its_own_schema(database: Any) -> None:
    assert run(database.readonly_url, "SELECT count(*) FROM ohlcv_1min") == [(0,)]
    for statement in (
        "INSERT INTO symbols (symbol, name, type) VALUES ('X', 'X', 'stock')",
        "DELETE FROM integration_events",
        "SELECT ensure_partitions('ohlcv_1min', now(), now())",
        "CREATE TABLE public.mine (id int)",
    ):
        with pytest.raises(psycopg2.errors.InsufficientPrivilege):
            run(database.readonly_url, statement)
    run(
        database.readonly_url,
        "INSERT INTO appv2.relay_cursor (stream, last_id) VALUES ('events', '1-0')",
    )


@pytest.mark.parametrize("stated", ["{:.6f}", '"{iso}"'])
def test_a_checkpoints_time_is_the_stated_one(database: Any, stated: str) -> None:
    at = round(time.time() - 90, 3)
    iso = datetime.fromtimestamp(at, UTC).isoformat()
    details = '{"at": ' + stated.format(at, iso=iso) + "}"
    run(
        database.url,
        "SELECT log_integration_event(%s,'x','y','Z',details => %s)".replace(
            "details", "p_details"
        ),
        FLOW,
        details,
    )
    (logged,) = run(database.url, 'SELECT extract(epoch FROM "timestamp") FROM integration_events')
    assert float(logged[0]) == pytest.approx(at, abs=1e-5)


@pytest.mark.parametrize("stated", ['"yesterday-ish"', "1e300", "-5", "null", "[1]", "4102444800"])
def test_an_implausible_time_counts_as_now(database: Any, stated: str) -> None:
    run(
        database.url,
        "SELECT log_integration_event(%s, 'x', 'y', 'Z', p_details => %s)",
        FLOW,
        '{"at": ' + stated + "}",
    )
    (logged,) = run(database.url, 'SELECT now() - "timestamp" FROM integration_events')
    assert abs(logged[0]) < timedelta(seconds=30)


def test_a_time_in_another_month_gets_its_partition(database: Any) -> None:
    at = time.time() - 70 * 86_400
    run(
        database.readonly_url,
        "SELECT log_integration_event(%s, 'x', 'y', 'Z', p_details => %s)",
        FLOW,
        f'{{"at": {at}}}',
    )
    month = datetime.fromtimestamp(at, UTC).strftime("%Y_%m")
    rows = run(database.url, "SELECT tableoid::regclass::text FROM integration_events")
    assert rows == [(f"integration_events_{month}",)]


def test_the_view_measures_each_hop_of_a_flow(store: Database, asked: Any, database: Any) -> None:
    published = time.time() - 5
    event = detection(1)
    PatternStore(store).commit_events([event], None, published)
    for hop, (checkpoint, users) in enumerate(
        [("EVENT_RECEIVED", "NULL"), ("EVENT_PARSED", "NULL"), ("WEBSOCKET_DELIVERED", "3")], 1
    ):
        run(
            database.readonly_url,
            f"SELECT log_integration_event('{event.data.flow_id}', 'pattern_detected',"
            f" 'TickStockAppV2', '{checkpoint}', NULL, NULL, NULL, NULL, {users},"
            f""" '{{"at": {published + hop * 0.010:.6f}}}')""",
        )
    ((flow, latency, symbol, pattern, users, count, path, delivered),) = asked(
        "SELECT flow_id::text, total_latency_ms, symbol, pattern_name, users_notified,"
        " checkpoints_logged, flow_path,"
        " extract(epoch FROM websocket_delivered_at - pattern_published_at)::float"
        " FROM pattern_flow_analysis"
    )
    assert (flow, symbol, pattern) == (event.data.flow_id, event.data.symbol, event.data.pattern)
    assert latency == pytest.approx(30, abs=0.01)
    assert delivered == pytest.approx(0.030, abs=1e-5)
    assert (users, count) == (3, 4)
    assert path == "PATTERN_PUBLISHED -> EVENT_RECEIVED -> EVENT_PARSED -> WEBSOCKET_DELIVERED"


def test_a_retraction_an_hour_later_does_not_change_the_flows_latency(
    store: Database, asked: Any
) -> None:
    patterns, now = PatternStore(store), time.time()
    event = detection(1)
    patterns.commit_events([event], None, now - 3_600)
    patterns.commit_events([retraction(event, 2)], None, now)
    assert asked("SELECT total_latency_ms, checkpoints_logged FROM pattern_flow_analysis") == [
        (0.0, 1)
    ]
    logged = asked('SELECT event_type, channel FROM integration_events ORDER BY "timestamp"')
    assert logged == [
        ("pattern_detected", "tickstock.events.patterns"),
        ("pattern_retracted", "tickstock:patterns:updated"),
    ]


def test_heartbeats_are_logged_and_are_no_flow(store: Database, asked: Any) -> None:
    log, now = FlowLog(store), time.time()
    log.started(now, version="0.1.0")
    log.alive(now, patterns_detected=3, uptime_seconds=60.0, last_pattern_time=None)
    log.stopped(now)
    assert asked(
        "SELECT event_type, checkpoint, details->>'patterns_detected' FROM integration_events"
        " ORDER BY checkpoint"
    ) == [
        ("heartbeat", "PRODUCER_ALIVE", "3"),
        ("lifecycle", "PRODUCER_STARTED", None),
        ("lifecycle", "PRODUCER_STOPPED", None),
    ]
    assert asked("SELECT count(*) FROM pattern_flow_analysis") == [(0,)]
