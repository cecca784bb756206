"""AppV2 as a process of its own, on real servers, and a browser without a screen."""

import json
import os
import re
import signal
import subprocess
import sys
import threading
import time
import uuid
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import psycopg2
import pytest
import redis
import requests
import socketio

from contracts import names
from launcher.ports import any_free

ROOT = Path(__file__).resolve().parents[2]
PASSWORD = "correct horse battery"
PATIENCE_S = 30.0


def wait_for(read: Callable[[], Any], patience_s: float = PATIENCE_S) -> Any:
    """Return the first true answer of `read`; fails naming the last answer."""
    deadline = time.monotonic() + patience_s
    while True:
        answer = read()
        if answer:
            return answer
        assert time.monotonic() < deadline, f"still {answer!r} after {patience_s} s"
        time.sleep(0.02)


@dataclass
class Page:
    """A logged-in browser without a screen: HTTP session, socket and what it heard."""

    url: str
    http: requests.Session
    password: str = PASSWORD
    heard: list[tuple[str, dict[str, Any]]] = field(default_factory=list)
    socket: socketio.Client | None = None

    def log_in(self, password: str = PASSWORD, username: str = "admin") -> requests.Response:
        form = self.http.get(f"{self.url}/login").text
        token = re.search(r'name="csrf_token"[^>]*value="([^"]+)"', form)
        assert token, "the login form carries a CSRF token"
        data = {"username": username, "password": password, "csrf_token": token[1]}
        return self.http.post(f"{self.url}/login", data=data, allow_redirects=False)

    def cookie(self) -> str:
        return "; ".join(f"{item.name}={item.value}" for item in self.http.cookies)

    def connect(self, namespaces: tuple[str, ...] = ("/",)) -> socketio.Client:
        client = socketio.Client(reconnection=False, request_timeout=PATIENCE_S)
        client.on("*", lambda event, message=None: self.heard.append((event, message)))
        client.on(
            "*",
            lambda event, message=None: self.heard.append((f"admin:{event}", message)),
            namespace="/admin",
        )
        client.connect(
            self.url,
            headers={"Cookie": self.cookie()},
            transports=["websocket"],
            namespaces=list(namespaces),
            wait_timeout=PATIENCE_S,
        )
        self.socket = client
        return client

    def resume(self, seq: str | None = None) -> dict[str, Any]:
        assert self.socket is not None
        return self.socket.call("resume", {"seq": seq} if seq else {}, timeout=PATIENCE_S)

    def close(self) -> None:
        if self.socket is not None and self.socket.connected:
            self.socket.disconnect()

    def events(self, name: str) -> list[dict[str, Any]]:
        return [message for event, message in list(self.heard) if event == name]

    def flows(self) -> list[str]:
        names = {"pattern_alert", "pattern_update"}
        return [m["event"]["flow_id"] for event, m in list(self.heard) if event in names]


@dataclass
class Service:
    """AppV2 running as `python -m appv2 serve`."""

    environ: dict[str, str]
    log: Path
    process: subprocess.Popen[bytes] | None = None

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.environ['APPV2_PORT']}"

    def start(self) -> None:
        with self.log.open("ab") as log:
            self.process = subprocess.Popen(
                [sys.executable, "-m", "appv2", "serve"],
                cwd=ROOT,
                env=self.environ,
                stdout=log,
                stderr=subprocess.STDOUT,
            )
        wait_for(self.answers, 60)

    def answers(self) -> bool:
        assert self.process is not None
        assert self.process.poll() is None, self.log.read_text()
        try:
            parts = requests.get(f"{self.url}/health", timeout=2).json()["services"]
        except (requests.RequestException, ValueError):
            return False
        return parts["relay"]["status"] == "healthy"

    def kill(self) -> None:
        assert self.process is not None
        self.process.kill()
        self.process.wait()

    def stop(self) -> int:
        assert self.process is not None
        if self.process.poll() is None:
            self.process.send_signal(signal.SIGTERM)
        return self.process.wait(timeout=30)

    def command(self, *arguments: str, **environ: str) -> subprocess.CompletedProcess[str]:
        return subprocess.run(
            [sys.executable, "-m", "appv2", *arguments],
            cwd=ROOT,
            env=self.environ | environ,
            capture_output=True,
            text=True,
            check=False,
            timeout=120,
        )


