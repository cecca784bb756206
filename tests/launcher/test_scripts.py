"""The two scripts that users run beside a running system."""

import json
import os
import subprocess
import sys
import threading
import time
import uuid
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import psycopg2
import pytest
import redis

from contracts.names import EVENTS_PATTERNS, PATTERNS_STREAMING, PRODUCER_HEARTBEAT
from launcher.ports import any_free

ROOT = Path(__file__).resolve().parents[2]
PORTS = ("APPV2_PORT", "PL_API_PORT", "PL_LOADER_PORT", "PL_STREAMING_PORT", "PL_SIMULATOR_PORT")
HEALTHY = {"status": "healthy", "version": "1", "services": {"redis": {"status": "healthy"}}}


def run(script: str, environ: dict[str, str], *arguments: str) -> subprocess.CompletedProcess[str]:
    """Call a script as users do, with the Python that the environments were made from."""
    ours = ("PL_", "APPV2_", "TICKSTOCK_", "MASSIVE_", "DATABASE_", "REDIS_")
    kept = {name: value for name, value in os.environ.items() if not name.startswith(ours)}
    kept |= {name: os.environ[name] for name in ("PL_PYTHON",) if name in os.environ}
    version = f"python{sys.version_info.major}.{sys.version_info.minor}"
    python = Path(sys.base_prefix) / "bin" / version
    return subprocess.run(
        [python, ROOT / "scripts" / script, *arguments],
        env={**kept, **environ},
        capture_output=True,
        text=True,
        check=False,
    )


class Service(ThreadingHTTPServer):
    """A health page that says what it is told to say."""

    page = HEALTHY


class _Page(BaseHTTPRequestHandler):
    server: Service

    def do_GET(self) -> None:
        self.send_response(200)
        self.end_headers()
        self.wfile.write(json.dumps(self.server.page).encode())

    def log_message(self, *_: object) -> None:
        pass


@pytest.fixture
def services() -> Iterator[list[Service]]:
    """Four health pages in the order of PORTS."""
    pages = [Service(("127.0.0.1", 0), _Page) for _ in range(4)]
    for page in pages:
        threading.Thread(target=page.serve_forever, daemon=True).start()
    yield pages
    for page in pages:
        page.shutdown()
        page.server_close()


@pytest.fixture
def environ(database, redis_server, services, tmp_path) -> dict[str, str]:
    """What a configured system has in its environment."""
    numbers = [service.server_address[1] for service in services] + [any_free()]
    return {
        "TICKSTOCK_HOME": str(tmp_path),
        "DATABASE_URL": database.url,
        "REDIS_URL": redis_server.url,
        **{name: str(port) for name, port in zip(PORTS, numbers, strict=True)},
    }


@pytest.fixture
def listener(redis_server) -> Iterator[redis.client.PubSub]:
    """Somebody who listens to pattern events, as AppV2 does."""
    client = redis.Redis.from_url(redis_server.url)
    client.set(PRODUCER_HEARTBEAT, time.time())
    subscribed = client.pubsub(ignore_subscribe_messages=True)
    subscribed.subscribe(EVENTS_PATTERNS, PATTERNS_STREAMING)
    subscribed.get_message(timeout=5.0)
    subscribed.get_message(timeout=5.0)
    yield subscribed
    subscribed.close()
    client.delete(PRODUCER_HEARTBEAT)
    client.close()


@pytest.mark.parametrize("script", ["test_pattern_event.py", "monitor_system_health.py"])
def test_a_script_says_how_to_start_when_nothing_runs(script: str, tmp_path: Path) -> None:
    said = run(script, {"TICKSTOCK_HOME": str(tmp_path)})
    assert said.returncode == 3
    assert "TickStock is not running" in said.stderr
    assert "python3 start_all_services.py" in said.stderr


@pytest.mark.parametrize("script", ["test_pattern_event.py", "monitor_system_health.py"])
def test_a_record_of_processes_that_are_gone_is_not_believed(script: str, tmp_path: Path) -> None:
    gone = {"name": "x", "pid": 1, "started": "0", "signal": 15, "leader_only": False}
    record = {"database_url": "a", "redis_url": "b", "processes": {"streaming": gone}}
    (tmp_path / "run.json").write_text(json.dumps(record))
    assert run(script, {"TICKSTOCK_HOME": str(tmp_path)}).returncode == 3


