"""The producer says everything that is wrong with its settings at once."""

import pytest

from pl.settings import load, load_database, load_simulator
from service.errors import SettingsError

GOOD = {
    "DATABASE_URL": "postgresql://app_readwrite:hidden@127.0.0.1:5432/tickstock",
    "REDIS_URL": "redis://127.0.0.1:6379/0",
    "MASSIVE_API_KEY": "the market's key",
}


def test_what_is_not_set_has_its_default() -> None:
    settings = load(GOOD)
    assert (settings.feed, settings.market, settings.api_port) == ("massive", "real", 8080)
    assert settings.universe_key == "stock_etf_test:combo_test"


def test_addresses_and_keys_are_hidden_from_repr() -> None:
    shown = repr(load(GOOD)) + repr(load_simulator(GOOD))
    assert "hidden" not in shown
    assert GOOD["MASSIVE_API_KEY"] not in shown


@pytest.mark.parametrize(
    ("changes", "named"),
    [
        ({"PL_FEEED": "replay"}, "PL_FEEED"),
        ({"PL_REPLAY_SPEED": "nan"}, "PL_REPLAY_SPEED"),
        ({"PL_FEED": "replay"}, "PL_REPLAY_PATH"),
        ({"MASSIVE_API_KEY": ""}, "MASSIVE_API_KEY"),
        ({"PL_STREAMING_PORT": "0"}, "PL_STREAMING_PORT"),
        ({"MASSIVE_URL": "https://socket.massive.com"}, "MASSIVE_URL"),
    ],
)
def test_what_is_wrong_is_refused_by_name(changes: dict[str, str], named: str) -> None:
    with pytest.raises(SettingsError) as caught:
        load(GOOD | changes)
    assert [problem.split(":")[0] for problem in caught.value.problems] == [named]


def test_what_does_not_talk_to_massive_needs_no_key() -> None:
    assert load(GOOD | {"MASSIVE_API_KEY": ""}, reads_market=False).massive_api_key == ""


def test_a_migration_needs_the_database_alone() -> None:
    assert load_database({"DATABASE_URL": GOOD["DATABASE_URL"]}) == (GOOD["DATABASE_URL"], "real")
