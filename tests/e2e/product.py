"""Boot the whole product as a user would, beside whatever else runs on the machine."""

import json
import os
import signal
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Callable
from contextlib import closing
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import psycopg2
import redis

from bench.product import new_ports

ROOT = Path(__file__).resolve().parents[2]
PASSWORD = "a-password-for-tests"
OURS = ("PL_", "APPV2_", "TICKSTOCK_", "MASSIVE_", "DATABASE_", "REDIS_")
START_S = 600.0


@dataclass
class Product:
    """A launcher with everything it started; servers, ports and data of its own."""

    home: Path
    environ: dict[str, str] = field(default_factory=dict)
    ports: dict[str, int] = field(default_factory=dict)
    launcher: "subprocess.Popen[str] | None" = None

    def start(self) -> None:
        """Start and wait for SERVICES RUNNING."""
        self.ports = self.ports or new_ports()
        inherited = {k: v for k, v in os.environ.items() if not k.startswith(OURS)}
        chosen = {name: str(port) for name, port in self.ports.items()}
        self.home.mkdir(parents=True, exist_ok=True)
        self._share_compiled_kernels()
        self.output = self.home / "launcher-output.txt"
        with self.output.open("w") as out:
            self.launcher = subprocess.Popen(
                [sys.executable, "start_all_services.py"],
                cwd=ROOT,
                env={
                    **inherited,
                    **chosen,
                    "TICKSTOCK_HOME": str(self.home),
                    "APPV2_ADMIN_PASSWORD": PASSWORD,
                    **self.environ,
                },
                stdout=out,
                stderr=subprocess.STDOUT,
                text=True,
                start_new_session=True,
            )
        self.until(lambda: "SERVICES RUNNING" in self.said(), START_S, "SERVICES RUNNING")

    def said(self) -> str:
        """Return what the launcher printed so far."""
        return self.output.read_text() if self.output.exists() else ""

    def stop(self) -> int:
        """Stop as Ctrl+C does and return the exit code."""
        assert self.launcher is not None
        self.launcher.send_signal(signal.SIGINT)
        return self.launcher.wait(120)

    def until(self, true: Callable[[], Any], timeout_s: float, what: str) -> Any:
        """Return the first true answer; fails naming `what` after `timeout_s`."""
        deadline = time.monotonic() + timeout_s
        while time.monotonic() < deadline:
            assert self.launcher is not None
            if self.launcher.poll() is not None:
                raise AssertionError(f"the launcher ended:\n{self.said()[-4000:]}")
            found = true()
            if found:
                return found
            time.sleep(0.1)
        raise AssertionError(f"waited {timeout_s:.0f} s for {what}:\n{self.said()[-4000:]}")

    def record(self) -> dict[str, Any]:
        """Return run.json."""
        return json.loads((self.home / "run.json").read_text())

    def pid(self, key: str) -> int:
        """Return the process id of a part."""
        return int(self.record()["processes"][key]["pid"])

    def kill(self, key: str) -> None:
        """End a part with SIGKILL and wait until another one has its place and serves."""
        before = self.pid(key)
        ready = self.said().count("is running again")
        os.kill(before, signal.SIGKILL)
        self.until(lambda: self.pid(key) != before, 60, f"{key} to be started again")
        self.until(lambda: self.said().count("is running again") > ready, 90, f"{key} to be ready")

    def get(self, port: str, path: str) -> tuple[int, dict[str, Any]]:
        """Return status and JSON of a GET."""
        url = f"http://127.0.0.1:{self.ports[port]}{path}"
        try:
            with urllib.request.urlopen(url, timeout=30) as answer:
                return answer.status, json.loads(answer.read())
        except urllib.error.HTTPError as error:
            return error.code, json.loads(error.read())

    @property
    def url(self) -> str:
        """The page."""
        return f"http://127.0.0.1:{self.ports['APPV2_PORT']}"

    def rows(self, query: str, *values: Any) -> list[tuple[Any, ...]]:
        """Return what the market database answers."""
        connection = psycopg2.connect(self.record()["database_url"])
        with closing(connection), connection.cursor() as cursor:
            cursor.execute(query, values)
            return cursor.fetchall()

    def redis(self) -> redis.Redis:
        """Return a client that has logged in as the services do."""
        return redis.Redis.from_url(self.record()["redis_url"], decode_responses=True)

    def _share_compiled_kernels(self) -> None:
        shared = ROOT / ".tickstock" / "numba"
        shared.mkdir(parents=True, exist_ok=True)
        if not (self.home / "numba").exists():
            (self.home / "numba").symlink_to(shared)