@dataclass
class System:
    """One AppV2 with its own database and an emptied Redis."""

    service: Service
    redis: redis.Redis
    database_url: str
    pages: list[Page] = field(default_factory=list)

    def anonymous(self) -> Page:
        page = Page(self.service.url, requests.Session())
        self.pages.append(page)
        return page

    def page(self) -> Page:
        page = self.anonymous()
        answer = page.log_in()
        assert answer.status_code == 302, answer.text
        return page

    @staticmethod
    def encoded(message: dict[str, Any]) -> str:
        return json.dumps(message)

    def append(self, message: dict[str, Any]) -> str:
        fields: dict[Any, Any] = {names.EVENT_FIELD: json.dumps(message)}
        return self.redis.xadd(names.STREAM_EVENTS, fields).decode()

    def publish(self, channel: str, message: dict[str, Any]) -> None:
        assert self.redis.publish(channel, json.dumps(message)) == 1

    def live_page(self) -> Page:
        page = self.page()
        page.connect()
        page.resume()
        return page

    def page_that_left(self, last: dict[str, Any]) -> tuple[Page, str]:
        """Return a page that went away after it had shown an alert, and that alert's place."""
        page = self.live_page()
        self.append(last)
        (heard,) = wait_for(lambda: page.events("pattern_alert"))
        page.close()
        return page, heard["seq"]

    def rows(self, query: str, *parameters: Any) -> list[tuple[Any, ...]]:
        connection = psycopg2.connect(self.database_url)
        try:
            with connection, connection.cursor() as cursor:
                cursor.execute(query, parameters)
                return cursor.fetchall() if cursor.description else []
        finally:
            connection.close()

    def store(self, message: dict[str, Any], producer: str, seq: int) -> None:
        """Commit an event as the producer does, without publishing it."""
        data = message["data"] | {"producer": producer, "seq": seq}
        body = self.encoded({**message, "data": data})
        self.rows("SELECT ensure_partitions('pattern_events', now(), now())")
        self.rows(
            "INSERT INTO pattern_events (bar_time, flow_id, life, revision, producer, seq, symbol,"
            " pattern, direction, timeframe, tier, confidence, current_price, price_change, volume,"
            " detected_at, received_at, expires_at, reason, quality, channel, event, messages)"
            " VALUES (now(), %s, 'confirmed', 0, %s, %s, 'NVDA', 'Volume_Spike', 'bullish', '1min',"
            " 'intraday', 0.87, 1, 1, 1, to_timestamp(%s), now(), now(), '', 'live', '', %s, '[]')",
            data["flow_id"],
            producer,
            seq,
            data["timestamp"],
            body,
        )

    def checkpoints(self, flow_id: str) -> list[tuple[str, int | None]]:
        return self.rows(
            "SELECT checkpoint, user_count FROM integration_events WHERE flow_id = %s"
            " AND source_system = 'TickStockAppV2' ORDER BY timestamp, checkpoint",
            flow_id,
        )

    def health(self) -> dict[str, Any]:
        return requests.get(f"{self.service.url}/health", timeout=30).json()


def environment(database_url: str, redis_url: str, async_mode: str) -> dict[str, str]:
    ours = ("PL_", "APPV2_", "TICKSTOCK_", "MASSIVE_", "DATABASE_", "REDIS_")
    clean = {name: value for name, value in os.environ.items() if not name.startswith(ours)}
    return clean | {
        "APPV2_DATABASE_URL": database_url,
        "REDIS_URL": redis_url,
        "APPV2_PORT": str(any_free()),
        "APPV2_ASYNC_MODE": async_mode,
        "APPV2_PRODUCER_URL": f"http://127.0.0.1:{any_free()}",
        "APPV2_SECRET_KEY": "a secret only for tests",
        "APPV2_ADMIN_PASSWORD": PASSWORD,
        "PYTHONWARNINGS": "ignore",
    }


