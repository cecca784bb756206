"""AppV2 says everything that is wrong with its settings at once."""

from typing import Any

import pytest

from appv2.settings import load
from service.errors import SettingsError

GOOD = {
    "APPV2_DATABASE_URL": "postgresql://app_readonly:secret@127.0.0.1:5432/tickstock",
    "REDIS_URL": "redis://127.0.0.1:6379/0",
    "APPV2_SECRET_KEY": "0123456789abcdef",
}


def problems(**changes: str) -> list[str]:
    with pytest.raises(SettingsError) as caught:
        load({**GOOD, **changes})
    return list(caught.value.problems)


def test_what_is_not_set_has_its_default() -> None:
    settings = load(GOOD)
    assert (settings.port, settings.async_mode, settings.stream_hours) == (5000, "eventlet", 24)
    assert settings.accounts_database_url == GOOD["APPV2_DATABASE_URL"]
    assert settings.producer_url == "http://127.0.0.1:8080"


def test_all_problems_are_said_at_once() -> None:
    with pytest.raises(SettingsError) as caught:
        load({"APPV2_PORT": "99999", "APPV2_COLOUR": "red", "APPV2_SECRET_KEY": "short"})
    named = [problem.split(":")[0] for problem in caught.value.problems]
    assert named == [
        "APPV2_DATABASE_URL", "REDIS_URL", "APPV2_SECRET_KEY", "APPV2_PORT", "APPV2_COLOUR",
    ]  # fmt: skip


def test_a_message_names_the_variable_the_value_and_the_expectation() -> None:
    assert problems(APPV2_PORT="99999") == ["APPV2_PORT: expected a port 1-65535, was 99999"]


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("APPV2_ASYNC_MODE", "twisted"),
        ("APPV2_STREAM_HOURS", "0"),
        ("APPV2_LOG_FORMAT", "xml"),
        ("REDIS_URL", "http://127.0.0.1"),
        ("APPV2_PRODUCER_URL", "ftp://producer"),
    ],
)
def test_a_value_out_of_range_is_refused(name: str, value: str) -> None:
    assert [problem.split(":")[0] for problem in problems(**{name: value})] == [name]


def test_a_wrong_address_is_not_printed() -> None:
    assert "secret" not in "".join(problems(APPV2_DATABASE_URL="mysql://u:secret@host/db"))


def test_secrets_are_hidden_from_repr() -> None:
    shown = repr(load(GOOD))
    assert "secret" not in shown
    assert GOOD["APPV2_SECRET_KEY"] not in shown


def test_check_settings_exits_78(system_free_command: Any) -> None:
    done = system_free_command("check-settings", {"APPV2_PORT": "x"})
    assert done.returncode == 78
    assert "APPV2_PORT" in done.stderr
    assert "REDIS_URL" in done.stderr


def test_check_settings_says_when_all_is_well(system_free_command: Any) -> None:
    assert system_free_command("check-settings", GOOD).returncode == 0


def test_a_database_that_is_away_exits_69(system_free_command: Any) -> None:
    away = GOOD | {"APPV2_DATABASE_URL": "postgresql://a:b@127.0.0.1:1/c"}
    done = system_free_command("serve", away)
    assert done.returncode == 69
    assert "PostgreSQL" in done.stderr
