"""Fixtures for every test: real PostgreSQL and Redis servers of our own, recorded market data.

Servers listen on free loopback ports and keep their data in a temporary folder.
"""

import os
import shutil
import signal
import subprocess
import tempfile
from collections.abc import Iterator
from dataclasses import dataclass, field
from itertools import count
from pathlib import Path

import pytest
from hypothesis import HealthCheck, settings

from launcher.embedded.binaries import find_postgres, find_redis
from launcher.embedded.postgres import (
    READONLY,
    READWRITE,
    Cluster,
    database_sql,
    new_password,
    roles_sql,
)
from launcher.embedded.privileges import unprivileged
from launcher.embedded.redis import RedisServer
from launcher.embedded.running import RunningServer
from launcher.home import digest
from launcher.ports import any_free
from launcher.provision.kernels import kernel_sources
from launcher.resp import RedisAddress, answers

ROOT = Path(__file__).parent.parent
PRODUCER_PYTHON = Path(os.environ.get("PL_PYTHON", ROOT / ".venv-pl" / "bin" / "python"))
# Numba's cache beside the sources ignores edits in called files: stale kernels would be run.
os.environ.setdefault(
    "NUMBA_CACHE_DIR",
    str(ROOT / ".tickstock" / "numba" / f"tests-{digest(files=kernel_sources(ROOT))}"),
)
# How long an example takes says nothing where another process may hold the core. Two runs of the
# same code try the same examples; `pytest --hypothesis-profile=search` tries others each time.
settings.register_profile("search", deadline=None, suppress_health_check=[HealthCheck.too_slow])
settings.register_profile("same examples", settings.get_profile("search"), derandomize=True)
settings.load_profile("same examples")

_START_S = 120.0
_FAST = (("fsync", "off"), ("full_page_writes", "off"))
# While the disk stalls, a sync would keep every client waiting; without one, data still survive
# the end of the process.
_UNSYNCED = ("--appendfsync", "no")
_TEMPLATE = "migrated_template"


@dataclass
class Postgres:
    """A running cluster with both service roles."""

    cluster: Cluster
    log: Path
    passwords: dict[str, str] = field(
        default_factory=lambda: {READWRITE: new_password(), READONLY: new_password()}
    )
    _names: Iterator[int] = field(default_factory=lambda: count(1))
    _migrated: bool = False
    _server: RunningServer | None = None

    @property
    def port(self) -> int:
        """The port of the loopback interface."""
        return self.cluster.port

    @property
    def pid(self) -> int:
        """The process id of the postmaster."""
        assert self._server is not None
        return self._server.pid

    def start(self) -> None:
        """Start the server, again after `kill` or `stop`, and wait until it answers."""
        self._server = RunningServer(self.cluster.command(), self.log, signal.SIGINT)
        self._server.wait_until(self.cluster.answers, _START_S)

    def stop(self) -> None:
        """Stop the server in good order."""
        assert self._server is not None
        self._server.stop()

    def kill(self) -> None:
        """End the server with SIGKILL."""
        assert self._server is not None
        self._server.kill()

    def url(self, database: str, role: str = READWRITE) -> str:
        """The address of a database for one of the two service roles."""
        return self.cluster.url(database, role, self.passwords[role])

    def create_database(self, name: str | None = None) -> str:
        """Make a fresh, migrated database owned by the producer's role; return its name."""
        self._migrate_template()
        name = name or f"test_{os.getpid()}_{next(self._names)}"
        self.cluster.psql(database_sql(name, _TEMPLATE))
        return name

    def create_empty_database(self, name: str) -> str:
        """Make a database without any migration; return its name."""
        self.cluster.psql(database_sql(name))
        return name

    def drop_database(self, name: str) -> None:
        """Remove a database, ending whoever is connected."""
        self.cluster.psql(f"drop database if exists {name} with (force)")

    def _migrate_template(self) -> None:
        if self._migrated:
            return
        if not (ROOT / "db" / "migrations").is_dir() or not (ROOT / "pl" / "__main__.py").exists():
            pytest.skip("db/migrations and pl/__main__.py are needed to migrate a database")
        self.cluster.psql(f"drop database if exists {_TEMPLATE} with (force)")
        self.cluster.psql(database_sql(_TEMPLATE))
        migrate(self.url(_TEMPLATE))
        self._migrated = True


