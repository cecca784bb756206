"""Read the environment once, report every problem at once.

`python -m appv2.settings` judges it with any Python, before a package is installed.
"""

import os
import sys
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Final

from service import exits
from service.variables import LOG_FORMATS, POSTGRES, REDIS, Variables

ASYNC_MODES: Final = ("eventlet", "threading", "gevent")
SHORTEST_SECRET: Final = 16

VARIABLES: Final[Mapping[str, str]] = {
    "APPV2_DATABASE_URL": "the market's database, as app_readonly",
    "APPV2_ACCOUNTS_DATABASE_URL": "where users live; the market's database unless set",
    "APPV2_PORT": "port of the page",
    "APPV2_ASYNC_MODE": "how connections are served: eventlet, threading or gevent",
    "APPV2_SECRET_KEY": "signs sessions; at least 16 characters",
    "APPV2_ADMIN_PASSWORD": "password of the first admin; read by create-admin alone",
    "APPV2_PRODUCER_URL": "address of the producer's API",
    "APPV2_STREAM_HOURS": "how long the event stream is kept",
    "APPV2_LOG_FORMAT": "auto (lines on a terminal, JSON elsewhere), json or console",
    "APPV2_PYTHON": "interpreter of AppV2; read by the launcher",
}


@dataclass(frozen=True, slots=True)
class Settings:
    """Hold what AppV2 was told; addresses and secrets are hidden from repr."""

    database_url: str = field(repr=False)
    accounts_database_url: str = field(repr=False)
    redis_url: str = field(repr=False)
    secret_key: str = field(repr=False)
    admin_password: str = field(repr=False)
    producer_url: str
    universe_key: str
    port: int
    async_mode: str
    stream_hours: int
    log_format: str


def load(environ: Mapping[str, str]) -> Settings:
    """Return the settings in `environ`; raises SettingsError naming every problem."""
    read = Variables(environ)
    database_url = read.address("APPV2_DATABASE_URL", POSTGRES)
    settings = Settings(
        database_url=database_url,
        accounts_database_url=read.address(
            "APPV2_ACCOUNTS_DATABASE_URL", POSTGRES, default=database_url
        )
        if database_url
        else "",
        redis_url=read.address("REDIS_URL", REDIS),
        secret_key=read.secret("APPV2_SECRET_KEY", SHORTEST_SECRET),
        admin_password=read.text("APPV2_ADMIN_PASSWORD"),
        producer_url=read.address(
            "APPV2_PRODUCER_URL", ("http", "https"), default="http://127.0.0.1:8080"
        ).rstrip("/"),
        universe_key=read.text("SYMBOL_UNIVERSE_KEY"),
        port=read.port("APPV2_PORT", 5000),
        async_mode=read.choice("APPV2_ASYNC_MODE", "eventlet", ASYNC_MODES),
        stream_hours=read.number("APPV2_STREAM_HOURS", 24, int, 1, 24 * 30),
        log_format=read.choice("APPV2_LOG_FORMAT", "auto", LOG_FORMATS),
    )
    read.refuse_unknown("APPV2_", VARIABLES)
    read.raise_problems()
    return settings


def judge() -> int:
    """Return 0 when the environment is in order."""
    load(os.environ)
    return 0


if __name__ == "__main__":
    sys.exit(exits.code_of(judge))
