"""A configured PostgreSQL that is silent or grants too little is named, each in its own words."""

import socket
import sys
import time
from pathlib import Path

import pytest

from launcher import preflight, problems, settings
from launcher.ports import any_free
from launcher.problems import StartAborted

PYTHON = Path(sys.executable)


def refusal(variable="DATABASE_URL", **urls):
    answers = preflight.examine(settings.load(urls), PYTHON, {"databases": urls})
    with pytest.raises(StartAborted) as abort:
        preflight.check_database(variable, answers[variable])
    return abort.value.problem


def test_servers_that_accept_and_never_answer_are_named_without_a_long_wait():
    with socket.create_server(("127.0.0.1", 0)) as server:
        url = f"postgresql://a:secret@127.0.0.1:{server.getsockname()[1]}/tickstock"
        began = time.monotonic()
        found = refusal(DATABASE_URL=url, APPV2_DATABASE_URL=url, APPV2_ACCOUNTS_DATABASE_URL=url)
        assert time.monotonic() - began < 15
    assert found.kind is problems.POSTGRES_SILENT
    assert "secret" not in found.reason


@pytest.mark.parametrize(
    ("words", "kind"),
    [
        ('FATAL:  password authentication failed for user "a"', problems.POSTGRES_PASSWORD),
        ("FATAL:  Passwort-Authentifizierung fehlgeschlagen", problems.POSTGRES_PASSWORD),
        ('FATAL:  no pg_hba.conf entry for host "10.0.0.1"', problems.POSTGRES_PASSWORD),
        ("fe_sendauth: no password supplied", problems.POSTGRES_PASSWORD),
        ("FATAL:  the database system is starting up", problems.POSTGRES_SILENT),
        ("FATAL:  sorry, too many clients already", problems.POSTGRES_SILENT),
        ('could not translate host name "db" to address', problems.POSTGRES_SILENT),
        ('FATAL:  permission denied for database "t"', problems.POSTGRES_NO_RIGHTS),
        ("permission denied for table market_identity", problems.POSTGRES_NO_RIGHTS),
    ],
)
def test_the_servers_words_tell_what_to_mend(words, kind):
    with pytest.raises(StartAborted) as abort:
        preflight.check_database("DATABASE_URL", {"error": words})
    assert abort.value.problem.kind is kind
    assert words in abort.value.problem.reason


@pytest.mark.integration
def test_a_login_that_may_only_read_is_no_producers(database):
    found = refusal(DATABASE_URL=database.readonly_url)
    assert found.kind is problems.POSTGRES_NO_RIGHTS
    assert "role app_readonly may only read there" in found.reason
    both = {"DATABASE_URL": database.url, "APPV2_DATABASE_URL": database.readonly_url}
    answers = preflight.examine(settings.load(both), PYTHON, {"databases": both})
    for variable in both:
        preflight.check_database(variable, answers[variable])


@pytest.mark.integration
def test_a_database_that_is_read_only_is_named(database, postgres):
    postgres.cluster.psql(f"alter database {database.name} set default_transaction_read_only = on")
    assert refusal(DATABASE_URL=database.url).kind is problems.POSTGRES_NO_RIGHTS


@pytest.mark.integration
def test_a_role_without_rights_is_named(database, postgres):
    stranger = database.url.replace("app_readwrite", "app_stranger")
    password = postgres.passwords["app_readwrite"]
    postgres.cluster.psql(f"create role app_stranger login password '{password}'")
    try:
        found = refusal(
            "APPV2_DATABASE_URL", DATABASE_URL=database.url, APPV2_DATABASE_URL=stranger
        )
        assert found.kind is problems.POSTGRES_NO_RIGHTS
        assert "permission denied for table market_identity" in found.reason
        postgres.cluster.psql(f"revoke connect on database {database.name} from public")
        found = refusal(DATABASE_URL=stranger)
        assert found.what == f"PostgreSQL grants too few rights in {database.name}"
    finally:
        postgres.cluster.psql("drop role app_stranger")


def test_a_port_without_a_server_is_named():
    url = f"postgresql://a:b@127.0.0.1:{any_free()}/tickstock"
    assert refusal(DATABASE_URL=url).kind is problems.POSTGRES_SILENT
