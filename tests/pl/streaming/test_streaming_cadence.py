"""How long a feed that lives may say nothing follows from what was subscribed to."""

from dataclasses import replace

import pytest

from pl.bootstrap.feeds import cadence_ms
from pl.settings import Settings, load

REAL = {"DATABASE_URL": "postgresql://x@y/z", "REDIS_URL": "redis://y", "MASSIVE_API_KEY": "k"}


@pytest.fixture
def settings() -> Settings:
    return load(REAL)


@pytest.mark.parametrize(
    ("feed", "channels", "expected"),
    [
        ("massive", "trades", 0),
        ("massive", "seconds", 1_000),
        ("massive", "minutes", 60_000),
        ("redis", "minutes", 0),
        ("replay", "minutes", 0),
    ],
)
def test_bars_come_when_they_are_over(
    settings: Settings, feed: str, channels: str, expected: int
) -> None:
    assert cadence_ms(replace(settings, feed=feed, feed_channels=channels)) == expected
