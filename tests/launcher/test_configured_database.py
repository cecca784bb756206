"""A configured database is used as it is: never migrated unasked, never of another market."""

import io
import os
import subprocess
from pathlib import Path

import pytest

from launcher import preflight, problems, settings, universe
from launcher.console import Console
from launcher.home import Home
from launcher.infrastructure import Infrastructure
from launcher.problems import StartAborted
from launcher.provision import schema
from launcher.provision.commands import Nobody, Steps
from launcher.provision.servers import OwnPostgres

pytestmark = pytest.mark.integration

ROOT = Path(__file__).resolve().parents[2]
PYTHON = ROOT / ".venv-pl" / "bin" / "python"


@pytest.fixture
def addresses(tmp_path):
    """Ask for the addresses of the configured database, as a start does."""
    home = Home(tmp_path)
    home.prepare()

    def ask(*, may_migrate=False, **variables):
        keep = {"PATH": os.environ["PATH"], "PL_FEED": "redis", "PL_PYTHON": str(PYTHON)}
        chosen = settings.load(keep | variables, ROOT)
        console = Console(home.logs, io.StringIO())
        infrastructure = Infrastructure(chosen, home, console, None, Steps(Nobody()), may_migrate)
        answers = preflight.examine(chosen, PYTHON, preflight.questions(chosen))
        return infrastructure.configured_databases(answers)

    return ask


@pytest.fixture
def empty(postgres):
    name = postgres.create_empty_database(f"configured_{os.getpid()}")
    yield {
        "DATABASE_URL": postgres.url(name),
        "APPV2_DATABASE_URL": postgres.url(name, "app_readonly"),
    }
    postgres.drop_database(name)


def test_an_old_schema_aborts_naming_both_versions(addresses, empty):
    with pytest.raises(StartAborted) as abort:
        addresses(**empty)
    found = abort.value.problem
    assert found.kind is problems.SCHEMA_OLD
    assert found.what.startswith("Database schema none is older than 0")
    assert "--migrate" in found.recovery


@pytest.mark.parametrize("may_migrate", [False, True])
def test_a_schema_of_a_newer_checkout_is_refused_and_left_alone(
    addresses, empty, postgres, may_migrate
):
    addresses(may_migrate=True, **empty)
    database = empty["DATABASE_URL"].rpartition("/")[2]
    change = "delete from _yoyo_migration where migration_id like '0009%'"
    postgres.cluster.psql(f"{change}; delete from market_identity", database)
    postgres.cluster.psql("update _yoyo_migration set migration_id = '9999_later'", database)
    with pytest.raises(StartAborted) as abort:
        addresses(may_migrate=may_migrate, **empty)
    found = abort.value.problem
    assert found.kind is problems.SCHEMA_NEWER
    assert found.what.startswith("Database schema 9999_later is newer than 0")
    assert "--migrate" not in found.recovery
    kept = "select min(migration_id) || (select count(*) from market_identity) from _yoyo_migration"
    assert postgres.cluster.psql(kept, database).stdout.strip() == "9999_later0"


def test_our_own_newer_database_is_refused_before_any_is_migrated(tmp_path):
    schemas = {"tickstock": "0001_roles", "tickstock_simulated": "9999_later"}

    class Cluster:
        def psql(self, _, database, check):
            return subprocess.CompletedProcess((), 0, schemas[database])

    own = OwnPostgres(Cluster(), {}, "tickstock_simulated")
    said = []
    with pytest.raises(StartAborted) as abort:
        schema.migrate_own(own, settings.load({}), Home(tmp_path), Steps(Nobody()), said.append)
    assert abort.value.problem.kind is problems.SCHEMA_NEWER
    assert "our own database tickstock_simulated" in abort.value.problem.reason
    assert said == []


def test_an_unknown_universe_is_named_with_those_that_the_database_knows(
    addresses, empty, postgres
):
    addresses(may_migrate=True, **empty)
    shipped = "select name || ':' || key from cache_entries where type = 'universe'"
    database = empty["DATABASE_URL"].rpartition("/")[2]
    assert tuple(postgres.cluster.psql(shipped, database).stdout.split()) == universe.SHIPPED
    add = (
        "insert into cache_entries (type, name, key, value) values ('universe', 'm', 'sp500', '[]')"
    )
    postgres.cluster.psql(add, database)
    addresses(SYMBOL_UNIVERSE_KEY="sp500", **empty)
    with pytest.raises(StartAborted) as abort:
        addresses(SYMBOL_UNIVERSE_KEY="sp600", **empty)
    assert abort.value.problem.kind is problems.BAD_SETTINGS
    assert "m:sp500" in abort.value.problem.recovery


def test_it_is_migrated_when_asked_and_then_accepted(addresses, empty):
    assert addresses(may_migrate=True, **empty).database_url == empty["DATABASE_URL"]
    found = addresses(**empty)
    assert found.appv2_database_url == empty["APPV2_DATABASE_URL"]
    assert found.accounts_database_url == empty["APPV2_DATABASE_URL"]


def test_a_database_of_the_real_market_is_refused_to_the_simulated_one(addresses, empty):
    addresses(may_migrate=True, **empty)
    with pytest.raises(StartAborted) as abort:
        addresses(PL_FEED="massive", **empty)
    assert abort.value.problem.kind is problems.OTHER_MARKET


def test_a_role_that_may_not_set_the_readers_password_asks_for_its_address(
    addresses, empty, postgres
):
    postgres.cluster.psql("alter role app_readwrite nocreaterole")
    addresses(may_migrate=True, **empty)
    with pytest.raises(StartAborted) as abort:
        addresses(DATABASE_URL=empty["DATABASE_URL"])
    assert abort.value.problem.kind is problems.POSTGRES_PASSWORD
    assert "APPV2_DATABASE_URL" in abort.value.problem.recovery


def test_the_readers_password_is_set_where_the_role_may(addresses, empty, postgres):
    owner = postgres.cluster.url("postgres", "tickstock_admin", postgres.cluster.password)
    url = owner.replace("/postgres", "/" + empty["DATABASE_URL"].rpartition("/")[2])
    try:
        found = addresses(may_migrate=True, DATABASE_URL=url)
        answer = preflight.examine(
            settings.load({}, ROOT), PYTHON, {"databases": {"it": found.appv2_database_url}}
        )
        assert answer["it"]["market"] == "real"
    finally:
        password = postgres.passwords["app_readonly"]
        postgres.cluster.psql(f"alter role app_readonly password '{password}'")
