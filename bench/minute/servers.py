"""Serve a PostgreSQL and a Redis of this benchmark's own, as the launcher serves the product's."""

import os
import signal
import subprocess
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final

from bench.product import NotReady
from launcher.embedded.binaries import find_postgres, find_redis
from launcher.embedded.postgres import READWRITE, Cluster, database_sql, new_password, roles_sql
from launcher.embedded.privileges import unprivileged
from launcher.embedded.redis import RedisServer
from launcher.embedded.running import RunningServer
from launcher.home import Home
from launcher.ports import any_free
from launcher.provision.commands import Nobody, Steps
from launcher.provision.kernels import Kernels
from launcher.resp import RedisAddress, answers

_DATABASE: Final = "tickstock"
_COMMITS_KNOWN: Final = (("track_commit_timestamp", "on"),)
"""PostgreSQL notes when each transaction was committed: that is when its rows were stored."""
_OURS: Final = ("PL_", "APPV2_", "TICKSTOCK_", "MASSIVE_", "DATABASE_", "REDIS_", "SYMBOL_")


@dataclass(frozen=True)
class Servers:
    """Hold the addresses of what runs, and the process ids by name."""

    database_url: str = field(repr=False)
    redis_url: str = field(repr=False)
    redis_port: int
    pids: Mapping[str, int]


@contextmanager
def serving(root: Path, folder: Path, python: Path, market: str) -> Iterator[Servers]:
    """Start both servers, migrate a database for `market`, yield, and stop them.

    Raises: NotReady when there are no programs, or the migration fails.
    """
    programs, program = find_postgres(python), find_redis(python)
    if programs is None or program is None:
        raise NotReady(f"PostgreSQL or Redis not found in the environment of {python}")
    cluster = Cluster(
        programs, unprivileged(), folder / "postgres", any_free(), new_password(), _COMMITS_KNOWN
    )
    cluster.create()
    postgres = RunningServer(cluster.command(), folder / "postgres.log", signal.SIGINT)
    server = RedisServer(program, folder / "redis", any_free())
    redis = RunningServer(server.command(), folder / "redis.log", signal.SIGTERM)
    try:
        postgres.wait_until(cluster.answers)
        redis.wait_until(lambda: answers(RedisAddress("127.0.0.1", server.port, "", "")))
        password = new_password()
        cluster.psql(roles_sql(dict.fromkeys((READWRITE, "app_readonly"), password)))
        cluster.psql(f"GRANT pg_checkpoint TO {READWRITE}")
        cluster.psql(database_sql(_DATABASE))
        url = cluster.url(_DATABASE, READWRITE, password)
        _migrate(root, python, url, market)
        pids = {"PostgreSQL": postgres.pid, "Redis": redis.pid}
        yield Servers(url, server.url, server.port, pids)
    finally:
        postgres.stop()
        redis.stop()


def environment(python: Path, root: Path, home: Home) -> dict[str, str]:
    """Return what a process of the producer is told everywhere; compiles the kernels once."""
    kernels = Kernels(root, home.path / "numba", python, Steps(Nobody()))
    kept = {name: value for name, value in os.environ.items() if not name.startswith(_OURS)}
    kept.pop("PYTHONDONTWRITEBYTECODE", None)  # a product's second start finds its modules compiled
    kept["NUMBA_CACHE_DIR"] = str(kernels.folder)
    if not kernels.is_current():
        kernels.compile({"NUMBA_CACHE_DIR": str(kernels.folder)}, print)
    return kept


def _migrate(root: Path, python: Path, url: str, market: str) -> None:
    done = subprocess.run(
        [python, "-m", "pl", "migrate"],
        cwd=root,
        env={"PATH": os.environ.get("PATH", ""), "DATABASE_URL": url, "PL_MARKET": market},
        capture_output=True,
        text=True,
        check=False,
    )
    if done.returncode:
        raise NotReady(f"`python -m pl migrate` ended with {done.returncode}:\n{done.stderr}")
