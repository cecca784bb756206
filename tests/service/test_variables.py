"""Everything that is wrong with the variables is said at once, and no secret with it."""

import pytest

from service.errors import SettingsError
from service.variables import POSTGRES, REDIS, Variables


def problems(read: Variables) -> list[str]:
    with pytest.raises(SettingsError) as caught:
        read.raise_problems()
    return list(caught.value.problems)


def test_what_is_in_order_raises_nothing() -> None:
    read = Variables(
        {"A": " x ", "PORT": "5000", "N": "0.5", "URL": "postgresql://h:5/d", "E": " "}
    )
    assert (read.text("A"), read.port("PORT", 1), read.text("E", "unset")) == ("x", 5000, "unset")
    assert read.number("N", 1.0, float, 0.0, 1.0) == 0.5
    assert read.address("URL", POSTGRES) == "postgresql://h:5/d"
    read.raise_problems()


def test_all_problems_are_kept_in_order() -> None:
    read = Variables({"PORT": "99999", "COLOUR": "red", "OUR_TYPO": "1"})
    read.port("PORT", 1)
    read.choice("COLOUR", "blue", ("blue", "green"))
    read.required("KEY", "a key")
    read.refuse_unknown("OUR_", {"OUR_COLOUR", "OUR_TYPE"})
    assert problems(read) == [
        "PORT: expected a port 1-65535, was 99999",
        "COLOUR: expected one of blue, green, was red",
        "KEY: expected a key, was not set",
        "OUR_TYPO: no such variable, did you mean OUR_TYPE?",
    ]


@pytest.mark.parametrize("raw", ["two", "3", "-1", "nan", "1e999"])
def test_a_number_out_of_range_is_refused(raw: str) -> None:
    read = Variables({"N": raw})
    assert read.number("N", 1.0, float, 0.0, 2.0) == 1.0
    assert problems(read) == [f"N: expected a number from 0.0 to 2.0, was {raw}"]


@pytest.mark.parametrize(
    "url",
    [
        "mysql://u:hidden@host/db",
        "postgresql://u:hidden@host:70000/db",
        "postgresql://u:hidden@[::1/db",
        "postgresql://u:hidden@host:0/db",
    ],
)
def test_a_wrong_address_is_refused_and_not_printed(url: str) -> None:
    read = Variables({"URL": url})
    read.address("URL", POSTGRES)
    expected = "URL: expected postgresql://host:port or postgres://host:port"
    assert problems(read) == [f"{expected}, was no such address"]


@pytest.mark.parametrize("url", ["redis://u:pw@h:1/0", "rediss://h/0", "redis://localhost"])
def test_a_redis_is_reached_by_tcp_or_tls(url: str) -> None:
    read = Variables({"URL": url})
    assert read.address("URL", REDIS) == url
    read.raise_problems()


@pytest.mark.parametrize("url", ["unix:///run/redis.sock", "http://u:hidden@h:6379", "h:6379"])
def test_any_other_redis_is_refused_naming_both(url: str) -> None:
    read = Variables({"URL": url})
    read.address("URL", REDIS)
    expected = "URL: expected redis://host:port or rediss://host:port"
    assert problems(read) == [f"{expected}, was no such address"]


def test_a_secret_is_measured_and_not_printed() -> None:
    read = Variables({"KEY": "hidden"})
    read.secret("KEY", 16)
    assert problems(read) == ["KEY: expected at least 16 characters, had 6"]
