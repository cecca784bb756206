"""The API as users run it: what stops it from starting, and what it does in an outage."""

import socket
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from launcher.ports import any_free
from tests.pl.jobs.running import KEY, Running, ask, environment, finished, running, until

pytestmark = pytest.mark.integration

Variables = dict[str, str]


@pytest.fixture
def variables(database: Any, redis_server: Any) -> Variables:
    return environment(
        DATABASE_URL=database.url, REDIS_URL=redis_server.url, MASSIVE_API_KEY=KEY, PL_API_PORT=1
    )


@pytest.fixture
def api(variables: Variables, server_folder: Path) -> Iterator[Running]:
    with running("api", variables, server_folder) as started:
        yield started


@pytest.fixture(params=["api", "loader"])
def service(request: pytest.FixtureRequest) -> str:
    return str(request.param)


def test_it_answers_and_stops_in_good_order(api: Running) -> None:
    status, body = ask(api.url + "/patterns/AAPL")
    assert (status, body["count"]) == (200, 0)
    health = api.health()
    assert health["status"] == "healthy"
    assert set(health["services"]) == {"postgresql", "redis"}
    assert api.stop() == 0


def test_postgresql_may_be_killed_and_come_back(api: Running, postgres: Any) -> None:
    asked = api.url + "/patterns/AAPL"
    postgres.kill()
    try:
        _, body = until(lambda: (found := ask(asked))[0] == 503 and found, "503 without PostgreSQL")
        assert body["error"] == "unavailable"
        assert body["detail"].startswith("PostgreSQL: ")
        until(
            lambda: api.health()["services"]["postgresql"]["status"] == "degraded",
            "health without PostgreSQL",
        )
    finally:
        postgres.start()
    until(lambda: ask(asked)[0] == 200, "200 with PostgreSQL")
    until(lambda: api.health()["status"] == "healthy", "health with PostgreSQL")


def test_redis_may_be_killed_and_come_back(api: Running, redis_server: Any) -> None:
    redis_server.kill()
    try:
        until(
            lambda: api.health()["services"]["redis"]["status"] == "degraded",
            "health without Redis",
        )
        assert ask(api.url + "/indicators/AAPL")[0] == 200
    finally:
        redis_server.start()
    until(lambda: api.health()["status"] == "healthy", "health with Redis")


def test_every_problem_of_the_settings_is_printed_at_once(service: str) -> None:
    broken = environment(
        REDIS_URL="http://elsewhere",
        DATABASE_URL="postgresql://u:secret@127.0.0.1:port/name",
        PL_API_PORT=99999,
        PL_FEED="tape",
        PL_NO_SUCH="1",
    )
    code, said = finished(service, broken)
    assert code == 78
    assert said.splitlines() == [
        "PL_FEED: expected one of massive, redis, replay, was tape",
        (
            "DATABASE_URL: expected postgresql://host:port or postgres://host:port,"
            " was no such address"
        ),
        "REDIS_URL: expected redis://host:port or rediss://host:port, was no such address",
        "PL_API_PORT: expected a port 1-65535, was 99999",
        "PL_NO_SUCH: no such variable",
    ]


def test_missing_settings_are_named(service: str) -> None:
    code, said = finished(service, environment())
    assert code == 78
    talks_to_massive = ["MASSIVE_API_KEY"] if service == "loader" else []
    assert [line.partition(":")[0] for line in said.splitlines()] == [
        "DATABASE_URL",
        "REDIS_URL",
        *talks_to_massive,
    ]


def test_a_taken_port_is_named(service: str, variables: Variables) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        code, said = finished(
            service, variables | {"PL_API_PORT": str(port), "PL_LOADER_PORT": str(port)}
        )
    assert code == 69
    assert f"port {port}: " in said
    assert "in use" in said
    assert "Traceback" not in said


def test_an_absent_database_is_named(service: str, variables: Variables) -> None:
    nowhere = f"postgresql://u:secret@127.0.0.1:{any_free()}/tickstock"
    code, said = finished(service, variables | {"DATABASE_URL": nowhere})
    assert code == 69
    assert said.startswith("PostgreSQL: ")
    assert "Connection refused" in said
    assert "secret" not in said


def test_an_absent_redis_is_named(service: str, variables: Variables) -> None:
    nowhere = f"redis://:secret@127.0.0.1:{any_free()}/0"
    code, said = finished(service, variables | {"REDIS_URL": nowhere})
    assert code == 69
    assert "Redis: " in said
    assert "refused" in said
    assert "secret" not in said


def test_a_database_of_another_market_is_refused(service: str, variables: Variables) -> None:
    code, said = finished(service, variables | {"PL_MARKET": "simulated"})
    assert code == 69
    assert "PL_MARKET: expected a database of simulated, this holds the real market" in said


def test_an_unmigrated_database_says_what_to_run(
    service: str, variables: Variables, postgres: Any
) -> None:
    name = postgres.create_empty_database(f"empty_{service}")
    code, said = finished(service, variables | {"DATABASE_URL": postgres.url(name)})
    assert code == 69
    assert "python -m pl migrate" in said
