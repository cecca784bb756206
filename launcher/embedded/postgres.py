"""A PostgreSQL cluster of our own: create it, the command that runs it, its SQL console."""

import os
import secrets
import subprocess
import tempfile
from dataclasses import dataclass, field
from pathlib import Path

from launcher.embedded.binaries import PostgresPrograms
from launcher.embedded.privileges import Privileges
from launcher.problems import POSTGRES_OTHER_MAJOR

SUPERUSER = "tickstock_admin"
READWRITE = "app_readwrite"
READONLY = "app_readonly"

_SETTINGS = {
    "listen_addresses": "127.0.0.1",
    "unix_socket_directories": "",
    "timezone": "UTC",
    "log_timezone": "UTC",
    # A minute of the whole market touches 90 MB of index pages, each of which a checkpoint has
    # PostgreSQL log in full once more.
    "shared_buffers": "512MB",
    "checkpoint_timeout": "30min",
    "max_wal_size": "4GB",
    # A used segment of that log is written over; a new one is filled with zeros first, for which
    # whoever commits waits 50 ms. A quiet night shall not throw them away.
    "min_wal_size": "1GB",
    "jit": "off",
    "random_page_cost": "1.1",
}


@dataclass(frozen=True)
class Cluster:
    """One data folder and how to serve it on `port` of the loopback interface."""

    programs: PostgresPrograms
    privileges: Privileges
    data: Path
    port: int
    password: str = field(repr=False)
    settings: tuple[tuple[str, str], ...] = ()

    def exists(self) -> bool:
        """Return whether the data folder holds a cluster."""
        return (self.data / "PG_VERSION").exists()

    def check_major(self) -> None:
        """Refuse a data folder that another major version of PostgreSQL made."""
        found = (self.data / "PG_VERSION").read_text().strip()
        if found != str(self.programs.major):
            raise POSTGRES_OTHER_MAJOR.abort(
                f"{self.data} was made by PostgreSQL {found}; the programs here are "
                f"{self.programs.major} and must not touch it.",
                f"mv {self.data} {self.data}.{found}   (starts empty; restore it with pg_upgrade)",
                found=found,
            )

    def create(self) -> None:
        """Create the cluster: UTF-8, SCRAM passwords only, one superuser.

        Raises: subprocess.CalledProcessError with initdb's words in `stderr`.
        """
        self.data.mkdir(parents=True, exist_ok=True, mode=0o700)
        self.privileges.own(self.data)
        with tempfile.TemporaryDirectory() as folder:
            secret = Path(folder) / "password"
            secret.touch(mode=0o600)
            secret.write_text(self.password)
            self.privileges.own(Path(folder))
            subprocess.run(
                [*self._initdb(), "--pwfile", str(secret)],
                check=True,
                capture_output=True,
                text=True,
            )

    def _initdb(self) -> list[str]:
        locale = ["--locale=C"]
        if self.programs.major >= 17:
            locale += ["--locale-provider=builtin", "--builtin-locale=C.UTF-8"]
        head = [*self.privileges.prefix, self.programs["initdb"], "-D", str(self.data)]
        return [*head, "-U", SUPERUSER, "-A", "scram-sha-256", "-E", "UTF8", *locale]

    def command(self) -> list[str]:
        """Return the command that serves the cluster in the foreground; SIGINT stops it fast."""
        words = [*self.privileges.prefix, self.programs["postgres"], "-D", str(self.data)]
        for name, value in {**_SETTINGS, **dict(self.settings), "port": self.port}.items():
            words += ["-c", f"{name}={value}"]
        return words

    def remove_stale_pid_file(self) -> None:
        """Remove the pid file of a server that no longer runs, when its pid was given away.

        One without a pid, as a power cut leaves it, keeps PostgreSQL from starting, too.
        """
        pid_file = self.data / "postmaster.pid"
        if not pid_file.exists():
            return
        words = pid_file.read_text().split()
        if not words or not _is_postgres(int(words[0])):
            pid_file.unlink()

    def answers(self) -> bool:
        """Return whether the server takes a superuser's query."""
        return self.psql("select 1", check=False).returncode == 0

    def psql(
        self, sql: str, database: str = "postgres", *, check: bool = True
    ) -> subprocess.CompletedProcess[str]:
        """Run SQL as superuser; rows come back unaligned, one a line.

        The SQL goes through standard input, so that no password shows in a process list.
        """
        where = ["-p", str(self.port), "-U", SUPERUSER, "-d", database]
        try:
            return subprocess.run(
                [self.programs["psql"], *_QUIET, *where],
                input=sql,
                env={**os.environ, "PGPASSWORD": self.password, "PGCONNECT_TIMEOUT": "3"},
                capture_output=True,
                text=True,
                check=check,
                timeout=_ANSWER_S,
            )
        except subprocess.TimeoutExpired as error:
            silent = f"no answer within {_ANSWER_S:g} s"
            raise subprocess.CalledProcessError(1, error.cmd, stderr=silent) from error

    def url(self, database: str, role: str, password: str) -> str:
        """Return the address of a database for a role."""
        return f"postgresql://{role}:{password}@127.0.0.1:{self.port}/{database}"


_ANSWER_S = 60.0
_QUIET = ("-X", "-q", "-A", "-t", "-v", "ON_ERROR_STOP=1", "-h", "127.0.0.1")


def _is_postgres(pid: int) -> bool:
    try:
        return b"postgres" in Path(f"/proc/{pid}/cmdline").read_bytes()
    except OSError:
        return not Path("/proc").exists()


def new_password() -> str:
    """Return a password that needs no quoting in a URL or in SQL."""
    return secrets.token_urlsafe(24)


def roles_sql(passwords: dict[str, str]) -> str:
    """Return SQL that makes both service roles, or gives them their passwords again.

    The producer is a member of the consumer's role so that migrations can create its schema.
    """
    lines = []
    for role in (READWRITE, READONLY):
        lines.append(
            f"do $$ begin create role {role} login; "
            "exception when duplicate_object then null; end $$;"
        )
        lines.append(f"alter role {role} login password '{passwords[role]}';")
    lines.append(f"grant {READONLY} to {READWRITE};")
    return "\n".join(lines)


def database_sql(name: str, template: str = "template1") -> str:
    """Return SQL that makes a database of the producer's."""
    return f"create database {name} owner {READWRITE} template {template};"
