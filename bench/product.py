"""Boot the whole product with a home and ports of its own, read what it says, end it."""

import os
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Final

from launcher import run_record
from launcher.ports import any_free

ADMIN_PASSWORD: Final = "only-for-this-benchmark"  # noqa: S105 - of a database that is thrown away
RUNNING: Final = "SERVICES RUNNING"
READY_WITHIN_S: Final = 300.0
STOPPED_WITHIN_S: Final = 60.0
_OURS: Final = ("PL_", "APPV2_", "TICKSTOCK_", "MASSIVE_", "DATABASE_", "REDIS_", "NUMBA_")
_KEEP: Final = ("PL_PYTHON", "APPV2_PYTHON")
_UNSET: Final = ("DATABASE_URL", "APPV2_DATABASE_URL", "REDIS_URL", "MASSIVE_API_KEY", "PL_FEED")
_PORTS: Final = (
    "APPV2_PORT",
    "PL_API_PORT",
    "PL_LOADER_PORT",
    "PL_STREAMING_PORT",
    "PL_SIMULATOR_PORT",
    "TICKSTOCK_REDIS_PORT",
    "TICKSTOCK_POSTGRES_PORT",
)


class NotReady(Exception):
    """Raised when the product did not come up; carries what it said."""


@dataclass
class Product:
    """A launcher and what it said so far: (seconds since its start, line)."""

    process: "subprocess.Popen[str]"
    home: Path
    ports: Mapping[str, int]
    said: list[tuple[float, str]] = field(default_factory=list)
    _running: threading.Event = field(default_factory=threading.Event)

    @property
    def page(self) -> str:
        """The address of the page."""
        return f"http://127.0.0.1:{self.ports['APPV2_PORT']}"

    @property
    def record(self) -> dict[str, Any]:
        """What the launcher wrote down: addresses and process ids."""
        return run_record.read(self.home / "run.json")

    @property
    def ready_after_s(self) -> float:
        """Seconds until the line that says that all services run."""
        return next(at for at, line in self.said if RUNNING in line)

    def listen(self, began: float) -> None:
        """Note each line with its time until the output ends."""
        for line in self.process.stdout or ():
            self.said.append((time.monotonic() - began, line.rstrip()))
            if RUNNING in line:
                self._running.set()
        self._running.set()

    def wait(self) -> None:
        """Block until all services run.

        Raises: NotReady with the last lines when they do not.
        """
        came = self._running.wait(READY_WITHIN_S)
        if not came or not any(RUNNING in line for _, line in self.said):
            last = "\n".join(line for _, line in self.said[-30:])
            raise NotReady(f"the product did not come up; it said:\n{last}")


def new_ports() -> dict[str, int]:
    """Return free ports for everything that listens."""
    found: set[int] = set()
    while len(found) < len(_PORTS):
        found.add(any_free())
    return dict(zip(_PORTS, sorted(found), strict=True))


@contextmanager
def running(
    root: Path, home: Path, ports: Mapping[str, int], extra: Mapping[str, str]
) -> Iterator[Product]:
    """Boot the product, yield it once all services run, and stop it in good order.

    Raises: NotReady when it does not come up.
    """
    began = time.monotonic()
    process = subprocess.Popen(
        [_system_python(), str(root / "start_all_services.py")],
        cwd=root,
        env=_environment(home, ports, extra),
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        errors="replace",
    )
    product = Product(process, home, ports)
    listener = threading.Thread(target=product.listen, args=(began,), daemon=True)
    listener.start()
    try:
        product.wait()
        yield product
    finally:
        stop(process)
        listener.join(5.0)


def stop(process: "subprocess.Popen[str]") -> None:
    """Ask the launcher to stop everything; its guardian ends the rest when it must be killed."""
    process.send_signal(signal.SIGTERM)
    try:
        process.wait(STOPPED_WITHIN_S)
    except subprocess.TimeoutExpired:
        process.kill()
        process.wait()


def _environment(home: Path, ports: Mapping[str, int], extra: Mapping[str, str]) -> dict[str, str]:
    kept = {
        name: value
        for name, value in os.environ.items()
        if name in _KEEP or not name.startswith(_OURS)
    }
    numbers = {name: str(port) for name, port in ports.items()}
    unset = dict.fromkeys(_UNSET, "")  # a .env file must not count here
    own = {"TICKSTOCK_HOME": str(home), "APPV2_ADMIN_PASSWORD": ADMIN_PASSWORD}
    return {**kept, **unset, **numbers, **own, **extra}


def _system_python() -> str:
    """Return the interpreter that our environment was made from, as a user would call it."""
    found: Callable[[str], Path] = Path(sys.base_prefix).joinpath
    python = found(f"bin/python{sys.version_info.major}.{sys.version_info.minor}")
    return str(python) if python.exists() else sys.executable
