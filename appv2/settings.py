"""Read the environment once, report every problem at once."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from importlib.util import find_spec
from typing import Final
from urllib.parse import urlsplit

from appv2.errors import SettingsError

ASYNC_MODES: Final = ("eventlet", "threading", "gevent")
LOG_FORMATS: Final = ("auto", "json", "console")
DEFAULT_UNIVERSE: Final = "stock_etf_test:combo_test"
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


class _Reader:
    """Read variables one by one and remember what was wrong with them."""

    def __init__(self, environ: Mapping[str, str]) -> None:
        self._environ = environ
        self.problems: list[str] = []

    def text(self, name: str, default: str = "") -> str:
        return self._environ.get(name, "").strip() or default

    def address(self, name: str, schemes: tuple[str, ...], default: str = "") -> str:
        value = self.text(name, default)
        expected = f"{schemes[0]}://..."
        if not value:
            self.problems.append(f"{name}: expected {expected}, was not set")
        elif urlsplit(value).scheme not in schemes:
            self.problems.append(f"{name}: expected {expected}, was something else")
        return value

    def secret(self, name: str) -> str:
        value = self.text(name)
        if len(value) < SHORTEST_SECRET:
            self.problems.append(
                f"{name}: expected at least {SHORTEST_SECRET} characters, had {len(value)}"
            )
        return value

    def choice(self, name: str, default: str, choices: tuple[str, ...]) -> str:
        value = self.text(name, default)
        if value not in choices:
            self.problems.append(f"{name}: expected one of {', '.join(choices)}, was {value}")
        return value

    def integer(self, name: str, default: int, low: int, high: int) -> int:
        raw = self.text(name, str(default))
        if not raw.isdecimal() or not low <= int(raw) <= high:
            self.problems.append(f"{name}: expected a whole number {low}-{high}, was {raw}")
            return default
        return int(raw)

    def async_mode(self, name: str) -> str:
        mode = self.choice(name, "eventlet", ASYNC_MODES)
        if mode in ASYNC_MODES and mode != "threading" and find_spec(mode) is None:
            self.problems.append(f"{name}: expected an installed package, {mode} is not installed")
        return mode

    def refuse_unknown(self) -> None:
        unknown = sorted(k for k in self._environ if k.startswith("APPV2_") and k not in VARIABLES)
        self.problems.extend(f"{name}: no such variable" for name in unknown)


def load(environ: Mapping[str, str]) -> Settings:
    """Return the settings in `environ`; raises SettingsError naming every problem."""
    read = _Reader(environ)
    postgres = ("postgresql", "postgres")
    database_url = read.address("APPV2_DATABASE_URL", postgres)
    settings = Settings(
        database_url=database_url,
        accounts_database_url=read.address(
            "APPV2_ACCOUNTS_DATABASE_URL", postgres, default=database_url
        )
        if database_url
        else "",
        redis_url=read.address("REDIS_URL", ("redis", "rediss", "unix")),
        secret_key=read.secret("APPV2_SECRET_KEY"),
        admin_password=read.text("APPV2_ADMIN_PASSWORD"),
        producer_url=read.address(
            "APPV2_PRODUCER_URL", ("http", "https"), default="http://127.0.0.1:8080"
        ).rstrip("/"),
        universe_key=read.text("SYMBOL_UNIVERSE_KEY", DEFAULT_UNIVERSE),
        port=read.integer("APPV2_PORT", 5000, 1, 65535),
        async_mode=read.async_mode("APPV2_ASYNC_MODE"),
        stream_hours=read.integer("APPV2_STREAM_HOURS", 24, 1, 24 * 30),
        log_format=read.choice("APPV2_LOG_FORMAT", "auto", LOG_FORMATS),
    )
    read.refuse_unknown()
    if read.problems:
        raise SettingsError(read.problems)
    return settings