@pytest.mark.integration
def test_a_test_pattern_is_logged_and_published_with_one_flow_id(
    environ, listener, database
) -> None:
    said = run("test_pattern_event.py", environ, "--symbol", "NVDA", "--pattern", "Doji")
    assert said.returncode == 0, said.stderr
    assert "[DB] Logged test pattern: Doji @ NVDA" in said.stdout
    assert "[REDIS] Published to 1 subscribers" in said.stdout
    event = json.loads(listener.get_message(timeout=5.0)["data"])
    data = event["data"]
    assert (event["event_type"], event["source"]) == ("pattern_detected", "TickStockPL")
    assert (data["symbol"], data["pattern"], data["tier"]) == ("NVDA", "Doji", "test")
    assert f"Flow ID: {uuid.UUID(data['flow_id'])}" in said.stdout
    connection = psycopg2.connect(database.url)
    with connection, connection.cursor() as cursor:
        cursor.execute("SELECT flow_id::text, flow_path FROM pattern_flow_analysis")
        assert cursor.fetchall() == [(data["flow_id"], "PATTERN_PUBLISHED")]
    connection.close()


@pytest.mark.integration
def test_a_pattern_that_cannot_be_logged_is_not_published(environ, listener) -> None:
    nowhere = environ | {"DATABASE_URL": f"postgresql://x:y@127.0.0.1:{any_free()}/none"}
    said = run("test_pattern_event.py", nowhere)
    assert said.returncode == 69
    assert "[DB ERROR]" in said.stderr
    assert listener.get_message(timeout=0) is None


@pytest.mark.integration
def test_the_monitor_finds_a_healthy_system_healthy(environ, listener) -> None:
    run("test_pattern_event.py", environ)
    said = run("monitor_system_health.py", environ)
    assert said.returncode == 0, said.stdout + said.stderr
    assert "TickStock: healthy" in said.stdout
    assert "TickStockPL Streaming" in said.stdout
    assert "producer alive" in said.stdout
    assert "flows         1 in the last 5 min (0.2 patterns a minute), 0 with all" in said.stdout
    assert f"  1  {EVENTS_PATTERNS}" in said.stdout


@pytest.mark.integration
def test_the_monitor_shows_the_latency_of_each_hop(environ, listener, database) -> None:
    flow, now = str(uuid.uuid4()), time.time()
    steps = ("PATTERN_PUBLISHED", "EVENT_RECEIVED", "EVENT_PARSED", "WEBSOCKET_DELIVERED")
    connection = psycopg2.connect(database.url)
    with connection, connection.cursor() as cursor:
        for step, after_ms in zip(steps, (0, 4, 5, 12), strict=True):
            at = json.dumps({"at": now + after_ms / 1000})
            cursor.execute(
                "SELECT log_integration_event(%s, 'pattern_detected', 'x', %s, p_details => %s)",
                (flow, step, at),
            )
    connection.close()
    lines = run("monitor_system_health.py", environ).stdout.splitlines()
    rows = {line[:28].strip(): line[28:].split() for line in lines}
    assert rows["published -> received"] == ["4.0"] * 3
    assert rows["received -> parsed"] == ["1.0"] * 3
    assert rows["parsed -> delivered"] == ["7.0"] * 3
    assert rows["whole flow"] == ["12.0"] * 3


@pytest.mark.integration
def test_the_monitor_is_not_content_with_a_degraded_service(environ, listener, services) -> None:
    services[1].page = {
        "status": "degraded",
        "services": {"postgresql": {"status": "unhealthy", "detail": "does not answer"}},
    }
    said = run("monitor_system_health.py", environ)
    assert said.returncode == 1
    assert "NOT HEALTHY" in said.stdout
    assert "does not answer" in said.stdout


@pytest.mark.integration
def test_the_monitor_is_not_content_without_a_heartbeat(environ, redis_server) -> None:
    said = run("monitor_system_health.py", environ)
    assert said.returncode == 1
    assert "heartbeat     none" in said.stdout


@pytest.mark.integration
def test_the_monitor_names_what_does_not_answer(environ) -> None:
    nowhere = f"127.0.0.1:{any_free()}"
    away = {"DATABASE_URL": f"postgresql://x:y@{nowhere}/none", "REDIS_URL": f"redis://{nowhere}"}
    said = run("monitor_system_health.py", {**environ, **away, "PL_API_PORT": str(any_free())})
    assert said.returncode == 1
    assert "silent" in said.stdout
    assert "refused" in said.stdout