def _running(postgres: Any, redis_server: Any, tmp: Path, async_mode: str) -> Iterator[System]:
    name = postgres.create_database()
    url = postgres.url(name)
    client = redis.Redis.from_url(redis_server.url, protocol=2, retry=None)
    client.flushall()
    environ = environment(postgres.url(name, "app_readonly"), redis_server.url, async_mode)
    system = System(Service(environ, tmp / "appv2.log"), client, url)
    system.rows("UPDATE market_identity SET id = 'simulated'")
    created = system.service.command("create-admin")
    assert created.returncode == 0, created.stderr
    system.service.start()
    yield system
    for page in system.pages:
        page.close()
    system.service.stop()
    client.close()
    postgres.drop_database(name)


@pytest.fixture(scope="module")
def shared_system(
    postgres: Any, redis_server: Any, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[System]:
    """One running AppV2 for all tests of a module that do not break it."""
    yield from _running(postgres, redis_server, tmp_path_factory.mktemp("appv2"), "eventlet")


@pytest.fixture
def system(postgres: Any, redis_server: Any, tmp_path: Path) -> Iterator[System]:
    """A running AppV2 for one test, which may break what it likes."""
    yield from _running(postgres, redis_server, tmp_path, "eventlet")


@pytest.fixture(params=["threading", "gevent"])
def other_system(
    postgres: Any, redis_server: Any, tmp_path: Path, request: Any
) -> Iterator[System]:
    """A running AppV2 that serves in another way than usual."""
    yield from _running(postgres, redis_server, tmp_path, request.param)


@pytest.fixture(scope="session")
def eventually() -> Callable[..., Any]:
    """Wait until something is true, and return it."""
    return wait_for


@pytest.fixture(scope="session")
def system_free_command() -> Callable[..., subprocess.CompletedProcess[str]]:
    """Run a command of AppV2 with just these variables, without any server."""

    def run(command: str, variables: dict[str, str]) -> subprocess.CompletedProcess[str]:
        path = {"PATH": os.environ["PATH"]}
        return Service(path | variables, Path(os.devnull)).command(command)

    return run


@pytest.fixture(scope="session")
def examples() -> Path:
    """The folder of example messages."""
    return ROOT / "contracts" / "examples"


@pytest.fixture(scope="session")
def pattern() -> Callable[..., dict[str, Any]]:
    """Make a pattern event of family A; changed or added data by name."""

    def make(**changes: Any) -> dict[str, Any]:
        now = round(time.time(), 3)
        data = {
            "symbol": "NVDA",
            "pattern": "Volume_Spike",
            "confidence": 0.87,
            "flow_id": str(uuid.uuid4()),
            "tier": "intraday",
            "source": "intraday",
            "timeframe": "1min",
            "direction": "bullish",
            "life": "confirmed",
            "revision": 0,
            "timestamp": now,
        }
        event = {"event_type": "pattern_detected", "source": "TickStockPL", "timestamp": now}
        return {**event, "data": {**data, **changes}}

    return make


@pytest.fixture
def anonymous(shared_system: System) -> Page:
    """A browser that nobody logged in with."""
    return shared_system.anonymous()


@pytest.fixture
def producer_api(shared_system: System) -> Callable[[dict[str, Any]], Any]:
    """Answer the producer's /health with a given body while a block runs."""
    port = int(shared_system.service.environ["APPV2_PRODUCER_URL"].rpartition(":")[2])

    @contextmanager
    def answering(body: dict[str, Any]) -> Iterator[None]:
        class Health(BaseHTTPRequestHandler):
            def do_GET(self) -> None:
                self.send_response(200)
                self.end_headers()
                self.wfile.write(json.dumps(body).encode())

            def log_message(self, *_: Any) -> None:
                """Keep the test's output clean."""

        server = ThreadingHTTPServer(("127.0.0.1", port), Health)
        thread = threading.Thread(target=server.serve_forever)
        thread.start()
        yield
        server.shutdown()
        thread.join()
        server.server_close()

    return answering