def migrate(url: str) -> None:
    """Bring a database to the newest schema with the producer's own command."""
    done = subprocess.run(
        [PRODUCER_PYTHON, "-m", "pl", "migrate"],
        cwd=ROOT,
        env=_bare_environment() | {"DATABASE_URL": url},
        capture_output=True,
        text=True,
        check=False,
    )
    if done.returncode != 0:
        pytest.fail(f"`python -m pl migrate` ended with {done.returncode}:\n{done.stderr}")


def _bare_environment() -> dict[str, str]:
    ours = ("PL_", "APPV2_", "TICKSTOCK_", "MASSIVE_", "DATABASE_", "REDIS_")
    return {name: value for name, value in os.environ.items() if not name.startswith(ours)}


@pytest.fixture(scope="session")
def server_folder() -> Iterator[Path]:
    """A folder for the servers' data, away from pytest's kept temporary folders."""
    folder = Path(tempfile.mkdtemp(prefix="tickstock-test-"))
    yield folder
    shutil.rmtree(folder, ignore_errors=True)


@pytest.fixture(scope="session")
def postgres(server_folder: Path) -> Iterator[Postgres]:
    """A running PostgreSQL with the roles app_readwrite and app_readonly."""
    programs = find_postgres(PRODUCER_PYTHON)
    assert programs, f"no PostgreSQL found in the environment of {PRODUCER_PYTHON}"
    data = server_folder / "postgres"
    cluster = Cluster(programs, unprivileged(), data, any_free(), new_password(), _FAST)
    cluster.create()
    running = Postgres(cluster, server_folder / "postgres.log")
    running.start()
    cluster.psql(roles_sql(running.passwords))
    yield running
    running.stop()


@dataclass(frozen=True)
class Database:
    """A fresh, migrated database and its addresses."""

    name: str
    url: str
    readonly_url: str


@pytest.fixture(scope="module")
def module_database(postgres: Postgres) -> Iterator[Database]:
    """One migrated database for all tests of a module that do not disturb each other."""
    name = postgres.create_database()
    yield Database(name, postgres.url(name), postgres.url(name, READONLY))
    postgres.drop_database(name)


@pytest.fixture
def database(postgres: Postgres) -> Iterator[Database]:
    """A migrated database for one test (copied from a template: about 0.1 s)."""
    name = postgres.create_database()
    yield Database(name, postgres.url(name), postgres.url(name, READONLY))
    postgres.drop_database(name)


@dataclass
class Redis:
    """A running Redis without a password; data survive `kill` and `restart`."""

    server: RedisServer
    log: Path
    _process: RunningServer | None = None

    @property
    def url(self) -> str:
        """The address that the services would be given."""
        return self.server.url

    @property
    def port(self) -> int:
        """The port of the loopback interface."""
        return self.server.port

    @property
    def pid(self) -> int:
        """The process id of the server."""
        assert self._process is not None
        return self._process.pid

    def start(self) -> None:
        """Start the server, again after `kill` or `stop`, and wait until it answers."""
        address = RedisAddress("127.0.0.1", self.port, "", "")
        command = [*self.server.command(), *_UNSYNCED]
        self._process = RunningServer(command, self.log, signal.SIGTERM)
        self._process.wait_until(lambda: answers(address), _START_S)

    def stop(self) -> None:
        """Stop the server in good order."""
        assert self._process is not None
        self._process.stop()

    def kill(self) -> None:
        """End the server with SIGKILL."""
        assert self._process is not None
        self._process.kill()

    def restart(self) -> None:
        """Kill the server and start it again on the same port with the same data."""
        self.kill()
        self.start()


@pytest.fixture(scope="session")
def redis_server(server_folder: Path) -> Iterator[Redis]:
    """A running Redis shared by all tests of the session; flush what you need flushed."""
    program = find_redis(PRODUCER_PYTHON)
    assert program, f"no Valkey or Redis found in the environment of {PRODUCER_PYTHON}"
    redis = Redis(
        RedisServer(program, server_folder / "redis", any_free()), server_folder / "redis.log"
    )
    redis.start()
    yield redis
    redis.stop()


@pytest.fixture(scope="session")
def test_data() -> Path:
    """The folder of recorded market data; skips the test when the machine has none."""
    folder = Path(os.environ.get("TICKSTOCK_TEST_DATA", ROOT.parent / "shared" / "data"))
    if not folder.is_dir():
        pytest.skip(
            f"recorded market data are absent: set TICKSTOCK_TEST_DATA (looked in {folder})"
        )
    return folder
