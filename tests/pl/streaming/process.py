"""Run Streaming and what it needs as processes, and look at what they leave behind."""

import json
import os
import re
import signal
import subprocess
import sys
import time
import urllib.request
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import psycopg2
import redis

from contracts.names import EVENT_FIELD, STREAM_EVENTS
from launcher.ports import any_free

ROOT = Path(__file__).parents[3]
KERNELS = {k: v for k, v in os.environ.items() if k == "NUMBA_CACHE_DIR"}
OURS = ("PL_", "APPV2_", "TICKSTOCK_", "MASSIVE_", "DATABASE_", "REDIS_")


def compile_kernels() -> None:
    """Compile what a process would otherwise compile while it is being measured."""
    subprocess.run([sys.executable, "-m", "pl", "compile"], cwd=ROOT, check=True)


def until(met: Callable[[], Any], what: str, seconds: float = 60.0) -> Any:
    """Return what `met` returns as soon as that is true; fails after so many seconds."""
    deadline = time.monotonic() + seconds
    while not (found := met()):
        assert time.monotonic() < deadline, f"not within {seconds:g} s: {what}"
        time.sleep(0.02)
    return found


@dataclass
class Process:
    """A process of the producer."""

    command: str
    settings: dict[str, str]
    log: Path
    program: tuple[str, ...] = ()
    running: subprocess.Popen[bytes] | None = field(default=None, init=False)

    def start(self) -> None:
        environment = {k: v for k, v in os.environ.items() if not k.startswith(OURS)}
        with self.log.open("ab") as out:
            self.running = subprocess.Popen(
                [sys.executable, "-m", *(self.program or ("pl", self.command))],
                cwd=ROOT,
                env=environment | self.settings,
                stdout=out,
                stderr=subprocess.STDOUT,
            )

    def end(self, how: signal.Signals = signal.SIGTERM) -> int:
        """Signal the process and return its exit code."""
        assert self.running is not None
        if self.running.poll() is None:
            self.running.send_signal(how)
        return self.running.wait(60)

    def health(self) -> dict[str, Any]:
        """The answer of /health, empty while there is none."""
        assert self.running is not None
        code = self.running.poll()
        assert code is None, f"{self.command} ended with {code}:\n{self.log.read_text()[-3000:]}"
        port = self.settings[f"PL_{self.command.upper()}_PORT"]
        try:
            with urllib.request.urlopen(f"http://127.0.0.1:{port}/health", timeout=20) as answer:
                return json.loads(answer.read())
        except OSError:
            return {}

    @property
    def is_running(self) -> bool:
        """Whether the process was started and has not ended."""
        return self.running is not None and self.running.poll() is None

    def dropped(self) -> dict[str, float]:
        """What /metrics says was dropped, by cause."""
        port = self.settings[f"PL_{self.command.upper()}_PORT"]
        with urllib.request.urlopen(f"http://127.0.0.1:{port}/metrics", timeout=10) as answer:
            text = answer.read().decode()
        found = re.findall(r'^tickstock_dropped_total{cause="(.+)"} (\S+)$', text, re.MULTILINE)
        return {cause: float(count) for cause, count in found}

    def part(self, name: str) -> dict[str, str]:
        """One part of /health."""
        return self.health().get("services", {}).get(name, {"status": "", "detail": ""})


@dataclass
class System:
    """Streaming with its database and Redis."""

    database_url: str
    redis_url: str
    settings: dict[str, str]
    folder: Path
    program: tuple[str, ...] = ()

    def __post_init__(self) -> None:
        self.streaming = Process(
            "streaming", self._environment(), self.folder / "streaming.log", self.program
        )

    def _environment(self) -> dict[str, str]:
        return {
            "DATABASE_URL": self.database_url,
            "REDIS_URL": self.redis_url,
            "PL_STREAMING_PORT": str(any_free()),
            "PL_SPOOL_DIR": str(self.folder / "spool"),
            "PL_LOG_FORMAT": "json",
            **KERNELS,
            "SYMBOL_UNIVERSE_KEY": "test:symbols",
        } | self.settings

    def prepare(self, *symbols: str) -> None:
        """Name the database's market, make the universe `test:symbols`, empty Redis."""
        self.tell("DELETE FROM market_identity")
        self.tell("INSERT INTO market_identity (id) VALUES (%s)", self.settings["PL_MARKET"])
        self.tell(
            "INSERT INTO cache_entries (type, name, key, value)"
            " VALUES ('universe', 'test', 'symbols', to_jsonb(%s::text[]))",
            list(symbols),
        )
        with self.redis() as client:
            client.flushall()

    def start(self) -> None:
        """Start Streaming and wait until it is healthy, or at least answers."""
        self.streaming.start()
        until(self.streaming.health, "Streaming answers on /health", 240)

    def ask(self, query: str, *values: object) -> list[tuple[Any, ...]]:
        with closing(psycopg2.connect(self.database_url)) as connection:
            cursor = connection.cursor()
            cursor.execute(query, values)
            return list(cursor.fetchall())

    def tell(self, statement: str, *values: object) -> None:
        with closing(psycopg2.connect(self.database_url)) as connection, connection:
            connection.cursor().execute(statement, values)

    @contextmanager
    def redis(self) -> Iterator[redis.Redis]:
        with closing(redis.Redis.from_url(self.redis_url)) as client:
            yield client

    def stream(self) -> list[dict[str, Any]]:
        """The facts of every event of the stream, in order."""
        with self.redis() as client:
            found = client.xrange(STREAM_EVENTS)
        bodies = [json.loads(fields[EVENT_FIELD.encode()]) for _, fields in found]
        return [body.get("data") or body["payload"] for body in bodies]

    def assert_each_event_once(self) -> int:
        """Compare store and stream up to this moment, event by event; return how many there are."""
        found = self.ask(
            "SELECT flow_id::text, life, revision, seq,"
            " (SELECT count(*) FROM integration_events WHERE checkpoint = 'PATTERN_PUBLISHED'),"
            " (SELECT count(DISTINCT (details->>'seq')) FROM integration_events"
            "  WHERE checkpoint = 'PATTERN_PUBLISHED')"
            " FROM pattern_events ORDER BY seq"
        )
        rows = [row[:4] for row in found]
        until(lambda: len(self.stream()) >= len(rows), "what is stored is in the stream")
        said = [data for data in self.stream() if data["seq"] <= len(rows)]
        keys = Counter((data["flow_id"], data["life"], data["revision"]) for data in said)
        doubled = {key: n for key, n in keys.items() if n > 1}
        assert not doubled, f"more than once in the stream: {doubled}"
        assert set(keys) == {row[:3] for row in rows}
        assert [data["seq"] for data in said] == [row[3] for row in rows]
        assert [row[3] for row in rows] == list(range(1, len(rows) + 1)), "a hole in seq"
        logged = {row[4:] for row in found}
        assert logged <= {(len(rows), len(rows))}, f"{logged} logged, {len(rows)} stored"
        return len(rows)
