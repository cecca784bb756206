"""What the launcher itself is told: the environment, over a `.env` file beside it."""

import os
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from urllib.parse import urlsplit

from launcher.problems import BAD_SETTINGS
from launcher.resp import RedisAddress

ROOT = Path(__file__).resolve().parent.parent

_PORTS = {
    "APPV2_PORT": 5000,
    "PL_API_PORT": 8080,
    "PL_LOADER_PORT": 8081,
    "PL_STREAMING_PORT": 8082,
    "PL_SIMULATOR_PORT": 8083,
}
_OWN_PORTS = ("TICKSTOCK_POSTGRES_PORT", "TICKSTOCK_REDIS_PORT")
_FEEDS = ("massive", "redis", "replay")
_DATABASES = ("DATABASE_URL", "APPV2_DATABASE_URL", "APPV2_ACCOUNTS_DATABASE_URL")


@dataclass(frozen=True)
class Settings:
    """The launcher's choices; `environ` is handed on to the services.

    own_postgres_port, own_redis_port : where our own servers listen, when the user says so
    """

    root: Path
    home: Path
    environ: Mapping[str, str] = field(repr=False)
    ports: Mapping[str, int]
    own_postgres_port: int | None
    own_redis_port: int | None
    producer_python: Path
    consumer_python: Path

    def given(self, name: str) -> str:
        """Return the value of a variable, empty when unset."""
        return self.environ.get(name, "").strip()

    @property
    def feed(self) -> str:
        """Return where ticks come from."""
        return self.given("PL_FEED") or "massive"

    @property
    def market(self) -> str:
        """Return which market runs: real, simulated or replay."""
        if self.given("PL_MARKET"):
            return self.given("PL_MARKET")
        if self.feed == "replay":
            return "replay"
        return "simulated" if self.simulates else "real"

    @property
    def simulates(self) -> bool:
        """Return whether the simulated market has to be started."""
        return self.feed == "massive" and not self.given("MASSIVE_API_KEY")


def load(environ: Mapping[str, str], root: Path = ROOT) -> Settings:
    """Return the launcher's settings.

    Raises: StartAborted naming every wrong value at once.
    """
    merged = {**_dot_env(root / ".env"), **environ}
    problems: list[str] = []
    ports = {name: _port(merged, name, problems) or usual for name, usual in _PORTS.items()}
    own = [_port(merged, name, problems) for name in _OWN_PORTS]
    _check_feed(merged, problems)
    problems += [_MALFORMED.format(name) for name in _DATABASES if not _is_address(merged, name)]
    _check_redis(merged, problems)
    _check_distinct(ports, problems)
    if merged.get("APPV2_DATABASE_URL") and not merged.get("DATABASE_URL"):
        problems.append("APPV2_DATABASE_URL: expected DATABASE_URL beside it, which is not set")
    if problems:
        raise BAD_SETTINGS.abort("; ".join(problems), "correct the variables named above")
    home = Path(merged.get("TICKSTOCK_HOME") or root / ".tickstock")
    return Settings(
        root=root,
        home=home if home.is_absolute() else root / home,
        environ=merged,
        ports=ports,
        own_postgres_port=own[0],
        own_redis_port=own[1],
        producer_python=_python(merged, "PL_PYTHON", root / ".venv-pl"),
        consumer_python=_python(merged, "APPV2_PYTHON", root / ".venv-appv2"),
    )


def from_process() -> Settings:
    """Return the settings of this process' environment."""
    return load(os.environ)


def _python(environ: Mapping[str, str], name: str, venv: Path) -> Path:
    inside = "Scripts/python.exe" if os.name == "nt" else "bin/python"
    return Path(environ.get(name) or venv / inside)


def _port(environ: Mapping[str, str], name: str, problems: list[str]) -> int | None:
    raw = environ.get(name, "").strip()
    if not raw:
        return None
    if not raw.isdecimal() or not 1 <= int(raw) <= 65535:
        problems.append(f"{name}: expected a port 1-65535, was {raw}")
        return None
    return int(raw)


def _check_feed(environ: Mapping[str, str], problems: list[str]) -> None:
    feed = environ.get("PL_FEED", "").strip() or "massive"
    if feed not in _FEEDS:
        problems.append(f"PL_FEED: expected one of {', '.join(_FEEDS)}, was {feed}")


_MALFORMED = (
    "{}: expected postgresql://user:password@host:port/name, "
    "with `/`, `@` and `#` in a password written as %2F, %40 and %23"
)


def _is_address(environ: Mapping[str, str], name: str) -> bool:
    url = environ.get(name, "").strip()
    try:
        scheme, port = urlsplit(url).scheme, urlsplit(url).port
    except ValueError:
        return False
    return not url or (scheme in ("postgresql", "postgres") and port != 0)


def _check_redis(environ: Mapping[str, str], problems: list[str]) -> None:
    url = environ.get("REDIS_URL", "").strip()
    try:
        RedisAddress.parse(url or "redis://localhost")
    except ValueError as error:
        problems.append(
            f"REDIS_URL: {error}; write `/`, `@` and `#` in a password as %2F, %40 and %23"
        )


def _check_distinct(ports: Mapping[str, int], problems: list[str]) -> None:
    taken: dict[int, str] = {}
    for name, port in ports.items():
        if port in taken:
            problems.append(f"{name}: expected a port of its own, {port} is {taken[port]}'s too")
        taken[port] = name


def _dot_env(path: Path) -> dict[str, str]:
    """Return the NAME=value lines of a file; `#` starts a comment line, quotes are removed."""
    if not path.exists():
        return {}
    found = {}
    for line in path.read_text().splitlines():
        name, equals, value = line.strip().removeprefix("export ").partition("=")
        if equals and not name.startswith("#") and value.strip():
            found[name.strip()] = value.strip().strip("'\"")
    return found
