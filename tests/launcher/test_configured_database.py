"""A configured database is used as it is: never migrated unasked, never of another market."""

import io
import os
from pathlib import Path

import pytest

from launcher import preflight, problems, settings
from launcher.console import Console
from launcher.home import Home
from launcher.infrastructure import Infrastructure
from launcher.problems import StartAborted
from launcher.provision.commands import Nobody, Steps

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


def test_a_schema_of_a_newer_checkout_is_not_called_old(addresses, empty, postgres):
    addresses(may_migrate=True, **empty)
    database = empty["DATABASE_URL"].rpartition("/")[2]
    postgres.cluster.psql("update _yoyo_migration set migration_id = '9999_later'", database)
    with pytest.raises(StartAborted) as abort:
        addresses(**empty)
    found = abort.value.problem
    assert found.kind is problems.SCHEMA_NEWER
    assert found.what.startswith("Database schema 9999_later is newer than 0")
    assert "--migrate" not in found.recovery


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
